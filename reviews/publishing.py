"""Carry approved replies out to their sources: each once, whatever dies on the way.

A reply is `publishing` before the source hears of it. One that is found so again was cut off in between:
then the source is asked what stands there before anything is sent a second time.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from feedback import case_clocks, journal, leases
from feedback.models import Case
from reviews import intake, polling, replies, sources
from reviews.intake import DELETED, EDITED
from reviews.models import Reply, ReplyQuerySet, Review, Source
from reviews.sources import Answer, Away, Connector, Edited, Gone, Outcome, Trouble

State = Reply.State
_STATES = {Answer.PUBLISHED: State.PUBLISHED, Answer.PENDING: State.PENDING, Answer.REFUSED: State.REFUSED}
CHECK_AGAIN = timedelta(minutes=15)  # a reply that the platform still looks at
_LOCKED = (Trouble.NO_CREDENTIALS, Trouble.DENIED)
VANISHED = "not found at the source"


def publish(approved: Sequence[Reply], now: datetime) -> None:
    for reply in approved:
        _outside(reply, now, _publish)


def due(now: datetime) -> ReplyQuerySet:
    return Reply.objects.to_publish(now)


PUBLISH = leases.Job(name="publish replies", due=due, run=publish, batch=1)


def check(waiting: Sequence[Reply], now: datetime) -> None:
    """Ask what became of replies that a platform had to look at (connectors §0 rule 5)."""
    for reply in waiting:
        _outside(reply, now, _check)


def check_due(now: datetime) -> ReplyQuerySet:
    return Reply.objects.to_check(now)


CHECK = leases.Job(name="check replies", due=check_due, run=check, batch=1)


def _outside(reply: Reply, now: datetime, act: Callable[[Reply, Connector, datetime], None]) -> None:
    """A source that does not answer costs the reply no try: it waits with the others of its source."""
    review = Review.objects.select_related("source__polling").get(pk=reply.review_id)
    reply.review, begun = review, time.monotonic()
    try:
        act(reply, sources.connector(review.source), now)
    except Away as away:
        note = polling.took_no_reply if away.trouble in _LOCKED else polling.stumbled
        note(review.source, away, now + timedelta(seconds=time.monotonic() - begun))
        leases.let_go([reply])
    else:
        _answered(review.source)


def _answered(source: Source) -> None:
    if hasattr(source, "polling"):
        polling.answered(source)
        polling.takes_replies(source)


def _publish(reply: Reply, door: Connector, now: datetime) -> None:
    source = reply.review.source
    there = door.present_reply(source, reply) if reply.state == State.PUBLISHING else None
    if there is not None and there.answer is not Answer.REFUSED:
        _end(reply, there, now)
        return
    if not _begin(reply, now):
        return
    try:
        outcome = door.publish(source, reply)
    except Edited as edited:
        intake.receive_many(source, [edited.record], now=now)
        _begin(reply, now)  # finds the newer version, and ends the answer to the older one
    except Gone:
        intake.note_deleted(reply.review, now)
        _discard(reply, DELETED)
    else:
        _end(reply, outcome, now)


def _check(reply: Reply, door: Connector, now: datetime) -> None:
    there = door.present_reply(reply.review.source, reply)
    _end(reply, there or Outcome(answer=Answer.REFUSED, reason=VANISHED), now)


def _begin(reply: Reply, now: datetime) -> bool:
    """Commit `publishing` before the call. False: the review was edited meanwhile, and nothing goes out."""
    with journal.recording():
        # The same lock as approving and taking in take.
        if not replies.answers_the_newest(reply):
            _discard(reply, EDITED)
            return False
        mine = Reply.objects.filter(
            pk=reply.pk, leased_by=leases.owner(), state__in=[State.APPROVED, State.PUBLISHING]
        )
        if not mine.update(state=State.PUBLISHING, sent_at=reply.sent_at or now):
            raise leases.LeaseLost(f"reply {reply.pk} is no longer ours to publish")
        reply.refresh_from_db(fields=["state", "text", "sent_at"])
    return True


def _discard(reply: Reply, reason: str) -> None:
    with journal.recording():
        leases.finish([reply], state=State.DISCARDED, reason=reason, edition=F("edition") + 1)
        journal.log("reply discarded", reply, reason=reason)


def _end(reply: Reply, outcome: Outcome, now: datetime) -> None:
    state = _STATES[outcome.answer]
    changes: dict[str, Any] = {"state": state, "reason": outcome.reason[:300]}
    if outcome.answer is Answer.PUBLISHED:
        changes["published_at"] = now
    if outcome.ref:
        changes["external_ref"] = outcome.ref[:200]
    with journal.recording():
        if outcome.answer is Answer.PUBLISHED and reply.case_id is not None:
            case_clocks.answered(
                Case.objects.filter(pk=reply.case_id), now
            )  # the case first, as an erasure does
        leases.finish([reply], edition=F("edition") + 1, **changes)
        if outcome.answer is Answer.PENDING:
            Reply.objects.filter(pk=reply.pk).update(retry_at=now + CHECK_AGAIN)
        if state != reply.state:  # a platform that goes on looking is no news
            journal.log(f"reply {outcome.answer.value}", reply, version=reply.review_version)
