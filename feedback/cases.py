"""Complaints: open, decide by policy, correct a fact, wait, resolve, close, reopen."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import JSONField, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from feedback import (
    archetypes,
    bulk,
    case_clocks,
    clocks,
    facts,
    follow_ups,
    handling,
    journal,
    leases,
    policies,
)
from feedback.case_clocks import UNSETTLED
from feedback.models import (
    Case,
    Comment,
    Customer,
    Decision,
    Erasure,
    FactCorrection,
    Policy,
    Promise,
    User,
)
from feedback.models.queue import LeasableQuerySet
from feedback.models.words import Channel
from feedback.policy.decide import decide
from feedback.policy.decision import Decision as Decided
from feedback.policy.facts import Facts
from feedback.policy.terms import Terms
from feedback.text import reader

_UNRATED: Mapping[str, Any] = {
    "satisfied": None, "satisfied_at": None, "satisfied_words": "", "satisfaction_asked_at": None,
}  # fmt: skip


class Stale(RuntimeError):
    """Somebody else changed it first; look again."""


class Gone(RuntimeError):
    """Whoever complained was erased on their wish: nothing of theirs begins again."""


def open_case(
    comment: Comment,
    *,
    now: datetime,
    wish: str = "",
    route: str = "normal",
    severity: str = "",
    reason: str = "",
    by: User | None = None,
    received_at: datetime | None = None,
) -> Case:
    """Once per comment, however often it is asked. `severity` "": as its channel is first taken for.

    `reason`: the problem, as whoever heard it understood it. `received_at`: when the shop got it, from when
    its clocks run (L11); None: now.
    """
    began = received_at or now
    opening = _opening(comment, now=began, wish=wish, route=route, severity=severity, reason=reason)
    with journal.recording():
        case, created = Case.objects.get_or_create(comment=comment, defaults=opening)
        if created:
            journal.log("case opened", case, by=by, route=route, severity=str(case.severity))
    return case


def open_for_new(comment: Comment, *, now: datetime, wish: str = "", route: str = "normal") -> Case:
    """For a comment that this transaction made, so that nobody else can have opened one."""
    case = bulk.unsaved(Case, comment_id=comment.pk, **_opening(comment, now=now, wish=wish, route=route))
    bulk.insert([case])
    journal.log("case opened", case, route=route)
    return case


def open_many(comments: Sequence[Comment], now: datetime, *, routes: Mapping[int, str]) -> dict[int, Case]:
    """Cases by comment id, opening those that have none. Within the caller's `journal.recording`."""
    known = {case.comment_id: case for case in Case.objects.filter(comment__among=[c.pk for c in comments])}
    fresh = [
        bulk.unsaved(
            Case,
            comment_id=comment.pk,
            decided_at=now,
            wished=comment.analysis.wish,
            **_opening(comment, now=now, route=routes.get(comment.pk, "normal")),
        )
        for comment in comments
        if comment.pk not in known
    ]
    told = {comment.pk: comment for comment in comments}
    opened = bulk.insert(fresh)
    for case in opened:
        case.comment = told[case.comment_id]
        known[case.comment_id] = case
        journal.log("case opened", case, route=case.route)
    look_first(opened, now)
    return known


def look_first(cases: Sequence[Case], now: datetime) -> None:
    """What history says of whoever complains; whom we look at first waits less long (S1-6). Within
    `journal.recording`."""
    kinds = handling.reckon(cases, now)
    for case in cases:
        if kinds.get(case.pk) in archetypes.FIRST:
            case_clocks.bring_forward(case, now)


def settle_edited(comments: Sequence[Comment], now: datetime) -> None:
    """The customer's newer words, to which an edit moved the case, tell of no problem any more: resolved.

    What we still owe is still owed: with an open promise it stays as it is. Within `journal.recording`.
    """
    moved = Case.objects.filter(
        comment__among=[comment.pk for comment in comments], state__in=UNSETTLED, decided_at=None
    )
    for case in moved.exclude(promises__state=Promise.State.OPEN).order_by("pk"):
        settled = Case.objects.filter(pk=case.pk, state__in=UNSETTLED, decided_at=None)
        if settled.update(state=Case.State.RESOLVED, resolved_at=now, decided_at=now):
            journal.log("case resolved", case, reason="the review was edited")


def decide_many(
    comments: Sequence[Comment], now: datetime, *, cases: Mapping[int, Case] | None = None
) -> dict[int, Decision]:
    """Decide each comment under the live policy and keep it as the current Decision. By comment id."""
    policy, terms = policies.in_force(now)
    ids = [comment.pk for comment in comments]
    with transaction.atomic():
        # Who decides on the same words at the same moment waits here, and then knows what the other set.
        list(Comment.objects.select_for_update(no_key=True).filter(pk__among=ids).order_by("pk").values("pk"))
        gathered = facts.gather(comments, terms, now)
        rows = [
            _decision(comment, gathered[comment.pk], terms, policy, (cases or {}).get(comment.pk), now)
            for comment in comments
        ]
        Decision.objects.filter(comment__among=ids, is_current=True).update(is_current=False)
        return {row.comment_id: row for row in bulk.insert(rows)}


def correct_fact(comment: Comment, name: str, value: object, *, reason: str, by: User) -> Decision:
    """A person sets a fact; the decision is made anew. Raises BadFacts naming the field."""
    given = facts.checked(name, value)
    now = timezone.now()
    with journal.recording():
        FactCorrection.objects.create(
            comment=comment, name=name, value=_kept(given), reason=reason[:300], by=by, at=now
        )
        case = Case.objects.filter(comment=comment).first()
        decision = decide_many([comment], now, cases={comment.pk: case} if case else {})[comment.pk]
        journal.log("fact corrected", comment, by=by, name=name, decision=decision.pk)
    return decision


def _kept(given: Any) -> Any:
    """What is set to nothing, as a right that the law does not give, is JSON's null and not an unknown."""
    return Value(None, JSONField()) if given is None else given


def confirm_customer(case: Case, *, by: User) -> None:
    """A person checked that the words are from the customer whose address came with them. Decided anew."""
    with journal.recording():
        claimed = Comment.objects.filter(pk=case.comment_id, customer_claimed=True)
        if not claimed.update(customer_claimed=False):
            return
        journal.log("customer confirmed", case, by=by)
        comment = Comment.objects.select_related("analysis", "order").get(pk=case.comment_id)
        if case.decided_at is not None:
            decide_many([comment], timezone.now(), cases={comment.pk: case})
            case.comment = comment
            look_first([case], timezone.now())


def wait(case: Case, *, by: User) -> None:
    """We have answered, and it is for them to say more."""
    _move(case, by, "waiting", from_states=("open",))
    case_clocks.answered(Case.objects.filter(pk=case.pk), timezone.now())


def resolve(
    case: Case,
    *,
    by: User,
    first_time: bool,
    cause_removed: str = "",
    root_cause: str = "",
    is_told: bool = False,
    keeps_promises: bool = False,
) -> None:
    """S0-1: whether it was solved the first time they told us is asked for, not guessed. S2-9: and so is
    what was done about the cause; S1-15: of which kind it was, "" for not known. `is_told`: they know how it
    ended (S4-6). What they said of an earlier ending was said of that one. `keeps_promises`: what we still
    owe stays promised, and is asked about after its day (S0-6). Raises handling.NotYet."""
    now = timezone.now()
    handling.check_end(case, done=bool(cause_removed.strip()), told=is_told, is_solved=True)
    with journal.recording():
        hold(case)
        if first_time:
            _check_first(case)
        if not keeps_promises:
            check_nothing_owed(case)
        _move(
            case,
            by,
            "resolved",
            from_states=("open", "waiting"),
            resolved_at=now,
            answered_at=Coalesce("answered_at", now),
            resolved_first_time=first_time,
            cause_removed=cause_removed[:300],
            root_cause=root_cause,
            end_told_at=now if is_told else None,
            **_UNRATED,
        )


def _check_first(case: Case) -> None:
    """Whoever writes again at this moment holds the case first, or finds it resolved. Raises NotYet."""
    if follow_ups.is_told_again(case):
        raise handling.NotYet(handling.NOT_FIRST, field="first_time")


def check_nothing_owed(case: Case, *, field: str = "keeps_promises") -> None:
    """Hold the case: whoever promises something at this moment has done so, or waits. `field`: where the page
    says so. Raises NotYet."""
    if owed := list(case.promises.filter(state=Promise.State.OPEN).order_by("by_when", "pk")):
        words = _(
            "We still owe them: %(what)s. First note on its page whether it was kept, take it back there, or "
            "mark that it stays promised: then they are asked about it after its day."
        )
        what = "; ".join(str(one) for one in owed)
        raise handling.NotYet(words % {"what": what}, field=field)


def hold(case: Case) -> None:
    """Words before case, case before promises. Within a transaction."""
    list(Case.objects.select_for_update(no_key=True).filter(pk=case.pk).values("pk"))


def close(case: Case, *, by: User, why: str = "", keeps_promises: bool = False) -> None:
    """`why`: of Case.ClosedWhy, needed where nobody resolved it. `keeps_promises`: as `resolve` has it; one
    that was resolved was asked then. Raises handling.NotYet."""
    now = timezone.now()
    if case.state not in UNSETTLED:
        # Open again in the meantime, it is not closed without a reason.
        _move(case, by, "closed", from_states=("resolved",), closed_at=now)
        return
    if why not in Case.ClosedWhy.values:
        raise handling.NotYet(handling.NO_REASON, field="closed_why")
    handling.check_end(case, done=False, told=False, is_solved=False)
    with journal.recording():
        hold(case)
        if not keeps_promises:
            check_nothing_owed(case, field="still_promised")
        _move(case, by, "closed", from_states=UNSETTLED, note={"why": why}, closed_at=now)


def reopen(case: Case, *, by: User) -> None:
    """Raises Gone, Stale."""
    with journal.recording():
        hold_words(case)
        if is_gone(case):
            raise Gone
        _move(
            case,
            by,
            "open",
            from_states=("waiting", "resolved", "closed"),
            resolved_at=None,
            closed_at=None,
            resolved_first_time=None,
            cause_removed="",
            joined_to=None,
            escalate_at=timezone.now(),
        )


def hold_words(case: Case) -> None:
    """Words before case, as an edit and an erasure take them: what `is_gone` says then stays so. Within a
    transaction."""
    list(Comment.objects.select_for_update(no_key=True).filter(pk=case.comment_id).values("pk"))


def is_gone(case: Case) -> bool:
    """Whether whoever complained, or who said these words, was erased, or is just being."""
    known = Customer.objects.filter(cases=case.pk).exclude(erased_at=None)
    unknown = Erasure.objects.filter(comment=case.comment_id).exclude(stage=Erasure.Stage.ASKED)
    return known.exists() or unknown.exists()


def _decision(
    comment: Comment,
    gathered: facts.Gathered,
    terms: Terms,
    policy: Policy | None,
    case: Case | None,
    now: datetime,
) -> Decision:
    decided = decide(gathered.facts, terms)
    return bulk.unsaved(
        Decision,
        comment_id=comment.pk,
        case_id=case.pk if case else None,
        policy_id=policy.pk if policy else None,
        terms_digest=terms.digest,
        facts=_written(gathered.facts),
        facts_digest=gathered.facts.digest,
        sources=dict(gathered.sources),
        decision=_written(decided),
        decision_digest=decided.digest,
        rule=str(decided.rule),
        needs_approver=decided.needs_approver,
        made_at=now,
    )


@lru_cache(maxsize=4096)
def _written(value: Facts | Decided) -> dict[str, Any]:
    """Equal values share one dict, which `bulk` turns into JSON once for a batch. Nobody may change it."""
    return value.as_dict()


def _opening(
    comment: Comment,
    *,
    now: datetime,
    wish: str = "",
    route: str = "normal",
    severity: str = "",
    reason: str = "",
) -> dict[str, Any]:
    severity = str(severity or clocks.first_severity(comment.channel, route))
    due = case_clocks.clock(comment.channel, severity, now)
    return {
        "customer_id": comment.customer_id,
        "order_id": comment.order_id,
        "wish": wish,
        "route": route,
        "severity": severity,
        "reason": reason,
        "opened_at": now,
        "acknowledge_by": due.acknowledge_by,
        "answer_by": due.answer_by,
        "due_on": due.settle_on,
        "escalate_at": due.acknowledge_by,
    }


def _move(
    case: Case,
    by: User,
    state: str,
    *,
    from_states: Sequence[str],
    note: Mapping[str, str] | None = None,
    **changes: Any,
) -> None:
    """Compare-and-set: one winner, whoever else presses a button at the same time. `note`: for the Event."""
    with journal.recording():
        moved = Case.objects.filter(pk=case.pk, state__in=from_states).update(state=state, **changes)
        if not moved:
            raise Stale(state)
        journal.log(f"case {state}", case, by=by, **(note or {}))
    case.refresh_from_db()


def to_decide(now: datetime) -> LeasableQuerySet:
    """Private complaints whose words are read; public ones are decided with their reply."""
    return Case.objects.filter(decided_at=None, comment__read_at__isnull=False).exclude(
        comment__channel=Channel.REVIEW
    )


def decide_waiting(cases: Sequence[Case], now: datetime) -> None:
    found = Comment.objects.filter(case__in=cases).select_related("analysis", "order", "case")
    with journal.recording():
        decided = decide_many(list(found), now, cases={comment.pk: comment.case for comment in found})
        for comment in found:
            decision = decided[comment.pk]
            journal.log("case decided", comment.case, decision=decision.pk, rule=decision.rule)
        look_first([comment.case for comment in found], now)
        _note_wishes(found)
        leases.finish(cases, decided_at=now)


def _note_wishes(found: Iterable[Comment]) -> None:
    """What kind of solution each asks for: by their answer to the question, else by their words (S4-6)."""
    asked = [comment for comment in found if comment.case.wish.strip()]
    read = reader.read_many([comment.case.wish for comment in asked])
    kinds = {comment.pk: reading.wish for comment, reading in zip(asked, read, strict=True)}
    by_kind: dict[str, list[int]] = defaultdict(list)
    for comment in found:
        kind = kinds.get(comment.pk, "none")
        kind = kind if kind != "none" else comment.analysis.wish
        # Asked what would put it right they said something that we have no word for.
        is_other = kind == "none" and comment.pk in kinds
        by_kind["other" if is_other else kind].append(comment.case.pk)
    for kind, keys in by_kind.items():
        Case.objects.filter(pk__in=keys).update(wished=str(kind))


DECIDE = leases.Job(name="decide cases", due=to_decide, run=decide_waiting, batch=200)
