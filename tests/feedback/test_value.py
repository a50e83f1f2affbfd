"""S2-7: what a customer is worth, in money."""

from decimal import Decimal

import numpy as np
import pytest

from feedback import value
from feedback.models import Refund
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def worth(*customers):
    return value.lifetime_values([customer.pk for customer in customers])


def test_it_is_orders_net_of_refunds_and_concessions():
    lan = factories.customer("Lan")
    bought = factories.order(lan, total=Decimal(500_000))
    factories.order(lan, total=Decimal(300_000))
    Refund.objects.create(
        order=bought, external_id="r1", amount=Decimal(100_000), currency="VND", refunded_at=NOW
    )
    about = factories.read_comment(customer=lan, order=bought)
    factories.concession(factories.case(about), refund=Decimal(20_000), shipping_cost=Decimal(5_000))

    assert worth(lan) == {lan.pk: Decimal(675_000)}


def test_what_was_cancelled_or_paid_in_another_currency_is_left_out():
    lan = factories.customer("Lan")
    factories.order(lan, total=Decimal(500_000), cancelled_at=NOW)
    factories.order(lan, total=Decimal(90), currency="USD")
    factories.order(lan, total=Decimal(1))

    assert worth(lan) == {lan.pk: 1}


def test_a_refund_of_a_cancelled_order_takes_nothing_from_the_others():
    lan = factories.customer("Lan")
    cancelled = factories.order(lan, total=Decimal(500_000), cancelled_at=NOW)
    factories.order(lan, total=Decimal(300_000))
    Refund.objects.create(
        order=cancelled, external_id="r1", amount=Decimal(500_000), currency="VND", refunded_at=NOW
    )

    assert worth(lan) == {lan.pk: Decimal(300_000)}


def test_somebody_without_an_order_is_absent():
    assert worth(factories.customer()) == {}


def test_cents_add_up_exactly():
    """SQLite sums in floating point."""
    factories.a_shop(currency="USD")
    minh = factories.customer("Minh")
    for _ in range(10):
        factories.order(minh, total=Decimal("0.10"), currency="USD")

    assert str(worth(minh)[minh.pk]) == "1.00"


@pytest.mark.parametrize("rows", [1, 12])
def test_it_asks_four_times_however_many(rows, django_assert_max_num_queries):
    customers = [factories.order().customer for _ in range(rows)]
    worth()

    with django_assert_max_num_queries(5):  # and the shop
        assert len(worth(*customers)) == rows


@pytest.mark.parametrize("currency", ["VND", "USD"])
def test_everybody_is_worth_what_each_is_worth(currency):
    """The job asks for all at once, the pages for some."""
    factories.a_shop(currency=currency)
    customers = [factories.customer(f"Khách {place}") for place in range(6)]
    for place, who in enumerate(customers[:5]):
        bought = factories.order(who, total=Decimal("90.25"), currency=currency)
        factories.order(
            who, total=Decimal("0.10"), currency=currency, cancelled_at=NOW if place == 1 else None
        )
        factories.order(who, total=Decimal(70), currency="EUR")
        if place % 2:
            Refund.objects.create(
                order=bought,
                external_id=str(place),
                amount=Decimal("20.15"),
                currency=currency,
                refunded_at=NOW,
            )
        if place > 2:
            about = factories.read_comment(customer=who, order=bought)
            factories.concession(factories.case(about), refund=Decimal(30), currency=currency)
    keys = [who.pk for who in customers]

    found = value.of_everybody().of(np.array([*keys, 10**9]))

    each = worth(*customers)
    assert [Decimal(int(cents)) / 100 for cents in found] == [*(each.get(key, 0) for key in keys), 0]
    assert len(set(found.tolist())) == 5


def test_nobody_is_worth_anything_in_an_empty_shop():
    assert value.of_everybody().of(np.array([1, 2])).tolist() == [0, 0]
