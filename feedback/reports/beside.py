"""The time that trends are told beside, by the buckets of the period itself: for a second line. One query."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, timedelta

from feedback.models.totals import GRAINS
from feedback.reports.kept_totals import Row, Span, rows
from feedback.reports.trends import Trends

LONGEST = 366  # days: of each day before, a row is read
_DAY = timedelta(days=1)


def kept(found: Trends, theme: str, *, dimension: str, value: str) -> list[Row]:
    """Of each day of that time; of each month where nothing else is kept."""
    first, last = found.against
    grain = GRAINS[dimension][0]
    return list(
        rows([theme], [Span(start=first, end=last, grain=grain)], dimension=dimension, values=[value])
    )


def by_bucket(found: Trends, theme: str, counted: Iterable[Row]) -> tuple[int | None, ...]:
    """Mentions in the days of that time that stand where the buckets' days do. None: no day does, as of 29
    February a year before."""
    places, (first, last) = moved(found), found.against
    counts: list[int | None] = [None if n and place == places[n - 1] else 0 for n, place in enumerate(places)]
    for row in counted:
        if row.theme != theme or not first <= row.day <= last:
            continue
        n = bisect_left(places, row.day + _DAY) - 1
        while counts[n] is None:
            n -= 1
        counts[n] = (counts[n] or 0) + row.counts.total
    return tuple(counts)


def moved(found: Trends) -> tuple[date, ...]:
    """The first days of the buckets, moved to that time: by years or months where it is whole ones."""
    first = found.against[0]
    months = (found.start.year - first.year) * 12 + found.start.month - first.month
    if found.start.day == first.day and months:
        return tuple(_months_before(place, months) for place in found.buckets)
    return tuple(place - (found.start - first) for place in found.buckets)


def _months_before(day: date, months: int) -> date:
    """The last day of a shorter month."""
    place = day.year * 12 + day.month - 1 - months
    year, month = place // 12, place % 12 + 1
    ends = (date(year + month // 12, month % 12 + 1, 1) - _DAY).day
    return date(year, month, min(day.day, ends))
