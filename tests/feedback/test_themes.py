"""A shop adds, renames and merges themes without code; the figures follow, and a merge can be undone."""

import pytest

from feedback import comments, themes, totals
from feedback.models import Event, Mention, Theme
from tests.factories import a_shop, comment, read_comment, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def huy(client):
    a_shop()
    person = user("manager", "Huy", language="en")
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return person


def theme(slug):
    return Theme.objects.get(slug=slug)


def of_all(slug):
    found = [counts for key, counts in totals.kept().items() if key[1] == "*" and key[3:] == (slug, "day")]
    return dict(sum(found[1:], found[0])) if found else {}


def test_a_new_theme_has_a_name_of_its_own(huy):
    made = themes.add(name_vi="Quà tặng kèm", name_en="Free gifts", words=["quà kèm"], by=huy)
    again = themes.add(name_vi="Quà", name_en="Free gifts!", words=[], by=huy)
    foreign = themes.add(name_vi="Ưu đãi", name_en="Đổi điểm", words=[], by=huy)

    assert [made.slug, again.slug, foreign.slug] == ["free_gifts", "free_gifts_2", "doi_diem"]
    assert Event.objects.filter(verb="theme made", by=huy).count() == 3


def test_pressing_twice_makes_one_theme(client, huy):
    given = {"name_vi": "Quà tặng kèm", "name_en": "Free gifts", "words": ""}

    answers = [
        client.post("/setup/themes/", one) for one in (given, given, given | {"name_en": "FREE GIFTS"})
    ]

    assert [answer.status_code for answer in answers] == [302, 400, 400]
    assert "There is a theme of this name already." in answers[1].content.decode()
    assert Theme.objects.filter(name_en__iexact="free gifts").count() == 1


def test_a_change_that_changes_nothing_is_no_act(huy):
    courier = theme("courier")

    themes.change(courier, by=huy, name_vi=courier.name_vi, words=[])

    assert not Event.objects.exists()


def test_merged_themes_count_as_one_in_the_past_as_well(huy):
    """A text that told of both counts once, as a complaint if either was one."""
    read_comment(themes=[("late_delivery", "negative"), ("courier", "positive")])
    read_comment(themes=[("courier", "positive")])

    themes.merge(theme("courier"), theme("late_delivery"), by=huy)

    assert of_all("courier") == {}
    assert of_all("late_delivery") == {"negative": 1, "positive": 1}
    assert totals.kept() == totals.recount()


def test_a_merge_can_be_undone(huy):
    read_comment(themes=[("late_delivery", "negative"), ("courier", "positive")])
    before = totals.kept()
    themes.merge(theme("courier"), theme("late_delivery"), by=huy)

    themes.part(theme("courier"), by=huy)

    assert totals.kept() == before == totals.recount()


def test_what_is_merged_already_cannot_be_merged_into(huy):
    themes.merge(theme("courier"), theme("late_delivery"), by=huy)

    for one, into in (("courier", "safety"), ("safety", "courier")):
        with pytest.raises(themes.Stale):
            themes.merge(theme(one), theme(into), by=huy)
    with pytest.raises(themes.Stale):
        themes.part(theme("safety"), by=huy)


def test_a_merged_theme_brings_what_was_merged_into_it(huy):
    read_comment(themes=[("courier", "positive")])
    themes.merge(theme("courier"), theme("late_delivery"), by=huy)

    themes.merge(theme("late_delivery"), theme("waiting_response"), by=huy)

    assert of_all("waiting_response") == {"positive": 1}
    themes.part(theme("courier"), by=huy)
    assert of_all("courier") == {"positive": 1}
    assert totals.kept() == totals.recount()


def test_the_comments_beneath_a_number_are_those_it_counted(client, huy):
    read_comment(
        "Trễ mà người giao dễ thương.", themes=[("late_delivery", "negative"), ("courier", "positive")]
    )
    read_comment("Người giao dễ thương.", themes=[("courier", "positive")])
    themes.merge(theme("courier"), theme("late_delivery"), by=huy)

    period = {"from": "2026-11-01", "to": "2026-11-16", "theme": "late_delivery"}
    beneath = {
        side: [c.text for c in client.get("/comments/", period | {"polarity": side}).context["page"]]
        for side in ("negative", "positive", "neutral")
    }

    assert beneath == {
        "negative": ["Trễ mà người giao dễ thương."],
        "positive": ["Người giao dễ thương."],
        "neutral": [],
    }
    assert len(client.get("/comments/", period).context["page"]) == 2


def test_a_theme_is_added_on_the_page(client, huy):
    sent = {
        "name_vi": "Gốm nung lại",
        "name_en": "Refired",
        "words": "nung lại\n\n  nung  lần \u200bhai \nnung lại\n\u200b\n",
    }

    answer = client.post("/setup/themes/", sent)

    assert answer.url == "/setup/themes/refired/"
    assert theme("refired").words == ["nung lại", "nung lần hai"]


@pytest.mark.parametrize(
    ("field", "sent", "said"),
    [
        ("words", "x" * 61, "At most 60 letters in a line."),
        ("words", "\n".join(f"từ {n} nữa" for n in range(201)), "At most 200 lines."),
        ("name_vi", "", "This field is required."),
        ("name_vi", "\u200b", "a character that cannot be seen"),
        ("name_en", "Gif\u202ets", "a character that cannot be seen"),
        ("name_en", "La\u00adte", "a character that cannot be seen"),
        ("name_en", "!!!", "A name needs a letter or a digit."),
        ("name_en", "packaging", "There is a theme of this name already."),
        ("name_vi", "P\u0430ckaging", "There is a theme of this name already."),
        ("words", "giao chậm\n\nThe", "Line 3, “The”: too common a word"),
        ("words", "là\ncủa shop", "Line 2, “của shop”: too common a word"),
        ("words", "\nx", "Line 2, “x”: too common a word"),
        ("words", "giao chậm\n!!!", "Line 2, “!!!”: there is no letter in it."),
        ("examples", "Tới trễ.\n12:30", "Line 2, “12:30”: there is no letter in it."),
    ],
)
def test_what_cannot_be_kept_is_said(client, huy, field, sent, said):
    good = {"name_vi": "Giao trễ", "name_en": "Late", "words": "", "examples": "", "is_active": "on"}

    page = client.post("/setup/themes/late_delivery/", good | {field: sent})

    assert page.status_code == 400
    assert said in page.content.decode()
    assert theme("late_delivery").name_en == "Late delivery"


def test_a_theme_may_keep_its_name_and_wear_an_emoji(client, huy):
    sent = {
        "name_vi": "Giao trễ ❤️👍🏽",
        "name_en": "Late delivery",
        "words": "The parcel\nmuộn",
        "is_active": "on",
    }

    assert client.post("/setup/themes/late_delivery/", sent).status_code == 302
    assert theme("late_delivery").name_vi == "Giao trễ ❤️👍🏽"


def test_a_theme_is_renamed_and_switched_off(client, huy):
    sent = {
        "name_vi": "Trễ hẹn",
        "name_en": "Not in time",
        "words": "",
        "examples": "Hẹn thứ ba mà thứ sáu mới tới.",
    }

    client.post("/setup/themes/late_delivery/", sent)

    late = theme("late_delivery")
    assert (late.name_en, late.is_active) == ("Not in time", False)
    assert late.examples == ["Hẹn thứ ba mà thứ sáu mới tới."]
    assert b"switched off" in client.get("/setup/themes/").content


def test_themes_are_merged_and_parted_on_the_page(client, huy):
    client.post("/setup/themes/courier/merge/", {"into": theme("late_delivery").pk})
    page = client.get("/setup/themes/courier/").content.decode()
    client.post("/setup/themes/courier/part/")

    assert "Counts as “Late delivery”" in page
    assert theme("courier").merged_into is None


@pytest.mark.parametrize("into", ["", "999999", "courier", "x"])
def test_a_theme_is_merged_into_another_one_only(client, huy, into):
    given = theme("courier").pk if into == "courier" else into

    assert client.post("/setup/themes/courier/merge/", {"into": given}).status_code == 400
    assert theme("courier").merged_into is None


def test_a_theme_that_is_switched_off_is_noted_no_more(huy):
    themes.change(theme("late_delivery"), by=huy, is_active=False)
    comment("Giao hàng trễ 5 ngày, hộp móp.")

    comments.read_all()

    assert not Mention.objects.filter(theme__slug="late_delivery").exists()
    assert totals.kept() == totals.recount() != {}
