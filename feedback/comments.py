"""Record what customers said, and store what the machine reads in it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from feedback import bulk, copies, engines, leases, totals
from feedback.models import Analysis, Comment, Mention
from feedback.models.words import CommentQuerySet
from feedback.text.reader import Reader, Reading

LONGEST = 20_000  # characters of one text
_CANNOT_BE_STORED = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    """NFC, without NUL and lone surrogates, which databases cannot keep."""
    return unicodedata.normalize("NFC", _CANNOT_BE_STORED.sub("", text))


def new(
    *, text: str, channel: str, source: str, why: str, said_at: datetime, received_at: datetime, **rest: Any
) -> Comment:
    """An unsaved Comment. `rest`: title, author, language, score, scale, the order …"""
    spoken = columns(text=text, title=rest.pop("title", ""), author=rest.pop("author", ""))
    return Comment(
        channel=channel, source=source, why=why, said_at=said_at, received_at=received_at, **spoken, **rest
    )


def columns(*, text: str, title: str = "", author: str = "", **rest: Any) -> dict[str, Any]:
    """The columns of a Comment for bulk.write: the words cleaned, the rest as given, by attribute name."""
    return {"text": clean(text), "title": clean(title), "author": clean(author), **rest}


def record(**words: Any) -> Comment:
    """`new`, saved; the reading job finds it."""
    comment = new(**words)
    comment.save(force_insert=True)
    return comment


def hold(comments: Sequence[Comment]) -> None:
    """Lock them in the order of the reading job, before anything that hangs on them; in a transaction."""
    keys = [comment.pk for comment in comments]
    list(Comment.objects.select_for_update(no_key=True).filter(pk__among=keys).order_by("pk").values("pk"))


def supersede(old: Comment, by: Comment) -> None:
    """The customer edited their review: only the newer words count from now on."""
    supersede_many([(old, by)])


def supersede_many(edits: Sequence[tuple[Comment, Comment]]) -> None:
    """Old and new words in pairs. All at once: rows and totals are locked in the order of the reading job."""
    newer = {old.pk: new for old, new in edits}
    with transaction.atomic():
        locked = (
            Comment.objects.select_for_update(no_key=True)
            .filter(pk__in=newer, superseded_by=None)
            .order_by("pk")
        )
        still = list(locked)
        totals.take_away([comment for comment in still if comment.read_at is not None])
        for comment in still:
            comment.superseded_by = newer[comment.pk]
        Comment.objects.bulk_update(still, ["superseded_by"], batch_size=500)
    done = {comment.pk for comment in still}
    for old, new in edits:
        if old.pk in done:
            old.superseded_by = new


def read(comments: Sequence[Comment], now: datetime) -> None:
    """The reading job: a Reading for each, stored with its mentions and totals in one transaction."""
    at_work = engines.at_work()
    read = readings(comments, at_work.reader)
    with transaction.atomic():
        _store(comments, read, at_work.themes, now)
        copies.note(comments)
        leases.finish(comments, read_at=now)


def readings(comments: Sequence[Comment], reader: Reader) -> list[Reading]:
    return list(
        reader.read_many(
            [comment.words for comment in comments],
            langs=[comment.language or None for comment in comments],
            stars=[comment.stars for comment in comments],
        )
    )


def _store(
    comments: Sequence[Comment], readings: Sequence[Reading], themes: Mapping[str, int], now: datetime
) -> None:
    # In the order of their ids, so that two who lock several rows cannot wait for each other.
    locked = Comment.objects.select_for_update(no_key=True).filter(
        pk__among=[comment.pk for comment in comments]
    )
    locked = locked.order_by("pk")
    counting = set(locked.filter(superseded_by=None).values_list("pk", flat=True))
    pairs = list(zip(comments, readings, strict=True))
    bulk.write(Analysis, [analysis(comment, reading, now) for comment, reading in pairs])
    bulk.write(
        Mention,
        [
            {
                "comment_id": comment.pk,
                "theme_id": themes[mention.theme],
                "polarity": mention.polarity.value,
                "words": list(mention.words),
            }
            for comment, reading in pairs
            for mention in reading.themes
            if mention.theme in themes
        ],
    )
    totals.add(
        totals.Reading(
            comment=comment,
            lang=reading.lang.value,
            sentiment=reading.sentiment.value,
            themes=[(m.theme, m.polarity.value) for m in reading.themes if m.theme in themes],
            leverage=reading.leverage.kind if reading.leverage else "",
        )
        for comment, reading in pairs
        if comment.pk in counting
    )


def analysis(comment: Comment, reading: Reading, now: datetime) -> dict[str, Any]:
    """The columns of its Analysis for bulk.write."""
    leverage = reading.leverage
    return {
        "comment_id": comment.pk,
        "engine": reading.engine,
        "lang": reading.lang.value,
        "sentiment": reading.sentiment.value,
        "score": reading.score,
        "probability": reading.probability,
        "complaint": reading.complaint,
        "problem": reading.problem,
        "fault": reading.fault,
        "wish": reading.wish,
        "expectations": list(reading.expectations),
        "leverage": leverage.kind if leverage else "",
        "leverage_spans": [list(span) for span in leverage.spans] if leverage else [],
        "flags": list(reading.flags),
        "pii": [{"kind": found.kind, "span": [found.start, found.end]} for found in reading.pii],
        "read_at": now,
    }


def due(now: datetime) -> CommentQuerySet:
    return Comment.objects.unread()


_LOOKED_AT = tuple(
    "text title language score scale channel source why touchpoint location product said_at".split()
)
# What was said last is what somebody waits for. And of an import in no order a batch so has few days: totals
# of a thousand days cost half as much as reading.
READ = leases.Job(
    name="read comments", due=due, run=read, batch=1000, columns=_LOOKED_AT, order=("-said_at", "-pk")
)


def read_all() -> int:
    """Read everything that waits, here and now. Returns how many."""
    done = 0
    while taken := leases.run_once(READ, timezone.now()):
        done += taken
    return done
