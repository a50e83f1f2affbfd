from decimal import Decimal

import pytest
from django.contrib.auth.models import Group

from feedback.models import User
from surveys import responses
from surveys.models import Survey


@pytest.fixture
def lan(client, db):
    """Lan administers."""
    user = User.objects.create(username="lan", is_staff=True, is_superuser=True)
    user.groups.add(Group.objects.get(name="administrator"))
    client.force_login(user)
    return client


@pytest.fixture
def change(lan, survey):
    def change(**fields):
        given = {
            "slug": survey.slug,
            "name": survey.name,
            "state": "live",
            "reward_amount": "50000",
            "reward_currency": "VND",
            "reward_days": "90",
            "reward_minimum_order": "0",
            "budget": "",
            "days_to_answer": "30",
            "versions-TOTAL_FORMS": "0",
            "versions-INITIAL_FORMS": "0",
        }
        return lan.post(f"/admin/surveys/survey/{survey.pk}/change/", given | fields)

    return change


@pytest.mark.parametrize("page", ["survey/", "invitation/", "survey/{pk}/change/"])
def test_it_opens(lan, survey, invite, page):
    invite()

    assert lan.get(f"/admin/surveys/{page.format(pk=survey.pk)}").status_code == 200


def test_it_changes_the_reward_of_later_answers(change):
    assert change(reward_amount="70000").status_code == 302
    assert Survey.objects.get().reward_amount == 70_000


def test_saving_leaves_what_was_used_meanwhile(change, invite, all_well, now):
    """C4: the page was open while a customer got a reward."""
    responses.submit(invite(), all_well, language="vi", now=now)

    change(name="Sau khi mua")

    survey = Survey.objects.get()
    assert (survey.name, survey.budget_used) == ("Sau khi mua", 50_000)


def test_the_budget_cannot_go_below_what_is_promised(change, invite, all_well, now):
    """C4."""
    responses.submit(invite(), all_well, language="vi", now=now)

    response = change(budget="49999")

    assert response.status_code == 200
    assert "errornote" in response.content.decode()
    assert Survey.objects.get().budget is None


def test_a_survey_is_not_made_without_its_questions(lan, survey):
    assert lan.get("/admin/surveys/survey/add/").status_code == 403
    assert Decimal(50_000) == Survey.objects.get().reward_amount
