"""Decision 13: a reward waits for a person only for what was known before the first question."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from feedback import leases
from feedback.models import Comment, Event, Order, OutgoingMail, Refund, User
from surveys import holds, invitations, responses, rewards
from surveys.models import Reward, Survey
from tests.factories import user


@pytest.fixture
def answer(invite, all_well, now):
    """Answer about a new order, which `facts` may change before."""

    def answer(facts=lambda order: None, in_steps=False, **answers):
        invitation = invite()
        facts(invitation.order)
        token = invitations.mint(invitation)
        if in_steps:
            responses.save(invitations.find(token), {"problem": "none"}, language="vi", now=now)
        responses.submit(invitations.find(token), all_well | answers, language="vi", now=now)
        return Reward.objects.get(response__invitation=invitation)

    return answer


def family(order):
    order.customer.is_insider = True
    order.customer.save()


def staff(order):
    User.objects.create(username="bao", email=order.customer.email.upper())


def cancelled(order):
    Order.objects.filter(pk=order.pk).update(cancelled_at=order.placed_at)


def returned(order):
    Refund.objects.create(
        order=order, external_id="r1", amount=order.total, currency="VND", refunded_at=order.placed_at
    )


def partly_refunded(order):
    Refund.objects.create(
        order=order, external_id="r1", amount=Decimal(1), currency="VND", refunded_at=order.placed_at
    )


@pytest.mark.parametrize("in_steps", [False, True])
@pytest.mark.parametrize(
    ("facts", "held_for"),
    [
        (family, "insider"),
        (staff, "insider"),
        (cancelled, "order_void"),
        (returned, "order_void"),
        (partly_refunded, ""),
    ],
)
def test_a_fact_of_the_order_holds_it(answer, facts, held_for, in_steps):
    reward = answer(facts, in_steps)

    assert (reward.held_for, reward.state) == (held_for, "reserved" if held_for else "issued")
    assert OutgoingMail.objects.count() == (0 if held_for else 1)
    assert Survey.objects.get().budget_used == 50_000


def test_one_person_with_many_orders_is_held(answer, now):
    """By the telephone too, whatever the address."""

    def same_phone(order):
        order.customer.phone = "+84912345678"
        order.customer.save()

    held = [answer(same_phone).held_for for _each in range(holds.MANY + 1)]

    assert held == [""] * holds.MANY + ["same_person"]
    Reward.objects.update(reserved_at=now - holds.LATELY - timedelta(days=1))
    assert answer(same_phone).held_for == ""


def test_what_is_answered_holds_nothing(answer):
    """L1: fast, furious, all the same: the reward is out."""
    bad = {"problem": "not_solved", "expectation": "below", "recommend": "0", "story": "TIỀN ĐÂU???"}

    assert answer(**bad).state == answer(**bad).state == "issued"


def test_one_that_is_held_does_not_run_out(answer, now):
    answer(family)

    assert leases.run_once(rewards.RELEASE, now + timedelta(days=9)) == 0
    assert holds.waiting().count() == 1


def test_the_feedback_counts_as_paid(answer):
    """S4-1: it was promised."""
    answer(family, story="Ấm rất đẹp")

    assert Comment.objects.get().why == "paid"


def test_a_person_gives_it(answer, now):
    reward = answer(family)

    responses.give_held(reward, by=user("manager"), now=now)

    reward.refresh_from_db()
    assert (reward.state, len(reward.code)) == ("issued", 10)
    assert OutgoingMail.objects.get().text.count(reward.code) == 1
    with pytest.raises(holds.Stale):
        responses.give_held(reward, by=user("manager"), now=now)


def test_a_person_revokes_it_for_a_fact(answer, now):
    reward, manager = answer(family), user("manager")

    holds.revoke(reward, fact="insider", by=manager, now=now)

    assert (reward.state, reward.revoked_by, reward.code) == ("revoked", manager, None)
    assert Survey.objects.get().budget_used == 0
    assert Event.objects.get(verb="reward revoked").data["fact"] == "insider"
    assert not rewards.was_released(reward)


def test_a_code_that_was_used_is_not_revoked(answer, now):
    reward = answer()
    rewards.redeem(reward.code, order_number="2001", order_total=Decimal(90_000), currency="VND", now=now)

    with pytest.raises(holds.Stale):
        holds.revoke(reward, fact="not_buyer", by=user("manager"), now=now)


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "revoked"},
        {"state": "revoked", "revoked_for": "rude"},
        {"state": "revoked", "revoked_for": "insider"},
        {"revoked_for": "insider"},
        {"held_for": "too_fast"},
        {"held_for": "not_buyer"},
    ],
)
def test_the_database_knows_no_other_reason(answer, columns):
    """L1: neither words nor speed, and nobody but a person."""
    answer()

    with pytest.raises(IntegrityError), transaction.atomic():
        Reward.objects.update(**columns)
