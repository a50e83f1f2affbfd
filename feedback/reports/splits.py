"""One theme, or all comments, told apart by the values of a dimension. Reads only, in three queries."""

from collections.abc import Iterable, Mapping, Sequence
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
    of comments that have no value in this dimension. `rest_by_bucket`: of both."""

    start: date
    end: date
    buckets: tuple[date, ...]
    parts: tuple[Part, ...]
    others: int
    of_others: Counts
    without: Counts
    rest_by_bucket: tuple[int, ...]


def by_value(
    dimension: Dimension, theme: str, start: date, end: date, *, period: str, less: Sequence[Row] = ()
) -> Split:
    """`theme` "*": comments as a whole. What is kept by months alone is told in whole months. `less`: rows
    below nothing by value, of what is left out. Raises BadPeriod."""
    start, end = checked(start, end)
    if GRAINS[dimension] == (Grain.MONTH,):
        period, (start, end) = Grain.MONTH, whole_months(start, end)
    less = [row for row in less if row.theme == theme and start <= row.day <= end]
    sums = _added(_sums(dimension, theme, start, end), less)
    span = Span(start=start, end=end, grain=period)
    series = rows([theme], [span], dimension=dimension, values=_order(sums)[:MOST])
    whole = rows([theme], [span])
    return _split(sums, [*series, *less], [*whole, *less], buckets.of(start, end, period), period, end)


def told(theme: str, found: Iterable[Row], start: date, end: date, *, period: str) -> Split:
    """The same of rows by day and value, "" of comments that have none."""
    these = [row for row in found if row.theme == theme and start <= row.day <= end]
    return _split(_added({}, these), these, these, buckets.of(start, end, period), period, end)


def _order(sums: Mapping[str, Counts]) -> list[str]:
    return sorted((value for value in sums if sums[value].total), key=lambda one: (-sums[one].total, one))


def _split(
    sums: Mapping[str, Counts],
    series: Sequence[Row],
    whole: Sequence[Row],
    places: Sequence[date],
    period: str,
    end: date,
) -> Split:
    order = _order(sums)
    shown, rest = order[:MOST], order[MOST:]
    parts = [_part(value, sums[value], series, places, period) for value in shown]
    of_others, known = _sum(sums[one] for one in rest), _sum(sums.values())
    every = _by_place(whole, places, period)
    return Split(
        start=places[0], end=end, buckets=tuple(places), parts=tuple(parts),
        others=len(rest), of_others=of_others, without=_sum(every) - known,
        rest_by_bucket=tuple(
            one.total - sum(part.by_bucket[n] for part in parts) for n, one in enumerate(every)
        ),
    )  # fmt: skip


def _added(known: Mapping[str, Counts], found: Iterable[Row]) -> dict[str, Counts]:
    sums = dict(known)
    for row in found:
        if row.value:
            sums[row.value] = sums.get(row.value, Counts()) + row.counts
    return sums


def _sums(dimension: Dimension, theme: str, start: date, end: date) -> dict[str, Counts]:
    """By value. What lies before the last weeks is added up once, while those totals stay: it may be a
    thousand products."""

    def add(known: dict[str, Counts], start: date, end: date) -> dict[str, Counts]:
        span = Span(start=start, end=end, grain=Grain.MONTH, together=True)
        return _added(known, rows([theme], [span], dimension=dimension, values=None))

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


def _part(value: str, counts: Counts, series: Sequence[Row], places: Sequence[date], period: str) -> Part:
    in_order = _by_place([row for row in series if row.value == value], places, period)
    return Part(
        value=value,
        counts=counts,
        by_bucket=tuple(one.total for one in in_order),
        negative_by_bucket=tuple(one.negative for one in in_order),
    )


def _by_place(series: Iterable[Row], places: Sequence[date], period: str) -> list[Counts]:
    found: dict[date, Counts] = {}
    for row in series:
        place = max(buckets.first_day(row.day, period), places[0])
        found[place] = found.get(place, Counts()) + row.counts
    return [found.get(place, Counts()) for place in places]


def _sum(counts: Iterable[Counts]) -> Counts:
    return Counts(*map(sum, zip(*counts, strict=True)))
