"""Trying the policy: the unhappy are asked, not thanked with joy, as the app does for a review."""

import pytest

from feedback.front.assess import assess
from feedback.policy.terms import Terms


def tried(text, stars=None):
    return assess({"text": text, "stars": stars}, Terms.shipped(), currency="VND", language="vi")


@pytest.mark.parametrize(
    ("text", "stars"),
    [
        ("", 1),
        ("", 2),
        ("Die Tasse hat einen Sprung", 1),
        ("So so", 2),
        ("Mấy đứa nhân viên ngu như bò", 1),
        ("Tôi sẽ kiện cửa hàng ra tòa", None),
        ("Someone from your shop shared my phone number on Facebook", None),
    ],
)
def test_who_is_unhappy_without_saying_of_what_is_asked(text, stars):
    """S3-2: as for a review in the app, the fault is not known."""
    answer = tried(text, stars)

    assert answer["decision"]["rule"] == "investigate"
    assert (answer["problem"], answer["fault"]) == ("other", "unknown")


@pytest.mark.parametrize(("text", "stars"), [("", 5), ("", None), ("Lovely cups, thank you!", 5)])
def test_who_is_glad_or_says_nothing_is_thanked(text, stars):
    assert tried(text, stars)["decision"]["rule"] == "no_problem"


def test_stars_change_nothing_where_the_text_tells_of_a_problem():
    """Decisions 5"""
    text = "The saucer arrived broken."

    assert tried(text, 5)["decision"] == tried(text, 1)["decision"] == tried(text)["decision"]
