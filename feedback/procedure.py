"""How a complaint is handled: acknowledged, judged, owned, handed over, joined; and the steps of ISO 10002.

Each act is compare-and-set and writes its Event; the steps are read from these records and kept nowhere else
(L12). A person records by hand what no act shows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from feedback import case_clocks, comments, journal
from feedback.case_clocks import UNSETTLED
from feedback.cases import Stale
from feedback.models import Case, Event, Message, Promise, User, Watch
from feedback.models.words import Channel
from feedback.roles import WORK, roles_of


class Step(StrEnum):
    """ISO 10002:2018, clauses 7 and 8, in their order."""

    RECEIPT = "receipt"
    ACKNOWLEDGEMENT = "acknowledgement"
    ASSESSMENT = "assessment"
    INVESTIGATION = "investigation"
    RESPONSE = "response"
    COMMUNICATION = "communication"
    CLOSURE = "closure"
    SATISFACTION = "satisfaction"
    ANALYSIS = "analysis"
    AUDIT = "audit"
    REVIEW = "review"


NAMES = {
    Step.RECEIPT: _("received"),
    Step.ACKNOWLEDGEMENT: _("told that we have it"),
    Step.ASSESSMENT: _("judged how serious it is"),
    Step.INVESTIGATION: _("looked into the matter"),
    Step.RESPONSE: _("answer decided"),
    Step.COMMUNICATION: _("answer told to the customer"),
    Step.CLOSURE: _("ended"),
    Step.SATISFACTION: _("asked whether it was solved"),
    Step.ANALYSIS: _("its cause looked at"),
    Step.AUDIT: _("checked that the procedure was kept"),
    Step.REVIEW: _("looked at by the management"),
}
BY_HAND = (Step.ACKNOWLEDGEMENT, Step.INVESTIGATION, Step.SATISFACTION, Step.AUDIT, Step.REVIEW)
_SHOWN_BY = {
    "case opened": Step.RECEIPT,
    "case acknowledged": Step.ACKNOWLEDGEMENT,
    "case assessed": Step.ASSESSMENT,
    "case decided": Step.ASSESSMENT,
    "message approved": Step.RESPONSE,
    "message sent": Step.COMMUNICATION,
    "case resolved": Step.CLOSURE,
    "case closed": Step.CLOSURE,
    "promise kept": Step.SATISFACTION,
    "promise broken": Step.SATISFACTION,
    "complaint verified": Step.INVESTIGATION,
    "our side noted": Step.INVESTIGATION,
    "case rated": Step.SATISFACTION,
}


SOON = timedelta(minutes=1)  # whoever notes it as it comes has noted it at once


class NotAllowed(RuntimeError):
    """`why` says so to the person who tried."""

    def __init__(self, why: object) -> None:
        super().__init__("not allowed")
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """`at` None: not yet. `by` None: the program did it. `noted_at`: when a receipt was written down, where
    that was later."""

    step: Step
    at: datetime | None = None
    by: User | None = None
    noted_at: datetime | None = None

    @property
    def name(self) -> object:
        return NAMES[self.step]

    @property
    def by_hand(self) -> bool:
        return self.step in BY_HAND


def steps(case: Case) -> list[Recorded]:
    """All of them in the norm's order, each with when it was first done. Two queries."""
    first: dict[Step, Recorded] = {}
    for recorded in sorted(_recorded(case), key=_when):
        first.setdefault(recorded.step, recorded)
    return [first.get(step, Recorded(step=step)) for step in Step]


def note_step(case: Case, step: str, *, by: User) -> None:
    """A person did what no act of the program shows. Raises ValueError for a step that others show."""
    if step not in BY_HAND:
        raise ValueError(step)
    with journal.recording():
        journal.log("case step", case, by=by, step=str(step))


def acknowledge(case: Case, *, now: datetime, by: User | None = None, via: str = "") -> bool:
    """They know that we have it. False: they knew before."""
    with journal.recording():
        fresh = Case.objects.filter(pk=case.pk, acknowledged_at=None)
        if not fresh.update(acknowledged_at=now):
            return False
        journal.log("case acknowledged", case, by=by, via=via)
    case.acknowledged_at = now
    return True


def assess(case: Case, severity: str, *, by: User) -> None:
    """A person judged how serious it is: its clocks run anew from when it was told. Raises Stale."""
    due = case_clocks.clock_of(case, severity, case.opened_at)
    with journal.recording():
        open_ = Case.objects.filter(pk=case.pk, state__in=UNSETTLED, severity=case.severity)
        if not open_.update(
            severity=severity,
            acknowledge_by=due.acknowledge_by,
            answer_by=due.answer_by,
            due_on=due.settle_on,
            escalate_at=due.acknowledge_by,
        ):
            raise Stale("severity")
        journal.log("case assessed", case, by=by, severity=str(severity))
    case.refresh_from_db()


class CannotWork(RuntimeError):
    """Who only reads, or only sets up, looks after no case."""


def hand_over(case: Case, *, to: User | None, note: str, by: User, known: int | None) -> None:
    """`known`: the owner that was on the page, by key; `to` None: the team. Raises Stale, CannotWork."""
    if to is not None and WORK.isdisjoint(roles_of(to)):
        raise CannotWork
    with journal.recording():
        mine = Case.objects.filter(pk=case.pk, state__in=UNSETTLED, owner=known)
        if not mine.update(owner=to, handover=comments.clean(note).strip()[:300]):
            raise Stale("owner")
        journal.log("case handed over", case, by=by, to=to.pk if to else None)
    case.refresh_from_db()


def take(case: Case, *, by: User) -> bool:
    """Whoever presses first looks after a case that was nobody's; what was said to the team stays beside it.
    False: it is somebody's, or over; `case` is then as it stands. Raises CannotWork."""
    if WORK.isdisjoint(roles_of(by)):
        raise CannotWork
    with journal.recording():
        free = Case.objects.filter(pk=case.pk, state__in=UNSETTLED, owner=None)
        is_taken = bool(free.update(owner=by))
        if is_taken:
            journal.log("case taken", case, by=by)
    case.refresh_from_db()
    return is_taken


def watch(case: Case, by: User, now: datetime) -> None:
    Watch.objects.get_or_create(case=case, user=by, defaults={"since": now})


def unwatch(case: Case, by: User) -> None:
    Watch.objects.filter(case=case, user=by).delete()


def join(case: Case, to: Case, *, by: User, now: datetime) -> None:
    """The same matter, told twice: this one ends, the answer is given in `to`. Raises Stale, NotAllowed."""
    if case.pk == to.pk:
        raise NotAllowed(_("A case cannot be joined to itself."))
    with journal.recording():
        held = {
            one.pk: one
            for one in Case.objects.select_for_update(no_key=True, of=("self",))
            .filter(pk__in=[case.pk, to.pk])
            .order_by("pk")
        }
        if held[case.pk].state not in UNSETTLED or held[to.pk].joined_to_id or held[to.pk].state == "closed":
            raise Stale("joined")
        if case.promises.filter(state=Promise.State.OPEN).exists():
            raise NotAllowed(_("Something was promised here that is still to be done."))
        Case.objects.filter(pk=case.pk).update(state=Case.State.CLOSED, closed_at=now, joined_to=to)
        Case.objects.filter(joined_to=case.pk).update(joined_to=to)
        journal.log("case closed", case, by=by, joined_to=to.pk)
        journal.log("case joined", to, by=by, joined=case.pk)
    case.refresh_from_db()


def _recorded(case: Case) -> Iterator[Recorded]:
    yield from _of_events(case)
    if case.acknowledged_at:
        yield Recorded(step=Step.ACKNOWLEDGEMENT, at=case.acknowledged_at)
    if case.answered_at:
        yield Recorded(step=Step.COMMUNICATION, at=case.answered_at)
    if (case.cause_removed or case.root_cause) and case.resolved_at:
        yield Recorded(step=Step.ANALYSIS, at=case.resolved_at)
    for sent_at in Message.objects.filter(case=case, mail__sent_at__isnull=False).values_list(
        "mail__sent_at", flat=True
    ):
        yield Recorded(step=Step.COMMUNICATION, at=sent_at)


def _of_events(case: Case) -> Iterator[Recorded]:
    about = Q(subject=f"feedback.case:{case.pk}") | Q(
        subject=f"feedback.comment:{case.comment_id}", verb="fact corrected"
    )
    for event in Event.objects.filter(about).select_related("by").order_by("id"):
        step = _step_of(event)
        if step is Step.RECEIPT:
            yield _receipt(case, event)
        elif step is not None:
            yield Recorded(step=step, at=event.at, by=event.by)


def _receipt(case: Case, event: Event) -> Recorded:
    """When the shop had it, which may be before somebody noted it; in person it is noted as it is told."""
    is_later = event.by is not None and case.comment.channel != Channel.IN_PERSON
    is_later = is_later and event.at - case.opened_at > SOON
    return Recorded(
        step=Step.RECEIPT, at=case.opened_at, by=event.by, noted_at=event.at if is_later else None
    )


def _step_of(event: Event) -> Step | None:
    if event.verb == "case step":
        return Step(event.data["step"])
    if event.verb == "fact corrected":
        return Step.INVESTIGATION if event.data.get("name") in ("investigated", "fault") else None
    return _SHOWN_BY.get(event.verb)


def _when(recorded: Recorded) -> datetime:
    assert recorded.at is not None
    return recorded.at


def named(kinds: Iterable[Step]) -> list[tuple[str, object]]:
    """Value and words, for a list to choose from."""
    return [(kind.value, NAMES[kind]) for kind in kinds]
