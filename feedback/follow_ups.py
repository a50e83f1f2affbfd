"""More words of a customer in their case: by mail, by a link of ours, or as somebody noted them (S0-1)."""

from datetime import datetime, timedelta

from feedback import case_clocks, comments, journal
from feedback.case_clocks import UNSETTLED
from feedback.models import Case, Comment, Event, FollowUp
from feedback.models.words import Channel, WhyItCame
from feedback.text import reader
from feedback.text.reading import Sentiment

BY_LINK = "link"  # the source of what customers add where a letter of ours asked them
SAME_AGAIN = timedelta(minutes=10)
TOLD_AGAIN = ("case open", "customer wrote again", "promise broken")  # verbs of Events


def add_words(case: Case, comment: Comment, *, now: datetime, is_thanks: bool) -> None:
    """More words of the customer in the case. Within `journal.recording`."""
    FollowUp.objects.create(case=case, comment=comment)
    journal.log("customer wrote again", case, comment=comment.pk, thanks=is_thanks)
    hear_again(case, now=now, is_thanks=is_thanks)


def say_more(case: Case, words: str, *, now: datetime) -> None:
    """What the customer added by a link of ours, after the question was answered. Pressed twice, it is kept
    once. Hold the case; within `journal.recording`."""
    told = Case.objects.select_related("comment").get(pk=case.joined_to_id or case.pk)
    said = {"text": words, "source": BY_LINK, "channel": Channel.FORM}
    lately = {"comment__received_at__gt": now - SAME_AGAIN}
    if told.follow_ups.filter(**{f"comment__{name}": value for name, value in said.items()}, **lately):
        return
    comment = comments.record(
        why=WhyItCame.UNSOLICITED, said_at=now, received_at=now, customer=told.customer, order=told.order,
        customer_claimed=told.comment.customer_claimed, **said,
    )  # fmt: skip
    reading = reader.read(words)
    is_praise = reading.sentiment is Sentiment.POSITIVE and not reading.complaint
    add_words(told, comment, now=now, is_thanks=is_praise and not reading.flags)


def hear_again(case: Case, *, now: datetime, is_thanks: bool, is_unsolved: bool = False) -> None:
    """The customer wrote again. What waits for them, or had ended, is open and its clock runs anew; thanks
    for something that ended leave it so. `is_unsolved`: they say that it never was put right: its own
    clock runs, and it is due on no later day than it was. Within `journal.recording`."""
    held = Case.objects.select_for_update(no_key=True, of=("self",)).get(pk=case.pk)
    if is_thanks and held.state != Case.State.WAITING:
        return
    if held.state != Case.State.OPEN:
        Case.objects.filter(pk=case.pk).update(
            state=Case.State.OPEN, resolved_at=None, closed_at=None, resolved_first_time=None, joined_to=None
        )
        journal.log("case open", case, reason="the customer wrote again", thanks=is_thanks)
    if not is_thanks:
        due = case_clocks.clock_of(held, held.severity, now, channel="" if is_unsolved else Channel.EMAIL)
        last = held.due_on if held.state in UNSETTLED else due.settle_on
        last = case_clocks.no_later(held, due.settle_on) if is_unsolved else last
        Case.objects.filter(pk=case.pk).update(
            answered_at=None, answer_by=due.answer_by, due_on=last, escalate_at=due.answer_by
        )
    case.refresh_from_db()


def is_told_again(case: Case) -> bool:
    """They said no to an ending or a promise, or wrote again, not only to thank: it is not solved the first
    time any more (S0-1)."""
    told = Event.objects.filter(subject=f"feedback.case:{case.pk}", verb__in=TOLD_AGAIN)
    return any(not data.get("thanks") for data in told.values_list("data", flat=True))
