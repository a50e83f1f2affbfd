"""A manager sets how long complaints may wait (S1-7). One wins: whoever looked at older times keeps nothing.

Versions are numbered and stay as they are: the database gives no number twice and changes no row.
"""

from datetime import datetime

from django.db import IntegrityError

from feedback import journal, shop
from feedback.clock_times import USUAL, Times
from feedback.models import ClockTimes, Shop, User


class Stale(RuntimeError):
    """Somebody else set them since they were looked at."""


def newest() -> ClockTimes | None:
    """None: nobody has set them, and those count that the program brings along."""
    return ClockTimes.objects.order_by("-version").first()


def times_of(row: ClockTimes | None) -> Times:
    return Times.from_data(row.times) if row else USUAL


def keep(times: Times, *, known: int, by: User, now: datetime) -> ClockTimes | None:
    """`known`: the version on the page, 0 for none. Returns what counts now. Raises Stale."""
    try:
        with journal.recording():
            before = _locked()
            version = before.version if before else 0
            if _has_changed(version, known):
                raise Stale
            if times == times_of(before):
                return before
            made = ClockTimes.objects.create(
                version=version + 1, times=times.as_data(), made_at=now, made_by=by
            )
            journal.log("clock times set", made, by=by)
    except IntegrityError:
        raise Stale from None
    shop.forget()
    return made


def _locked() -> ClockTimes | None:
    """Two at one moment stand in line at the shop's row."""
    list(Shop.objects.select_for_update(no_key=True).filter(pk=1).values("pk"))
    return newest()


def _has_changed(version: int, known: int) -> bool:
    return version != known
