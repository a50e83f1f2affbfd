"""RULE: how likely a customer is not to come again within a window, learnt from the shop's own past alone.

A logistic regression on five facts of a purchase history. What it learns from was over before the day it is
asked about: the customers as they were one window and more before it, and who of them came in the window
after.
"""

from dataclasses import dataclass
from math import log1p, sqrt
from typing import Self

import numpy as np

from feedback.defection.histories import Histories, Real, Snapshot, Whole

FEWEST = 30  # who came and who left, each, before anything is learnt
_BACK = (1.0, 1.25, 1.5)  # the past days that are learnt from, in windows before the day asked about
_RIDGE = 1.0
_STEPS = 50
_LOOKS = 100
_ENOUGH = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """`days`: the window. `weights`: the constant, then one for each fact, on the fact's standard scale."""

    days: int
    weights: Real
    means: Real
    spreads: Real

    @classmethod
    def learn(cls, histories: Histories, day: int, days: int) -> Self | None:
        """None: too little past."""
        then = [histories.on(day - round(back * days)) for back in _BACK]
        left = np.concatenate([~known.came_back(days) for known in then])
        if min(left.sum(), (~left).sum()) < FEWEST:
            return None
        facts = np.vstack([_facts(known) for known in then])
        means, spreads = facts.mean(axis=0), facts.std(axis=0)
        spreads = np.where(spreads > 0, spreads, 1.0)
        return cls(days, fit((facts - means) / spreads, left.astype(np.float64)), means, spreads)

    def of(self, known: Snapshot) -> Real:
        """0 comes for sure, 1 does not: for each customer of `known`."""
        return self._of_facts(_facts(known))

    def first_gap(self, known: Snapshot, percent: float) -> Whole:
        """After how many days without a visit the chance first reached `percent`; the present gap where it
        never did. Looked for in steps of a hundredth of the longest gap, and at least a day."""
        found, facts = known.gap.copy(), _facts(known)
        longest = int(found.max(initial=0))
        for gap in range(0, longest, max(1, longest // _LOOKS)):
            facts[:, 0], facts[:, 1], facts[:, 4] = log1p(gap), sqrt(gap), log1p(gap) * facts[:, 2]
            reached = (gap < found) & (self._of_facts(facts) * 100 >= percent)
            found[reached] = gap
        return found

    def _of_facts(self, facts: Real) -> Real:
        return _sigmoid(self.weights[0] + ((facts - self.means) / self.spreads) @ self.weights[1:])


def _facts(known: Snapshot) -> Real:
    """Recency twice, as its logarithm and its root; frequency; spend; and recency by frequency."""
    gap, n = np.log1p(known.gap), np.log(known.n)
    spent = np.log1p(np.maximum(known.spent(-1, known.day), 0))
    return np.column_stack([gap, np.sqrt(known.gap), n, spent, gap * n])


def fit(facts: Real, left: Real) -> Real:
    """The constant, then a weight for each column of `facts`; `left` holds zeros and ones.

    Newton's method for the likelihood with a ridge penalty, which spares the constant.
    """
    rows = np.column_stack([np.ones(len(facts)), facts])
    penalty = np.full(rows.shape[1], _RIDGE)
    penalty[0] = 0
    weights = np.zeros(rows.shape[1])
    for _step in range(_STEPS):
        chance = _sigmoid(rows @ weights)
        slope = rows.T @ (left - chance) - penalty * weights
        curve = rows.T @ (rows * (chance * (1 - chance) + 1e-9)[:, None]) + np.diag(penalty)
        change = np.linalg.solve(curve, slope)
        weights = weights + change
        if np.abs(change).max() < _ENOUGH:
            break
    return weights


def _sigmoid(value: Real) -> Real:
    return 1 / (1 + np.exp(-np.clip(value, -35, 35)))
