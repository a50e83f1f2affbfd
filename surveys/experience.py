"""RULE: how one customer found one dealing with us, from what they said of it (S1-2, S1-13). Values only.

What was expected decides where it is known: better than expected is satisfied, and delighted when the mark
beside it is the best; as expected is *indifferent*, a class of its own and not satisfied; worse is
dissatisfied, whatever the mark. Else the mark; without one a complaint, then the tone of the words, of which
none alone is delighted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Felt(StrEnum):
    """The best first."""

    DELIGHTED = "delighted"
    SATISFIED = "satisfied"
    INDIFFERENT = "indifferent"
    DISSATISFIED = "dissatisfied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """`expectation`: above, as_expected, below or "". `scale`: of `mark`, as MARKS names it, "" without one.
    `tone`: negative, neutral, positive, unknown or "". `complained`: a case was made of it."""

    expectation: str = ""
    scale: str = ""
    mark: float | None = None
    tone: str = ""
    complained: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """From `least` to `most`. From `delighted` on a mark is the best, from `satisfied` on good; up to
    `dissatisfied` bad. NPS: promoters from 9, passives 7 and 8, detractors to 6 (Reichheld 2003)."""

    least: int
    most: int
    dissatisfied: float
    satisfied: float
    delighted: float


_FIVE = Scale(least=1, most=5, dissatisfied=2, satisfied=4, delighted=5)
MARKS: Mapping[str, Scale] = {
    "smileys": _FIVE,
    "stars": _FIVE,
    "recommend": Scale(least=0, most=10, dissatisfied=6, satisfied=7, delighted=9),
}
_BY_TONE = {
    "positive": Felt.SATISFIED,
    "neutral": Felt.INDIFFERENT,
    "negative": Felt.DISSATISFIED,
}


def felt(said: Said) -> Felt | None:
    """None: nothing tells."""
    of_mark = _by_mark(said)
    match said.expectation:
        case "above":
            return Felt.DELIGHTED if of_mark == Felt.DELIGHTED else Felt.SATISFIED
        case "as_expected":
            return Felt.INDIFFERENT
        case "below":
            return Felt.DISSATISFIED
    if of_mark is not None:
        return of_mark
    return Felt.DISSATISFIED if said.complained else _BY_TONE.get(said.tone)


def in_hundredths(scale: str, mark: float) -> float:
    """0 worst to 100 best. Raises KeyError for a scale that is not known."""
    of = MARKS[scale]
    return 100 * (mark - of.least) / (of.most - of.least)


def _by_mark(said: Said) -> Felt | None:
    if said.mark is None or said.scale not in MARKS:
        return None
    of = MARKS[said.scale]
    if said.mark >= of.delighted:
        return Felt.DELIGHTED
    if said.mark >= of.satisfied:
        return Felt.SATISFIED
    return Felt.DISSATISFIED if said.mark <= of.dissatisfied else Felt.INDIFFERENT
