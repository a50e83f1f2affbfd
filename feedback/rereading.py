"""Read old comments anew with the engine of today: what people said stays, the totals follow.

Cases and decisions are left as they are: what was decided was decided on what was known then.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone

from feedback import bulk, comments, engines, followers, journal, leases, totals
from feedback.models import Analysis, Comment, Mention, Rereading, User
from feedback.models.engines import RereadingQuerySet
from feedback.models.words import CommentQuerySet
from feedback.text.reader import Reading

STEP = 500  # comments of one transaction
_A_PERSONS = (
    "corrected_sentiment",
    "corrected_problem",
    "corrected_themes",
    "corrected_by_id",
    "corrected_at",
)


class Busy(RuntimeError):
    """They are being read anew already."""


def ask(by: User | None) -> Rereading:
    """Put all that has been read so far into the queue. Raises Busy."""
    read = _read()
    with journal.recording():
        Rereading.objects.unfinished().given_up().update(finished_at=timezone.now(), failed_at=None)
        try:
            with transaction.atomic():
                asked = Rereading.objects.create(
                    asked_at=timezone.now(),
                    asked_by=by,
                    last=read.aggregate(last=Max("pk"))["last"] or 0,
                    total=read.count(),
                )
        except IntegrityError:
            raise Busy from None
        journal.log("reading anew asked for", asked, by=by, comments=asked.total)
    return asked


def step(rows: Sequence[Rereading], now: datetime) -> None:
    """The job: some hundreds of comments, then the worker looks after other work. It goes on where it was."""
    (asked,) = rows
    found = list(_read().filter(pk__gt=asked.past, pk__lte=asked.last).order_by("pk")[:STEP])
    if not found:
        with journal.recording():
            leases.finish(rows, finished_at=timezone.now())
            journal.log("reading anew finished", asked, by=asked.asked_by, changed=asked.changed)
        return
    at_work = engines.at_work()
    readings = comments.readings(found, at_work.reader)
    with transaction.atomic():
        changed = _store(found, readings, at_work.themes, now)
        leases.finish(rows, past=found[-1].pk, done=F("done") + len(found), changed=F("changed") + changed)


def due(now: datetime) -> RereadingQuerySet:
    return Rereading.objects.unfinished()


READ_ANEW = leases.Job(name="read anew", due=due, run=step, batch=1)


def _read() -> CommentQuerySet:
    """Read before, with words that could be read again: stars alone and erased texts are left alone."""
    return Comment.objects.exclude(read_at=None).exclude(text="", title="")


def _store(
    found: Sequence[Comment], readings: Sequence[Reading], themes: Mapping[str, int], now: datetime
) -> int:
    """How many read otherwise now. Words that were erased in between are left alone."""
    read = {comment.pk: (comment.words, reading) for comment, reading in zip(found, readings, strict=True)}
    held = Comment.objects.select_for_update(no_key=True).filter(pk__in=read).order_by("pk")
    kept = [comment for comment in held if comment.words == read[comment.pk][0]]
    keys = [comment.pk for comment in kept]
    old = {analysis.pk: analysis for analysis in Analysis.objects.filter(pk__in=keys)}
    mentions: dict[int, list[Mention]] = {}
    for mention in Mention.objects.filter(comment__in=keys):
        mentions.setdefault(mention.comment_id, []).append(mention)
    with totals.following(kept):
        Analysis.objects.filter(pk__in=keys).delete()
        Mention.objects.filter(comment__in=keys).delete()
        bulk.write(Analysis, [_analysis(one, old[one.pk], read[one.pk][1], now) for one in kept])
        rows = {pk: _mentions(pk, old[pk], mentions.get(pk, ()), read[pk][1], themes) for pk in keys}
        bulk.write(Mention, [row for pk in keys for row in rows[pk]])
    followers.tell(kept)
    return sum(_differs(old[pk], mentions.get(pk, ()), read[pk][1], rows[pk]) for pk in keys)


def _analysis(comment: Comment, old: Analysis, reading: Reading, now: datetime) -> dict[str, Any]:
    a_persons = {name: getattr(old, name) for name in _A_PERSONS}
    return comments.analysis(comment, reading, now) | a_persons | {"edition": old.edition}


def _mentions(
    key: int, old: Analysis, known: Sequence[Mention], reading: Reading, themes: Mapping[str, int]
) -> list[dict[str, Any]]:
    """The machine's themes of now, each with what a person said of it; and those that only a person sees.

    Where a person looked at the text, a theme that the machine finds today was not there for them. A theme
    that was switched off since stays as it was.
    """
    said = {mention.theme_id: mention.corrected_polarity for mention in known}
    nobody = Mention.GONE if old.corrected_themes else ""
    rows = {
        themes[one.theme]: {"polarity": one.polarity.value, "words": list(one.words)}
        for one in reading.themes
        if one.theme in themes
    }
    in_use = set(themes.values())
    for mention in known:
        if mention.theme_id not in in_use:
            rows[mention.theme_id] = {"polarity": mention.polarity, "words": mention.words}
        elif mention.corrected_polarity not in ("", Mention.GONE):
            rows.setdefault(mention.theme_id, {"polarity": "", "words": []})
    return [
        {"comment_id": key, "theme_id": theme, "corrected_polarity": said.get(theme) or nobody, **row}
        for theme, row in rows.items()
    ]


def _differs(
    old: Analysis, known: Sequence[Mention], reading: Reading, rows: Sequence[Mapping[str, Any]]
) -> bool:
    if (old.sentiment, old.problem) != (reading.sentiment.value, reading.problem):
        return True
    return {(m.theme_id, m.polarity) for m in known} != {(r["theme_id"], r["polarity"]) for r in rows}


def latest() -> Rereading | None:
    return Rereading.objects.select_related("asked_by").order_by("-pk").first()
