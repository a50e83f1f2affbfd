"""The ways to put a complaint right that we know, and what each one costs us."""

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feedback.policy.terms import Terms


class Kind(StrEnum):
    REPLACEMENT = "replacement"
    REFUND = "refund"
    REDO = "redo"
    REPAIR = "repair"
    PRICE_REDUCTION = "price_reduction"
    PAY_DIFFERENCE = "pay_difference"
    SEND_AGAIN = "send_again"
    EXCHANGE = "exchange"
    CREDIT = "credit"


FULL_SET = frozenset({Kind.REPLACEMENT.value, Kind.REFUND.value, Kind.REDO.value})
OWN_FAULT = FULL_SET | {Kind.REPAIR.value, Kind.PAY_DIFFERENCE.value, Kind.PRICE_REDUCTION.value}
GOODWILL = frozenset({Kind.SEND_AGAIN.value, Kind.EXCHANGE.value, Kind.REFUND.value, Kind.CREDIT.value})
ALTERNATIVES = frozenset(
    {
        "explain_and_show",
        "explain_bill",
        "explain_use",
        "talk_it_over",
        "trace_parcel",
        "ask_nearby",
        "redirect_parcel",
        "send_at_cost",
        "repair_at_cost",
        "replace_at_cost",
        "exchange_at_cost",
        "stop_renewal",
        "hand_on",
        "safety_check",
    }
)
"""None of these is a concession: they cost us work, not money."""


def cost(kind: str, order_value: Decimal | None, currency: str, terms: "Terms") -> Decimal | None:
    """What one remedy costs us in `currency`; None when the order's value or the currency is not known.

    Product, extra shipping, money paid back, goods that come back unsellable and the payment fee (S3-6).
    """
    sums = terms.money.get(currency)
    if order_value is None or sums is None:
        return None
    goods = order_value * terms.product_share
    if kind in {Kind.REPLACEMENT, Kind.SEND_AGAIN, Kind.REDO}:
        return goods + sums.shipping
    if kind == Kind.EXCHANGE:
        return goods * terms.unsellable_share + sums.return_ + sums.shipping
    if kind == Kind.REPAIR:
        return sums.return_ + sums.shipping
    if kind == Kind.REFUND:
        return order_value + sums.fee
    return order_value


def parts(kind: str, order_value: Decimal, currency: str, terms: "Terms") -> dict[str, Decimal]:
    """The same cost by part, for the ledger: product, shipping, refund, unsellable, fee."""
    sums = terms.money[currency]
    goods, none = order_value * terms.product_share, Decimal(0)
    split = dict.fromkeys(("product", "shipping", "refund", "unsellable", "fee"), none)
    if kind in {Kind.REPLACEMENT, Kind.SEND_AGAIN, Kind.REDO}:
        return split | {"product": goods, "shipping": sums.shipping}
    if kind == Kind.EXCHANGE:
        there_and_back = sums.return_ + sums.shipping
        return split | {"unsellable": goods * terms.unsellable_share, "shipping": there_and_back}
    if kind == Kind.REPAIR:
        return split | {"shipping": sums.return_ + sums.shipping}
    if kind == Kind.REFUND:
        return split | {"refund": order_value, "fee": sums.fee}
    return split | {"refund": order_value}
