"""Carry approved replies out to their sources: each once, whatever dies on the way.

A reply is `publishing` before the source hears of it. One that is found so again was cut off in between:
then the source is asked what stands there before anything is sent a second time.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import F

from feedback import journal, leases
from reviews import sources
from reviews.intake import EDITED
from reviews.models import Reply, ReplyQuerySet, Review
from reviews.sources import Answer, Outcome

State = Reply.State
_STATES = {Answer.PUBLISHED: State.PUBLISHED, Answer.PENDING: State.PENDING, Answer.REFUSED: State.REFUSED}


def publish(replies: Sequence[Reply], now: datetime) -> None:
    for reply in replies:
        _publish(reply, now)


def due(now: datetime) -> ReplyQuerySet:
    return Reply.objects.to_publish()


PUBLISH = leases.Job(name="publish replies", due=due, run=publish, batch=1)


def _publish(reply: Reply, now: datetime) -> None:
    review = Review.objects.select_related("source").get(pk=reply.review_id)
    door = sources.connector(review.source)
    cut_off = reply.state == State.PUBLISHING
    if cut_off and _is_there(door.present_reply(review.source, review), reply.text):
        _end(reply, Outcome(answer=Answer.PUBLISHED, ref=reply.external_ref), now)
        return
    if not _begin(reply, now):
        return
    reply.review = review
    _end(reply, door.publish(review.source, reply), now)


def _begin(reply: Reply, now: datetime) -> bool:
    """Commit `publishing` before the call. False: the review was edited meanwhile, and nothing goes out."""
    with journal.recording():
        # The same lock as approving and taking in take: an edit comes wholly before or wholly after this.
        version = (
            Review.objects.select_for_update(no_key=True)
            .values_list("version", flat=True)
            .get(pk=reply.review_id)
        )
        if version != reply.review_version:
            leases.finish([reply], state=State.DISCARDED, reason=EDITED)
            journal.log("reply discarded", reply, reason=EDITED)
            return False
        mine = Reply.objects.filter(
            pk=reply.pk, leased_by=leases.owner(), state__in=[State.APPROVED, State.PUBLISHING]
        )
        if not mine.update(state=State.PUBLISHING, sent_at=reply.sent_at or now):
            raise leases.LeaseLost(f"reply {reply.pk} is no longer ours to publish")
        reply.refresh_from_db(fields=["state", "text", "sent_at"])
    return True


def _end(reply: Reply, outcome: Outcome, now: datetime) -> None:
    changes: dict[str, Any] = {"state": _STATES[outcome.answer], "reason": outcome.reason[:300]}
    if outcome.answer is Answer.PUBLISHED:
        changes["published_at"] = now
    if outcome.ref:
        changes["external_ref"] = outcome.ref[:200]
    with journal.recording():
        leases.finish([reply], edition=F("edition") + 1, **changes)
        journal.log(f"reply {outcome.answer.value}", reply, version=reply.review_version)


def _is_there(present: str | None, text: str) -> bool:
    """Platforms trim and re-wrap; the words are the same when they are the same without their spaces."""
    return present is not None and present.split() == text.split()
