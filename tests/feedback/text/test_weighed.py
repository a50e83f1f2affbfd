"""The second, closer weighing of what may be an "or else" (S3-4)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from feedback.text.batch import batch
from feedback.text.bounds import Bounded
from feedback.text.pressing import names
from feedback.text.pressure import signs_of
from feedback.text.train_pressing import FREE, leaning
from feedback.text.vocabulary import Vocabulary
from feedback.text.weighed import ROWS, SIDES, Weigher, rows, signs

WEIGHTS = np.random.default_rng(5).normal(size=ROWS + 1).astype(np.float32)
SENTENCES = st.sampled_from(
    [
        "Refund me or I will post it on TikTok.",
        "Lovely cup!",
        "Shop đổi cho mình cái khác nha.",
        "Mình có 20k follow đó.",
        "khong thi minh boc phot",
        "ok",
        "",
    ]
)
TEXTS = st.lists(st.lists(SENTENCES, max_size=3).map(" ".join), min_size=1, max_size=5)


def looked_at(texts):
    words = batch(Vocabulary(), texts, [None] * len(texts))
    return words, Bounded(words).kinds, signs_of(words)


def test_kinds_and_signs_have_their_own_bit_each():
    assert len(names()) + len(signs()) <= SIDES


@given(TEXTS)
def test_it_tells_what_its_rows_tell_however_it_adds_them_up(texts):
    """What is learned from and what is read with are the same."""
    given = looked_at(texts)
    if not len(given[0].word):
        return
    text, row, much = rows(*given)

    scores = Weigher(WEIGHTS).scores(*given)

    assert scores == pytest.approx(np.bincount(text, WEIGHTS[row] * much, len(texts)) + WEIGHTS[-1], abs=1e-3)


@given(TEXTS)
def test_a_text_weighs_the_same_alone_and_among_others(texts):
    told = [text for text in texts if text.strip()]
    if not told:
        return
    together = Weigher(WEIGHTS).scores(*looked_at(told))

    alone = [Weigher(WEIGHTS).scores(*looked_at([text]))[0] for text in told]

    assert together == pytest.approx(alone, abs=1e-3)


def test_what_stands_on_one_side_only_is_freest_to_weigh_much():
    """Columns: told of all, of threats alone, of nothing but calm texts, and what every text starts with."""
    seen = sparse.csr_matrix([[1, 1, 0, 1], [0.2, 0.3, 0, 1], [1, 0, 0.5, 1], [1, 0, 0, 1]])

    told_of_all, threats, calm, start = leaning(seen, np.array([True, True, False, False]), np.ones(4))

    assert (told_of_all, start) == (FREE, 1)
    assert threats > calm > FREE
