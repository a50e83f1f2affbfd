"""A web shop for codes is connected, tested, watched and left in the browser; no key is typed there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from feedback.models import Event
from surveys import coupon_shops, rewards
from surveys.models import Coupon, CouponShop, Reward
from tests.factories import user
from tests.surveys import fake_webshop

BOTH = pytest.mark.parametrize("kind", ["woocommerce", "shopify"])
GIVEN = {
    "kind": "shopify", "name": "Gốm trên mạng", "base_url": "https://gom.example/admin/products",
    "currency": "VND", "with_earlier": "on",
}  # fmt: skip


@pytest.fixture(autouse=True)
def huy(client, the_shop):
    someone = user("manager", "huy")
    client.force_login(someone)
    client.cookies["django_language"] = "en"
    return someone


@pytest.fixture
def press(client):
    """What the page says after a press of a button."""

    def press(button, **given):
        answer = client.post(f"/setup/coupons/gom-shop/{button}/", given, follow=True)
        assert answer.redirect_chain
        return " ".join(str(message) for message in answer.context["messages"])

    return press


def page(client, slug="gom-shop"):
    return client.get(f"/setup/coupons/{slug}/").content.decode()


def test_a_shop_is_connected(client, huy):
    """connectors §5, §6: only its address is typed; its keys have names in the environment."""
    answer = client.post("/setup/coupons/", GIVEN)

    shop = CouponShop.objects.get()
    assert answer.url == f"/setup/coupons/{shop.slug}/"
    assert (shop.slug, shop.kind, shop.base_url) == ("gom-tren-mang", "shopify", "https://gom.example")
    assert shop.since == coupon_shops.LONG_AGO
    assert Event.objects.get(verb="coupon shop connected").by == huy
    shown = page(client, shop.slug)
    assert "SOURCE_GOM_TREN_MANG_KEY" in shown
    assert shown.count("is not set") == 1


def test_only_codes_from_now_on_when_so_wished(client):
    client.post("/setup/coupons/", {name: word for name, word in GIVEN.items() if name != "with_earlier"})

    assert timezone.now() - CouponShop.objects.get().since < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", "http://gom.example"),
        ("base_url", "https://huy:secret@gom.example"),
        ("base_url", "javascript:alert(1)"),
        ("base_url", "https://gom.example:99999"),
        ("base_url", "https://gom.example/\x00"),
        ("base_url", ""),
        ("name", "…"),
        ("name", "a" * 121),
        ("name", "\x00"),
        ("kind", "magento"),
        ("currency", "XXX"),
        ("currency", ""),
    ],
)
def test_what_cannot_be_is_said_at_its_field(client, field, value):
    answer = client.post("/setup/coupons/", GIVEN | {field: value})

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert not CouponShop.objects.exists()


def test_one_shop_at_a_time(client, webshop):
    webshop()

    answer = client.post("/setup/coupons/", GIVEN)

    assert answer.status_code == 400
    assert "Disconnect it first" in answer.content.decode()
    assert CouponShop.objects.count() == 1


def test_the_values_of_the_keys_stay_where_they_are(client, webshop):
    webshop()

    shown = page(client)

    assert shown.count("is set") == 2
    assert fake_webshop.KEY not in shown
    assert fake_webshop.SECRET not in shown


@BOTH
def test_the_connection_is_tested_and_nothing_made(press, webshop, kind):
    shop = webshop(kind)

    assert press("test") == "It answers, and the key may make coupons."
    assert shop.coupons == {}


@BOTH
def test_a_key_that_may_only_read_is_told(press, webshop, kind):
    webshop(kind).may_write = False

    assert "it needs the right to write" in press("test")


@BOTH
def test_another_currency_is_told(press, webshop, kind):
    webshop(kind).currency = "USD"

    assert "counts in USD, not in VND" in press("test")


@BOTH
@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("500", "It answers with an error of its own."),
        ("hang", "It does not answer, or breaks off."),
        ("badjson", "It answers, but not as a shop of this kind does. Is the address right?"),
        ("denied", "It does not accept the key or the password"),
        ("429", "It asked us to wait for a while."),
    ],
)
def test_what_is_wrong_is_said_and_stays_on_the_page(client, press, webshop, kind, script, words):
    webshop(kind).script = [script]

    assert words in press("test")
    assert words in page(client)
    assert CouponShop.objects.get().trouble_since


def test_a_shop_that_asked_us_to_wait_is_not_asked(press, webshop):
    shop = webshop()
    CouponShop.objects.update(trouble="busy", quiet_until=timezone.now() + timedelta(minutes=1))

    assert press("test") == "It asked us to wait for a while."
    assert shop.asked == []


def test_a_good_test_ends_the_trouble(press, webshop):
    webshop().script = ["500"]
    press("test")

    press("test")

    assert CouponShop.objects.get().trouble == ""
    assert CouponShop.objects.get().trouble_since is None


def test_what_was_refused_is_shown_and_asked_for_again(client, press, webshop, reward, make_coupons, now):
    shop = webshop()
    shop.refuses = "Coupons are <b>off</b>."
    make_coupons()
    assert "Coupons are &lt;b&gt;off" in page(client)

    shop.refuses = ""
    assert press("again") == "1 coupon is asked for again."
    make_coupons(at=now + timedelta(hours=1))

    assert len(shop.of(reward.code)) == 1


def test_left_with_its_coupons_they_are_still_looked_at(press, webshop, reward, make_coupons, now):
    """Somebody uses one there: it is used up here."""
    shop = webshop()
    make_coupons()

    press("disconnect", coupons="stay")
    shop.use(reward.code)
    make_coupons(at=now + timedelta(hours=7))

    reward.refresh_from_db()
    assert reward.state == "redeemed"


def test_left_without_its_coupons_they_are_taken_out(press, webshop, reward, make_coupons, now):
    shop = webshop()
    make_coupons()

    press("disconnect", coupons="take_out")
    make_coupons(at=now + timedelta(hours=1))

    assert shop.coupons == {}
    assert rewards.check(reward.code, now) == reward


def test_a_shop_that_was_left_gets_no_new_coupons(press, webshop, reward, make_coupons):
    shop = webshop()
    press("disconnect", coupons="stay")

    make_coupons()

    assert shop.coupons == {}
    assert not Coupon.objects.exists()


def test_left_while_one_was_about_to_be_made(press, webshop, reward, make_coupons, now):
    """Its row was there and nothing was made yet: nothing is made any more."""
    shop = webshop()
    Coupon.objects.create(reward=reward, shop=shop.row)
    CouponShop.objects.update(is_active=False)

    make_coupons(times=2)

    assert shop.coupons == {}
    assert Coupon.objects.get().state == "removed"


def test_connected_again_it_is_as_if_it_had_never_been_away(press, webshop, reward, make_coupons, now):
    shop = webshop()
    make_coupons()
    press("disconnect", coupons="take_out")
    make_coupons(at=now + timedelta(hours=1))

    assert press("connect") == "Connected again."
    make_coupons(at=now + timedelta(hours=2))

    assert len(shop.of(reward.code)) == 1
    assert Coupon.objects.get().state == "made"


def test_another_shop_takes_over_what_was_taken_out(client, press, webshop, reward, make_coupons, now):
    """One code has one coupon: it moves to the shop that is connected now."""
    old = webshop()
    make_coupons()
    press("disconnect", coupons="take_out")
    make_coupons(at=now + timedelta(hours=1))
    client.post("/setup/coupons/", GIVEN | {"name": "Gom shop", "base_url": old.row.base_url})
    assert not CouponShop.objects.filter(is_active=True).exists()  # the name is taken

    CouponShop.objects.filter(slug="gom-shop").update(slug="old")
    client.post("/setup/coupons/", GIVEN | {"name": "Gom shop", "base_url": old.row.base_url})
    make_coupons(at=now + timedelta(hours=2))

    moved = Coupon.objects.get()
    assert (moved.state, moved.shop.kind) == ("made", "shopify")
    assert Reward.objects.get().state == "issued"


def test_while_another_is_connected_it_stays_away(press, webshop, now):
    webshop()
    press("disconnect", coupons="stay")
    CouponShop.objects.create(
        slug="b", name="B", kind="shopify", base_url="https://b.example", currency="VND", since=now
    )

    assert "Disconnect it first" in press("connect")
    assert CouponShop.objects.filter(is_active=True).count() == 1


def test_how_it_is_left_must_be_said(client, webshop):
    webshop()

    answer = client.post("/setup/coupons/gom-shop/disconnect/", {"coupons": "burn"})

    assert answer.status_code == 400
    assert CouponShop.objects.get().is_active


def test_its_address_is_changed(client, webshop):
    webshop()

    client.post(
        "/setup/coupons/gom-shop/save/", {"base_url": "https://b.example/wp-admin/", "currency": "VND"}
    )

    assert CouponShop.objects.get().base_url == "https://b.example"
    assert Event.objects.get(verb="coupon shop changed").data["fields"] == ["base_url", "currency"]


def test_the_page_asks_no_more_for_more_coupons(client, webshop, invite, all_well, now, statements):
    shop = webshop()

    def refused(n):
        from surveys import responses

        for _each in range(n):
            given = responses.submit(invite(), all_well, language="vi", now=now).reward
            Coupon.objects.create(reward=given, shop=shop.row, state="refused", reason="no")

    refused(1)
    page(client)
    with statements(at_most=11):
        page(client)
    refused(4)
    with statements(at_most=11):
        page(client)


def test_a_shop_that_stays_away_is_an_alarm(client, webshop):
    """As for a source of reviews (X14): on the page of jobs, and counted on Today."""
    webshop()
    now = timezone.now()
    CouponShop.objects.update(trouble="denied", trouble_since=now - timedelta(minutes=59))
    assert "does not accept" not in client.get("/jobs/").content.decode()

    CouponShop.objects.update(trouble_since=now - timedelta(minutes=61))
    assert "does not accept the key" in client.get("/jobs/").content.decode()
    assert client.get("/").context["given_up"] == 1

    CouponShop.objects.update(is_active=False)
    assert "does not accept" not in client.get("/jobs/").content.decode()
