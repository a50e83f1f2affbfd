"""RULE: how a definition of defection would have done: who it flagged, and who then came (S2-1, S2-3).

All figures are counts of customers on days that are over; nothing here is an estimate.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from feedback.defection.histories import Histories, Real, Whole
from feedback.defection.rules import Rule, Verdicts, judge
from feedback.intervals import wilson

WEEKS = 8  # before the cut, over which new alerts are counted
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `n`, with Wilson's 95 % interval; None of nothing."""

    count: int
    n: int

    @property
    def value(self) -> float | None:
        return self.count / self.n if self.n else None

    @property
    def low(self) -> float | None:
        ends = wilson(self.count, self.n)
        return ends[0] if ends else None

    @property
    def high(self) -> float | None:
        ends = wilson(self.count, self.n)
        return ends[1] if ends else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackTest:
    """Customers known on day `cut`, judged on it, against who bought in the `window` days after it.

    A flag is right when nothing was bought in the window. None: nobody to divide by.
    """

    cut: int
    window: int
    flagged: int
    left: int
    flagged_and_left: int
    n: int
    lead_days: float | None  # median; against waiting for a whole window of silence
    alerts_per_week: float
    false_alarms_per_week: float
    weeks: int

    @property
    def came_back(self) -> int:
        """Of those flagged."""
        return self.flagged - self.flagged_and_left

    @property
    def base_rate(self) -> Share:
        """Of all customers, whoever bought nothing in the window: what a flag at random would be right by."""
        return Share(self.left, self.n)

    @property
    def right(self) -> Share:
        """Of the flagged, those who bought nothing."""
        return Share(self.flagged_and_left, self.flagged)

    @property
    def found(self) -> Share:
        """Of those who bought nothing, the flagged."""
        return Share(self.flagged_and_left, self.left)

    @property
    def named(self) -> Share:
        """Of all customers, the flagged: so many of those who left a rule finds that knows nothing."""
        return Share(self.flagged, self.n)

    @property
    def precision(self) -> float | None:
        return self.right.value

    @property
    def recall(self) -> float | None:
        return self.found.value

    @property
    def accuracy(self) -> float | None:
        right = self.flagged_and_left + (self.n - self.left - self.came_back)
        return right / self.n if self.n else None


class Who(StrEnum):
    """Whom a figure of a BackTest counts."""

    FLAGGED = "flagged"
    RIGHT = "right"  # flagged, and bought nothing
    CAME_BACK = "came_back"  # flagged, and bought all the same
    MISSED = "missed"  # bought nothing, and not flagged
    STOPPED = "stopped"  # bought nothing, flagged or not
    KNOWN = "known"
    ALERTS = "alerts"
    FALSE_ALARMS = "false_alarms"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tried:
    """A rule on day `cut`, with one place for each customer known then: what it said, who bought nothing in
    the `window` days after, and how often each was newly flagged in the weeks before – wrongly, too."""

    window: int
    verdicts: Verdicts
    stopped: NDArray[np.bool_]
    alerts: Whole
    false_alarms: Whole

    @property
    def lead(self) -> Whole:
        """Days sooner than by waiting for a whole window of silence; counts for the flagged alone."""
        return self.verdicts.known.last + self.window + 1 - self.verdicts.since

    def of(self, who: Who) -> NDArray[np.bool_]:
        flagged = self.verdicts.is_gone
        return {
            Who.FLAGGED: flagged,
            Who.RIGHT: flagged & self.stopped,
            Who.CAME_BACK: flagged & ~self.stopped,
            Who.MISSED: self.stopped & ~flagged,
            Who.STOPPED: self.stopped,
            Who.KNOWN: np.ones(len(flagged), bool),
            Who.ALERTS: self.alerts > 0,
            Who.FALSE_ALARMS: self.false_alarms > 0,
        }[who]


def tried(rule: Rule, histories: Histories, cut: int, *, window: int, weeks: int = WEEKS) -> Tried:
    """What came after `cut` + `window` is not looked at; the histories must reach that far."""
    found = judge(rule, histories, cut)
    alerts, false = _alerts(rule, histories, cut, window, weeks)
    at = found.known.at
    return Tried(
        window=window,
        verdicts=found,
        stopped=~found.known.came_back(window),
        alerts=alerts[at],
        false_alarms=false[at],
    )


def back_test(rule: Rule, histories: Histories, cut: int, *, window: int, weeks: int = WEEKS) -> BackTest:
    """The same, counted."""
    one = tried(rule, histories, cut, window=window, weeks=weeks)
    right = one.of(Who.RIGHT)
    lead = one.lead[right]
    return BackTest(
        cut=cut,
        window=window,
        flagged=int(one.of(Who.FLAGGED).sum()),
        left=int(one.stopped.sum()),
        flagged_and_left=int(right.sum()),
        n=len(one.stopped),
        lead_days=float(np.median(lead)) if len(lead) else None,
        alerts_per_week=int(one.alerts.sum()) / weeks if weeks else 0.0,
        false_alarms_per_week=int(one.false_alarms.sum()) / weeks if weeks else 0.0,
        weeks=weeks,
    )


def best(rules: Iterable[Rule], histories: Histories, cut: int, *, window: int) -> tuple[Rule, BackTest]:
    """The most accurate of `rules`, the earlier of two that are equally so. Raises ValueError without any."""
    tried = ((rule, back_test(rule, histories, cut, window=window, weeks=0)) for rule in rules)
    return max(tried, key=lambda one: one[1].accuracy or 0)


def _alerts(rule: Rule, histories: Histories, cut: int, window: int, weeks: int) -> tuple[Whole, Whole]:
    """How often each customer was newly flagged at the end of one of the last `weeks`, and how often they
    then came."""
    alerts, false = np.zeros(len(histories), np.int64), np.zeros(len(histories), np.int64)
    if not weeks:
        return alerts, false
    earlier = _gone(rule, histories, cut - weeks * _WEEK)
    for week in range(weeks - 1, -1, -1):
        day = cut - week * _WEEK
        gone = _gone(rule, histories, day)
        fresh = gone & ~earlier
        alerts += fresh
        false += fresh & (histories.visits(day, day + window) > 0)
        earlier = gone
    return alerts, false


def _gone(rule: Rule, histories: Histories, day: int) -> NDArray[np.bool_]:
    """One place for each customer of `histories`; who had not bought by then is not gone."""
    found = judge(rule, histories, day)
    gone = np.zeros(len(histories), bool)
    gone[found.known.at] = found.is_gone
    return gone


def auc(score: Real, left: NDArray[np.bool_]) -> float | None:
    """The chance that of one who left and one who came, the first has the higher score; ties count half.
    None where nobody left or nobody came."""
    n_left, n_came = int(left.sum()), int((~left).sum())
    if not n_left or not n_came:
        return None
    _values, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((ranks[left].sum() - n_left * (n_left + 1) / 2) / (n_left * n_came))
