"""What a customer is worth to the shop, in money, and the standing that follows from it."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from feedback import shop
from feedback.models import Concession, Order, Refund
from feedback.models.cases import COST


def lifetime_values(customer_ids: Collection[int]) -> dict[int, Decimal]:
    """Orders net of refunds and of what concessions cost, per customer, in the shop's currency.

    Customers without an order are absent. A cancelled order counts for nothing, and so does what was paid
    back on it. Amounts in another currency are left out: there is no rate to trust. Three queries, however
    many customers.
    """
    currency = shop.current().currency
    bought = _sums(
        Order.objects.filter(customer__in=customer_ids, currency=currency, cancelled_at=None),
        "customer",
        Sum("total"),
    )
    refunded = _sums(
        Refund.objects.filter(order__customer__in=customer_ids, order__cancelled_at=None, currency=currency),
        "order__customer",
        Sum("amount"),
    )
    conceded = _sums(
        Concession.objects.filter(order__customer__in=customer_ids, currency=currency),
        "order__customer",
        Sum(COST),
    )
    return {
        customer: total - refunded.get(customer, Decimal(0)) - conceded.get(customer, Decimal(0))
        for customer, total in bought.items()
    }


def _sums(rows: QuerySet[Any], key: str, amount: Sum) -> dict[int, Decimal]:
    sums = rows.values(key).annotate(amount_sum=amount).order_by()
    # Two decimals: SQLite sums in floating point.
    return {found[key]: round(Decimal(found["amount_sum"]), 2) for found in sums}
