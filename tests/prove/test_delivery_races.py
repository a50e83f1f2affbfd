"""Workers take what shops tell us at the same moment, in any order; each guard also off (C9)."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from feedback import bulk, deliveries, leases, orders, purchases, work
from feedback.models import Customer, Delivery, Order, OrderSource, Refund
from tests.feedback.shop_words import body_of, shopify_order, shopify_refund

CROWD = 6
NOW = timezone.now().replace(microsecond=0)
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
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CROWD) as crowd:
        return list(crowd.map(one, range(CROWD)))


@pytest.fixture
def shop(many_connections):
    return OrderSource.objects.create(slug="shopify", name="S", kind="shopify", store="shopify", made_at=NOW)


def said(number, step):
    at = NOW - timedelta(days=2) + timedelta(hours=step)
    return "orders/updated", shopify_order(
        number, at=at, total=f"{100_000 + 1000 * step}", email=f"lan{number % 3}@x.example"
    )


def tell(shop, topic, words, event=""):
    return deliveries.keep(shop, topic=topic, event_id=event, body=body_of(words), now=NOW, triggered_at=None)


def rows():
    return (
        list(Order.objects.order_by("number").values_list("number", "total", "version", "customer__email")),
        sorted(Refund.objects.values_list("order__number", "external_id", "amount")),
        sorted(Customer.objects.values_list("email", "since")),
    )


def test_the_same_delivery_many_times_at_once_is_kept_once(shop):
    """C9: one effect, an answer for each."""
    kept = at_once(lambda number: tell(shop, *said(1, 1), event="e1"))

    assert sorted(kept) == [False] * (CROWD - 1) + [True]
    assert Delivery.objects.count() == 1


def test_many_workers_come_to_the_truth(shop):
    story = [said(number, step) for number in range(1, 9) for step in range(4)]
    story += [("refunds/create", shopify_refund(number, number, at=NOW)) for number in range(1, 9)]
    for topic, words in story:
        tell(shop, topic, words)
    work.drain(deliveries.WORK)
    truth = rows()
    Delivery.objects.all().delete()
    Order.objects.all().delete()
    Customer.objects.all().delete()
    random.Random(5).shuffle(story)
    for topic, words in story:
        tell(shop, topic, words)

    job = leases.Job(name="w", due=deliveries.due, run=deliveries.work, batch=3, tries=50)

    def drain(number):
        hours = 0
        while Delivery.objects.filter(state__in=["new", "waits"]).exists() and hours < 200:
            hours += 1  # what failed because somebody was in its way is due again by then
            leases.run_once(job, NOW + timedelta(hours=hours))

    at_once(drain)

    assert rows() == truth


def everyone_sends(monkeypatch, versions):
    """All have looked whether the order is there before the first of them writes."""
    seen, look = threading.Barrier(CROWD), purchases._known
    first = threading.local()

    def look_together(batch):
        found = look(batch)
        if not getattr(first, "past", False) and connection.vendor == "postgresql":
            first.past = True
            seen.wait(30)
        return found

    monkeypatch.setattr(purchases, "_known", look_together)

    def send(number):
        raw = {
            "number": "A-1",
            "placed_at": "2026-11-01",
            "total": str(number),
            "customer": {"email": "lan@x.example"},
            "currency": "VND",
            "updated_at": f"2026-11-02T0{versions[number]}:00:00Z",
        }
        return orders.take(orders.parse(raw, now=NOW))[1]

    return at_once(send)


def test_one_order_said_by_many_at_once_is_one_and_the_newest(shop, monkeypatch):
    versions = [3, 1, 5, 2, 0, 4]

    created = everyone_sends(monkeypatch, versions)

    assert (created.count(True), Order.objects.count(), Customer.objects.count()) == (1, 1, 1)
    assert Order.objects.get().total == versions.index(5)


def test_without_the_comparison_of_versions_the_last_to_write_wins(shop, monkeypatch):
    """The guard off: of a newer and an older word the older one stays."""
    monkeypatch.setattr(purchases, "_is_older", lambda one, known: False)
    for step in (5, 1):
        tell(shop, *said(1, step))
        work.drain(deliveries.WORK)

    assert Order.objects.get().total == 101_000


def test_without_the_constraint_one_order_becomes_many(shop, monkeypatch):
    """The guard off: nothing but the database keeps two who write at once apart."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")

    def write_blindly(model, rows, *, of):
        return {row[of[0]]: key for row, key in zip(rows, bulk.write(model, rows), strict=True)}

    monkeypatch.setattr(bulk, "write_new", write_blindly)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE feedback_order DROP CONSTRAINT one_order_per_store_and_number")
        cursor.execute("DROP INDEX one_customer_per_email")
    try:
        everyone_sends(monkeypatch, [0] * CROWD)
        assert Order.objects.count() > 1
    except OperationalError:
        pytest.fail("they waited for each other")
    finally:
        Order.objects.all().delete()
        Customer.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE feedback_order"
                " ADD CONSTRAINT one_order_per_store_and_number UNIQUE (store, number)"
            )
            cursor.execute(
                "CREATE UNIQUE INDEX one_customer_per_email ON feedback_customer (email)"
                " WHERE NOT (email = '')"
            )
