"""What the desk shows: the list, a review in pieces, facts, history, differences. Only reads."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateTimeField,
    F,
    Field,
    Func,
    PositiveSmallIntegerField,
    Q,
    QuerySet,
    Value,
)
from django.db.models.lookups import GreaterThan, LessThan
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from feedback import labels
from feedback.marks import Segment, pieces
from feedback.models import Comment, Event, FactCorrection, Mention, Theme
from feedback.prepared import Prepared
from reviews import listing
from reviews.forms import QueueFilter
from reviews.intake import DELETED, EDITED
from reviews.models import Hold, Reply, Review, Source
from reviews.publishing import VANISHED
from reviews.routing import Route
from reviews.searching import saying

BEFORE, AFTER = 8, 16  # neighbours beside an open reply
MOST_COUNTED = 1000
MOST_VERSIONS = 20
_COLUMNS = ("urgency", "drafted_at", "public_id")
_SAID_BY_HOLDS = ("reply held", "reply let go")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows of the list in its order, and whether there are others before and after them."""

    rows: list[Reply]
    has_before: bool
    has_after: bool


def found(chosen: Mapping[str, str], now: datetime) -> QuerySet[Reply]:
    """What the filters let through, in no order. Their keys are told by an index alone."""
    return Reply.objects.filter(_wanted(chosen, now))


def page(chosen: Mapping[str, str], now: datetime, *, size: int, after: str = "", before: str = "") -> Page:
    """Beginning after, or ending before, the reply of this public id. Three queries, however deep."""
    order = _order(chosen)
    rows = found(chosen, now)
    at = after or before
    place = Reply.objects.filter(public_id=at).only(*_COLUMNS).first() if at else None
    if place is not None and not after:
        above = _shown(_keys(_beside(rows, place, order, later=False)[: size + 1]))
        return Page(rows=above[:size][::-1], has_before=len(above) > size, has_after=True)
    ordered = rows.order_by(*order) if place is None else _beside(rows, place, order, later=True)
    here = _shown(_keys(ordered[: size + 1]))
    return Page(rows=here[:size], has_before=place is not None, has_after=len(here) > size)


def count(chosen: Mapping[str, str], now: datetime) -> int:
    """How many there are; MOST_COUNTED + 1 stands for more, as counting all of them takes long."""
    return found(chosen, now)[: MOST_COUNTED + 1].count()


def first_page(chosen: Mapping[str, str], now: datetime, *, size: int) -> tuple[Page, int]:
    """`page` and `count` of it by one look: with words, either has to look through all that have them."""
    keys = _keys(found(chosen, now).order_by(*_order(chosen))[: MOST_COUNTED + 1])
    page = Page(rows=_shown(keys[:size]), has_before=False, has_after=len(keys) > size)
    return page, len(keys)


def neighbours(reply: Reply, chosen: Mapping[str, str], now: datetime) -> list[Reply]:
    """The list around an open reply, in the list's order, with the reply itself. Three queries."""
    order, rows = _order(chosen), found(chosen, now).exclude(pk=reply.pk)
    above = _keys(_beside(rows, reply, order, later=False)[:BEFORE])[::-1]
    below = _keys(_beside(rows, reply, order, later=True)[:AFTER])
    shown = _shown([*above, *below])
    before = len(set(above) & {row.pk for row in shown})
    return [*shown[:before], reply, *shown[before:]]


def _keys(rows: QuerySet[Reply]) -> list[int]:
    """From the index: the rows themselves are wide, and only few are looked at."""
    return list(rows.values_list("pk", flat=True))


def _shown(keys: list[int]) -> list[Reply]:
    """In the same order, with what a row of the list shows. One query, none without keys."""
    rows = {row.pk: row for row in (_ROWS.all(keys) if keys else ())}
    return [rows[key] for key in keys if key in rows]


def _order(chosen: Mapping[str, str]) -> tuple[str, ...]:
    """What waits: the most urgent first, then the longest waiting. What is done: the newest first."""
    match chosen.get("sort") or ("urgent" if chosen["state"] == Reply.State.DRAFT else "newest"):
        case "urgent":
            return ("urgency", "drafted_at", "pk")
        case "oldest":
            return ("drafted_at", "pk")
    return ("-drafted_at", "-pk")


def _beside(rows: QuerySet[Reply], place: Reply, order: Sequence[str], *, later: bool) -> QuerySet[Reply]:
    """Those after (or, nearest first, before) a place of the order: one step into an index, not a count."""
    names = [name.removeprefix("-") for name in order]
    is_down = order[0].startswith("-")
    here = _Row(*(Value(getattr(place, name), _KINDS[name]) for name in names))
    columns = _Row(*map(F, names))
    beyond = GreaterThan(columns, here) if later is not is_down else LessThan(columns, here)
    ordered = rows.filter(beyond).order_by(*order)
    return ordered if later else ordered.reverse()


_KINDS: dict[str, Field] = {
    "urgency": PositiveSmallIntegerField(),
    "drafted_at": DateTimeField(),
    "pk": BigIntegerField(),
}


_AROUND = ("review__source", "review__comment__analysis", "decision")
_SHOWN = (
    *("public_id", "state", "urgency", "drafted_at", "needs_approver", "held", "review_version"),
    *("review__route", "review__source__name"),
    *("review__comment__title", "review__comment__text", "review__comment__score", "review__comment__scale"),
    *(f"review__comment__analysis__{name}" for name in ("lang", "sentiment", "corrected_sentiment")),
    *(f"review__comment__analysis__{name}" for name in ("leverage", "flags")),
    *("decision__rule", "decision__facts"),
)
_ROWS = Prepared(
    lambda keys: Reply.objects.filter(pk__among=keys).select_related(*_AROUND).only(*_SHOWN).order_by(), list
)


class _Row(Func):
    """(a, b, c), which both databases compare as an index is sorted."""

    template = "(%(expressions)s)"
    output_field = BooleanField()


def segments(review: Review) -> list[Segment]:
    """The review's words with its leverage and the words of its themes marked; together they are the text.

    An edited review has new words, which nobody has read for a moment: then nothing is marked.
    """
    comment = review.comment
    analysis = getattr(comment, "analysis", None)
    words = [word for mention in Mention.objects.counted().filter(comment=comment) for word in mention.words]
    return pieces(comment.words, words=words, leverage=analysis.leverage_spans if analysis else ())


def leverage(review: Review) -> str | Promise:
    """What kind the review's words hold; '' for none, or while they are not read."""
    analysis = getattr(review.comment, "analysis", None)
    return labels.LEVERAGE.get(analysis.leverage, "") if analysis else ""


def history(reply: Reply) -> list[dict[str, Any]]:
    """What was done to the reply, its review and its facts, oldest first. Three queries."""
    subjects = [f"reviews.reply:{reply.pk}", f"reviews.review:{reply.review_id}"]
    events = Event.objects.filter(subject__in=subjects).exclude(verb__in=_SAID_BY_HOLDS)
    events = events.select_related("by").order_by("id")
    corrections = FactCorrection.objects.filter(comment=reply.review.comment_id).select_related("by")
    entries: list[dict[str, Any]] = [{"at": reply.drafted_at, "what": _("Drafted")}]
    entries += [
        {"at": event.at, "by": event.by, "what": labels.known(_done(), event.verb), "why": _why(event, reply)}
        for event in events
    ]
    for hold in reply.holds.select_related("asked_by", "ended_by"):
        what = _("Asked: %(whom)s") % {"whom": hold.get_whom_display()}
        entries.append({"at": hold.asked_at, "by": hold.asked_by, "what": what, "why": hold.words})
        if hold.ended_at:
            what = _("Answered") if hold.answer else _("The question ended")
            entries.append({"at": hold.ended_at, "by": hold.ended_by, "what": what, "why": hold.answer})
    for row in corrections:
        what = _("%(fact)s corrected") % {"fact": labels.known(labels.FACTS, row.name)}
        entries.append({"at": row.at, "by": row.by, "what": what, "why": row.reason})
    return sorted(entries, key=lambda entry: entry["at"])


def open_hold(reply: Reply) -> Hold | None:
    """What the reply waits for. One query where it waits, none where it does not."""
    return reply.holds.filter(ended_at=None).select_related("asked_by").first() if reply.held else None


def former_versions(review: Review) -> list[Comment]:
    """The review's words before its author edited them, the newest first. One query for each of them."""
    found: list[Comment] = []
    older = Comment.objects.filter(superseded_by=review.comment_id).first() if review.version > 1 else None
    while older is not None and len(found) < MOST_VERSIONS:
        found.append(older)
        older = Comment.objects.filter(superseded_by=older.pk).first()
    return found


def former_replies(reply: Reply) -> list[Reply]:
    """The other replies to this review, the newest first."""
    others = Reply.objects.filter(review=reply.review_id).exclude(pk=reply.pk)
    return list(others.select_related("approved_by").order_by("-pk"))


def reason(reply: Reply) -> str:
    """Of our no or the platform's, as a person wrote it or in our words."""
    ours = {
        EDITED: _("The customer edited the review."),
        DELETED: _("The review was deleted at its source."),
        VANISHED: _("The source does not show the reply any more."),
    }
    return ours.get(reply.reason, reply.reason)


def differences(theirs: str, mine: str) -> list[Segment]:
    """Word by word: what `mine` adds to `theirs`, and what it leaves out."""
    old, new = re.findall(r"\s+|\S+", theirs), re.findall(r"\s+|\S+", mine)
    found: list[Segment] = []
    for change, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if change == "equal":
            found.append(Segment(text="".join(old[a:b])))
            continue
        found += [Segment(text="".join(old[a:b]), kind="gone")] if a < b else []
        found += [Segment(text="".join(new[c:d]), kind="added")] if c < d else []
    return found


def _wanted(chosen: Mapping[str, str], now: datetime) -> Q:
    wanted = saying(chosen.get("q", ""))
    if chosen["state"] != QueueFilter.ALL:
        wanted &= Q(state=chosen["state"])
    for name in ("language", "standing", "sentiment"):
        if chosen.get(name):
            wanted &= Q(**{name: chosen[name]})
    if chosen.get("source"):
        wanted &= Q(source=Source.objects.filter(slug=chosen["source"]).values("pk")[:1])
    if chosen["route"]:
        wanted &= Q(urgency=tuple(Route).index(Route(chosen["route"])))
    if chosen.get("theme"):
        wanted &= _about(chosen["theme"])
    if chosen["age"]:
        wanted &= Q(drafted_at__lt=now - timedelta(days=int(chosen["age"])))
    return wanted & _NEEDS.get(chosen.get("needs", ""), Q())


_NEEDS = {
    "approver": Q(needs_approver=True),
    "leverage": Q(has_leverage=True),
    "answer": ~Q(held=""),
    "edited": Q(review_version__gt=1),
}


def _about(theme: str) -> Q:
    """With a mention of the theme that stands; of one that was merged, under its new name. One query."""
    named = Theme.objects.filter(Q(slug=theme) | Q(merged_into__slug=theme)).values_list("pk", flat=True)
    nowhere = Q(pk__in=())
    return Q(nowhere, *(Q(themes__contains=listing.has_theme(key)) for key in named), _connector=Q.OR)


def _why(event: Event, reply: Reply) -> str:
    return reason(reply) if event.verb in ("reply discarded", "reply refused") else ""


def _done() -> dict[str, str]:
    return {
        "reply edited": _("Words changed"),
        "reply approved": _("Approved"),
        "approval taken back": _("Approval taken back"),
        "reply discarded": _("Rejected"),
        "reply drafted again": _("Drafted again"),
        "reply published": _("Published"),
        "reply pending": _("Handed over; the platform checks it"),
        "reply refused": _("Refused by the platform"),
        "review edited": _("The customer edited the review"),
        "review deleted at its source": _("Deleted at its source"),
        "review is back at its source": _("Back at its source"),
        "review hidden": _("Hidden from the public page"),
        "review shown again": _("Shown on the public page again"),
        "evidence taken": _("Evidence for the platform taken"),
    }
