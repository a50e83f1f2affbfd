"""The shop's row, its day and its zone. Cached in the process for a few seconds: every page asks."""

import time
import zoneinfo
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import DatabaseError

from feedback.models import Shop

_KEEP_SECONDS = 5.0
_kept: tuple[float, Shop] | None = None


def current() -> Shop:
    """The shop; an unsaved one with the defaults of the settings before the first run."""
    global _kept
    if _kept is None or time.monotonic() - _kept[0] > _KEEP_SECONDS:
        _kept = (time.monotonic(), _load())
    return _kept[1]


def forget() -> None:
    """After the shop's row was changed, and between tests."""
    global _kept
    _kept = None


def day(moment: datetime) -> date:
    """The shop's own calendar day of an aware time."""
    return moment.astimezone(zone()).date()


def working_days_later(start: date, days: int) -> date:
    """`days` working days after `start`, Monday to Friday; holidays come with feedback/calendar.py."""
    whole_weeks, rest = divmod(days, 5)
    on_weekend = max(0, start.weekday() - 4) if days else 0  # counted as the Friday before
    result = start - timedelta(days=on_weekend) + timedelta(weeks=whole_weeks)
    while rest or result.weekday() > 4:
        result += timedelta(days=1)
        rest -= rest > 0 and result.weekday() < 5
    return result


def zone() -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(current().zone)


def _load() -> Shop:
    try:
        found = Shop.objects.first()
    except DatabaseError:  # before the first migration
        found = None
    return found or Shop(name="", currency="VND", zone=settings.TIME_ZONE, language=settings.LANGUAGE_CODE)
