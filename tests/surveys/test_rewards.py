from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from feedback import leases, shop
from feedback.models import Event
from surveys import holds, invitations, responses, rewards
from surveys.models import Reward, Survey
from tests.factories import user


@pytest.fixture
def reward(invite, all_well, now):
    return responses.submit(invite(), all_well, language="vi", now=now).reward


@pytest.fixture
def redeem(reward, now):
    def redeem(code=None, order="2001", total=300_000, currency="VND", at=now):
        return rewards.redeem(
            code or reward.code, order_number=order, order_total=Decimal(total), currency=currency, now=at
        )

    return redeem


def used():
    return Survey.objects.get().budget_used


def test_it_is_redeemed_once(redeem):
    """C2."""
    assert redeem(order="2001").state == "redeemed"

    with pytest.raises(rewards.Redeemed):
        redeem(order="2002")
    assert Event.objects.filter(verb="reward redeemed").count() == 1


def test_the_same_order_gets_the_same_answer(redeem):
    assert redeem().redeemed_at == redeem().redeemed_at


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}\n", "lower", "dashed"])
def test_it_knows_a_code_however_it_is_typed(reward, typed, now):
    code = reward.code
    spellings = {"lower": code.lower(), "dashed": f"{code[:5]}-{code[5:]}"}

    assert rewards.check(spellings.get(typed) or typed.format(code), now) == reward


@pytest.mark.parametrize("code", ["", "A", "0000000000", "' OR 1=1", "\x00", "Ω" * 10, "A" * 10, "A" * 9999])
def test_it_does_not_know_other_codes(reward, code, now):
    with pytest.raises(rewards.NoSuchCode):
        rewards.check(code, now)


def test_it_lasts_through_its_last_day(reward, redeem, now):
    last = now + timedelta(days=(reward.expires_on - shop.day(now)).days)

    with pytest.raises(rewards.Expired):
        redeem(at=last + timedelta(days=1))
    assert redeem(at=last).state == "redeemed"


def test_it_wants_the_minimum_order(survey, reward, redeem):
    """S4-2."""
    Reward.objects.update(minimum_order=200_000)

    with pytest.raises(rewards.OrderTooSmall):
        redeem(total=199_999)
    assert redeem(total=200_000).state == "redeemed"


def test_it_stays_in_its_currency(redeem):
    with pytest.raises(rewards.OtherCurrency):
        redeem(currency="USD")


def test_a_revoked_code_is_refused(reward, redeem, now):
    holds.revoke(reward, fact="same_person", by=user("manager"), now=now)

    with pytest.raises(rewards.Revoked):
        redeem()


def test_the_budget_counts_what_is_held(survey, invite, all_well, now):
    Survey.objects.update(budget=Decimal(100_000))

    got = [responses.submit(invite(), all_well, language="vi", now=now) for _each in range(4)]

    assert [responses.reward_of(one) is not None for one in got] == [True, True, False, False]
    assert used() == 100_000


def test_cents_add_up_to_the_last_reward(survey, invite, all_well, now):
    """In floating point three times 0.1 is more than 0.3."""
    Survey.objects.update(reward_amount=Decimal("0.10"), reward_currency="USD", budget=Decimal("0.30"))
    survey.refresh_from_db()

    for _each in range(3):
        assert responses.submit(invite(), all_well, language="en", now=now).reward.code

    Reward.objects.update(expires_on=shop.day(now) - timedelta(days=1))
    leases.run_once(rewards.EXPIRE, now)
    assert used() == 0


def test_the_database_refuses_more_than_the_budget(survey, reward):
    """C4: it cannot be lowered beneath what was promised."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Survey.objects.update(budget=Decimal(1))


def test_what_nobody_finished_is_released(survey, invite, now):
    """Decision 13: after 24 hours."""
    responses.save(invite(), {"problem": "none"}, language="vi", now=now - timedelta(hours=25))
    responses.save(invite(), {"problem": "none"}, language="vi", now=now - timedelta(hours=23))

    assert leases.run_once(rewards.RELEASE, now) == 1
    assert sorted(Reward.objects.values_list("state", flat=True)) == ["reserved", "revoked"]
    assert used() == 50_000


def test_a_customer_who_finishes_meanwhile_keeps_the_reward(survey, invite, all_well, now):
    invitation = invite()
    responses.save(invitation, {"problem": "none"}, language="vi", now=now - timedelta(hours=25))
    (leased,) = leases.lease(rewards.RELEASE, now)
    responses.submit(invitations.find(invitations.mint(invitation)), all_well, language="vi", now=now)

    rewards.release([leased], now)

    assert Reward.objects.get().state == "issued"
    assert Reward.objects.get().leased_by == ""
    assert used() == 50_000


def test_what_nobody_used_expires(reward, now):
    later = now + timedelta(days=91)

    assert leases.run_once(rewards.EXPIRE, later) == 1
    assert Reward.objects.get().state == "expired"
    assert used() == 0
    assert leases.run_once(rewards.EXPIRE, later) == 0


def test_codes_have_no_look_alikes(reward):
    assert len(reward.code) == 10
    assert not set(reward.code) & set("01ILOQBGSZU")


@pytest.mark.parametrize(("code", "typed"), [
    ("2D568VVD7J", "zdSgbuuoli"), ("2D568VVD7J", "Z0SGBUVQ1I"), ("2D568VVD7J", "２Ｄ５６８-ｖｖｄ７ｊ"),
])  # fmt: skip
def test_look_alikes_are_read_aright(reward, code, typed, now):
    Reward.objects.update(code=code)

    assert rewards.find(typed.replace("l", "1")) == reward


def test_a_code_of_the_first_alphabet_is_found_as_it_stands(reward):
    Reward.objects.update(code="QSZGBQSZGB")

    assert rewards.find("qszgb-qszgb") == reward


def test_a_redemption_is_taken_back(reward, redeem, now):
    redeem(order="2001")

    rewards.take_back(reward, reason="by_mistake", by=user("manager"), now=now)

    assert redeem(order="2002").redeemed_order == "2002"
    assert used() == 50_000
    Reward.objects.update(state="issued", redeemed_at=None)
    with pytest.raises(rewards.NotRedeemed):
        rewards.take_back(reward, reason="by_mistake", by=user("manager"), now=now)


@pytest.mark.parametrize(
    ("language", "written"), [("vi", "20 tháng 2 năm 2027"), ("en", "February 20, 2027")]
)
def test_the_last_day_is_written_as_the_reader_writes_days(language, written):
    assert rewards.last_day(date(2027, 2, 20), language) == written
