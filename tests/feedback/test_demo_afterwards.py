"""The demo shop's customers act as the articles have it (S0-2, S1-14): by orders alone."""

import random
from datetime import timedelta

import pytest

from feedback import order_sources, work
from feedback.front import demo_afterwards, demo_people, demo_shop
from feedback.models import Case, Order, OrderSource
from tests import factories
from tests.factories import NOW, a_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def goods():
    a_shop()
    return demo_people.goods(), demo_people.places()


def told(n, *, first_time, days=150):
    """Somebody complained, and how it ended; then they bought each month."""
    found = []
    for _one in range(n):
        who = factories.customer("Lan")
        at = NOW - timedelta(days=days)
        case = factories.case(factories.comment(said_at=at, customer=who), customer=who, opened_at=at)
        Case.objects.filter(pk=case.pk).update(
            state="resolved", resolved_first_time=first_time, resolved_at=at + timedelta(days=3)
        )
        for ago in (120, 90, 60, 30):
            factories.order(who, placed_at=NOW - timedelta(days=ago))
        found.append(who)
    return found


def test_who_was_helped_buys_more_and_who_was_not_buys_less_or_leaves(goods):
    helped, let_down = told(12, first_time=True), told(12, first_time=False)

    demo_afterwards.live(NOW)

    assert Order.objects.filter(customer__in=helped).count() > 48
    left = Order.objects.filter(customer__in=let_down).count()
    assert 0 < left < 24
    added = Order.objects.filter(number__startswith="LAN-A")
    assert not added.filter(customer__in=let_down).exists()
    assert all(line.cost is not None for order in added for line in order.lines.all())
    assert all(order.placed_at < NOW for order in added)


def test_no_order_that_somebody_spoke_of_goes_away(goods):
    (who,) = told(1, first_time=False)
    spoken_of = who.orders.first()
    factories.comment(order=spoken_of, customer=who, said_at=NOW - timedelta(days=1))

    for _again in range(3):
        demo_afterwards.live(NOW)

    assert Order.objects.filter(pk=spoken_of.pk).exists()


def test_the_alarm_of_the_quiet_web_shop_is_raised(goods):
    """Its last orders came five days ago, every few hours until then."""
    dice, who = random.Random(3), factories.customer("Minh")
    bought = [
        demo_people.order(dice, who, *goods, NOW - timedelta(hours=hours), NOW)
        for hours in range(3, 24 * 56, 5)
    ]
    demo_afterwards.keep(bought, "Q-")
    OrderSource.objects.create(
        slug="gom-web", name="Web", kind="woocommerce", store=demo_shop.WEB_STORE, made_at=NOW
    )

    work.drain(order_sources.LOOK)

    source = OrderSource.objects.get()
    assert source.silent_since < NOW - demo_shop.WEB_IS_QUIET
    assert [one.pk for one in order_sources.alarms()] == [source.pk]


def test_baskets_differ_from_customer_to_customer(goods):
    dice, means = random.Random(5), []
    for _one in range(30):
        who = factories.customer("Minh")
        totals = [demo_people.order(dice, who, *goods, NOW, NOW).order.total for _again in range(20)]
        means.append(sum(totals) / len(totals))

    assert max(means) > 2 * min(means)
