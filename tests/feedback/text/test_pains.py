"""Sentences that readers built on single words get wrong (pains 20), and their like in Vietnamese."""

import pytest

from feedback.text.reader import Sentiment, read

BLAME = [
    "The website is not working",
    "It isn't great",
    "It isn’t great",
    "I want my money back",
    "Never again",
    "Giao hàng trễ, quá thất vọng",
    "Said Wednesday, it is Friday and it still has not arrived",
    "Great, another broken one",
    "Oh great, it broke again",
    "Cảm ơn shop, hàng vỡ nát",
    "Thanks for nothing",
    "Wow, only three weeks late, well done",
    "Hay quá ha, giao thiếu nữa rồi",
    "Tuyệt vời, lại giao nhầm",
    "Hàng tệ quá, thất vọng",
    "Không bao giờ mua nữa",
    "Trả tiền lại cho tôi",
    "Trang web không vào được",
    "App không hoạt động",
    "Không đẹp chút nào",
    "Chẳng tốt như quảng cáo",
    "not worth the money",
    "không đáng tiền",
    "I would not recommend this",
    "Could not be worse",
    "I can't say I am happy",
    "hardly a good experience",
    "Not what I expected",
    "không như mong đợi",
    "Cheap Products",
    "cheap rubbish",
]
PRAISE = [
    "That isn't a bad idea",
    "This isn't a bad idea",
    "Things are resolved",
    "Thank you for your hard work",
    "Thank you for all your hard work",
    "Không tệ chút nào",
    "không chê vào đâu được",
    "Không có gì để chê",
    "couldn't be better",
    "can't complain",
    "Nothing to complain about",
    "No problems at all",
    "Mọi việc đã được giải quyết",
    "Cảm ơn các bạn đã vất vả",
    "Cảm ơn shop đã làm việc chăm chỉ",
    "Shop tuyệt vời, rất hài lòng",
    "Không thất vọng",
    "Never disappointed",
    "I have never had a problem with them",
    "chưa bao giờ thất vọng về shop",
]


@pytest.mark.parametrize("text", BLAME)
def test_it_hears_blame(text):
    """#20: negation, "not working", "money back", "never again", and praise that is none."""
    assert read(text).sentiment is Sentiment.NEGATIVE


@pytest.mark.parametrize("text", PRAISE)
def test_it_hears_praise(text):
    """#20: "isn't a bad idea", "things are resolved", "thank you for your hard work"."""
    assert read(text).sentiment is Sentiment.POSITIVE


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ("Đẹp nhưng giao chậm", "late_delivery"),
        ("Nice dress but late delivery", "late_delivery"),
        ("Món ngon mà nhân viên thái độ lắm", "staff_attitude"),
        ("Lovely food but the waiter was rude", "staff_attitude"),
    ],
)
def test_it_hears_what_stands_after_a_but(text, theme):
    """#20"""
    polarities = {one.theme: one.polarity for one in read(text).themes}

    assert polarities[theme] is Sentiment.NEGATIVE


def test_stars_that_contradict_the_words_are_flagged():
    """#20: sarcasm that words alone may hide."""
    assert "contradicts_stars" in read("Tuyệt vời, lại giao nhầm, quá thất vọng", stars=5).flags
    assert "contradicts_stars" in read("What a wonderful shop, I love it", stars=1).flags
