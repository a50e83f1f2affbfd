"""RULE: what a customer asked for beside what they were given (S4-6)."""

from collections.abc import Collection, Mapping
from enum import StrEnum


class Outcome(StrEnum):
    AS_WISHED = "as_wished"
    OTHERWISE = "otherwise"  # something, and not that
    NOTHING = "nothing"


# The remedies (feedback.policy) that are what such a wish asks for.
GIVES: Mapping[str, frozenset[str]] = {
    "refund": frozenset({"refund"}),
    "replacement": frozenset({"replacement", "send_again", "exchange", "redo"}),
    "repair": frozenset({"repair", "redo"}),
}
TOLD = frozenset({"apology", "explanation"})  # wishes that words fulfil
CALLED = "call_back"
NAMED = (*GIVES, *sorted(TOLD), CALLED, "other")  # what can be compared; "none" named nothing


def compare(
    wished: str, *, given: Collection[str], was_written_to: bool = False, was_called: bool = False
) -> Outcome:
    """`given`: the remedies granted, an override's own words among them. Something else than what the list
    knows is never "as wished": a person has to look."""
    if GIVES.get(wished, frozenset()) & set(given):
        return Outcome.AS_WISHED
    if (wished in TOLD and was_written_to) or (wished == CALLED and was_called):
        return Outcome.AS_WISHED
    return Outcome.OTHERWISE if given or was_written_to else Outcome.NOTHING
