"""What a decision saw, in words: where each fact came from, and the form in which a person corrects it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from feedback import facts, labels
from feedback.forms import FactForm
from feedback.models import Decision
from feedback.money import format_money

_MONEY = ("lifetime_value", "order_value", "margin")
_SHOWN = (*facts.CORRECTABLE, "dispute", "standing", *_MONEY)
_WORDS: Mapping[str, Mapping[str, Any]] = {
    "problem": labels.PROBLEMS,
    "fault": labels.FAULTS,
    "statutory_right": labels.RIGHTS,
    "dispute": labels.DISPUTES,
    "standing": labels.STANDINGS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFact:
    """`form` is None for what no person can set."""

    label: Any
    words: Any
    source: Any
    form: FactForm | None
    is_refused: bool = False


def shown(decision: Decision, language: str, refused: FactForm | None = None) -> Iterator[ShownFact]:
    """What is not known and cannot be set is left out. `refused`: the form of a fact, with its errors."""
    for name in _SHOWN:
        given = decision.facts.get(name)
        may_be_set = name in facts.CORRECTABLE
        if given in (None, "") and not may_be_set:
            continue
        is_refused = refused is not None and refused.fact == name
        form = FactForm(name=name, value=given) if may_be_set else None
        yield ShownFact(
            label=labels.FACTS[name],
            words=_in_words(name, given, decision.facts["currency"], language),
            source=labels.known(labels.SOURCES, decision.sources.get(name, "")),
            form=refused if is_refused else form,
            is_refused=is_refused,
        )


def _in_words(name: str, given: Any, currency: str, language: str) -> Any:
    if name in _MONEY:
        return format_money(Decimal(given), currency, language)
    if isinstance(given, bool):
        return dict(labels.FACT_CHOICES[name])["yes" if given else "no"]
    return labels.known(_WORDS[name], given)
