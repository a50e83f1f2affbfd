"""RULE: what each cohort spent before and after its order, and what follows from it (S0-2 … S0-5).

Values only. Three calendar months before the month of the order that the survey asked about, and three after
it. Amounts are in one currency, net of refunds; the order itself is in neither window.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, hypot, sqrt

import numpy as np

from surveys import resampling
from surveys.cohorts import Cohort
from surveys.resampling import Estimate, Numbers, Sample

MONTHS = 3
FEWEST = 30  # people of a group, below which nothing is said of it
FEWEST_BUYERS = 5  # of them who bought at all: with fewer, a mean is the luck of one basket
_Z = 1.96
_SEEDS = {cohort: seed for seed, cohort in enumerate(Cohort, 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """Days. Each window begins with its first day and ends before its last one."""

    before: tuple[date, date]
    after: tuple[date, date]

    def are_over(self, today: date) -> bool:
        """S0-3: while the months after it are not over, a customer is still open and counts for nothing."""
        return today >= self.after[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Respondent:
    """One customer with one answer. `month`: the first day of the order's."""

    customer: int
    cohort: Cohort
    month: date
    is_open: bool
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Middle:
    """A median, and between which rows' values it lies with 95 % certainty."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One cohort. `n`: counted; `still_open`: not counted yet. `why_not`: few, few_bought or '', when there
    is enough to speak of. Estimates of sums per customer; `change`: after beside before, as a share."""

    cohort: Cohort
    n: int
    still_open: int
    bought: int
    why_not: str
    after: Estimate | None = None
    before: Estimate | None = None
    middle_after: Middle | None = None
    middle_before: Middle | None = None
    change: Estimate | None = None

    @property
    def bought_share(self) -> float | None:
        return self.bought / self.n if self.n else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One cohort beside another. `after` and `before` as shares (−0.8: a fifth of the other's);
    `beyond`: how much more its own spend rose, per customer: what is left when each is compared with
    itself."""

    one: Cohort
    other: Cohort
    why_not: str
    after: Estimate | None = None
    before: Estimate | None = None
    beyond: Estimate | None = None

    @property
    def was_different_before(self) -> bool:
        """S0-4: then the difference is, at least in part, who these people are."""
        return self.before is not None and self.before.is_certain


@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """S0-5. Sums of money, with intervals. `each`: what a solved case may cost before it is a loss, for each
    customer and quarter; `lost`: of those not solved and counted; `open_now`: of those whose months still
    run."""

    margin: float
    each: Estimate
    lost: Estimate
    open_now: Estimate
    cost: float | None = None

    @property
    def verdict(self) -> str:
        """pays, does_not_pay or unclear; '' without a cost."""
        if self.cost is None:
            return ""
        if self.each.low is not None and self.each.low > self.cost:
            return "pays"
        if self.each.high is not None and self.each.high < self.cost:
            return "does_not_pay"
        return "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Every cohort, the comparisons that can be made, and what is at stake, None when too few."""

    groups: Sequence[Group]
    comparisons: Sequence[Comparison]
    stake: Stake | None

    def group(self, cohort: Cohort) -> Group:
        return next(one for one in self.groups if one.cohort == cohort)


COMPARED = (
    (Cohort.NOT_RESOLVED, Cohort.NO_PROBLEM),
    (Cohort.RESOLVED_FIRST, Cohort.NO_PROBLEM),
    (Cohort.RESOLVED_FIRST, Cohort.NOT_RESOLVED),
    (Cohort.UNKNOWN, Cohort.NO_PROBLEM),
)


def windows(day: date) -> Windows:
    """Around the calendar month of this day (S0-2: of January, October to December and February to April)."""
    return Windows(
        before=(_month(day, -MONTHS), _month(day, 0)),
        after=(_month(day, 1), _month(day, 1 + MONTHS)),
    )


def compare(
    respondents: Iterable[Respondent],
    *,
    margin: float,
    margin_ends: tuple[float, float] | None = None,
    cost: float | None = None,
    draws: int = resampling.DRAWS,
) -> Return:
    """`margin`: what is earned of what is spent, 0 to 1; `margin_ends`: of its 95 % interval where it was
    measured. `cost`: of solving one case, None when not known."""
    by_cohort: dict[Cohort, list[Respondent]] = {cohort: [] for cohort in Cohort}
    for one in respondents:
        by_cohort[one.cohort].append(one)
    samples: dict[Cohort, Sample | None] = {}
    groups = []
    for cohort, people in by_cohort.items():
        counted = [one for one in people if not one.is_open]
        after = np.array([one.after for one in counted], dtype=np.float64)
        before = np.array([one.before for one in counted], dtype=np.float64)
        samples[cohort] = resampling.sample(after, before, seed=_SEEDS[cohort], draws=draws)
        groups.append(_group(cohort, after, before, samples[cohort], len(people) - len(counted)))
    found = {one.cohort: one for one in groups}
    low, high = margin_ends or (margin, margin)
    return Return(
        groups=groups,
        comparisons=[_comparison(found[one], found[other], samples) for one, other in COMPARED],
        stake=_stake(found, samples, margin=Estimate(value=margin, low=low, high=high), cost=cost),
    )


def _month(day: date, later: int) -> date:
    months = day.year * 12 + day.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)


def _group(cohort: Cohort, after: Numbers, before: Numbers, sample: Sample | None, still_open: int) -> Group:
    n, bought = len(after), int((after > 0).sum())
    why_not = "few" if n < FEWEST else "few_bought" if bought < FEWEST_BUYERS else ""
    if n < FEWEST or sample is None:
        return Group(cohort=cohort, n=n, still_open=still_open, bought=bought, why_not=why_not)
    return Group(
        cohort=cohort,
        n=n,
        still_open=still_open,
        bought=bought,
        why_not=why_not,
        after=resampling.estimate(resampling.mean_after, sample),
        before=resampling.estimate(resampling.mean_before, sample),
        middle_after=middle(after),
        middle_before=middle(before),
        change=None if why_not else resampling.estimate_share(resampling.change, sample),
    )


def _comparison(one: Group, other: Group, samples: dict[Cohort, Sample | None]) -> Comparison:
    first, second = samples[one.cohort], samples[other.cohort]
    why_not = one.why_not or other.why_not
    if why_not or first is None or second is None:
        return Comparison(one=one.cohort, other=other.cohort, why_not=why_not or "few")
    after = resampling.estimate_share(resampling.ratio_after, first, second)
    return Comparison(
        one=one.cohort,
        other=other.cohort,
        why_not="" if after else "few_bought",
        after=after,
        before=resampling.estimate_share(resampling.ratio_before, first, second),
        beyond=resampling.estimate(resampling.difference_of_changes, first, second),
    )


def _stake(
    groups: dict[Cohort, Group],
    samples: dict[Cohort, Sample | None],
    *,
    margin: Estimate,
    cost: float | None,
) -> Stake | None:
    """n of those not solved × what the solved spend more × margin."""
    unsolved, solved = groups[Cohort.NOT_RESOLVED], groups[Cohort.RESOLVED_FIRST]
    left, kept = samples[Cohort.NOT_RESOLVED], samples[Cohort.RESOLVED_FIRST]
    if unsolved.why_not or solved.why_not or left is None or kept is None:
        return None
    each = product(resampling.estimate(resampling.difference_after, kept, left), margin)
    return Stake(
        margin=margin.value,
        each=each,
        lost=_times(each, unsolved.n),
        open_now=_times(each, unsolved.still_open),
        cost=cost,
    )


def product(one: Estimate, other: Estimate) -> Estimate:
    """Of two figures that were measured apart: what each end lies off by adds up in squares (MOVER: Zou &
    Donner, Stat. Med. 2008;27:1693). `other` is not below zero and has both ends."""
    value = one.value * other.value
    down, up = (0.0 if end is None else abs(end - other.value) for end in (other.low, other.high))
    if one.value < 0:  # then a larger factor makes less of it
        down, up = up, down

    def end(own: float | None, off: float, side: int) -> float | None:
        if own is None:
            return None
        return value + side * hypot(other.value * (own - one.value), one.value * off)

    return Estimate(value=value, low=end(one.low, down, -1), high=end(one.high, up, 1))


def _times(one: Estimate, factor: float) -> Estimate:
    low, high = (None if end is None else end * factor for end in (one.low, one.high))
    return Estimate(value=one.value * factor, low=low, high=high)


def middle(values: Numbers) -> Middle:
    """The median with its interval from the order of the rows (Campbell & Gardner, BMJ 1988;296:1454): no
    draws, and sound however skewed the values are. At least six rows."""
    ordered, n = np.sort(values), len(values)
    reach = _Z * sqrt(n) / 2
    low, high = max(floor(n / 2 - reach), 1), min(ceil(1 + n / 2 + reach), n)
    return Middle(value=float(np.median(ordered)), low=float(ordered[low - 1]), high=float(ordered[high - 1]))
