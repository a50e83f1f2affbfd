"""RULE: has a theme come up more, or less, than it did? Counts by day in, findings out.

The last days, in windows of several lengths, are set beside sixteen weeks before them. A theme is told by its
share of all comments, since a campaign, a weekend or Tết makes everything rise, and only where its count
moves the same way; all comments together are told by their count, as the rhythm of the week lets expect it,
and that of the year where last year is known. The statistic is the signed root of the likelihood ratio of
two Poisson rates (conditional on their sum a binomial), with a continuity correction, divided by the root
of the overdispersion that the sixteen weeks show by day and by week.

Which of many themes are told is decided together (`discoveries`): Benjamini and Hochberg 1995, on chances
that were raised by how many windows and ways were looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, exp, log, sqrt

import numpy as np
import numpy.typing as npt

from feedback import tails

Numbers = npt.NDArray[np.float64]
WINDOWS = (2, 3, 4, 5, 6, 7, 10, 14)  # days; what lasts one is a bad day
LONGEST = WINDOWS[-1]
BASE = 112  # days before the longest window
LEAST_BASE = 28  # with fewer nothing is said
YEAR = 364  # whole weeks, so that weekdays fall on weekdays
FALSE_SHARE = 0.05  # of what is told on one day, at most so much may be chance
LOOKS = 3.4  # eight windows that overlap: so many independent looks (docs/methods.md)
CALM = 8.0  # what came up less often is less urgent: it must be so much surer
FEWEST = 5  # mentions in the window, or expected in it
SMALLEST = 1.5  # times: a smaller change is not worth a person's morning
_OWN_WEEK = 40.0  # mentions that "as the shop's week" counts for
_SEASON = 20.0  # mentions that "no season" counts for
_WEEKS_BOUND = 22.31 / 15  # the upper tenth of chi-square by its 15 degrees of freedom: weeks are few
LEAST_COUNTED = 1.0  # root of the count's own change


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`days`: the change is seen in so many last days. `expected`: in them, by the weeks before. `ratio` with
    its 95 % interval. `chance`: of so much or more in this theme on one day, had nothing changed, all looks
    together."""

    days: int
    seen: float
    expected: float
    ratio: float
    low: float
    high: float
    chance: float

    @property
    def is_rise(self) -> bool:
        return self.ratio > 1


def look(counts: Numbers, whole: Numbers) -> list[Finding | None]:
    """`counts`: a row a theme, a column a day, the last one the newest; `whole`: all comments of these days.
    A finding for each theme, and last one for all comments. None where there is too little to say
    anything."""
    days = counts.shape[1]
    if days < LEAST_BASE + LONGEST:
        return [None] * (len(counts) + 1)
    base = slice(max(0, days - LONGEST - BASE), days - LONGEST)
    rhythm = _rhythm(whole, base)
    season = _season(whole, rhythm, base)
    every = np.vstack([counts, whole])
    # A theme is expected to be as much of each day as it was before, by its own weekdays.
    by_day = np.vstack([whole * _own_week(counts, whole, base), rhythm])
    spread = _spread(every[:, base], by_day[:, base])
    looks = [
        _window(every, base, length, by_day, rhythm * season[n], season[n], spread)
        for n, length in enumerate(WINDOWS)
    ]
    best = np.argmax([np.abs(one.roots) for one in looks], 0)
    return [_finding(looks[place], row, spread[row]) for row, place in enumerate(best)]


@dataclass(frozen=True, slots=True)
class _Look:
    """One window. Arrays have a value for each row: mentions seen in it and before it, what of both is
    expected in it, and the roots."""

    days: int
    seen: Numbers
    before: Numbers
    share: Numbers
    roots: Numbers


def _window(
    every: Numbers, base: slice, days: int, by_day: Numbers, rhythm: Numbers, season: float, spread: Numbers
) -> _Look:
    seen, before = every[:, -days:].sum(1), every[:, base].sum(1)
    ours, theirs = by_day[:, -days:].sum(1), by_day[:, base].sum(1)
    ours[-1] *= season
    share = ours / np.maximum(ours + theirs, 1e-9)
    roots = _roots(seen, before, share) / np.sqrt(spread)
    # Its share rose: then it came up more often as well, or others did less.
    counted = rhythm[-days:].sum() / (rhythm[-days:].sum() + rhythm[base].sum() / season)
    counts = _roots(seen, before, np.full(len(every), counted)) / np.sqrt(spread)
    moved_alike = np.sign(counts) * np.sign(roots) * (np.abs(counts) >= LEAST_COUNTED) > 0
    moved_alike[-1] = True
    return _Look(days, seen, before, share, np.where(moved_alike, roots, 0.0))


def discoveries(found: Sequence[Finding | None], *, false_share: float = FALSE_SHARE) -> list[int]:
    """Places of those that are told, so that of what is told at most `false_share` is chance, in the long run
    (Benjamini and Hochberg 1995). All that were looked at count, also those of which nothing can be said."""
    chances = [one.chance if one is not None and is_large(one) else None for one in found]
    return tails.false_discoveries(chances, false_share)


def is_large(one: Finding) -> bool:
    return (one.ratio >= SMALLEST or one.ratio <= 1 / SMALLEST) and max(one.seen, one.expected) >= FEWEST


def _rhythm(whole: Numbers, base: slice) -> Numbers:
    """What each day is expected to have of a mean day, by its weekday."""
    weekday = np.arange(len(whole)) % 7
    often = np.bincount(weekday[base], minlength=7)
    mean = np.bincount(weekday[base], weights=whole[base], minlength=7) / np.maximum(often, 1)
    if not mean.any():
        return np.ones(len(whole))
    return np.maximum(mean / mean.mean(), 0.05)[weekday]


def _own_week(counts: Numbers, whole: Numbers, base: slice) -> Numbers:
    """How much more or less of its comments each weekday has than the others, as far as that is known."""
    weekday = np.arange(len(whole)) % 7
    mean = counts[:, base].sum(1) / max(whole[base].sum(), 1e-9)
    found = np.ones((len(counts), 7))
    for day in range(7):
        on = weekday[base] == day
        expected = mean * whole[base][on].sum()
        found[:, day] = (counts[:, base][:, on].sum(1) + _OWN_WEEK) / (expected + _OWN_WEEK)
    return found[:, weekday]


def _season(whole: Numbers, rhythm: Numbers, base: slice) -> Numbers:
    """By window: how the same days of last year, a fortnight around, stood to the weeks before them. 1 where
    last year is not known."""
    days = len(whole)
    if days < YEAR + LONGEST + BASE:
        return np.ones(len(WINDOWS))
    then = slice(base.start - YEAR, base.stop - YEAR)
    mean = whole[then].sum() / rhythm[then].sum()
    found = []
    for length in WINDOWS:
        around = slice(days - YEAR - max(length, 10), days - YEAR + 4)
        expected = mean * rhythm[around].sum()
        found.append((whole[around].sum() + _SEASON) / (expected + _SEASON))
    return np.array(found)


def _spread(base: Numbers, by_day: Numbers) -> Numbers:
    """How much more the days, or the weeks, differ than chance alone would make them; at least 1."""
    mean = base.sum(1, keepdims=True) / np.maximum(by_day.sum(1, keepdims=True), 1e-9) * by_day
    days = ((base - mean) ** 2 / np.maximum(mean, 1e-9)).sum(1) / (base.shape[1] - 1)
    weeks = base.shape[1] // 7
    by_week = base[:, -7 * weeks :].reshape(len(base), weeks, 7).sum(2)
    expected = mean[:, -7 * weeks :].reshape(len(base), weeks, 7).sum(2)
    over_weeks = ((by_week - expected) ** 2 / np.maximum(expected, 1e-9)).sum(1) / max(weeks - 1, 1)
    return np.maximum(1.0, np.maximum(days, over_weeks / _WEEKS_BOUND))


def _roots(seen: Numbers, before: Numbers, share: Numbers) -> Numbers:
    """Signed roots of twice the log likelihood ratio, half a mention nearer to nothing."""
    n = seen + before
    middle = n * share
    near = np.clip(np.abs(seen - middle) - 0.5, 0, None) * np.sign(seen - middle) + middle
    rest = n - near
    with np.errstate(divide="ignore", invalid="ignore"):  # nothing by nothing: no root
        a = np.where(near > 0, near * np.log(near / middle), 0.0)
        b = np.where(rest > 0, rest * np.log(rest / (n - middle)), 0.0)
    return np.sign(seen - middle) * np.sqrt(np.clip(2 * np.nan_to_num(a + b), 0, None))


def _finding(best: _Look, row: int, spread: float) -> Finding | None:
    seen, before, share = float(best.seen[row]), float(best.before[row]), float(best.share[row])
    if before + seen == 0 or not 0 < share < 1:
        return None
    expected = before * share / (1 - share)
    ratio = (seen + 0.5) / (expected + 0.5)
    margin = 1.96 * sqrt(spread * (1 / (seen + 0.5) + 1 / (before + 0.5)))
    root = float(best.roots[row])
    looks = LOOKS if root > 0 else LOOKS * CALM
    return Finding(
        days=best.days, seen=seen, expected=expected, ratio=ratio,
        low=exp(log(ratio) - margin), high=exp(log(ratio) + margin),
        chance=min(1.0, looks * 0.5 * erfc(abs(root) / sqrt(2))),
    )  # fmt: skip
