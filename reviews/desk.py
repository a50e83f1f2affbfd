"""What the desk shows: the list, a review in pieces, facts, history, differences. Only reads."""

import difflib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback import labels
from feedback.marks import Segment, pieces
from feedback.models import Event, FactCorrection, Mention
from reviews.forms import QueueFilter
from reviews.intake import DELETED, EDITED
from reviews.models import Reply, Review
from reviews.publishing import VANISHED

BEFORE, AFTER = 8, 16  # neighbours beside an open reply
_READING = "review__comment__analysis"
LEVERAGE = {
    "review_threat": gettext_lazy("threatens with bad reviews"),
    "posted_then_demand": gettext_lazy("posted first, then demands"),
    "removal_for_money": gettext_lazy("offers to remove it for money"),
    "chargeback_leverage": gettext_lazy("threatens with a chargeback"),
}


def found(chosen: Mapping[str, str], now: datetime) -> QuerySet[Reply]:
    """The list, the longest waiting first; of what is done, the newest first."""
    rows = Reply.objects.select_related("review__source", "review__comment__analysis", "decision")
    rows = rows.filter(_wanted(chosen, now))
    return (
        rows.order_by("drafted_at", "pk")
        if chosen["state"] == "draft"
        else rows.order_by("-drafted_at", "-pk")
    )


def neighbours(reply: Reply, chosen: Mapping[str, str], now: datetime) -> list[Reply]:
    """The list around an open reply, in the list's order, with the reply itself. Two queries."""
    waiting = chosen["state"] == "draft"
    rows = found(chosen, now).exclude(pk=reply.pk)
    at = reply.drafted_at  # the outer bound is for the index
    earlier = Q(drafted_at__lte=at) & (Q(drafted_at__lt=at) | Q(pk__lt=reply.pk))
    later = Q(drafted_at__gte=at) & (Q(drafted_at__gt=at) | Q(pk__gt=reply.pk))
    first, second = (earlier, later) if waiting else (later, earlier)
    above = list(rows.filter(first).reverse()[:BEFORE])[::-1]
    return [*above, reply, *rows.filter(second)[:AFTER]]


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
    return LEVERAGE.get(analysis.leverage, "") if analysis else ""


def history(reply: Reply) -> list[dict[str, Any]]:
    """What was done to the reply, its review and its facts, oldest first. Two queries."""
    subjects = [f"reviews.reply:{reply.pk}", f"reviews.review:{reply.review_id}"]
    events = Event.objects.filter(subject__in=subjects).select_related("by").order_by("id")
    corrections = FactCorrection.objects.filter(comment=reply.review.comment_id).select_related("by")
    entries: list[dict[str, Any]] = [{"at": reply.drafted_at, "what": _("Drafted")}]
    entries += [
        {"at": event.at, "by": event.by, "what": labels.known(_done(), event.verb), "why": _why(event, reply)}
        for event in events
    ]
    for row in corrections:
        what = _("%(fact)s corrected") % {"fact": labels.known(labels.FACTS, row.name)}
        entries.append({"at": row.at, "by": row.by, "what": what, "why": row.reason})
    return sorted(entries, key=lambda entry: entry["at"])


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
    wanted = Q()
    if chosen["state"] != QueueFilter.ALL:
        wanted &= Q(state=chosen["state"])
    for name, column in (
        ("source", "review__source__slug"),
        ("route", "review__route"),
        ("language", "language"),
    ):
        if chosen[name]:
            wanted &= Q(**{column: chosen[name]})
    if chosen["sentiment"]:
        read = Q(**{f"{_READING}__sentiment": chosen["sentiment"], f"{_READING}__corrected_sentiment": ""})
        wanted &= read | Q(**{f"{_READING}__corrected_sentiment": chosen["sentiment"]})
    if chosen["age"]:
        wanted &= Q(drafted_at__lt=now - timedelta(days=int(chosen["age"])))
    return wanted


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
    }
