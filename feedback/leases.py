"""Jobs lease rows: take a batch, do the work, write the result; safe to kill at any moment.

A job's effect and its rows' new status are written in one transaction, so nothing is lost or done twice.
A lease is taken over when it runs out, or at once when the process that held it is gone.
"""

import logging
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import psutil
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from feedback import bulk, logs
from feedback.models.queue import Leasable, LeasableQuerySet

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)
TRIES = 5
_BACKOFF_SECONDS = (5, 30, 120, 600)
_CLOCK_SLIP = 100  # hundredths of a second: Linux counts from the boot time, which it rounds to whole seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`due` names the rows with something to do; `run` does a batch of them.

    `run` gets rows that are leased to this process. It changes the rows' status itself, in one transaction
    with its effect (`feedback.leases.finish` clears the lease there). What waits for the outside world
    (sources) sets `batch=1` and commits before and after its call; feedback.mail does a batch of such calls,
    answers for each row itself (`fail`) and raises nothing. `columns`: all that `run` looks at,
    where a row has many; looking at another costs a query for each row. `lease`: longer than a batch takes.
    `order`: which rows are taken first; `run` gets them by their keys.
    `apart`: mostly waits for somebody's answer, so `manage.py work` gives it a thread of its own.
    """

    name: str
    due: Callable[[datetime], LeasableQuerySet]
    run: Callable[[Sequence[Any], datetime], None]
    batch: int = 500
    tries: int = TRIES
    columns: tuple[str, ...] = ()
    lease: timedelta = LEASE
    apart: bool = False
    order: tuple[str, ...] = ("pk",)


def owner() -> str:
    """This process: host, pid and start time, so that a reused pid is not taken for the dead one."""
    return _owner(os.getpid())


@cache
def _owner(pid: int) -> str:
    started = int(psutil.Process(pid).create_time() * 100)
    return f"{socket.gethostname()}/{pid}/{started}"


def run_once(job: Job, now: datetime | None = None) -> int:
    """Lease one batch and do it. Returns how many rows were taken; 0: nothing to do."""
    now = now or timezone.now()
    rows = lease(job, now)
    if not rows:
        return 0
    try:
        with bulk.uncollected():
            job.run(rows, now)
    except Exception as error:
        if len(rows) == 1:
            fail(job, rows[0], error, now)
        else:
            logger.warning(
                "%s: a batch of %d failed (%s), trying one by one", job.name, len(rows), type(error).__name__
            )
            _one_by_one(job, rows, now)
    return len(rows)


def lease(job: Job, now: datetime) -> list[Any]:
    """Take up to `job.batch` due rows for this process."""
    # A look without a lock: idle workers must not keep writers waiting.
    if not job.due(now).free(now).exists() and not take_over_from_the_dead(job.due(now)):
        return []
    with transaction.atomic():
        due = job.due(now).free(now).order_by(*job.order)
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",), no_key=True)
        ids = list(due.values_list("pk", flat=True)[: job.batch])
        if not ids:
            return []
        # SQLite: the transaction is IMMEDIATE, so nobody came between; elsewhere the rows are locked.
        mine = due.model._default_manager.filter(pk__among=ids).free(now)
        mine.update(leased_by=owner(), leased_until=now + job.lease)
    rows = job.due(now).model._default_manager.filter(pk__among=ids, leased_by=owner()).order_by("pk")
    return list(rows.only("tries", *job.columns) if job.columns else rows)


def renew(rows: Sequence[Leasable], now: datetime, **changes: Any) -> bool:
    """Hold on to rows while a long job runs. False: another process took one."""
    return _held(rows).update(leased_until=now + LEASE, **changes) == len(rows)


def finish(rows: Sequence[Leasable], **changes: Any) -> int:
    """Inside the job's transaction: the rows are done. Raises LeaseLost when another process took one."""
    done = _held(rows).update(leased_by="", leased_until=None, tries=0, retry_at=None, failure="", **changes)
    if done != len(rows):
        raise LeaseLost(f"{len(rows) - done} of {len(rows)} rows were taken over")
    return done


def let_go(rows: Sequence[Leasable], **changes: Any) -> None:
    """Not done, and not to be counted as a try: the outside world is away, and somebody has noted when to ask
    again."""
    _held(rows).update(leased_by="", leased_until=None, **changes)


def take_over_from_the_dead(rows: LeasableQuerySet[Any]) -> int:
    """Free those of `rows` that processes of this machine hold which are gone. Returns how many."""
    holders = rows.exclude(leased_by="").order_by().values_list("leased_by", flat=True).distinct()
    gone = [holder for holder in holders if _is_gone(holder)]
    if not gone:
        return 0
    return rows.filter(leased_by__in=gone).update(leased_by="", leased_until=None)


def try_again(row: Leasable) -> None:
    """A person puts a dead letter back into the queue."""
    type(row)._default_manager.filter(pk=row.pk).update(
        failed_at=None, retry_at=None, tries=0, failure="", leased_by="", leased_until=None
    )


class LeaseLost(RuntimeError):
    """The lease ran out while the work was being done; whoever holds it now does the work."""


def _held(rows: Sequence[Leasable]) -> QuerySet[Leasable]:
    manager = type(rows[0])._default_manager
    return manager.filter(pk__among=[row.pk for row in rows], leased_by=owner())


def _one_by_one(job: Job, rows: Sequence[Leasable], now: datetime) -> None:
    for row in rows:
        try:
            job.run([row], now)
        except Exception as error:
            fail(job, row, error, now)


def fail(job: Job, row: Leasable, error: Exception, now: datetime) -> None:
    """Put the row back for later, or make it a dead letter when its tries have run out."""
    if isinstance(error, LeaseLost):
        return
    logger.warning("%s: row %s failed", job.name, row.pk, exc_info=error)
    tries = row.tries + 1
    wait = _BACKOFF_SECONDS[min(tries, len(_BACKOFF_SECONDS)) - 1]
    _held([row]).update(
        leased_by="",
        leased_until=None,
        tries=tries,
        retry_at=now + timedelta(seconds=wait),
        failed_at=now if tries >= job.tries else None,
        failure=f"{job.name}: {logs.said(error)}"[:300],
    )


def _is_gone(holder: str) -> bool:
    host, _, rest = holder.partition("/")
    pid, _, started = rest.partition("/")
    if host != socket.gethostname() or not (pid.isdigit() and started.isdigit()):
        return False
    try:
        began = int(psutil.Process(int(pid)).create_time() * 100)
    except psutil.NoSuchProcess:
        return True
    return abs(began - int(started)) > _CLOCK_SLIP
