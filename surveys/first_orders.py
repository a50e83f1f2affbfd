"""Each customer's first order of some days, who of them spoke soon after, and what they bought since.

Reads only, in a fixed number of queries.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from feedback import shop
from feedback.models import Comment, Contact, Customer, Order
from surveys.models import Response


@dataclass(frozen=True, slots=True)
class First:
    """The first order of the days asked for. `delay`: "late", "in_time", "unknown"."""

    order: int
    customer: int
    placed_at: datetime
    currency: str
    total: Decimal
    delay: str
    store: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Firsts:
    """By customer; `merged`: who they are now. `is_cut`: there were more, and these are the newest."""

    of: Mapping[int, First]
    merged: Mapping[int, int]
    is_cut: bool

    @property
    def ids(self) -> list[int]:
        return [*self.of, *self.merged]

    def by(self, customer: int) -> First:
        return self.of[self.merged.get(customer, customer)]

    def reach(self, days: int) -> tuple[datetime, datetime]:
        """From the first of these orders to so many days after the last one."""
        times = [one.placed_at for one in self.of.values()] or [shop.start_of(date(2000, 1, 1))]
        return min(times), max(times) + timedelta(days=days)


def find(start: date, end: date, *, most: int) -> Firsts:
    """Both days included; merged customers under the one they are now, the shop's own people left out."""
    rows = Order.objects.filter(
        placed_at__gte=shop.start_of(start),
        placed_at__lt=shop.start_of(end + timedelta(days=1)),
        cancelled_at=None,
        customer__is_insider=False,
    ).values_list(
        "pk", "customer", "customer__merged_into", "placed_at", "currency", "total", "promised_on",
        "delivered_on", "store",
    )  # fmt: skip
    newest = list(rows.order_by("-placed_at", "-pk")[: most + 1])
    found: dict[int, First] = {}
    merged: dict[int, int] = {}
    for pk, customer, into, placed_at, currency, total, promised, delivered, store in reversed(newest[:most]):
        who = into or customer
        if into:
            merged[customer] = into
        delay = _delay(promised, delivered)
        found.setdefault(who, First(pk, who, placed_at, currency, total, delay, store))
    rows_of_merged = Customer.objects.filter(merged_into__among=list(found)).values_list("pk", "merged_into")
    merged |= {pk: into for pk, into in rows_of_merged if into}
    return Firsts(of=found, merged=merged, is_cut=len(newest) > most)


def _delay(promised: date | None, delivered: date | None) -> str:
    if promised is None or delivered is None:
        return "unknown"
    return "late" if delivered > promised else "in_time"


def heard(firsts: Firsts, *, days: int) -> dict[int, bool]:
    """Who said something in their days, and whether they complained. An answer without words counts too."""
    found: dict[int, bool] = {}
    for customer, at, complains in _said(firsts.ids, *firsts.reach(days)):
        first = firsts.by(customer)
        if timedelta() <= at - first.placed_at < timedelta(days=days):
            found[first.customer] = found.get(first.customer, False) or bool(complains)
    return found


def _said(ids: Collection[int], begins: datetime, ends: datetime) -> list[tuple[int, datetime, bool]]:
    said = Comment.objects.current().filter(
        customer__among=list(ids), customer_claimed=False, said_at__gte=begins, said_at__lt=ends
    )
    answers = Response.objects.filter(
        state=Response.State.FINISHED,
        invitation__customer__among=list(ids),
        finished_at__gte=begins,
        finished_at__lt=ends,
    )
    contacts = Contact.objects.filter(
        customer__among=list(ids), at__gte=begins, at__lt=ends, is_outgoing=False
    )
    rows = [*said.values_list("customer", "said_at", "analysis__complaint")]
    rows += [(who, at, False) for who, at in contacts.values_list("customer", "at")]
    rows += [(who, at, False) for who, at in answers.values_list("invitation__customer", "finished_at")]
    return rows


def bought_since(
    firsts: Firsts, *, days: int, currency: str
) -> tuple[dict[int, Decimal], dict[int, datetime]]:
    """What each spent in the days after their order, and when their last order of all was; none: left out."""
    begins, _ends = firsts.reach(days)
    rows = Order.objects.filter(customer__among=firsts.ids, placed_at__gte=begins, cancelled_at=None)
    spent: dict[int, Decimal] = {}
    latest: dict[int, datetime] = {}
    for pk, customer, placed_at, total, paid_in in rows.values_list(
        "pk", "customer", "placed_at", "total", "currency"
    ).iterator():
        first = firsts.by(customer)
        if pk == first.order or placed_at < first.placed_at:
            continue
        who = first.customer
        latest[who] = max(latest.get(who, placed_at), placed_at)
        if placed_at < first.placed_at + timedelta(days=days):
            spent[who] = spent.get(who, Decimal()) + (total if paid_in == currency else Decimal())
    return spent, latest
