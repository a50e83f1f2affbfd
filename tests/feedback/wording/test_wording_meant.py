"""Words without marks are what the words beside them make likely; a phrase must be what was meant."""

import pytest

from feedback.orthography import unmark
from feedback.wording.lint import lint


def codes(text):
    return {one.code for one in lint(text, audience="public", language="vi") if one.blocks}


@pytest.mark.parametrize(
    "said",
    [
        "Em biết món quà sinh nhật quan trọng với chị thế nào.",
        "Có lẽ có hiểu lầm ở đâu đó, bên em mong được làm rõ.",
        "Quán luôn chào đón bạn.",
        "Mình kể chi tiết như vậy giúp shop rất nhiều.",
        "Nghe anh nói màu hợp với bếp nhà mình, tụi em vui lắm.",
        "Xin lỗi chị vì bạn nghe máy trả lời ngắn quá.",
        "Cảm ơn năm sao và những lời dễ thương của bạn.",
        "Cả tiệm gửi lời chào thân mến.",
        "Đọc lời chị viết bên em mới hay.",
    ],
)
def test_good_words_stay_good_without_marks(said):
    assert codes(said) == set()
    assert codes(unmark(said)) == set()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Chị nói sai rồi.", "you_are_wrong"),
        ("Bên em sẽ kiện chị ra toà.", "intimidation"),
        ("Do lỗi của bên em.", "admits_fault"),
        ("Chị xoá bài giúp em.", "removal"),
        ("Đồ điên.", "dislike"),
        ("Cứ chờ đi.", "hurry"),
        ("Shop hoàn tiền cho chị.", "names_remedy"),
    ],
)
def test_bad_words_are_found_without_marks(said, code):
    """S1-12: with and without diacritics."""
    assert code in codes(said)
    assert code in codes(unmark(said))


def test_half_typed_words_are_still_found():
    assert "you_are_wrong" in codes("Chi noi sai rôi.")


def test_a_word_with_marks_is_not_another_one():
    """Beside marked words "thương" is what it says, and no "thưởng" with a mark left out."""
    assert codes("Cảm ơn năm sao và lời dễ thương của bạn.") == set()
    assert "incentive" in codes("Khách cho năm sao được thưởng.")
