"""RULE: what goes with a theme in a score or in what is spent: means set beside each other, and a regression.

It is association, never cause: who complains of the courier may differ in other ways too (docs/methods.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

FEWEST = 30  # with a theme, and without it, below which nothing is said of it
_Z = 1.959964
_ESTIMABLE = 1e-6  # how far from 1 a column may be told apart from all others


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """With its 95 % interval, in the unit of what was measured."""

    value: float
    low: float
    high: float

    @property
    def is_sure(self) -> bool:
        """The interval does not hold zero."""
        return self.low > 0 or self.high < 0

    def times(self, factor: float) -> "Estimate":
        ends = sorted((self.low * factor, self.high * factor))
        return Estimate(value=self.value * factor, low=ends[0], high=ends[1])


def without(values: np.ndarray, has: np.ndarray) -> Estimate | None:
    """How much higher the mean of all would be if those with the theme were not there: the mean of the others
    less the mean of all. The share that has it is taken as it is. None: too few of either."""
    with_it, others = values[has], values[~has]
    if min(len(with_it), len(others)) < FEWEST:
        return None
    share = len(with_it) / len(values)
    variances = [float(part.var(ddof=1)) / len(part) for part in (with_it, others)]
    error = share * sqrt(sum(variances))
    shift = share * float(others.mean() - with_it.mean())
    return _estimate(shift, error, min(len(with_it), len(others)) - 1)


def regress(values: np.ndarray, themes: np.ndarray, others: np.ndarray) -> list[Estimate | None]:
    """Of each theme (a column of 0 and 1 in `themes`): by how much the value is higher with it, all other
    themes and the columns of `others` (channel, month …) being equal. Least squares with the errors HC3
    (MacKinnon & White, J. Econometrics 1985;29:305), which hold where the spread differs.

    None: fewer than FEWEST have it or do not, or it always comes together with something else, so that the
    two cannot be told apart.
    """
    n = len(values)
    if not n:
        return [None] * themes.shape[1]
    columns = np.hstack([themes, others, np.ones((n, 1))]).astype(float)
    lengths = np.sqrt((columns * columns).sum(0))  # money beside 0 and 1: on one scale nothing is rounded off
    lengths[lengths == 0] = 1
    columns /= lengths
    u, sizes, v = np.linalg.svd(columns, full_matrices=False)
    kept = sizes > sizes[0] * max(columns.shape) * np.finfo(float).eps
    u, sizes, v = u[:, kept], sizes[kept], v[kept]
    free = n - len(sizes)
    if free < FEWEST:
        return [None] * themes.shape[1]
    solve = (v.T / sizes) @ u.T
    steep = solve @ values
    left = values - columns @ steep
    leverage = (u * u).sum(1)
    weighted = solve * (left / np.maximum(1 - leverage, 1e-9))
    slopes, errors = steep / lengths, np.sqrt((weighted * weighted).sum(1)) / lengths
    told_apart = (v * v).sum(0)
    having = themes.sum(0)
    return [
        _estimate(float(slopes[j]), float(errors[j]), free)
        if min(having[j], n - having[j]) >= FEWEST and abs(told_apart[j] - 1) < _ESTIMABLE
        else None
        for j in range(themes.shape[1])
    ]


def dummies(words: Sequence[object]) -> np.ndarray:
    """A column of 0 and 1 for each word but the first: what a regression holds equal."""
    known = sorted(set(words), key=str)[1:]
    rows = [[word == one for one in known] for word in words]
    return np.array(rows, dtype=float).reshape(len(words), len(known))


def _estimate(value: float, error: float, free: int) -> Estimate:
    margin = _student(free) * error
    return Estimate(value=value, low=value - margin, high=value + margin)


def _student(free: int) -> float:
    """The 97.5 % point of Student's t, by its expansion about the normal one (Abramowitz & Stegun 26.7.5):
    right to four digits from 20 degrees of freedom on."""
    z = _Z
    return (
        z
        + (z**3 + z) / (4 * free)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * free**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * free**3)
    )
