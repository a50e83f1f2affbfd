"""What the shop earns of what is spent: from its own costs where it told them, else as the policy assumes."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Sum

from feedback import facts, margins, shop
from feedback.margins import Margin, Sold
from feedback.models import Order, OrderLine

DAYS = 365
MOST = 10_000  # orders, the newest: enough for any interval, and no page waits for more


def of_shop(currency: str, today: date) -> Margin:
    """Of the orders of the last DAYS days in one currency that were not cancelled. Two queries and the
    policy's."""
    orders = Order.objects.filter(
        currency=currency, cancelled_at=None, placed_at__gte=shop.start_of(today - timedelta(days=DAYS - 1))
    )
    totals = dict(orders.order_by("-placed_at").values_list("pk", "total")[:MOST])
    costs = _costs(list(totals)) if totals else {}
    sold = (Sold(total=total, cost=costs.get(pk)) for pk, total in totals.items())
    return margins.margin(sold, facts.live_terms()[1].assumed_margin)


def as_data(found: Margin) -> dict[str, Any]:
    """For programs."""
    return {
        "share": str(found.share.normalize()),
        "basis": found.source.value,
        "low": None if found.low is None else str(found.low),
        "high": None if found.high is None else str(found.high),
        "orders": found.orders,
        "known": str(found.known),
    }


def _costs(orders: list[int]) -> dict[int, Decimal]:
    """By order; only those all of whose lines have one."""
    rows = (
        OrderLine.objects.filter(order__among=orders)
        .values("order")
        .annotate(cost_sum=Sum(F("cost") * F("quantity")), lines=Count("pk"), costed=Count("cost"))
        .order_by()
    )
    # Two decimals: SQLite sums in floating point.
    return {one["order"]: round(Decimal(one["cost_sum"]), 2) for one in rows if one["lines"] == one["costed"]}
