"""The pack for a platform's report form: one review that is tied to a demand, with all that proves it.

Words of our own house have no place in it, and nobody but the author of the review (S3-7, L9).
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from feedback import journal, shop
from feedback.models import Comment, Event, User
from reviews import twin
from reviews.models import Reply, Review

NAMES = ("summary.html", "evidence.json", "review-version-N.txt", "reply-N.txt", "SHA256SUMS")
MOST_VERSIONS = 20
# As somebody outside would say it: what the words do, not what we think of who wrote them.
_DEMANDS = {
    "review_threat": _("names bad reviews as what follows if a demand is not met"),
    "posted_then_demand": _("was posted, and then tied to a demand"),
    "removal_for_money": _("offers to take the review away in return for something"),
    "chargeback_leverage": _("names a chargeback as what follows if a demand is not met"),
}
_RECEIVED = "reviews received"  # of a source: one act for all that came with it
_LOG = {
    _RECEIVED: _("The review was received"),
    "review edited": _("The author edited the review"),
    "replies drafted": _("An answer was drafted"),
    "reply approved": _("The answer was approved by a person"),
    "reply published": _("The answer was published"),
    "reply pending": _("The answer was handed to the platform"),
    "reply refused": _("The platform refused the answer"),
    "case opened": _("The complaint was taken up"),
    "fact corrected": _("A fact was looked into"),
    "case resolved": _("The complaint was resolved"),
    "case closed": _("The complaint was closed"),
    "evidence taken": _("This evidence was collected"),
}


def take(reply: Reply, *, by: User, language: str, now: datetime) -> bytes:
    """The zip, and an Event that says who took it."""
    with journal.recording():
        packed = pack(reply, language=language, now=now)
        digest = hashlib.sha256(packed).hexdigest()
        journal.log("evidence taken", reply, by=by, sha256=digest, review=reply.review_id)
    return packed


def pack(reply: Reply, *, language: str, now: datetime) -> bytes:
    """Takes a reply `with_all_around` of a review with leverage. At one moment the same, byte for byte."""
    with translation.override(language):
        found = gather(reply, now)
        files = _texts(found)
        files["evidence.json"] = json.dumps(found, ensure_ascii=False, indent=2, default=str)
        files["summary.html"] = render_to_string(
            "reviews/evidence_summary.html", {"found": found, "language": language}
        )
    files["SHA256SUMS"] = "".join(f"{_sha256(text)}  {name}\n" for name, text in sorted(files.items()))
    return _zipped(files, now)


def gather(reply: Reply, now: datetime) -> dict[str, Any]:
    """All of the pack as plain values, in the language that is on. Times are UTC."""
    review, comment = reply.review, reply.review.comment
    return {
        "made_at": _utc(now),
        "shop": shop.current().name,
        "review": {
            "source": review.source.name,
            "id": review.external_id,
            "address": review.url,
            "author": comment.author,
            "stars": comment.stars,
            "kind": str(_DEMANDS.get(comment.analysis.leverage, "")),
        },
        "marked": [
            {"start": start, "end": end, "words": comment.words[start:end]}
            for start, end in comment.analysis.leverage_spans
        ],
        "versions": [_version(number, one) for number, one in _versions(review)],
        "replies": [_reply(number, one) for number, one in enumerate(_replies(review), 1)],
        "twin": _twin(twin.of(reply)),
        "log": _log(reply),
    }


def _versions(review: Review) -> list[tuple[int, Comment]]:
    """Numbered as the review counts them, the oldest first."""
    found = [review.comment]
    while len(found) < MOST_VERSIONS:
        older = Comment.objects.filter(superseded_by=found[-1].pk).first()
        if older is None:
            break
        found.append(older)
    return [(review.version - place, one) for place, one in enumerate(found)][::-1]


def _version(number: int, comment: Comment) -> dict[str, Any]:
    return {
        "version": number,
        "said_at": _utc(comment.said_at),
        "received_at": _utc(comment.received_at),
        "stars": comment.stars,
        "words": comment.words,
        "sha256": _sha256(comment.words),
    }


def _replies(review: Review) -> list[Reply]:
    """What went out, the oldest first; drafts are nobody's business."""
    return list(review.replies.filter(published_at__isnull=False).order_by("published_at", "pk"))


def _reply(number: int, reply: Reply) -> dict[str, Any]:
    return {
        "number": number,
        "to_version": reply.review_version,
        "published_at": _utc(reply.published_at),
        "words": reply.text,
        "sha256": _sha256(reply.text),
    }


def _twin(twins: twin.Twins | None) -> dict[str, Any] | None:
    if twins is None or not twins.can_be_compared:
        return None
    return {
        "are_alike": twins.are_alike,
        "dispute_stays": twins.dispute_stays,
        "words_without": twins.without.words,
        "sides": [
            {"words": name, "decision_sha256": side.decision_digest, "answer_sha256": side.draft_digest}
            for name, side in (("as written", twins.written), ("without the marked words", twins.without))
        ],
        "answer": twins.without.draft,
    }


def _log(reply: Reply) -> list[dict[str, str]]:
    """Of the review, its answers and its case, oldest first; without the names of those who work here."""
    review = reply.review
    subjects = [f"reviews.review:{review.pk}", f"feedback.comment:{review.comment_id}"]
    subjects += [f"reviews.reply:{pk}" for pk in review.replies.values_list("pk", flat=True)]
    subjects += [f"feedback.case:{reply.case_id}"] if reply.case_id else []
    events = Event.objects.filter(subject__in=subjects, verb__in=_LOG).order_by("id")
    return [
        *_received(review),
        *({"at": _utc(event.at), "what": str(_LOG[event.verb]), "hash": event.hash} for event in events),
    ]


def _received(review: Review) -> list[dict[str, str]]:
    """When its first version reached us. Without a hash where the act is older than acts that name their
    reviews; nothing where that version is not in the pack either."""
    came = (
        Event.objects.filter(subject=f"reviews.source:{review.source_id}", verb=_RECEIVED)
        .filter(data__first__lte=review.pk, data__last__gte=review.pk)
        .order_by("id")
        .first()
    )
    if came:
        return [{"at": _utc(came.at), "what": str(_LOG[_RECEIVED]), "hash": came.hash}]
    number, oldest = _versions(review)[0]
    return [{"at": _utc(oldest.received_at), "what": str(_LOG[_RECEIVED]), "hash": ""}] if number == 1 else []


def _texts(found: Mapping[str, Any]) -> dict[str, str]:
    files = {f"review-version-{one['version']}.txt": one["words"] for one in found["versions"]}
    return files | {f"reply-{one['number']}.txt": one["words"] for one in found["replies"]}


def _zipped(files: Mapping[str, str], now: datetime) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(files.items()):
            entry = zipfile.ZipInfo(name, now.astimezone(UTC).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode())
    return kept.getvalue()


def _utc(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else ""


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
