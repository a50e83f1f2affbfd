"""P5: whatever happens in whichever order, the budget holds what was promised, and no more (S4-2).

One step is one act of a customer, a till, a manager or the clock; after each the database is asked whether
all still adds up.
"""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from feedback import leases
from surveys import holds, invitations, responses, rewards
from surveys.models import Invitation, Response, Reward, Survey
from tests.factories import user

pytestmark = [pytest.mark.prove, pytest.mark.django_db]
SEQUENCES, LENGTH = 110, 50  # 5,500 steps
HELD = ["reserved", "issued", "redeemed"]
steps = {"n": 0}
_money = st.integers(1, 40).map(lambda n: Decimal(n) / 10)


class Budget(RuleBasedStateMachine):
    """Amounts with cents, in which floating point would be off after some steps."""

    world: dict = {}

    @initialize(amount=st.integers(1, 30), budget=st.none() | st.integers(0, 100))
    def begin(self, amount, budget):
        self.now, self.orders = self.world["now"], 0
        self.before = transaction.savepoint()
        Reward.objects.all().delete()
        Response.objects.all().delete()
        Invitation.objects.all().delete()
        Survey.objects.update(
            reward_amount=Decimal(amount) / 10, reward_currency="USD", reward_days=5, budget_used=0,
            budget=None if budget is None else Decimal(budget) / 10,
        )  # fmt: skip

    def teardown(self):
        """PostgreSQL reads each version of a row that one transaction left, but none that it took back."""
        if hasattr(self, "before"):
            transaction.savepoint_rollback(self.before)

    def survey(self):
        return Survey.objects.get()

    def some(self, which, **states):
        found = list(Reward.objects.filter(**states).order_by("pk"))
        return found[which % len(found)] if found else None

    def _invitation(self, customer):
        return Invitation.objects.create(
            survey=self.survey(), customer=customer, state="link", language="vi", made_at=self.now,
            send_at=self.now, expires_at=self.now + timedelta(days=400),
        )  # fmt: skip

    @rule(in_one_go=st.booleans(), is_family=st.booleans())
    def answer(self, in_one_go, is_family):
        asked = self._invitation(self.world["family" if is_family else "customer"])
        if in_one_go:
            responses.submit(asked, self.world["answers"], language="vi", now=self.now)
        else:
            responses.save(asked, {"problem": "none"}, language="vi", now=self.now)

    @rule(which=st.integers(0, 99))
    def finish_what_was_begun(self, which):
        begun = list(Invitation.objects.filter(response__state="started").order_by("pk"))
        if begun:
            asked = invitations.find(invitations.mint(begun[which % len(begun)]))
            responses.submit(asked, self.world["answers"], language="vi", now=self.now)

    @rule(which=st.integers(0, 99), order=st.integers(0, 3), total=st.integers(0, 60))
    def redeem(self, which, order, total):
        if reward := self.some(which, code__isnull=False):
            with suppress(rewards.RewardError):
                rewards.redeem(
                    reward.code, order_number=str(order), order_total=Decimal(total), currency="USD",
                    now=self.now,
                )  # fmt: skip

    @rule(which=st.integers(0, 99))
    def refund(self, which):
        """The goods came back: the redemption is taken back."""
        if reward := self.some(which, state="redeemed"):
            rewards.take_back(reward, reason="goods_returned", by=self.world["huy"], now=self.now)

    @rule(which=st.integers(0, 99), fact=st.sampled_from(list(Reward.Fact.values)))
    def revoke(self, which, fact):
        if reward := self.some(which):
            with suppress(holds.Stale):
                holds.revoke(reward, fact=fact, by=self.world["huy"], now=self.now)

    @rule()
    def give_held(self):
        for reward in holds.waiting()[:1]:
            responses.give_held(reward, by=self.world["huy"], now=self.now)

    @rule(days=st.integers(0, 4))
    def time_goes_by(self, days):
        self.now += timedelta(days=days, hours=13)
        leases.run_once(rewards.RELEASE, self.now)
        leases.run_once(rewards.EXPIRE, self.now)

    @rule(by=_money)
    def raise_budget(self, by):
        found = self.survey()
        if found.budget is not None:
            Survey.objects.update(budget=found.budget + by)

    @rule(by=_money)
    def lower_budget(self, by):
        """The database refuses what is below the promises."""
        found = self.survey()
        if found.budget is None:
            return
        lower = found.budget - by
        try:
            with transaction.atomic():
                Survey.objects.update(budget=lower)
            assert lower >= found.budget_used
        except IntegrityError:
            assert lower < found.budget_used

    @rule(amount=st.integers(1, 30))
    def change_the_reward(self, amount):
        """For those to come; what was promised stays as it was."""
        Survey.objects.update(reward_amount=Decimal(amount) / 10)

    @precondition(lambda self: hasattr(self, "now"))
    @invariant()
    def it_adds_up(self):
        steps["n"] += 1
        found = self.survey()
        held = Reward.objects.filter(state__in=HELD).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
        assert found.budget_used == round(Decimal(held), 2)
        assert found.budget is None or 0 <= found.budget_used <= found.budget
        assert Reward.objects.count() <= Response.objects.count()
        assert not Reward.objects.filter(state="issued", code=None).exists()
        late = Reward.objects.filter(state="redeemed", redeemed_at=None)
        assert not late.exists()


@pytest.fixture
def world(survey, buy, now, all_well):
    lan, family = buy("1").customer, buy("2", name="Minh").customer
    family.is_insider = True
    family.save()
    return {"now": now, "customer": lan, "family": family, "huy": user("manager", "Huy"), "answers": all_well}


def test_the_budget_adds_up_whatever_happens(world, monkeypatch):
    monkeypatch.setattr(holds, "MANY", 10**6)
    Budget.world = world
    before = steps["n"]

    run_state_machine_as_test(
        Budget,
        settings=settings(
            max_examples=SEQUENCES, stateful_step_count=LENGTH, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip

    assert steps["n"] - before >= 5_000


def test_without_its_guard_the_budget_does_not_add_up(world, monkeypatch):
    """The twin: a machine that could not find the fault would prove nothing."""
    monkeypatch.setattr(rewards, "give_back", lambda *_: None)
    Budget.world = world

    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            Budget,
            settings=settings(
                max_examples=60, stateful_step_count=40, deadline=None, database=None,
                suppress_health_check=list(HealthCheck), print_blob=False,
                phases=[Phase.generate],  # found is enough: nobody reads the shortest way to it
            ),
        )  # fmt: skip
