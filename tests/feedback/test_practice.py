"""Answering for practice: a score, the reasons, an answer to compare with; nothing kept (S1-8)."""

import pytest

from feedback.models import Event
from feedback.policy.decide import decide
from feedback.policy.terms import Terms
from feedback.wording.compose import compose
from feedback.wording.lint import lint
from feedback.wording.phrases import LANGUAGES
from feedback.wording.practice import samples, score
from tests.factories import a_shop, user

EVERY = [sample for language in LANGUAGES for sample in samples(language)]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mai(client):
    a_shop()
    person = user("front_line", "Mai", language="en")
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return person


def graded(sample, text, audience="public"):
    decision = decide(sample.facts, Terms.shipped())
    name = "Minh" if audience == "private" else ""
    return score(
        text,
        lint(text, audience=audience, language=sample.language, decision=decision, name=name),
        audience,
    )


@pytest.mark.parametrize("audience", ["public", "private"])
@pytest.mark.parametrize("sample", EVERY, ids=lambda sample: sample.slug)
def test_the_answer_to_compare_with_is_worth_everything(sample, audience):
    name = "Minh" if audience == "private" else ""
    text = compose(
        decide(sample.facts, Terms.shipped()),
        audience=audience,
        language=sample.language,
        problem=sample.problem,
        seed=f"practice {sample.slug}",
        name=name,
    )

    assert (graded(sample, text, audience).points, graded(sample, text, audience).parts) == (100, ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_something_of_every_kind_to_practise_on(language):
    chosen = samples(language)

    assert {sample.manner for sample in chosen} == {"calm", "angry", "abusive", "threat"}
    assert {sample.route for sample in chosen} >= {"normal", "dispute", "safety", "legal"}
    assert len({sample.problem for sample in chosen}) >= 8
    assert len({sample.slug for sample in EVERY}) == len(EVERY)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("", 0),
        ("We are sorry to read this. Thank you for telling us; please write to us privately.", 100),
        ("We are sorry to read this.", 80),
        ("Hurry up. We guarantee a refund of $5, you liar.", 0),
        ("Thank you, we are sorry, please write to us privately. We will refund you.", 80),
    ],
)
def test_each_point_lost_has_a_reason(text, points):
    assert graded(EVERY[-10], text).points == points


def test_the_page_says_what_to_change_and_what_is_missing(client):
    response = client.post(
        "/practice/cracked-cup/", {"text": "Wait. We will refund $18.", "audience": "public"}
    )

    page = response.content.decode()
    assert response.status_code == 200
    assert "A public reply names no remedy" in page
    assert "Thank them for telling" in page
    assert "never say, row 8" in page
    assert "An answer by the policy, to compare" in page
    assert "Wait. We will refund $18.</textarea>" in page


def test_what_is_too_long_to_be_judged_is_given_back_whole(client):
    """100 kB: not a word is lost."""
    text = "Thank you for telling us. " * 4000

    answer = client.post(f"/practice/{EVERY[0].slug}/", {"text": text, "audience": "public"})

    assert answer.status_code == 200
    assert text in answer.text
    assert "more than 20000 characters is not looked at" in answer.text


def test_a_private_message_is_judged_by_its_parts(client):
    """S1-9."""
    data = {"text": "Dear Minh, thank you.", "audience": "private"}

    page = client.post("/practice/cracked-cup/", data).content.decode()

    for missing in ("Say what we can do.", "Ask for what we still need", "End with who does what by when"):
        assert missing in page
    assert "Address the customer by name" not in page


def test_our_sentence_is_put_there_without_a_script(client):
    text = "Thank you. Hurry up with the photo. Please write to us privately."
    page = client.post("/practice/cracked-cup/", {"text": text})
    (finding,) = [one for one in page.context["findings"] if one["finding"].code == "hurry"]
    start, end = finding["around"]

    again = client.post("/practice/cracked-cup/", {"text": text, "instead": f"{start}:{end}:hurry"})

    assert text[start:end] == "Hurry up with the photo."
    assert again.context["text"] == (
        f"Thank you. {finding['finding'].suggestion} Please write to us privately."
    )


@pytest.mark.parametrize(
    "choice", ["", "x", "5:2:hurry", "0:999999:hurry", "0:3:nothing", "-1:3:hurry", "0:3"]
)
def test_a_choice_that_makes_no_sense_changes_nothing(client, choice):
    page = client.post("/practice/cracked-cup/", {"text": "Hurry up.", "instead": choice})

    assert page.context["text"] == "Hurry up."


def test_nothing_is_kept_but_the_best_score_of_the_session(client):
    good = "We are sorry to read this. Thank you for telling us; please write to us privately."
    before = Event.objects.count()

    for text in (good, "Hurry up."):
        client.post("/practice/cracked-cup/", {"text": text})

    assert client.session["practice"] == {"cracked-cup": 100}
    assert Event.objects.count() == before
    assert "best: 100 of 100" in client.get("/practice/?language=en").content.decode()


def test_both_languages_are_there_in_both_languages(client):
    page = client.get("/practice/?language=vi")
    client.cookies["django_language"] = "vi"
    vietnamese = client.get("/practice/ly-nut/").content.decode()

    assert [row["sample"].language for row in page.context["rows"]] == ["vi"] * len(samples("vi"))
    assert "Luyện tập" in vietnamese


@pytest.mark.parametrize(
    "text",
    ["{{ secret }}", "<script>alert(1)</script>", "x" * 100_000, "\x00", "\ud800".encode("utf-8", "replace")],
)
def test_bad_words_are_answered_not_obeyed(client, text):
    response = client.post("/practice/cracked-cup/", {"text": text})

    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize(
    ("path", "status"), [("/practice/nothing/", 404), ("/practice/cracked-cup/lint/", 405)]
)
def test_what_is_not_there(client, path, status):
    assert client.get(path).status_code == status


def test_it_is_looked_at_while_one_types(client):
    page = client.post("/practice/cracked-cup/lint/", {"text": "Hi.\r\nHurry up."}).content.decode()

    assert 'data-start="4" data-end="12"' in page
    assert "2 places" not in page
    assert "1 place to change" in page
