"""What the demo's staff did since: replies sent, older complaints ended, customers asked how it ended."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from feedback import case_clocks, cases, follow_ups, handling, satisfaction, work
from feedback.front import demo_cases, demo_judging, demo_readings
from feedback.models import Case, User
from feedback.wording.compose import DoesNotFit
from reviews import replies
from reviews.models import Reply

_STILL_WAITING = timedelta(days=6)  # newer complaints are left for whoever tries the demo
_MOST_HAVE_ENDED, _NONE_IS_OLDER = timedelta(days=11), timedelta(days=40)  # complaints
_THANKS_WAITING = 5  # and one of so many replies to new praise
_A_MOMENT = timedelta(seconds=5)  # ago: nobody answers tomorrow


def lived(dice: random.Random, staff: dict[str, User], now: datetime) -> None:
    """Drafts approved and published, older cases ended; days are set back to then."""
    for reply in _dealt_with(now):
        try:
            replies.approve(reply, by=staff["mai"], edition=reply.edition)
        except (replies.Blocked, replies.NotAllowed, DoesNotFit):
            continue
    work.sweep(work.jobs())
    _set_back_replies(dice, now)
    _set_back_cases(now)
    demo_readings.looked_into(dice, staff["bao"], now)
    _ended(dice, staff, now)
    _rated(staff["bao"])


def _ended(dice: random.Random, staff: dict[str, User], now: datetime) -> None:
    """All that are older but one in eight of the newer ones among them, which was forgotten."""
    clocks = random.Random(23)
    older = list(
        Case.objects.filter(opened_at__lt=now - _MOST_HAVE_ENDED).select_related("comment__analysis")
    )
    handling.reckon(older, now)
    for case in older:
        ended = case.opened_at + timedelta(days=dice.uniform(1, 9))
        forgotten = case.opened_at > now - _NONE_IS_OLDER and dice.random() < 0.12
        if not forgotten:
            ready = demo_judging.ready(case, staff["bao"], now)
            first_time, cause = dice.random() < 0.9, demo_cases.cause(dice)
            first_time = first_time and not follow_ups.is_told_again(case)
            cases.resolve(case, by=staff["bao"], keeps_promises=True, first_time=first_time, **cause, **ready)
            answered = min(_answered(clocks, case), ended)
            owner = staff[clocks.choice(("bao", "bao", "mai", "thu"))]
            Case.objects.filter(pk=case.pk).update(resolved_at=ended, answered_at=answered, owner=owner)


def _answered(dice: random.Random, case: Case) -> datetime:
    """Most in time."""
    assert case.answer_by is not None
    return case.opened_at + dice.uniform(0.2, 1.15) * (case.answer_by - case.opened_at)


def _rated(by: User) -> None:
    """Two in five were asked on the telephone how it ended. Where it was not well the case was open again,
    and has ended without our agreeing."""
    dice, now = random.Random(19), timezone.now()
    for case in Case.objects.filter(state=Case.State.RESOLVED).order_by("pk"):
        asked, day = dice.random() < 0.4, timedelta(days=1)
        if asked and case.resolved_at:
            at = case.resolved_at + day
            well = dice.random() < (0.97 if case.resolved_first_time else 0.9)
            satisfaction.note(case, satisfied=well, now=at, by=by)
            if not well and at < now - _NONE_IS_OLDER:
                cases.close(case, by=by, why=Case.ClosedWhy.NO_AGREEMENT)
                Case.objects.filter(pk=case.pk).update(closed_at=at + 4 * day)


def _dealt_with(now: datetime) -> Iterator[Reply]:
    """All that is older, and most new praise; new complaints wait, with a few thanks among them."""
    drafts = Reply.objects.filter(state="draft").select_related("review__comment")
    thanks = 0
    for reply in drafts.order_by("review__comment__said_at"):
        comment = reply.review.comment
        if comment.said_at < now - _STILL_WAITING:
            yield reply
        elif (comment.stars or 0) >= 4:
            thanks += 1
            if thanks % _THANKS_WAITING:
                yield reply


def _set_back_replies(dice: random.Random, now: datetime) -> None:
    just_now = now - _A_MOMENT
    moved = list(Reply.objects.select_related("review__comment", "case"))
    for reply in moved:
        said = reply.review.comment.said_at
        reply.drafted_at = said + timedelta(minutes=3)
        if reply.approved_at:
            reply.approved_at = min(said + timedelta(hours=dice.uniform(1, 30)), just_now)
            reply.sent_at = reply.sent_at and reply.approved_at
            reply.published_at = reply.published_at and reply.approved_at + timedelta(seconds=5)
    Reply.objects.bulk_update(moved, ["drafted_at", "approved_at", "sent_at", "published_at"], batch_size=200)


def _set_back_cases(now: datetime) -> None:
    just_now, clocks = now - _A_MOMENT, random.Random(29)
    opened = list(Case.objects.select_related("comment").order_by("pk"))
    for case in opened:
        case.opened_at = case.decided_at = case.comment.said_at
        due = case_clocks.clock(case.comment.channel, case.severity, case.opened_at)
        case.answer_by, case.due_on = due.answer_by, due.settle_on
        case.acknowledge_by = case.escalate_at = due.acknowledge_by
        if clocks.random() < 0.9:
            told = case.opened_at + clocks.uniform(0, 1.05) * (due.acknowledge_by - case.opened_at)
            case.acknowledged_at = case.acknowledged_at or min(told, just_now)
    columns = [
        "opened_at",
        "decided_at",
        "acknowledge_by",
        "acknowledged_at",
        "answer_by",
        "due_on",
        "escalate_at",
    ]
    Case.objects.bulk_update(opened, columns, batch_size=200)
