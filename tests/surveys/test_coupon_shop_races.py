"""Web shops of the codes, connected and left by several at once; each guard is also seen missing."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, connections

from feedback.models import Event
from surveys import coupon_shops, coupons
from surveys.models import Coupon, CouponShop
from tests.factories import user
from tests.surveys.test_races import AT_ONCE, at_once

pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]
ROUNDS = 8


@pytest.fixture
def huy(the_shop):
    return user("manager", "huy")


def connect(number, huy, now):
    shop = CouponShop(
        slug=f"shop-{number}", name="Gốm", kind="shopify", currency="VND", base_url="https://gom.example"
    )
    return coupon_shops.connect(shop, with_earlier=True, by=huy, now=now)


@contextmanager
def any_number_connected():
    """Takes the database's constraint away and puts it back."""
    every = CouponShop._meta.constraints
    (one,) = [found for found in every if found.name == "one_active_coupon_shop"]
    # SQLite makes the table anew from what the model says.
    CouponShop._meta.constraints = [found for found in every if found is not one]
    with connection.schema_editor() as editor:
        editor.remove_constraint(CouponShop, one)
    try:
        yield
    finally:
        CouponShop.objects.update(is_active=False)
        CouponShop._meta.constraints = every
        with connection.schema_editor() as editor:
            editor.add_constraint(CouponShop, one)


def test_one_of_many_is_connected(huy, now):
    """Twenty managers connect shops in one moment: one is, the others are told so, nothing is half there."""
    for n in range(ROUNDS):
        results = at_once(lambda k, n=n: connect(f"{n}-{k}", huy, now))

        assert sum(isinstance(one, CouponShop) for one in results) == 1, results
        assert sum(isinstance(one, coupon_shops.Taken) for one in results) == AT_ONCE - 1, results
        assert CouponShop.objects.count() == n + 1
        assert coupon_shops.disconnect(CouponShop.objects.get(is_active=True), take_out=False, by=huy)
    assert Event.objects.filter(verb="coupon shop connected").count() == ROUNDS


def test_without_the_constraint_many_are(huy, now):
    """The twin."""
    with any_number_connected():
        at_once(lambda k: connect(k, huy, now))

        assert CouponShop.objects.filter(is_active=True).count() == AT_ONCE


def test_one_of_many_is_connected_again(huy, now):
    gone = []
    for k in range(AT_ONCE):
        gone.append(connect(k, huy, now))
        coupon_shops.disconnect(gone[-1], take_out=False, by=huy)
    for _round in range(ROUNDS):
        results = at_once(lambda k: coupon_shops.connect_again(gone[k], by=huy))

        assert results.count(True) == 1, results
        assert sum(isinstance(one, coupon_shops.Taken) for one in results) == AT_ONCE - 1, results
        coupon_shops.disconnect(CouponShop.objects.get(is_active=True), take_out=False, by=huy)
    assert Event.objects.filter(verb="coupon shop connected").count() == AT_ONCE + ROUNDS


def test_it_is_left_by_one(webshop, huy):
    """Who comes second is told that it was not connected; one event."""
    row = webshop().row
    for n in range(1, ROUNDS + 1):
        results = at_once(lambda _number: coupon_shops.disconnect(row, take_out=True, by=huy))

        assert sorted(results, key=str) == [False] * (AT_ONCE - 1) + [True]
        assert Event.objects.filter(verb="coupon shop disconnected").count() == n
        coupon_shops.connect_again(row, by=huy)


def left_while_it_answers(shop, huy):
    """The manager is faster than the shop's answer, from a process of their own."""

    def leave():
        coupon_shops.disconnect(shop.row, take_out=True, by=huy)
        connections.close_all()

    shop.on_made = leave


def test_what_was_on_its_way_is_taken_out(webshop, reward, make_coupons, huy, now):
    shop = webshop()
    left_while_it_answers(shop, huy)

    make_coupons(times=2)

    assert Coupon.objects.get().state == "removed"
    assert shop.of(reward.code) == []


def test_without_a_look_back_it_would_stay_there(webshop, reward, make_coupons, huy, now, monkeypatch):
    """The twin: the job notes what it did, whatever the row says by now."""

    def note(coupon, *, state, **columns):
        Coupon.objects.filter(pk=coupon.pk).update(state=state, leased_until=None, **columns)

    monkeypatch.setattr(coupons, "_note", note)
    shop = webshop()
    left_while_it_answers(shop, huy)

    make_coupons(at=now + timedelta(hours=1))

    assert Coupon.objects.get().state == "made"
    assert len(shop.of(reward.code)) == 1
