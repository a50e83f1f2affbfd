"""Theme volume and sentiment over time, from the kept totals. Reads only, in two queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from feedback import buckets
from feedback.buckets import Grain
from feedback.models import Theme
from feedback.models.totals import ALL, GRAINS
from feedback.reports.kept_totals import Counts, Row, Span, rows

LONGEST_DAYS = 366 * 10
_NONE = Counts()


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
    """`buckets`: first day of each day, week (Monday) or month; `sentiment`: whole comments per bucket."""

    start: date
    end: date
    buckets: tuple[date, ...]
    themes: tuple[ThemeRow, ...]
    sentiment: tuple[Counts, ...]
    comments_before: int

    @property
    def comments(self) -> Counts:
        return sum(self.sentiment, Counts())


def by_theme(
    start: date,
    end: date,
    *,
    dimension: str = ALL,
    value: str = ALL,
    period: str = "week",
    against: tuple[date, date] | None = None,
    less: Sequence[Row] = (),
) -> Trends:
    """From `start` to `end`, both included, the most frequent theme first; of one value of one dimension, or
    of all. What is kept by months alone is told in whole months. `against`: the first and the last
    day that the change is told from, all before `start`; None: the equally long time before.
    `less`: rows below nothing, of what is left out. Raises BadPeriod."""
    start, end = checked(start, end)
    if GRAINS[dimension] == (Grain.MONTH,):
        period, (start, end) = Grain.MONTH, whole_months(start, end)
        against = None if against is None else whole_months(*against)
    names = {theme.slug: theme for theme in Theme.objects.order_by("slug")}
    first, last = against or (before_that(start, end), start - timedelta(1))
    before = Span(start=first, end=last, grain=Grain.MONTH, together=True)
    spans = (before, Span(start=start, end=end, grain=period))
    found = rows([ALL, *names], spans, dimension=dimension, values=[value])
    return told(names, [*found, *(row for row in less if row.day >= first)], start, end, period)


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


def told(names: Mapping[str, Theme], found: Iterable[Row], start: date, end: date, period: str) -> Trends:
    """Rows before `start` are the time before."""
    places = buckets.of(start, end, period)
    number = {place: n for n, place in enumerate(places)}
    by_bucket: dict[str, list[Counts]] = {}
    earlier: dict[str, int] = {}
    for theme, _value, day, counts in found:
        if not counts.total:
            continue  # what came down to nothing
        if day < start:
            earlier[theme] = earlier.get(theme, 0) + counts.total
            continue
        line = by_bucket.get(theme)
        if line is None:
            line = by_bucket[theme] = [_NONE] * len(places)
        n = number.get(day)
        if n is None:  # a day of a cut week or month
            n = number[max(buckets.first_day(day, period), start)]
        line[n] = counts if line[n] is _NONE else line[n] + counts
    nothing = [_NONE] * len(places)
    whole = by_bucket.pop(ALL, nothing)
    themes = [
        _theme_row(theme, by_bucket.get(slug, nothing), earlier.get(slug, 0))
        for slug, theme in names.items()
        if slug in by_bucket or slug in earlier
    ]
    return Trends(
        start=start,
        end=end,
        buckets=places,
        themes=tuple(sorted(themes, key=lambda row: (-row.total, row.slug))),
        sentiment=tuple(whole),
        comments_before=earlier.get(ALL, 0),
    )


def _theme_row(theme: Theme, counts: Sequence[Counts], before: int) -> ThemeRow:
    return ThemeRow(
        slug=theme.slug,
        name_vi=theme.name_vi,
        name_en=theme.name_en,
        counts=Counts(*map(sum, zip(*counts, strict=True))),
        before=before,
        by_bucket=tuple(map(sum, counts)),
        negative_by_bucket=tuple(one.negative for one in counts),
    )
