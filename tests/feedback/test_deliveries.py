"""What came in any order, with doubles, leaves the same rows; what cannot be used is listed, tried again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback import deliveries, disputes, orders, work
from feedback.models import (
    Customer,
    DataRequest,
    Delivery,
    Dispute,
    Erasure,
    Order,
    OrderLine,
    OrderSource,
    Refund,
)
from feedback.shop import day as shop_day
from tests import factories
from tests.feedback.shop_words import body_of, shopify_order, shopify_refund, stripe_dispute, woo_order

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def shops():
    return the_shops()


def the_shops():
    return {
        slug: OrderSource.objects.create(slug=slug, name=slug, kind=kind, store=store, made_at=NOW)
        for slug, kind, store in (
            ("woo", "woocommerce", "woo"),
            ("shopify", "shopify", "shopify"),
            ("stripe", "stripe", "woo"),
        )
    }


def tell(slug, topic, said, event=""):
    source = OrderSource.objects.get(slug=slug)
    return deliveries.keep(
        source, topic=topic, event_id=event, body=body_of(said), now=timezone.now(), triggered_at=None
    )


def hear(*told):
    for slug, topic, said in told:
        tell(slug, topic, said)
    work.drain(deliveries.WORK)


def states():
    return list(Delivery.objects.order_by("pk").values_list("state", "reason", "field"))


def rows():
    """Everything that deliveries write, without keys and times of writing."""
    return (
        list(
            Order.objects.order_by("store", "number").values_list(
                "store",
                "number",
                "external_id",
                "payment_ref",
                "customer__email",
                "placed_at",
                "currency",
                "total",
                "cancelled_at",
                "carrier",
                "delivered_on",
                "version",
            )
        ),
        sorted(OrderLine.objects.values_list("order__number", "name", "quantity", "price")),
        sorted(
            Refund.objects.values_list("order__number", "external_id", "amount", "currency", "refunded_at")
        ),
        sorted(
            Dispute.objects.values_list(
                "external_id",
                "order__number",
                "state",
                "outcome",
                "amount",
                "opened_at",
                "closed_at",
                "due_by",
                "version",
            )
        ),
        sorted(Customer.objects.values_list("name", "email", "since")),
    )


def story():
    """Two shops' weeks: orders that change, move, are refunded, cancelled, disputed, deleted."""
    said = []
    for number in range(1, 5):
        for step, status in enumerate(("pending", "processing", "completed")):
            at = NOW - 9 * DAY + timedelta(hours=number + step)
            total = str(100_000 * number + 1_000 * step)
            email = f"{'old' if step == 0 and number == 2 else 'lan'}{number % 3}@example.com"
            refunds = [(77 + number, 5000)] if step == 2 and number % 2 else []
            said.append(
                (
                    "woo",
                    "order.updated",
                    woo_order(number, at=at, status=status, total=total, email=email, refunds=refunds),
                )
            )
        at = NOW - 8 * DAY + timedelta(hours=number)
        said.append(
            (
                "shopify",
                "orders/create",
                shopify_order(number, at=at, status="pending", email=f"minh{number % 2}@example.com"),
            )
        )
        said.append(
            (
                "shopify",
                "orders/paid",
                shopify_order(number, at=at + DAY, email=f"minh{number % 2}@example.com"),
            )
        )
        said.append(("shopify", "refunds/create", shopify_refund(number, number, at=at + 2 * DAY)))
    said.append(
        (
            "shopify",
            "orders/cancelled",
            shopify_order(
                3, at=NOW - 2 * DAY, email="minh1@example.com", cancelled_at=(NOW - 2 * DAY).isoformat()
            ),
        )
    )
    said.append(
        (
            "shopify",
            "fulfillments/update",
            {
                "order_id": 5002,
                "shipment_status": "delivered",
                "tracking_company": "GHN",
                "updated_at": (NOW - DAY).isoformat(),
            },
        )
    )
    created = int((NOW - 6 * DAY).timestamp())
    for step, status in enumerate(("needs_response", "under_review", "won")):
        said.append(
            (
                "stripe",
                "charge.dispute.updated",
                stripe_dispute(at=NOW - 5 * DAY + step * DAY, status=status, created=created),
            )
        )
    said.append(
        (
            "stripe",
            "charge.dispute.closed",
            stripe_dispute("dp_2", at=NOW - 3 * DAY, status="lost", charge="ch_2", created=created),
        )
    )
    return said


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_any_order_with_any_doubles_leaves_the_same_rows(dice):
    def told_in(said):
        for model in (Delivery, Dispute, Order, Customer):
            model.objects.all().delete()
        for part in (said[:9], said[9:]):  # worked on in between
            hear(*part)
        return rows()

    truth = told_in(story())
    assert len(truth[0]) == 8
    assert not Delivery.objects.exclude(state="done").exists()
    said = story() + dice.choices(story(), k=8)
    dice.shuffle(said)

    assert told_in(said) == truth


def edited():
    """An order of which more was bought later, and two refunds that only its newest total holds, with the
    shipping. Each refund was also said by itself."""
    first = {"total": "150000.00", "at": NOW - 5 * DAY}
    paid_back = [shopify_refund(7, amount="200000.00", at=NOW - 2 * DAY),
                 shopify_refund(8, amount="250000.00", at=NOW - DAY)]  # fmt: skip
    return [
        ("shopify", "orders/create", shopify_order(**first)),
        ("shopify", "orders/edited", shopify_order(at=NOW - 4 * DAY)),
        ("shopify", "orders/updated", shopify_order(at=NOW - DAY, refunds=paid_back)),
        *(("shopify", "refunds/create", one) for one in paid_back),
    ]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.permutations(range(5)), st.integers(0, 5), st.booleans())
def test_refunds_that_only_the_newest_total_holds_come_in_any_order(order, cut, is_listed):
    """Whether the last word of the order lists them or not: the tables are the truth and nothing is stuck."""
    for model in (Delivery, Order, Customer):
        model.objects.all().delete()
    said = [edited()[place] for place in order if is_listed or place != 2]
    hear(*said[:cut])
    hear(*said[cut:])

    assert Order.objects.get().total == 450_000
    assert sorted(Refund.objects.values_list("external_id", "amount")) == [("7", 200_000), ("8", 250_000)]
    assert {state for state, _why, _field in states()} == {"done"}


def test_a_refund_above_its_order_is_listed_and_tried_again():
    """No word of the shop makes it right: it stays with its reason, and counts once the order is put right,
    whichever door that comes through."""
    hear(("shopify", "orders/create", shopify_order(at=NOW - DAY, total="100000.00")))
    hear(("shopify", "refunds/create", shopify_refund(7, amount="60000.00", at=NOW)))
    hear(("shopify", "refunds/create", shopify_refund(8, amount="60000.00", at=NOW)))

    assert Refund.objects.get().amount == 60_000
    row = deliveries.stuck().get()
    assert (row.reason, row.about) == ("refund_above_total", Order.objects.get().pk)
    assert deliveries.retry(row, by=factories.user())
    work.drain(deliveries.WORK)
    assert deliveries.stuck().get() == row

    said = {"number": "#1", "store": "shopify", "placed_at": "2026-11-01", "currency": "VND"}
    orders.take(orders.parse(said | {"total": "120000"}, now=NOW))
    work.drain(deliveries.WORK)

    assert [one.amount for one in Refund.objects.all()] == [60_000, 60_000]
    assert not deliveries.stuck().exists()


def test_an_order_that_lists_more_back_than_its_total_changes_nothing_and_harms_no_other():
    """Nothing of it is half taken in; the words beside it and the next word of the same order are."""
    hear(("woo", "order.created", woo_order(at=NOW - 2 * DAY)))
    hear(
        ("woo", "order.updated", woo_order(at=NOW - DAY, refunds=[(1, 400_000), (2, 90_000)])),
        ("woo", "order.created", woo_order(2, at=NOW - DAY)),
    )  # fmt: skip

    assert ("unusable", "refund_above_total", "refunds[2].amount") in states()
    assert Order.objects.count() == 2
    assert not Refund.objects.exists()
    hear(("woo", "order.updated", woo_order(at=NOW, refunds=[(1, 400_000), (2, 50_000)])))
    assert sum(one.amount for one in Refund.objects.all()) == 450_000
    work.drain(deliveries.WORK)
    assert not deliveries.stuck().exists()  # the later word has settled it


@pytest.mark.parametrize("is_later", [True, False])
def test_a_word_that_cannot_be_used_stays_listed_until_a_later_one_of_its_order_can(is_later):
    """Tried again by hand, too: what is wrong in it is nobody's work any more."""
    hear(("woo", "order.updated", woo_order(at=NOW - DAY, total="450000.50")))
    hear(("woo", "order.updated", woo_order(at=NOW if is_later else NOW - 2 * DAY)))
    assert deliveries.stuck().get().reason == "bad_field"

    assert deliveries.retry(deliveries.stuck().get(), by=factories.user())
    work.drain(deliveries.WORK)

    assert deliveries.stuck().exists() is not is_later
    assert Order.objects.get().total == 450_000


def test_a_newer_total_below_what_was_paid_back_is_listed():
    hear(("shopify", "orders/create", shopify_order(at=NOW - 3 * DAY)))
    hear(("shopify", "refunds/create", shopify_refund(7, amount="400000.00", at=NOW - 2 * DAY)))
    hear(
        ("shopify", "orders/edited", shopify_order(at=NOW - DAY, total="300000.00")),
        ("shopify", "orders/create", shopify_order(2, at=NOW)),
    )

    assert sorted(one.total for one in Order.objects.all()) == [450_000, 450_000]
    assert deliveries.stuck().get().reason == "refund_above_total"


def test_an_older_word_changes_nothing():
    hear(("woo", "order.updated", woo_order(at=NOW, status="completed", total="400000")))
    hear(("woo", "order.updated", woo_order(at=NOW - DAY, total="450000")))

    assert Order.objects.get().total == 400_000


def test_of_one_second_the_further_order_counts():
    words = [
        ("woo", "order.updated", woo_order(at=NOW, status=status)) for status in ("processing", "cancelled")
    ]
    for said in (words, words[::-1]):
        Delivery.objects.all().delete()
        Order.objects.all().delete()
        hear(*said)

        assert Order.objects.get().cancelled_at is not None


def test_an_unpaid_order_counts_once_it_is_paid():
    hear(("woo", "order.created", woo_order(at=NOW - DAY, status="pending")))
    assert Order.objects.get().cancelled_at is not None

    hear(("woo", "order.updated", woo_order(at=NOW, status="processing")))

    assert Order.objects.get().cancelled_at is None


def test_a_refund_before_its_order_waits_for_it():
    hear(("shopify", "refunds/create", shopify_refund(7, at=NOW)))
    assert states() == [("waits", "no_order", "")]

    hear(("shopify", "orders/create", shopify_order(at=NOW)))

    assert Refund.objects.get().amount == 50_000
    assert {state for state, _why, _field in states()} == {"done"}


def test_a_dispute_waits_for_an_order_that_comes_by_any_way():
    """Whichever door it comes through: here our own interface, with the number of the payment."""
    hear(("stripe", "charge.dispute.created", stripe_dispute(at=NOW)))
    assert states() == [("waits", "no_order", "")]

    orders.take(
        orders.parse(
            {
                "number": "9",
                "placed_at": "2026-11-01",
                "currency": "VND",
                "total": "1",
                "payment_ref": "ch_1",
            },
            now=NOW,
        )
    )
    work.drain(deliveries.WORK)

    dispute = Dispute.objects.get()
    assert (dispute.order.number, dispute.amount, dispute.state) == ("9", 450_000, "open")


def test_a_dispute_that_is_looked_at_anew_locks_again():
    """S3-5."""
    created = int((NOW - 6 * DAY).timestamp())
    hear(("woo", "order.created", woo_order(at=NOW)))
    hear(
        ("stripe", "charge.dispute.closed", stripe_dispute(at=NOW - 3 * DAY, status="lost", created=created))
    )
    hear(
        (
            "stripe",
            "charge.dispute.updated",
            stripe_dispute(at=NOW - 2 * DAY, status="appeal_needs_response", created=created),
        )
    )

    assert len(disputes.open_on(Order.objects.get().pk)) == 1


@pytest.mark.parametrize(
    ("currency", "minor", "amount"),
    [("vnd", 450_000, "450000"), ("usd", 1250, "12.50"), ("jpy", 1200, "1200")],
)
def test_minor_units_are_the_currencys_own(currency, minor, amount):
    hear(("woo", "order.created", woo_order(at=NOW)))
    hear(("stripe", "charge.dispute.created", stripe_dispute(at=NOW, amount=minor, currency=currency)))

    assert Dispute.objects.get().amount == Decimal(amount)


def test_a_deleted_order_counts_for_nothing_whatever_comes_first():
    hear(("woo", "order.deleted", {"id": 1001}))
    hear(("woo", "order.updated", woo_order(at=NOW - DAY)))

    assert Order.objects.get().cancelled_at is not None
    hear(("woo", "order.restored", woo_order(at=timezone.now() + timedelta(seconds=5))))
    assert Order.objects.get().cancelled_at is None


def test_two_shops_may_have_the_same_number():
    hear(
        ("woo", "order.created", woo_order(at=NOW)),
        ("shopify", "orders/create", shopify_order(at=NOW, name="1")),
    )

    assert sorted(Order.objects.values_list("store", "number")) == [("shopify", "1"), ("woo", "1")]


@pytest.mark.parametrize(
    ("slug", "topic", "said", "state"),
    [
        ("woo", "order.updated", woo_order(at=NOW, total="-5"), ("unusable", "bad_field", "total")),
        ("woo", "order.updated", woo_order(at=NOW, total="450000.5"), ("unusable", "bad_field", "total")),
        ("woo", "order.updated", woo_order(at=NOW, currency="ĐỒNG"), ("unusable", "bad_field", "currency")),
        (
            "woo",
            "order.updated",
            woo_order(at=NOW, date_created_gmt="1970-01-01T00:00:00"),
            ("unusable", "bad_field", "placed_at"),
        ),
        (
            "woo",
            "order.updated",
            woo_order(at=NOW, date_created_gmt="2026-02-29T00:00:00"),
            ("unusable", "not_a_moment", "date_created_gmt"),
        ),
        (
            "woo",
            "order.updated",
            woo_order(at=NOW, date_created_gmt=(NOW + 3 * DAY).strftime("%Y-%m-%dT%H:%M:%S")),
            ("unusable", "bad_field", "placed_at"),
        ),
        ("woo", "order.updated", {"id": 1}, ("unusable", "missing", "date_modified_gmt")),
        ("woo", "order.updated", [], ("unusable", "not_json", "")),
        ("woo", "product.updated", {"id": 1}, ("ignored", "", "")),
        ("shopify", "orders/create", shopify_order(at=NOW, test=True), ("ignored", "", "")),
        ("shopify", "app/uninstalled", {}, ("ignored", "", "")),
        ("shopify", "refunds/create", {"id": 1}, ("unusable", "missing", "order_id")),
        ("stripe", "payment_intent.succeeded", {"id": "evt", "created": 1}, ("ignored", "", "")),
        (
            "stripe",
            "charge.dispute.created",
            stripe_dispute(at=NOW, status="odd"),
            ("unusable", "unknown_status", "status"),
        ),
        (
            "stripe",
            "charge.dispute.created",
            stripe_dispute(at=NOW, amount=-1),
            ("unusable", "not_an_amount", "amount"),
        ),
        (
            "stripe",
            "charge.dispute.created",
            stripe_dispute(at=NOW, charge=None),
            ("unusable", "no_order_named", ""),
        ),
    ],
)
def test_what_cannot_be_used_says_why(slug, topic, said, state):
    hear((slug, topic, said))

    assert states() == [state]
    assert not Order.objects.exists()


def test_a_refund_in_another_currency_is_not_added_up():
    hear(("shopify", "orders/create", shopify_order(at=NOW)))
    hear(("shopify", "refunds/create", shopify_refund(7, at=NOW, amount="2.50", currency="USD")))

    assert states()[1] == ("unusable", "other_currency", "refunds[1].currency")
    assert not Refund.objects.exists()


def test_one_that_raises_keeps_nobody_else_back(monkeypatch):
    """X13: a delivery that always fails ends as a dead letter; the others are done."""
    read = deliveries.fact_of

    def poisoned(row):
        if row.event_id == "poison":
            raise ZeroDivisionError
        return read(row)

    monkeypatch.setattr(deliveries, "fact_of", poisoned)
    tell("woo", "order.created", woo_order(at=NOW), event="poison")
    tell("woo", "order.created", woo_order(2, at=NOW), event="fine")
    work.drain(deliveries.WORK)

    assert Order.objects.get().number == "2"
    assert "ZeroDivisionError" in Delivery.objects.get(event_id="poison").failure


def test_a_manager_tries_again_what_can_be_used_by_now(client):
    factories.a_shop()
    client.force_login(factories.user("manager"))
    hear(("woo", "order.updated", woo_order(at=NOW, total="x")))
    row = Delivery.objects.get()
    Delivery.objects.update(body=body_of(woo_order(at=NOW)))
    assert "total" in client.get(reverse("deliveries") + "?state=stuck").text

    client.post(reverse("delivery_retry", args=[row.pk]))
    work.drain(deliveries.WORK)

    assert Order.objects.count() == 1
    assert "450" not in client.get(reverse("deliveries")).text


def test_a_customer_asks_for_a_copy_through_shopify():
    """connectors §6: customers/data_request."""
    lan = factories.customer("Lan", email="lan@example.com")

    hear(
        (
            "shopify",
            "customers/data_request",
            {"shop_id": 1, "customer": {"email": "LAN@example.com"}, "data_request": {"id": 99}},
        )
    )

    assert DataRequest.objects.get().customer == lan
    assert "99" in DataRequest.objects.get().words


def test_a_customer_is_forgotten_through_shopify():
    """connectors §6, L15: customers/redact. By e-mail, else by an order of theirs."""
    hear(("shopify", "orders/create", shopify_order(at=NOW)))
    Customer.objects.update(email="new@example.com")

    hear(
        (
            "shopify",
            "customers/redact",
            {"customer": {"email": "lan@example.com"}, "orders_to_redact": [5001]},
        )
    )

    assert (Erasure.objects.get().customer.email, Erasure.objects.get().how) == ("new@example.com", "webshop")


def test_a_store_is_forgotten_by_a_persons_word(client):
    """connectors §6: shop/redact. Who also buys elsewhere stays."""
    factories.a_shop()
    client.force_login(factories.user("manager"))
    hear(
        ("shopify", "orders/create", shopify_order(at=NOW)),
        ("shopify", "orders/create", shopify_order(2, at=NOW, email="minh@example.com")),
    )
    factories.order(Customer.objects.get(email="minh@example.com"))
    hear(("shopify", "shop/redact", {"shop_id": 1}))
    asked = Delivery.objects.get(state="asks")
    assert not Erasure.objects.exists()

    client.post(reverse("delivery_redact", args=[asked.pk]), {"act": "forget"})
    assert not Erasure.objects.exists()
    client.post(reverse("delivery_redact", args=[asked.pk]), {"act": "forget", "sure": "on"})

    assert [one.customer.email for one in Erasure.objects.all()] == ["lan@example.com"]


def test_the_list_asks_no_more_for_more(client, django_assert_max_num_queries):
    factories.a_shop()
    client.force_login(factories.user("manager"))
    hear(*(("woo", "order.created", woo_order(number, at=NOW)) for number in range(30)))

    with django_assert_max_num_queries(14):
        client.get(reverse("deliveries"))


@pytest.mark.parametrize("number", ["2", "7" * 70])
def test_a_word_that_cannot_be_used_is_not_settled_by_a_later_one_of_another_order(number):
    """The source's id goes before a number, and a number that is too long is not the start of it."""
    hear(("woo", "order.updated", woo_order(2, at=NOW) | {"number": number[:64]}))
    hear(("woo", "order.updated", woo_order(1, at=NOW - 2 * DAY)))

    hear(("woo", "order.updated", woo_order(1, at=NOW - DAY, total="-5") | {"number": number}))

    assert deliveries.stuck().get().reason == "bad_field"


def _delivered(at, carrier="GHN", key=81):
    return {"id": key, "order_id": 5001, "updated_at": at.isoformat(), "shipment_status": "delivered",
            "tracking_company": carrier}  # fmt: skip


@pytest.mark.parametrize("turned", [False, True])
def test_a_delivery_told_of_by_itself_outlives_the_orders_own_earlier_words(turned):
    """Shuffled on the way: the order's words of before it was delivered know of no parcel."""
    told = [
        ("shopify", "orders/create", shopify_order(at=NOW - 4 * DAY)),
        ("shopify", "orders/updated", shopify_order(at=NOW - 3 * DAY)),
        ("shopify", "fulfillments/update", _delivered(NOW - DAY)),
    ]

    hear(told[0])
    for one in reversed(told[1:]) if turned else told[1:]:
        hear(one)

    assert (Order.objects.get().carrier, Order.objects.get().delivered_on) == ("GHN", shop_day(NOW - DAY))


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_parcels_the_last_one_counts(turned):
    hear(("shopify", "orders/create", shopify_order(at=NOW - 9 * DAY)))
    parcels = [_delivered(NOW - 5 * DAY), _delivered(NOW - 2 * DAY, "GHTK", 82)]

    for one in reversed(parcels) if turned else parcels:
        hear(("shopify", "fulfillments/update", one))

    assert (Order.objects.get().carrier, Order.objects.get().delivered_on) == (
        "GHTK",
        shop_day(NOW - 2 * DAY),
    )


@pytest.mark.parametrize("topic", ["customers/redact", "customers/data_request"])
@pytest.mark.parametrize("batch", [1, 100])
def test_a_wish_about_data_waits_for_the_order_it_names(topic, batch):
    """Told before the order, or in one breath with it: nobody's wish is done with for nothing."""
    listed = "orders_to_redact" if topic == "customers/redact" else "orders_requested"
    told = [
        ("shopify", topic, {"customer": {"email": "lan@example.com"}, listed: [5001]}),
        ("shopify", "orders/create", shopify_order(at=NOW)),
    ]

    for start in range(0, 2, batch):
        hear(*told[start : start + batch])

    made = Erasure.objects.get() if topic == "customers/redact" else DataRequest.objects.get()
    assert made.customer == Order.objects.get().customer
    assert not Delivery.objects.exclude(state="done").exists()


def test_a_change_in_days_to_come_does_not_outweigh_those_after_it():
    hear(("woo", "order.updated", woo_order(at=NOW + 700 * DAY, total="1")))
    hear(("woo", "order.updated", woo_order(at=NOW, total="450000")))

    assert Order.objects.get().total == 450_000
    assert Delivery.objects.get(state="unusable").reason == "changed_in_future"


def test_the_list_names_the_order_that_could_not_be_used(client):
    client.force_login(factories.user("manager"))
    hear(("woo", "order.updated", woo_order(7731, at=NOW, total="-5")))

    page = client.get(reverse("deliveries")).content.decode()

    assert "<td>7731</td>" in page
