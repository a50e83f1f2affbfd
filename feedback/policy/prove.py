"""Try a policy on every kind of case: does it keep its own rules, and if not, in which case."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise, product
from typing import Any

from feedback.policy.decide import decide, earned, goodwill_limit, is_ours
from feedback.policy.decision import Decision, Rule
from feedback.policy.facts import Dispute, Facts, Fault, FaultFrom, Problem, Right, Standing
from feedback.policy.remedies import FULL_SET, Kind, cost
from feedback.policy.terms import Terms


def _(message: str) -> str:
    """Marks a message for the catalogue; the page that shows it translates it."""
    return message


INVARIANTS = {
    "total": _("Every case has an answer."),
    "alternative": _("Every refusal carries an alternative and waits for an approver."),
    "own_fault": _("Our own fault is put right in full unless a dispute is open."),
    "dispute": _("Nothing is offered while a dispute is open or claimed."),
    "statutory": _("Nobody gets less than the law gives them."),
    "safety": _("A safety problem always carries the advice to stop using the item."),
    "monotone": _("More lifetime value never gets less."),
    "standing": _("A regular customer never gets more than a valued one."),
    "profitable": _("Goodwill never costs more than the customer has earned us."),
    "reachable": _("Every rule can fire."),
}
MOST_FAILURES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A counter-example: the facts and what the policy answers to them."""

    invariant: str
    facts: dict[str, Any]
    decision: dict[str, Any]

    @property
    def message(self) -> str:
        return INVARIANTS[self.invariant]


@dataclass(slots=True)
class Proof:
    """`cases`: how many were tried; at most twenty counter-examples are kept."""

    cases: int = 0
    failures: list[Failure] = field(default_factory=list)
    rules: set[str] = field(default_factory=set)

    @property
    def holds(self) -> bool:
        return not self.failures

    def fail(self, invariant: str, facts: dict[str, Any], decision: dict[str, Any]) -> None:
        if len(self.failures) < MOST_FAILURES:
            self.failures.append(Failure(invariant=invariant, facts=facts, decision=decision))


def prove(terms: Terms) -> Proof:
    """Every combination of the facts that are words, then money from nothing to a lot in each currency."""
    proof = Proof()
    for facts in every_case(terms):
        _check(facts, terms, proof)
    for currency in terms.money:
        for problem in Problem:
            _check_money(problem, currency, terms, proof)
    for rule in sorted(set(Rule) - proof.rules):
        proof.fail("reachable", {}, {"rule": rule})
    return proof


def every_case(terms: Terms) -> Iterator[Facts]:
    """Each combination of words, with an order and a customer of middling value."""
    currency = next(iter(terms.money))
    threshold = terms.money[currency].valued_from or Decimal(1)
    yes_no = (False, True)
    sources = (FaultFrom.TEXT, FaultFrom.RECORD)
    words = product(Problem, Fault, sources, yes_no, Standing, Dispute, (None, *Right), yes_no, (0, 99))
    for problem, fault, source, investigated, standing, dispute, right, broken, earlier in words:
        yield Facts(
            problem=problem.value,
            fault=fault.value,
            fault_from=source.value,
            investigated=investigated,
            standing=standing.value,
            dispute=dispute.value,
            statutory_right=right.value if right else None,
            promise_broken=broken,
            earlier_concessions=earlier,
            lifetime_value=threshold * 2,
            order_value=threshold / 10,
            currency=currency,
        )


def _check(facts: Facts, terms: Terms, proof: Proof) -> None:
    proof.cases += 1
    try:
        decision = decide.__wrapped__(facts, terms)  # uncached: each case comes once
    except Exception:
        proof.fail("total", facts.as_dict(), {})
        return
    proof.rules.add(decision.rule)
    for invariant in _broken(facts, decision):
        proof.fail(invariant, facts.as_dict(), decision.as_dict())


def _broken(facts: Facts, decision: Decision) -> Iterator[str]:
    kinds = {remedy.kind for remedy in decision.remedies}
    in_dispute = facts.dispute in {Dispute.OPEN, Dispute.CLAIMED}
    if decision.refusal and not (decision.alternatives and decision.needs_approver):
        yield "alternative"
    if in_dispute and (kinds or decision.alternatives):
        yield "dispute"
    if not in_dispute and is_ours(facts) and not _in_full(decision, kinds):
        yield "own_fault"
    if not in_dispute and facts.statutory_right is not None and facts.statutory_right not in kinds:
        yield "statutory"
    if (facts.problem == Problem.SAFETY) != decision.safety:
        yield "safety"


def _in_full(decision: Decision, kinds: set[str]) -> bool:
    whole = all(remedy.share == 1 and remedy.limit is None for remedy in decision.remedies)
    return whole and kinds >= FULL_SET and not decision.refusal


def _check_money(problem: str, currency: str, terms: Terms, proof: Proof) -> None:
    """S3-3: from the poorest to the richest customer, for orders of every size and every earlier help."""
    threshold = terms.money[currency].valued_from or Decimal(1)
    values = [threshold * step / 4 for step in (-1, 0, 1, 3, 4, 5, 8, 40, 400)]
    orders = [None, *(threshold * step / 10 for step in (0, 1, 4, 10, 60))]
    margins = (None, Decimal("-0.2"), Decimal("0.02"), Decimal("0.4"))
    for order, margin, earlier in product(orders, margins, (0, 1, terms.earlier_at_most)):
        facts = Facts(
            problem=problem,
            fault=Fault.CUSTOMER,
            fault_from=FaultFrom.RECORD,
            currency=currency,
            order_value=order,
            margin=margin,
            earlier_concessions=earlier,
        )
        row = [_at_value(facts, value, terms) for value in values]
        proof.cases += len(row)
        for at_value in row:
            _check_bounds(at_value, terms, proof)
        for poorer, richer in pairwise(row):
            if not gets_at_least(decide(richer, terms), decide(poorer, terms)):
                proof.fail("monotone", richer.as_dict(), decide(richer, terms).as_dict())


def _at_value(facts: Facts, value: Decimal, terms: Terms) -> Facts:
    return replace(facts, lifetime_value=value, standing=terms.standing(value, facts.currency))


def _check_bounds(facts: Facts, terms: Terms, proof: Proof) -> None:
    decision = decide(facts, terms)
    valued = decide(replace(facts, standing=Standing.VALUED), terms)
    regular = decide(replace(facts, standing=Standing.REGULAR), terms)
    if not gets_at_least(valued, regular):
        proof.fail("standing", facts.as_dict(), regular.as_dict())
    if decision.rule == Rule.GOODWILL and not _stays_profitable(decision, facts, terms):
        proof.fail("profitable", facts.as_dict(), decision.as_dict())


def _stays_profitable(decision: Decision, facts: Facts, terms: Terms) -> bool:
    limit = goodwill_limit(facts, terms)
    if limit > earned(facts, terms):
        return False
    for remedy in decision.remedies:
        price = remedy.amount if remedy.kind == Kind.CREDIT else _price(remedy.kind, facts, terms)
        if price is None or price > limit:
            return False
    return True


def _price(kind: str, facts: Facts, terms: Terms) -> Decimal | None:
    return cost(kind, facts.order_value, facts.currency, terms)


def gets_at_least(one: Decision, other: Decision) -> bool:
    """Whether everything that `other` offers, `one` offers too, in no smaller amount."""
    offered = {remedy.kind: remedy for remedy in one.remedies}
    for remedy in other.remedies:
        mine = offered.get(remedy.kind)
        if (
            mine is None
            or (mine.amount or 0) < (remedy.amount or 0)
            or (mine.share or 0) < (remedy.share or 0)
        ):
            return False
    return bool(one.remedies) or not other.remedies
