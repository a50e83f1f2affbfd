"""What is denied is no problem, however it is typed; what only looks like a denial still is one."""

import pytest

from feedback.orthography import unmark
from feedback.text.reader import read

FINE = [
    "Not one chip on any of them, love it.",
    "Colours have not faded at all, great.",
    "It never leaks, not even in my bag. Love this bottle.",
    "Didn't chip, didn't crack, didn't stain. Five stars.",
    "Nothing broken, nothing missing, everything perfect.",
    "It doesn't wobble and the glaze hasn't crazed.",
    "Nobody was rude, everyone was kind.",
    "Dropped it twice and it still hasn't broken. Amazing.",
    "None of the six arrived broken, wonderful packing.",
    "Thought it would break in the post but it came in one piece.",
    "Không sứt mẻ tí nào, đẹp lắm.",
    "Không bị vỡ cái nào, shop gói kỹ.",
    "Rửa máy mấy bữa nay không thấy phai.",
    "Không trầy xước gì hết.",
    "Không thấy bong tróc chỗ nào.",
    "Rơi một lần mà không bể, mừng ghê.",
    "Hàng về không móp méo, tuyệt.",
    "Không thiếu món nào, giao đủ, ưng.",
    "Không cái nào bị mẻ, đóng gói kỹ.",
    "Cầm không nóng tay, ưng ghê.",
    "Không cái nào bể cả.",
]
PROBLEMS = [
    "Not one arrived whole.",
    "Not only chipped but cracked too.",
    "The lid doesn't close.",
    "It doesn't hold water.",
    "It didn't just fade, it fell apart.",
    "Nothing arrived.",
    "They did not refund the broken cup.",
    "Không cái nào còn nguyên.",
    "Không những bể mà còn mẻ.",
    "Không chỉ phai màu mà còn rách.",
    "Không cái nào dùng được.",
    "Nắp không đóng được.",
    "Không nhận được hàng.",
    "Bể hết trơn không còn cái nào.",
]


def typed(text):
    """As it is, without marks, and with the short words of those who type fast."""
    ways = [text, unmark(text)]
    if unmark(text) != text:
        ways += [
            one.replace(said, short).replace(said.capitalize(), short.capitalize())
            for one, said in zip(ways, ("không", "khong"), strict=True)
            for short in ("k", "ko", "hok")
        ]
    return list(dict.fromkeys(ways))


@pytest.mark.parametrize("text", FINE)
def test_a_denied_fault_is_praise(text):
    """Issue 3: five stars for "not one chip" are thanked for, not asked what was wrong."""
    for way in typed(text):
        reading = read(way)
        assert reading.problem in ("none", "other"), way
        assert not reading.complaint, way


@pytest.mark.parametrize("text", PROBLEMS)
def test_what_only_sounds_denied_is_a_problem(text):
    for way in typed(text):
        reading = read(way)
        assert reading.complaint or reading.problem not in ("none", "other"), way


@pytest.mark.parametrize(
    "said",
    [
        "em bình này để kệ tivi hợp lắm, ai đến chơi cũng hỏi",
        "cốc vẽ con mèo dễ thương quá trời, con gái mình ôm đi ngủ luôn",
        "thiết kế đẹp, để bàn trà hợp, giữ ấm 30 phút tiện lợi",
    ],
)
def test_words_without_marks_are_no_other_words(said):
    """In "de ke tivi" nothing broke ("bể"), and a cat ("mèo") is not dented ("méo")."""
    assert read(unmark(said)).problem in ("none", "other")


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("Bình bị bể, mở hộp ra thấy mảnh vỡ đầy hộp", "damaged"),
        ("Giao nhầm màu rồi shop ơi", "wrong_item"),
        ("Hàng bị lỗi không dùng được", "defective"),
    ],
)
def test_real_problems_are_heard_without_marks(said, problem):
    assert read(unmark(said)).problem == problem


def test_what_was_only_feared_inside_a_phrase_is_no_damage():
    assert read("Phin gốm lần đầu xài, tưởng dễ bể ai dè chắc nụi.").problem == "none"
