"""RULE: how many of those who first bought in a month have left since (S2-6), and how sure that share is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

from feedback.defection.rules import Verdicts

FEWEST = 30  # customers, below which a share is counted and not named
_Z = 1.96  # 95 %


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """`first`: the first day of the month, or of the quarter or year, in which they first bought. `is_young`:
    the rule cannot have found yet who of them came but once, so that few seem to have left."""

    first: date
    n: int
    left: int
    is_young: bool = False

    @property
    def rate(self) -> float | None:
        """None: too few, or too young, to name a share."""
        return self.left / self.n if self.n >= FEWEST and not self.is_young else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's, 95 % (Wilson 1927); None where there is no rate."""
        if self.rate is None:
            return None
        z2 = _Z * _Z / self.n
        middle = (self.rate + z2 / 2) / (1 + z2)
        half = _Z / (1 + z2) * sqrt(self.rate * (1 - self.rate) / self.n + z2 / (4 * self.n))
        return max(0.0, middle - half), min(1.0, middle + half)


def by_month(found: Verdicts) -> list[Cohort]:
    """Months without a new customer are left out; the oldest first."""
    counts: dict[date, list[int]] = {}
    for first, gone in zip(found.known.first.tolist(), found.is_gone.tolist(), strict=True):
        month = counts.setdefault(date.fromordinal(first).replace(day=1), [0, 0])
        month[0] += 1
        month[1] += gone
    return [Cohort(first=first, n=n, left=left) for first, (n, left) in sorted(counts.items())]


def by_quarter(months: Iterable[Cohort], told_until: date = date.max) -> list[Cohort]:
    """Months added up, the oldest first. `told_until`: the last day of a first purchase of which the rule can
    tell; a quarter that ends later is young."""
    counts: dict[date, list[int]] = {}
    for month in months:
        first = month.first.replace(month=(month.first.month - 1) // 3 * 3 + 1)
        quarter = counts.setdefault(first, [0, 0])
        quarter[0] += month.n
        quarter[1] += month.left
    return [
        Cohort(first=first, n=n, left=left, is_young=_last_day(first) > told_until)
        for first, (n, left) in sorted(counts.items())
    ]


def _last_day(quarter: date) -> date:
    """Of the quarter with this first day: 100 days on lies in the month after it."""
    return (quarter + timedelta(days=100)).replace(day=1) - timedelta(days=1)


def together(cohorts: Iterable[Cohort]) -> Cohort:
    """All of them as one, from the day of the first."""
    rows = list(cohorts)
    first = min((one.first for one in rows), default=date.min)
    return Cohort(first=first, n=sum(one.n for one in rows), left=sum(one.left for one in rows))
