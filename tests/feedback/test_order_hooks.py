"""What web shops tell us: from whom it is, once each, and answered whatever comes (connectors §5 – §7)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from feedback import deliveries, work
from feedback.models import Delivery, Order, OrderSource
from tests.feedback.shop_words import (
    SECRET,
    body_of,
    shopify_order,
    signed,
    stripe_dispute,
    stripe_signed,
    woo_order,
)  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shops(settings):
    settings.SOURCE_SECRETS = {f"SOURCE_{name}_HOOK_SECRET": SECRET for name in ("WOO", "SHOPIFY", "STRIPE")}
    now = timezone.now()
    return {
        kind: OrderSource.objects.create(slug=slug, name=slug, kind=kind, store="woo", made_at=now)
        for slug, kind in (("woo", "woocommerce"), ("shopify", "shopify"), ("stripe", "stripe"))
    }


def send(client, slug, body, **headers):
    return client.post(
        reverse("order_hook", args=[slug]), data=body, content_type="application/json",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )  # fmt: skip


def woo(client, said, *, delivery="d1", signature=None, topic="order.updated"):
    body = said if isinstance(said, bytes) else body_of(said)
    return send(
        client, "woo", body, x_wc_webhook_signature=signed(body) if signature is None else signature,
        x_wc_webhook_topic=topic, x_wc_webhook_delivery_id=delivery,
    )  # fmt: skip


def shopify(client, said, *, event="e1", topic="orders/create", signature=None):
    body = body_of(said)
    return send(
        client, "shopify", body, x_shopify_hmac_sha256=signature or signed(body), x_shopify_topic=topic,
        x_shopify_event_id=event, x_shopify_triggered_at="2026-11-10T02:00:00.123Z",
    )  # fmt: skip


def stripe(client, said, *, at=None, header=None):
    body = body_of(said)
    return send(client, "stripe", body, stripe_signature=header or stripe_signed(body, at or timezone.now()))


NOW = timezone.now().replace(microsecond=0)


def test_it_is_kept_answered_and_then_worked_on(client):
    assert woo(client, woo_order(at=NOW)).status_code == 200
    assert not Order.objects.exists()

    work.drain(deliveries.WORK)

    order, row = Order.objects.get(), Delivery.objects.get()
    assert (order.number, order.total, order.customer.email, order.payment_ref) == (
        "1",
        450_000,
        "lan@example.com",
        "ch_1",
    )
    assert (row.state, row.about, bytes(row.body)) == ("done", order.pk, b"")


def test_answering_takes_few_statements(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        woo(client, woo_order(at=NOW))


def test_each_secret_counts_while_it_is_changed(client, settings):
    settings.SOURCE_SECRETS["SOURCE_WOO_HOOK_SECRET"] = f"another {SECRET}"

    assert woo(client, woo_order(at=NOW)).status_code == 200


@pytest.mark.parametrize("place", range(0, 44, 3))
def test_a_signature_wrong_by_one_letter_is_refused(client, place):
    body = body_of(woo_order(at=NOW))
    right = signed(body)
    wrong = right[:place] + ("A" if right[place] != "A" else "B") + right[place + 1 :]

    assert woo(client, body, signature=wrong).status_code == 401
    assert not Delivery.objects.exists()


def test_a_signature_spelt_otherwise_is_refused(client):
    """The last letter before "=" holds two bits that are nobody's: four letters decode to the same bytes."""
    body = body_of(woo_order(at=NOW))
    right = signed(body)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = letters[letters.index(right[42]) + 1]

    assert woo(client, body, signature=f"{right[:42]}{other}=").status_code == 401


@pytest.mark.parametrize("place", [0, 1, 40, -1])
def test_a_body_wrong_by_one_byte_is_refused(client, place):
    body = bytearray(body_of(woo_order(at=NOW)))
    right = signed(bytes(body))
    body[place] ^= 1

    assert woo(client, bytes(body), signature=right).status_code == 401


@pytest.mark.parametrize("signature", ["", "x", "é", "====", "AAAA", " " * 44, "0" * 5000])
def test_a_signature_that_is_none_is_refused(client, signature):
    assert woo(client, woo_order(at=NOW), signature=signature).status_code == 401


def test_without_a_secret_nothing_is_taken(client, settings):
    settings.SOURCE_SECRETS = {}
    body = body_of(woo_order(at=NOW))

    assert woo(client, body, signature=signed(body, "")).status_code == 401


def test_the_ping_of_a_new_webhook_is_answered(client):
    answer = client.post(
        reverse("order_hook", args=["woo"]),
        {"webhook_id": "12"},
        content_type="application/x-www-form-urlencoded",
    )
    plain = send(client, "woo", b"webhook_id=12")

    assert plain.status_code == 200
    assert answer.status_code in (200, 401)
    assert not Delivery.objects.exists()


def test_the_same_delivery_is_kept_once(client):
    body = body_of(woo_order(at=NOW))
    for delivery in ("d1", "d1", "d2"):  # again; and a replay of the same words under another id
        assert woo(client, body, delivery=delivery).status_code == 200

    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(("slug", "status"), [("nobody", 404), ("mail-x", 404)])
def test_nobodys_address_is_not_there(client, slug, status):
    assert send(client, slug, b"{}").status_code == status


def test_a_source_that_is_not_in_use_is_not_there(client):
    OrderSource.objects.update(is_active=False)

    assert woo(client, woo_order(at=NOW)).status_code == 404


def test_a_program_of_our_own_tells_nothing_here(client):
    OrderSource.objects.filter(slug="woo").update(kind="api")

    assert woo(client, woo_order(at=NOW)).status_code == 404


def test_a_body_too_big_for_an_order_is_not_read(client):
    body = b"[" + b" " * 50_000_000

    assert send(client, "woo", body, x_wc_webhook_signature=signed(b"")).status_code == 413
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_other_methods_are_refused(client, method):
    assert getattr(client, method)(reverse("order_hook", args=["woo"])).status_code == 405


@pytest.mark.parametrize("seconds", [-301, 303, -86_400, 86_400 * 400])
def test_a_stripe_signature_outside_five_minutes_is_a_replay(client, seconds):
    assert (
        stripe(client, stripe_dispute(at=NOW), at=timezone.now() + timedelta(seconds=seconds)).status_code
        == 401
    )


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=1",
        "v1=00",
        "t=x,v1=00",
        "t=1,t=2,v1=00",
        "t=99999999999999999999,v1=00",
        "t=１,v1=00",
        "," * 5000,
    ],
)
def test_a_stripe_header_that_is_none_is_refused(client, header):
    assert stripe(client, stripe_dispute(at=NOW), header=header or " ").status_code == 401


def test_stripe_may_sign_with_two_secrets(client):
    body = body_of(stripe_dispute(at=NOW))
    right = stripe_signed(body, timezone.now())

    header = right.replace(",v1=", f",v1={'0' * 64},v0=xyz,v1=")
    assert send(client, "stripe", body, stripe_signature=header).status_code == 200


def test_stripe_is_known_by_the_events_own_id(client):
    said = stripe_dispute(at=NOW)
    stripe(client, said)
    stripe(client, said | {"pending_webhooks": 1})

    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        b"[]",
        b"null",
        b"{" * 5000,
        '{"id": "\ud800"}'.encode("utf-8", "surrogatepass"),
        b'{"id": 1e999}',
    ],
)
@pytest.mark.parametrize("slug", ["woo", "shopify", "stripe"])
def test_whatever_is_signed_is_answered_and_listed(client, slug, body):
    headers = {
        "woo": {"x_wc_webhook_signature": signed(body), "x_wc_webhook_topic": "order.updated"},
        "shopify": {"x_shopify_hmac_sha256": signed(body), "x_shopify_topic": "orders/create"},
        "stripe": {"stripe_signature": stripe_signed(body, timezone.now())},
    }[slug]

    assert send(client, slug, body, **headers).status_code in (200, 400)
    work.drain(deliveries.WORK)

    assert not Delivery.objects.filter(state="new").exists()


def test_shopifys_own_times_and_ids_are_kept(client):
    shopify(client, shopify_order(at=NOW))

    row = Delivery.objects.get()
    assert (row.event_id, row.topic, row.triggered_at.year) == ("e1", "orders/create", 2026)
