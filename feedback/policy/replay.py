"""Past facts under another policy: which answers change, and what that costs. Plain Python.

What is assumed, and said on the page: the customer takes the first remedy that is offered; costs are those
that the newer policy estimates, on both sides; the standing is the one that each policy's own threshold
gives. A cost is None where the order's value is not known.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from feedback.policy.canonical import but, number
from feedback.policy.decide import decide, earned
from feedback.policy.decision import Decision, Rule
from feedback.policy.facts import Facts, Standing
from feedback.policy.remedies import Kind, cost
from feedback.policy.terms import Terms

MOST_LINKS = 8  # cases named in a row of changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One complaint: its facts, its own name and its customer's (None: not known), its month as 2026-03."""

    facts: Facts
    name: str
    customer: int | None
    month: str


@dataclass(slots=True)
class Spent:
    """Before and after, in the shop's currency. `unknown`: answers with a remedy whose cost nobody knows."""

    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)
    unknown: int = 0

    def add(self, before: Decimal | None, after: Decimal | None) -> None:
        self.unknown += before is None or after is None
        if before is not None and after is not None:
            self.before += before
            self.after += after

    def as_dict(self) -> dict[str, Any]:
        return {"before": number(self.before), "after": number(self.after), "unknown": self.unknown}


@dataclass(slots=True)
class Replay:
    """`changes` by problem, standing then and now, and answer then and now: its rule and first remedy."""

    cases: int = 0
    changed: int = 0
    skipped: int = 0  # facts that no policy can read any more
    spent: Spent = field(default_factory=Spent)
    months: defaultdict[str, Spent] = field(default_factory=lambda: defaultdict(Spent))
    changes: Counter[tuple[str, ...]] = field(default_factory=Counter)
    named: defaultdict[tuple[str, ...], list[str]] = field(default_factory=lambda: defaultdict(list))
    costs: defaultdict[tuple[str, ...], Spent] = field(default_factory=lambda: defaultdict(Spent))

    def as_dict(self) -> dict[str, Any]:
        return {
            "cases": self.cases,
            "changed": self.changed,
            "skipped": self.skipped,
            "spent": self.spent.as_dict(),
            "months": {month: spent.as_dict() for month, spent in sorted(self.months.items())},
            "changes": [
                dict(zip(_KEY, key, strict=True))
                | {"n": n, "named": self.named[key], "spent": self.costs[key].as_dict()}
                for key, n in self.changes.most_common()
            ],
        }


_KEY = ("problem", "standing", "standing_after", "rule", "remedy", "rule_after", "remedy_after", "differs")


def replay(past: Iterable[Past], before: Terms, after: Terms, currency: str) -> Replay:
    """Facts in another currency than the shop's count as answers and not as costs."""
    found = Replay()
    for one in past:
        then, now = _answer(one.facts, before), _answer(one.facts, after)
        spent = [first_cost(facts, decision, after, currency) for facts, decision in (then, now)]
        found.cases += 1
        found.spent.add(*spent)
        found.months[one.month].add(*spent)
        if differs := difference(then[1], now[1]):
            found.changed += 1
            key = (
                one.facts.problem,
                then[0].standing,
                now[0].standing,
                *_said(then[1]),
                *_said(now[1]),
                differs,
            )
            found.changes[key] += 1
            found.costs[key].add(*spent)
            if len(found.named[key]) < MOST_LINKS:
                found.named[key].append(one.name)
    return found


def first_cost(facts: Facts, decision: Decision, terms: Terms, currency: str) -> Decimal | None:
    """What the remedy named first costs us; nothing where none is offered."""
    if not decision.remedies:
        return Decimal(0)
    first = decision.remedies[0]
    if facts.currency != currency:
        return None
    if first.kind == Kind.CREDIT:
        return first.amount
    return cost(first.kind, facts.order_value, facts.currency, terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One threshold: who would have been helped out of goodwill, what it would have cost, and what those
    customers have earned us so far (each once). `kept` is what they earned less what the help costs: what
    would have been at stake without it, no forecast of what they buy next."""

    threshold: Decimal
    customers: int
    cases: int
    spent: Decimal
    earned: Decimal

    @property
    def kept(self) -> Decimal:
        return self.earned - self.spent


def by_threshold(
    past: Iterable[Past], terms: Terms, currency: str, thresholds: Sequence[Decimal]
) -> list[Step]:
    """S3-3: the same complaints with the standing that each threshold would have given.

    One decision for each complaint: whom a threshold makes valued, the policy answers as valued.
    """
    helped = sorted(_would_help(past, terms, currency), key=lambda one: -one[0])
    steps = []
    for threshold in thresholds:
        reached = [one for one in helped if one[0] >= threshold]
        customers = {who: margin for _value, who, _spent, margin in reversed(reached)}
        steps.append(
            Step(
                threshold=threshold,
                customers=len(customers),
                cases=len(reached),
                spent=sum((spent for _value, _who, spent, _margin in reached), Decimal(0)),
                earned=sum(customers.values(), Decimal(0)),
            )
        )
    return steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Helped:
    """One of a Step's customers, or the name of a case of which none is known: the highest lifetime value
    of their cases that would have been helped, how many these are, and their part of the sums."""

    who: int | str
    value: Decimal
    cases: int
    spent: Decimal
    earned: Decimal


def helped(past: Iterable[Past], terms: Terms, currency: str, threshold: Decimal) -> list[Helped]:
    """Whom by_threshold counts at one threshold; the dearest first."""
    reached = sorted(_would_help(past, terms, currency), key=lambda one: -one[0])
    found: dict[int | str, Helped] = {}
    for value, who, spent, margin in reached:
        if value < threshold:
            break
        known = found.get(who)
        found[who] = Helped(
            who=who,
            value=known.value if known else value,
            cases=1 + (known.cases if known else 0),
            spent=spent + (known.spent if known else Decimal(0)),
            earned=known.earned if known else margin,
        )
    return list(found.values())


_Helped = tuple[Decimal, int | str, Decimal, Decimal]  # lifetime value, who, cost, earned


def _would_help(past: Iterable[Past], terms: Terms, currency: str) -> Iterable[_Helped]:
    for one in past:
        if one.facts.lifetime_value is None or one.facts.currency != currency:
            continue
        facts = but(one.facts, standing=Standing.VALUED.value)
        decision = decide(facts, terms)
        spent = first_cost(facts, decision, terms, currency)
        if decision.rule == Rule.GOODWILL and spent is not None:
            who = one.name if one.customer is None else one.customer
            yield one.facts.lifetime_value, who, spent, earned(facts, terms)


@lru_cache(maxsize=8192)
def _answer(facts: Facts, terms: Terms) -> tuple[Facts, Decision]:
    """With the standing by this policy's own threshold, unless there is no lifetime value to tell it by."""
    if facts.lifetime_value is not None:
        facts = but(facts, standing=str(terms.standing(facts.lifetime_value, facts.currency)))
    return facts, decide(facts, terms)


def _said(decision: Decision) -> tuple[str, str]:
    return str(decision.rule), decision.remedies[0].kind if decision.remedies else ""


def difference(then: Decision, now: Decision) -> str:
    """What differs first: the rule, the choice, its sum, the approver, the days; "" when nothing does."""
    if then.rule != now.rule:
        return "rule"
    if _choice(then) != _choice(now):
        return "choice"
    if [remedy.amount for remedy in then.remedies] != [remedy.amount for remedy in now.remedies]:
        return "amount"
    if then.needs_approver != now.needs_approver:
        return "approver"
    same_days = (then.act_within, then.investigate_within) == (now.act_within, now.investigate_within)
    return "" if same_days else "days"


def _choice(decision: Decision) -> tuple[Any, ...]:
    return tuple(remedy.kind for remedy in decision.remedies), decision.alternatives
