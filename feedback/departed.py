"""Who has left by the shop's definition, one row each: whom the rate of defection counts (S2-6).

Kept by the job that finds the rate, from the same verdicts; no page judges anybody.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from django.db.models import QuerySet

from feedback import bulk, listed, shop
from feedback.defection.histories import Whole
from feedback.defection.rules import Verdicts
from feedback.models import Departed
from feedback.money import LARGEST

_TOGETHER = 5000  # customers in one transaction
_ROW = np.dtype(
    [("customer", "i8"), ("first", "i4"), ("last", "i4"), ("since", "i4"), ("visits", "i4"), ("usual", "f8"),
     ("cents", "i8")]
)  # fmt: skip
_LISTS, _FIRST_OF_1970 = "left", date(1970, 1, 1).toordinal()
_NO_USUAL = -1.0  # no number is equal to NaN, not even itself
_MOST_CENTS = int(LARGEST * 100)


def keep(found: Verdicts) -> None:
    """Writes what is not there so: of a million who have left, those whose story changed. Done twice it
    writes the same; killed halfway, the next round does the rest."""
    wanted, kept, currency = _wanted(found), _kept(), shop.current().currency
    gone = np.setdiff1d(kept["customer"], wanted["customer"], assume_unique=True).tolist()
    for begin in range(0, len(gone), _TOGETHER):
        Departed.objects.filter(customer__among=gone[begin : begin + _TOGETHER]).delete()
    changed = wanted[_differs(wanted, kept)]
    for begin in range(0, len(changed), _TOGETHER):
        rows = [_row(one, currency) for one in changed[begin : begin + _TOGETHER].tolist()]
        bulk.write_over(Departed, rows, of="customer_id")


def list_all(found: Verdicts, now: datetime) -> None:
    """For pages of many, also by quarter of first purchase: those who left, the dearest first; and all, the
    longest customers first."""
    rows, known = _wanted(found), found.known
    rows = rows[np.lexsort((rows["customer"], -rows["cents"]))]
    longest = np.lexsort((found.customers, known.first))
    lists = [
        *_by_quarter("left", rows["customer"], rows["first"]),
        *_by_quarter("all", found.customers[longest], known.first[longest]),
    ]
    listed.keep(_LISTS, lists if listed.are_many(longest) else [], now)


def _by_quarter(who: str, customers: Whole, first: Whole) -> Iterator[tuple[str, Whole]]:
    yield who, customers
    months = (first.astype(np.int64) - _FIRST_OF_1970).astype("M8[D]").astype("M8[M]")
    quarters = months.astype(np.int64) // 3
    for quarter in np.unique(quarters).tolist():
        begins = date(1970 + quarter // 4, quarter % 4 * 3 + 1, 1)
        yield f"{who} {begins.isoformat()}", customers[quarters == quarter]


def listed_of(quarter: date | None, *, is_all: bool) -> listed.Listed | None:
    """Of those who first bought in the quarter with this first day (None: whenever), who left, or all. None:
    there are few, and no list."""
    key = "all" if is_all else "left"
    rows = listed.customers if is_all else of
    return listed.find(_LISTS, f"{key} {quarter.isoformat()}" if quarter else key, rows)


def of(customers: Sequence[int]) -> dict[int, Departed]:
    """By customer, those of whom it still is so. One query."""
    return {row.customer_id: row for row in now().filter(customer__among=list(customers)).order_by()}


def now() -> QuerySet[Departed]:
    """Those whom it lists, the dearest first. Whoever was erased, or made one with somebody, since the job
    looked is none of them."""
    rows = Departed.objects.filter(customer__erased_at=None, customer__merged_into=None)
    return rows.select_related("customer").order_by("-spent", "pk")


def first_bought(start: date | None, end: date | None) -> QuerySet[Departed]:
    """Those who first bought on these days, `end` not included; None: whenever."""
    if start is None or end is None:
        return now()
    return now().filter(first_on__gte=start, first_on__lt=end)


def _wanted(found: Verdicts) -> np.ndarray:
    at, known = np.flatnonzero(found.is_gone), found.known
    rows = np.empty(len(at), _ROW)
    rows["customer"] = found.customers[at]
    rows["first"], rows["last"], rows["since"] = known.first[at], known.last[at], found.since[at]
    rows["visits"], rows["usual"] = known.n[at], np.nan_to_num(known.usual[at], nan=_NO_USUAL)
    spent = np.rint(known.spent(-1, known.day)[at] * 100)
    rows["cents"] = np.clip(spent, -_MOST_CENTS, _MOST_CENTS).astype(np.int64)
    return rows


def _kept() -> np.ndarray:
    """In the order of their customers; a row in another currency is as good as none, and differs."""
    return np.fromiter(_stored(shop.current().currency), _ROW)


def _stored(currency: str) -> Iterator[tuple[Any, ...]]:
    columns = ("customer", "first_on", "last_on", "since", "visits", "usual", "spent", "currency")
    for who, first, last, since, visits, usual, spent, its in (
        Departed.objects.order_by("customer").values_list(*columns).iterator(chunk_size=5000)
    ):
        days = (first.toordinal(), last.toordinal(), since.toordinal())
        cents = int(spent * 100) if its == currency else _MOST_CENTS + 1
        yield who, *days, visits, _NO_USUAL if usual is None else usual, cents


def _differs(wanted: np.ndarray, kept: np.ndarray) -> np.ndarray:
    if not len(kept):
        return np.ones(len(wanted), bool)
    place = np.minimum(np.searchsorted(kept["customer"], wanted["customer"]), len(kept) - 1)
    return wanted != kept[place]


def _row(values: Sequence[Any], currency: str) -> dict[str, Any]:
    who, first, last, since, visits, usual, cents = values
    return {
        "customer_id": who,
        "first_on": date.fromordinal(first),
        "last_on": date.fromordinal(last),
        "since": date.fromordinal(since),
        "visits": visits,
        "usual": None if usual == _NO_USUAL else usual,
        "spent": Decimal(cents) / 100,
        "currency": currency,
    }
