"""Try a policy on every kind of case: does it keep its own rules, and if not, in which case."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from hashlib import sha256
from itertools import pairwise, product
from pathlib import Path
from typing import Any

from feedback.policy.canonical import but
from feedback.policy.decide import decide, earned, goodwill_limit, is_ours
from feedback.policy.decision import Advice, Decision, Rule
from feedback.policy.facts import Dispute, Facts, Fault, FaultFrom, Problem, Right, Standing
from feedback.policy.remedies import FULL_SET, Kind, cost
from feedback.policy.terms import LONGEST_SEARCH, Sums, Terms


def _(message: str) -> str:
    """Marks a message for the catalogue; the page that shows it translates it."""
    return message


INVARIANTS = {
    "total": _("Every case has an answer."),
    "consistent": _("No answer contradicts itself: what is refused is not granted as well."),
    "reachable": _("Every rule can fire."),
    "own_fault": _("Our own fault is put right in full unless a dispute is open."),
    "accept": _("Our own fault in an open dispute: the dispute is accepted."),
    "dispute": _("Nothing is offered while a dispute is open or claimed."),
    "statutory": _("Nobody gets less than the law gives them."),
    "safety": _("A safety problem always carries the advice to stop using the item."),
    "alternative": _("Every refusal carries an alternative and waits for an approver."),
    "windows": _("Whatever we owe has its day, and finding out never takes longer than the law allows."),
    "monotone": _("More lifetime value never gets less."),
    "standing": _("A regular customer never gets more than a valued one."),
    "limit": _("Goodwill never costs more than its limit."),
    "profitable": _("Goodwill never costs more than the customer has earned us."),
    "approver": _("Above what staff may grant alone, an approver decides."),
}
MOST_FAILURES = 20  # kept of each invariant


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A counter-example: the facts and what the policy answers to them; `instead_of`: the other answer that
    it is compared with, where two are."""

    invariant: str
    facts: dict[str, Any]
    decision: dict[str, Any]
    instead_of: dict[str, Any] | None = None

    @property
    def message(self) -> str:
        return INVARIANTS[self.invariant]


@dataclass(slots=True)
class Proof:
    """`cases`: how many were tried; at most twenty counter-examples of each invariant are kept."""

    cases: int = 0
    failures: list[Failure] = field(default_factory=list)
    rules: set[str] = field(default_factory=set)
    _kept: Counter[str] = field(default_factory=Counter)

    @property
    def holds(self) -> bool:
        return not self.failures

    def fail(self, invariant: str, facts: Facts | None, decision: Decision | None, **more: Any) -> None:
        if self._kept[invariant] < MOST_FAILURES:
            self._kept[invariant] += 1
            self.failures.append(
                Failure(
                    invariant=invariant,
                    facts=facts.as_dict() if facts else {},
                    decision=decision.as_dict() if decision else {},
                    **more,
                )
            )

    def as_dict(self) -> dict[str, Any]:
        """Safe for JSON: every invariant in its order, with the first counter-example of those that fail."""
        return {
            "cases": self.cases,
            "invariants": [{"name": name, "example": self._example(name)} for name in INVARIANTS],
        }

    def _example(self, name: str) -> dict[str, Any] | None:
        first = next((one for one in self.failures if one.invariant == name), None)
        if first is None:
            return None
        return {"facts": first.facts, "decision": first.decision, "instead_of": first.instead_of}


@cache
def program() -> str:
    """The fingerprint of the rules themselves: a proof counts for the program that made it."""
    names = ("decide", "decision", "facts", "prove", "remedies", "terms")
    sources = (Path(__file__).with_name(f"{name}.py").read_bytes() for name in names)
    return sha256(b"\0".join(sources)).hexdigest()


def prove(terms: Terms) -> Proof:
    """Every combination of the facts that are words, then money from nothing to a lot in each currency."""
    proof = Proof()
    for facts in every_case(terms):
        _check(facts, terms, proof)
    for currency in terms.money:
        found = {rule for problem in Problem for rule in _check_money(problem.value, currency, terms, proof)}
        if _GOODWILL not in found:
            never = {"rule": _GOODWILL, "currency": currency}
            proof.failures.append(Failure(invariant="reachable", facts={}, decision=never))
    for rule in sorted(set(Rule) - proof.rules - {Rule.GOODWILL}):
        proof.failures.append(Failure(invariant="reachable", facts={}, decision={"rule": rule.value}))
    return proof


def every_case(terms: Terms) -> Iterator[Facts]:
    """Each combination of words, with an order and a customer of middling value."""
    currency = next(iter(terms.money))
    scale = scale_of(terms.money[currency])
    some = Facts(
        problem=Problem.NONE.value,
        lifetime_value=scale * 2,
        order_value=scale / 10,
        currency=currency,
    )
    yes_no = (False, True)
    sources = (FaultFrom.TEXT.value, FaultFrom.RECORD.value)
    rights = (None, *(right.value for right in Right))
    kinds = [[word.value for word in words] for words in (Problem, Fault, Standing, Dispute)]
    words = product(*kinds, sources, yes_no, rights, yes_no, (0, 99))
    for problem, fault, standing, dispute, source, investigated, right, broken, earlier in words:
        yield but(
            some,
            problem=problem,
            fault=fault,
            fault_from=source,
            investigated=investigated,
            standing=standing,
            dispute=dispute,
            statutory_right=right,
            promise_broken=broken,
            earlier_concessions=earlier,
        )


def _check(facts: Facts, terms: Terms, proof: Proof) -> None:
    proof.cases += 1
    try:
        decision = decide.__wrapped__(facts, terms)  # uncached: each case comes once
    except Exception:
        proof.fail("total", facts, None)
        return
    proof.rules.add(decision.rule)
    for invariant in _broken(facts, decision, terms):
        proof.fail(invariant, facts, decision)


def _broken(facts: Facts, decision: Decision, terms: Terms) -> Iterator[str]:
    kinds = {remedy.kind for remedy in decision.remedies}
    in_dispute = facts.dispute in _IN_DISPUTE
    if decision.refusal and not (decision.alternatives and decision.needs_approver):
        yield "alternative"
    if (decision.refusal and kinds) or (decision.investigate_within and decision.act_within and kinds):
        yield "consistent"
    if in_dispute and (kinds or decision.alternatives):
        yield "dispute"
    if not in_dispute and is_ours(facts) and not _in_full(decision, kinds):
        yield "own_fault"
    if facts.dispute == _OPEN and is_ours(facts) and decision.dispute_advice != _ACCEPT:
        yield "accept"
    if not in_dispute and facts.statutory_right is not None and facts.statutory_right not in kinds:
        yield "statutory"
    if (facts.problem == _SAFETY) != decision.safety:
        yield "safety"
    if not _has_its_days(decision, kinds):
        yield "windows"
    if _is_unsigned(facts, decision, terms):
        yield "approver"


# Plain words: comparing with them is much faster than asking the enums each time.
_OPEN, _SAFETY, _ACCEPT, _GOODWILL = (
    Dispute.OPEN.value,
    Problem.SAFETY.value,
    Advice.ACCEPT.value,
    Rule.GOODWILL.value,
)
_IN_DISPUTE = frozenset({Dispute.OPEN.value, Dispute.CLAIMED.value})
_FULL_SET = frozenset(str(kind) for kind in FULL_SET)


def _in_full(decision: Decision, kinds: set[str]) -> bool:
    whole = all(remedy.share == 1 and remedy.limit is None for remedy in decision.remedies)
    return whole and kinds >= _FULL_SET and not decision.refusal


def _has_its_days(decision: Decision, kinds: set[str]) -> bool:
    """What is offered or looked into has a number of working days; article 57(2) bounds the looking."""
    search = decision.investigate_within
    if search is not None and not 1 <= search <= LONGEST_SEARCH:
        return False
    if decision.act_within is not None and decision.act_within < 1:
        return False
    return bool(search or decision.act_within) or not (kinds or decision.alternatives)


def _is_unsigned(facts: Facts, decision: Decision, terms: Terms) -> bool:
    """Staff alone would give more than they may (decisions.md 14)."""
    if decision.needs_approver or not decision.remedies:
        return False
    sums = terms.money.get(facts.currency)
    amounts = [remedy.amount for remedy in decision.remedies if remedy.amount is not None]
    return sums is None or any(amount > sums.staff_limit for amount in amounts)


def _check_money(problem: str, currency: str, terms: Terms, proof: Proof) -> set[str]:
    """S3-3: from the poorest to the richest customer, for orders of every size and every earlier help.
    The rules that fired."""
    rules: set[str] = set()
    threshold, scale = terms.money[currency].valued_from, scale_of(terms.money[currency])
    near = {threshold * step / 4 for step in (-1, 0, 1, 3, 4, 5, 8)}
    values = sorted(near | {scale * step for step in (2, 10, 100)})
    orders = [None, *(scale * step / 10 for step in (0, 1, 4, 10, 60))]
    margins = (None, Decimal("-0.2"), Decimal("0.02"), Decimal("0.4"))
    some = Facts(
        problem=problem, fault=Fault.CUSTOMER.value, fault_from=FaultFrom.RECORD.value, currency=currency
    )
    for order, margin, earlier in product(orders, margins, (0, 1, terms.earlier_at_most)):
        facts = but(some, order_value=order, margin=margin, earlier_concessions=earlier)
        row = [_at_value(facts, value, terms) for value in values]
        proof.cases += len(row)
        answers = [_check_bounds(at_value, terms, proof) for at_value in row]
        rules |= {answer.rule for answer in answers}
        for (_poor, poorer), (rich, richer) in pairwise(zip(row, answers, strict=True)):
            if not gets_at_least(richer, poorer):
                proof.fail("monotone", rich, richer, instead_of=poorer.as_dict())
    return rules


def scale_of(sums: Sums) -> Decimal:
    """A sum that is much in this currency, however low the policy sets its threshold."""
    return max(sums.valued_from, sums.goodwill_at_most * 2, sums.shipping * 20, sums.step * 100, Decimal(1))


def _at_value(facts: Facts, value: Decimal, terms: Terms) -> Facts:
    standing = terms.standing(value, facts.currency)
    return but(facts, lifetime_value=value, standing=str(standing))


def _check_bounds(facts: Facts, terms: Terms, proof: Proof) -> Decision:
    uncached = decide.__wrapped__
    valued = uncached(but(facts, standing=Standing.VALUED.value), terms)
    regular = uncached(but(facts, standing=Standing.REGULAR.value), terms)
    decision = valued if facts.standing == Standing.VALUED.value else regular
    if not gets_at_least(valued, regular):
        proof.fail("standing", facts, regular, instead_of=valued.as_dict())
    if _is_unsigned(facts, decision, terms):
        proof.fail("approver", facts, decision)
    if decision.rule == _GOODWILL:
        limit = goodwill_limit(facts, terms)
        if limit > earned(facts, terms):
            proof.fail("profitable", facts, decision)
        if not _within(limit, decision, facts, terms):
            proof.fail("limit", facts, decision)
    return decision


def _within(limit: Decimal, decision: Decision, facts: Facts, terms: Terms) -> bool:
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
