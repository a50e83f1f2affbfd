"""What the shop earns of what is spent (S0-5, S2-7): by hand, and out of the database."""

from datetime import timedelta
from decimal import Decimal

import pytest

from feedback import facts, shop
from feedback.margins import Sold, Source, margin
from feedback.reports import margin as own_margin
from tests.factories import NOW, a_shop, order

ASSUMED = Decimal("0.25")
CENT = Decimal("0.0001")


def sold(total, cost=None):
    return Sold(total=Decimal(total), cost=None if cost is None else Decimal(cost))


def test_by_hand():
    """15 orders of 100 for goods of 60 and 15 of 300 for goods of 120: 1 − 2,700 ÷ 6,000. Each lies 15 off:
    the error is √(30 ÷ 29 × 30 × 15²) ÷ 6,000 = 0.01393."""
    found = margin([sold(100, 60), sold(300, 120)] * 15, ASSUMED)

    assert (found.share, found.source, found.orders, found.known) == (Decimal("0.55"), Source.COSTS, 30, 1)
    assert (found.low, found.high) == (Decimal("0.5227"), Decimal("0.5773"))


def test_too_few_orders_or_too_little_of_the_revenue_leave_the_policy_s():
    few = margin([sold(100, 60)] * 29, ASSUMED)
    little = margin([sold(100, 60)] * 49 + [sold(5100)], ASSUMED)
    enough = margin([sold(100, 60)] * 50 + [sold(5000)], ASSUMED)

    assert (few.share, few.source, few.orders, few.low) == (ASSUMED, Source.POLICY, 29, None)
    assert (little.source, little.known) == (Source.POLICY, Decimal("0.49"))
    assert (enough.source, enough.share, enough.known) == (Source.COSTS, Decimal("0.4"), Decimal("0.5"))


def test_nothing_sold_and_sold_below_cost():
    assert margin([], ASSUMED).share == ASSUMED
    assert margin([sold(0, 0)] * 40, ASSUMED).source is Source.POLICY
    at_a_loss = margin([sold(100, 130)] * 30, ASSUMED)
    assert (at_a_loss.share, at_a_loss.low, at_a_loss.high) == (0, 0, 0)


@pytest.mark.django_db
def test_out_of_the_database(django_assert_num_queries):
    """What was discounted earns less; an order with a line of unknown cost is not known; cancelled ones,
    other currencies and what is older than a year are in nothing."""
    a_shop()
    for _ in range(30):
        one = order(total=Decimal(270_000))  # 30,000 off
        one.lines.create(name="Bát", price=Decimal(150_000), quantity=2, cost=Decimal(81_000))
    half = order(total=Decimal(900_000))
    half.lines.create(name="Bát", price=Decimal(500_000), cost=Decimal(1))
    half.lines.create(name="Bình", price=Decimal(400_000))
    for more in ({"cancelled_at": NOW}, {"currency": "USD"}, {"placed_at": NOW - timedelta(days=366)}):
        order(total=Decimal(500_000), **more).lines.create(name="Bát", price=1, cost=0)

    with django_assert_num_queries(6):
        found = own_margin.of_shop("VND", shop.day(NOW))
    assert (found.share, found.source, found.orders) == (Decimal("0.4"), Source.COSTS, 30)
    assert found.known == Decimal("0.9")
    assert own_margin.of_shop("USD", shop.day(NOW)).share == facts.live_terms()[1].assumed_margin
