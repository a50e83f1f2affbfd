"""A page of every kind: what it asks, keeps, refuses and leads to. GET writes nothing."""

import pytest
from django.test import Client

from feedback.models import Comment, Consent
from surveys import invitations, publishing, sheets
from surveys.models import Answer, Picture, Quota, Response, Reward
from tests.surveys.test_answers import EVERY_KIND
from tests.surveys.test_logic import one, when

pytestmark = pytest.mark.django_db
GIVEN = {
    "q-met": "no", "q-why": "late", "q-liked": ["colour", "box"], "q-glaze": "green", "q-city": "hue",
    "q-recommend": "9", "q-stars": "4", "q-happy": "1", "q-easy": "7", "q-parts.price": "good",
    "q-parts.staff": "bad", "q-order.fast": "2", "q-order.cheap": "3", "q-order.kind": "1", "q-people": "4,5",
    "q-when": "28/11/2026", "q-mail": "yes", "q-reach.name": "Lan", "q-reach.phone": "0912 345 678",
    "q-where": "delivery", "q-word": "Đẹp", "q-story": "Men xanh đẹp lắm.",
}  # fmt: skip


@pytest.fixture
def ask(survey, invite, now):
    """The address of a survey with this definition, asked in English."""

    def ask(definition):
        publishing.publish(survey, definition, now=now)
        return f"/s/{invitations.mint(invite(language='en'))}/"

    return ask


def finish(client, address, **given):
    return client.post(f"{address}?all=1", {"action": "finish"} | given)


def go_on(client, address, **answers):
    given = {f"q-{name}": answer for name, answer in answers.items()}
    return client.post(address, {"action": "next", "asked": list(answers)} | given)


def saved():
    return {answer.question: answer.value for answer in Answer.objects.all()}


def test_every_kind_is_kept_as_it_was_answered(client, ask):
    address = ask(EVERY_KIND)

    assert finish(client, address, **GIVEN).status_code == 303
    assert saved() == {
        "met": "no", "why": "late", "liked": ["colour", "box"], "glaze": "green", "city": "hue",
        "recommend": 9, "stars": 4, "happy": 1, "easy": 7, "parts": {"price": "good", "staff": "bad"},
        "order": ["kind", "fast", "cheap"], "people": "4.5", "when": "2026-11-28", "mail": "yes",
        "reach": {"name": "Lan", "phone": "0912 345 678"}, "where": "delivery", "word": "Đẹp",
        "story": "Men xanh đẹp lắm.",
    }  # fmt: skip
    assert Reward.objects.get().state == "issued"
    assert Comment.objects.filter(text="Men xanh đẹp lắm.").exists()


def test_an_answer_to_what_was_not_asked_is_left_aside(client, ask):
    """Bad input: answers for questions not shown."""
    finish(client, ask(EVERY_KIND), **GIVEN | {"q-met": "yes"})

    assert "why" not in saved()
    assert Response.objects.get().state == "finished"


def test_it_leads_one_step_at_a_time_past_what_is_not_asked(client, ask):
    address = ask(EVERY_KIND)

    assert client.post(address, {"action": "next", "asked": "met", "q-met": "yes"})["Location"].endswith(
        "?step=3"
    )
    assert client.post(address, {"action": "next", "asked": "met", "q-met": "no"})["Location"].endswith(
        "?step=2"
    )
    assert "Why?" in client.get(f"{address}?step=2").content.decode()


def test_a_step_that_is_not_asked_shows_the_next_that_is(client, ask):
    address = ask(EVERY_KIND)
    go_on(client, address, met="yes")

    assert "What did you like?" in client.get(f"{address}?step=2").content.decode()


def test_a_last_answer_that_leads_on_is_not_sent_yet(client, ask):
    address = ask({"questions": [one("a"), one("b", show_if=when({"question": "a", "is": ["yes"]}))]})

    more = client.post(address, {"action": "finish", "asked": "a", "q-a": "yes"})

    assert more["Location"].endswith("?step=2")
    assert Response.objects.get().state == "started"


def test_after_the_last_question_it_asks_before_it_sends(client, ask):
    address = ask({"questions": [one("a"), one("b", show_if=when({"question": "a", "is": ["yes"]}))]})

    after = go_on(client, address, a="no")
    page = client.get(after["Location"]).content.decode()

    assert "That was the last question" in page
    assert 'value="finish"' in page
    assert client.post(after["Location"], {"action": "finish"}).status_code == 303
    assert Response.objects.get().state == "finished"


def test_all_at_once_shows_what_the_answers_lead_to_and_keeps_the_words(client, ask):
    why = one("b", words={"vi": "Hả?", "en": "Why so?"}, show_if=when({"question": "a", "is": ["yes"]}))
    address = ask({"questions": [one("a"), one("w", "text_short"), why]})

    page = finish(client, address, **{"asked": ["a", "w"], "q-a": "yes", "q-w": "vì thế"})

    assert "Why so?" in page.content.decode()
    assert "vì thế" in page.content.decode()
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"q-people": "four"}, "Please write a number in figures"),
        ({"q-people": "21"}, "The most that fits here is 20."),
        ({"q-when": "31/2/2026"}, "Please write a day"),
        ({"q-when": "2020-01-01"}, "The least that fits here is"),
        ({"q-order.fast": "1", "q-order.cheap": "1", "q-order.kind": "2"}, "Place 1 is given twice."),
        ({"q-order.fast": "1", "q-order.cheap": "", "q-order.kind": ""}, "also “Price”"),
        ({"q-reach.email": "lan at home"}, "This is no e-mail address."),
        ({"q-reach.phone": "12"}, "8 to 15 figures"),
        ({"q-glaze": "blue"}, "Please choose one of these."),
    ],
)
def test_a_fault_is_named_beside_its_question_and_loses_nothing(client, ask, given, said):
    address = ask(EVERY_KIND)

    page = finish(client, address, **GIVEN | given)

    assert page.status_code == 200
    assert said in page.content.decode()
    assert "Men xanh đẹp lắm." in page.content.decode()
    assert not Response.objects.exists()


def test_order_facts_and_earlier_answers_stand_in_the_words_and_are_escaped(client, ask):
    address = ask(EVERY_KIND)
    go_on(client, address, met="yes", recommend="3", word="<b>{product}</b>")

    assert "Did what you bought come when we said?" in client.get(f"{address}?step=1").content.decode()
    assert (
        "Tell us more about “&lt;b&gt;{product}&lt;/b&gt;”?"
        in client.get(f"{address}?step=18").content.decode()
    )


def test_another_persons_words_are_never_shown(client, ask, invite):
    """What is kept between requests holds nothing of a customer's."""
    first = ask(EVERY_KIND)
    second = f"/s/{invitations.mint(invite(language='en'))}/"
    go_on(client, first, met="yes", recommend="3", word="secret")
    client.get(f"{first}?step=18")

    assert "secret" not in Client().get(f"{second}?all=1").content.decode()


def test_consent_is_noted_with_its_wording_and_earns_nothing(client, ask):
    """L14: separate from the reward; never ticked before."""
    address = ask(EVERY_KIND)
    assert "checked" not in client.get(f"{address}?step=14").content.decode()

    finish(client, address, **GIVEN)

    given = Consent.objects.exclude(channel="checkout").get()
    assert (given.purpose, given.channel) == ("advertising", "survey")
    assert given.wording.endswith(":mail")


def test_a_question_is_left_out_once_enough_have_answered_it(client, ask, invite):
    address = ask({"questions": [one("a"), one("b", asked_at_most=1)]})
    finish(client, address, **{"q-a": "yes", "q-b": "yes"})
    another = f"/s/{invitations.mint(invite(language='en'))}/"

    assert Quota.objects.get().answered == 1
    assert 'name="q-b"' not in client.get(f"{another}?all=1").content.decode()
    assert finish(client, another, **{"q-a": "no"}).status_code == 303
    assert Reward.objects.filter(state="issued").count() == 2


def test_get_writes_nothing(client, ask, statements):
    address = ask(EVERY_KIND)
    sheets.forget()
    client.get(address)

    with statements(at_most=6):
        client.get(f"{address}?all=1")
    assert not Response.objects.exists()


@pytest.mark.parametrize("step", ["0", "1", "18", "19", "999", "-1", "x", "٣", "1.5"])
def test_any_step_shows_a_page(client, ask, step):
    assert client.get(f"{ask(EVERY_KIND)}?step={step}").status_code == 200


def test_a_picture_is_served_as_what_it_is(client, now):
    Picture.objects.create(name="green", media_type="image/png", content=b"\x89PNG", uploaded_at=now)

    shown = client.get("/surveys/pictures/green")

    assert (shown.content, shown["Content-Type"]) == (b"\x89PNG", "image/png")
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert client.get("/surveys/pictures/none").status_code == 404


@pytest.mark.parametrize(
    "name", ["post_purchase", "delivery", "service_contact", "exit_interview", "relationship"]
)
def test_each_shipped_survey_can_be_published_and_answered(client, ask, name):
    address = ask(publishing.shipped(name))

    assert client.get(f"{address}?all=1").status_code == 200


def test_a_fault_in_what_is_not_asked_any_more_harms_nothing(client, ask):
    """A second tab that is out of date sends an answer to a question that logic has hidden since."""
    hidden = one("many", "number", show_if=when({"question": "met", "is": ["no"]}))
    address = ask({"questions": [one("met"), one("must", required=True), hidden]})
    go_on(client, address, met="yes")

    page = client.post(f"{address}?step=3", {"action": "finish", "asked": "many", "q-many": "abc"})

    assert page.status_code == 200
    assert 'name="q-must"' in page.content.decode()


def test_a_fault_in_what_is_not_asked_leads_on(client, ask):
    """Two tabs: one made the question vanish, the other sends too long a text to it."""
    address = ask(EVERY_KIND)
    go_on(client, address, met="yes")

    answer = client.post(f"{address}?step=2", {"asked": "why", "q-why": "nonsense"})

    assert answer.status_code == 303
    assert "?step=" in answer["Location"]
