"""RULE: what many customers bought, packed into arrays, and what was known of them on a given day.

Days are proleptic ordinals (`date.toordinal`), amounts are in one currency. A visit is a day with at least
one purchase: two orders on one day are one visit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Real = NDArray[np.float64]

_MOST_TIMES = 8  # as many ids as purchases, up to which a place for each id is kept
_GAP_BITS = 22  # a gap of 11,000 years: more than the calendar holds


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """Customer i's visits are `days[starts[i]:starts[i + 1]]`, the oldest first; `amounts` is what was spent
    on each, net of what was sent back. `customers`: their ids, in ascending order. `told`: rows of customer,
    day and per cent: how much of what they buy they buy with us, by their own word."""

    customers: Whole
    starts: Whole
    days: Whole
    amounts: Real
    told: Whole | None = None

    @classmethod
    def pack(cls, customers: Sequence[int] | Whole, days: Sequence[int] | Whole, amounts: object) -> Self:
        """One row a purchase, in any order. An amount below zero is a return: no visit, and taken off the
        visit before it; a return without one is left out (its purchase is older than the records)."""
        ids, who = _places(np.asarray(customers, np.int64))
        when, paid = np.asarray(days, np.int32), np.nan_to_num(np.asarray(amounts, np.float64))
        order = np.lexsort((paid < 0, when, who)).astype(np.int32)
        # One after the other: of ten million purchases each of these holds 40 to 80 MB.
        who = who[order]
        when = when[order]
        paid = paid[order]
        del order
        is_new = np.ones(len(who), bool)
        is_new[1:] = (who[1:] != who[:-1]) | (when[1:] != when[:-1])
        is_visit = is_new & (paid >= 0)
        begins, visit = np.flatnonzero(is_visit).astype(np.int32), np.cumsum(is_visit, dtype=np.int32) - 1
        has_visit = (visit >= 0) & (who[begins[visit]] == who) if len(begins) else np.zeros(len(who), bool)
        if not has_visit.all():
            visit, paid = visit[has_visit], paid[has_visit]
        spent = np.bincount(visit, paid, minlength=len(begins))
        del visit, paid, has_visit
        kept, counts = np.unique(who[begins], return_counts=True)
        starts = np.concatenate([[0], np.cumsum(counts)])
        return cls(ids[kept], starts, when[begins].astype(np.int64), spent.astype(np.float64))

    @classmethod
    def of(cls, purchases: Iterable[tuple[int, int, float]]) -> Self:
        """From rows of (customer, day, amount)."""
        rows = list(purchases)
        return cls.pack([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])

    def __len__(self) -> int:
        return len(self.customers)

    @property
    def owners(self) -> Whole:
        """Whose each visit is: a place in `customers`."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def visits(self, after: int, until: int) -> Whole:
        """By customer, the visits of the days after `after`, up to and with `until`."""
        return self._sum((self.days > after) & (self.days <= until)).astype(np.int64)

    def spent(self, after: int, until: int) -> Real:
        """By customer, what they spent on the same days."""
        return self._sum(np.where((self.days > after) & (self.days <= until), self.amounts, 0.0))

    def spent_by(self, place: int, after: int, until: int) -> float:
        """One customer, by their place in `customers`; the same days."""
        mine = slice(int(self.starts[place]), int(self.starts[place + 1]))
        days = self.days[mine]
        return float(self.amounts[mine][(days > after) & (days <= until)].sum())

    def next_visit(self, place: int, after: int) -> int | None:
        """One customer's first visit after a day, by their place in `customers`; None: none."""
        days = self.days[int(self.starts[place]) : int(self.starts[place + 1])]
        later = days[days > after]
        return int(later[0]) if len(later) else None

    def on(self, day: int) -> "Snapshot":
        """What was known at the end of `day`, of those who had bought by then."""
        known = self.visits(-1, day)
        at = np.flatnonzero(known)
        first = self.starts[:-1][at]
        return Snapshot(
            histories=self,
            day=day,
            at=at,
            n=known[at],
            first=self.days[first],
            last=self.days[first + known[at] - 1],
            usual=self._usual(day)[at],
        )

    def _sum(self, of_visits: object) -> Real:
        weights = np.asarray(of_visits, np.float64)
        return np.bincount(self.owners, weights, minlength=len(self)).astype(np.float64)

    def _usual(self, day: int) -> Real:
        """The median of the days between a customer's visits; NaN where there was but one."""
        owners = self.owners
        follows = np.zeros(len(owners), bool)
        follows[1:] = (owners[1:] == owners[:-1]) & (self.days[1:] <= day)
        at = np.flatnonzero(follows)
        keys = np.sort((owners[at] << _GAP_BITS) | (self.days[at] - self.days[at - 1]))
        gaps = keys & ((1 << _GAP_BITS) - 1)
        n = np.bincount(owners[at], minlength=len(self))
        begin = np.concatenate([[0], np.cumsum(n)])[:-1]
        has = n > 0
        usual = np.full(len(self), np.nan)
        usual[has] = (gaps[(begin + (n - 1) // 2)[has]] + gaps[(begin + n // 2)[has]]) / 2
        return usual


def _places(customers: Whole) -> tuple[Whole, NDArray[np.int32]]:
    """The ids, each once and ascending, and by purchase the place of its customer among them. Ids that a
    database gave lie close together, so that they need not be sorted."""
    if not len(customers) or customers.min() < 0 or customers.max() > _MOST_TIMES * len(customers):
        ids, place = np.unique(customers, return_inverse=True)
        return ids, place.astype(np.int32)
    is_there = np.zeros(customers.max() + 1, bool)
    is_there[customers] = True
    return np.flatnonzero(is_there), (np.cumsum(is_there, dtype=np.int32) - 1)[customers]


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Arrays with one place a customer. `at`: their places in `histories.customers`."""

    histories: Histories
    day: int
    at: Whole
    n: Whole
    first: Whole
    last: Whole
    usual: Real

    def __len__(self) -> int:
        return len(self.at)

    @property
    def gap(self) -> Whole:
        """Days since the last visit."""
        return self.day - self.last

    @property
    def shop_usual(self) -> float:
        """The median customer's usual interval, for those who came but once; NaN when nobody came twice."""
        known = self.usual[~np.isnan(self.usual)]
        return float(np.median(known)) if len(known) else float("nan")

    def visits(self, after: int, until: int) -> Whole:
        return self.histories.visits(after, until)[self.at]

    def spent(self, after: int, until: int) -> Real:
        return self.histories.spent(after, until)[self.at]

    def shares(self, days: int) -> tuple[Whole, Whole]:
        """What each said last in the `days` up to this day: per cent, and the day; −1 where nothing."""
        percent, on = np.full(len(self), -1), np.full(len(self), -1)
        told, customers = self.histories.told, self.histories.customers[self.at]
        if told is None or not len(told) or not len(customers):
            return percent, on
        recent = told[(told[:, 1] <= self.day) & (told[:, 1] > self.day - days)]
        recent = recent[np.argsort(recent[:, 1], kind="stable")]
        place = np.minimum(np.searchsorted(customers, recent[:, 0]), len(customers) - 1)
        is_known = customers[place] == recent[:, 0]
        percent[place[is_known]], on[place[is_known]] = recent[is_known, 2], recent[is_known, 1]
        return percent, on

    def came_back(self, days: int) -> NDArray[np.bool_]:
        """Who bought in the `days` after this day. Looks into what was the future then: for back-tests."""
        return self.visits(self.day, self.day + days) > 0
