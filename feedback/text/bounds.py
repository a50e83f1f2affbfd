"""Where in a sentence an "or else" begins and ends, as learned from complaints and threats put together.

Asked only of sentences that are known to press: "the vase came broken refund me or I post it" is a complaint
and a threat in one. For each word it is told whether it belongs to the threat, whether one begins with it and
whether one ended before it, by the words around it, pairs, and the kinds of words on either side; the most
likely way through all words wins (a linear chain). `feedback.text.train_bounds` learns it.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feedback.orthography import unmark
from feedback.text.batch import Batch
from feedback.text.hashing import Hashes, hashes
from feedback.text.model import SHIPPED
from feedback.text.pressing import kinds_of, names, present
from feedback.text.vocabulary import Vocabulary

FILE = "bounds.npy"
BITS = 18
ROWS = 1 << BITS
REACH = 3  # words to either side that are told by their place
ASIDE = 10  # words to either side that are told by their side only
BEFORE, AFTER = 2 * REACH + 1, 2 * REACH + 2  # roles of a word: at a place near by, somewhere before, after
ROLES = 2 * REACH + 3
PAIRED = (-2, -1, 0, 1)  # where pairs begin, seen from the word
SIDE = 0.4  # how much a word that is only somewhere before or after counts
WITHIN, BEGINS, ENDS = range(3)  # what is told of a word
BREAKS = 4  # none, a segment, a clause, a sentence begins with the word
Floats = NDArray[Any]
_salts = np.random.default_rng(20261128).integers(1 << 62, size=ROLES + len(PAIRED)).astype(np.uint64) * 2 + 1
_before, _after, _stir = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xC2B2AE3D27D4EB4F),
    np.uint64(0xBF58476D1CE4E5B9),
)


def word_rows(hashed: Hashes) -> NDArray[np.int64]:
    """[words, roles]: rows of the table."""
    return _rows(hashed[:, None] * _salts[:ROLES])


def pair_rows(hashed: Hashes) -> NDArray[np.int64]:
    """[words - 1, places]: rows of the table, of each word with the next."""
    both = hashed[:-1] * _before ^ hashed[1:] * _after
    return _rows(both[:, None] * _salts[ROLES:])


def _rows(mixed: Hashes) -> NDArray[np.int64]:
    mixed = (mixed ^ mixed >> np.uint64(29)) * _stir
    return (mixed >> np.uint64(64 - BITS)).astype(np.int64)


def bare_hashes(vocabulary: Vocabulary) -> Hashes:
    return vocabulary.beside("bare hashes", lambda words: hashes(list(map(unmark, words))))


class Bounds:
    """Tells by weights of words and pairs by role, then of kinds by role, of every word, of breaks."""

    def __init__(self, weights: Floats) -> None:
        weights = weights.astype(np.float32)
        self._of_rows = weights[:ROWS]
        self._of_kinds = weights[ROWS : -1 - BREAKS].reshape(len(names()), ROLES * 3)
        self._start, self._breaks = weights[-1 - BREAKS], weights[-BREAKS:]

    def scores(self, batch: Batch, first: int, past: int, breaks: Sequence[int]) -> Floats:
        """[words, 3] of one text: the higher, the rather it is so. `breaks` has the kind of each word's."""
        word = batch.word[first:past]
        kinds = present(kinds_of(batch, first, past)) @ self._of_kinds
        said = batch.vocabulary.beside(self, self._said)[word] + kinds.reshape(len(word), ROLES, 3)
        scores = self._start + self._breaks[list(breaks)]
        for role in range(2 * REACH + 1):
            _add(scores, said[:, role], role - REACH)
        sums = np.concatenate([np.zeros((1, 2, 3), np.float32), np.cumsum(said[:, BEFORE:] * SIDE, axis=0)])
        at = np.arange(len(word))
        scores += sums[at, 0] - sums[np.maximum(at - ASIDE, 0), 0]
        scores += sums[np.minimum(at + 1 + ASIDE, len(word)), 1] - sums[at + 1, 1]
        paired = self._of_rows[pair_rows(bare_hashes(batch.vocabulary)[word])]
        for number, place in enumerate(PAIRED):
            _add(scores, paired[:, number], place)
        return scores

    def _said(self, words: list[str]) -> Floats:
        return self._of_rows[word_rows(hashes(list(map(unmark, words))))]


def _add(scores: Floats, said: Floats, place: int) -> None:
    """To each word what the one `place` further on says, where there is one."""
    begin, end = max(0, -place), min(len(scores), len(said) - place)
    if end > begin:
        scores[begin:end] += said[begin + place : end + place]


@cache
def bounds() -> Bounds:
    """The shipped one."""
    return Bounds(np.load(SHIPPED / FILE, allow_pickle=False))


def likeliest(scores: Sequence[Sequence[float]]) -> list[bool]:
    """For each word whether it belongs to the "or else": the most likely way through all of them."""
    out, within = 0.0, 0.0
    came: list[tuple[bool, bool]] = []  # for either way, whether the word before was within
    for number, (belongs, begins, ends) in enumerate(scores):
        leaving, entering = (within + ends, out + begins) if number else (within, out)
        came.append((leaving > out, within >= entering))
        out, within = max(out, leaving), max(within, entering) + belongs
    is_within, told = within > out, []
    for left, stayed in reversed(came):
        told.append(is_within)
        is_within = stayed if is_within else left
    return told[::-1]


def breaks_of(sentence: Sequence[int], clause: Sequence[int], segment: Sequence[int]) -> list[int]:
    """The kind of break before each word."""
    before = zip(sentence, clause, segment, strict=True)
    here = zip(sentence[1:], clause[1:], segment[1:], strict=True)
    return [0] + [
        3 if its[0] != last[0] else 2 if its[1] != last[1] else int(its[2] != last[2])
        for last, its in zip(before, here, strict=False)
    ]
