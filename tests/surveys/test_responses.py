import itertools
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from feedback.models import Case, Comment, Event, OutgoingMail, Touchpoint
from surveys import invitations, publishing, responses, rewards, sheets
from surveys.cohorts import Problem
from surveys.models import Answer, Invitation, Response, Reward, Survey
from surveys.questions import EXPECTATIONS
from surveys.sheets import BadAnswers


@pytest.fixture
def submit(invite, now, all_well):
    def submit(invitation=None, language="vi", **answers):
        return responses.submit(invitation or invite(), all_well | answers, language=language, now=now)

    return submit


def fresh(invitation):
    """As another request finds it."""
    return invitations.find(invitations.mint(invitation))


def test_it_writes_everything_at_once(submit):
    response = submit(problem="not_solved", story="Ấm bị nứt", wish="Đổi ấm khác", recommend="3")

    assert (response.state, response.cohort) == ("finished", "not_resolved")
    assert response.answers.count() == 6
    assert response.reward.state == "issued"
    assert Case.objects.get().wish == "Đổi ấm khác"
    assert OutgoingMail.objects.get().about == f"surveys.reward:{response.reward.pk}"
    verbs = set(Event.objects.values_list("verb", flat=True))
    assert {"response finished", "reward issued", "case opened"} <= verbs


def test_it_keeps_the_questions_words(submit):
    response = submit(language="en", expectation="below")

    answer = response.answers.get(question="expectation")
    assert answer.words == "How was it, compared with what you expected?"
    assert (answer.value, answer.value_words) == ("below", "Not as good as I expected")
    assert response.answers.get(question="recommend").number == 9


def test_words_become_comments(submit):
    """S4-1: marked with why it came; the score stands on the free text alone."""
    submit(story="Giao nhanh", wish="Gói kỹ hơn")

    story, wish = Comment.objects.order_by("pk")
    assert (story.text, story.why, story.channel, story.source) == (
        "Giao nhanh",
        "paid",
        "survey",
        "post-purchase",
    )
    assert (story.score, story.scale, story.touchpoint.slug) == (9, "nps_10", "delivery")
    assert (wish.text, wish.score, wish.order.number) == ("Gói kỹ hơn", None, "1042")


@pytest.mark.parametrize(("language", "amount"), [("vi", "50.000"), ("en", "50,000")])
def test_the_code_is_mailed_too(submit, language, amount):
    """L2: and nothing in that mail leads to a public site; only to what we keep about them (L15)."""
    reward = submit(language=language).reward

    mail = OutgoingMail.objects.get()
    assert (mail.kind, mail.language, mail.to) == ("service", language, "lan1042@example.com")
    assert amount in mail.subject
    assert reward.code in mail.text
    assert reward.code in mail.html
    links = re.findall(r"https?://[^\s\"<]+", mail.text + mail.html)
    assert set(links) == {"http://localhost:8000/my-data/"}


def test_ticks_alone_make_no_comment(submit):
    submit()

    assert not Comment.objects.exists()
    assert not Case.objects.exists()


@pytest.mark.parametrize("problem", Problem)
def test_it_opens_a_case_for_what_is_still_wrong(submit, problem):
    submit(problem=problem.value, story="")

    assert Case.objects.count() == (problem in {Problem.NOT_SOLVED, Problem.NOT_TOLD})
    assert set(Comment.objects.values_list("text", flat=True)) <= {""}


def test_it_asks_again_for_nothing(invite, submit):
    """C1: the double click, the reload and the second tab get the response that there is."""
    invitation = invite()
    other_tab = fresh(invitation)

    first, second = submit(invitation, recommend="1"), submit(other_tab, recommend="10")

    assert first == second
    assert first.answers.get(question="recommend").value == 1
    assert (Response.objects.count(), Reward.objects.count()) == (1, 1)


def test_a_failure_leaves_nothing_half_written(invite, submit):
    def break_at_the_end(execute, sql, params, many, context):
        if "feedback_event" in sql and sql.startswith("INSERT"):
            raise DatabaseError("the disk is full")
        return execute(sql, params, many, context)

    invitation = invite()
    with pytest.raises(DatabaseError), connection.execute_wrapper(break_at_the_end):
        submit(invitation, problem="not_solved")

    for model in (Response, Answer, Comment, Case, Reward, OutgoingMail):
        assert not model.objects.exists()


@pytest.fixture
def rewarded(invite, now):
    """What these answers earn; taken back at once, so that each finds the same link unused."""
    token = invitations.mint(invite())

    def rewarded(**answers):
        with transaction.atomic():
            reward = responses.submit(invitations.find(token), answers, language="vi", now=now).reward
            transaction.set_rollback(True)
        return (
            reward.state,
            reward.amount,
            reward.currency,
            reward.minimum_order,
            reward.expires_on,
            len(reward.code),
        )

    return rewarded


def test_the_reward_is_the_same_whatever_the_answers(rewarded):
    """L1: every problem, expectation and score, each with another place, with and without words."""
    places = itertools.cycle([*Touchpoint.objects.values_list("slug", flat=True), ""])
    texts = itertools.cycle(["", "Tệ", "Tuyệt vời, năm sao!"])

    got = {
        rewarded(
            problem=problem,
            expectation=expectation,
            recommend=score,
            touchpoint=next(places),
            story=next(texts),
        )
        for problem, expectation, score in itertools.product(Problem, EXPECTATIONS, (0, 6, 7, 10))
    }

    assert len(got) == 1


@pytest.mark.prove
def test_the_reward_is_the_same_for_every_combination(rewarded):
    """L1: all 1,650 ways through the choices."""
    places = [*Touchpoint.objects.values_list("slug", flat=True), ""]

    got = {
        rewarded(problem=problem, expectation=expectation, recommend=score, touchpoint=place)
        for problem, expectation, score, place in itertools.product(Problem, EXPECTATIONS, range(11), places)
    }

    assert len(got) == 1


def test_it_names_every_answer_that_does_not_fit(invite, now):
    with pytest.raises(BadAnswers) as caught:
        responses.submit(invite(), {"problem": "maybe", "story": "x" * 5001}, language="vi", now=now)

    assert {name: error.key for name, error in caught.value.errors.items()} == {
        "problem": "not_a_choice",
        "expectation": "required",
        "recommend": "required",
        "story": "too_long",
    }
    assert not Response.objects.exists()


def test_what_cannot_be_stored_is_left_out(submit):
    response = submit(story="ngon\x00 qu\ud800á")

    assert response.answers.get(question="story").value == "ngon quá"


def test_steps_are_kept_and_finished(invite, now):
    invitation = invite()
    responses.save(invitation, {"problem": "later"}, language="vi", now=now)
    responses.save(fresh(invitation), {"problem": "none", "recommend": "8"}, language="vi", now=now)

    assert dict(sheets.sheet(fresh(invitation)).saved) == {"problem": "none", "recommend": 8}
    response = responses.submit(fresh(invitation), {"expectation": "above"}, language="en", now=now)
    assert (response.cohort, response.language, response.answers.count()) == ("no_problem", "en", 3)


def test_an_answer_can_be_taken_back(invite, now):
    invitation = invite()
    responses.save(invitation, {"story": "hay"}, language="vi", now=now)

    responses.save(fresh(invitation), {"story": ""}, language="vi", now=now)

    assert not Answer.objects.exists()


def test_a_finished_response_does_not_change(invite, submit, now):
    invitation = invite()
    stale = fresh(invitation)
    submit(invitation)

    responses.save(stale, {"problem": "not_solved"}, language="vi", now=now)

    assert Answer.objects.get(question="problem").value == "none"


def test_the_first_step_holds_a_reward(survey, invite, now, all_well):
    """Decision 13: a promised code never fails at the end."""
    Survey.objects.update(budget=Decimal(50_000))
    early, late = fresh(invite()), fresh(invite())
    responses.save(early, {"problem": "none"}, language="vi", now=now)

    assert responses.reward_of(responses.submit(late, all_well, language="vi", now=now)) is None
    assert responses.submit(fresh(early), all_well, language="vi", now=now).reward.state == "issued"


def test_without_a_reward_it_was_asked_unpaid(survey, submit):
    """S4-1."""
    Survey.objects.update(budget=0)

    submit(story="Tốt")

    assert Comment.objects.get().why == "invited"
    assert not OutgoingMail.objects.exists()


def test_the_row_of_the_budget_is_asked_after_all_that_was_said(invite, now, all_well):
    """All who finish wait for it: what comes after is the reward, its letter and the events, and no more."""
    trouble = all_well | {"problem": "not_solved", "story": "Ấm bị nứt"}
    invitation = fresh(invite())

    with CaptureQueriesContext(connection) as captured:
        responses.submit(invitation, trouble, language="vi", now=now)

    said = [query["sql"] for query in captured]
    budget = next(place for place, sql in enumerate(said) if "UPDATE surveys_survey" in sql)
    after = [sql.split()[2].strip('"') for sql in said[budget:] if sql.startswith("INSERT")]
    assert after == ["surveys_reward", "feedback_outgoingmail", "feedback_event"]


def test_who_comes_back_after_a_day_gets_a_reward_again(invite, now, all_well):
    invitation = invite()
    responses.save(invitation, {"problem": "none"}, language="vi", now=now - timedelta(hours=25))
    rewards.leases.run_once(rewards.RELEASE, now)

    response = responses.submit(fresh(invitation), all_well, language="vi", now=now)

    assert response.reward.state == "issued"
    assert Survey.objects.get().budget_used == 50_000


def test_it_keeps_the_version_it_started_with(survey, invite, now):
    invitation = invite()
    responses.save(invitation, {"problem": "none"}, language="vi", now=now)
    changed = publishing.shipped()
    changed["questions"] = changed["questions"][:1]
    publishing.publish(survey, changed, now=now)

    assert len(sheets.sheet(fresh(invitation)).definition.questions) == 6
    assert len(sheets.sheet(fresh(invite())).definition.questions) == 1


def test_too_late_is_too_late(invite, now, all_well):
    invitation = invite()
    Invitation.objects.update(made_at=now - timedelta(days=60), expires_at=now)

    with pytest.raises(invitations.NotOpen):
        responses.submit(fresh(invitation), all_well, language="vi", now=now)


@pytest.mark.parametrize("closed", ["put away", "too late"])
def test_a_promised_code_does_not_fail_at_the_end(client, invite, now, all_well, closed):
    """Decision 13: whoever began goes on, also when the survey closed meanwhile; nobody begins any more."""
    begun, other = invite(), invite()
    responses.save(begun, {"problem": "none"}, language="vi", now=now)
    if closed == "put away":
        Survey.objects.update(state="closed")
    else:
        Invitation.objects.update(made_at=now - timedelta(days=60), expires_at=now)
    assert client.get(f"/s/{invitations.mint(begun)}/").status_code == 200

    finished = responses.submit(fresh(begun), all_well, language="vi", now=now)

    assert finished.reward.state == "issued"
    with pytest.raises(invitations.NotOpen):
        responses.submit(fresh(other), all_well, language="vi", now=now)


def test_a_customer_without_mail_gets_the_code_on_the_page(survey, buy, now, all_well):
    order = buy("7", email="")
    invitation = invitations.invite(survey, order=order, as_link=True, now=now)

    assert responses.submit(invitation, all_well, language="vi", now=now).reward.code
    assert not OutgoingMail.objects.exists()
