"""RULE: what is left of a sum that was spent once its goods are paid for, from the shop's own costs.

S0-5, S2-7. Plain Python. Formulas in docs/methods.md ("The margin").
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import sqrt

FEWEST = 30  # orders whose costs are known, below which they say nothing of the others
LEAST = Decimal("0.5")  # of what was bought must have its costs known
_Z = 1.96  # 95 %


class Source(StrEnum):
    """Where a margin comes from."""

    COSTS = "costs"  # of the shop's own order lines
    POLICY = "policy"  # assumed there
    ASKED = "asked"  # by whoever looks


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """An order: what was paid, and what its goods cost; None unless the cost of every line is known."""

    total: Decimal
    cost: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """`share`: what is earned of what is spent, 0 to 1, with its 95 % interval where it was measured.
    `orders`: those whose costs are known; `known`: how much of all that was bought they are, 0 to 1."""

    share: Decimal
    source: Source
    orders: int = 0
    known: Decimal = Decimal(0)
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def is_measured(self) -> bool:
        return self.source is Source.COSTS

    @property
    def ends(self) -> tuple[float, float] | None:
        """Of the interval; None where it was not measured."""
        return None if self.low is None or self.high is None else (float(self.low), float(self.high))


def asked(share: Decimal) -> Margin:
    return Margin(share=share, source=Source.ASKED)


def margin(sold: Iterable[Sold], assumed: Decimal) -> Margin:
    """1 − Σ costs ÷ Σ totals of the orders whose costs are known, when they are enough; else the assumed one.

    A shop that sells below cost earns nothing: no share is below zero.
    """
    every, costed = Decimal(0), []
    for one in sold:
        every += one.total
        if one.cost is not None:
            costed.append((one.total, one.cost))
    revenue = sum((total for total, _cost in costed), Decimal(0))
    known = round(revenue / every, 4) if every else Decimal(0)
    if len(costed) < FEWEST or known < LEAST:
        return Margin(share=assumed, source=Source.POLICY, orders=len(costed), known=known)
    share = 1 - sum((cost for _total, cost in costed), Decimal(0)) / revenue
    off = _Z * _error(costed, share, revenue)
    return Margin(
        share=_within(share), source=Source.COSTS, orders=len(costed), known=known,
        low=_within(share - Decimal(off)), high=_within(share + Decimal(off)),
    )  # fmt: skip


def _error(costed: list[tuple[Decimal, Decimal]], share: Decimal, revenue: Decimal) -> float:
    """The standard error of a ratio of two sums (Cochran 1977, 2.11)."""
    n = len(costed)
    squares = sum(float(total - cost - share * total) ** 2 for total, cost in costed)
    return sqrt(n / (n - 1) * squares) / float(revenue)


def _within(share: Decimal) -> Decimal:
    return round(min(max(share, Decimal(0)), Decimal(1)), 4)
