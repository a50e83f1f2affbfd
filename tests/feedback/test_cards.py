"""S2-2: a card at the till binds the purchase to its customer, and its discount is booked with it."""

import random
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from feedback import card_numbers, cards, orders
from feedback.models import Card, Customer, Event, Order
from tests.factories import NOW, a_shop, customer, order, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def mai():
    a_shop(card_percent=Decimal("5.0"))
    return user("front_line", "Mai")


def take(**changes):
    raw = {"number": "A-1", "placed_at": "2026-11-10", "currency": "VND", "total": "100000"} | changes
    return orders.take(orders.parse(raw, now=NOW))[0]


def test_a_number_catches_what_was_mistyped():
    """Every wrong digit, and nearly every swap of two neighbours (Luhn)."""
    number = card_numbers.mint()

    for place, digit in enumerate(number):
        wrong = number[:place] + str((int(digit) + 1) % 10) + number[place + 1 :]
        assert card_numbers.is_mistyped(wrong)
    assert not card_numbers.is_mistyped(number)
    assert card_numbers.plain(card_numbers.grouped(number)) == number


def test_a_card_is_issued_once(mai):
    """Pressed twice, or by two people."""
    lan = customer("Lan")

    (first, new), (again, not_new) = (cards.issue(lan, by=mai, now=NOW) for _n in range(2))

    assert (first.pk, new, not_new) == (again.pk, True, False)
    assert Event.objects.filter(verb="card issued").count() == 1


def test_the_database_keeps_two_cards_apart(mai):
    lan = customer("Lan")
    cards.issue(lan, by=mai, now=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        Card.objects.create(customer=lan, number="2", issued_at=NOW)


def test_a_number_is_on_one_card(mai):
    cards.issue(customer("Lan"), by=mai, now=NOW, number="KH-0042")

    with pytest.raises(cards.NumberTaken):
        cards.issue(customer("Minh"), by=mai, now=NOW, number="kh 0042")


@pytest.mark.parametrize("number", ["100000000009", "!!!", "\x00"])
def test_a_number_that_cannot_be_is_refused(mai, number):
    with pytest.raises(cards.Mistyped):
        cards.issue(customer("Lan"), by=mai, now=NOW, number=number)


def test_an_order_belongs_to_whose_card_it_names(mai):
    """However it is spelt, and before the e-mail that the till may have typed."""
    lan = customer("Lan")
    card, _new = cards.issue(lan, by=mai, now=NOW)

    one = take(card_number=card_numbers.grouped(card.number), customer={"email": "somebody@example.com"})

    assert one.customer == lan


def test_a_blocked_card_finds_nobody(mai):
    lan = customer("Lan")
    card, _new = cards.issue(lan, by=mai, now=NOW)
    assert cards.block(card, by=mai, now=NOW)
    assert not cards.block(card, by=mai, now=NOW)

    assert take(card_number=card.number).customer != lan
    with pytest.raises(cards.Blocked):
        cards.book(card, number="1", amount=Decimal(1), currency="VND", by=mai, now=NOW)
    assert cards.issue(lan, by=mai, now=NOW)[0].number != card.number


def test_orders_of_one_strange_card_are_one_customer(mai):
    """A till of another maker: its own cards, known to nobody here."""
    first, second = take(card_number="TV-9"), take(number="A-2", card_number="TV-9")

    assert first.customer == second.customer


def test_what_was_bought_before_the_card_was_ours_comes_along(mai):
    earlier = take(card_number="TV9").customer
    lan = customer("Lan")

    cards.issue(lan, by=mai, now=NOW, number="TV-9")

    assert Order.objects.get().customer == lan
    assert not Customer.objects.filter(pk=earlier.pk).exists()
    lan.refresh_from_db()
    assert lan.since == Order.objects.get().placed_at


@pytest.mark.parametrize(
    ("amount", "currency", "discount"),
    [("100000", "VND", "5000"), ("99999", "VND", "5000"), ("19.99", "USD", "1.00"), ("1", "VND", "0")],
)
def test_the_discount_is_booked_with_the_order(mai, amount, currency, discount):
    card, _new = cards.issue(customer("Lan"), by=mai, now=NOW)

    made = cards.book(card, number="1", amount=Decimal(amount), currency=currency, by=mai, now=NOW)

    assert (made.discount, made.total) == (Decimal(discount), Decimal(amount) - Decimal(discount))
    assert (made.customer, made.card_number, made.store) == (card.customer, card.number, "till")


def test_a_receipt_is_booked_once(mai):
    card, _new = cards.issue(customer("Lan"), by=mai, now=NOW)
    cards.book(card, number="1", amount=Decimal(100_000), currency="VND", by=mai, now=NOW)

    with pytest.raises(cards.Known):
        cards.book(card, number="1", amount=Decimal(999_000), currency="VND", by=mai, now=NOW)

    assert Order.objects.get().total == 95_000


def test_any_order_of_arrival_comes_to_the_same(mai):
    """Card orders before and after the orders that name an e-mail."""
    lan = customer("Lan", email="lan@example.com")
    card, _new = cards.issue(lan, by=mai, now=NOW)
    said = [{"number": "1", "card_number": card.number}, {"number": "2", "customer": {"email": lan.email}},
            {"number": "3", "card_number": card.number, "customer": {"email": "x@example.com"}}]  # fmt: skip
    for seed in range(4):
        Order.objects.all().delete()
        random.Random(seed).shuffle(said)
        for one in said:
            take(**one)

        assert set(Order.objects.values_list("customer", flat=True)) == {lan.pk}


def test_the_till_by_hand(client, mai):
    client.force_login(mai)
    lan = customer("Lan")
    order(lan, total=Decimal(7_000_000))
    client.post(reverse("card_issue", args=[lan.public_id]), {"number": ""})
    card = Card.objects.get()

    shown = client.get(reverse("cards"), {"q": card_numbers.grouped(card.number)})
    client.post(reverse("card_book", args=[card.number]), {"number": "HD-1", "amount": "100.000"})

    assert "7.000.000" in shown.text  # S2-7
    assert Order.objects.get(store="till").discount == 5000
    assert client.get(reverse("card_sign", args=[card.number]))["content-type"] == "image/svg+xml"
    client.post(reverse("card_block", args=[card.number]))
    assert client.get(reverse("card_paper", args=[card.number])).status_code == 404


@pytest.mark.parametrize(
    "given",
    [{"number": "", "amount": "1"}, {"number": "1", "amount": "x"}, {"number": "1", "amount": "-5"},
     {"number": "1", "amount": "0"}, {"number": "1", "amount": "1,5"}, {"number": "1" * 65, "amount": "1"},
     {"number": "\x00", "amount": "1"}, {"number": "1", "amount": "9" * 40}, {}],
)  # fmt: skip
def test_what_cannot_be_booked_is_named(client, mai, given):
    client.force_login(mai)
    card, _new = cards.issue(customer("Lan"), by=mai, now=NOW)

    assert client.post(reverse("card_book", args=[card.number]), given).status_code == 400
    assert not Order.objects.exists()


@pytest.mark.parametrize("typed", ["\x00", "100000000009", "nobody", " ", "9" * 300, "<script>"])
def test_any_number_can_be_looked_up(client, mai, typed):
    client.force_login(mai)

    assert client.get(reverse("cards"), {"q": typed}).status_code == 200


@pytest.mark.parametrize(
    ("percent", "status"), [("7.5", 302), ("51", 400), ("-1", 400), ("x", 400), ("NaN", 400)]
)
def test_a_manager_says_what_a_card_takes_off(client, mai, percent, status):
    client.force_login(user("manager"))

    assert client.post(reverse("card_percent"), {"percent": percent}).status_code == status
