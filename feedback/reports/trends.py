"""Theme volume and sentiment over time, from the kept daily totals. Reads only, in two queries."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from feedback.models import Theme, ThemeTotal
from feedback.models.totals import ALL, CHANNEL_LANGUAGE
from feedback.models.words import Channel

LANGUAGES = ("vi", "en", "mixed", "other", "unknown")
LONGEST_DAYS = 366 * 10


class BadPeriod(ValueError):
    """The period ends before it starts, or is too long; `field` names the filter to mend."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        return self.negative + self.neutral + self.positive + self.unknown

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in _NAMES})


_NAMES = ("negative", "neutral", "positive", "unknown")


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
    """`buckets`: first day of each week (Monday) or month; `sentiment`: whole comments per bucket."""

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
    start: date, end: date, *, channel: str = "", language: str = "", period: str = "week"
) -> Trends:
    """From `start` to `end`, both included, the most frequent theme first. Raises BadPeriod."""
    if end < start:
        raise BadPeriod("to")
    if (end - start).days > LONGEST_DAYS:
        raise BadPeriod("from")
    buckets = tuple(_buckets(start, end, period))
    before = start - timedelta(days=(end - start).days + 1)
    found: dict[str, dict[date, Counts]] = {}
    earlier: dict[str, int] = {}
    for theme, day, counts in _days(before, end, channel, language):
        if day < start:
            earlier[theme] = earlier.get(theme, 0) + counts.total
        else:
            in_theme = found.setdefault(theme, {})
            bucket = max(_first_day(day, period), buckets[0])
            in_theme[bucket] = in_theme.get(bucket, Counts()) + counts
    whole = found.pop(ALL, {})
    return Trends(
        start=start,
        end=end,
        buckets=buckets,
        themes=tuple(_rows(found, earlier, buckets)),
        sentiment=tuple(whole.get(bucket, Counts()) for bucket in buckets),
        comments_before=earlier.get(ALL, 0),
    )


def _days(start: date, end: date, channel: str, language: str) -> Iterator[tuple[str, date, Counts]]:
    totals = ThemeTotal.objects.filter(day__range=(start, end))
    if channel or language:
        channels = [channel] if channel else Channel.values
        languages = [language] if language else LANGUAGES
        pairs = [f"{one}/{other}" for one in channels for other in languages]
        totals = totals.filter(dimension=CHANNEL_LANGUAGE, value__in=pairs)
    else:
        totals = totals.filter(dimension=ALL, value=ALL)
    grouped = totals.values_list("theme", "day").annotate(*(Sum(name) for name in _NAMES)).order_by()
    for theme, day, *sums in grouped.iterator(chunk_size=5000):
        yield theme, day, Counts(**dict(zip(_NAMES, sums, strict=True)))


def _rows(
    found: Mapping[str, Mapping[date, Counts]], earlier: Mapping[str, int], buckets: tuple[date, ...]
) -> list[ThemeRow]:
    rows = []
    for theme in Theme.objects.filter(slug__in=found.keys() | earlier.keys()):
        counts = found.get(theme.slug, {})
        rows.append(
            ThemeRow(
                slug=theme.slug,
                name_vi=theme.name_vi,
                name_en=theme.name_en,
                counts=sum(counts.values(), Counts()),
                before=earlier.get(theme.slug, 0),
                by_bucket=tuple(counts.get(bucket, Counts()).total for bucket in buckets),
                negative_by_bucket=tuple(counts.get(bucket, Counts()).negative for bucket in buckets),
            )
        )
    return sorted(rows, key=lambda row: (-row.total, row.slug))


def _buckets(start: date, end: date, period: str) -> Iterator[date]:
    """The first starts with the period, cut or not; the others on Mondays or on the first of a month."""
    day = start
    while day <= end:
        yield day
        day = _next(_first_day(day, period), period)


def _first_day(day: date, period: str) -> date:
    return day.replace(day=1) if period == "month" else day - timedelta(days=day.weekday())


def _next(first: date, period: str) -> date:
    return (first + timedelta(days=32)).replace(day=1) if period == "month" else first + timedelta(days=7)
