import pytest
from django.core.cache import cache

from feedback import api_access
from surveys import responses
from surveys.models import Reward


@pytest.fixture
def reward(invite, all_well, now):
    return responses.submit(invite(), all_well, language="vi", now=now).reward


@pytest.fixture
def call(client, db):
    cache.clear()  # the throttle counts there
    key = api_access.issue("till", ["rewards"], by=None)

    def call(what, key=key, **data):
        headers = {"authorization": f"Bearer {key}", "accept-language": "en"}
        return client.post(f"/api/v1/rewards/{what}", data, content_type="application/json", headers=headers)

    return call


@pytest.fixture
def redeem(call, reward):
    def redeem(order="2001", total="300000", **data):
        given = {"code": reward.code, "order_number": order, "order_total": total, "currency": "VND"}
        return call("redeem", **(given | data))

    return redeem


def error(response):
    return response.json()["errors"][0]["code"]


def test_it_says_what_a_code_is_worth(call, reward):
    response = call("check", code=reward.code.lower())

    assert response.status_code == 200
    assert response.json() == {
        "code": reward.code,
        "state": "issued",
        "amount": "50000",
        "currency": "VND",
        "minimum_order": None,
        "expires_on": reward.expires_on.isoformat(),
        "redeemed_at": None,
    }


def test_it_says_the_least_order_in_the_currency_s_decimals(call, reward):
    Reward.objects.update(minimum_order=200_000)
    in_dong = call("check", code=reward.code).json()
    Reward.objects.update(amount="5.5", minimum_order=20, currency="EUR")
    in_euro = call("check", code=reward.code).json()

    assert (in_dong["amount"], in_dong["minimum_order"]) == ("50000", "200000")
    assert (in_euro["amount"], in_euro["minimum_order"]) == ("5.50", "20.00")


def test_a_check_uses_nothing_up(call, reward):
    call("check", code=reward.code)

    assert Reward.objects.get().state == "issued"


def test_it_redeems_once(redeem):
    """C2."""
    first, again, other = redeem(), redeem(), redeem(order="2002")

    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
    assert first.json() == again.json()
    assert error(other) == "redeemed"


@pytest.mark.parametrize(
    ("change", "data", "code"),
    [
        ({"state": "revoked"}, {}, "revoked"),
        ({"state": "expired"}, {}, "expired"),
        ({"expires_on": "2020-01-01"}, {}, "expired"),
        ({"minimum_order": 300_001}, {}, "order_too_small"),
        ({}, {"currency": "usd"}, "other_currency"),
    ],
)
def test_it_says_why_not(redeem, change, data, code):
    Reward.objects.update(**(change or {"state": "issued"}))

    response = redeem(**data)

    assert (response.status_code, error(response)) == (409, code)


@pytest.mark.parametrize("code", ["AAAAAAAAAA", "?", "' OR 1=1"])
def test_an_unknown_code_is_not_found(call, code):
    response = call("check", code=code)

    assert (response.status_code, error(response)) == (404, "no_such_code")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": None}, "code"),
        ({"code": ["x"]}, "code"),
        ({"code": "x" * 41}, "code"),
        ({"order_number": ""}, "order_number"),
        ({"order_total": "-1"}, "order_total"),
        ({"order_total": "NaN"}, "order_total"),
        ({"order_total": "1e99"}, "order_total"),
        ({"currency": "XYZ"}, "currency"),
        ({"currency": "dong"}, "currency"),
    ],
)
def test_it_names_the_field_that_is_wrong(redeem, data, field):
    response = redeem(**data)

    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == field


def test_it_wants_a_key(call, reward):
    assert call("check", key="fb_guessed", code=reward.code).status_code == 401


def test_it_wants_the_right_scope(call, reward):
    other = api_access.issue("orders", ["orders"], by=None)

    assert call("check", key=other, code=reward.code).status_code == 403


def test_guessing_is_slowed_down(call):
    """C14."""
    answers = [call("check", code="AAAAAAAAAA").status_code for _each in range(32)]

    assert set(answers[:30]) == {404}
    assert answers[30:] == [429, 429]
