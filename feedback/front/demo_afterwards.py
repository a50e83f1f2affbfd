"""What customers of the demo shop did after we dealt with their complaint: bought more, less, or nothing.

Made up as the articles have it (S0-2, S1-14): who was helped the first time comes again, and sooner; who was
not buys little or leaves; who was pleased tells us and comes again. It acts as customers do, on orders alone:
nothing in a report knows of it.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from feedback.front import demo_people
from feedback.front.demo_recovery import Bought
from feedback.models import Case, Comment, Customer, Location, Notice, Order, OrderLine, Product

_HELPED = ((0.8, 8, 60), (0.5, 50, 110), (0.3, 100, 170))  # chance of one more order, days after
_PLEASED = ((0.4, 15, 70),)
_NOT_HELPED_LEAVES, _BUYS_LESS = 0.65, 0.5
_GIVES_UP = timedelta(days=25)  # who still waits for an end then


def live(now: datetime) -> None:
    """On dice of their own, so that the rest of the shop stays as it is."""
    dice = random.Random(41)
    helped, let_down = _cases(now)
    for who, since in let_down.items():
        _buys_less(dice, who, since)
    pleased = _pleased(now, {*helped, *let_down})
    products = {one.sku: one for one in Product.objects.all()}
    places = {one.code: one for one in Location.objects.all()}
    people = Customer.objects.in_bulk([*helped, *pleased])
    bought = [
        demo_people.order(dice, people[who], products, places, at, now)
        for moments, plan in ((helped, _HELPED), (pleased, _PLEASED))
        for who, since in moments.items()
        for at in _again(dice, since, plan, now)
    ]
    keep(bought, "LAN-A")


def keep(bought: Sequence[Bought], prefix: str) -> None:
    """Orders that came since, numbered by themselves."""
    for number, one in enumerate(sorted(bought, key=lambda one: one.order.placed_at), 1):
        one.order.number = f"{prefix}{number}"
    rows = Order.objects.bulk_create([one.order for one in bought], batch_size=500)
    OrderLine.objects.bulk_create([line for one in bought for line in one.lines], batch_size=1000)
    Notice.objects.bulk_create([one for order in rows for one in demo_people.notices(order)], batch_size=1000)


def _cases(now: datetime) -> tuple[dict[int, datetime], dict[int, datetime]]:
    """By customer, since when: helped every time; not helped, or still waiting, at least once."""
    helped: dict[int, datetime] = {}
    let_down: dict[int, datetime] = {}
    known = Case.objects.filter(customer__isnull=False, customer__is_insider=False).order_by("opened_at")
    rows = known.values_list("customer", "resolved_first_time", "resolved_at", "opened_at")
    for who, is_helped, resolved_at, opened_at in rows:
        if is_helped and resolved_at:
            helped[who] = resolved_at
        elif is_helped is False or opened_at < now - _GIVES_UP:
            let_down.setdefault(who, opened_at)
    return {who: at for who, at in helped.items() if who not in let_down}, let_down


def _pleased(now: datetime, others: set[int]) -> dict[int, datetime]:
    said = Comment.objects.filter(analysis__sentiment="positive", customer__isnull=False)
    rows = said.filter(customer__is_insider=False, said_at__lt=now).order_by("said_at")
    return {who: at for who, at in rows.values_list("customer", "said_at") if who not in others}


def _again(
    dice: random.Random, since: datetime, plan: Sequence[tuple[float, int, int]], now: datetime
) -> list[datetime]:
    moments = [since + timedelta(days=dice.uniform(first, last)) for chance, first, last in plan
               if dice.random() < chance]  # fmt: skip
    return [at for at in moments if at < now - timedelta(hours=3)]


def _buys_less(dice: random.Random, who: int, since: datetime) -> None:
    later = list(_untouched().filter(customer=who, placed_at__gt=since).values_list("pk", flat=True))
    leaves = dice.random() < _NOT_HELPED_LEAVES
    gone = later if leaves else [one for one in later if dice.random() < _BUYS_LESS]
    OrderLine.objects.filter(order__in=gone).delete()
    Notice.objects.filter(order__in=gone).delete()
    Order.objects.filter(pk__in=gone).delete()


def _untouched() -> QuerySet[Order]:
    """Of which nobody has said or done anything yet."""
    own = {OrderLine, Notice}
    names = [one.name for one in Order._meta.related_objects if one.related_model not in own]
    return Order.objects.filter(**{f"{name}__isnull": True for name in names})
