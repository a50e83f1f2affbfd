"""RULE: what mending a cause of leaving would bring, beside what it costs (S2-5). Plain Python.

A shop can put much into what few leave for. So each cause stands with what those who left for it brought in a
year, and the dearest first; what is spent on a cause is held against that, and against nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

FEWEST = 5  # who left for a cause, below which nothing is said of what mending it would bring
KEPT = 50  # per cent of those who would have left that mending keeps, where nobody said otherwise


class Verdict(StrEnum):
    PAYS = "pays"
    LOW = "low"  # it costs more than it would bring
    NO_COST = "no_cost"  # what it may cost is all that can be said
    FEW = "few"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """`n` customers left for it in a year, who had spent `spent` in the year before. `cost`: what we put, or
    would put, into mending it in a year; None: nobody said. `keeps`: per cent, 1 to 100."""

    name: str
    n: int
    spent: Decimal
    cost: Decimal | None = None
    keeps: int = KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`lost`: the margin of what they spent. `returns`: the part of it that mending would keep, a year; so
    much it may cost. `left`: less the cost."""

    cause: Cause
    lost: Decimal
    returns: Decimal
    left: Decimal | None
    verdict: Verdict

    @property
    def per_one(self) -> Decimal | None:
        """What one spent brings."""
        return self.returns / self.cause.cost if self.cause.cost else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`lines`: what would bring most first. `misplaced`: causes on which more is spent than mending them
    would bring, each with the first cause that would bring more and is not one of them itself, if any."""

    lines: Sequence[Line]
    misplaced: Sequence[tuple[Line, Line | None]]


def check(causes: Sequence[Cause], margin: Decimal) -> Check:
    """`margin`: share of what is spent that the shop earns, 0 to 1."""
    lines = sorted((_line(one, margin) for one in causes), key=lambda one: (-one.returns, one.cause.name))
    best = next((line for line in lines if line.verdict in (Verdict.PAYS, Verdict.NO_COST)), None)
    misplaced = [
        (line, best if best and best.returns > line.returns else None)
        for line in lines
        if line.verdict == Verdict.LOW
    ]
    return Check(lines=lines, misplaced=misplaced)


def _line(cause: Cause, margin: Decimal) -> Line:
    lost = cause.spent * margin
    returns = lost * cause.keeps / 100
    left = None if cause.cost is None else returns - cause.cost
    return Line(cause=cause, lost=lost, returns=returns, left=left, verdict=_verdict(cause, left))


def _verdict(cause: Cause, left: Decimal | None) -> Verdict:
    """Few who left speak for themselves: so little is lost that any cost above it is too much."""
    if left is not None and left < 0:
        return Verdict.LOW
    if cause.n < FEWEST:
        return Verdict.FEW
    return Verdict.NO_COST if left is None else Verdict.PAYS
