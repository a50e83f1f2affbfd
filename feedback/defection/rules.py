"""RULE: a shop's own definition of defection (S2-1), and who has left by it on a given day (S2-3)."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feedback.defection.chances import Chances
from feedback.defection.histories import Histories, Real, Snapshot, Whole
from feedback.defection.patterns import Pattern

LONGEST = 3660  # days: ten years
A_PERIOD = 90  # days, where a rule names none


def _(message: str) -> str:
    """Marks a message for the catalogue; the page that shows it translates it."""
    return message


class Kind(StrEnum):
    INTERVAL = "interval"  # no visit for `times` × the customer's usual interval
    DAYS = "days"  # no visit for `days`
    VISITS = "visits"  # visits fell by `drop` % against the periods before
    SPEND = "spend"  # spend fell by `drop` % against the periods before
    SHARE = "share"  # says that at most `share` % of their visits are with us, within the last `days`
    CHANCE = "chance"  # at least `percent` % likely not to come in the next `days`, by the shop's own past


class BadRule(ValueError):
    """A rule that cannot be: `field` names the place; `template` and `params` are for a page to translate."""

    def __init__(self, field: str, template: str, **params: object) -> None:
        self.field, self.template, self.params = field, template, params
        super().__init__(f"{field}: {template % params}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`at_least` and `at_most` bound INTERVAL's limit, in days. VISITS and SPEND compare the last `periods`
    of `days` each with as many before them. `once_days`: INTERVAL's limit for who came at most `once_visits`
    times; 0 takes the shop's usual interval for theirs. `category`: only purchases in it count ("" = all);
    whoever judges hands in the histories of that category. `least`: visits before a customer is judged.
    `judged_by`: days after which a trial on the past looks who came."""

    kind: Kind
    times: float = 2.0
    at_least: int = 1
    at_most: int = LONGEST
    once_days: int = 0
    once_visits: int = 1
    days: int = A_PERIOD
    periods: int = 1
    drop: int = 50
    percent: int = 50
    share: int = 50
    category: str = ""
    least: int = 1
    judged_by: int = A_PERIOD

    def __post_init__(self) -> None:
        """Raises BadRule."""
        for name, low, high in _BOUNDS:
            value = getattr(self, name)
            is_number = isinstance(value, int) or (name == "times" and isinstance(value, float))
            if isinstance(value, bool) or not is_number or not low <= value <= high:
                raise BadRule(name, _("A number from %(low)s to %(high)s."), low=low, high=high)
        if self.at_least > self.at_most:
            raise BadRule("at_most", _("The most days must not be below the fewest."))
        if self.kind in (Kind.VISITS, Kind.SPEND) and 2 * self.periods * self.days > LONGEST:
            raise BadRule("periods", _("At most ten years can be compared."))

    @property
    def span(self) -> int:
        """Days that VISITS and SPEND compare with as many before."""
        return self.periods * self.days

    def as_data(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self)} | {"kind": self.kind.value}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Rule":
        """Raises BadRule for values out of bounds; what is missing takes its default."""
        known = {one.name for one in fields(cls)}
        try:
            kind = Kind(data.get("kind", ""))
        except ValueError:
            raise BadRule("kind", _("There is no such kind of rule.")) from None
        return cls(**{k: v for k, v in data.items() if k in known} | {"kind": kind})


_BOUNDS: tuple[tuple[str, float, float], ...] = (
    ("times", 0.1, 100),
    ("at_least", 1, LONGEST),
    ("at_most", 1, LONGEST),
    ("once_days", 0, LONGEST),
    ("once_visits", 1, 1000),
    ("days", 1, LONGEST),
    ("periods", 1, 60),
    ("drop", 1, 100),
    ("percent", 1, 99),
    ("share", 0, 99),
    ("least", 1, 1000),
    ("judged_by", 1, LONGEST),
)


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """One place for each customer of `known`. `since` (an ordinal) counts only where `is_gone`: the first day
    on which the rule held, or for a drop the first day of the time in which they came less."""

    rule: Rule
    known: Snapshot
    is_gone: NDArray[np.bool_]
    since: Whole
    before: Real
    now: Real

    @property
    def customers(self) -> Whole:
        """Made anew each time, of a million in some milliseconds: not to be asked for each of them."""
        return self.known.histories.customers[self.known.at]

    def pattern(self, place: int) -> Pattern:
        return Pattern(
            kind=self.rule.kind.value,
            before=float(self.before[place]),
            now=float(self.now[place]),
            days=self.rule.span,
            category=self.rule.category,
            was_once=bool(self.known.n[place] == 1),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One customer. `since` is None while they are with us."""

    is_gone: bool
    since: date | None
    pattern: Pattern


def judge(
    rule: Rule,
    histories: Histories,
    day: int,
    *,
    shop_usual: float | None = None,
    chances: Chances | None = None,
) -> Verdicts:
    """Everyone who had bought by `day`. `shop_usual`: the shop's median interval, `chances`: what its past
    taught, where `histories` are not the whole shop's. Without enough past, CHANCE finds nobody."""
    known = histories.on(day)
    if rule.kind is Kind.INTERVAL:
        return _by_interval(rule, known, known.shop_usual if shop_usual is None else shop_usual)
    if rule.kind is Kind.DAYS:
        return _silent(rule, known, np.full(len(known), float(rule.days)), _or_shop(known, known.shop_usual))
    if rule.kind is Kind.CHANCE:
        return _by_chance(rule, known, chances or Chances.learn(histories, day, rule.days))
    if rule.kind is Kind.SHARE:
        return _by_share(rule, known)
    return _by_drop(rule, known)


def tells_after(found: Verdicts) -> int:
    """Days after a first purchase from which the rule finds who never came again: the middle one's, since by
    chance each has their own. 0: it does not go by the time away."""
    rule, known = found.rule, found.known
    if rule.kind in (Kind.VISITS, Kind.SPEND):
        return rule.span
    once = known.n == 1
    if rule.kind is Kind.SHARE or not once.any():
        return 0
    return int(np.median((found.since - known.last)[once]))


def judge_one(
    rule: Rule, purchases: Sequence[tuple[date, float]], on: date, *, shop_usual: float = float("nan")
) -> Verdict:
    """One customer's (day, amount) rows by any rule but CHANCE, which needs the whole shop. Raises ValueError
    when nothing had been bought by then."""
    day = on.toordinal()
    found = judge(rule, Histories.of((0, d.toordinal(), a) for d, a in purchases), day, shop_usual=shop_usual)
    if not len(found.known):
        raise ValueError("nothing bought by then")
    gone = bool(found.is_gone[0])
    since = date.fromordinal(int(found.since[0])) if gone else None
    return Verdict(is_gone=gone, since=since, pattern=found.pattern(0))


def _or_shop(known: Snapshot, shop_usual: float) -> Real:
    return np.where(np.isnan(known.usual), shop_usual, known.usual)


def _by_interval(rule: Rule, known: Snapshot, shop_usual: float) -> Verdicts:
    usual = _or_shop(known, shop_usual)
    is_new = known.n <= rule.once_visits
    limit = np.clip(rule.times * np.where(is_new, shop_usual, usual), rule.at_least, rule.at_most)
    if rule.once_days:
        limit = np.where(is_new, float(rule.once_days), limit)
    return _silent(rule, known, limit, usual)


def _silent(rule: Rule, known: Snapshot, limit: Real, usual: Real) -> Verdicts:
    """Gone who stayed away for longer than `limit` days; nobody whose limit is not known (NaN)."""
    gone = (known.gap > limit) & (known.n >= rule.least)
    since = known.last + np.floor(np.nan_to_num(limit)).astype(np.int64) + 1
    return Verdicts(rule, known, gone, since, usual, known.gap.astype(np.float64))


def _by_chance(rule: Rule, known: Snapshot, chances: Chances | None) -> Verdicts:
    usual, away = _or_shop(known, known.shop_usual), known.gap.astype(np.float64)
    if chances is None:
        return Verdicts(rule, known, np.zeros(len(known), bool), known.last, usual, away)
    gone = (chances.of(known) * 100 >= rule.percent) & (known.n >= rule.least)
    return Verdicts(rule, known, gone, known.last + chances.first_gap(known, rule.percent), usual, away)


def _by_share(rule: Rule, known: Snapshot) -> Verdicts:
    """By what they said themselves; who said nothing stays."""
    percent, on = known.shares(rule.days)
    gone = (percent >= 0) & (percent <= rule.share) & (known.n >= rule.least)
    before, now = np.full(len(known), np.nan), percent.astype(np.float64)
    return Verdicts(rule, known, gone, np.where(gone, on, known.last), before, now)


def _by_drop(rule: Rule, known: Snapshot) -> Verdicts:
    turn, begin = known.day - rule.span, known.day - 2 * rule.span
    measure = known.visits if rule.kind is Kind.VISITS else known.spent
    before = np.asarray(measure(begin, turn), np.float64)
    now = np.asarray(measure(turn, known.day), np.float64)
    fell = (before > 0) & (now <= before * (100 - rule.drop) / 100)
    since = np.full(len(known), turn + 1, np.int64)
    return Verdicts(rule, known, fell & (known.n >= rule.least), since, before, now)
