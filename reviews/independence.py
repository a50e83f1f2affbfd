"""RULE: whether hiding a review has to do with how good or bad it is (L6, differentiator 8). Plain Python.

Fisher's exact test of a table of two by two, and the exact interval of its odds ratio: both given how many
were hidden and how many are low, so that they hold for a handful as for a million (docs/methods.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, inf, lgamma

import numpy as np

ALPHA = 0.05
_SAME = 1e-7  # two tables are as likely as each other when their chances differ by less than that, relatively
_FARTHEST = 60.0  # of log odds: e⁶⁰ to one is as good as never


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """How many reviews: low ones (one or two stars, or negative) and all others, hidden and shown."""

    low_hidden: int
    low_shown: int
    high_hidden: int
    high_shown: int

    @property
    def n(self) -> int:
        return self.low_hidden + self.low_shown + self.high_hidden + self.high_shown

    @property
    def hidden(self) -> int:
        return self.low_hidden + self.high_hidden

    @property
    def low(self) -> int:
        return self.low_hidden + self.low_shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """`chance`: how often hiding by lot would give a table at least as unlikely as this one (two-sided).

    `odds`: the odds that a low review is hidden, over those of another one; 0 to infinity, with the 95 %
    interval. `smallest`: the lowest chance that any table of so many hidden and so many low could have: above
    5 % nothing could be found out, whatever was hidden.
    """

    table: Table
    chance: float
    odds: float
    low: float
    high: float
    smallest: float

    @property
    def can_tell(self) -> bool:
        return self.smallest <= ALPHA

    @property
    def is_suspicious(self) -> bool:
        """Hiding goes with the rating, one way or the other: hiding praise is no neutral hand either."""
        return self.can_tell and self.chance <= ALPHA

    @property
    def hides_low_ones(self) -> bool:
        table = self.table
        return table.low_hidden * (table.n - table.low) > table.high_hidden * table.low


def tested(table: Table) -> Tested | None:
    """None where there is nothing to compare: none is hidden, all are, or all are of one kind."""
    if not 0 < table.hidden < table.n or not 0 < table.low < table.n:
        return None
    first, weights = _weights(table)
    chances = _chances(weights, 0.0)
    at = table.low_hidden - first
    return Tested(
        table=table,
        chance=_sum_to(chances, chances[at]),
        odds=_odds(first, weights, table.low_hidden),
        low=_low(weights, at),
        high=_high(weights, at),
        smallest=_sum_to(chances, min(chances[0], chances[-1])),
    )


def _sum_to(chances: np.ndarray, limit: float) -> float:
    return min(1.0, float(chances[chances <= limit * (1 + _SAME)].sum()))


def _weights(table: Table) -> tuple[int, np.ndarray]:
    """The fewest low ones that may be among the hidden; and from there on, the logarithm of in how many ways
    so many can be."""
    high = table.n - table.low
    first, last = max(0, table.hidden - high), min(table.hidden, table.low)
    ways = [_choose(table.low, x) + _choose(high, table.hidden - x) for x in range(first, last + 1)]
    return first, np.array(ways)


def _choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _chances(weights: np.ndarray, log_odds: float) -> np.ndarray:
    """Of each number of low ones among the hidden, when their odds are so many times the others'."""
    tilted = weights + log_odds * np.arange(len(weights))
    powers = np.exp(tilted - tilted.max())
    return powers / powers.sum()


def _odds(first: int, weights: np.ndarray, seen: int) -> float:
    """The likeliest odds ratio given the margins: where as many are to be expected as were seen."""
    numbers = first + np.arange(len(weights))
    if seen == numbers[0]:
        return 0.0
    if seen == numbers[-1]:
        return inf
    return exp(_crossing(lambda one: float(_chances(weights, one) @ numbers), float(seen)))


def _low(weights: np.ndarray, at: int) -> float:
    """So low that as many as these, or more, would be seen in 2.5 of a hundred."""
    if at == 0:
        return 0.0
    return exp(_crossing(lambda one: float(_chances(weights, one)[at:].sum()), ALPHA / 2))


def _high(weights: np.ndarray, at: int) -> float:
    if at == len(weights) - 1:
        return inf
    return exp(_crossing(lambda one: -float(_chances(weights, one)[: at + 1].sum()), -ALPHA / 2))


def _crossing(rising: Callable[[float], float], wanted: float) -> float:
    """Where it reaches `wanted`, by halving. It grows with the log odds."""
    low, high = -_FARTHEST, _FARTHEST
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return (low + high) / 2
