"""Codes as coupons of a web shop that answers badly: one each, and the code is good at the counter anyway."""

from datetime import timedelta
from decimal import Decimal

import pytest

from feedback import leases
from feedback.models import Event
from surveys import coupons, holds, rewards, webshops
from surveys.models import Coupon, CouponShop, Reward
from surveys.webshops import shopify, woocommerce
from tests.factories import user
from tests.surveys import fake_webshop

BOTH = pytest.mark.parametrize("kind", ["woocommerce", "shopify"])


def redeem(reward, now, order="2001"):
    return rewards.redeem(
        reward.code, order_number=order, order_total=Decimal(300_000), currency="VND", now=now
    )


@BOTH
def test_each_code_becomes_a_coupon_once(webshop, reward, make_coupons, kind):
    shop = webshop(kind)

    make_coupons(times=3)

    assert len(shop.of(reward.code)) == 1
    assert Coupon.objects.get().state == "made"
    assert Event.objects.filter(verb="coupon made").count() == 1


def test_woocommerce_is_told_all_of_it(webshop, reward, make_coupons):
    """connectors §5: fixed_cart, used once, until the last day, from the least order on."""
    Reward.objects.update(minimum_order=200_000)
    shop = webshop()

    make_coupons()

    (made,) = shop.of(reward.code)
    assert made["discount_type"] == "fixed_cart"
    assert (made["amount"], made["minimum_amount"]) == ("50000", "200000")
    assert made["usage_limit"] == made["usage_limit_per_user"] == 1
    assert made["date_expires"] == f"{reward.expires_on}T23:59:59"


def test_shopify_is_told_all_of_it(webshop, reward, make_coupons):
    Reward.objects.update(minimum_order=200_000)
    shop = webshop("shopify")

    make_coupons()

    discount = shop.of(reward.code)[0]["discount"]
    assert discount["customerGets"]["value"]["discountAmount"]["amount"] == "50000"
    assert discount["minimumRequirement"]["subtotal"]["greaterThanOrEqualToSubtotal"] == "200000"
    assert (discount["usageLimit"], discount["appliesOncePerCustomer"]) == (1, True)
    assert discount["endsAt"].startswith(str(reward.expires_on))


@BOTH
@pytest.mark.parametrize("fault", ["429", "500", "hang", "cut", "badjson", "denied"])
@pytest.mark.parametrize("when", [0, 1])
def test_a_shop_that_does_not_answer_is_asked_later(webshop, reward, make_coupons, now, kind, fault, when):
    """At either of its two requests: the code is good at the counter meanwhile, and the coupon comes."""
    shop = webshop(kind)
    shop.script = [""] * when + [fault]

    make_coupons()
    waiting = Coupon.objects.get()
    assert (waiting.state, waiting.tries) == ("waiting", 0)
    assert CouponShop.objects.get().trouble
    assert rewards.check(reward.code, now) == reward

    make_coupons(at=now + timedelta(hours=2))
    assert Coupon.objects.get().state == "made"
    assert len(shop.of(reward.code)) == 1
    assert CouponShop.objects.get().trouble == ""


def test_a_shop_that_asks_to_wait_is_left_in_peace(webshop, reward, make_coupons, now):
    shop = webshop()
    shop.script = ["429"]
    make_coupons()
    asked = len(shop.asked)

    make_coupons(at=now + timedelta(seconds=fake_webshop.RETRY_AFTER - 5))
    assert len(shop.asked) == asked

    make_coupons(at=now + timedelta(seconds=fake_webshop.RETRY_AFTER + 5))
    assert Coupon.objects.get().state == "made"


@BOTH
def test_a_lost_answer_makes_no_second_coupon(webshop, reward, make_coupons, now, kind):
    """The coupon was made, and nobody told us: it is asked for by its code before anything is sent again."""
    shop = webshop(kind)
    shop.is_careless = True
    shop.script = ["", "lost"]

    make_coupons()
    assert Coupon.objects.get().state == "waiting"
    make_coupons(at=now + timedelta(hours=1))

    assert len(shop.of(reward.code)) == 1
    assert Coupon.objects.get().state == "made"


@BOTH
def test_without_its_guard_a_lost_answer_makes_two(webshop, reward, make_coupons, now, monkeypatch, kind):
    """The twin: nobody asks first, and the shop is careless."""
    shop = webshop(kind)
    shop.is_careless = True
    module = {"woocommerce": woocommerce, "shopify": shopify}[kind]
    monkeypatch.setattr(module, "find", lambda *_: None)
    shop.script = ["lost"]

    make_coupons()
    make_coupons(at=now + timedelta(hours=1))

    assert len(shop.of(reward.code)) == 2


@BOTH
def test_a_refusal_is_kept_with_its_reason(webshop, reward, make_coupons, now, kind):
    shop = webshop(kind)
    shop.refuses = "Coupons are switched off."

    make_coupons(times=3)

    found = Coupon.objects.get()
    assert found.state == "refused"
    assert "Coupons are switched off." in found.reason
    assert redeem(reward, now).state == "redeemed"


@BOTH
def test_what_was_used_at_the_counter_is_taken_out(webshop, reward, make_coupons, now, kind):
    shop = webshop(kind)
    make_coupons()

    redeem(reward, now)
    make_coupons()

    assert shop.of(reward.code) == []
    assert Coupon.objects.get().state == "removed"


def test_what_was_revoked_is_taken_out(webshop, reward, make_coupons, now):
    shop = webshop()
    make_coupons()

    holds.revoke(reward, fact="not_buyer", by=user("manager"), now=now)
    make_coupons()

    assert shop.of(reward.code) == []


def test_a_redemption_taken_back_brings_the_coupon_back(webshop, reward, make_coupons, now):
    shop = webshop()
    make_coupons()
    redeem(reward, now)
    make_coupons()

    rewards.take_back(reward, reason="by_mistake", by=user("manager"), now=now)
    make_coupons()

    assert len(shop.of(reward.code)) == 1


def test_used_while_it_was_being_made_it_is_taken_out_again(webshop, reward, make_coupons, now):
    """The counter is faster than the shop's answer."""
    shop = webshop()
    # In this test's own transaction: another thread would wait for it.
    shop.on_made = lambda: None
    made = woocommerce.make

    def make_late(row, one):
        standing = made(row, one)
        redeem(reward, now)
        return standing

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(woocommerce, "make", make_late)
        leases.run_once(coupons.PLAN, now)
        leases.run_once(coupons.DO, now)
    assert Coupon.objects.get().state == "removing"

    make_coupons()

    assert shop.of(reward.code) == []
    assert Coupon.objects.get().state == "removed"


@BOTH
def test_what_was_used_in_the_shop_is_used_up_here(webshop, reward, make_coupons, now, kind):
    shop = webshop(kind)
    make_coupons()
    shop.use(reward.code)

    make_coupons(at=now + coupons.LOOK_EVERY + timedelta(minutes=1))

    reward.refresh_from_db()
    assert (reward.state, reward.redeemed_order) == ("redeemed", "gom-shop")
    with pytest.raises(rewards.Redeemed):
        redeem(reward, now)


def test_codes_of_another_currency_or_from_before_are_left_alone(webshop, reward, make_coupons, now):
    webshop()
    CouponShop.objects.update(currency="USD")
    make_coupons()
    CouponShop.objects.update(currency="VND", since=now + timedelta(days=1))
    make_coupons()

    assert Coupon.objects.count() == 0


def test_a_key_that_is_not_set_is_said(webshop, reward, make_coupons, settings):
    settings.SOURCE_SECRETS = {}
    shop = webshop()

    make_coupons()

    assert CouponShop.objects.get().trouble == "no_credentials"
    assert shop.asked == []
    assert webshops.secret_name(shop.row, "KEY") == "SOURCE_GOM_SHOP_KEY"


def test_one_code_has_one_coupon_row(webshop, reward, make_coupons, now):
    """Two workers plan at once: the second adds nothing."""
    shop = webshop()
    coupons.plan([], now)
    make_coupons()
    Coupon.objects.update(state="made")

    leases.lease(coupons.PLAN, now)
    make_coupons()

    assert Coupon.objects.count() == 1
    assert len(shop.of(reward.code)) == 1
