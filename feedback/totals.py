"""Keep the daily totals: added with the reading, taken away when it no longer counts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db import connection
from django.db.models import QuerySet

from feedback import shop
from feedback.models import Analysis, Comment, Mention, ThemeTotal
from feedback.models.totals import ALL, CHANNEL_LANGUAGE

POLARITIES = ("negative", "neutral", "positive", "unknown")
Key = tuple[date, str, str, str]  # day, dimension, value, theme
Counts = dict[Key, Counter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the totals need of one read comment; `themes` as pairs of slug and polarity."""

    comment: Comment
    lang: str
    sentiment: str
    themes: Sequence[tuple[str, str]]


def add(readings: Iterable[Reading]) -> None:
    """One statement however many readings; sorted, so that two workers cannot wait for each other."""
    rows: list[tuple[date | int | str, ...]] = [
        (day, dimension, value, theme, *(counts[polarity] for polarity in POLARITIES))
        for (day, dimension, value, theme), counts in sorted(_count(readings).items())
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_ADD, rows)


def take_away(comments: Sequence[Comment]) -> None:
    """The comments (read before) no longer count: superseded, or erased."""
    rows: list[tuple[date | int | str, ...]] = [
        (*(counts[polarity] for polarity in POLARITIES), *key)
        for key, counts in sorted(_count(_stored(comments)).items())
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_TAKE_AWAY, rows)


def recount() -> Counts:
    """What the totals must be, counted from the raw rows. For proof, not for pages."""
    counts: Counts = {}
    for batch in _batches(Comment.objects.current().exclude(read_at=None).order_by("pk")):
        for key, found in _count(_stored(batch)).items():
            counts.setdefault(key, Counter()).update(found)
    return counts


def kept() -> Counts:
    """The totals as they stand, in the shape of `recount`, without rows that have come down to nothing."""
    found = {
        (row.day, row.dimension, row.value, row.theme): Counter(
            {p: n for p in POLARITIES if (n := getattr(row, p))}
        )
        for row in ThemeTotal.objects.iterator()
    }
    return {key: counts for key, counts in found.items() if counts}


def rebuild() -> None:
    """Write the totals anew from the raw rows; the caller holds the transaction."""
    ThemeTotal.objects.all().delete()
    ThemeTotal.objects.bulk_create(
        [
            ThemeTotal(day=day, dimension=dimension, value=value, theme=theme, **counts)
            for (day, dimension, value, theme), counts in recount().items()
        ],
        batch_size=2000,
    )


def _count(readings: Iterable[Reading]) -> Counts:
    counts: Counts = {}
    zone = shop.zone()
    for reading in readings:
        day = reading.comment.said_at.astimezone(zone).date()
        both = f"{reading.comment.channel}/{reading.lang}"
        for dimension, value in ((ALL, ALL), (CHANNEL_LANGUAGE, both)):
            for theme, polarity in ((ALL, reading.sentiment), *reading.themes):
                counts.setdefault((day, dimension, value, theme), Counter())[polarity] += 1
    return counts


def _batches(comments: QuerySet[Comment]) -> Iterator[list[Comment]]:
    rows = comments.only("pk").iterator(chunk_size=2000)
    while batch := list(islice(rows, 2000)):
        yield batch


def _stored(comments: Sequence[Comment]) -> Iterator[Reading]:
    ids = [comment.pk for comment in comments]
    themes: dict[int, list[tuple[str, str]]] = {}
    for comment, slug, polarity in Mention.objects.filter(comment__in=ids).values_list(
        "comment", "theme__slug", "polarity"
    ):
        themes.setdefault(comment, []).append((slug, polarity))
    for analysis in Analysis.objects.filter(comment__in=ids).select_related("comment"):
        yield Reading(
            comment=analysis.comment,
            lang=analysis.lang,
            sentiment=analysis.final_sentiment,
            themes=themes.get(analysis.pk, ()),
        )


_TABLE = ThemeTotal._meta.db_table
_ADD = f"""
INSERT INTO {_TABLE} (day, dimension, value, theme, negative, neutral, positive, unknown)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (dimension, value, day, theme) DO UPDATE SET
    negative = {_TABLE}.negative + excluded.negative, neutral = {_TABLE}.neutral + excluded.neutral,
    positive = {_TABLE}.positive + excluded.positive, unknown = {_TABLE}.unknown + excluded.unknown
"""  # noqa: S608 the table's own name
_TAKE_AWAY = f"""
UPDATE {_TABLE} SET
    negative = negative - %s, neutral = neutral - %s, positive = positive - %s, unknown = unknown - %s
WHERE day = %s AND dimension = %s AND value = %s AND theme = %s
"""  # noqa: S608
