"""RULE: what a customer will buy in the next year (S2-7, S3-3). Plain Python.

Three figures that a person can check, multiplied: how often they come, leaned towards the shop's mean (a
Poisson rate under a gamma: Ehrenberg 1959; Schmittlein, Morrison & Colombo 1987); how much of that came true
of customers like them, by the shop's own definition of defection; and what they spend at a visit, leaned
towards the shop's mean (Bühlmann & Straub 1970). Formulas in docs/methods.md.
"""

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from feedback.defection.histories import Histories, Real, Snapshot, Whole
from feedback.defection.rules import Kind, Rule, judge

YEAR = 365  # days, that are looked ahead
USUAL = Rule(kind=Kind.INTERVAL, times=2.5, at_least=45, once_visits=2)  # where the shop has defined nothing
SIZES = (1, 2, 4)  # visits from which on somebody is of the next kind: came once, a few times, often
_FEWEST_TO_SPREAD = 30  # customers who came again, below which the spread of rates is not read off the shop
_SHORTEST, _LONGEST = 30, YEAR  # days of a trial on the past
_UNSEEN = 5.0  # visits, that what was thought beforehand weighs in a trial
_FIRST_VISITS, _FIRST_DAYS = 1.0, 365.0  # a new shop's mean rate leans to one visit a year


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """Of one kind of customer in the trial: visits that the rate foretold, and those that came. `share` is
    the second over the first, leaning to 1 (0 of those who had left) while there are few."""

    foretold: float
    came: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What a shop's past says. `shape` and `days` are the gamma's: the shop's mean rate is shape / days, in
    visits a day, and weighs as if `shape` visits had been seen in `days` days. `basket`: the mean spent at a
    visit; it weighs as `basket_visits` visits (None: nothing differs from customer to customer, or too
    little is known). `stays`: by kind (`kinds`), from a trial of `tried` days; None: too short a past.
    """

    shape: float
    days: float
    basket: float
    basket_visits: float | None
    stays: dict[str, Stay]
    tried: int | None

    def as_data(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        stays = {kind: Stay(**one) for kind, one in data["stays"].items()}
        return cls(**{**data, "stays": stays})


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """One place for each customer of `known`. `visits` in the next `ahead` days = `rate` × ahead × `share`;
    `spend` = visits × `basket`."""

    known: Snapshot
    ahead: int
    rate: Real
    share: Real
    basket: Real
    is_gone: NDArray[np.bool_]

    @property
    def visits(self) -> Real:
        return self.rate * self.ahead * self.share

    @property
    def spend(self) -> Real:
        return self.visits * self.basket


def learn(histories: Histories, day: int, rule: Rule | None = None) -> Model:
    """From what had happened by the end of `day`. Never fails for want of data: a shop without a past gets
    what was thought beforehand."""
    rule, known = rule or USUAL, histories.on(day)
    shape, days = _prior(known)
    stays, tried = _stays(histories, day, rule)
    basket, weight = _baskets(known)
    return Model(shape=shape, days=days, basket=basket, basket_visits=weight, stays=stays, tried=tried)


def expect(
    model: Model, histories: Histories, day: int, rule: Rule | None = None, *, ahead: int = YEAR
) -> Expected:
    """Everybody who had bought by `day`, in the `ahead` days after it."""
    found = judge(rule or USUAL, histories, day)
    known = found.known
    shares = np.array([model.stays[kind].share for kind in kinds()])
    return Expected(
        known=known,
        ahead=ahead,
        rate=_rate(known, model.shape, model.days),
        share=shares[_kind(known.n, found.is_gone)],
        basket=_basket(known, model),
        is_gone=found.is_gone,
    )


def kinds() -> list[str]:
    """ "1", "2", "4": those still here who came so often or more; "1 gone" …: whom the rule finds gone."""
    return [f"{size}{suffix}" for size in SIZES for suffix in ("", " gone")]


def kind_of(n: int, is_gone: bool) -> str:
    """`n`: visits so far."""
    return kinds()[int(_kind(np.array([n]), np.array([is_gone]))[0])]


def _kind(n: Whole, is_gone: NDArray[np.bool_]) -> Whole:
    return (np.searchsorted(np.array(SIZES), n, side="right") - 1) * 2 + is_gone


def _rate(known: Snapshot, shape: float, days: float) -> Real:
    """(visits after the first + shape) / (days since the first + days): the mean of the gamma afterwards."""
    return (known.n - 1 + shape) / (known.day - known.first + days)


def _prior(known: Snapshot) -> tuple[float, float]:
    """The gamma by which customers' rates differ: its mean by all visits over all days, its shape by the
    greatest likelihood of the negative binomial that follows; 1 while too few came again to tell."""
    again, since = known.n - 1, (known.day - known.first).astype(np.float64)
    mean = (float(again.sum()) + _FIRST_VISITS) / (float(since.sum()) + _FIRST_DAYS)
    if np.count_nonzero(again) < _FEWEST_TO_SPREAD:
        return 1.0, 1 / mean
    shapes = np.geomspace(0.1, 10, 41)
    shape = float(max(shapes, key=lambda one: _likelihood(float(one), float(one) / mean, again, since)))
    return shape, shape / mean


def _likelihood(shape: float, days: float, again: Whole, since: Real) -> float:
    """Of the visits of all, but for what does not depend on the shape: log Γ(shape + x) − log Γ(shape) is a
    sum of x logarithms."""
    risen = np.concatenate([[0.0], np.cumsum(np.log(shape + np.arange(int(again.max()))))])
    return float((risen[again] + shape * np.log(days) - (shape + again) * np.log(days + since)).sum())


def _stays(histories: Histories, day: int, rule: Rule) -> tuple[dict[str, Stay], int | None]:
    """The trial: the same rates, set up some time ago, against the visits that came."""
    oldest = int(histories.days.min()) if len(histories.days) else day
    tried = min(_LONGEST, (day - oldest) // 2)
    foretold: Real = np.zeros(len(kinds()))
    came: Real = foretold
    if tried >= _SHORTEST:
        cut = day - tried
        then = judge(rule, histories, cut)
        kind = _kind(then.known.n, then.is_gone)
        rate = _rate(then.known, *_prior(then.known))
        foretold = _sums(kind, rate * tried)
        came = _sums(kind, then.known.visits(cut, day))
    stays = {}
    for place, name in enumerate(kinds()):
        thought = 0.0 if name.endswith("gone") else 1.0
        share = (float(came[place]) + _UNSEEN * thought) / (float(foretold[place]) + _UNSEEN)
        stays[name] = Stay(foretold=float(foretold[place]), came=int(came[place]), share=share)
    return stays, tried if tried >= _SHORTEST else None


def _sums(kind: Whole, of: Real | Whole) -> Real:
    return np.bincount(kind, of, minlength=len(kinds())).astype(np.float64)


def _basket(known: Snapshot, model: Model) -> Real:
    """n / (n + k) of the customer's own mean and the rest of the shop's; never below nothing."""
    if model.basket_visits is None:
        return np.full(len(known), max(model.basket, 0.0))
    trust = known.n / (known.n + model.basket_visits)
    own = known.spent(-1, known.day) / np.maximum(known.n, 1)
    return np.maximum(trust * own + (1 - trust) * model.basket, 0.0)


def _baskets(known: Snapshot) -> tuple[float, float | None]:
    """The shop's mean at a visit, each customer as far as they are trusted; and k, the spread within
    customers over that between them (Bühlmann & Straub's unbiased estimates)."""
    if not len(known):
        return 0.0, None
    of_visit, n = _amounts(known), known.n
    total = float(of_visit.sum()) / int(n.sum())
    own = known.spent(-1, known.day) / n
    free = int((n - 1).sum())
    if free < 1 or len(n) < 2:
        return total, None
    within = float(((of_visit - np.repeat(own, n)) ** 2).sum()) / free
    weight = float(n.sum()) - float((n.astype(np.float64) ** 2).sum()) / float(n.sum())
    between = (float((n * (own - total) ** 2).sum()) - (len(n) - 1) * within) / weight
    if between <= 0:
        return total, None
    k = within / between
    trust = n / (n + k)
    return float((trust * own).sum() / trust.sum()), k


def _amounts(known: Snapshot) -> Real:
    """What was spent at each visit by then, customer by customer."""
    return known.histories.amounts[known.histories.days <= known.day]
