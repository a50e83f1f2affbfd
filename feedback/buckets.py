"""RULE: days, weeks from Monday and months, and how whole ones make up a period. Plain Python."""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum

_DAY = timedelta(days=1)


class Grain(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def first_day(day: date, grain: str) -> date:
    """Of the day, week or month that `day` lies in."""
    if grain == Grain.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if grain == Grain.WEEK else day


def after(day: date, grain: str) -> date:
    """The first day of the next one."""
    if grain == Grain.MONTH:
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first_day(day, grain) + timedelta(days=7 if grain == Grain.WEEK else 1)


def of(start: date, end: date, grain: str) -> tuple[date, ...]:
    """The buckets from `start` to `end`, both included, by their first days; the first may be a cut one."""
    found, day = [], start
    while day <= end:
        found.append(day)
        day = after(day, grain)
    return tuple(found)


def pieces(start: date, end: date, grain: str) -> Iterator[tuple[Grain, date, date]]:
    """What to add up for the days from `start` to `end`: whole weeks or months, by the first days of the
    first and of the last of them, and single days where the period cuts one: at most 30 before and 30 after,
    however long it is."""
    whole = start if first_day(start, grain) == start else after(start, grain)
    behind = first_day(end + _DAY, grain)  # the first day that no whole one reaches
    if whole >= behind:
        yield Grain.DAY, start, end
        return
    if start < whole:
        yield Grain.DAY, start, whole - _DAY
    yield Grain(grain), whole, first_day(behind - _DAY, grain)
    if behind <= end:
        yield Grain.DAY, behind, end
