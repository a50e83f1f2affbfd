"""Item 6: where people stop is known per question, and shown on the survey's page."""

from datetime import timedelta

import pytest

from surveys import leaving, responses, results
from surveys.models import Response
from tests.factories import user

pytestmark = pytest.mark.django_db
STEPS = ["problem", "expectation", "recommend", "touchpoint"]


@pytest.fixture
def begin(invite, all_well, now):
    """Somebody who answers so many questions and goes, hours ago; with None they finish."""

    def begin(steps, hours=2):
        invitation = invite()
        if steps is None:
            return responses.submit(invitation, all_well, language="vi", now=now)
        found = responses.save(invitation, {STEPS[0]: ""}, language="vi", now=now) if not steps else None
        for name in STEPS[:steps]:
            found = responses.save(invitation, {name: all_well[name]}, language="vi", now=now)
        Response.objects.filter(pk=found.pk).update(started_at=now - timedelta(hours=hours))
        return found

    return begin


def stops(survey, now, finished=1):
    asked = results.questions_of(survey)
    return leaving.of(survey, asked, finished=finished, language="vi", now=now)


def test_each_is_counted_after_the_last_question_they_answered(survey, begin, now):
    for steps in (1, 1, 3, None):
        begin(steps)

    found = stops(survey, now)

    assert (found.began, found.left) == (4, 3)
    assert [one.count for one in found.stops] == [0, 2, 0, 1, 0, 0, 0]
    assert found.stops[1].words == "Đơn hàng này có gặp vấn đề gì không?"
    assert found.stops[1].share == 0.5


def test_whoever_may_still_be_answering_has_not_left(survey, begin, now):
    begin(2, hours=0)

    assert stops(survey, now).left == 0


def test_whoever_comes_back_and_finishes_has_not_left(survey, begin, all_well, now):
    begun = begin(2)
    responses.submit(begun.invitation, all_well, language="vi", now=now)

    assert stops(survey, now).left == 0


def test_more_people_ask_no_more(survey, begin, now, statements):
    for _one in range(5):
        begin(2)
    asked = results.questions_of(survey)

    with statements(at_most=2):
        leaving.of(survey, asked, finished=0, language="vi", now=now)


def test_the_page_shows_it(client, survey, begin):
    for steps in (2, None):
        begin(steps)
    client.force_login(user("manager"))

    page = client.get(f"/surveys/{survey.public_id}/").text

    part = page[page.index('id="left"') :]
    assert "1 trong 2 người bắt đầu" in part[: part.index("</table>")]
    assert "sau “So với điều anh/chị mong đợi" in part


def test_nobody_left_shows_nothing(client, survey, begin):
    begin(None)
    client.force_login(user("manager"))

    assert 'id="left"' not in client.get(f"/surveys/{survey.public_id}/").text
