"""The page of one comment: what was read, with the words that show it, and a form to say it better."""

import re

import pytest

from feedback import comments, corrections
from feedback.models import Analysis, Event
from tests import factories
from tests.factories import read_comment, user

pytestmark = pytest.mark.django_db
RIGHT = {"sentiment": "neutral", "problem": "late", "edition": "1", "theme-late_delivery": "neutral"}


@pytest.fixture
def mai(client):
    factories.a_shop()
    person = user(language="en")
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return person


@pytest.fixture
def about():
    made = read_comment("Giao chậm quá.", themes=[("late_delivery", "negative")])
    made.mentions.update(words=["Giao chậm"])
    return made


def address(comment, act=""):
    return f"/comments/{comment.public_id}/{act}"


def test_it_shows_the_words_that_showed_a_theme(client, mai, about):
    page = client.get(address(about)).content.decode()

    assert '<b class="told">Giao chậm</b> quá.' in page
    assert "“Giao chậm”" in page


def test_it_takes_a_correction(client, mai, about):
    sent = RIGHT | {"theme-late_delivery": "none", "more-1": "courier", "more-1-side": "negative"}

    page = client.post(address(about, "correct/"), sent, follow=True)

    assert page.redirect_chain == [(address(about), 302)]
    assert corrections.themes_of(about) == {"courier": "negative"}
    assert "What a person says" in page.content.decode()
    assert Event.objects.get(verb="reading corrected").by == mai


def test_it_is_taken_back(client, mai, about):
    client.post(address(about, "correct/"), RIGHT)

    client.post(address(about, "withdraw/"), {"edition": "2"})

    assert Analysis.objects.get().corrected_at is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"sentiment": "unknown"},
        {"sentiment": ""},
        {"problem": "x"},
        {"edition": "no"},
        {"theme-late_delivery": "great"},
        {"more-1": "courier"},
        {"more-2": "nonsense", "more-2-side": "negative"},
    ],
)
def test_what_cannot_be_is_refused_and_what_was_chosen_is_kept(client, mai, about, wrong):
    page = client.post(address(about, "correct/"), RIGHT | wrong)

    assert page.status_code == 400
    assert Analysis.objects.get().corrected_at is None
    assert re.search(
        r'<option value="late" selected|<option value="none" selected|problem', page.content.decode()
    )


def test_whoever_comes_second_sees_what_the_first_one_said(client, mai, about):
    client.post(address(about, "correct/"), RIGHT)

    page = client.post(address(about, "correct/"), RIGHT | {"sentiment": "positive"})

    assert page.status_code == 409
    assert Analysis.objects.get().corrected_sentiment == "neutral"
    assert "Somebody else was faster" in page.content.decode()


@pytest.mark.parametrize("edition", ["", "x", "1", "99999999999"])
def test_nothing_is_taken_back_by_a_page_of_yesterday(client, mai, about, edition):
    client.post(address(about, "correct/"), RIGHT)

    assert client.post(address(about, "withdraw/"), {"edition": edition}).status_code == 409
    assert Analysis.objects.get().corrected_at is not None


def test_an_edited_text_is_not_corrected_any_more(client, mai, about):
    newer = factories.comment("Đã ổn.")
    comments.supersede(about, by=newer)

    page = client.get(address(about)).content.decode()

    assert address(newer) in page
    assert "How do you read it?" not in page
    assert client.post(address(about, "correct/"), RIGHT).status_code == 409


def test_a_text_nobody_has_read_yet_is_shown_as_it_is(client, mai):
    waiting = factories.comment("Vừa mới viết.")

    page = client.get(address(waiting)).content.decode()

    assert "Vừa mới viết." in page
    assert "being read" in page
    assert client.post(address(waiting, "correct/"), RIGHT).status_code == 409


@pytest.mark.parametrize(("role", "sees"), [("approver", True), ("manager", True), ("advocate", False)])
def test_who_may_correct_gets_a_form(client, mai, about, role, sees):
    client.force_login(user(role, language="en"))

    assert ("How do you read it?" in client.get(address(about)).content.decode()) is sees


@pytest.mark.parametrize(
    ("given", "kept"),
    [("/replies/ab/?state=all", True), ("//evil.example/", False), ("https://evil.example/", False)],
)
def test_it_leads_back_to_our_own_pages_only(client, mai, about, given, kept):
    page = client.get(address(about), {"next": given})
    answer = client.post(f"{address(about, 'correct/')}?next={given}", RIGHT)

    assert (f'href="{given}"' in page.content.decode()) is kept
    assert ("next=" in answer.url) is kept


@pytest.mark.parametrize("many", [1, 12])
def test_it_asks_no_more_for_many_themes(client, mai, about, many, django_assert_max_num_queries):
    slugs = (
        "packaging damaged courier safety general information size_fit refund_return food_drink price_value"
    )
    themes = [(slug, "negative") for slug in slugs.split()[:many]]
    said = read_comment("Nhiều chuyện.", themes=themes)
    client.get(address(said))

    with django_assert_max_num_queries(13):
        client.get(address(said))


def test_a_theme_of_unknown_feeling_is_not_shown_as_one_of_the_others(client, mai, about):
    """A select without the word would show its first."""
    about.mentions.update(polarity="unknown")
    page = client.get(address(about)).content.decode()

    select = re.search(r'<select name="theme-late_delivery".*?</select>', page, re.DOTALL).group()
    assert select.index('<option value="">–</option>') < select.index("negative")
    assert " selected" not in select
    assert client.post(address(about, "correct/"), RIGHT | {"theme-late_delivery": ""}).status_code == 400
