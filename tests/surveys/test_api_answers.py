"""Pain 3: answers from a channel of the shop's own."""

import json

import pytest

from feedback import api_access
from feedback.models import Case, Order, OutgoingMail
from surveys import invitations, publishing, responses, results, sheets
from surveys.models import Answer, Invitation, Response, Survey
from tests.surveys.test_invariance import EVERY_KIND

GOOD = {"problem": "none", "expectation": "above", "recommend": 9, "touchpoint": "delivery"}


@pytest.fixture
def call(client, survey):
    key = api_access.issue("chat", ["answers"], by=None)

    def call(method="post", key=key, survey=survey, **data):
        headers = {"authorization": f"Bearer {key}", "accept-language": "en"}
        path = f"/api/v1/surveys/{survey.public_id}/answers"
        return getattr(client, method)(path, data or None, content_type="application/json", headers=headers)

    return call


@pytest.fixture
def order(buy):
    return buy("DH-1042")


def told(response):
    return {one["attr"]: one["detail"] for one in response.json()["errors"]}


def test_the_questions_are_told(call, survey):
    found = call("get").json()

    assert found["version"] == 1
    assert {"problem", "recommend"} <= {one["id"] for one in found["questions"]}
    assert set(found["questions"][0]["words"]) == {"vi", "en"}


def test_an_answer_is_taken_with_its_reward_and_no_invitation_goes_out(call, order):
    response = call(order_number="DH-1042", language="vi", answers=GOOD)

    assert response.status_code == 201
    body, kept = response.json(), Response.objects.get()
    assert (body["id"], body["status"]) == (kept.public_id, "created")
    assert body["reward"]["code"] == kept.reward.code
    assert body["reward"]["amount"] == "50000"
    assert kept.invitation.order == order
    assert kept.invitation.state == Invitation.State.LINK
    assert Answer.objects.get(question="recommend").value == 9
    assert not OutgoingMail.objects.filter(kind="question").exists()


def test_their_own_page_shows_the_reward(call, order, client):
    body = call(order_number="DH-1042", answers=GOOD).json()

    assert body["reward"]["code"] in client.get(body["link"]).content.decode()


def test_sent_again_the_first_answers_stay(call, order):
    first = call(order_number="DH-1042", answers=GOOD)
    again = call(order_number="DH-1042", answers=GOOD | {"recommend": 1})

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["status"] == "unchanged"
    assert again.json()["reward"] == first.json()["reward"]
    assert Answer.objects.get(question="recommend").value == 9


@pytest.mark.parametrize("problem", ["none", "first_time", "later", "not_solved", "not_told"])
def test_the_reward_is_the_same_whatever_is_said(call, order, problem):
    """L1."""
    body = call(order_number="DH-1042", answers=GOOD | {"problem": problem, "recommend": 0}).json()

    assert (body["reward"]["amount"], body["reward"]["state"]) == ("50000", "issued")


def test_what_is_still_wrong_opens_a_case(call, order):
    answers = GOOD | {"problem": "not_solved", "story": "Ấm bị vỡ, gọi mãi không ai trả lời."}

    call(order_number="DH-1042", answers=answers)

    assert Case.objects.get().order == order


def test_what_does_not_fit_is_named_and_nothing_is_kept(call, order):
    response = call(order_number="DH-1042", answers=GOOD | {"recommend": 11, "colour": "blue"})
    assert response.status_code == 400
    assert told(response) == {"answers.colour": "There is no such question."}

    response = call(order_number="DH-1042", answers={"recommend": 11, "problem": [{"deep": [1]}]})
    assert response.status_code == 400
    assert set(told(response)) >= {"answers.recommend", "answers.problem"}
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "order_number"),
        ({"order_number": "nowhere", "answers": GOOD}, "order_number"),
        ({"order_number": "DH-1042", "answers": "9"}, "answers"),
        ({"order_number": "DH-1042", "answers": GOOD, "language": "xx"}, "language"),
        ({"order_number": "DH-1042", "answers": GOOD, "store": "two words"}, "store"),
    ],
)
def test_a_request_that_cannot_be_used_names_its_field(call, order, data, field):
    response = call(**data)

    assert response.status_code == 400
    assert field in told(response)


def test_a_number_of_two_stores_needs_the_store(call, order):
    Order.objects.create(
        number="DH-1042", store="second", customer=order.customer, placed_at=order.placed_at,
        received_at=order.received_at, total=1, currency="VND",
    )  # fmt: skip

    assert set(told(call(order_number="DH-1042", answers=GOOD))) == {"store"}
    assert call(order_number="DH-1042", store="second", answers=GOOD).status_code == 201


def test_a_closed_survey_and_staff_are_refused(call, order, survey):
    """L10."""
    order.customer.is_insider = True
    order.customer.save()
    assert call(order_number="DH-1042", answers=GOOD).json()["errors"][0]["code"] == "insider"

    Survey.objects.update(state=Survey.State.CLOSED)
    response = call(order_number="DH-1042", answers=GOOD)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (409, "not_live")
    assert call("get").status_code == 409


def test_another_key_may_not(call, order):
    other = api_access.issue("till", ["rewards"], by=None)

    assert call(key=other, order_number="DH-1042", answers=GOOD).status_code == 403
    assert call("get", key=other).status_code == 403


def test_a_survey_that_is_not_there_is_not_found(client, db):
    key = api_access.issue("chat", ["answers"], by=None)
    headers = {"authorization": f"Bearer {key}"}

    assert client.get("/api/v1/surveys/nothing/answers", headers=headers).status_code == 404


def test_every_kind_of_question_is_answered_as_programs_write_it(call, order, survey, now):
    publishing.publish(survey, EVERY_KIND, now=now)
    asked = call("get").json()["questions"]
    answers = {
        one["id"]: {"yes_no": True, "consent": True, "number": 4, "date": "2026-11-28"}.get(one["kind"])
        for one in asked
        if one["kind"] in ("yes_no", "consent", "number", "date")
    }

    response = call(order_number="DH-1042", answers=answers)

    assert response.status_code == 201, json.dumps(response.json())
    assert Answer.objects.filter(question__in=answers).count() == len(answers)


def test_what_is_refused_leaves_no_invitation(call, order):
    """A plan would take the order for asked, and never ask."""
    assert call(order_number="DH-1042", answers=GOOD | {"recommend": 11}).status_code == 400

    assert not Invitation.objects.exists()


def test_who_answered_elsewhere_keeps_page_and_code_to_themselves(call, order, survey, now):
    asked = invitations.invite(survey, order=order, as_link=True, now=now)
    kept = responses.submit(asked, GOOD | {"recommend": "9"}, language="vi", now=now)

    response = call(order_number="DH-1042", answers={"recommend": 1})

    assert response.status_code == 200
    assert response.json() == {"id": kept.public_id, "status": "unchanged", "link": None, "reward": None}


def test_a_retry_is_answered_after_the_survey_was_closed(call, order):
    first = call(order_number="DH-1042", answers=GOOD).json()
    Survey.objects.update(state=Survey.State.CLOSED)

    again = call(order_number="DH-1042", answers=GOOD)

    assert again.status_code == 200
    assert again.json()["reward"] == first["reward"]


def test_a_letter_that_waits_does_not_go_out(call, order, survey, now):
    invitations.invite(survey, order=order, now=now)

    call(order_number="DH-1042", answers=GOOD)

    ((_survey, figures),) = results.overview()
    assert (figures.asked, figures.waiting, figures.not_sent, figures.answered) == (1, 0, 0, 1)


def test_who_began_in_english_goes_on_in_english(call, order, survey, now):
    asked = invitations.invite(survey, order=order, as_link=True, language="vi", now=now)
    responses.save(asked, {"recommend": "9"}, language="en", now=now)

    call(
        order_number="DH-1042", answers={"problem": "none", "expectation": "above", "touchpoint": "delivery"}
    )

    assert Response.objects.get().language == "en"


def test_who_began_before_a_new_version_keeps_theirs(call, order, survey, now):
    asked = invitations.invite(survey, order=order, as_link=True, now=now)
    responses.save(asked, {"recommend": "9"}, language="en", now=now)
    publishing.publish(survey, EVERY_KIND, now=now)
    sheets.forget()
    newer = {one["id"] for one in call("get").json()["questions"]} - set(GOOD)

    response = call(order_number="DH-1042", answers=GOOD | {min(newer): "5"})

    assert response.status_code == 201


def test_touchpoints_are_told_with_their_words(call):
    asked = {one["id"]: one for one in call("get").json()["questions"]}

    assert {"id": "delivery", "words": {"vi": "Giao hàng", "en": "Delivery"}} in asked["touchpoint"][
        "choices"
    ]


@pytest.mark.parametrize(("sent", "kept"), [(1.125, "1.12"), (4.0, "4"), (12.5, "12.5"), (4, "4")])
def test_a_number_is_not_taken_for_thousands(call, order, survey, now, sent, kept):
    publishing.publish(survey, EVERY_KIND, now=now)
    asked = {one["kind"]: one["id"] for one in call("get").json()["questions"]}

    response = call(order_number="DH-1042", answers={asked["number"]: sent, asked["yes_no"]: True})

    if response.status_code == 201:
        assert Answer.objects.get(question=asked["number"]).value == kept
    else:
        assert set(told(response)) == {f"answers.{asked['number']}"}


def test_a_crowd_of_names_is_refused_at_once(call, order):
    response = call(order_number="DH-1042", answers={f"a{n}": 1 for n in range(5_000)})

    assert response.status_code == 400
    assert told(response) == {"answers": "These are more than 200 answers."}
    assert call(order_number="DH-1042", answers={}).status_code == 400
