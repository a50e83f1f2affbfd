"""RULE: what all buyers would have said, told from those who spoke and from facts known of everybody.

Who answers is not who buys. Three corrections, all of them by facts of the order and never by what was said:
the mean of cells of buyers (post-stratification, Holt & Smith 1979), weights by the chance to answer
(Horvitz & Thompson 1952), and both together, which holds when either is right (augmented weights: Robins,
Rotnitzky & Zhao 1994). How far off nature can be is told by bounds that assume nothing (Manski 1989). Whether
the facts explain who answers is tried on those who answered late, after a reminder, and on those who were
promised a reward: given the facts, they must answer like the others (differentiator 6, S4-3). Values only;
NumPy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feedback.intervals import Z

FEWEST = 30  # answers, below which nothing is claimed
FEWEST_IN_TEST = 15  # answers on either side of a trial
MOST_UNSEEN = 0.1  # share of buyers of whose kind nobody answered, above which nothing is corrected
LEAST_CHANCE = 0.02  # of answering: no answer stands for more than fifty buyers
FAR = 2.24  # standard errors; of two trials, one in twenty goes so far by chance (Bonferroni)
NOTHING = 0.01  # of the scale: where all answer alike, both sides of a trial are rounding
_RIDGE, _STEPS = 1.0, 25
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Buyers:
    """One entry a buyer, in order.

    `facts`: [buyers][facts] words, as many of each. `value`: what was said, NaN of who said nothing.
    `late`: answered after a reminder. `promised`: asked with a reward; `asked`: asked at all.
    `least`, `most`: the ends of the scale.
    """

    facts: Sequence[Sequence[str]]
    value: Floats
    late: Flags
    promised: Flags
    asked: Flags
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean with its 95 % interval, kept within the scale."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How much otherwise the late ones, or those promised a reward, answer than others of the same facts.

    `n`: how many they are. `difference` in units of the scale, with `error` as its standard error.
    """

    name: str
    n: int
    difference: float
    error: float

    @property
    def fails(self) -> bool:
        return self.error > 0 and abs(self.difference) > max(FAR * self.error, NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """`why_not`: "" when `all` can be said, else `few`, `unseen` or `still_differ`.

    `said`: those who answered, as they are. `cells`, `weighted` and `all`: corrected. `effective`: how many
    answers of a fair draw the weighted ones are worth. `least`, `most`: the ends of the scale. `bounds`:
    where the truth lies whatever the silent think. `unseen`: share of buyers of whose kind nobody answered.
    `trials`: those that could be made.
    """

    buyers: int
    answers: int
    least: float
    most: float
    why_not: str
    said: Estimate | None
    cells: float | None
    weighted: float | None
    all: Estimate | None
    effective: float
    bounds: tuple[float, float]
    unseen: float
    trials: tuple[Trial, ...]

    @property
    def is_tried(self) -> bool:
        """Without a trial nobody knows whether the silent are like the others of their kind."""
        return bool(self.trials)


def correct(buyers: Buyers) -> Corrected:
    """Never raises; with too few answers only counts and bounds are told."""
    spoke = ~np.isnan(buyers.value)
    answers = int(spoke.sum())
    common: dict[str, Any] = {
        "buyers": len(buyers.value),
        "answers": answers,
        "least": buyers.least,
        "most": buyers.most,
        "bounds": _bounds(buyers, spoke),
    }
    if answers < FEWEST:
        nothing: dict[str, Any] = dict.fromkeys(("said", "cells", "weighted", "all"))
        return Corrected(**common, **nothing, why_not="few", effective=0.0, unseen=0.0, trials=())
    cell, columns = _cells(buyers.facts), _columns(buyers.facts)
    cells, unseen = _by_cell(cell, spoke, buyers.value)
    weights = 1 / np.maximum(_chances(columns, spoke), LEAST_CHANCE) * spoke
    told = np.where(spoke, buyers.value, 0.0)
    whole = _augmented(columns, spoke, told, weights, buyers)
    trials = tuple(_trials(columns, spoke, buyers))
    differs = any(trial.fails for trial in trials)
    return Corrected(
        **common,
        why_not="unseen" if unseen > MOST_UNSEEN else "still_differ" if differs else "",
        said=_mean(buyers.value[spoke], buyers),
        cells=cells,
        weighted=float((weights * told).sum() / weights.sum()),
        all=whole,
        effective=float(weights.sum() ** 2 / (weights**2).sum()),
        unseen=unseen,
        trials=trials,
    )


def _bounds(buyers: Buyers, spoke: Flags) -> tuple[float, float]:
    """Every silent one at the one end of the scale, or at the other."""
    if not len(spoke):
        return buyers.least, buyers.most
    silent, said = 1 - spoke.mean(), float(np.nansum(buyers.value)) / len(spoke)
    return float(said + silent * buyers.least), float(said + silent * buyers.most)


def _cells(facts: Sequence[Sequence[str]]) -> NDArray[np.int64]:
    """Number of the cell of each buyer: who shares all facts shares it."""
    known: dict[tuple[str, ...], int] = {}
    return np.array([known.setdefault(tuple(one), len(known)) for one in facts], np.int64)


def _columns(facts: Sequence[Sequence[str]]) -> Floats:
    """[buyers, columns]: 1, then for each fact one column a word but for its commonest."""
    columns = [np.ones(len(facts))]
    for words in zip(*facts, strict=True):
        given = np.array(words)
        found, many = np.unique(given, return_counts=True)
        usual = found[many.argmax()]
        columns += [(given == word).astype(float) for word in found if word != usual]
    return np.stack(columns, axis=1)


def _by_cell(cell: NDArray[np.int64], spoke: Flags, value: Floats) -> tuple[float, float]:
    """The mean over cells by how many buyers they hold, and the share of buyers in cells without an answer.

    A small cell leans to the mean of all, as if two of its answers were that.
    """
    many = np.bincount(cell)
    answers = np.bincount(cell[spoke], minlength=len(many))
    sums = np.bincount(cell[spoke], weights=value[spoke], minlength=len(many))
    middle = value[spoke].mean()
    means = (sums + 2 * middle) / (answers + 2)
    return float((many * means).sum() / many.sum()), float(many[answers == 0].sum() / many.sum())


def _chances(columns: Floats, spoke: Flags) -> Floats:
    """Of answering, by the facts: logistic regression with a ridge, by Newton's steps."""
    weights: NDArray[Any] = np.zeros(columns.shape[1])
    penalty = np.diag([0.0] + [_RIDGE] * (columns.shape[1] - 1))
    for _step in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(columns @ weights, -30, 30)))
        slope = columns.T @ (spoke - chance) - penalty @ weights
        curve = (columns * (chance * (1 - chance))[:, None]).T @ columns + penalty
        step = np.linalg.lstsq(curve, slope, rcond=None)[0]
        weights = np.asarray(weights + step)
        if np.abs(step).max() < 1e-8:
            break
    chances: Floats = 1 / (1 + np.exp(-np.clip(columns @ weights, -30, 30)))
    return chances


def _augmented(columns: Floats, spoke: Flags, told: Floats, weights: Floats, buyers: Buyers) -> Estimate:
    """What the facts let expect of each buyer, put right by how far the answers lie from it."""
    expected = columns @ _line(columns[spoke], told[spoke])
    each = expected + weights * (told - expected)
    return _mean(each, buyers)


def _line(columns: Floats, value: Floats) -> Floats:
    penalty = np.diag([0.0] + [_RIDGE] * (columns.shape[1] - 1))
    return np.linalg.lstsq(columns.T @ columns + penalty, columns.T @ value, rcond=None)[0].astype(float)


def _mean(each: Floats, buyers: Buyers) -> Estimate:
    middle = float(each.mean())
    margin = Z * float(each.std(ddof=1)) / sqrt(len(each))
    value, low, high = np.clip([middle, middle - margin, middle + margin], buyers.least, buyers.most).tolist()
    return Estimate(value=value, low=low, high=high)


def _trials(columns: Floats, spoke: Flags, buyers: Buyers) -> list[Trial]:
    """A trial needs enough on both sides; that of the reward, that it made more of them answer."""
    found = [_trial("late", columns[spoke], buyers.value[spoke], buyers.late[spoke])]
    if _brought_more(spoke, buyers):
        among = spoke & buyers.asked
        found.append(_trial("promised", columns[among], buyers.value[among], buyers.promised[among]))
    return [trial for trial in found if trial is not None]


def _brought_more(spoke: Flags, buyers: Buyers) -> bool:
    with_it, without = (spoke[buyers.asked & side] for side in (buyers.promised, ~buyers.promised))
    if len(with_it) < FEWEST_IN_TEST or len(without) < FEWEST_IN_TEST:
        return False
    spread = sum(part.mean() * (1 - part.mean()) / len(part) for part in (with_it, without))
    return bool(abs(with_it.mean() - without.mean()) > Z * sqrt(spread))


def _trial(name: str, columns: Floats, value: Floats, apart: Flags) -> Trial | None:
    """Least squares of what was said by the facts and by being apart; errors that fit any spread (HC1)."""
    n, those = len(value), int(apart.sum())
    if those < FEWEST_IN_TEST or n - those < FEWEST_IN_TEST:
        return None
    wide = np.column_stack([columns, apart.astype(float)])
    inverse = np.linalg.pinv(wide.T @ wide)
    slopes = inverse @ wide.T @ value
    left = value - wide @ slopes
    spread = inverse @ (wide * (left**2)[:, None]).T @ wide @ inverse
    error = sqrt(max(0.0, float(spread[-1, -1])) * n / max(1, n - wide.shape[1]))
    return Trial(name=name, n=those, difference=float(slopes[-1]), error=error)
