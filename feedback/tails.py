"""RULE: how unlikely a count or a mean is by chance alone, and which of many such chances are told.

The tails of the binomial and of Student's t are one function, the regularised incomplete beta (Abramowitz and
Stegun 1964, 26.5), summed as a continued fraction. Plain Python.
"""

from collections.abc import Sequence
from math import exp, lgamma, log, log1p

_TINY, _CLOSE, _MOST_STEPS = 1e-300, 1e-13, 500


def binomial(count: float, n: float, share: float) -> float:
    """The chance of `count` or anything as far out among `n`, if `share` (0 to 1) is true: both sides, the
    nearer one doubled. `count` and `n` need not be whole."""
    low = beta_share(n - count, count + 1, 1 - share) if count < n else 1.0
    high = beta_share(count, n - count + 1, share) if count > 0 else 1.0
    return min(1.0, 2 * min(low, high))


def student(t: float, freedom: float) -> float:
    """The chance of `t` or anything as far out on either side, at so many degrees of freedom (above zero)."""
    return beta_share(freedom / 2, 0.5, freedom / (freedom + t * t))


def student_bound(freedom: float, chance: float = 0.05) -> float:
    """The t that is passed on either side by `chance` alone: 1.96 and more. Found by halving."""
    low, high = 0.0, 1e4
    while high - low > 1e-6 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if student(middle, freedom) > chance else (low, middle)
    return high


def false_discoveries(chances: Sequence[float | None], share: float) -> list[int]:
    """Places of those that are told, so that of what is told at most `share` is chance, in the long run
    (Benjamini and Hochberg 1995). None: looked at, and never told; it counts among those looked at."""
    order = sorted((chance, place) for place, chance in enumerate(chances) if chance is not None)
    kept = 0
    for rank, (chance, _place) in enumerate(order, start=1):
        if chance <= share * rank / len(chances):
            kept = rank
    return sorted(place for _chance, place in order[:kept])


def beta_share(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta I_x(a, b), from 0 to 1; `a` and `b` above zero."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # there the fraction would hardly come to an end
        return 1 - beta_share(b, a, 1 - x)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    return min(1.0, front * _fraction(a, b, x))


def _fraction(a: float, b: float, x: float) -> float:
    """1 / (1 + d1 / (1 + d2 / …)), from the front (Lentz 1976)."""
    value = above = _TINY
    below = 0.0
    for step in range(_MOST_STEPS):
        part = _part(step, a, b, x) if step else 1.0
        below = 1 / _not_zero(1 + part * below)
        above = _not_zero(1 + part / above)
        value *= above * below
        if step and abs(above * below - 1) < _CLOSE:
            break
    return value


def _part(step: int, a: float, b: float, x: float) -> float:
    half = step // 2
    if step % 2:
        return -(a + half) * (a + b + half) * x / ((a + step - 1) * (a + step))
    return half * (b - half) * x / ((a + step - 1) * (a + step))


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
