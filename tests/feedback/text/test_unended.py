"""Where a sentence begins that the one before it does not end (S3-4)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.text.batch import batch
from feedback.text.reader import read
from feedback.text.tokens import Tokens
from feedback.text.unended import parted
from feedback.text.vocabulary import Vocabulary

WORDS = st.lists(
    st.sampled_from(["hàng", "Hàng", "quá", "My", "my", "Google", "5", "😡", "I", "TỆ", ".", ",", "Huế"]),
    max_size=12,
)


def sentences(text):
    tokens = Tokens(parted(batch(Vocabulary(), [text], [None])), 0, text)
    parts = {}
    for number, word in zip(tokens.sentence, tokens.words, strict=True):
        parts.setdefault(number, []).append(word)
    return [" ".join(part) for part in parts.values()]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("giao chậm quá Hoàn tiền cho mình", ["giao chậm quá", "hoàn tiền cho mình"]),
        ("the zip broke Send the money back", ["the zip broke", "send the money back"]),
        ("chậm 5 ngày 😡 Trả tiền đây", ["chậm 5 ngày :bad:", "trả tiền đây"]),
        ("mua ở Huế và trên Google rồi", ["mua ở huế và trên google rồi"]),
        ("gọi cho Minh Anh mãi", ["gọi cho minh anh mãi"]),
        ("Cảm Ơn Shop Nhiều Lắm", ["cảm ơn shop nhiều lắm"]),
        ("hàng TỆ lắm", ["hàng tệ lắm"]),
        ("because I asked", ["because i asked"]),
    ],
)
def test_a_capital_among_small_letters_opens_a_sentence_unless_it_is_a_name(text, parts):
    """S3-4"""
    assert sentences(text) == parts


@given(st.lists(WORDS.map(" ".join), min_size=1, max_size=4))
def test_no_number_is_without_a_word(texts):
    """S3-4"""
    words = batch(Vocabulary(), texts, [None] * len(texts))

    told = parted(words)

    for numbers, before in ((told.sentence, words.sentence), (told.clause, words.clause)):
        assert np.array_equal(np.unique(numbers), np.arange(len(set(numbers.tolist()))))
        assert len(np.unique(numbers)) >= len(np.unique(before))
    assert all(len(set(told.text[told.sentence == one].tolist())) == 1 for one in set(told.sentence.tolist()))


@pytest.mark.parametrize(
    ("complaint", "threat"),
    [
        ("Bình hoa nhận về vỡ làm đôi", "Trả tiền lại cho mình, không thì mình đánh giá 1 sao khắp nơi."),
        ("The vase arrived in pieces", "Refund me today or the whole of Facebook hears about it."),
    ],
)
def test_a_threat_behind_a_complaint_that_nothing_ends_is_cut_where_it_begins(complaint, threat):
    """S3-4: pasted behind it, in front of it, or alone, the complaint reads the same."""
    alone = read(complaint)

    behind, before = read(f"{complaint} {threat}"), read(f"{threat.rstrip('.')} {complaint}")

    assert behind.leverage
    assert behind.leverage.spans[0][0] == len(complaint) + 1
    for held in (behind, before):
        assert held.leverage
        assert (held.problem, held.fault, held.sentiment, held.wish) == (
            alone.problem,
            alone.fault,
            alone.sentiment,
            alone.wish,
        )
