from datetime import timedelta
from decimal import Decimal

import pytest

from feedback import leases
from surveys import invitations, publishing, responses, results, rewards
from surveys.models import Reward, Survey
from tests.factories import user
from tests.surveys.test_answers import EVERY_KIND


@pytest.fixture
def answer(invite, all_well, now):
    def answer(**answers):
        return responses.submit(invite(), all_well | answers, language="vi", now=now)

    return answer


def measured(found, question):
    return next(one for one in found.measured if one.id == question)


def lines(found, question):
    return {share.id: share.count for share in measured(found, question).shares}


def test_it_counts_the_answers(survey, answer):
    """S0-1, S1-2, and where it happened."""
    answer(problem="none")
    answer(problem="later", expectation="below", touchpoint="store")
    answer(problem="not_told", expectation="as_expected", touchpoint="")

    found = results.of(survey, "en")

    cohorts = {line.id: line.count for line in found.cohorts}
    assert cohorts == {"no_problem": 1, "resolved_first": 0, "not_resolved": 1, "unknown": 1}
    assert lines(found, "expectation") == {"above": 1, "as_expected": 1, "below": 1}
    assert lines(found, "touchpoint")["store"] == 1
    assert measured(found, "touchpoint").n == 2


def test_as_expected_is_a_class_of_its_own(survey, answer):
    """S1-2: equal is indifferent, not satisfied."""
    answer()

    expectation = measured(results.of(survey, "en"), "expectation")

    assert [share.note for share in expectation.shares] == ["satisfied", "indifferent", "dissatisfied"]


def test_answers_not_sent_do_not_count(survey, invite, all_well, now):
    responses.save(invite(), all_well, language="vi", now=now)

    found = results.of(survey, "en")

    assert found.figures.answered == 0
    assert found.measured[0].n == 0


def test_it_adds_up_what_the_rewards_cost(survey, answer, now):
    """S4-1: how many answered for a reward, and how many without one."""
    first, _second = answer(), answer()
    Survey.objects.update(budget=Decimal(100_000))
    answer()
    rewards.redeem(first.reward.code, order_number="1", order_total=Decimal(90_000), currency="VND", now=now)

    figures = results.of(survey, "en").figures

    assert (figures.answered, figures.issued, figures.unrewarded) == (3, 2, 1)
    assert figures.redeemed == 1
    assert (figures.spent, figures.open_amount) == (50_000, 50_000)


def test_expired_codes_are_no_longer_open(survey, answer, now):
    answer()
    leases.run_once(rewards.EXPIRE, now + timedelta(days=100))

    figures = results.of(survey, "en").figures

    assert Reward.objects.get().state == "expired"
    assert (figures.issued, figures.open_amount) == (1, 0)


def test_it_knows_who_was_asked(survey, invite, buy, now):
    invite()
    invitations.invite(survey, order=buy("1"), now=now)

    ((_survey, figures),) = results.overview()

    assert (figures.asked, figures.waiting, figures.rate) == (1, 1, 0.0)


def test_a_survey_never_published_has_no_results(survey):
    survey.versions.all().delete()

    assert results.of(survey, "vi").measured == []


def test_the_number_of_queries_is_fixed(survey, answer, django_assert_num_queries):
    answer()
    answer(problem="later", story="Lâu quá")

    with django_assert_num_queries(14):
        results.of(survey, "vi")
    with django_assert_num_queries(5):
        results.overview()


def test_every_kind_has_its_results_and_the_page_shows_them(survey, invite, now, client):
    """Issue "Ask", item 9: chart and table with n and interval for each question."""
    publishing.publish(survey, EVERY_KIND, now=now)
    given = {
        "met": "no",
        "why": "late",
        "recommend": "9",
        "happy": "5",
        "easy": "7",
        "people": "4",
        "mail": "yes",
    }
    parts = {
        "parts": {"price": "good"},
        "order": ["kind", "fast", "cheap"],
        "when": "2026-11-28",
        "reach": {"name": "Nobody Else"},
    }
    responses.submit(invite(), given | parts, language="en", now=now)
    client.force_login(user("manager", "Huy"))

    page = client.get(f"/surveys/{survey.public_id}/", headers={"accept-language": "en"}).content.decode()

    for words in (
        "CSAT is the share",
        "CES is the mean",
        "What matters most?",
        "How was each part?",
        "very satisfied",
        "2026-11",
    ):
        assert words in page
    assert "Nobody Else" not in page  # contact details are no figures
