import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.text.batch import batch
from feedback.text.spam import REPEATED, VARIED, fingerprints, is_copy, repeating, strangeness
from feedback.text.tokens import Tokens
from feedback.text.vocabulary import Vocabulary


def test_it_counts_the_letters_of_words_nobody_can_say():
    assert strangeness(["giao", "chargebacks", "hahahaha", "sdkjfhskdjfh", "12345678"]) == [0, 0, 0, 12, 0]


COPIED = (
    "Mình mua ở đây đã ba lần, lần nào nhân viên cũng tư vấn nhiệt tình, hàng giao đúng hẹn và "
    "đóng gói rất chắc chắn, giá lại mềm hơn chỗ khác nhiều"
)


@pytest.mark.parametrize(
    "other",
    [
        COPIED.upper(),
        COPIED.replace(",", " 😍"),
        COPIED.replace("ba lần", "bốn lần"),
        COPIED + " nha",
        "minh mua o day da ba lan, lan nao nhan vien cung tu van nhiet tinh, hang giao dung hen va "
        "dong goi rat chac chan, gia lai mem hon cho khac nhieu",
    ],
)
def test_it_knows_a_copy_again(other):
    assert is_copy(COPIED, other)
    assert set(fingerprints(COPIED)) & set(fingerprints(other))


@pytest.mark.parametrize(
    "other",
    [
        "Giao hàng nhanh",
        "Mình mua ở đây lần đầu, nhân viên tư vấn nhiệt tình nhưng hàng giao trễ hẹn hai ngày và hộp bị móp",
    ],
)
def test_texts_that_only_resemble_each_other_are_no_copies(other):
    assert not is_copy(COPIED, other)


def test_short_texts_are_alike_by_chance():
    assert fingerprints("Giao hàng nhanh, đóng gói cẩn thận") is None
    assert not is_copy("Giao hàng nhanh", "Giao hàng nhanh")


@given(st.text(st.characters(codec=None), max_size=200))
def test_it_takes_any_text(text):
    both = fingerprints(text)

    assert both is None or 0 <= both[0] <= both[1] < 2**32
    assert np.array(strangeness(text.split())).sum() <= len(text)


@given(st.lists(st.lists(st.integers(0, 300), max_size=200), min_size=1, max_size=4))
def test_it_misses_no_text_of_few_different_words(texts):
    written = [" ".join(f"w{chr(97 + word % 26)}{chr(97 + word // 26)}" for word in text) for text in texts]
    words = batch(Vocabulary(), written, [None] * len(written))

    may_repeat = repeating(words).tolist()

    for number, is_one in enumerate(may_repeat):
        tokens = Tokens(words, number, written[number])
        if len(tokens) >= REPEATED and tokens.different <= VARIED * len(tokens):
            assert is_one


def test_it_looks_no_further_into_texts_of_many_different_words():
    written = ["a b", "", "we came by bus and left on foot since the driver had gone home before us"]

    assert repeating(batch(Vocabulary(), written, [None] * 3)).tolist() == [False] * 3
