import pytest

from feedback import api_access
from surveys import guesses, redeem_calls, responses
from surveys.models import Guesses, RedeemCall, Reward
from tests.factories import NOW, user

REVOKED = {"state": "revoked", "revoked_for": "same_person", "revoked_at": NOW}


@pytest.fixture
def reward(invite, all_well, now):
    return responses.submit(invite(), all_well, language="vi", now=now).reward


@pytest.fixture
def call(client, db):
    key = api_access.issue("till", ["rewards"], by=None)

    def call(what, key=key, under="", **data):
        headers = {"authorization": f"Bearer {key}", "accept-language": "en"}
        headers |= {"idempotency-key": under} if under else {}
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
        (REVOKED, {}, "revoked"),
        ({"state": "expired"}, {}, "expired"),
        ({"expires_on": "2020-01-01"}, {}, "expired"),
        ({"minimum_order": 300_001}, {}, "order_too_small"),
        ({}, {"currency": "usd"}, "other_currency"),
    ],
)
def test_it_says_why_not(redeem, change, data, code):
    by = {"revoked_by": user("manager")} if change is REVOKED else {}
    Reward.objects.update(**(change | by or {"state": "issued"}))

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


def test_guessing_is_slowed_down(call, reward):
    """C14: whoever guesses has to wait, and is told how long; the right code waits with the wrong ones."""
    answers = [call("check", code="AAAAAAAAAA").status_code for _each in range(guesses.MOST + 2)]

    assert answers == [404] * guesses.MOST + [429, 429]
    late = call("check", code=reward.code)
    assert late.status_code == 429
    assert 0 < int(late.headers["Retry-After"]) <= 60


def test_a_busy_till_is_not_slowed_down(call, reward):
    answers = {call("check", code=reward.code).status_code for _each in range(guesses.MOST + 2)}

    assert answers == {200}


def test_guessers_do_not_slow_down_others(call, reward):
    Guesses.objects.create(who="token:0", began_at=reward.issued_at, misses=99)
    other = api_access.issue("web shop", ["rewards"], by=None)
    for _each in range(guesses.MOST + 1):
        call("check", code="AAAAAAAAAA")

    assert call("check", key=other, code=reward.code).status_code == 200


def test_a_minute_later_they_may_look_again(call, reward):
    for _each in range(guesses.MOST + 1):
        call("check", code="AAAAAAAAAA")
    Guesses.objects.update(began_at=reward.issued_at - guesses.WITHIN * 2)

    assert call("check", code=reward.code).status_code == 200


def test_under_the_same_key_it_answers_the_same(redeem):
    """C10: the answer that was given, even when a person took the redemption back since."""
    first = redeem(under="k1")
    Reward.objects.update(state="issued", redeemed_at=None, redeemed_order="")
    again = redeem(under="k1")

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert RedeemCall.objects.count() == 1


def test_under_the_same_key_a_refusal_stays(redeem):
    """C10: a stored failure."""
    assert error(redeem(under="k1", currency="USD")) == "other_currency"
    Reward.objects.update(currency="USD")

    assert error(redeem(under="k1", currency="USD")) == "other_currency"
    assert redeem(under="k2", currency="USD").status_code == 200


def test_a_key_stands_for_one_request(redeem):
    """C10: another body under the same key is refused, and changes nothing."""
    redeem(under="k1", order="2001")

    other = redeem(under="k1", order="2002")

    assert (other.status_code, error(other)) == (422, "key_used")
    assert Reward.objects.get().redeemed_order == "2001"


def test_what_is_not_understood_is_not_kept(redeem):
    assert redeem(under="k1", total="-1").status_code == 400
    assert redeem(under="x" * 256).status_code == 400
    assert redeem(under="k1").status_code == 200


def test_old_calls_are_forgotten(redeem, now):
    RedeemCall.objects.create(digest="0", asked="0", made_at=now - redeem_calls.KEPT_FOR * 2)

    redeem(under="k1")

    assert RedeemCall.objects.count() == 1
