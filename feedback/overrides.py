"""A person decides otherwise than the policy: by role, with reason and cost, and never around the law."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from feedback import concessions, handling, journal
from feedback.models import Case, Decision, Override, User
from feedback.money import format_money
from feedback.policy.decision import Decision as Decided
from feedback.policy.decision import Reason, Remedy, Rule
from feedback.policy.facts import Facts
from feedback.policy.remedies import Kind
from feedback.roles import Role, roles_of

ROLES = (Role.APPROVER, Role.MANAGER)
_OFF_THE_PRICE = {Kind.REFUND, Kind.PRICE_REDUCTION, Kind.PAY_DIFFERENCE}
_TALK = "talk_it_over"
_IN_MONEY = {Kind.CREDIT, *_OFF_THE_PRICE}


class NotAllowed(RuntimeError):
    """`why` says so to the person who tried; `field` names what to mend."""

    def __init__(self, why: str | Promise, *, field: str = "") -> None:
        super().__init__("not allowed")
        self.why = why
        self.field = field


def effective(decision: Decision) -> Decided:
    """The decision as it is carried out: the policy's own, or what a person set beside it.

    A right by law for what only the customer's text tells of waits for a person or a record, as a fault does.
    """
    decided = Decided.from_dict(decision.decision)
    if decision.confirm_problem:
        decided = replace(decided, confirm_fault=True)
    override = Override.objects.filter(decision=decision).first()
    return _without_talk(decided if override is None else applied(decided, override, decision), decision)


def _without_talk(decided: Decided, decision: Decision) -> Decided:
    """To whom we only write any more we do not offer to talk (S1-11)."""
    if _TALK not in decided.alternatives or decision.case is None or not handling.is_stopped(decision.case):
        return decided
    return replace(decided, alternatives=tuple(one for one in decided.alternatives if one != _TALK))


def applied(decided: Decided, override: Override, decision: Decision) -> Decided:
    terms = concessions.terms_of(decision)
    act_within = decided.act_within or terms.act_days
    if override.direction == Override.Direction.LESS:
        return replace(
            decided,
            rule=Rule.STANDARD,
            reason=Reason.STANDARD,
            remedies=(),
            alternatives=terms.alternatives[decision.facts["problem"]],
            refusal=True,
            needs_approver=True,
            confirm_fault=False,
            act_within=act_within,
        )
    offer = Remedy(
        kind=override.remedy, amount=override.amount, limit=override.cost, currency=override.currency
    )
    kept = tuple(one for one in decided.remedies if one.kind != offer.kind)
    was_answered = decided.rule in (Rule.OWN_FAULT, Rule.STATUTORY_RIGHT, Rule.GOODWILL)
    return replace(
        decided,
        rule=decided.rule if was_answered else Rule.GOODWILL,
        reason=decided.reason if was_answered else Reason.GOODWILL,
        remedies=(*kept, offer),
        alternatives=decided.alternatives if was_answered else (),
        refusal=False,
        investigate_within=None,
        act_within=act_within,
        needs_approver=decided.needs_approver and not decided.refusal,
    )


def make(
    case: Case,
    decision: Decision,
    *,
    remedy: str,
    amount: Decimal | None,
    cost: Decimal,
    reason: str,
    by: User,
) -> Override:
    """`remedy`: "" takes the policy's goodwill back (less), another word offers it besides (more).

    Once per decision; a corrected fact makes a new decision, with room for another. Raises NotAllowed.
    """
    direction = Override.Direction.MORE if remedy else Override.Direction.LESS
    with journal.recording():
        concessions.lock(case)
        held = [role for role in ROLES if role in roles_of(by)]
        if not held:
            raise NotAllowed(_("Only approvers and managers decide otherwise than the policy."))
        if concessions.is_locked_out(case.order_id):
            raise NotAllowed(_("A dispute is open: nobody decides otherwise before it is closed."))
        now = Decision.objects.select_for_update(no_key=True).get(pk=decision.pk)
        if not now.is_current:
            raise NotAllowed(_("The case was decided anew in the meantime. Look at the new decision first."))
        decided = Decided.from_dict(now.decision)
        field, why = _why_not(decided, now, remedy, amount, reason, cost)
        if why:
            raise NotAllowed(why, field=field)
        made = _save(
            case=case, decision=now, direction=direction, remedy=remedy, amount=amount, cost=cost,
            currency=now.facts["currency"], reason=reason.strip()[:300], role=held[0].value, by=by,
            at=timezone.now(),
        )  # fmt: skip
        journal.log(
            "decision overridden", case, by=by, decision=now.pk, direction=direction.value, cost=str(cost)
        )
    return made


def _save(**columns: Any) -> Override:
    try:
        with transaction.atomic():
            return Override.objects.create(**columns)
    except IntegrityError:
        raise NotAllowed(_("Somebody overrode this decision already.")) from None


def _why_not(
    decided: Decided, decision: Decision, remedy: str, amount: Decimal | None, reason: str, cost: Decimal
) -> tuple[str, str | Promise]:
    if not reason.strip():
        return "reason", _("Say why: the reason stands in the report.")
    if decided.rule in (Rule.DISPUTE, Rule.NO_PROBLEM):
        return "", _("There is nothing here to decide otherwise.")
    if remedy:
        return _too_much(decision, remedy, amount) or _why_not_more(decided, remedy, amount, cost)
    if decided.rule == Rule.STATUTORY_RIGHT or decision.facts.get("statutory_right"):
        return "remedy", _("The law gives the customer this right: nobody here may give less.")
    if decided.rule == Rule.OWN_FAULT:
        return "remedy", _("What we did wrong we put right in full. If it was not us, correct that fact.")
    if not decided.remedies:
        return "remedy", _("The policy offers nothing that could be taken back.")
    return "", ""


def _why_not_more(
    decided: Decided, remedy: str, amount: Decimal | None, cost: Decimal
) -> tuple[str, str | Promise]:
    if remedy not in set(Kind):
        return "remedy", _("This is not a remedy we know.")
    if cost <= 0:
        return "cost", _("Say what it will cost us.")
    if remedy in _IN_MONEY and amount is None:
        return "amount", _("Say how much the customer gets.")
    if amount is not None and amount > cost:
        return "cost", _("It costs us at least what the customer gets.")
    offered = next((one for one in decided.remedies if one.kind == remedy), None)
    if offered is not None and _gives_no_more(offered, amount, cost):
        return "remedy", _("The policy offers this already, and no less of it.")
    return "", ""


def _too_much(decision: Decision, remedy: str, amount: Decimal | None) -> tuple[str, str | Promise] | None:
    """A slip of the keyboard: nobody gets back more than the order came to, nor a credit above all they ever
    spent. It is decided otherwise once only, so that nobody could take it back."""
    facts = Facts.from_dict(decision.facts)
    if amount is None or facts.order_value is None:
        return None
    most, what = facts.order_value, _("The order came to %(sum)s: nobody gets back more than that.")
    if remedy not in _OFF_THE_PRICE:
        most = max(most, facts.lifetime_value or Decimal(0))
        what = _("They spent %(sum)s here in all: a credit above that would be a slip.")
    return (
        ("amount", what % {"sum": format_money(most, facts.currency, get_language() or "en")})
        if amount > most
        else None
    )


def _gives_no_more(offered: Remedy, amount: Decimal | None, cost: Decimal) -> bool:
    if offered.amount is not None:
        return amount is None or amount <= offered.amount
    return offered.limit is None or cost <= offered.limit
