"""Run the jobs of settings.JOBS in this process: once, or for good."""

import logging
import threading
from collections.abc import Sequence

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils import timezone
from django.utils.module_loading import import_string

from feedback import leases
from feedback.leases import Job

logger = logging.getLogger(__name__)
IDLE_SECONDS = 1.0
DATABASE_AWAY_SECONDS = 5.0


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
    """Until `stop`: a round of batches, a short rest when there was nothing to do."""
    while not stop.is_set():
        try:
            close_old_connections()
            busy = _round(all_jobs, stop)
        except DatabaseError:
            logger.exception("the database does not answer; trying again")
            stop.wait(DATABASE_AWAY_SECONDS)
            continue
        if not busy:
            stop.wait(IDLE_SECONDS)


def _round(all_jobs: Sequence[Job], stop: threading.Event) -> bool:
    """One batch of each job, so that a long import does not keep a reply from going out."""
    busy = False
    for one in all_jobs:
        if stop.is_set():
            break
        busy = bool(leases.run_once(one, timezone.now())) or busy
    return busy
