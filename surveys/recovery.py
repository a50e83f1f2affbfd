"""REPORT: does solving a problem the first time pay? What customers spent before and after (S0-1 … S0-5).

Reads only, in a fixed number of queries. Who answered about an order of the days asked for counts once, with
the first such answer; orders count by the day they were placed, whenever they came in.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet

from feedback import margins, shop
from feedback.margins import Margin
from feedback.models import Customer, Order, Refund
from feedback.reports import margin as own_margin
from surveys import spending
from surveys.cohorts import Cohort
from surveys.models import Response
from surveys.spending import Respondent, Return

MOST = 20_000  # answers on one page: the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`others`: answers about orders in another currency, by currency. `elsewhere`: orders of the counted
    customers in another currency, in no sum. `is_cut`: there were more than MOST answers."""

    start: date
    end: date
    currency: str
    found: Return
    respondents: Sequence[Respondent]
    others: Mapping[str, int]
    elsewhere: int
    is_cut: bool
    margin: Margin


@dataclass(frozen=True, slots=True)
class _Asked:
    customer: int
    cohort: Cohort
    day: date


def report(
    start: date,
    end: date,
    *,
    currency: str,
    today: date,
    margin: Decimal | None = None,
    cost: Decimal | None = None,
) -> Report:
    """About orders placed from `start` to `end`, both included. `margin` None: of the shop's own costs,
    else the policy's assumed one.

    Five queries, and two and the policy's for the margin, however many customers.
    """
    asked, others, is_cut = _asked(start, end, currency)
    respondents, elsewhere = _with_spend(asked, currency, today)
    taken = own_margin.of_shop(currency, today) if margin is None else margins.asked(margin)
    found = spending.compare(
        respondents,
        margin=float(taken.share),
        margin_ends=taken.ends,
        cost=None if cost is None else float(cost),
    )
    return Report(
        start=start,
        end=end,
        currency=currency,
        found=found,
        respondents=respondents,
        others=others,
        elsewhere=elsewhere,
        is_cut=is_cut,
        margin=taken,
    )


def currencies() -> list[str]:
    """Of the orders that somebody answered about; the shop's own first."""
    own = shop.current().currency
    answered = Response.objects.filter(state=Response.State.FINISHED, invitation__order__isnull=False)
    found = answered.order_by().values_list("invitation__order__currency", flat=True).distinct()
    return [own, *sorted(set(found) - {own})]


def _asked(start: date, end: date, currency: str) -> tuple[list[_Asked], Counter[str], bool]:
    """Each customer once, with the first answer; without the shop's own people."""
    rows = Response.objects.filter(
        state=Response.State.FINISHED,
        invitation__order__placed_at__gte=shop.start_of(start),
        invitation__order__placed_at__lt=_day_after(end),
        invitation__order__customer__is_insider=False,
    ).values_list(
        "cohort",
        "invitation__order__customer",
        "invitation__order__customer__merged_into",
        "invitation__order__placed_at",
        "invitation__order__currency",
    )
    newest = list(rows.order_by("-invitation__order__placed_at", "-pk")[: MOST + 1])
    first: dict[int, _Asked] = {}
    others: Counter[str] = Counter()
    for cohort, customer, merged_into, placed_at, paid_in in reversed(newest[:MOST]):
        if paid_in != currency:
            others[paid_in] += 1
            continue
        who = merged_into or customer
        first.setdefault(who, _Asked(who, _cohort(cohort), shop.day(placed_at)))
    return list(first.values()), others, len(newest) > MOST


def _with_spend(asked: Sequence[_Asked], currency: str, today: date) -> tuple[list[Respondent], int]:
    """In the order of the answers."""
    if not asked:
        return [], 0
    around = {one.customer: spending.windows(one.day) for one in asked}
    bounds = {windows: _moments(windows) for windows in set(around.values())}
    spent: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    rows, elsewhere = _rows(list(around), currency, *_span(around.values()))
    for customer, placed_at, amount in rows:
        for name, (begins, ends) in bounds[around[customer]].items():
            if begins <= placed_at < ends:
                spent[customer, name] += amount
    respondents = [
        Respondent(
            customer=one.customer,
            cohort=one.cohort,
            month=one.day.replace(day=1),
            is_open=not around[one.customer].are_over(today),
            before=float(spent[one.customer, "before"]),
            after=float(spent[one.customer, "after"]),
        )
        for one in asked
    ]
    return respondents, elsewhere


def paid_elsewhere(found: Report) -> list[tuple[int, str, Decimal]]:
    """Customer, currency and total, net of what was paid back, of each order that the report counts as
    `elsewhere`. Three queries."""
    if not found.respondents:
        return []
    customers = [one.customer for one in found.respondents]
    duplicates = _duplicates(customers)
    span = _span(spending.windows(one.month) for one in found.respondents)
    orders = _orders([*customers, *duplicates], *span).exclude(currency=found.currency)
    refunds = Refund.objects.filter(order__in=orders, currency=F("order__currency"))
    back: defaultdict[int, Decimal] = defaultdict(Decimal)
    for order, amount in refunds.values_list("order", "amount"):
        back[order] += amount
    return [
        (duplicates.get(who, who), code, total - back[order])
        for order, who, code, total in orders.values_list("pk", "customer", "currency", "total")
    ]


def _span(around: Iterable[spending.Windows]) -> tuple[datetime, datetime]:
    """From the first of their months to the end of the last."""
    every = list(around)
    first, last = min(one.before[0] for one in every), max(one.after[1] for one in every)
    return shop.start_of(first), shop.start_of(last)


def _duplicates(customers: Collection[int]) -> dict[int, Any]:
    """Whoever was made one with one of these, and with whom."""
    merged = Customer.objects.filter(merged_into__among=list(customers))
    return dict(merged.values_list("pk", "merged_into"))


def _orders(customers: list[int], begins: datetime, ends: datetime) -> QuerySet[Order]:
    return Order.objects.filter(
        customer__among=customers, placed_at__gte=begins, placed_at__lt=ends, cancelled_at=None
    )


def _rows(
    customers: Collection[int], currency: str, begins: datetime, ends: datetime
) -> tuple[list[tuple[int, datetime, Decimal]], int]:
    """Orders, and refunds below zero, at the time of their order, by customer; and how many orders were paid
    in another currency."""
    duplicates = _duplicates(customers)
    ids = [*customers, *duplicates]
    orders = _orders(ids, begins, ends)
    refunds = Refund.objects.filter(
        order__customer__among=ids,
        order__placed_at__gte=begins,
        order__placed_at__lt=ends,
        order__cancelled_at=None,
        order__currency=currency,
        currency=currency,
    )
    bought = orders.filter(currency=currency).values_list("customer", "placed_at", "total")
    back = refunds.values_list("order__customer", "order__placed_at", "amount")
    rows = [(duplicates.get(who, who), at, amount) for who, at, amount in bought]
    rows += [(duplicates.get(who, who), at, -amount) for who, at, amount in back]
    return rows, orders.exclude(currency=currency).count()


def _cohort(kept: str) -> Cohort:
    return Cohort(kept) if kept in set(Cohort) else Cohort.UNKNOWN


def _moments(windows: spending.Windows) -> dict[str, tuple[datetime, datetime]]:
    return {
        name: (shop.start_of(begins), shop.start_of(ends))
        for name, (begins, ends) in (("before", windows.before), ("after", windows.after))
    }


def _day_after(day: date) -> datetime:
    return shop.start_of(date.fromordinal(day.toordinal() + 1))
