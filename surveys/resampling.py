"""RULE: how sure a mean, a ratio or a difference of means is: 95 % intervals by the studentised bootstrap.

Spend is skewed and full of zeros; of the bootstrap's intervals the studentised one (Efron & Tibshirani
1993, ch. 12.5) keeps its promise there best. Values only; NumPy. The seed is fixed: the same rows, the same
interval.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

DRAWS = 1999
MOST_DRAWN = 5_000  # rows; above it the means themselves are drawn, from the normal they have come to by then
_CELLS = 2_000_000  # of the table of draws that is held at a time
_TAILS = (0.025, 0.975)
Numbers = NDArray[np.float64]


class Moments(NamedTuple):
    """The means of what was spent after and before, with the variances of the two means and their
    covariance: of the rows themselves as numbers, of the draws as arrays."""

    after: Any
    before: Any
    after_variance: Any
    before_variance: Any
    covariance: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The rows of one group and the draws from it."""

    n: int
    own: Moments
    drawn: Moments


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its 95 % interval. `high` None: no upper end can be told from so few who bought."""

    value: float
    low: float | None
    high: float | None

    @property
    def is_certain(self) -> bool:
        """The interval lies on one side of zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


Statistic = Callable[..., tuple[Any, Any]]


def sample(after: Numbers, before: Numbers, *, seed: int, draws: int = DRAWS) -> Sample | None:
    """Paired by row. None below two rows: there is no spread to learn from."""
    n = len(after)
    if n < 2:
        return None
    dice = np.random.default_rng(seed)
    own = _own(after, before)
    drawn = _drawn(after, before, own, dice, draws) if n <= MOST_DRAWN else _normal(own, dice, draws)
    return Sample(n=n, own=own, drawn=drawn)


def mean_after(one: Moments) -> tuple[Any, Any]:
    return one.after, np.sqrt(one.after_variance)


def mean_before(one: Moments) -> tuple[Any, Any]:
    return one.before, np.sqrt(one.before_variance)


def change(one: Moments) -> tuple[Any, Any]:
    """The logarithm of after : before of the same people."""
    spread = (
        one.after_variance / one.after**2
        + one.before_variance / one.before**2
        - 2 * one.covariance / (one.after * one.before)
    )
    return np.log(one.after / one.before), np.sqrt(np.maximum(spread, 0))


def ratio_after(one: Moments, other: Moments) -> tuple[Any, Any]:
    spread = one.after_variance / one.after**2 + other.after_variance / other.after**2
    return np.log(one.after / other.after), np.sqrt(spread)


def ratio_before(one: Moments, other: Moments) -> tuple[Any, Any]:
    spread = one.before_variance / one.before**2 + other.before_variance / other.before**2
    return np.log(one.before / other.before), np.sqrt(spread)


def difference_after(one: Moments, other: Moments) -> tuple[Any, Any]:
    return one.after - other.after, np.sqrt(one.after_variance + other.after_variance)


def difference_of_changes(one: Moments, other: Moments) -> tuple[Any, Any]:
    """How much more the one group's own spend rose than the other's."""
    value = (one.after - one.before) - (other.after - other.before)
    return value, np.sqrt(_of_change(one) + _of_change(other))


def estimate(statistic: Statistic, *samples: Sample) -> Estimate:
    """Of a statistic that is a sum of money."""
    return _studentised(statistic(*(one.own for one in samples)), statistic(*(one.drawn for one in samples)))


def estimate_share(statistic: Statistic, *samples: Sample) -> Estimate | None:
    """Of a ratio, as the change it is: −0.8 for a fifth. None where one of the two is nothing at all."""
    with np.errstate(divide="ignore", invalid="ignore"):
        own = statistic(*(one.own for one in samples))
        drawn = statistic(*(one.drawn for one in samples))
    if not np.isfinite(own).all():
        return None
    found = _studentised(own, drawn)
    low, high = (None if end is None else float(np.expm1(end)) for end in (found.low, found.high))
    return Estimate(value=float(np.expm1(found.value)), low=-1.0 if low is None else low, high=high)


def _studentised(own: tuple[Any, Any], drawn: tuple[Any, Any]) -> Estimate:
    value, spread = float(own[0]), float(own[1])
    if spread == 0:
        return Estimate(value=value, low=None, high=None)
    with np.errstate(divide="ignore", invalid="ignore"):
        away = drawn[0] - value
        # A draw in which nobody bought has no spread: it lies as far off as can be, on its side.
        far = np.where(away > 0, np.inf, -np.inf)
        distances = np.where(np.isfinite(away / drawn[1]), away / drawn[1], far)
    least, most = np.quantile(distances, _TAILS, method="inverted_cdf")
    ends = (value - most * spread, value - least * spread)
    low, high = (float(end) if np.isfinite(end) else None for end in ends)
    return Estimate(value=value, low=low, high=high)


def _of_change(one: Moments) -> Any:
    return np.maximum(one.after_variance + one.before_variance - 2 * one.covariance, 0)


def _own(after: Numbers, before: Numbers) -> Moments:
    spread = np.cov(after, before) / len(after)
    return Moments(after.mean(), before.mean(), spread[0, 0], spread[1, 1], spread[0, 1])


def _drawn(after: Numbers, before: Numbers, own: Moments, dice: np.random.Generator, draws: int) -> Moments:
    """Centred first: squares of millions would swallow what they differ by."""
    n = len(after)
    a, b = after - own.after, before - own.before
    columns = (a, b, a * a, b * b, a * b)
    steps = max(1, _CELLS // n)
    parts = [
        [times @ column for column in columns]
        for at in range(0, draws, steps)
        for times in (_times(dice, n, min(steps, draws - at)),)
    ]
    mean_a, mean_b, squares_a, squares_b, products = np.hstack(parts) / n
    return Moments(
        own.after + mean_a,
        own.before + mean_b,
        np.maximum(squares_a - mean_a**2, 0) / (n - 1),
        np.maximum(squares_b - mean_b**2, 0) / (n - 1),
        (products - mean_a * mean_b) / (n - 1),
    )


def _times(dice: np.random.Generator, n: int, draws: int) -> Numbers:
    """How often each row came up in each draw."""
    rows = dice.integers(n, size=(draws, n), dtype=np.int32)
    rows += np.arange(draws, dtype=np.int32)[:, None] * n
    return np.bincount(rows.ravel(), minlength=draws * n).reshape(draws, n).astype(np.float64)


def _normal(own: Moments, dice: np.random.Generator, draws: int) -> Moments:
    spread = [[own.after_variance, own.covariance], [own.covariance, own.before_variance]]
    means = dice.multivariate_normal([own.after, own.before], spread, size=draws)
    same = np.ones(draws)
    return Moments(
        means[:, 0],
        means[:, 1],
        own.after_variance * same,
        own.before_variance * same,
        own.covariance * same,
    )
