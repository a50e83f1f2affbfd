"""Keep the daily totals: added with the reading, taken away when it no longer counts.

What a person says counts, else the machine; a theme merged into another counts there, once per comment.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db import connection
from django.db.models import QuerySet

from feedback import shop
from feedback.models import Analysis, Comment, Mention, Theme, ThemeTotal
from feedback.models.totals import ALL, CHANNEL_LANGUAGE

POLARITIES = ("negative", "neutral", "positive", "unknown")
# Of two themes that are one now, the comment counts with the first of these: a complaint is never hidden.
STRONGEST_FIRST = ("negative", "positive", "neutral", "unknown")
_LOCK_KEY = 0x746F74616C  # "total": PostgreSQL's advisory lock of what the totals mean
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
    _meaning_stays()
    rows: list[tuple[date | int | str, ...]] = [
        (day, dimension, value, theme, *(counts[polarity] for polarity in POLARITIES))
        for (day, dimension, value, theme), counts in sorted(_count(readings).items())
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_ADD, rows)


def take_away(comments: Sequence[Comment]) -> None:
    """The comments (read before) no longer count: superseded, or erased."""
    _meaning_stays()
    rows: list[tuple[date | int | str, ...]] = [
        (*(counts[polarity] for polarity in POLARITIES), *key)
        for key, counts in sorted(_count(_stored(comments)).items())
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_TAKE_AWAY, rows)


@contextmanager
def following(comments: Sequence[Comment]) -> Iterator[None]:
    """Around a change of what is stored of them: they are taken away as they were and added as they are.

    The caller holds the transaction and has locked the comments, in the order of their keys.
    """
    counting = [c for c in comments if c.superseded_by_id is None and c.read_at is not None]
    take_away(counting)
    yield
    add(_stored(counting))


def recount(comments: QuerySet[Comment] | None = None) -> Counts:
    """What the totals must be, counted from the raw rows. For proof, not for pages."""
    counts: Counts = {}
    rows = Comment.objects.all() if comments is None else comments
    for batch in _batches(rows.filter(superseded_by=None).exclude(read_at=None).order_by("pk")):
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
    meaning_changes()
    ThemeTotal.objects.all().delete()
    _insert(recount())


def rebuild_themes(slugs: Collection[str]) -> None:
    """The totals of these themes anew, after `meaning_changes`: of the comments that mention them, now or
    through a theme that is merged into one of them."""
    members = [slug for slug, root in roots().items() if slug in slugs or root in slugs]
    mentions = Mention.objects.filter(theme__slug__in=members)
    counted = recount(Comment.objects.filter(pk__in=mentions.values("comment")))
    ThemeTotal.objects.filter(theme__in=slugs).delete()
    _insert({key: counts for key, counts in counted.items() if key[3] in slugs})


def meaning_changes() -> None:
    """Before themes are merged or days move: waits until nobody counts, and holds off who wants to until the
    transaction ends. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_KEY])


def _meaning_stays() -> None:
    """Who counts may do so beside others who count, never beside somebody who changes what is counted."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK_KEY])


def roots() -> dict[str, str]:
    """Each theme's slug, and the slug it counts under: its own, or that of what it was merged into."""
    into = dict(Theme.objects.order_by().values_list("slug", "merged_into__slug"))
    return {slug: _root(slug, into) for slug in into}


def merged(themes: Iterable[tuple[str, str]], root: Mapping[str, str]) -> dict[str, str]:
    """Slug and polarity pairs as they count: by root, each once, with the strongest polarity."""
    found: dict[str, str] = {}
    for slug, polarity in themes:
        under = root.get(slug, slug)
        found[under] = min(found.get(under, polarity), polarity, key=STRONGEST_FIRST.index)
    return found


def _root(slug: str, into: Mapping[str, str | None]) -> str:
    while above := into[slug]:
        slug = above
    return slug


def _insert(counted: Counts) -> None:
    rows = (
        ThemeTotal(day=day, dimension=dimension, value=value, theme=theme, **counts)
        for (day, dimension, value, theme), counts in counted.items()
    )
    ThemeTotal.objects.bulk_create(rows, batch_size=2000)


def _count(readings: Iterable[Reading]) -> Counts:
    counts: Counts = {}
    zone, root = shop.zone(), roots()
    for reading in readings:
        day = reading.comment.said_at.astimezone(zone).date()
        both = f"{reading.comment.channel}/{reading.lang}"
        themes = merged(reading.themes, root).items()
        for dimension, value in ((ALL, ALL), (CHANNEL_LANGUAGE, both)):
            for theme, polarity in ((ALL, reading.sentiment), *themes):
                counts.setdefault((day, dimension, value, theme), Counter())[polarity] += 1
    return counts


def _batches(comments: QuerySet[Comment]) -> Iterator[list[Comment]]:
    rows = comments.only("pk").iterator(chunk_size=2000)
    while batch := list(islice(rows, 2000)):
        yield batch


def _stored(comments: Sequence[Comment]) -> Iterator[Reading]:
    ids = [comment.pk for comment in comments]
    themes: dict[int, list[tuple[str, str]]] = {}
    for comment, slug, polarity in Mention.objects.filter(comment__in=ids).told():
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
