"""What WooCommerce, Shopify and Stripe send, shaped as their documents have it; and their signatures."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

SECRET = "whsec_for_tests"


def woo_order(
    number=1, *, at, status="processing", total="450000", email="lan@example.com", refunds=(), **more
):
    """`at`: its last change; it was placed an hour after midnight of that month's first."""
    return {
        "id": 1000 + number,
        "number": str(number),
        "order_key": f"wc_order_{number}",
        "status": status,
        "currency": "VND",
        "date_created_gmt": "2026-11-01T01:00:00",
        "date_modified_gmt": at.strftime("%Y-%m-%dT%H:%M:%S"),
        "total": total,
        "discount_total": "0",
        "customer_id": 5,
        "billing": {
            "first_name": "Lan",
            "last_name": "Trần",
            "email": email,
            "phone": "0912345678",
            "country": "VN",
        },
        "shipping": {"country": "VN"},
        "payment_method": "stripe",
        "transaction_id": f"ch_{number}",
        "line_items": [
            {
                "id": 1,
                "name": "Bát gốm",
                "product_id": 7,
                "quantity": 3,
                "subtotal": total,
                "total": total,
                "sku": "BAT-01",
                "price": 150000.333333,
            }
        ],
        "shipping_lines": [{"method_id": "flat", "method_title": "Giao nhanh", "total": "0"}],
        "refunds": [{"id": key, "reason": "vỡ", "total": f"-{amount}"} for key, amount in refunds],
        "meta_data": [],
    } | more


def shopify_order(number=1, *, at, total="450000.00", email="lan@example.com", status="paid", **more):
    return {
        "id": 5000 + number,
        "name": f"#{number}",
        "order_number": number,
        "email": email,
        "created_at": "2026-11-01T08:00:00+07:00",
        "processed_at": "2026-11-01T08:00:00+07:00",
        "updated_at": at.isoformat(),
        "cancelled_at": None,
        "currency": "VND",
        "customer_locale": "vi",
        "test": False,
        "total_price": total,
        "total_discounts": "0.00",
        "financial_status": status,
        "customer": {"id": 9, "first_name": "Lan", "last_name": "Trần", "email": email},
        "shipping_address": {"name": "Lan", "country_code": "VN"},
        "line_items": [{"id": 1, "title": "Bát gốm", "quantity": 3, "price": "150000.00", "sku": "BAT-01"}],
        "fulfillments": [],
        "refunds": [],
    } | more


def shopify_refund(key, number=1, *, amount="50000.00", at, currency="VND"):
    paid = {"id": key * 10, "kind": "refund", "status": "success", "amount": amount, "currency": currency}
    return {
        "id": key,
        "order_id": 5000 + number,
        "created_at": at.isoformat(),
        "note": "vỡ",
        "transactions": [paid],
    }


def stripe_dispute(
    key="dp_1", *, at, status="needs_response", charge="ch_1", amount=450000, event="", **more
):
    """`at`: of the event. VND has no smaller unit, so the amount is the amount."""
    opened = (
        int((at - timedelta(days=1)).timestamp() // 86400 * 86400)
        if not more.get("created")
        else more["created"]
    )
    return {
        "id": event or f"evt_{key}_{status}_{int(at.timestamp())}",
        "type": "charge.dispute.updated",
        "created": int(at.timestamp()),
        "data": {
            "object": {
                "id": key,
                "object": "dispute",
                "amount": amount,
                "currency": "vnd",
                "charge": charge,
                "payment_intent": None,
                "created": opened,
                "reason": "product_not_received",
                "status": status,
                "evidence_details": {"due_by": int(at.timestamp()) + 86400 * 7},
                "balance_transactions": [],
                "metadata": {},
            }
            | more
        },
    }


def body_of(said):
    return json.dumps(said, ensure_ascii=False).encode()


def signed(body, secret=SECRET):
    """As WooCommerce and Shopify do."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def stripe_signed(body, at, secret=SECRET):
    said = f"{int(at.timestamp())}".encode()
    return f"t={said.decode()},v1={hmac.new(secret.encode(), said + b'.' + body, hashlib.sha256).hexdigest()}"
