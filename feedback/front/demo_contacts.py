"""The demo's calls, visits and messages of a year, and who was there to answer them; some late orders.

The story is the article's (S0-9): most people call on Monday and Tuesday, and from four o'clock on one person
answers alone. They wait longer then, and are less satisfied for it. Made with dice of their own, so that the
rest of the shop stays as it is.
"""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from feedback import contacts, shop
from feedback.contacts import Told
from feedback.models import Order, User

_DAYS, _A_DAY = 364, 26
_OPENS, _CLOSES, _ALONE_FROM = 8, 20, 16
_WEEK = (2.2, 1.9, 0.7, 0.6, 0.6, 0.6, 0.4)  # of a mean day, from Monday
_REASONS = ("delivery", "order", "product", "return", "payment", "complaint", "opening", "other")
_HOW_OFTEN = (24, 18, 18, 10, 8, 7, 10, 5)
_WAYS, _HOW_MANY = ("phone", "in_person", "sms", "email"), (60, 20, 15, 5)
_SAYS = 0.45  # whether they were satisfied
_BATCH = 2000
_LATE = 3  # orders


def year(now: datetime, by: User) -> None:
    dice = random.Random(2009)
    today = shop.day(now)
    told = [
        _contact(dice, moment)
        for back in range(_DAYS, 0, -1)
        for moment in _moments(dice, shop.start_of(today - timedelta(days=back)))
    ]
    for start in range(0, len(told), _BATCH):
        contacts.take_many(told[start : start + _BATCH], by=by)
    contacts.staff_hours(
        {
            (shop.start_of(today - timedelta(days=back)) + timedelta(hours=hour), None): _people(hour)
            for back in range(_DAYS, 0, -1)
            for hour in range(_OPENS, _CLOSES)
        },
        by=by,
    )


def late_orders(now: datetime) -> None:
    """Past their promised day, on their way still, and not a word from anybody."""
    today = shop.day(now)
    quiet = Order.objects.filter(
        placed_at__gt=now - timedelta(days=25), comments=None, cases=None, cancelled_at=None,
        promised_on__isnull=False,
    ).order_by("-placed_at")  # fmt: skip
    for days, order in enumerate(quiet[:_LATE], 1):
        Order.objects.filter(pk=order.pk).update(promised_on=today - timedelta(days=days), delivered_on=None)


def _people(hour: int) -> Decimal:
    return Decimal(1) if hour >= _ALONE_FROM else Decimal(3)


def _moments(dice: random.Random, midnight: datetime) -> list[datetime]:
    n = round(_A_DAY * _WEEK[midnight.weekday()] * dice.uniform(0.85, 1.15))
    return [midnight + timedelta(minutes=dice.randrange(_OPENS * 60, _CLOSES * 60)) for _ in range(n)]


def _contact(dice: random.Random, at: datetime) -> Told:
    crowd = _WEEK[at.weekday()] * (3.2 if at.hour >= _ALONE_FROM else 1.0)
    waited = min(int(dice.expovariate(1 / (55 * crowd))), 3000)
    happy = max(0.2, 0.9 - 0.035 * waited / 60)
    (reason,), (channel,) = dice.choices(_REASONS, _HOW_OFTEN), dice.choices(_WAYS, _HOW_MANY)
    happy -= 0.15 * (reason == "complaint")
    return Told(
        at=at,
        channel=channel,
        reason=reason,
        waited_seconds=waited if channel in ("phone", "in_person") else None,
        satisfied=dice.random() < happy if dice.random() < _SAYS else None,
    )
