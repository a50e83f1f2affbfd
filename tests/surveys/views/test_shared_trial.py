"""Item 3: a link by which somebody without an account tries the questions. It writes nothing, and ends."""

from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.utils import timezone

from surveys import building, shared
from surveys.models import Survey
from tests.factories import user

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(client, survey):
    client.force_login(user("manager", "Huy"))
    page = client.get(f"/surveys/{survey.public_id}/try/").text
    client.logout()
    begin = page.index("/surveys/shared/")
    return page[begin : page.index('"', begin)]


def everything():
    return {
        model._meta.label: model._base_manager.count() for model in apps.get_models() if model._meta.managed
    }


def test_somebody_without_an_account_tries_it_and_nothing_is_written(client, link, all_well):
    before = everything()

    asked = client.get(link)
    assert asked.status_code == 200
    assert asked.text.count("<fieldset") >= 4
    answers = {f"q-{name}": value for name, value in all_well.items()}
    answers |= {"q-story": "Chữ của tôi", "asked": [*all_well, "story", "wish"]}
    done = client.post(link, answers)

    assert 'class="notice good"' in done.text
    assert everything() == before
    assert "Set-Cookie" not in asked.headers or "sessionid" not in asked.headers["Set-Cookie"]
    assert asked.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_it_says_what_is_missing(client, link):
    assert 'role="alert"' in client.post(link, {"asked": "problem"}).text


def test_it_shows_the_questions_as_they_stand_now(client, link, survey):
    version = building.under_work(survey)
    changed = version.definition | {"title": {"vi": "Tên mới", "en": "New title"}}
    building.save(version, changed, edition=version.edition)

    assert "Tên mới" in client.get(link).text
    shown = client.get(link, headers={"accept-language": "en"}).text
    assert "New title" in shown
    assert "Tên mới" not in shown


def test_its_language_is_changed_at_one_place(client, link):
    """At the top, as on every page; it comes back to the same link."""
    english = client.get(link, headers={"accept-language": "en"}).text
    assert english.count(">English<") + english.count(">Tiếng Việt<") == 1

    vietnamese = client.post("/language/", {"language": "vi", "next": link}, follow=True)
    assert vietnamese.redirect_chain[-1][0] == link
    assert 'lang="vi"' in vietnamese.text[:100]


def test_after_a_week_it_is_over(client, survey):
    link = f"/surveys/shared/{shared.sign(survey)}/"

    with time_machine.travel(timezone.now() + shared.GOOD_FOR - timedelta(minutes=1)):
        assert client.get(link).status_code == 200
    with time_machine.travel(timezone.now() + shared.GOOD_FOR + timedelta(minutes=1)):
        over = client.get(link)

    assert over.status_code == 410
    assert "<h1>" in over.text


def test_of_a_survey_that_was_put_away_it_is_over(client, link):
    Survey.objects.update(archived_at=timezone.now())

    assert client.get(link).status_code == 410


NOT_OURS = {
    "cut": lambda signed: signed[:-3] + "xxx",
    "short": lambda signed: "x",
    "nul": lambda signed: "%00",
    "long": lambda signed: "a" * 5000,
    "upper": lambda signed: signed.upper(),
    "empty": lambda signed: ":::",
    "letters": lambda signed: "ế" * 30,
}


@pytest.mark.parametrize("change", NOT_OURS.values(), ids=NOT_OURS)
def test_a_link_that_is_none_of_ours_opens_nothing(client, survey, change):
    assert client.get(f"/surveys/shared/{change(shared.sign(survey))}/").status_code == 404


def test_it_opens_nothing_but_the_trial(client, link, survey):
    """It is no key to anything else."""
    client.get(link)

    assert client.get(f"/surveys/{survey.public_id}/try/").status_code == 302
    assert client.get(f"/s/{link.split('/')[3][:26]}/").status_code == 404
    assert "reward" not in client.get(link).text.split("<main")[1].split("notice flat")[0]


def test_unfinished_questions_are_said_kindly(client, link, survey):
    version = building.under_work(survey)
    building.save(
        version, {"title": {}, "questions": [{"id": "a", "kind": "yes_no"}]}, edition=version.edition
    )

    page = client.get(link)

    assert page.status_code == 200
    assert "Chưa sẵn sàng" in page.text
    assert 'href="/surveys/' not in page.text
