"""The demo shop's survey after a purchase: who was asked, what they answered, and which codes were used."""

import random
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse

from feedback import shop
from feedback.front import demo_shop
from feedback.models import Customer, Order, User
from surveys import invitations, permissions, publishing, responses, rewards
from surveys.models import Invitation, Reward, Survey


def made(now: datetime, by: User) -> Survey:
    return publishing.start_post_purchase(
        name="Sau khi mua hàng · After your purchase",
        slug=demo_shop.SURVEY,
        reward_amount=demo_shop.REWARD,
        currency="VND",
        now=now - timedelta(days=200),
        by=by,
        reward_minimum_order=Decimal(200_000),
        budget=Decimal(20_000_000),
    )


def answered(
    dice: random.Random, survey: Survey, placed: Sequence[Order], wordless: Collection[int], now: datetime
) -> None:
    """150 answers over half a year, as many again who were asked and said nothing – first of all those who
    left without a word – and two links left open."""
    told = list(demo_shop.told("answers"))
    dice.shuffle(told)
    everybody = _asked(dice, placed, now)
    asked = [one for one in everybody if one.pk not in wordless]
    for number, one in enumerate(told):
        order = next(
            found for found in asked if (found.customer.language == "vi") == (one["language"] == "vi")
        )
        asked.remove(order)
        at = min(order.placed_at + timedelta(days=dice.uniform(5, 14)), now - timedelta(minutes=20))
        _answer(survey, order, one, at, may_be_shown=number % 6 == 0)
    left = [one for one in everybody if one.pk in wordless]
    for order in [*left, *asked][: len(told)]:
        invitations.invite(survey, order=order, as_link=True, now=order.placed_at + timedelta(days=5))
    for number, language in zip(demo_shop.OPEN_ORDERS, demo_shop.LANGUAGES, strict=True):
        invitations.invite(survey, order=_open_order(number, language, now), as_link=True, now=now)


def redeemed(dice: random.Random, now: datetime) -> None:
    """Three of ten used their code with a later order."""
    for reward in Reward.objects.filter(state="issued").select_related("response__invitation"):
        if dice.random() > 0.3 or reward.issued_at is None:
            continue
        customer = reward.response.invitation.customer
        at = min(reward.issued_at + timedelta(days=dice.uniform(2, 40)), now)
        number = f"LAN-R{reward.pk}"
        if customer and reward.code and reward.expires_on and reward.expires_on >= shop.day(at):
            rewards.redeem(
                reward.code, order_number=number, order_total=Decimal(420_000), currency="VND", now=at
            )


def open_path(language: str = "vi") -> str:
    """A fresh link to a survey that nobody has answered yet; only digests of the earlier ones are stored."""
    waiting = Invitation.objects.filter(
        order__number__in=demo_shop.OPEN_ORDERS, order__customer__language=language
    )
    invitation = waiting.filter(response=None).first() or waiting.earliest("pk")
    return reverse("answer", args=[invitations.mint(invitation, "demo")])


def _answer(survey: Survey, order: Order, told: dict[str, Any], at: datetime, *, may_be_shown: bool) -> None:
    invitation = invitations.invite(survey, order=order, as_link=True, now=at - timedelta(days=1))
    response = responses.submit(invitation, _filled(told), language=told["language"], now=at)
    if may_be_shown:
        permissions.allow(invitation, response, responses.reward_of(response), ["story"], now=at)


def _asked(dice: random.Random, placed: Sequence[Order], now: datetime) -> list[Order]:
    since, until = now - timedelta(days=185), now - timedelta(days=6)
    numbers = [order.pk for order in placed if since < order.placed_at < until]
    found = list(
        Order.objects.filter(pk__in=numbers, customer__is_insider=False).select_related(
            "customer", "location"
        )
    )
    dice.shuffle(found)
    return found


def _open_order(number: str, language: str, now: datetime) -> Order:
    customer = Customer.objects.filter(language=language, is_insider=False, orders__isnull=False).first()
    assert customer is not None
    like = customer.orders.latest("placed_at")
    placed = now - timedelta(days=7)
    order = Order.objects.create(
        number=number,
        customer=customer,
        placed_at=placed,
        received_at=placed,
        currency=like.currency,
        total=like.total,
        location=like.location,
        promised_on=shop.day(placed) + timedelta(days=3),
        delivered_on=shop.day(placed) + timedelta(days=3),
    )
    order.lines.bulk_create([_copy(line, order) for line in like.lines.all()])
    return order


def _copy(line: Any, order: Order) -> Any:
    line.pk, line._state.adding, line.order = None, True, order
    return line


def _filled(told: dict[str, Any]) -> dict[str, object]:
    return {
        "problem": told["problem_answer"],
        "expectation": told["expectation"],
        "recommend": str(told["recommend"]),
        "touchpoint": told["touchpoint"],
        "story": told["text"],
        "wish": told["wish"],
    }
