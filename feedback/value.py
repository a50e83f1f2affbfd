"""What a customer is worth to the shop, in money, and the standing that follows from it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from django.db.models import Case, F, QuerySet, Sum, When

from feedback import shop, streams
from feedback.defection.histories import Whole
from feedback.models import Concession, Dispute, Order, Refund
from feedback.models.cases import COST

GONE = (Dispute.Outcome.LOST, Dispute.Outcome.ACCEPTED)
_SUM = np.dtype([("customer", "i8"), ("cents", "i8")])
_MOST = 2 * 10**18  # hundredths: two hundred times the largest amount of one order; four of them fit 64 bits
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
    bought, *lost = (
        _sums(rows.filter(**{f"{whose}__in": customer_ids}), whose, amount)
        for rows, whose, amount in _counted()
    )
    return {
        customer: total - sum((one.get(customer, Decimal(0)) for one in lost), Decimal(0))
        for customer, total in bought.items()
    }


@dataclass(frozen=True, slots=True, eq=False)
class Worths:
    """`customers` in ascending order, and what each is worth, in hundredths."""

    customers: Whole
    cents: Whole

    def of(self, customers: Whole) -> Whole:
        """Nothing of whoever bought nothing."""
        if not len(self.customers):
            return np.zeros(len(customers), np.int64)
        place = np.minimum(np.searchsorted(self.customers, customers), len(self.customers) - 1)
        return np.where(self.customers[place] == customers, self.cents[place], 0)


def of_everybody() -> Worths:
    """The lifetime value of all, as `lifetime_values` has it, for a job: each table is gone through once, in
    whatever order it lies. Asked for by some thousand customers, ten million orders are looked up one by one.
    """
    bought, *lost = (_all_sums(rows, whose, amount) for rows, whose, amount in _counted())
    cents = bought["cents"].copy()
    for one in lost:
        cents -= Worths(one["customer"], one["cents"]).of(bought["customer"])
    return Worths(bought["customer"], cents)


def _counted() -> Iterator[tuple[QuerySet[Any], str, Sum]]:
    """What was bought, and what is taken off: rows, whose they are, and their sum."""
    currency = shop.current().currency
    yield Order.objects.filter(currency=currency, cancelled_at=None), "customer", Sum("total")
    refunds = Refund.objects.filter(order__cancelled_at=None, currency=currency)
    yield refunds, "order__customer", Sum("amount")
    yield Concession.objects.filter(currency=currency), "order__customer", Sum(COST)
    yield Dispute.objects.filter(currency=currency), "order__customer", Sum(DISPUTE_COST)


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


def _all_sums(rows: QuerySet[Any], key: str, amount: Sum) -> np.ndarray:
    """By customer, in their order."""
    sums = rows.exclude(**{key: None}).values(key).annotate(amount_sum=amount).order_by()
    with streams.streamed():
        each = sums.values_list(key, "amount_sum").iterator(chunk_size=5000)
        found = np.fromiter(((who, _cents(total)) for who, total in each), _SUM)
    return found[np.argsort(found["customer"])]


def _cents(total: Any) -> int:
    return max(-_MOST, min(_MOST, int(round(Decimal(total), 2) * 100)))
