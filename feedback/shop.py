"""The shop's row, its day, its zone and its working days. Kept for a few seconds: every page asks."""

import time
import zoneinfo
from collections.abc import Callable
from datetime import date, datetime
from typing import Generic, TypeVar

from django.conf import settings
from django.db import DatabaseError

from feedback.calendar import Calendar
from feedback.clock_times import USUAL, Times
from feedback.clocks import Office
from feedback.models import ClockTimes, OwnDay, Shop, User

_KEEP_SECONDS = 5.0
Kept = TypeVar("Kept")


class _Remembered(Generic[Kept]):
    def __init__(self, load: Callable[[], Kept]) -> None:
        self._load = load
        self._kept: tuple[float, Kept] | None = None

    def get(self) -> Kept:
        if self._kept is None or time.monotonic() - self._kept[0] > _KEEP_SECONDS:
            self._kept = (time.monotonic(), self._load())
        return self._kept[1]

    def forget(self) -> None:
        self._kept = None


def current() -> Shop:
    """The shop; an unsaved one with the defaults of the settings before the first run."""
    return _shop.get()


def calendar() -> Calendar:
    """The shop's working days: its week, its country's holidays, its own exceptions."""
    return _calendar.get()


def forget() -> None:
    """After the shop's row or its days were changed, and between tests."""
    _shop.forget()
    _calendar.forget()
    _clock_times.forget()


def day(moment: datetime) -> date:
    """The shop's own calendar day of an aware time."""
    return moment.astimezone(zone()).date()


def start_of(day: date) -> datetime:
    """The moment at which this day begins in the shop."""
    return datetime.combine(day, datetime.min.time(), tzinfo=zone())


def working_days_later(start: date, days: int) -> date:
    """`days` working days after `start` in the shop's own calendar."""
    return calendar().later(start, days)


def office() -> Office:
    """The hours of the shop's working days, for clocks."""
    here = current()
    return Office(opens=here.opens_at, closes=here.closes_at, zone=zone(), calendar=calendar())


def clock_times() -> Times:
    """How long complaints may wait: as a manager set it last, else as usual."""
    return _clock_times.get()


def zone() -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(current().zone)


def _load_shop() -> Shop:
    try:
        found = Shop.objects.first()
    except DatabaseError:  # before the first migration
        found = None
    return found or Shop(name="", currency="VND", zone=settings.TIME_ZONE, language=settings.LANGUAGE_CODE)


def _load_calendar() -> Calendar:
    days = dict(OwnDay.objects.values_list("day", "is_open"))
    return Calendar(
        country=current().country,
        weekdays=frozenset(int(digit) - 1 for digit in current().open_weekdays),
        opened=frozenset(day for day, is_open in days.items() if is_open),
        closed=frozenset(day for day, is_open in days.items() if not is_open),
    )


def _load_clock_times() -> Times:
    newest = ClockTimes.objects.order_by("-version").first()
    return Times.from_data(newest.times) if newest else USUAL


_shop = _Remembered(_load_shop)
_clock_times = _Remembered(_load_clock_times)
_calendar = _Remembered(_load_calendar)


def addresses_of_staff() -> frozenset[str]:
    """Of every account in use, in small letters (L10)."""
    emails = User.objects.filter(is_active=True).exclude(email="").values_list("email", flat=True)
    return frozenset(email.lower() for email in emails)
