"""RULE: is a store quiet that usually sends orders? From its own usual rate, at this time of the week.

A web shop may switch off its webhook without a word (connectors §5). So the stretch since the last order is
laid beside the same stretch of each of the last weeks: if some seven orders should have come, nothing is less
than one chance in a thousand (Poisson: e^-7), and a break longer than any of those weeks is no accident.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WEEKS, FEWEST_WEEKS = 8, 4
MISSING = 7.0  # orders that usually come in such a stretch
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """`usual`: orders in the same stretch of the week, on average; None: too new to say."""

    since: datetime
    usual: float | None
    is_unusual: bool


def stretches(last: datetime, now: datetime, first: datetime) -> list[tuple[datetime, datetime]]:
    """The same stretch of the week, one to eight weeks ago: those since the store's first order."""
    back = [WEEK * week for week in range(1, WEEKS + 1)]
    return [(last - by, now - by) for by in back if last - by >= first]


def judge(
    last: datetime, now: datetime, counts: Sequence[int], longest_break: timedelta | None = None
) -> Silence:
    """`counts`: orders in each of the stretches. `longest_break`: between two orders in those weeks, where it
    was looked up; without it, the answer only says whether it is worth looking up."""
    if len(counts) < FEWEST_WEEKS:
        return Silence(since=last, usual=None, is_unusual=False)
    usual = sum(counts) / len(counts)
    is_long = longest_break is None or now - last > longest_break
    return Silence(since=last, usual=usual, is_unusual=usual >= MISSING and is_long)
