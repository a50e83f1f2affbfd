"""RULE: what Shopify tells us (connectors §6): orders, refunds, disputes, and wishes about personal data."""

from collections.abc import Mapping
from datetime import UTC
from decimal import Decimal, InvalidOperation
from typing import Any

from feedback.told.facts import (
    About,
    Contest,
    Fact,
    Ignored,
    Snapshot,
    Unusable,
    Whose,
    Wish,
    moment,
    needed_id,
    part,
    parts,
    word,
)  # fmt: skip

_ORDERS = frozenset("orders/create orders/paid orders/fulfilled orders/partially_fulfilled orders/updated "
                    "orders/cancelled orders/edited".split())  # fmt: skip
_OUTCOMES = {"won": "won", "lost": "lost", "accepted": "accepted", "charge_refunded": "accepted"}
_OPEN = frozenset({"needs_response", "under_review"})
_RANKS = {
    "pending": 1, "authorized": 2, "partially_paid": 3, "paid": 4, "partially_refunded": 5, "refunded": 6,
    "voided": 7,
}  # fmt: skip


def read(topic: str, raw: Mapping[str, Any]) -> Fact:
    """Raises Ignored, Unusable."""
    if topic in _ORDERS:
        return order(raw)
    match topic:
        case "refunds/create":
            return About(whose=Whose(external_id=needed_id(raw, "order_id")), refunds=_refund(raw))
        case "fulfillments/create" | "fulfillments/update":
            return _fulfilment(raw)
        case "disputes/create" | "disputes/update":
            return dispute(raw)
        case "customers/data_request" | "customers/redact":
            return _wish(topic.removeprefix("customers/"), raw)
        case "shop/redact":
            return Wish(kind="shop_redact")
    raise Ignored(topic)


def order(raw: Mapping[str, Any]) -> Snapshot:
    external_id = needed_id(raw, "id")
    if raw.get("test") is True:
        raise Ignored("test")
    changed_at = moment(raw, "updated_at") or moment(raw, "created_at")
    if changed_at is None:
        raise Unusable("missing", "updated_at")
    placed_at = moment(raw, "processed_at") or moment(raw, "created_at") or changed_at
    cancelled_at, paid = moment(raw, "cancelled_at"), word(raw, "financial_status")
    if cancelled_at is None and paid == "voided":
        cancelled_at = changed_at
    address, shipped = part(raw, "shipping_address"), parts(raw, "fulfillments")
    said = {
        "number": word(raw, "name") or word(raw, "order_number") or external_id,
        "external_id": external_id,
        "placed_at": placed_at.isoformat(),
        "currency": word(raw, "currency").upper(),
        "total": raw.get("total_price"),
        "discount": raw.get("total_discounts") or None,
        "customer": _customer(raw),
        "country": word(address, "country_code"),
        "card_number": _card(raw),
        "lines": [_line(one) for one in parts(raw, "line_items") if one.get("quantity")],
        "refunds": [refund for one in parts(raw, "refunds") for refund in _refund(one)],
        "consents": _consents(part(raw, "customer")),
        "cancelled_at": cancelled_at.isoformat() if cancelled_at else None,
    }
    for one in sorted(map(_delivery, shipped), key=lambda one: one["delivered_on"]):
        said |= {name: value for name, value in one.items() if value}
    return Snapshot(raw=said, changed_at=changed_at, rank=8 if cancelled_at else _RANKS.get(paid, 0))


def dispute(raw: Mapping[str, Any]) -> Contest:
    """It has no time of its own last change: the furthest it has come counts."""
    status, opened_at = word(raw, "status"), moment(raw, "initiated_at")
    if opened_at is None:
        raise Unusable("missing", "initiated_at")
    if status not in _OPEN and status not in _OUTCOMES:
        raise Unusable("unknown_status", "status")
    sent, ended = moment(raw, "evidence_sent_on"), moment(raw, "finalized_on")
    closed_at = (ended or sent or opened_at) if status in _OUTCOMES else None
    return Contest(
        whose=Whose(external_id=needed_id(raw, "order_id")),
        external_id=f"shopify:{needed_id(raw, 'id')}",
        amount=word(raw, "amount") or str(raw.get("amount") or ""),
        currency=word(raw, "currency").upper(),
        opened_at=opened_at,
        changed_at=closed_at or sent or opened_at,
        reason=word(raw, "reason")[:80],
        due_by=moment(raw, "evidence_due_by"),
        outcome=_OUTCOMES.get(status, ""),
        closed_at=closed_at,
    )


def _customer(raw: Mapping[str, Any]) -> dict[str, str]:
    who = part(raw, "customer")
    name = f"{word(who, 'first_name')} {word(who, 'last_name')}".strip()
    return {
        "name": (name or word(part(raw, "shipping_address"), "name"))[:200],
        "email": word(raw, "email") or word(raw, "contact_email") or word(who, "email"),
        "phone": (word(raw, "phone") or word(who, "phone"))[:32],
        "language": word(raw, "customer_locale"),
    }


def _card(raw: Mapping[str, Any]) -> str:
    """A field of the checkout called card_number."""
    fields = {
        word(one, "name").lower().replace(" ", "_"): word(one, "value")
        for one in parts(raw, "note_attributes")
    }
    return fields.get("card_number", "")[:64]


def _line(one: Mapping[str, Any]) -> dict[str, Any]:
    name = " – ".join(filter(None, (word(one, "title") or word(one, "name"), word(one, "variant_title"))))
    return {
        "name": (name or word(one, "sku") or "–")[:200],
        "sku": word(one, "sku")[:80],
        "quantity": str(one.get("quantity")),
        "price": one.get("price"),
    }


def _refund(raw: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was paid out. Goods put back without money are no refund."""
    paid = [one for one in parts(raw, "transactions")
            if word(one, "kind") == "refund" and word(one, "status") in ("success", "")]  # fmt: skip
    currencies = {word(one, "currency").upper() for one in paid} - {""}
    if len(currencies) > 1:
        raise Unusable("other_currency", "transactions")
    amount = sum((_decimal(one, "amount") for one in paid), Decimal(0))
    if not amount:
        return []
    at = moment(raw, "processed_at") or moment(raw, "created_at")
    return [
        {
            "external_id": needed_id(raw, "id"),
            "amount": str(amount),
            "currency": min(currencies, default=""),
            "refunded_at": at.isoformat() if at else None,
            "reason": word(raw, "note")[:120],
        }
    ]


def _decimal(raw: Mapping[str, Any], name: str) -> Decimal:
    try:
        found = Decimal(str(raw.get(name)))
    except InvalidOperation:
        raise Unusable("not_an_amount", name) from None
    if not found.is_finite() or abs(found) > Decimal(10) ** 15:
        raise Unusable("not_an_amount", name)
    return found


def _fulfilment(raw: Mapping[str, Any]) -> About:
    changes = {name: value for name, value in _delivery(raw).items() if value}
    if not changes:
        raise Ignored("fulfilment")
    return About(whose=Whose(external_id=needed_id(raw, "order_id")), changes=changes)


def _delivery(one: Mapping[str, Any]) -> dict[str, str]:
    at = moment(one, "updated_at") if word(one, "shipment_status") == "delivered" else None
    said_at = at.astimezone(UTC).isoformat() if at else ""
    return {"carrier": word(one, "tracking_company")[:80], "delivered_on": said_at}


def _consents(who: Mapping[str, Any]) -> list[dict[str, str]]:
    given = part(who, "email_marketing_consent")
    at = word(given, "consent_updated_at")
    if word(given, "state") != "subscribed" or not at:
        return []
    return [{"purpose": "advertising", "wording": "shopify-checkout", "channel": "web", "given_at": at}]


def _wish(kind: str, raw: Mapping[str, Any]) -> Wish:
    who = part(raw, "customer")
    listed = raw.get("orders_to_redact" if kind == "redact" else "orders_requested")
    orders = [str(one) for one in listed if isinstance(one, int | str)] if isinstance(listed, list) else []
    return Wish(
        kind=kind, email=word(who, "email").strip().lower(), phone=word(who, "phone").strip(), orders=orders,
        number=word(part(raw, "data_request"), "id")[:40],
    )  # fmt: skip
