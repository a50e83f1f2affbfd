"""RULE: how likely a customer is not to come again within a window, learnt from the shop's own past alone.

A logistic regression on facts of a purchase history that can be said in words: how long away, how often they
came, how evenly, and what they spent: in all, the last time, the most at once. What it learns from was over
before the day it is asked about: the customers as they were one window and more before it, and who of them
came in the window after.
"""

from dataclasses import dataclass
from math import log, log1p, sqrt
from typing import Self

import numpy as np

from feedback.defection.histories import Histories, Real, Snapshot, Whole

FEWEST = 30  # who came and who left, each, before anything is learnt
MOST = 100_000  # customers that are learnt from; of more, every so-many-th
_BACK = (1.0, 1.25, 1.5, 1.75)  # the past days that are learnt from, in windows before the day asked about
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
        histories = _some(histories)
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
        found, longest = known.gap.copy(), int(known.gap.max(initial=0))
        weights = self.weights[1:] / self.spreads
        without = self.weights[0] + (_facts(known) - self.means)[:, 2:] @ weights[2:]
        enough = log(percent / (100 - percent))
        for gap in range(0, longest, max(1, longest // _LOOKS)):
            away = (np.array([log1p(gap), sqrt(gap)]) - self.means[:2]) @ weights[:2]
            found[(gap < found) & (without + away >= enough)] = gap
        return found

    def _of_facts(self, facts: Real) -> Real:
        return _sigmoid(self.weights[0] + ((facts - self.means) / self.spreads) @ self.weights[1:])


def _some(histories: Histories) -> Histories:
    """Of a big shop, every so-many-th customer with all their visits: more teach no better."""
    step = -(-len(histories) // MOST)
    if step <= 1:
        return histories
    chosen = np.arange(0, len(histories), step)
    counts = np.diff(histories.starts)
    visits = np.repeat(np.arange(len(histories)) % step == 0, counts)
    starts = np.concatenate([[0], np.cumsum(counts[chosen])])
    return Histories(histories.customers[chosen], starts, histories.days[visits], histories.amounts[visits])


def _facts(known: Snapshot) -> Real:
    """Recency twice, as its logarithm and its root; frequency; unevenness; and three sums of money."""
    histories = known.histories
    starts = histories.starts[:-1][known.at]
    spent = [known.spent(-1, known.day), histories.amounts[starts + known.n - 1], most_at_once(known)]
    money = [np.log1p(np.maximum(one, 0)) for one in spent]
    return np.column_stack(
        [np.log1p(known.gap), np.sqrt(known.gap), np.log(known.n), unevenness(known), *money]
    )


def most_at_once(known: Snapshot) -> Real:
    """What the dearest visit so far brought, by customer."""
    histories = known.histories
    if not len(known):
        return np.zeros(0)
    then = np.where(histories.days <= known.day, histories.amounts, 0.0)
    return np.maximum.reduceat(then, histories.starts[:-1])[known.at]


def unevenness(known: Snapshot) -> Real:
    """The spread of the days between visits over their mean, drawn towards 1, as if one more interval were
    spread as pure chance spreads it: near 0 comes like a clock, 1 came but once."""
    histories = known.histories
    if not len(known):
        return np.zeros(0)
    between = np.diff(histories.days, prepend=0)
    between[histories.starts[:-1]] = 0
    between[histories.days > known.day] = 0
    np.multiply(between, between, out=between)
    squares = np.add.reduceat(between, histories.starts[:-1])[known.at]
    n, whole = known.n - 1, known.last - known.first
    spread = np.maximum(squares * n**2 / np.maximum(whole, 1) ** 2 - n, 0)
    return np.sqrt((spread + 1) / (n + 1))


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
