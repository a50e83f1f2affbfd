"""The demo shop's public reviews: half on its own page, half on a platform whose replies leave by file."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from feedback.front import demo_people, demo_shop
from feedback.models import Order
from reviews import intake
from reviews.models import Source
from reviews.records import ReviewRecord


def written(dice: random.Random, placed: Sequence[Order], now: datetime) -> None:
    sources = _sources()
    records: dict[str, list[ReviewRecord]] = {slug: [] for slug in sources}
    by_product = _orders_by_product(placed)
    for number, told in enumerate(demo_shop.told("reviews")):
        slug = demo_shop.OWN_SOURCE if dice.random() < 0.55 else demo_shop.FILE_SOURCE
        records[slug].append(_record(dice, number, told, by_product, now))
    for slug, those in records.items():
        those.sort(key=lambda record: record.said_at)
        intake.receive_many(sources[slug], those, now=now)


def _sources() -> dict[str, Source]:
    return {
        demo_shop.OWN_SOURCE: Source.objects.create(
            slug=demo_shop.OWN_SOURCE, name=demo_shop.NAME, kind=Source.Kind.OWN, solicitation_allowed=True
        ),
        demo_shop.FILE_SOURCE: Source.objects.create(
            slug=demo_shop.FILE_SOURCE,
            name="Google",
            kind=Source.Kind.FILE,
            solicitation_allowed=True,
            limit_kind=Source.LimitKind.BYTES,
            limit_size=4096,
        ),
    }


def _record(
    dice: random.Random, number: int, told: dict[str, Any], by_product: dict[str, list[Order]], now: datetime
) -> ReviewRecord:
    """Two of three hang on an order of the product they speak of, written some days after it."""
    said_at = _said_at(dice, number, told, now)
    order = _order(dice, told, by_product, said_at) if dice.random() < 0.66 else None
    return ReviewRecord(
        external_id=f"demo-{number}",
        said_at=said_at,
        text=told["text"],
        stars=told["stars"],
        author=told["author"],
        verified=order is not None,
        order_number=order.number if order else "",
        product_sku=told["product"],
        location=order.location.code if order and order.location else "",
    )


def _said_at(dice: random.Random, number: int, told: dict[str, Any], now: datetime) -> datetime:
    recent = told["when"] == "recent"
    days = dice.uniform(0.3, demo_people.RECENT_DAYS) if recent else demo_people.DAYS * dice.random() ** 1.35
    if told["leverage"] and number % 12 == 0:
        days = dice.uniform(0.2, 6)  # some are still waiting for whoever tries the demo
    return now - timedelta(days=max(days, 0.1))


def _order(
    dice: random.Random, told: dict[str, Any], by_product: dict[str, list[Order]], said_at: datetime
) -> Order | None:
    fitting = [
        one
        for one in by_product[told["product"]]
        if one.customer.language == told["language"]
        and 3 <= (said_at - one.placed_at).total_seconds() / 86400 <= 30
    ]
    return dice.choice(fitting) if fitting else None


def _orders_by_product(placed: Sequence[Order]) -> dict[str, list[Order]]:
    found: dict[str, list[Order]] = {sku: [] for sku, *_rest in demo_shop.PRODUCTS}
    orders = Order.objects.filter(pk__in=[one.pk for one in placed[-4000:]])
    for order in orders.select_related("customer", "location").prefetch_related("lines"):
        for line in order.lines.all():
            found[line.sku].append(order)
    return found
