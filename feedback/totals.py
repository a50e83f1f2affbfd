"""Keep the daily totals: added with the reading, taken away when it no longer counts.

What a person says counts, else the machine; a theme merged into another counts there, once per comment.
"""

import secrets
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from feedback import buckets, shop, total_rows
from feedback.models import Analysis, Comment, Mention, Theme, ThemeTotal, TotalsStamp
from feedback.models.totals import ALL, GRAINS
from feedback.prepared import PreparedFigures
from feedback.total_rows import POLARITIES, Key

# Of two themes that are one now, the comment counts with the first of these: a complaint is never hidden.
STRONGEST_FIRST = ("negative", "positive", "neutral", "unknown")
_SHARDS = 8  # connections that change totals of a month at once without waiting for each other's stamp
_LOCK_KEY = 0x746F74616C  # "total": PostgreSQL's advisory lock of what the totals mean


Counts = dict[Key, Counter]
_Key = tuple[date, str, str, str, str]  # a Key: made by the ten thousand, a bare one takes half the time
Changes = dict[_Key, list[int]]  # by how much, in the order of POLARITIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the totals need of one read comment; `themes` as pairs of slug and polarity."""

    comment: Comment
    lang: str
    sentiment: str
    themes: Sequence[tuple[str, str]]
    leverage: str = ""


def add(readings: Iterable[Reading]) -> None:
    """One statement however many readings."""
    _meaning_stays()
    _apply(_count(readings))


def take_away(comments: Sequence[Comment]) -> None:
    """The comments (read before) no longer count: superseded, or erased."""
    _meaning_stays()
    _apply(_difference({}, _count(_stored(comments))))


@contextmanager
def following(comments: Sequence[Comment]) -> Iterator[None]:
    """Around a change of what is stored of them: the totals change by what came and what went.

    The caller holds the transaction and has locked the comments, in the order of their keys.
    """
    _meaning_stays()
    counting = [c for c in comments if c.superseded_by_id is None and c.read_at is not None]
    before = _count(_stored(counting))
    yield
    _apply(_difference(_count(_stored(counting)), before))


def recount(comments: QuerySet[Comment] | None = None) -> Counts:
    """What the totals must be, counted from the raw rows. For proof, not for pages."""
    found: Changes = {}
    rows = Comment.objects.all() if comments is None else comments
    for batch in _batches(rows.filter(superseded_by=None).exclude(read_at=None).order_by("pk")):
        for key, counts in _count(_stored(batch)).items():
            known = found.get(key)
            found[key] = [a + b for a, b in zip(known, counts, strict=True)] if known else counts
    return {Key._make(key): _named(counts) for key, counts in found.items()}


def stamp(first: date = date.min, last: date = date.max) -> Hashable:
    """Of the totals of whole buckets from `first` to `last`: the same only while none of them changes, nor
    any other of these months. One query."""
    return tuple(_stamps.all(max(first, _SECOND).replace(day=1), last))


_SECOND = date(1, 2, 1)  # the first is that of every month
_stamps = PreparedFigures(
    lambda first, last: (
        TotalsStamp.objects.filter(Q(month=TotalsStamp.EVERY_MONTH) | Q(month__gte=first, month__lte=last))
        .order_by("month", "shard")
        .values_list("month", "shard", "stamp")
    ),
    date,
    date,
)


def kept() -> Counts:
    """The totals as they stand, in the shape of `recount`, without rows that have come down to nothing."""
    rows = ThemeTotal.objects.values_list(*Key._fields, *POLARITIES).iterator()
    found = {Key(*row[:5]): _named(row[5:]) for row in rows}
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
    _insert({key: counts for key, counts in counted.items() if key.theme in slugs})


def meaning_changes() -> None:
    """Before themes are merged or days move: waits until nobody counts, and holds off who wants to until the
    transaction ends. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_KEY])
    _stamp_anew([TotalsStamp.EVERY_MONTH])


def _meaning_stays() -> None:
    """Who counts may do so beside others who count, never beside somebody who changes what is counted."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK_KEY])


def _stamp_anew(months: Iterable[date]) -> None:
    """Before the rows, so that who waits for a stamp holds none of them."""
    stamped = [(month, secrets.randbits(62)) for month in sorted(months)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            columns = [list(column) for column in zip(*stamped, strict=True)]
            cursor.execute(f"{_STAMP} SELECT month, {_SHARD}, stamp FROM {_STAMPED} {_ANEW}", columns)  # noqa: S608
        else:
            cursor.executemany(f"{_STAMP} VALUES (%s, 0, %s) {_ANEW}", stamped)


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
    rows = (ThemeTotal(**key._asdict(), **counts) for key, counts in counted.items())
    ThemeTotal.objects.bulk_create(rows, batch_size=2000)


def _named(counts: Sequence[int]) -> Counter:
    return Counter({name: n for name, n in zip(POLARITIES, counts, strict=True) if n})


def _difference(after: Changes, before: Changes) -> Changes:
    """What is the same on both sides is left out, so that nobody waits for its row."""
    nothing = [0] * len(POLARITIES)
    found = {}
    for key in after.keys() | before.keys():
        pair = zip(after.get(key, nothing), before.get(key, nothing), strict=True)
        if any(changes := [new - old for new, old in pair]):
            found[key] = changes
    return found


def _count(readings: Iterable[Reading]) -> Changes:
    """By what the totals grow. What is alike in all dimensions is added up first: of a thousand comments of
    one source and day there are few kinds."""
    zone, root = shop.zone(), roots()
    alike: dict[tuple, dict[tuple[str, str], int]] = {}
    for one in readings:
        told = alike.setdefault((one.comment.said_at.astimezone(zone).date(), *_values(one)), {})
        for pair in ((ALL, one.sentiment), *merged(one.themes, root).items()):
            told[pair] = told.get(pair, 0) + 1
    found: Changes = {}
    for (day, *values), told in alike.items():
        firsts = [(grain.value, buckets.first_day(day, grain)) for grain in buckets.Grain]
        pairs = [(theme, _PLACE[polarity], n) for (theme, polarity), n in told.items()]
        for dimension, value in zip(GRAINS, values, strict=True):
            if value is None or value == "":
                continue
            word = str(value)
            for grain, first in firsts:
                if grain not in _KEPT_BY[dimension]:
                    continue
                for theme, place, n in pairs:
                    key = (first, dimension, word, theme, grain)
                    counts = found.get(key)
                    if counts is None:
                        counts = found[key] = [0, 0, 0, 0]
                    counts[place] += n
    return found


def _values(one: Reading) -> tuple[str | int | None, ...]:
    """In every dimension of GRAINS, in its order; None or "": in none of its rows."""
    said = one.comment
    return (
        ALL,
        said.channel,
        said.source,
        said.touchpoint_id,
        said.location_id,
        one.lang,
        said.why,
        one.leverage,
        said.product_id,
    )


def _batches(comments: QuerySet[Comment]) -> Iterator[list[Comment]]:
    rows = comments.only("pk").iterator(chunk_size=2000)
    while batch := list(islice(rows, 2000)):
        yield batch


def _stored(comments: Sequence[Comment]) -> Iterator[Reading]:
    ids = [comment.pk for comment in comments]
    themes: dict[int, list[tuple[str, str]]] = {}
    for comment, slug, polarity in Mention.objects.filter(comment__in=ids).told():
        themes.setdefault(comment, []).append((slug, polarity))
    analyses = Analysis.objects.filter(comment__in=ids).select_related("comment").only(*_COUNTED)
    for analysis in analyses:
        yield Reading(
            comment=analysis.comment,
            lang=analysis.lang,
            sentiment=analysis.final_sentiment,
            themes=themes.get(analysis.pk, ()),
            leverage=analysis.leverage,
        )


def _apply(changes: Changes) -> None:
    """In the order of the index, so that two workers cannot wait for each other, and few of its pages are
    looked for twice."""
    if not changes:
        return
    rows = sorted(((*key, *counts) for key, counts in changes.items()), key=total_rows.IN_THE_INDEX)
    with transaction.atomic(savepoint=False):
        _stamp_anew({day.replace(day=1) for day, _d, _v, _t, grain in changes if grain == buckets.Grain.DAY})
        total_rows.change(rows)


_KEPT_BY = {name: frozenset(grain.value for grain in grains) for name, grains in GRAINS.items()}
_PLACE = {name: place for place, name in enumerate(POLARITIES)}
_COUNTED = (
    "lang sentiment corrected_sentiment leverage comment__said_at comment__channel comment__source "
    "comment__touchpoint comment__location comment__why comment__product"
).split()
_STAMP = f"INSERT INTO {TotalsStamp._meta.db_table} (month, shard, stamp)"
_SHARD = f"pg_backend_pid() %% {_SHARDS}"
_STAMPED = "unnest(%s::date[], %s::bigint[]) AS given (month, stamp)"
_ANEW = "ON CONFLICT (month, shard) DO UPDATE SET stamp = excluded.stamp"
