"""Which kinds of cases another policy decides otherwise, and whether what was changed speaks of them.

A list of one step may show in another: what goodwill offers stands beside a right by law, too. Whoever
changed it for the one should see the other before it counts (S3-2). Plain Python.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from typing import Any, NamedTuple

from feedback.policy.canonical import but
from feedback.policy.decide import decide
from feedback.policy.decision import Decision, Rule
from feedback.policy.facts import Facts, Fault, FaultFrom, Problem, Right
from feedback.policy.prove import every_case, scale_of
from feedback.policy.replay import difference
from feedback.policy.terms import Terms
from feedback.policy.written import changes

_ALL_RULES, _ALL_PROBLEMS = frozenset(Rule), frozenset(Problem)
_HELP = frozenset({Rule.GOODWILL, Rule.STANDARD})  # goodwill, and what answers where none fits
# Of which rules a place in a policy speaks; the longest beginning counts.
_SPEAKS_OF: Mapping[str, frozenset[Rule]] = {
    "windows.investigate": frozenset({Rule.INVESTIGATE}),
    "windows.check_dispute": frozenset({Rule.DISPUTE}),
    "windows.act": _ALL_RULES,
    "goodwill": _HELP,
    "costs": _HELP,
    "money": _HELP,
    "own_fault": frozenset({Rule.OWN_FAULT}),
    "goodwill_by_problem": _HELP,
    "alternatives": frozenset({Rule.STANDARD}),
}
_LISTS = ("own_fault", "goodwill_by_problem", "alternatives")


class Kind(NamedTuple):
    """Cases told in one row. `differs` as in a Replay; `is_meant`: a changed place speaks of them."""

    rule: str
    rule_after: str
    differs: str
    is_meant: bool


@dataclass(slots=True)
class Otherwise:
    """`cases`: tried, with each policy; `kinds`: how many of them by problem; one example of each."""

    cases: int = 0
    kinds: dict[Kind, dict[str, int]] = field(default_factory=dict)
    examples: dict[Kind, dict[str, Any]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Safe for JSON; what was not meant first."""
        rows = [
            kind._asdict() | {"problems": problems, "n": sum(problems.values()), **self.examples[kind]}
            for kind, problems in self.kinds.items()
        ]
        rows.sort(key=lambda row: (row["is_meant"], -row["n"]))
        return {"cases": self.cases, "changed": sum(row["n"] for row in rows), "kinds": rows}


def compare(before: Terms, after: Terms) -> Otherwise:
    """Every combination of words, and sums round both thresholds in each currency."""
    found = Otherwise()
    meant = list(_meant(before, after))
    for then, facts in _cases(before, after):
        found.cases += 1
        old, new = decide.__wrapped__(then, before), decide.__wrapped__(facts, after)
        if differs := difference(old, new):
            _add(found, meant, facts, (old, new), differs)
    return found


def _add(
    found: Otherwise, meant: list["_Meant"], facts: Facts, answers: tuple[Decision, Decision], differs: str
) -> None:
    old, new = answers
    rules = {old.rule, new.rule}
    is_meant = any(rules <= one.rules and facts.problem in one.problems for one in meant)
    kind = Kind(str(old.rule), str(new.rule), differs, is_meant)
    problems = found.kinds.setdefault(kind, {})
    problems[facts.problem] = problems.get(facts.problem, 0) + 1
    if kind not in found.examples:
        found.examples[kind] = {"facts": facts.as_dict(), "before": old.as_dict(), "after": new.as_dict()}


class _Meant(NamedTuple):
    rules: frozenset[Rule]
    problems: frozenset[str]


def _meant(before: Terms, after: Terms) -> Iterator[_Meant]:
    """One for each changed place that speaks of any cases."""
    old, new = before.as_dict(), after.as_dict()
    for change in changes(old, new):
        if rules := _rules(change.path):
            yield _Meant(rules, _problems(change.path, old, new))


def _rules(path: str) -> frozenset[Rule]:
    if path.startswith("money.") and (path.endswith(".staff_limit") or path.count(".") < 2):
        return _ALL_RULES  # whether an approver decides
    fitting = [place for place in _SPEAKS_OF if path == place or path.startswith((f"{place}.", f"{place}_"))]
    return _SPEAKS_OF[max(fitting, key=len)] if fitting else frozenset()


def _problems(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
    """A problem's own list speaks of it alone, the usual one of those without a list of their own."""
    section, _dot, name = path.rpartition(".")
    if path == "windows.investigate":
        lists = [data["windows"].get("investigate_by_problem", {}) for data in (old, new)]
        return _without_their_own(lists)
    if section in _LISTS and name == "default":
        return _without_their_own([old[section], new[section]])
    is_of_one = section in _LISTS or section == "windows.investigate_by_problem"
    return frozenset({name}) if is_of_one else _ALL_PROBLEMS


def _without_their_own(lists: list[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(one for one in _ALL_PROBLEMS if not all(one in known for known in lists))


def _cases(before: Terms, after: Terms) -> Iterator[tuple[Facts, Facts]]:
    """The same case for each policy: only the standing may differ, by each one's own threshold."""
    for facts in every_case(after):
        if (
            facts.fault_from == FaultFrom.RECORD.value
        ):  # the other source asks to confirm, and changes nothing
            yield facts, facts
    for currency in {**before.money, **after.money}:
        for facts in _of_money(currency, before, after):
            yield _at_its_standing(facts, before), _at_its_standing(facts, after)


def _of_money(currency: str, before: Terms, after: Terms) -> Iterator[Facts]:
    known = [terms.money[currency] for terms in (before, after) if currency in terms.money]
    most = max(scale_of(sums) for sums in known)
    values = sorted({one.valued_from for one in known} | {most / 20, most / 4, most, most * 10})
    some = Facts(problem=Problem.NONE.value, fault_from=FaultFrom.RECORD.value, currency=currency)
    orders = (None, *(most / step for step in (50, 10, 2)))
    words = product(Problem, (Fault.CUSTOMER, Fault.OURS), (None, Right.REFUND.value), (0, 1), values, orders)
    for problem, fault, right, earlier, value, order in words:
        yield but(
            some, problem=problem.value, fault=fault.value, statutory_right=right, order_value=order,
            lifetime_value=Decimal(value), earlier_concessions=earlier,
        )  # fmt: skip


def _at_its_standing(facts: Facts, terms: Terms) -> Facts:
    return but(facts, standing=str(terms.standing(facts.lifetime_value, facts.currency)))
