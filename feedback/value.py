"""What a customer is worth to the shop, in money, and the standing that follows from it."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, QuerySet, Sum, When

from feedback import shop
from feedback.models import Concession, Dispute, Order, Refund
from feedback.models.cases import COST

GONE = (Dispute.Outcome.LOST, Dispute.Outcome.ACCEPTED)
# What a dispute took from us: its fee, and the money itself once it is lost or given up (S3-5).
DISPUTE_COST = F("fee") + Case(
    When(outcome__in=GONE, order__cancelled_at=None, then=F("amount")), default=Decimal(0)
)


def lifetime_values(customer_ids: Collection[int]) -> dict[int, Decimal]:
    """Orders net of refunds and of what concessions and disputes cost, per customer, in the shop's currency.

    Customers without an order are absent. A cancelled order counts for nothing, and so does what was paid
    back on it. Amounts in another currency are left out: there is no rate to trust. Four queries, however
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
    disputed = _sums(
        Dispute.objects.filter(order__customer__in=customer_ids, currency=currency),
        "order__customer",
        Sum(DISPUTE_COST),
    )
    lost = [refunded, conceded, disputed]
    return {
        customer: total - sum((one.get(customer, Decimal(0)) for one in lost), Decimal(0))
        for customer, total in bought.items()
    }


def other_currencies(customer_id: int) -> dict[str, Decimal]:
    """Orders net of refunds in every currency but the shop's, which no lifetime value holds. Two queries."""
    here = shop.current().currency
    orders = Order.objects.filter(customer=customer_id, cancelled_at=None).exclude(currency=here)
    bought = _sums(orders, "currency", Sum("total"))
    if not bought:
        return {}
    back = Refund.objects.filter(order__customer=customer_id, order__cancelled_at=None)
    refunded = _sums(back.exclude(currency=here), "currency", Sum("amount"))
    return {code: bought[code] - refunded.get(code, Decimal(0)) for code in sorted(bought)}


def _sums(rows: QuerySet[Any], key: str, amount: Sum) -> dict[Any, Decimal]:
    sums = rows.values(key).annotate(amount_sum=amount).order_by()
    # Two decimals: SQLite sums in floating point.
    return {found[key]: round(Decimal(found["amount_sum"]), 2) for found in sums}
