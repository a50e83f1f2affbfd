from zlib import crc32

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from feedback.text.hashing import run_codes
from feedback.text.pressing import PAIRS, SINGLES, TOGETHER, Presser, names, present, single_places

MANY = len(names())
_rng = np.random.default_rng(3)
WEIGHTS = _rng.normal(size=SINGLES + PAIRS + MANY * (MANY + 1) // 2 + 1).astype(np.float32)


@given(st.lists(st.integers(0, (1 << MANY) - 1), max_size=20))
def test_kinds_together_say_what_each_two_of_them_say(stretches):
    """S3-4"""
    kinds = np.array(stretches, np.int64)
    table = np.zeros((MANY, MANY))
    table[np.triu_indices(MANY)] = WEIGHTS[SINGLES + PAIRS : -1] * TOGETHER

    said = Presser(WEIGHTS)._said_together(kinds)

    assert np.allclose(said, ((present(kinds) @ table) * present(kinds)).sum(axis=1), atol=1e-4)


WORDS = st.lists(st.text(st.sampled_from("abnoêđ1:😡з"), min_size=1, max_size=30), min_size=1, max_size=8)


@given(WORDS)
@example(["banana", "ok", "thằng", "1234", "\ud800", "a" * 40])
def test_words_say_at_once_what_each_says_by_itself(words):
    """S3-4: a piece that comes twice in a word counts once."""
    said = Presser(WEIGHTS)._said(words)

    alone = [sum(float(WEIGHTS[place]) * much for place, much in single_places(word)) for word in words]
    assert np.allclose(said, alone, atol=1e-5)


@given(WORDS)
@example(["a" * 40, "", "ab"])
def test_runs_of_letters_have_the_codes_of_each(words):
    """S3-4"""
    whose, codes = run_codes(words, (2, 4), b"p")

    runs = [
        (number, crc32(f"p{word[at : at + size]}".encode()))
        for number, word in enumerate(words)
        for size in (2, 4)
        for at in range(len(word) - size + 1)
    ]
    assert sorted(zip(whose.tolist(), codes.tolist(), strict=True)) == sorted(runs)
