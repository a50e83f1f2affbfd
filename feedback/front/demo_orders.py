"""The demo shop's web shop and its bank: what they told that could not be used; and customer cards."""

import json
import random
from datetime import datetime, timedelta
from decimal import Decimal

from feedback import cards, deliveries, order_sources, work
from feedback.front import demo_shop
from feedback.models import Customer, Order, OrderSource, User

SOURCES = ("gom-web", "stripe")  # whose webhooks are signed
_CARDS = 12
_PERCENT = Decimal("5.0")


def cards_issued(by: User, now: datetime) -> None:
    """To some; by dice of their own, so that the rest of the shop stays as it is."""
    dice = random.Random(12)
    cards.set_percent(_PERCENT, by=by)
    buyers = Customer.objects.filter(erased_at=None, merged_into=None, is_insider=False).exclude(email="")
    for customer in dice.sample(list(buyers.order_by("pk")), _CARDS):
        cards.issue(customer, by=by, now=now)


def told(now: datetime) -> None:
    """An order whose total is no amount, and a dispute whose order has not come in yet."""
    woo = OrderSource.objects.create(
        slug="gom-web",
        name="Gốm Lan trên mạng",
        kind="woocommerce",
        store=demo_shop.WEB_STORE,
        made_at=now - timedelta(days=400),
        heard_at=now - demo_shop.WEB_IS_QUIET,
    )
    bank = OrderSource.objects.create(
        slug="stripe", name="Stripe", kind="stripe", store=demo_shop.WEB_STORE, made_at=now
    )
    at, number = now - timedelta(hours=3), Order.objects.count()
    order = {
        "id": 90_000 + number, "number": f"W-{number}", "status": "processing", "currency": "VND",
        "date_created_gmt": f"{at:%Y-%m-%dT%H:%M:%S}", "date_modified_gmt": f"{at:%Y-%m-%dT%H:%M:%S}",
        "total": "320000.50", "billing": {"first_name": "Hà", "email": "ha@example.com"}, "line_items": [],
    }  # fmt: skip
    dispute = {
        "id": "evt_demo", "type": "charge.dispute.created", "created": int(at.timestamp()),
        "data": {"object": {
            "id": "dp_demo", "object": "dispute", "amount": 450_000, "currency": "vnd", "charge": "ch_demo",
            "created": int(at.timestamp()), "reason": "product_not_received", "status": "needs_response",
        }},
    }  # fmt: skip
    for source, topic, said in ((woo, "order.updated", order), (bank, "charge.dispute.created", dispute)):
        body = json.dumps(said).encode()
        deliveries.keep(source, topic=topic, event_id="", body=body, now=at, triggered_at=None)
    work.drain(deliveries.WORK)
    work.drain(order_sources.LOOK)
