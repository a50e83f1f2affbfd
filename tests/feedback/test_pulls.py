"""What webhooks lost is asked for, however badly the shop answers; and a quiet store is noticed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from feedback import leases, order_sources, pulls, silence, web
from feedback.models import Delivery, Event, Order, OrderSource, OutgoingMail
from tests import factories
from tests.feedback import fake_order_shop
from tests.feedback.shop_words import shopify_order, woo_order

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture
def shop(settings, monkeypatch):
    settings.SOURCE_LOCAL_HOSTS = ["127.0.0.1"]
    settings.SOURCE_SECRETS = {
        "SOURCE_WEB_KEY": fake_order_shop.KEY,
        "SOURCE_WEB_SECRET": fake_order_shop.SECRET,
    }
    monkeypatch.setattr(pulls, "PER_PAGE", 2)
    monkeypatch.setattr(web, "READ_SECONDS", 0.2)
    made = fake_order_shop.FakeOrderShop()
    with fake_order_shop.serving(made) as made.address:
        yield made


def source(shop, kind="woocommerce"):
    return OrderSource.objects.create(
        slug="web", name="Web", kind=kind, base_url=shop.address, store="web", made_at=NOW
    )


def ask(now=None, most=30):
    """Until nothing is due; how often it was asked."""
    return sum(bool(leases.run_once(pulls.PULL, now or timezone.now())) for _ in range(most))


def numbers():
    return sorted(Order.objects.values_list("number", flat=True))


@pytest.mark.parametrize("kind", ["woocommerce", "shopify"])
def test_it_takes_in_all_there_was_and_then_what_changed(shop, kind):
    made = {"woocommerce": woo_order, "shopify": shopify_order}[kind]
    at = NOW if kind == "woocommerce" else NOW.astimezone(UTC)
    shop.has(*(made(number, at=at - 9 * DAY + timedelta(hours=number)) for number in range(1, 6)))
    one = source(shop, kind)
    ask()
    assert Order.objects.count() == 5
    asked = len(shop.asked)

    shop.has(made(6, at=at - DAY), made(2, at=at - DAY, email="hoa@example.com"))
    OrderSource.objects.update(next_at=None)
    ask()

    one.refresh_from_db()
    assert Order.objects.count() == 6
    assert Order.objects.filter(customer__email="hoa@example.com").count() == 1
    assert len(shop.asked) - asked <= 3
    assert (one.trouble, one.pulled_at is not None) == ("", True)


def test_the_same_again_changes_nothing(shop):
    shop.has(*(woo_order(number, at=NOW - DAY) for number in range(1, 4)))
    source(shop)
    ask()
    before = list(Order.objects.order_by("pk").values()), Event.objects.count()
    OrderSource.objects.update(next_at=None, bookmark="", cursor={})

    ask()

    assert (list(Order.objects.order_by("pk").values()), Event.objects.count()) == before


@pytest.mark.parametrize("fault", ["429", "500", "hang", "cut", "badjson", "denied"])
def test_a_shop_that_answers_badly_is_asked_again_later(shop, fault):
    """X10: Retry-After is kept, and nothing is lost."""
    shop.has(*(woo_order(number, at=NOW - DAY) for number in range(1, 4)))
    one = source(shop)
    shop.script = ["", fault]
    ask()
    one.refresh_from_db()
    assert numbers() == ["1", "2"]
    assert one.quiet_until > timezone.now() + timedelta(
        seconds=fake_order_shop.RETRY_AFTER - 5 if fault == "429" else 0
    )

    ask(timezone.now() + timedelta(minutes=2))

    one.refresh_from_db()
    assert (numbers(), one.trouble, one.misses) == (["1", "2", "3"], "", 0)


def test_one_alarm_for_a_shop_that_is_away(shop):
    """X14."""
    source(shop)
    shop.script = ["500"] * 9
    for hour in range(9):
        ask(timezone.now() + timedelta(hours=hour))

    assert Event.objects.filter(verb="shop does not answer").count() == 1
    assert [one.slug for one in order_sources.alarms()] == ["web"]


def test_an_order_that_cannot_be_used_is_listed_and_the_others_come_in(shop):
    shop.has(woo_order(1, at=NOW - DAY, total="x"), woo_order(2, at=NOW - DAY))
    source(shop)

    ask()

    assert numbers() == ["2"]
    assert Delivery.objects.get().field == "total"


def test_a_webhook_that_is_off_is_noticed(shop):
    """connectors §5: WooCommerce switches it off without a word."""
    one = source(shop)
    shop.has(woo_order(1, at=NOW - 3 * DAY))
    ask()
    OrderSource.objects.update(heard_at=NOW - 2 * DAY, next_at=None)
    shop.has(*(woo_order(number, at=NOW - DAY) for number in range(2, 6)))

    ask()

    one.refresh_from_db()
    assert one.missed == 4
    assert [row.slug for row in order_sources.alarms()] == ["web"]


def test_without_a_key_it_says_so(shop, settings):
    settings.SOURCE_SECRETS = {}
    one = source(shop)

    ask()

    one.refresh_from_db()
    assert one.trouble == "no_credentials"


MONDAY = datetime(2026, 11, 16, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("counts", "hours", "longest", "is_unusual"),
    [
        ([12, 11, 13, 12, 10, 12, 14, 12], 5, 3, True),
        ([12, 11, 13, 12, 10, 12, 14, 12], 5, 6, False),  # such a break is nothing new
        ([6, 7, 6, 7], 5, 3, False),  # 6.5 on average: too few to be sure
        ([7, 7, 7, 7], 5, 3, True),
        ([20, 20, 20], 5, 3, False),  # three weeks are too few
        ([0, 0, 0, 0], 9, 3, False),  # never any at night
    ],
)
def test_a_store_is_quiet_by_its_own_usual_rate(counts, hours, longest, is_unusual):
    found = silence.judge(MONDAY, MONDAY + timedelta(hours=hours), counts, timedelta(hours=longest))

    assert found.is_unusual is is_unusual


def a_store(per_day=20, weeks=9, until=NOW - timedelta(hours=1)):
    """Orders every hour and so, by day only (nine to nine), until then."""
    OrderSource.objects.create(slug="web", name="Web", kind="woocommerce", store="web", made_at=NOW)
    buyer = factories.customer()
    start = (NOW - timedelta(weeks=weeks)).replace(hour=2, minute=0, second=0)
    times = [
        start + DAY * day + timedelta(minutes=12 * 60 * n / per_day)
        for day in range(weeks * 7 + 1)
        for n in range(per_day)
    ]
    Order.objects.bulk_create(
        Order(
            store="web",
            number=f"{place}",
            public_id=f"w{place}",
            customer=buyer,
            total=1,
            placed_at=at,
            received_at=at,
        )
        for place, at in enumerate(times)
        if at <= until
    )


def look(at):
    OrderSource.objects.update(looked_at=None)
    leases.run_once(order_sources.LOOK, at)
    return OrderSource.objects.get()


def test_a_night_is_no_silence_and_a_day_is(client):
    """S2-3's own alarm: the store, not the customer. Said once, on the page of today and by mail."""
    factories.a_shop()
    boss = factories.user("manager", "Huy", email="huy@example.com")
    evening = (NOW - 3 * DAY).replace(hour=14, minute=0, second=0)
    a_store(until=evening)

    assert look(evening + timedelta(hours=11, minutes=50)).silent_since is None  # before opening
    assert look(evening + timedelta(hours=20)).silent_since is not None
    look(evening + timedelta(hours=21))

    client.force_login(boss)
    assert OutgoingMail.objects.get().to == "huy@example.com"
    assert reverse("order_source", args=["web"]) in client.get(reverse("today")).text
    factories.order(store="web", placed_at=evening + timedelta(hours=22))
    assert look(evening + timedelta(hours=22, minutes=5)).silent_since is None


def test_a_new_store_raises_no_alarm():
    OrderSource.objects.create(slug="web", name="Web", kind="woocommerce", store="web", made_at=NOW)

    assert look(NOW).silent_since is None
    factories.order(store="web", placed_at=NOW - 3 * DAY)
    assert look(NOW).silent_since is None
