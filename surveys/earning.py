"""RULE: what service earned beside what it cost (S0-10). Values only; sums in one currency.

Earned: for each customer whose problem was solved the first time they told us, what such a customer spends
more in the three months after it than one whose problem was not, times the margin (S0-5). It stands on the
customers who answered a survey, and is taken for all who complained: an estimate, with its interval.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from surveys.resampling import Estimate

NONE = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """`each`: what one solved customer brings, margin only; None: too few answered to tell. `costs` by name,
    in the order they are shown. `solved`, `unsolved`: customers, each in one at most."""

    each: Estimate | None
    solved: int
    unsolved: int
    costs: Mapping[str, Decimal]

    @property
    def spent(self) -> Decimal:
        return sum(self.costs.values(), NONE)

    @property
    def earned(self) -> Estimate | None:
        return self.each and _times(self.each, self.solved)

    @property
    def missed(self) -> Estimate | None:
        """What those not solved would have brought, had they been."""
        return self.each and _times(self.each, self.unsolved)

    @property
    def left(self) -> Estimate | None:
        return self.earned and _less(self.earned, float(self.spent))

    @property
    def verdict(self) -> str:
        """earns or costs, when the whole interval of what is left says so; else unclear; '' if unknown."""
        if self.left is None or self.left.low is None:
            return "" if self.left is None else "unclear"
        if self.left.low > 0:
            return "earns"
        return "costs" if self.left.high is not None and self.left.high < 0 else "unclear"


def _times(one: Estimate, n: int) -> Estimate:
    """For nobody it is nothing, whatever is unknown of one."""
    if n == 0:
        return Estimate(value=0.0, low=0.0, high=0.0)
    low, high = (None if end is None else end * n for end in (one.low, one.high))
    return Estimate(value=one.value * n, low=low, high=high)


def _less(one: Estimate, sum_: float) -> Estimate:
    low, high = (None if end is None else end - sum_ for end in (one.low, one.high))
    return Estimate(value=one.value - sum_, low=low, high=high)
