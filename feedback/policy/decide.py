"""From facts and terms to one decision. The steps are tried in order; the first that matches answers.

Whatever matches, a safety problem adds the advice to stop using the thing; a broken promise is still owed.
"""

from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache

from feedback.policy.canonical import but
from feedback.policy.decision import Advice, Decision, Reason, Remedy, Rule
from feedback.policy.facts import Dispute, Facts, Fault, FaultFrom, Problem, Standing
from feedback.policy.remedies import Kind, cost
from feedback.policy.terms import Terms

WHOLE = Decimal(1)
NOTHING = Decimal(0)
ESTABLISHED = frozenset({FaultFrom.RECORD.value, FaultFrom.PERSON.value})


@lru_cache(maxsize=8192)
def decide(facts: Facts, terms: Terms) -> Decision:
    """Total: every combination of facts has an answer. Equal facts and terms give an equal decision."""
    if facts.dispute in {Dispute.OPEN, Dispute.CLAIMED}:
        decision = _in_dispute(facts, terms)
    elif facts.statutory_right is not None:
        decision = _by_right(facts, terms)
    else:
        decision = _by_fault(facts, terms)
    owed = facts.promise_broken and decision.rule != Rule.DISPUTE
    return but(
        decision,
        safety=facts.problem == Problem.SAFETY,
        keep_promise=owed,
        act_within=terms.act_days if owed else decision.act_within,
        needs_approver=decision.needs_approver or decision.refusal or _over_limit(decision, facts, terms),
        answer_by=facts.source_allows,
    )


def is_ours(facts: Facts) -> bool:
    """The carrier's fault counts as ours once it has been looked into."""
    return facts.fault == Fault.OURS or (facts.fault == Fault.CARRIER and facts.investigated)


def _in_dispute(facts: Facts, terms: Terms) -> Decision:
    """S3-5: while a dispute is open we talk there and nowhere else, and offer nothing beside it."""
    if facts.dispute == Dispute.CLAIMED:
        return Decision(
            rule=Rule.DISPUTE,
            reason=Reason.DISPUTE_CLAIMED,
            policy_version=terms.version,
            investigate_within=terms.check_days,
        )
    accept = is_ours(facts) or facts.statutory_right is not None
    return Decision(
        rule=Rule.DISPUTE,
        reason=Reason.DISPUTE_ACCEPT if accept else Reason.DISPUTE_CONTEST,
        policy_version=terms.version,
        dispute_advice=Advice.ACCEPT if accept else Advice.CONTEST,
        confirm_fault=is_ours(facts) and not _is_established(facts),
        needs_approver=not accept,
    )


def _by_right(facts: Facts, terms: Terms) -> Decision:
    """At least the right; where the rest of the policy offers more, the customer may choose that instead."""
    rest = _by_fault(facts, terms)
    right = str(facts.statutory_right)
    amount = facts.order_value if right == Kind.REFUND else None
    currency = None if amount is None else facts.currency
    granted = Remedy(kind=right, share=WHOLE, amount=amount, currency=currency)
    return Decision(
        rule=Rule.STATUTORY_RIGHT,
        reason=Reason.STATUTORY_RIGHT,
        policy_version=terms.version,
        remedies=(granted, *(remedy for remedy in rest.remedies if remedy.kind != right)),
        confirm_fault=rest.confirm_fault,
        act_within=terms.act_days,
    )


def _by_fault(facts: Facts, terms: Terms) -> Decision:
    if is_ours(facts):
        return _in_full(facts, terms)
    if facts.problem == Problem.NONE and facts.fault != Fault.CARRIER:
        return Decision(rule=Rule.NO_PROBLEM, reason=Reason.NO_PROBLEM, policy_version=terms.version)
    if facts.fault in {Fault.UNKNOWN, Fault.CARRIER} and not facts.investigated:
        return _find_out(facts, terms)
    if facts.standing == Standing.VALUED:
        return _goodwill(facts, terms)
    return _standard(facts, terms, Reason.STANDARD)


def _in_full(facts: Facts, terms: Terms) -> Decision:
    """S3-1: put right 100 %, whoever the customer is. No limit binds."""
    return Decision(
        rule=Rule.OWN_FAULT,
        reason=Reason.OWN_FAULT if facts.fault == Fault.OURS else Reason.CARRIER_AS_OURS,
        policy_version=terms.version,
        remedies=tuple(_whole(kind, facts) for kind in terms.own_fault[facts.problem]),
        confirm_fault=not _is_established(facts),
        act_within=terms.act_days,
    )


def _whole(kind: str, facts: Facts) -> Remedy:
    if kind != Kind.REFUND or facts.order_value is None:
        return Remedy(kind=kind, share=WHOLE)
    return Remedy(kind=kind, share=WHOLE, amount=facts.order_value, currency=facts.currency)


def _find_out(facts: Facts, terms: Terms) -> Decision:
    asked_carrier = facts.fault == Fault.CARRIER
    return Decision(
        rule=Rule.INVESTIGATE,
        reason=Reason.CARRIER_NOT_ASKED if asked_carrier else Reason.FAULT_NOT_KNOWN,
        policy_version=terms.version,
        investigate_within=terms.search_days[facts.problem],
    )


def _goodwill(facts: Facts, terms: Terms) -> Decision:
    """S3-3: a valued customer is taken care of, up to what keeps the customer profitable."""
    if facts.earlier_concessions >= terms.earlier_at_most:
        return _standard(facts, terms, Reason.STANDARD_USED_UP)
    limit = goodwill_limit(facts, terms)
    offers = (_within(kind, facts, terms, limit) for kind in terms.goodwill[facts.problem])
    remedies = tuple(offer for offer in offers if offer is not None)
    if not remedies:
        return _standard(facts, terms, Reason.STANDARD_AT_LIMIT)
    return Decision(
        rule=Rule.GOODWILL,
        reason=Reason.GOODWILL,
        policy_version=terms.version,
        remedies=remedies,
        confirm_fault=not _is_established(facts),
        act_within=terms.act_days,
    )


def goodwill_limit(facts: Facts, terms: Terms) -> Decimal:
    """The most that goodwill may cost us, in the facts' currency: never below zero.

    The least of what this customer earned us, the policy's share of the order and the policy's own ceiling.
    """
    sums = terms.money.get(facts.currency)
    bounds = [earned(facts, terms), sums.goodwill_at_most if sums else NOTHING]
    if facts.order_value is not None:
        bounds.append(facts.order_value * terms.share_of_order)
    return max(NOTHING, min(bounds))


def earned(facts: Facts, terms: Terms) -> Decimal:
    """What the customer has earned us so far; without a margin, the assumed share of the lifetime value."""
    spent = facts.lifetime_value or NOTHING
    if facts.margin is None:
        return spent * terms.assumed_margin
    return spent * facts.margin if abs(facts.margin) <= 1 else facts.margin


def _within(kind: str, facts: Facts, terms: Terms, limit: Decimal) -> Remedy | None:
    if kind == Kind.CREDIT:
        return _credit(facts, terms, limit)
    price = cost(kind, facts.order_value, facts.currency, terms)
    if price is None or price > limit:
        return None
    amount = facts.order_value if kind == Kind.REFUND else None
    return Remedy(kind=kind, share=WHOLE, amount=amount, limit=limit, currency=facts.currency)


def _credit(facts: Facts, terms: Terms, limit: Decimal) -> Remedy | None:
    """Rounded down to a sum that one would say aloud; None when nothing is left of it."""
    if limit == 0:
        return None
    step = terms.money[facts.currency].step
    amount = (limit / step).to_integral_value(rounding=ROUND_FLOOR) * step
    if amount == 0:
        return None
    return Remedy(kind=Kind.CREDIT, amount=amount, limit=limit, currency=facts.currency)


def _standard(facts: Facts, terms: Terms, reason: Reason) -> Decision:
    """S1-10: no to the thing asked for, never no to the person: an alternative always stands beside it."""
    return Decision(
        rule=Rule.STANDARD,
        reason=reason,
        policy_version=terms.version,
        alternatives=terms.alternatives[facts.problem],
        refusal=True,
        act_within=terms.act_days,
    )


def _is_established(facts: Facts) -> bool:
    return facts.fault_from in ESTABLISHED


def _over_limit(decision: Decision, facts: Facts, terms: Terms) -> bool:
    """Above what staff may grant alone. A sum not known yet is held back when it is booked, not here."""
    accepted = decision.dispute_advice == Advice.ACCEPT
    if not decision.remedies and not accepted:
        return False
    sums = terms.money.get(facts.currency)
    if sums is None:
        return True
    at_stake = [facts.order_value] if accepted else [_stake(remedy, facts) for remedy in decision.remedies]
    return any(sum_ is not None and sum_ > sums.staff_limit for sum_ in at_stake)


def _stake(remedy: Remedy, facts: Facts) -> Decimal | None:
    """What one remedy may come to: its amount, else the order's value, never more than its limit."""
    value = remedy.amount if remedy.amount is not None else facts.order_value
    return value if remedy.limit is None or value is None else min(value, remedy.limit)
