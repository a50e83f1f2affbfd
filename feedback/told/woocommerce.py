"""RULE: what WooCommerce tells us (connectors §5): webhooks, and the same orders from its list."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from feedback import money
from feedback.told.facts import (
    About,
    Fact,
    Ignored,
    Snapshot,
    Unusable,
    Whose,
    moment,
    needed_id,
    part,
    parts,
    word,
)

# Words of one second: the further an order has come, the newer.
_RANKS = {
    name: rank
    for rank, names in enumerate(
        ("auto-draft checkout-draft", "pending", "on-hold", "failed", "processing", "completed", "cancelled",
         "refunded", "trash")
    )
    for name in names.split()
}  # fmt: skip
_NO_PURCHASE = frozenset({"auto-draft", "checkout-draft", "pending", "failed", "cancelled", "trash"})


def read(topic: str, raw: Mapping[str, Any]) -> Fact:
    """Raises Ignored, Unusable."""
    match topic:
        case "order.created" | "order.updated" | "order.restored":
            return order(raw)
        case "order.deleted":
            return About(whose=Whose(external_id=needed_id(raw, "id")), is_deleted=True)
    raise Ignored(topic)


def order(raw: Mapping[str, Any]) -> Snapshot:
    """Unpaid and failed ones are kept as cancelled: they count for nothing until they are paid."""
    external_id, status = needed_id(raw, "id"), word(raw, "status")
    changed_at = moment(raw, "date_modified_gmt", is_utc=True) or moment(raw, "date_created_gmt", is_utc=True)
    if changed_at is None:
        raise Unusable("missing", "date_modified_gmt")
    currency, billing = word(raw, "currency").upper(), part(raw, "billing")
    name = f"{word(billing, 'first_name')} {word(billing, 'last_name')}".strip()
    placed_at = moment(raw, "date_created_gmt", is_utc=True) or changed_at
    carriers = [word(one, "method_title") for one in parts(raw, "shipping_lines")]
    said = {
        "number": word(raw, "number") or external_id,
        "external_id": external_id,
        "payment_ref": word(raw, "transaction_id")[:80],
        "placed_at": placed_at.isoformat(),
        "currency": currency,
        "total": raw.get("total"),
        "discount": raw.get("discount_total") or None,
        "customer": {
            "name": name[:200],
            "email": word(billing, "email"),
            "phone": word(billing, "phone")[:32],
        },
        "country": word(part(raw, "shipping"), "country") or word(billing, "country"),
        "carrier": next((one[:80] for one in carriers if one), ""),
        "card_number": _card(raw),
        "lines": [_line(one, currency) for one in parts(raw, "line_items") if _is_sold(one)],
        "refunds": [_refund(one, changed_at.isoformat()) for one in parts(raw, "refunds")],
        "cancelled_at": changed_at.isoformat() if status in _NO_PURCHASE else None,
    }
    if status == "refunded" and not said["refunds"]:
        said["refunds"] = [{"amount": raw.get("total"), "refunded_at": changed_at.isoformat()}]
    return Snapshot(raw=said, changed_at=changed_at, rank=_RANKS.get(status, 4), all_refunds=True)


def _card(raw: Mapping[str, Any]) -> str:
    """A field of the checkout called card_number, as plugins for it name it."""
    fields = {word(one, "key").strip("_"): word(one, "value") for one in parts(raw, "meta_data")}
    return fields.get("card_number", "")[:64]


def _is_sold(line: Mapping[str, Any]) -> bool:
    quantity = line.get("quantity")
    return isinstance(quantity, int | Decimal) and not isinstance(quantity, bool) and quantity > 0


def _line(line: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """The price of one is computed there, and may have any number of decimals."""
    price = line.get("price")
    if isinstance(price, int | Decimal) and not isinstance(price, bool) and money.is_currency(currency):
        price = str(money.quantize(Decimal(price), currency))
    return {
        "name": (word(line, "name") or word(line, "sku") or "–")[:200],
        "sku": word(line, "sku")[:80],
        "quantity": str(line.get("quantity")),
        "price": price,
    }


def _refund(one: Mapping[str, Any], changed_at: str) -> dict[str, Any]:
    """Of the order's own list, which knows no time: the order's last change, the earliest that was heard."""
    made_at = moment(one, "date_created_gmt", is_utc=True)
    return {
        "external_id": needed_id(one, "id"),
        "amount": str(one.get("total") or one.get("amount") or "").lstrip("-"),
        "reason": word(one, "reason")[:120],
        "refunded_at": made_at.isoformat() if made_at else changed_at,
    }
