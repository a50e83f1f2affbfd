"""RULE: did what customers find become less steady while its mean stayed (S0-8)? NumPy, values only.

Loyal is who need not wonder what they will get: a touchpoint that is good on average and different every day
loses them unseen by any mean. What is looked at is the spread of marks among people, one mark each, in a time
and in the time before it; marks of several scales are only compared with marks of their own scale.

The chance is that of a studentised permutation (Janssen 1997; Chung and Romano 2013) of squared distances
from the mean: sound for marks of five steps, of which most are the best, where the textbook test of variances
is not. docs/methods.md has the whole of it, benchmarks/consistency.py the figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, sqrt

import numpy as np
import numpy.typing as npt

from feedback import tails

FEWEST = 30  # people in each time
FEWEST_OF_SCALE = 10  # in each time, for its marks to count
FALSE_SHARE = 0.05  # of what is told, that is chance
LEAST = 1.1  # times the spread of before: less is not worth a person's morning
MOVED = 0.01  # chance below which the mean is said to have moved
SMALLEST = 2.0  # hundredths; a mean that moves by less stays
_DRAWS, _MOST_DRAWN = 1999, 2000  # above so many people a normal stands for the draws
_Z = 1.96
Numbers = npt.NDArray[np.float64]


class Verdict(StrEnum):
    RISING = "rising"  # S0-8: the spread rose, the mean stayed
    MOVED = "moved"  # the spread rose, and the mean moved as well
    STEADY = "steady"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """With its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`was` and `now`: the spread (standard deviation, in hundredths of the scale) of `n_was` and `n_now`
    people. `times`: now over before. `mean_was` and `mean_now`: of the same, each scale with the same weight
    in both; `gap` between them, `gap_chance` of one so large by chance. `chance`: of so large a rise."""

    n_was: int
    n_now: int
    was: Figure
    now: Figure
    times: Figure
    mean_was: float
    mean_now: float
    gap: Figure
    gap_chance: float
    chance: float

    @property
    def mean_stayed(self) -> bool:
        return self.gap_chance >= MOVED or abs(self.gap.value) < SMALLEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """One row a person and time; arrays of one length. `mark`: 0 to 100; `scale`: any number of it."""

    mark: Numbers
    scale: npt.NDArray[np.int64]
    is_now: npt.NDArray[np.bool_]


def change(marks: Marks) -> Change | None:
    """None: fewer than FEWEST people in one of the times."""
    marks = _comparable(marks)
    if min(marks.is_now.sum(), (~marks.is_now).sum()) < FEWEST:
        return None
    spread = np.zeros(len(marks.mark))
    for rows in _groups(marks):
        its = marks.mark[rows]
        spread[rows] = (its - its.mean()) ** 2 * len(its) / (len(its) - 1)
    return _change(marks, spread)


def change_within(people: Sequence[tuple[Sequence[float], bool]]) -> Change | None:
    """How differently the same people found us from one dealing to the next: `people` with two marks or more
    in a time, and whether that time is now. None: too few of them."""
    marks = Marks(
        mark=np.array([float(np.mean(its)) for its, _is_now in people]),
        scale=np.zeros(len(people), dtype=np.int64),
        is_now=np.array([is_now for _its, is_now in people], dtype=bool),
    )
    if not people or min(marks.is_now.sum(), (~marks.is_now).sum()) < FEWEST:
        return None
    return _change(marks, np.array([float(np.var(its, ddof=1)) for its, _is_now in people]))


def verdicts(changes: Sequence[Change | None]) -> list[Verdict]:
    """Of all that were looked at together: at most one in twenty that are told is chance."""
    known = [place for place, one in enumerate(changes) if one is not None]
    chances = [one.chance for one in changes if one is not None]
    told = {known[place] for place in tails.false_discoveries(chances, FALSE_SHARE)}
    return [_verdict(one, place in told) for place, one in enumerate(changes)]


def _verdict(one: Change | None, is_told: bool) -> Verdict:
    if one is None:
        return Verdict.TOO_FEW
    if not is_told or one.times.value < LEAST:
        return Verdict.STEADY
    return Verdict.RISING if one.mean_stayed else Verdict.MOVED


def _comparable(marks: Marks) -> Marks:
    """Without scales of which one of the times has too few."""
    kept = np.zeros(len(marks.mark), dtype=bool)
    for scale in np.unique(marks.scale):
        its = marks.scale == scale
        if min((its & marks.is_now).sum(), (its & ~marks.is_now).sum()) >= FEWEST_OF_SCALE:
            kept |= its
    return Marks(mark=marks.mark[kept], scale=marks.scale[kept], is_now=marks.is_now[kept])


def _groups(marks: Marks) -> list[npt.NDArray[np.bool_]]:
    scales = np.unique(marks.scale)
    return [(marks.scale == scale) & (marks.is_now == now) for scale in scales for now in (False, True)]


def _change(marks: Marks, spread: Numbers) -> Change:
    weights = _weights(marks)
    was, now = (_mean(spread, marks, weights, of_now) for of_now in (False, True))
    mean_was, mean_now = (_mean(marks.mark, marks, weights, of_now) for of_now in (False, True))
    gap, reach = mean_now[0] - mean_was[0], sqrt(mean_now[1] + mean_was[1])
    freedom = len(spread) - 2
    return Change(
        n_was=int((~marks.is_now).sum()),
        n_now=int(marks.is_now.sum()),
        was=_deviation(was),
        now=_deviation(now),
        times=_times(was, now),
        mean_was=mean_was[0],
        mean_now=mean_now[0],
        gap=Figure(value=gap, low=gap - _Z * reach, high=gap + _Z * reach),
        gap_chance=tails.student(gap / reach, freedom) if reach else float(gap == 0),
        chance=_chance(spread, marks, weights),
    )


Weights = dict[int, float]


def _weights(marks: Marks) -> Weights:
    """The same for both times, so that a scale that is used more now moves nothing: most where a comparison
    is surest."""
    found = {}
    for scale in np.unique(marks.scale):
        its = marks.scale == scale
        now, was = float((its & marks.is_now).sum()), float((its & ~marks.is_now).sum())
        found[int(scale)] = now * was / (now + was)
    whole = sum(found.values())
    return {scale: weight / whole for scale, weight in found.items()}


def _mean(values: Numbers, marks: Marks, weights: Weights, of_now: bool) -> tuple[float, float]:
    """Of one time, with the variance of it."""
    mean = variance = 0.0
    for scale, weight in weights.items():
        its = values[(marks.scale == scale) & (marks.is_now == of_now)]
        mean += weight * float(its.mean())
        variance += weight * weight * float(its.var(ddof=1)) / len(its)
    return mean, variance


def _deviation(squares: tuple[float, float]) -> Figure:
    """The root, with an interval by the delta method on its logarithm."""
    mean, variance = squares
    if mean <= 0:
        return Figure(value=0.0, low=0.0, high=0.0)
    value, factor = sqrt(mean), exp(_Z * sqrt(variance) / (2 * mean))
    return Figure(value=value, low=value / factor, high=value * factor)


def _times(was: tuple[float, float], now: tuple[float, float]) -> Figure:
    if was[0] <= 0 or now[0] <= 0:  # nobody differed: no number of times
        value = 1.0 if was[0] == now[0] else float("inf") if was[0] <= 0 else 0.0
        return Figure(value=value, low=0.0, high=float("inf"))
    value = sqrt(now[0] / was[0])
    factor = exp(_Z * sqrt(now[1] / now[0] ** 2 + was[1] / was[0] ** 2) / 2)
    return Figure(value=value, low=value / factor, high=value * factor)


def _chance(spread: Numbers, marks: Marks, weights: Weights) -> float:
    """One-sided: of a rise as sure as this one, were all the same in both times."""
    seen = float(_sureness(spread[None, :], marks, weights)[0])
    if seen <= 0:
        return 1.0
    if len(spread) > _MOST_DRAWN:
        return tails.student(seen, len(spread) - 2) / 2
    random = np.random.default_rng(2026)  # the same marks give the same chance
    drawn = np.tile(spread, (_DRAWS, 1))
    for scale in weights:
        its = np.flatnonzero(marks.scale == scale)
        drawn[:, its] = random.permuted(drawn[:, its], axis=1)
    return float((1 + (_sureness(drawn, marks, weights) >= seen - 1e-9).sum()) / (_DRAWS + 1))


def _sureness(spreads: Numbers, marks: Marks, weights: Weights) -> Numbers:
    """The rise over its standard error, of each row."""
    rise = variance = np.zeros(len(spreads))
    for scale, weight in weights.items():
        its = marks.scale == scale
        now, was = spreads[:, its & marks.is_now], spreads[:, its & ~marks.is_now]
        rise = rise + weight * (now.mean(axis=1) - was.mean(axis=1))
        of_means = now.var(axis=1, ddof=1) / now.shape[1] + was.var(axis=1, ddof=1) / was.shape[1]
        variance = variance + weight * weight * of_means
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(variance > 0, rise / np.sqrt(variance), np.where(rise > 0, np.inf, 0.0))
