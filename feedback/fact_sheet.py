"""What a decision saw, in words: where each fact came from, who set it, and the form that corrects it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from feedback import facts, labels
from feedback.forms import FactForm
from feedback.models import Analysis, Decision, FactCorrection, User
from feedback.money import format_money

_MONEY = ("lifetime_value", "order_value", "margin")
_SHOWN = (*facts.CORRECTABLE, "standing", *_MONEY, "earlier_concessions")
# Where a fact comes from that the decision names no source for: our own rows, or nobody yet.
_USUALLY = dict.fromkeys(("dispute", "promise_broken", "earlier_concessions"), "record")
_WORDS: Mapping[str, Mapping[str, Any]] = {
    "problem": labels.PROBLEMS,
    "fault": labels.FAULTS,
    "statutory_right": labels.RIGHTS,
    "dispute": labels.DISPUTES,
    "standing": labels.STANDINGS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBy:
    """A person set the fact; `reason` is empty where the reading itself was corrected."""

    who: User | None
    at: datetime | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFact:
    """`form` is None for what no person can set; `law` names the law that gives a right."""

    label: Any
    words: Any
    source: Any
    form: FactForm | None
    is_refused: bool = False
    by: SetBy | None = None
    law: str = ""


def shown(decision: Decision, language: str, refused: FactForm | None = None) -> Iterator[ShownFact]:
    """What is not known and cannot be set is left out. `refused`: the form of a fact, with its errors."""
    people = _people(decision)
    for name in _SHOWN:
        given = decision.facts.get(name)
        may_be_set = _may_be_set(name, decision)
        if given in (None, "") and not may_be_set:
            continue
        is_refused = refused is not None and refused.fact == name
        form = FactForm(name=name, value=given) if may_be_set else None
        source = decision.sources.get(name) or _USUALLY.get(name, "nobody")
        yield ShownFact(
            label=labels.FACTS[name],
            words=_in_words(name, given, decision.facts["currency"], language),
            source=labels.known(labels.SOURCES, source),
            form=refused if is_refused else form,
            is_refused=is_refused,
            by=people.get(name) if source == "person" else None,
            law=decision.sources.get(facts.LAW, "") if name == "statutory_right" else "",
        )


def _may_be_set(name: str, decision: Decision) -> bool:
    """Of a dispute a person says whether what the customer wrote was checked: the bank's own are noted."""
    if name == "dispute":
        return decision.sources.get(name) in ("text", "person")
    return name in facts.CORRECTABLE


def _people(decision: Decision) -> dict[str, SetBy]:
    """Who set which fact; the newest correction counts. Two queries at most."""
    if "person" not in decision.sources.values():
        return {}
    rows = FactCorrection.objects.filter(comment=decision.comment_id).select_related("by").order_by("pk")
    found = {
        row.name: SetBy(who=row.by, at=row.at, reason=labels.known(labels.REASONS, row.reason))
        for row in rows
    }
    if decision.sources.get("problem") == "person" and "problem" not in found:
        reading = Analysis.objects.select_related("corrected_by").get(comment=decision.comment_id)
        found["problem"] = SetBy(who=reading.corrected_by, at=reading.corrected_at)
    return found


def _in_words(name: str, given: Any, currency: str, language: str) -> Any:
    if name in _MONEY:
        return format_money(Decimal(given), currency, language)
    if isinstance(given, bool):
        return dict(labels.FACT_CHOICES[name])["yes" if given else "no"]
    if isinstance(given, int):
        return given
    return labels.known(_WORDS[name], given)
