"""One theme, or all comments, told apart by the values of a dimension. Reads only, in three queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from feedback import buckets, drawn
from feedback.buckets import Grain
from feedback.models.totals import GRAINS, Dimension
from feedback.reports.kept_totals import Counts, Row, Span, rows
from feedback.reports.trends import checked, settled, whole_months

MOST = 11  # values with a drawing of their own; a shop has thousands of products


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`value`: as in ThemeTotal. By bucket: all, and those that are negative."""

    value: str
    counts: Counts
    by_bucket: tuple[int, ...]
    negative_by_bucket: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """`parts`: the most frequent first. `others`: values without a drawing, how many and together. `without`:
    of comments that have no value in this dimension."""

    start: date
    end: date
    buckets: tuple[date, ...]
    parts: tuple[Part, ...]
    others: int
    of_others: Counts
    without: Counts


def by_value(dimension: Dimension, theme: str, start: date, end: date, *, period: str) -> Split:
    """`theme` "*": comments as a whole. What is kept by months alone is told in whole months. Raises
    BadPeriod."""
    start, end = checked(start, end)
    if GRAINS[dimension] == (Grain.MONTH,):
        period, (start, end) = Grain.MONTH, whole_months(start, end)
    together = Span(start=start, end=end, grain=Grain.MONTH, together=True)
    sums = _sums(dimension, theme, start, end)
    order = sorted((value for value in sums if sums[value].total), key=lambda one: (-sums[one].total, one))
    shown, rest = order[:MOST], order[MOST:]
    places = buckets.of(start, end, period)
    series = list(
        rows([theme], [Span(start=start, end=end, grain=period)], dimension=dimension, values=shown)
    )
    whole = _sum(row.counts for row in rows([theme], [together]))
    of_others, known = _sum(sums[one] for one in rest), _sum(sums.values())
    return Split(
        start=start, end=end, buckets=places,
        parts=tuple(_part(value, sums[value], series, places, start, period) for value in shown),
        others=len(rest), of_others=of_others, without=whole - known,
    )  # fmt: skip


def _sums(dimension: Dimension, theme: str, start: date, end: date) -> dict[str, Counts]:
    """By value. What lies before the last weeks is added up once, while those totals stay: it may be a
    thousand products."""

    def add(known: dict[str, Counts], start: date, end: date) -> dict[str, Counts]:
        found = dict(known)
        span = Span(start=start, end=end, grain=Grain.MONTH, together=True)
        for row in rows([theme], [span], dimension=dimension, values=None):
            found[row.value] = found.get(row.value, Counts()) + row.counts
        return found

    cut = settled(end, Grain.MONTH)
    if cut <= start:
        return add({}, start, end)
    known = drawn.while_totals_stay(
        ("sums by value until", dimension, theme, start, cut),
        lambda: add({}, start, cut - timedelta(1)),
        start,
        cut - timedelta(1),
    )
    return add(known, cut, end)


def _part(
    value: str, counts: Counts, series: Sequence[Row], places: Sequence[date], start: date, period: str
) -> Part:
    found: dict[date, Counts] = {}
    for row in series:
        if row.value == value:
            place = max(buckets.first_day(row.day, period), start)
            found[place] = found.get(place, Counts()) + row.counts
    in_order = [found.get(place, Counts()) for place in places]
    return Part(
        value=value,
        counts=counts,
        by_bucket=tuple(one.total for one in in_order),
        negative_by_bucket=tuple(one.negative for one in in_order),
    )


def _sum(counts: Iterable[Counts]) -> Counts:
    return Counts(*map(sum, zip(*counts, strict=True)))
