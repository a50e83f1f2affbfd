"""What a case was given already, or is promised and not done yet; and what is still to be offered after that.

Remedies are alternatives to each other: whoever chose one is not asked to choose again. What we promised and
did not do was not given.
"""

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Q

from feedback import addressee, overrides
from feedback.models import Case, Concession, Decision, Message, Override, Promise
from feedback.policy.decide import WHOLE
from feedback.policy.decision import Decision as Decided
from feedback.policy.decision import Remedy, Rule
from feedback.wording import commitments
from feedback.wording.compose import SAID_OTHERWISE
from feedback.wording.given import Given, Stage
from feedback.wording.phrases import addressed, phrases

_IN_FULL = (Rule.OWN_FAULT, Rule.STATUTORY_RIGHT)
_LOST = (Promise.State.BROKEN, Promise.State.WITHDRAWN)


def of(case: Case, decided: Decided) -> tuple[Given, ...]:
    """The oldest first; each kind once. While a dispute is open we speak of it there alone: nothing."""
    if decided.rule == Rule.DISPUTE:
        return ()
    promises = list(case.promises.order_by("pk"))
    booked = case.concessions.select_related("decision__policy").order_by("booked_at", "pk")
    found = {one.remedy: _given(one, case, promises) for one in booked}
    for kind in decided.alternatives:
        last = _last(case, promises, _says(case, Remedy(kind=kind)))
        if last is not None and last.state not in _LOST:
            found[kind] = Given(remedy=Remedy(kind=kind), stage=_stage(last))
    return tuple(one for one in found.values() if one is not None)


def left(case: Case, decision: Decision, decided: Decided, given: Sequence[Given]) -> Decided:
    """The decision without what was given, and without what it was chosen from.

    Still offered is what the law or our own fault asks for, where less than that was given, and what a person
    decided to add since.
    """
    if not given:
        return decided
    kinds = {one.remedy.kind for one in given}
    granted = [one.remedy for one in given if one.remedy.kind not in decided.alternatives]
    alternatives = tuple(kind for kind in decided.alternatives if kind not in kinds) if not granted else ()
    added = _added_since(case, decision)
    is_whole = any(one.share == WHOLE for one in granted)
    remedies = tuple(
        one
        for one in decided.remedies
        if one.kind not in kinds
        and (one.kind == added or not granted or (not is_whole and _is_due(one, decided)))
    )
    is_nothing = not remedies and not alternatives
    return replace(
        decided,
        remedies=remedies,
        alternatives=alternatives,
        refusal=decided.refusal and bool(alternatives),
        confirm_fault=decided.confirm_fault and not is_nothing,
    )


def looked_at(decided: Decided, given: Sequence[Given]) -> Decided:
    """What a message may name: what is still offered, and what was given before."""
    kinds = {one.kind for one in decided.remedies} | set(decided.alternatives)
    before = tuple(one.remedy for one in given if one.remedy.kind not in kinds)
    if not before:
        return decided
    # What is done already binds nobody to a day; a broken promise still does.
    is_owed = bool(kinds) or decided.keep_promise
    return replace(
        decided,
        remedies=(*decided.remedies, *before),
        alternatives=(*decided.alternatives, *(one.kind for one in before)),
        act_within=decided.act_within if is_owed else None,
    )


def _is_due(remedy: Remedy, decided: Decided) -> bool:
    return decided.rule in _IN_FULL and remedy.share == WHOLE


def _added_since(case: Case, decision: Decision) -> str:
    """The kind that a person offers beside the policy, after the last grant; "" for none."""
    last = case.concessions.order_by("-booked_at").values_list("booked_at", flat=True).first()
    after = Q(at__gt=last) if last else Q()
    return Override.objects.filter(after, decision=decision).values_list("remedy", flat=True).first() or ""


def _given(booked: Concession, case: Case, promises: Sequence[Promise]) -> Given | None:
    remedy = _remedy(booked)
    same_act = [one for one in promises if one.made_at == booked.booked_at]
    says = _says(case, remedy)
    names = says if any(one.what in says for one in same_act) else says | {one.what for one in same_act}
    last = _last(case, promises, names)
    if last is None:
        return Given(remedy=remedy, stage=_unpromised(booked, case))
    return None if last.state in _LOST else Given(remedy=remedy, stage=_stage(last))


def _remedy(booked: Concession) -> Remedy:
    """As the decision of its time offered it."""
    offered = overrides.effective(booked.decision).remedies
    return next((one for one in offered if one.kind == booked.remedy), Remedy(kind=booked.remedy))


def _unpromised(booked: Concession, case: Case) -> Stage:
    """Given at the counter, it is in their hands; granted by a message, it is agreed upon and no more."""
    out = (Message.State.APPROVED, Message.State.SENDING, Message.State.SENT)
    written = Message.objects.filter(
        case=case, decision=booked.decision_id, remedy=booked.remedy, state__in=out
    )
    return Stage.AGREED if written.exists() else Stage.DONE


def _last(case: Case, promises: Sequence[Promise], names: set[str]) -> Promise | None:
    """Broken and promised again, it is the later one that counts."""
    return next((one for one in reversed(promises) if one.what in names), None)


def _stage(promise: Promise) -> Stage:
    return Stage.DONE if promise.state == Promise.State.KEPT else Stage.COMING


def _says(case: Case, remedy: Remedy) -> set[str]:
    """What our own promise of it says, in the customer's language, whatever it was about."""
    books = [phrases(addressee.language_of(case), about=one) for one in ("", *SAID_OTHERWISE)]
    return {addressed(commitments.of_remedy(remedy, book), addressee.address_of(case)) for book in books}
