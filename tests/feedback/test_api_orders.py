"""Orders from programs: each taken or refused by itself, whatever is sent."""

import json

import pytest
from django.test import Client

from feedback import api_access
from feedback.models import Customer, Order
from tests.factories import a_shop, user

pytestmark = pytest.mark.django_db
ORDER = {
    "number": "DH-1042",
    "placed_at": "2026-11-01T09:30:00+07:00",
    "currency": "VND",
    "total": "320000",
    "customer": {"name": "Lan", "email": "lan@example.com", "language": "vi"},
    "lines": [{"sku": "CUP-01", "name": "Cốc", "quantity": 2, "price": "160000"}],
}


@pytest.fixture(autouse=True)
def _shop(client):
    a_shop()


@pytest.fixture
def send(client):
    key = api_access.issue("Web shop", ["orders"], by=None)

    def post(body, **headers):
        raw = body if isinstance(body, bytes | str) else json.dumps(body)
        headers = {"Authorization": f"Bearer {key}"} | headers
        return client.post("/api/v1/orders", raw, content_type="application/json", headers=headers)

    return post


def test_it_takes_one(send):
    answer = send(ORDER)

    assert answer.status_code == 201
    assert answer.json() == {"results": [{"number": "DH-1042", "status": "created", "errors": []}]}
    assert Order.objects.get().customer.email == "lan@example.com"


def test_the_same_again_doubles_nothing(send):
    send(ORDER)

    answer = send(ORDER | {"total": "330000"})

    assert answer.status_code == 200
    assert answer.json()["results"][0]["status"] == "updated"
    assert [order.total for order in Order.objects.all()] == [330_000]
    assert Order.objects.get().lines.count() == 1


def test_it_takes_the_good_ones_of_a_list(send):
    answer = send([ORDER, ORDER | {"number": "DH-2", "total": "much"}, "DH-3"])

    assert answer.status_code == 200
    assert [result["status"] for result in answer.json()["results"]] == ["created", "error", "error"]
    assert answer.json()["results"][1]["errors"][0]["field"] == "total"
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"number": None}, "number"),
        ({"number": ["a"]}, "number"),
        ({"number": {}}, "number"),
        ({"number": "x" * 65}, "number"),
        ({"placed_at": "soon"}, "placed_at"),
        ({"placed_at": 5}, "placed_at"),
        ({"placed_at": "2999-01-01T00:00:00Z"}, "placed_at"),
        ({"currency": "XXZ"}, "currency"),
        ({"total": "NaN"}, "total"),
        ({"total": -1}, "total"),
        ({"total": "12.50"}, "total"),
        ({"total": 10**30}, "total"),
        ({"total": True}, "total"),
        ({"total": "1_000"}, "total"),
        ({"customer": "Lan"}, "customer"),
        ({"customer": {"email": "nobody"}}, "customer.email"),
        ({"lines": {"name": "Cốc"}}, "lines"),
        ({"lines": [5]}, "lines[1]"),
        ({"lines": [{"name": "Cốc", "price": "x"}]}, "lines[1].price"),
        ({"lines": [{"name": "Cốc", "price": 1, "quantity": 0}]}, "lines[1].quantity"),
        ({"lines": [{"name": "Cốc", "price": 1, "quantity": "1_0"}]}, "lines[1].quantity"),
        ({"promised_on": "2026-02-30"}, "promised_on"),
        ({"delivered_on": "2999-01-01"}, "delivered_on"),
        ({"store": "../etc"}, "store"),
    ],
)
def test_it_names_the_field(send, wrong, field):
    answer = send(ORDER | wrong)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["results"][0]["errors"]] == [field]
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"number": "a\\u0000b"}',
        b'{"number": "\\ud800"}',
        b'{"number": "\xff"}',
        b'{"total": NaN}',
        b"{",
        b"",
        b"[]",
        b"null",
        b"5",
        b'"order"',
        b"[null]",
        b'{"total": 1e999999}',
    ],
)
def test_a_body_that_cannot_be_is_refused(send, body):
    answer = send(body)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/json"
    assert not Order.objects.exists()


def test_a_list_has_an_end(send):
    answer = send([{}] * 501)

    assert answer.status_code == 400
    assert "500" in answer.json()["errors"][0]["detail"]


def test_a_body_has_an_end(send, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000

    answer = send([ORDER] * 10)

    assert answer.status_code == 413
    assert answer.json()["errors"][0]["code"] == "too_large"
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"a=" + b"x" * 2_000),
        ("application/x-www-form-urlencoded", b"a=1&" * 501),
        ("multipart/form-data; boundary=", b"--x"),
    ],
)
def test_a_form_it_cannot_read_is_the_senders_error(settings, kind, body):
    """The session's CSRF check reads the form before any parser is chosen."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_500 if len(body) == 2_002 else 10_000
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user("administrator"))

    answer = browser.post("/api/v1/orders", body, content_type=kind)

    assert 400 <= answer.status_code < 500


def test_another_kind_of_body_is_refused(client):
    key = api_access.issue("Web shop", ["orders"], by=None)

    answer = client.post("/api/v1/orders", {"number": "1"}, headers={"Authorization": f"Bearer {key}"})

    assert answer.status_code == 415


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer fb_wrong", "Bearer fb_\xff", "Basic dTpw"])
def test_it_wants_a_key(client, header):
    answer = client.post(
        "/api/v1/orders", ORDER, content_type="application/json", headers={"Authorization": header}
    )

    assert answer.status_code == 401
    assert not Order.objects.exists()


def test_it_wants_the_scope(client):
    key = api_access.issue("Till", ["rewards", "reviews", "trends"], by=None)

    answer = client.post(
        "/api/v1/orders", ORDER, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
    )

    assert answer.status_code == 403


def test_a_person_sends_no_orders(client):
    client.force_login(user("administrator"))

    assert client.post("/api/v1/orders", ORDER, content_type="application/json").status_code == 403
