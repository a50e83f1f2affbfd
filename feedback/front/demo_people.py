"""The demo shop's customers and two years of orders: the same every time, dated back from today."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from anyascii import anyascii

from feedback import shop
from feedback.front import demo_recovery, demo_shop
from feedback.front.demo_recovery import Bought, Told
from feedback.models import Customer, Dispute, Location, Notice, Order, OrderLine, Product, Refund

CUSTOMERS = 440
DAYS = 730
FIRST_REGULARS = 70  # have bought for one or two years longer: what staying brings needs whole years
_LOTS = 1  # so that the survey of the year before has something to tell whatever the day
RECENT_DAYS = 56  # the weeks in which one carrier is late and more breaks on the way
_HABITS = ((0.36, 240), (0.32, 105), (0.22, 45), (0.10, 23))  # share of customers, mean days between orders
# Made up, as the articles have it: whoever stays comes more often each year; most of those for whom something
# went wrong say nothing and leave, most often after their first order.
_SOONER_EACH_YEAR = 0.82
_GOES_WRONG, _GOES_WRONG_LATE, _LEAVES_SILENTLY = 0.05, 0.5, 0.7
_GOES_WRONG_FIRST = 0.4


def goods() -> dict[str, Product]:
    rows = [
        Product(sku=sku, name_vi=vi, name_en=en, category=category, cost=cost, currency="VND")
        for sku, vi, en, category, _price, cost in demo_shop.PRODUCTS
    ]
    return {product.sku: product for product in Product.objects.bulk_create(rows)}


def places() -> dict[str, Location]:
    rows = [Location(code=code, name_vi=vi, name_en=en) for code, vi, en in demo_shop.LOCATIONS]
    return {place.code: place for place in Location.objects.bulk_create(rows)}


def customers(dice: random.Random, now: datetime) -> list[Customer]:
    """Four of five speak Vietnamese; one in fifty belongs to the staff."""
    rows = []
    for number in range(CUSTOMERS):
        language = "vi" if dice.random() < 0.8 else "en"
        name = _name(dice, language)
        rows.append(
            Customer(
                name=name,
                email=f"{_mail_name(name)}.{number}@example.com",
                phone=f"+849000{number:05d}" if dice.random() < 0.7 else "",
                language=language,
                form_of_address=dice.choice(["anh", "chị", ""]) if language == "vi" else "",
                is_insider=number % 50 == 49,
                since=now - timedelta(days=dice.uniform(1, DAYS)),
            )
        )
    return Customer.objects.bulk_create(rows)


def orders(
    dice: random.Random,
    people: Sequence[Customer],
    products: dict[str, Product],
    locations: dict[str, Location],
    now: datetime,
) -> tuple[list[Order], list[Told], set[int]]:
    """All of them, what was answered about some in the year before, and the keys of those after which
    somebody left without a word: nobody ever speaks of these."""
    lots = random.Random(_LOTS)
    histories = [_history(dice, person, products, locations, now) for person in people]
    lived = [demo_recovery.afterwards(lots, history, now) for history in histories if history]
    bought = sorted((one for history, _told in lived for one in history), key=lambda one: one.order.placed_at)
    for number, one in enumerate(bought, 1001):
        one.order.number = f"LAN-{number}"
    bought += _years_before(people, products, locations, now)
    rows = Order.objects.bulk_create([one.order for one in bought], batch_size=500)
    OrderLine.objects.bulk_create([line for one in bought for line in one.lines], batch_size=1000)
    Notice.objects.bulk_create([notice for order in rows for notice in notices(order)], batch_size=1000)
    wordless = {one.order.pk for one in bought if one.ends_wordless}
    return rows, [told for _history, told in lived if told is not None], wordless


def _years_before(
    people: Sequence[Customer], products: dict[str, Product], locations: dict[str, Location], now: datetime
) -> list[Bought]:
    """What those who have been here longest bought before, some orders a year, and since when they come."""
    lots = random.Random(_LOTS)
    early = []
    for person in sorted(people, key=lambda person: person.since)[:FIRST_REGULARS]:
        first = person.since - timedelta(days=lots.uniform(365, 740))
        days = [0.0, *(lots.uniform(20, 330) + 365 * year for year in (0, 1) if lots.random() < 0.8)]
        early += [order(lots, person, products, locations, first + timedelta(days=day), now) for day in days]
        person.since = first
    Customer.objects.bulk_update(people, ["since"], batch_size=200)
    for number, one in enumerate(early, 1):
        one.order.number = f"LAN-E{number}"
    return early


def trouble_with_money(dice: random.Random, placed: Sequence[Order], now: datetime) -> None:
    """Some forty refunds, and three disputes of which one is open."""
    settled = [order for order in placed if order.placed_at < now - timedelta(days=20)]
    Refund.objects.bulk_create(
        [
            Refund(
                order=order,
                external_id="1",
                amount=order.total if dice.random() < 0.6 else round(order.total / 2),
                currency="VND",
                reason=dice.choice(["damaged", "late", "change of mind", "wrong item"]),
                refunded_at=order.placed_at + timedelta(days=dice.uniform(6, 18)),
            )
            for order in dice.sample(settled, 40)
        ]
    )
    for number, order in enumerate(dice.sample(settled[-200:], 3)):
        ended = None if number == 0 else now - timedelta(days=30 * number)
        opened = now - timedelta(days=5) if number == 0 else order.placed_at + timedelta(days=12)
        Dispute.objects.create(
            order=order,
            external_id=f"demo-dispute-{number}",
            state="closed" if ended else "open",
            reason="product_not_received",
            outcome="won" if ended else "",
            amount=order.total,
            fee=Decimal(300_000),
            currency="VND",
            opened_at=opened,
            due_by=opened + timedelta(days=14),
            closed_at=ended,
        )


def _name(dice: random.Random, language: str) -> str:
    if language == "en":
        return f"{dice.choice(demo_shop.FOREIGN_NAMES)} {dice.choice(demo_shop.FOREIGN_FAMILY_NAMES)}"
    parts = (demo_shop.FAMILY_NAMES, demo_shop.MIDDLE_NAMES, demo_shop.GIVEN_NAMES)
    return " ".join(dice.choice(part) for part in parts)


def _mail_name(name: str) -> str:
    return ".".join(anyascii(name).lower().split())


def _history(
    dice: random.Random,
    person: Customer,
    products: dict[str, Product],
    locations: dict[str, Location],
    now: datetime,
) -> list[Bought]:
    """Orders at the person's own pace, with some who stop: that is what the shop wants to notice."""
    pace = dice.choices([days for _share, days in _HABITS], [share for share, _days in _HABITS])[0]
    leaves_after = dice.expovariate(1 / 700) if dice.random() < 0.3 else DAYS
    moment = person.since
    history: list[Bought] = []
    while moment < now - timedelta(hours=2) and (moment - person.since).days <= leaves_after:
        one = order(dice, person, products, locations, moment, now)
        is_gone = _is_gone(dice, one.order, is_first=not history)
        history.append(replace(one, ends_wordless=is_gone))
        if is_gone:
            break
        stayed = (moment - person.since).days / 365
        moment += timedelta(days=max(1.0, dice.gammavariate(2.0, pace / 2) * _SOONER_EACH_YEAR**stayed))
    return history


def _is_gone(dice: random.Random, last: Order, *, is_first: bool) -> bool:
    is_late = (last.days_late or 0) > 0
    on_time = _GOES_WRONG_FIRST if is_first else _GOES_WRONG
    is_wrong = dice.random() < (_GOES_WRONG_LATE if is_late else on_time)
    return is_wrong and dice.random() < _LEAVES_SILENTLY


def order(
    dice: random.Random,
    person: Customer,
    products: dict[str, Product],
    locations: dict[str, Location],
    placed: datetime,
    now: datetime,
) -> Bought:
    place = dice.choices(list(locations.values()), [0.62, 0.2, 0.18])[0]
    if place.code == "web" and placed > now - demo_shop.WEB_IS_QUIET:
        place = locations["ha-noi"]
    one = Order(customer=person, placed_at=placed, received_at=placed, currency="VND", location=place)
    one.store = demo_shop.WEB_STORE if place.code == "web" else "shop"
    if person.pk % 3 == 0:
        one.card_number = f"THE-{person.pk:05d}"
    lines = tuple(_lines(dice, one, products))
    one.total = sum((line.price * line.quantity for line in lines), Decimal(0))
    if place.code == "web":
        _ship(dice, one, now)
    else:
        one.delivered_on = shop.day(placed)
    return Bought(order=one, lines=lines)


def _lines(dice: random.Random, order: Order, products: dict[str, Product]) -> Iterator[OrderLine]:
    weights, at_once = _taste(order.customer)
    chosen = dict.fromkeys(dice.choices(demo_shop.PRODUCTS, weights, k=dice.choice([1, 1, 1, 2, 2, 3])))
    for sku, vi, _en, category, price, cost in chosen:
        yield OrderLine(
            order=order,
            product=products[sku],
            sku=sku,
            name=vi,
            category=category,
            quantity=Decimal(1 + min(int(dice.expovariate(1 / (at_once - 0.7))), 2)),
            price=Decimal(price),
            cost=Decimal(cost),
        )


def _taste(person: Customer) -> tuple[Sequence[int], float]:
    """Everybody keeps their own."""
    tastes = [(weights, at_once) for _share, weights, at_once in demo_shop.TASTES]
    shares = [share for share, _weights, _at_once in demo_shop.TASTES]
    return random.Random(person.pk).choices(tastes, shares)[0]


def _ship(dice: random.Random, order: Order, now: datetime) -> None:
    """Three days promised; one carrier has been late in the recent weeks."""
    recent = order.placed_at > now - timedelta(days=RECENT_DAYS)
    order.carrier = dice.choice(demo_shop.CARRIERS)
    order.promised_on = shop.day(order.placed_at) + timedelta(days=3)
    late_share = 0.55 if recent and order.carrier == demo_shop.CARRIERS[0] else 0.09
    late = dice.randint(2, 8) if dice.random() < late_share else dice.choice([-1, 0, 0, 0])
    arrives = order.promised_on + timedelta(days=late)
    if arrives <= shop.day(now):
        order.delivered_on = arrives


def notices(order: Order) -> Iterator[Notice]:
    if order.promised_on:
        for kind, after in (("confirmed", timedelta(minutes=2)), ("sent", timedelta(days=1))):
            yield Notice(order=order, kind=kind, channel="email", sent_at=order.placed_at + after)
