"""Run the jobs of settings.JOBS in this process: once, or for good."""

import logging
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, connections
from django.utils import timezone
from django.utils.module_loading import import_string

from feedback import leases
from feedback.leases import Job

logger = logging.getLogger(__name__)
IDLE_SECONDS = 1.0
UNWRITTEN_SECONDS = 5.0  # that what comes due by the clock alone may wait, while nobody writes to the file
DATABASE_AWAY_SECONDS = 5.0
SWITCH_SECONDS = 0.001  # Python's 5 ms, each time an answer comes, would make a letter wait for a busy thread


def job(path: str) -> Job:
    """Raises LookupError for a path that settings.JOBS does not name."""
    if path not in settings.JOBS:
        raise LookupError(path)
    found: Job = import_string(path)
    return found


def jobs() -> list[Job]:
    return [job(path) for path in settings.JOBS]


def drain(one: Job) -> int:
    """Batches until nothing is due. Returns how many rows were taken."""
    done = 0
    while taken := leases.run_once(one, timezone.now()):
        done += taken
    return done


def sweep(all_jobs: Sequence[Job]) -> int:
    """Every job until a whole round finds nothing to do: one job's result may be the next one's work."""
    total = 0
    while done := sum(drain(one) for one in all_jobs):
        total += done
    return total


def forever(all_jobs: Sequence[Job], stop: threading.Event) -> None:
    """Until `stop`: a round of batches, a short rest when there was nothing to do. Letters wait most of their
    time for a mail server: they go out while the others work."""
    sys.setswitchinterval(SWITCH_SECONDS)
    apart = [one for one in all_jobs if one.apart]
    with ThreadPoolExecutor(max(len(apart), 1)) as pool:
        others = [pool.submit(_by_itself, one, stop) for one in apart]
        try:
            _rounds([one for one in all_jobs if not one.apart], stop)
        finally:
            stop.set()
    for other in others:
        other.result()


def _by_itself(one: Job, stop: threading.Event) -> None:
    """Whatever ends it ends the worker too, so that somebody starts both again."""
    try:
        _rounds([one], stop)
    finally:
        stop.set()
        connections.close_all()


def _rounds(jobs: Sequence[Job], stop: threading.Event) -> None:
    idle_at: object = None  # how the file was before the last round that found nothing
    looked = 0.0
    while not stop.is_set():
        try:
            close_old_connections()
            written = _written()
            if idle_at is not None and written == idle_at and time.monotonic() < looked + UNWRITTEN_SECONDS:
                stop.wait(IDLE_SECONDS)
                continue
            looked, busy = time.monotonic(), _round(jobs, stop)
            idle_at = None if busy else written
        except DatabaseError:
            logger.exception("the database does not answer; trying again")
            stop.wait(DATABASE_AWAY_SECONDS)
            continue
        if not busy:
            stop.wait(IDLE_SECONDS)


def _written() -> object:
    """Another value once anybody else wrote to SQLite's file; None where no database tells so. A fiftieth of
    a millisecond, where a look at every job takes seventy."""
    if connection.vendor != "sqlite":
        return None
    with connection.cursor() as cursor:
        number = cursor.execute("PRAGMA data_version").fetchone()[0]
    return connection.connection, number  # numbers of two connections tell nothing


def _round(jobs: Sequence[Job], stop: threading.Event) -> bool:
    """One batch of each job, so that a long import does not keep a reply from going out."""
    busy = False
    for one in jobs:
        if stop.is_set():
            break
        busy = bool(leases.run_once(one, timezone.now())) or busy
    return busy
