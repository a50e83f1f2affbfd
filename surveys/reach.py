"""RULE: all the ways through a survey: what can never be asked, what nobody can answer, and every ending.

Each question and fact that a condition looks at is tried with every value that the conditions can tell apart,
with one that they cannot, and with none. Questions that no condition looks at do not part the ways.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from math import prod

from surveys import conditions, logic
from surveys.conditions import About, Check, Circumstances, Fact
from surveys.questions import LANGUAGES, STEPS, Definition, Kind, Question, Value, ids_of

MOST_WAYS = 20_000
"""Combinations tried; a survey with more is told to be simpler."""
OTHERWISE = "otherwise"
"""Stands for a word that no condition names."""


def _(message: str) -> str:
    """Marks a message for the catalogue; the page that shows it translates it."""
    return message


WHY = {
    "unreachable": _("No answer leads to this question: nobody would ever see it."),
    "dead_end": _("It must be answered, and nothing can be chosen: nobody could go on."),
    "too_many": _("There are too many ways through the survey to try them all. Make its conditions simpler."),
    "nothing": _("There is a way on which nothing at all is asked."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    question: str
    key: str

    @property
    def message(self) -> str:
        return WHY[self.key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """`tried`: combinations of answers, facts and language. `ways`: the ones that differ, as ids."""

    tried: int
    ways: frozenset[tuple[str, ...]]
    faults: tuple[Fault, ...]


def explore(definition: Definition) -> Ways:
    names, choices = _axes(definition)
    size = prod(len(one) for one in choices)
    if size > MOST_WAYS:
        too_many = Fault(question="", key="too_many")
        return Ways(tried=0, ways=frozenset(), faults=(*_dead_ends(definition), too_many))
    combinations = _combinations(definition, names, choices)
    ways = frozenset(
        tuple(question.id for question in logic.path(definition, given, circumstances))
        for given, circumstances in combinations
    )
    faults = list(_dead_ends(definition))
    met = {name for way in ways for name in way}
    faults += [Fault(question=one.id, key="unreachable") for one in definition.questions if one.id not in met]
    faults += [Fault(question="", key="nothing")] if () in ways else []
    return Ways(tried=size, ways=ways, faults=tuple(faults))


def _dead_ends(definition: Definition) -> Iterator[Fault]:
    for question in definition.questions:
        if question.required and question.kind == Kind.TOUCHPOINT and not question.choices:
            yield Fault(question=question.id, key="dead_end")


def _axes(definition: Definition) -> tuple[list[str], list[list[object]]]:
    """What the conditions look at – questions, facts, the language, full quotas – with the values to try."""
    by_id = {question.id: question for question in definition.questions}
    checks = [check for one in definition.questions if one.show_if for check in one.show_if.checks]
    axes: dict[str, list[object]] = {}
    for check in checks:
        name = f"{check.about}:{check.name}"
        if name not in axes:
            alike = [one for one in checks if (one.about, one.name) == (check.about, check.name)]
            axes[name] = _values(check, alike, by_id)
    for question in definition.questions:
        if question.asked_at_most:
            axes[f"full:{question.id}"] = [False, True]
    return list(axes), list(axes.values())


def _values(check: Check, alike: list[Check], by_id: Mapping[str, Question]) -> list[object]:
    if check.about == About.LANGUAGE:
        return list(LANGUAGES)
    if check.about == About.FACT:
        return [None, *_of_fact(check.name, alike)]
    return _of_question(by_id[check.name], alike)


def _of_fact(name: str, alike: list[Check]) -> list[object]:
    if Fact(name) in conditions.FACTS_IN_NUMBERS:
        return list(_around(alike))
    if name == Fact.FIRST_ORDER:
        return ["yes", "no"]
    return [*sorted({one for check in alike for one in check.ids}), OTHERWISE]


def _of_question(question: Question, alike: list[Check]) -> list[object]:
    nothing: list[object] = [] if question.required else [None]
    if question.kind in STEPS:
        return [*nothing, *STEPS[question.kind]]
    if question.kind == Kind.NUMBER:
        return [*nothing, *(str(one) for one in _around(alike) if _in_bounds(question, one))]
    ids = ids_of(question) or tuple(sorted({one for check in alike for one in check.ids}))
    if question.kind == Kind.CHOICES:
        return [*nothing, *((one,) for one in ids), ids]
    if not ids:  # a text, a day, a grid: answered or not is all that can be asked of it
        return [*nothing, OTHERWISE]
    return [*nothing, *ids]


def _around(alike: list[Check]) -> Iterator[Decimal]:
    """Each number that a condition names, and what lies on either side of it."""
    numbers = {check.number for check in alike if check.number is not None}
    yield from sorted({number + step for number in numbers for step in (-1, 0, 1)} or {Decimal(0)})


def _in_bounds(question: Question, number: Decimal) -> bool:
    least, most = question.least, question.most
    return not (
        (isinstance(least, Decimal) and number < least) or (isinstance(most, Decimal) and number > most)
    )


def _combinations(
    definition: Definition, names: list[str], choices: list[list[object]]
) -> Iterator[tuple[dict[str, Value | None], Circumstances]]:
    for values in product(*choices):
        given: dict[str, Value | None] = {}
        facts: dict[str, object] = {}
        language, full = LANGUAGES[0], set()
        for name, value in zip(names, values, strict=True):
            about, _colon, rest = name.partition(":")
            if about == About.QUESTION:
                given[rest] = value  # type: ignore[assignment]
            elif about == About.LANGUAGE:
                language = str(value)
            elif about == About.FACT and value is not None:
                facts[rest] = value
            elif about == "full" and value:
                full.add(rest)
        yield given, Circumstances(language=language, facts=facts, full=frozenset(full))  # type: ignore[arg-type]
