"""Theme volume and sentiment over time, from the kept totals. Reads only, in two to four queries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from operator import itemgetter

from feedback import buckets, drawn
from feedback.buckets import Grain
from feedback.models import Theme
from feedback.models.totals import ALL, GRAINS
from feedback.prepared import Prepared
from feedback.reports.kept_totals import Counts, Row, Span, rows

LONGEST_DAYS = 366 * 10
LATE = 7  # days within which nearly all is read that is said
_DAY = timedelta(days=1)
_NONE = Counts()
_NEGATIVE = itemgetter(0)


class BadPeriod(ValueError):
    """The period ends before it starts, or is too long; `field` names the filter to mend."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeRow:
    """`by_bucket`: mentions per bucket; `before`: mentions in the equally long time before the period."""

    slug: str
    name_vi: str
    name_en: str
    counts: Counts
    before: int
    by_bucket: tuple[int, ...]
    negative_by_bucket: tuple[int, ...]

    @property
    def total(self) -> int:
        return self.counts.total

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """`buckets`: first day of each day, week (Monday) or month; `sentiment`: whole comments per bucket.
    `against`: first and last day that the change is told from. `is_less`: something was left out. `is_fixed`:
    counted by a job, so that nothing can be."""

    start: date
    end: date
    buckets: tuple[date, ...]
    themes: tuple[ThemeRow, ...]
    sentiment: tuple[Counts, ...]
    comments: Counts
    comments_before: int
    against: tuple[date, date]
    is_less: bool = False
    is_fixed: bool = field(default=False, compare=False)


def by_theme(
    start: date,
    end: date,
    *,
    dimension: str = ALL,
    value: str = ALL,
    period: str = "week",
    against: tuple[date, date] | None = None,
    less: Sequence[Row] | None = None,
) -> Trends:
    """From `start` to `end`, both included, the most frequent theme first; of one value of one dimension, or
    of all. What is kept by months alone is told in whole months. `against`: the first and the last
    day that the change is told from, all before `start`; None: the equally long time before.
    `less`: rows below nothing, of what is left out. Raises BadPeriod."""
    start, end = checked(start, end)
    if GRAINS[dimension] == (Grain.MONTH,):
        period, (start, end) = Grain.MONTH, whole_months(start, end)
        against = None if against is None else whole_months(*against)
    names = {theme.slug: theme for theme in THEMES.all()}
    first, last = against or (before_that(start, end), start - _DAY)
    before = Span(start=first, end=last, grain=Grain.MONTH, together=True)
    nothing, cut = _Sums(start, end, period), settled(end, period)

    def read(*spans: Span) -> Iterator[Row]:
        return rows([ALL, *names], spans, dimension=dimension, values=[value])

    if start < cut:
        known = drawn.while_totals_stay(
            ("themes until", dimension, value, start, end, period, first, last, tuple(names)),
            lambda: nothing.with_more(read(before, Span(start=start, end=cut - _DAY, grain=period))),
            first,
            cut - _DAY,
        )
        found = known.with_more(read(Span(start=cut, end=end, grain=period)))
    else:
        found = nothing.with_more(read(before, Span(start=start, end=end, grain=period)))
    told = _told(names, found.with_more(_within(less or (), start, end, (first, last))), (first, last))
    return told if less is None else replace(told, is_less=True)


THEMES = Prepared(lambda: Theme.objects.order_by("slug"))


def settled(end: date, period: str) -> date:
    """The first day, of a bucket too, of the part of a period that grows while people talk: what lies before
    is read once while its totals stay."""
    return buckets.first_day((end - timedelta(days=LATE)).replace(day=1), period)


def reach(start: date, end: date, against: tuple[date, date]) -> tuple[date, date]:
    """The first and the last day that `by_theme` may read totals of, whatever the dimension."""
    first, last = whole_months(start, end)
    return min(before_that(first, last), against[0].replace(day=1)), last


def checked(start: date, end: date) -> tuple[date, date]:
    """As they are. Raises BadPeriod."""
    if end < start:
        raise BadPeriod("to")
    if (end - start).days > LONGEST_DAYS:
        raise BadPeriod("from")
    return start, end


def whole_months(start: date, end: date) -> tuple[date, date]:
    return start.replace(day=1), buckets.after(end, Grain.MONTH) - timedelta(1)


def before_that(start: date, end: date) -> date:
    """The first day of the equally long time before; before whole months, of as many months."""
    if start.day == 1 and (end + timedelta(1)).day == 1:
        months = (end.year - start.year) * 12 + end.month - start.month + 1
        place = start.year * 12 + start.month - 1 - months
        return date(place // 12, place % 12 + 1, 1)
    return start - timedelta(days=(end - start).days + 1)


def _within(found: Iterable[Row], start: date, end: date, against: tuple[date, date]) -> Iterator[Row]:
    """Of the days of both: between them may lie a year."""
    return (row for row in found if start <= row.day <= end or against[0] <= row.day <= against[1])


def told(
    names: Mapping[str, Theme],
    found: Iterable[Row],
    start: date,
    end: date,
    period: str,
    *,
    against: tuple[date, date] | None = None,
) -> Trends:
    """Rows of the days of `against`, else of the equally long time before, are the time before."""
    before = against or (before_that(start, end), start - _DAY)
    return _told(names, _Sums(start, end, period).with_more(_within(found, start, end, before)), before)


class _Sums:
    """Of each theme, and of whole comments (`ALL`): by bucket, and in the time before. Never changed: it is
    shared."""

    def __init__(self, start: date, end: date, period: str) -> None:
        self.start, self.end, self.period = start, end, period
        self.places = buckets.of(start, end, period)
        self.by_bucket: dict[str, list[Counts]] = {}
        self.earlier: dict[str, int] = {}

    def with_more(self, found: Iterable[Row]) -> "_Sums":
        found = list(found)
        if not found:
            return self
        more = copy(self)
        more.by_bucket = {theme: list(line) for theme, line in self.by_bucket.items()}
        more.earlier = dict(self.earlier)
        number = {place: n for n, place in enumerate(self.places)}
        for theme, _value, day, counts in found:
            if not any(counts):
                continue  # what came down to nothing
            if day < self.start:
                more.earlier[theme] = more.earlier.get(theme, 0) + sum(counts)
                continue
            line = more.by_bucket.get(theme)
            if line is None:
                line = more.by_bucket[theme] = [_NONE] * len(self.places)
            n = number.get(day)
            if n is None:  # a day of a cut week or month
                n = number[max(buckets.first_day(day, self.period), self.start)]
            line[n] = counts if line[n] is _NONE else line[n] + counts
        return more


def _told(names: Mapping[str, Theme], sums: _Sums, against: tuple[date, date]) -> Trends:
    nothing = [_NONE] * len(sums.places)
    themes = [
        _theme_row(theme, sums.by_bucket.get(slug, nothing), sums.earlier.get(slug, 0))
        for slug, theme in names.items()
        if slug in sums.by_bucket or slug in sums.earlier
    ]
    sentiment = sums.by_bucket.get(ALL, nothing)
    return Trends(
        start=sums.start,
        end=sums.end,
        buckets=sums.places,
        themes=tuple(sorted(themes, key=lambda row: (-row.total, row.slug))),
        sentiment=tuple(sentiment),
        comments=Counts(*map(sum, zip(*sentiment, strict=True))),
        comments_before=sums.earlier.get(ALL, 0),
        against=against,
    )


def _theme_row(theme: Theme, counts: Sequence[Counts], before: int) -> ThemeRow:
    return ThemeRow(
        slug=theme.slug,
        name_vi=theme.name_vi,
        name_en=theme.name_en,
        counts=Counts(*map(sum, zip(*counts, strict=True))),
        before=before,
        by_bucket=tuple(map(sum, counts)),
        negative_by_bucket=tuple(map(_NEGATIVE, counts)),
    )
