"""Two issue one customer a card at the same moment, or book one receipt: one wins; the guard also off."""

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection, connections

from feedback import cards, shop
from feedback.models import Card, Order
from tests.factories import NOW, a_shop, customer, user

CROWD = 8
pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]


def at_once(act):
    start = threading.Barrier(CROWD)

    def one(number):
        start.wait(30)
        try:
            return act(number)
        except cards.Known as known:
            return known
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CROWD) as crowd:
        return list(crowd.map(one, range(CROWD)))


@pytest.fixture
def mai(many_connections):
    a_shop()
    shop.forget()
    return user("front_line", "Mai")


def test_one_card_wins(mai):
    lan = customer("Lan")

    issued = at_once(lambda number: cards.issue(lan, by=mai, now=NOW))

    assert [is_new for _card, is_new in issued].count(True) == 1
    assert {card.pk for card, _is_new in issued} == {Card.objects.get().pk}


def test_one_receipt_is_one_order(mai):
    card, _new = cards.issue(customer("Lan"), by=mai, now=NOW)

    booked = at_once(
        lambda number: cards.book(
            card, number="1", amount=Decimal(number + 1), currency="VND", by=mai, now=NOW
        )
    )

    assert sum(isinstance(one, Order) for one in booked) == 1
    assert Order.objects.get().total == next(one.total for one in booked if isinstance(one, Order))


def test_without_the_constraint_and_the_lock_there_are_many(mai, monkeypatch):
    """The guards off: all have looked before the first of them writes."""
    lan, looked = customer("Lan"), threading.Barrier(CROWD)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_active_card_per_customer")

    def issue_blindly(number):
        there = Card.objects.filter(customer=lan, state="active").first()
        looked.wait(30)
        return there or Card.objects.create(customer=lan, number=str(number), issued_at=NOW)

    at_once(issue_blindly)

    assert Card.objects.count() == CROWD
    Card.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE UNIQUE INDEX one_active_card_per_customer ON feedback_card (customer_id)"
            " WHERE state = 'active'"
        )
