"""What mail programs, keyboards and ill-wishers send to a survey's link: repaired when there is one reading,
else refused with a word, nothing lost and nothing broken (issue "Ask", bad input)."""

import csv
import io
import json

import pytest
from django.test import Client

from surveys import building, invitations, responses
from surveys.models import Answer, Response, Reward
from tests.factories import user
from tests.surveys.test_logic import one, when

pytestmark = pytest.mark.django_db
SHORT = {"vi": "Vì sao?", "en": "Why?"}


@pytest.mark.parametrize(
    "mangle",
    [
        str.lower,
        lambda t: f"{t}.",
        lambda t: f"{t}%0D%0A",
        lambda t: f"{t[:13]}%0D%0A{t[13:]}",
        lambda t: f"{t[:13]}=%0D%0A{t[13:]}",
        lambda t: f"{t[:13]}%0A%20%20{t[13:]}",
        lambda t: f"%20{t}%20",
        lambda t: "-".join([t[:8], t[8:16], t[16:]]),
        lambda t: "%C2%AD".join([t[:8], t[8:]]),
        lambda t: "%E2%80%8B".join([t[:8], t[8:]]),
        lambda t: t.replace("0", "o").replace("1", "l"),
        lambda t: f"({t})",
        lambda t: f"=3D{t}",
        lambda t: f"{t}&gt;",
        lambda t: f"{t}&quot;",
        lambda t: f"{t}/",
        lambda t: f"{t}%C2%BB",
        lambda t: f"{t}*",
    ],
)
def test_a_mangled_link_opens_when_there_is_one_reading(client, token, mangle):
    assert client.get(f"/s/{mangle(token)}/").status_code == 200


@pytest.mark.parametrize("behind", [".", ",", ");", "%22", "%C2%BB", "%E2%80%A6", "%20", "%0A", "*"])
def test_what_stands_behind_a_link_does_not_close_it(client, token, behind):
    """A link at the end of a sentence, as a mail program makes it one to press on."""
    assert client.get(f"/s/{token}/{behind}").status_code == 200


def test_a_link_in_capitals_opens(client, token):
    assert client.get(f"/S/{token}/").status_code == 200


@pytest.mark.parametrize("mangle", [lambda t: t[:-1], lambda t: t + t, lambda t: t[::-1], lambda t: t[:13]])
def test_what_may_mean_several_opens_nothing(client, token, mangle):
    page = client.get(f"/s/{mangle(token)}/", headers={"accept-language": "en"})

    assert page.status_code == 404
    assert "<h1>" in page.content.decode()


@pytest.mark.parametrize("more", ["x", "x/", "../", "%00", "a=1", "?x/"])
def test_other_things_behind_a_link_are_not_found(client, token, more):
    assert client.get(f"/s/{token}/{more}").status_code in (200, 404)
    assert not Response.objects.exists()


def test_a_link_of_one_survey_writes_to_no_other(client, invite, filled):
    """The token alone says whose answers they are, whatever else is posted."""
    mine, other = invite(), invite()
    sent = filled() | {"invitation": other.pk, "survey": 99, "token": invitations.mint(other)}

    client.post(f"/s/{invitations.mint(mine)}/?all=1", sent)

    assert Response.objects.get().invitation_id == mine.pk


@pytest.fixture
def asked(survey, now):
    """Three questions, the second only after a yes; and a link."""

    def asked(*questions):
        version = building.under_work(survey)
        building.save(version, {"title": {}, "questions": list(questions)}, edition=version.edition)
        building.publish(building.under_work(survey), edition=version.edition, now=now)

    return asked


HIDDEN = (
    one("met", "yes_no", words=SHORT),
    one("why", "text_short", words=SHORT, show_if=when({"question": "met", "is": ["no"]})),
    one("deep", "number", words=SHORT, required=True, show_if=when({"question": "why", "answered": True})),
)


def test_an_answer_to_a_question_that_is_not_asked_is_not_kept(client, asked, invite):
    asked(*HIDDEN)
    address = f"/s/{invitations.mint(invite())}/"
    sent = {
        "q-met": "yes",
        "q-why": "hidden",
        "q-deep": "7",
        "asked": ["met", "why", "deep"],
        "action": "finish",
    }

    assert client.post(f"{address}?all=1", sent).status_code == 303

    assert Response.objects.get().state == "finished"
    assert list(Answer.objects.values_list("question", "value")) == [("met", "yes")]


def test_a_question_that_no_longer_is_asked_takes_its_answer_along(client, asked, invite):
    """Answered, then the way changed: nobody sees it in the results as if it had been asked."""
    asked(*HIDDEN)
    address = f"/s/{invitations.mint(invite())}/"
    client.post(f"{address}?step=1", {"asked": "met", "q-met": "no"})
    client.post(f"{address}?step=2", {"asked": "why", "q-why": "vì bận"})
    client.post(f"{address}?step=1", {"asked": "met", "q-met": "yes"})
    client.post(address, {"action": "finish"})

    assert Response.objects.get().state == "finished"
    assert list(Answer.objects.values_list("question", flat=True)) == ["met"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("problem", "nonsense"),
        ("problem", "none\u200b"),
        ("problem", "NONE"),
        ("problem", "none, later"),
        ("recommend", "11"),
        ("recommend", "-1"),
        ("recommend", "9.5"),
        ("recommend", "٩"),
        ("recommend", "９"),
        ("recommend", "९"),
        ("recommend", "1e1"),
        ("recommend", "9" * 5000),
        ("touchpoint", "' OR 1=1"),
        ("touchpoint", "{{ settings }}"),
    ],
)
def test_what_is_no_option_is_said_beside_its_question(client, address, filled, name, value):
    page = client.post(f"{address}?all=1", filled(**{name: value}) | {"q-story": "Tôi đã viết dài"})

    assert page.status_code == 200
    assert f'id="{name}_error"' in page.content.decode()
    assert "Tôi đã viết dài" in page.content.decode()
    assert not Reward.objects.filter(state="issued").exists()


@pytest.mark.parametrize(
    "text",
    ["\u200b", "\u200b \u2060", "\u3164", "\u2800", "\ufe0f", "\u0301", "\u115f\u1160", "\U000e0041", "\xad",
     "\u034f", "\t\n", "\u3000", "\ufeff"],
)  # fmt: skip
def test_what_shows_nothing_is_no_answer(client, asked, invite, text):
    asked(one("why", "text_short", words=SHORT, required=True))
    address = f"/s/{invitations.mint(invite())}/"

    page = client.post(f"{address}?all=1", {"q-why": text, "asked": "why", "action": "finish"})

    assert 'id="why_error"' in page.content.decode()
    assert not Answer.objects.exists()


@pytest.mark.parametrize("text", ["👍", "é", "đ", "한", "٣", ".", "❤️", "ก็"])
def test_little_is_an_answer_too(client, asked, invite, text):
    asked(one("why", "text_short", words=SHORT, required=True))
    address = f"/s/{invitations.mint(invite())}/"

    client.post(f"{address}?all=1", {"q-why": text, "asked": "why", "action": "finish"})

    assert Answer.objects.get().comment.text == text


def test_a_megabyte_of_text_is_refused_with_its_length_and_kept_in_the_field(client, address, filled):
    text = "Tệ quá! " * 131_072

    page = client.post(f"{address}?all=1", filled(story=text))

    assert page.status_code == 200
    assert 'id="story_error"' in page.content.decode()
    assert text.strip() in page.content.decode()
    assert not Reward.objects.filter(state="issued").exists()


def test_more_than_a_page_can_be_is_refused_quietly(client, address, filled):
    assert client.post(f"{address}?all=1", filled(story="x" * 3_000_000)).status_code in (400, 413)
    assert not Response.objects.exists()


def test_a_thousand_fields_are_refused_quietly(client, address):
    assert client.post(address, {f"q-{n}": "x" for n in range(1000)}).status_code == 400


@pytest.mark.parametrize(
    "text", ["a\x00b", "\ud800", "<script>alert(1)</script>", "{{ 7*7 }}", "%s %(x)s", "\u202e"]
)
def test_strange_words_are_kept_as_words(address, filled, text):
    """Sent as raw bytes, as a program would: half a surrogate cannot come from a browser."""
    fields = filled(story="…" + "marker")
    body = "&".join(f"{name}={value}" for name, value in fields.items() if name != "q-story")
    raw = body.encode() + b"&q-story=" + ("x" + text).encode("utf-8", "surrogatepass")
    answer = Client().post(f"{address}?all=1", raw, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 303
    page = Client().get(address).content.decode()
    assert "<script>alert(1)" not in page
    assert "49" not in Answer.objects.get(question="story").comment.text


def test_scripts_in_every_label_stay_text_for_the_customer_too(client, asked, invite):
    bad = "<script>alert(1)</script>"
    words = {"vi": bad, "en": bad}
    options = [{"id": name, "words": words, "help": words} for name in "xy"]
    asked(
        one("a", "choice", words=words, help=words, choices=options),
        one("b", "scale_10", words=words, low=words, high=words),
        one("c", "grid", words=words, choices=options, rows=options),
        one("d", "ranking", words=words, choices=options),
        one("e", "consent", words=words, purpose="calling"),
    )
    invitation = invite()
    address = f"/s/{invitations.mint(invitation)}/"

    shown = [client.get(f"{address}?all=1"), client.get(address)]
    shown.append(client.post(f"{address}?all=1", {"q-a": "nonsense", "action": "finish"}))
    responses.submit(invitation, {"a": "x", "e": "yes"}, language="vi")
    shown.append(client.get(address))

    assert not [page for page in shown if bad in page.content.decode()]


def test_scripts_and_formulas_in_labels_stay_text_in_what_was_found(client, asked, invite, survey):
    """On the results page, and in every file that is taken along."""
    bad, formula = "<script>alert(1)</script>", "=HYPERLINK(1)"
    words, sums = {"vi": bad, "en": bad}, {"vi": formula, "en": formula}
    asked(
        one("a", "choice", words=words, choices=[{"id": "x", "words": sums}, {"id": "y", "words": words}]),
        one("b", "stars", words=words),
        one("c", "text_short", words=words),
    )
    for chosen in ("x", "y"):
        responses.submit(invite(), {"a": chosen, "b": "5", "c": formula}, language="vi")
    client.force_login(user("manager"))
    page = f"/surveys/{survey.public_id}/"

    assert bad not in client.get(page).content.decode()
    for file in ("results.csv", "answers.csv"):
        rows = list(csv.reader(io.StringIO(_whole(client.get(page + file)))))
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t"))]
    assert json.loads(_whole(client.get(page + "answers.json")))["answers"]


def _whole(answer):
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode("utf-8-sig")


def test_a_loop_cannot_be_imported_in_any_form():
    """A question about itself, about a later one, and two about each other."""
    from surveys import definitions

    def asks(name, about):
        return one(name, words=SHORT, show_if=when({"question": about, "answered": True}))

    for questions in (
        [asks("a", "a")],
        [asks("a", "b"), asks("b", "a")],
        [asks("a", "b"), one("b", words=SHORT)],
    ):
        with pytest.raises(definitions.BadDefinition) as refused:
            definitions.load(json.loads(json.dumps({"questions": questions})))
        assert refused.value.field == "show_if"
