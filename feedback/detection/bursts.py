"""RULE: did bad reviews of one source come all at once? A wave on social media, or somebody's revenge.

Moments in, the burst out. It is found by how many came within hours, set beside the twelve weeks before;
whether it is fair is not a question of arithmetic, so nothing is hidden for it.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, lgamma, log

WINDOWS = (timedelta(hours=6), timedelta(hours=24), timedelta(hours=48))
LOOKED_AT = timedelta(days=7)  # a burst is looked for in these last days
BASE = timedelta(days=84)  # before them
FEWEST = 8
TIMES = 4.0  # what is expected
CHANCE = 1e-6  # of so many in one window, by the weeks before
BREAK = timedelta(hours=12)  # without one: then the burst is over
_AT_LEAST = 2.0  # reviews in the weeks before, where there were fewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """From the first to the last of the `n` moments; `expected` in as long a time, by so many `per_day`."""

    first: datetime
    last: datetime
    n: int
    expected: float
    per_day: float


def find(moments: Sequence[datetime], now: datetime) -> Burst | None:
    """The newest burst among the `moments`, in order, of which those of `BASE` and `LOOKED_AT` are given."""
    since = now - LOOKED_AT
    before = bisect_left(moments, since)
    per_day = max(before, _AT_LEAST) / BASE.days
    recent = list(moments[before:])
    for end in range(len(recent) - 1, -1, -1):
        for window in WINDOWS:
            start = bisect_left(recent, recent[end] - window)
            n, expected = end - start + 1, per_day * window.total_seconds() / 86_400
            if n >= FEWEST and n >= TIMES * expected and tail(n, expected) < CHANCE:
                return _whole(recent, start, end, per_day)
    return None


def tail(n: int, expected: float) -> float:
    """The chance of at least `n`, where `expected` come on the mean (Poisson)."""
    term = exp(n * log(expected) - expected - lgamma(n + 1))
    total, step = 0.0, n
    while term > total * 1e-12:
        total += term
        step += 1
        term *= expected / step
    return min(1.0, total)


def _whole(moments: Sequence[datetime], start: int, end: int, per_day: float) -> Burst:
    """As far as one follows another without a break."""
    while start and moments[start] - moments[start - 1] <= BREAK:
        start -= 1
    while end + 1 < len(moments) and moments[end + 1] - moments[end] <= BREAK:
        end += 1
    first, last = moments[start], moments[end]
    days = max((last - first).total_seconds() / 86_400, 1 / 24)
    return Burst(first=first, last=last, n=end - start + 1, expected=per_day * days, per_day=per_day)
