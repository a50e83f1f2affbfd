"""REPORT: who bought and said nothing (S4-3). No news is not good news.

By month of purchase: customers who can be known again, and whether any word of theirs reached us from
the first day of the month until `HEARD_WITHIN` days after its last: a comment, a call or visit, a finished
survey.
Their later buying is that of the `LATER` days after the month. Reads only; it goes through the orders, so a
job does it and the page shows what it found.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from feedback import buckets, listed, shop, streams
from feedback.buckets import Grain
from feedback.defection.histories import Whole
from feedback.intervals import wilson
from feedback.models import Comment, Contact, Customer, Defection, Order
from surveys.models import Response

MONTHS = 12
POOLED = 3  # months of which the headline is
HEARD_WITHIN = 30
LATER = 90
FEWEST = 30  # buyers, below which no share is named
FEWEST_AGAIN = 20  # of one kind, below which it is not said who of them bought again
LISTS = "silent"  # feedback.listed
_TOLD = np.dtype([("customer", "i8"), ("was_heard", "?"), ("is_back", "?")])
_DAY = timedelta(days=1)


# Of the buyers of a month, whom each of its numbers counts.
WHO = {
    "all": Q(),
    "silent": Q(was_heard=False),
    "silent_again": Q(was_heard=False, is_back=True),
    "heard_again": Q(was_heard=True, is_back=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """Buyers of one month. `silent_again` and `heard_again`: who of them bought in the days after; None while
    these days run."""

    first: date
    n: int
    silent: int
    silent_again: int | None
    heard_again: int | None

    @property
    def last(self) -> date:
        return buckets.after(self.first, Grain.MONTH) - _DAY

    @property
    def heard(self) -> int:
        return self.n - self.silent

    def counts(self, who: str) -> int | None:
        """The number of one of WHO; None while their days run."""
        return {"all": self.n, "silent": self.silent, "silent_again": self.silent_again,
                "heard_again": self.heard_again}[who]  # fmt: skip

    @property
    def share(self) -> float | None:
        return self.silent / self.n if self.n >= FEWEST else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.silent, self.n) if self.n >= FEWEST else None

    @property
    def silent_again_share(self) -> float | None:
        known = self.silent_again is not None and self.silent >= FEWEST_AGAIN
        return (self.silent_again or 0) / self.silent if known else None

    @property
    def heard_again_share(self) -> float | None:
        return (
            (self.heard_again or 0) / self.heard
            if self.heard_again is not None and self.heard >= FEWEST_AGAIN
            else None
        )

    def as_data(self) -> dict[str, Any]:
        return asdict(self) | {"first": self.first.isoformat()}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Month":
        return cls(**{**data, "first": date.fromisoformat(data["first"])})


def months(today: date) -> list[Month]:
    """The last `MONTHS` whose buyers had their days to say something, the oldest first. One query each."""
    unheard = buckets.first_day(today - timedelta(days=HEARD_WITHIN), Grain.MONTH)
    return [_month(first, today) for first in _firsts(unheard)]


def _firsts(before: date) -> Iterator[date]:
    place = before.year * 12 + before.month - 1
    for month in range(place - MONTHS, place):
        yield date(month // 12, month % 12 + 1, 1)


def _month(first: date, today: date) -> Month:
    found = _told(first).aggregate(
        n=Count("pk"), **{name: Count("pk", filter=of) for name, of in WHO.items() if name != "all"}
    )
    if _later(first)[1] >= today:
        found |= {"silent_again": None, "heard_again": None}
    return Month(first=first, **found)


def list_all(found: Sequence[Month], now: datetime) -> None:
    """For pages of many: whom the numbers of these months count."""
    listed.keep(LISTS, _lists(found), now)


def _lists(found: Sequence[Month]) -> Iterator[tuple[str, Whole]]:
    for month in found:
        if month.n < listed.FEWEST:
            continue
        told = _told(month.first).order_by("since", "pk").values_list("pk", "was_heard", "is_back")
        with streams.streamed():
            rows = np.fromiter(told.iterator(chunk_size=5000), _TOLD)
        who, heard, back = rows["customer"], rows["was_heard"], rows["is_back"]
        lists = {"all": who, "silent": who[~heard], "silent_again": who[~heard & back],
                 "heard_again": who[heard & back]}  # fmt: skip
        for name, those in lists.items():
            if month.counts(name) is not None:
                yield list_of(month.first, name), those


def list_of(first: date, who: str) -> str:
    """The key of the list of those whom a number of a month counts."""
    return f"{first.isoformat()} {who}"


def customers(first: date, who: str) -> QuerySet[Customer]:
    """Those whom a number of a month counts; `who`: one of WHO. The longest customers first."""
    return _told(first).filter(WHO[who]).order_by("since", "pk")


def bought(first: date, customer_ids: Collection[int]) -> dict[int, tuple[date, int]]:
    """The last day of the month on which each bought, and on how many orders. One query."""
    rows = _orders(first, _last(first)).filter(customer__among=list(customer_ids))
    found = rows.values("customer").annotate(last=Max("placed_at"), n=Count("pk")).order_by()
    return {one["customer"]: (shop.day(one["last"]), one["n"]) for one in found}


def bought_later(first: date, customer_ids: Collection[int]) -> dict[int, date]:
    """The first day on which each bought again in the days after the month. One query."""
    rows = _orders(*_later(first)).filter(customer__among=list(customer_ids))
    found = rows.values("customer").annotate(first=Min("placed_at")).order_by()
    return {one["customer"]: shop.day(one["first"]) for one in found}


def _told(first: date) -> QuerySet[Customer]:
    """Buyers of the month; `was_heard`, `is_back`."""
    until = _last(first) + timedelta(days=HEARD_WITHIN)
    bought_then = _orders(*_later(first)).filter(customer=OuterRef("pk"))
    return _buyers(first, _last(first)).annotate(was_heard=_heard(first, until), is_back=Exists(bought_then))


def _last(first: date) -> date:
    return buckets.after(first, Grain.MONTH) - _DAY


def _later(first: date) -> tuple[date, date]:
    """The first and the last of the days after the month."""
    end = _last(first)
    return end + _DAY, end + timedelta(days=LATER)


def _orders(start: date, end: date) -> QuerySet[Order]:
    return Order.objects.filter(
        cancelled_at=None, placed_at__gte=shop.start_of(start), placed_at__lt=shop.start_of(end + _DAY)
    )


def _buyers(start: date, end: date) -> QuerySet[Customer]:
    """Who can be known again; staff and their families are no customers here."""
    nobody = Q(email="", phone="")
    known = Customer.objects.filter(is_insider=False, erased_at=None, merged_into=None).exclude(nobody)
    return known.filter(Exists(_orders(start, end).filter(customer=OuterRef("pk"))))


def _heard(start: date, end: date) -> Q:
    since, until = shop.start_of(start), shop.start_of(end + _DAY)
    theirs = {"customer": OuterRef("pk")}
    said = Comment.objects.filter(**theirs, said_at__gte=since, said_at__lt=until)
    called = Contact.objects.filter(**theirs, at__gte=since, at__lt=until, is_outgoing=False)
    answered = Response.objects.filter(
        invitation__customer=OuterRef("pk"), finished_at__gte=since, finished_at__lt=until
    )
    return Q(Exists(said) | Exists(called) | Exists(answered))


def silent_and_stopped() -> QuerySet[Defection]:
    """Customers who left, by the shop's own rule, and of whom no word is known. The dearest first."""
    theirs = {"customer": OuterRef("customer")}
    heard = (
        Exists(Comment.objects.filter(**theirs))
        | Exists(Contact.objects.filter(**theirs, is_outgoing=False))
        | Exists(Response.objects.filter(invitation__customer=OuterRef("customer")).exclude(finished_at=None))
    )
    rows = Defection.objects.filter(~heard, state__in=Defection.ONGOING)
    return rows.select_related("customer").order_by("-value_lost", "pk")
