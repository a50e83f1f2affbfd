"""A manager sets what everybody gets who answers: it is the survey's, and never an answer's (L1)."""

from decimal import Decimal

import pytest
from django.db.models import F

from surveys.models import Reward, Survey
from tests.factories import user

pytestmark = pytest.mark.django_db
GOOD = {"reward_amount": "60.000", "budget": "6.000.000", "reward_minimum_order": "", "reward_days": "60",
        "days_to_answer": "20"}  # fmt: skip


@pytest.fixture
def page(client, survey):
    client.force_login(user("manager", "Huy"))
    return f"/surveys/{survey.public_id}/reward/"


def test_it_is_shown_and_changed(client, page):
    assert 'value="50000"' in client.get(page).text

    assert client.post(page, GOOD).status_code == 303

    kept = Survey.objects.get()
    assert (kept.reward_amount, kept.budget, kept.reward_minimum_order) == (60_000, 6_000_000, 0)
    assert (kept.reward_days, kept.days_to_answer) == (60, 20)


def test_it_can_be_left_out(client, page):
    assert client.post(page, GOOD | {"reward_amount": "", "budget": ""}).status_code == 303
    assert (Survey.objects.get().reward_amount, Survey.objects.get().budget) == (None, None)


def test_what_is_promised_stays_as_it_was_promised(client, page, address, filled):
    """L1: whoever has answered keeps what they were promised."""
    client.post(address, filled())

    client.post(page, GOOD)

    assert Reward.objects.get().amount == 50_000


def test_the_budget_is_never_below_what_is_promised(client, page, address, filled):
    """The row is locked while it is compared; the database refuses the rest."""
    client.post(address, filled())
    Survey.objects.update(budget_used=F("budget_used") * 10)

    answer = client.post(page, GOOD | {"budget": "100.000"})

    assert answer.status_code == 400
    assert "500.000" in answer.text
    assert Survey.objects.get().reward_amount == Decimal(50_000)


@pytest.mark.parametrize(
    "change",
    [{"reward_amount": "-1"}, {"reward_amount": "0"}, {"reward_amount": "x" * 99},
     {"reward_amount": "9" * 30}, {"budget": "10"}, {"reward_days": "0"}, {"reward_days": "x"},
     {"days_to_answer": "9999999999999"},
     {"budget": "٣٣"}, {"reward_amount": "1e5"}],
)  # fmt: skip
def test_nonsense_is_refused(client, page, change):
    assert client.post(page, GOOD | change).status_code == 400
    assert Survey.objects.get().reward_amount == Decimal(50_000)
