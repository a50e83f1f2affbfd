"""Where in a sentence an "or else" begins and ends, as learned from complaints and threats put together.

Asked only of sentences that are known to press: "the vase came broken refund me or I post it" is a complaint
and a threat in one. For each word it is told whether it belongs to the threat, whether one begins with it and
whether one ended before it, by the words around it, pairs, and the kinds of words on either side; the most
likely way through all words wins (a linear chain). `feedback.text.train_bounds` learns it.
"""

from collections.abc import Sequence
from functools import cache, cached_property
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
OPENS, JOINS, PERSON = 1, 2, 4  # a word opens a segment; so does one that joins, before a person
Floats = NDArray[Any]
_openers = frozenset(
    {"or", "otherwise", "unless", "if", "nếu", "neu", "hoặc", "kẻo", "until", "once", "else"}
)
_persons = frozenset({"i", "we", "you", "then", "my", "tôi", "mình", "tui", "tao", "em", "thì", "là"})
_joins = frozenset({"and", "so", "then", "và", "rồi", "không", "bằng", "còn"})
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

    def scores(self, batch: Batch, kinds: NDArray[np.int64], breaks: NDArray[np.int64]) -> Floats:
        """[words, 3]: the higher, the rather it is so; each text of the batch by itself.

        `kinds` has the bits of each word's kinds, `breaks` the kind of break before it.
        """
        text, first, past = batch.text, batch.starts[batch.text], batch.starts[batch.text + 1]
        different, its = np.unique(kinds, return_inverse=True)
        of_kinds = (present(different) @ self._of_kinds).reshape(len(different), ROLES, 3)
        said = batch.vocabulary.beside(self, self._said)[batch.word] + of_kinds[its]
        scores = self._start + self._breaks[breaks]
        for role in range(2 * REACH + 1):
            _add(scores, said[:, role], role - REACH, text)
        sums = np.zeros((len(text) + 1, 2, 3))
        np.cumsum(said[:, BEFORE:] * SIDE, axis=0, dtype=np.float64, out=sums[1:])
        at = np.arange(len(text))
        scores += sums[at, 0] - sums[np.maximum(at - ASIDE, first), 0]
        scores += sums[np.minimum(at + 1 + ASIDE, past), 1] - sums[at + 1, 1]
        paired = self._of_rows[pair_rows(bare_hashes(batch.vocabulary)[batch.word])]
        paired[text[1:] != text[:-1]] = 0
        for number, place in enumerate(PAIRED):
            _add(scores, paired[:, number], place, text)
        return scores

    def _said(self, words: list[str]) -> Floats:
        return self._of_rows[word_rows(hashes(list(map(unmark, words))))]


def _add(scores: Floats, said: Floats, place: int, text: NDArray[np.int64]) -> None:
    """To each word what the one `place` further on in its text says, where there is one."""
    begin, end = max(0, -place), min(len(scores), len(said) - place)
    if end > begin:
        is_its = text[begin:end] == text[begin + place : end + place]
        scores[begin:end] += said[begin + place : end + place] * is_its[:, None]


@cache
def bounds() -> Bounds:
    """The shipped one."""
    return Bounds(np.load(SHIPPED / FILE, allow_pickle=False))


def likeliest(scores: Sequence[Sequence[float]]) -> list[bool]:
    """For each word whether it belongs to the "or else": the most likely way through all of them."""
    out, within = 0.0, 0.0
    came: list[tuple[bool, bool]] = []  # for either way, whether the word before was within
    for belongs, begins, ends in scores:
        leaving, entering = (within + ends, out + begins) if came else (within, out)
        left, stayed = leaving > out, within >= entering
        came.append((left, stayed))
        if left:
            out = leaving
        within = (within if stayed else entering) + belongs
    is_within, told = within > out, []
    for left, stayed in reversed(came):
        told.append(is_within)
        is_within = stayed if is_within else left
    return told[::-1]


class Bounded:
    """What is told of the words of a batch, worked out for all its texts at once when one is asked about."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    @cached_property
    def kinds(self) -> NDArray[np.int64]:
        """[words]: bits of the kinds of the word (lexicons/pressing.toml)."""
        return kinds_of(self._batch, 0, len(self._batch.word))

    @cached_property
    def breaks(self) -> NDArray[np.int64]:
        return breaks_of(self._batch)

    @cached_property
    def scores(self) -> Floats:
        """[words, 3], see `Bounds`."""
        return bounds().scores(self._batch, self.kinds, self.breaks)


def breaks_of(batch: Batch) -> NDArray[np.int64]:
    """[words]: the kind of break before it; none before the first of a text.

    Segments are finer than clauses, broken before "or", "if", "and I".
    """
    roles = batch.vocabulary.beside("segments", _roles)[batch.word]
    same = batch.text[1:] == batch.text[:-1]
    opens = roles & OPENS > 0
    opens[:-1] |= (roles[:-1] & JOINS > 0) & (roles[1:] & PERSON > 0) & same
    breaks = np.zeros(len(roles), np.int64)
    breaks[1:] = opens[1:]
    breaks[1:][batch.clause[1:] != batch.clause[:-1]] = 2
    breaks[1:][batch.sentence[1:] != batch.sentence[:-1]] = 3
    breaks[1:][~same] = 0
    return breaks


def _roles(words: list[str]) -> NDArray[np.uint8]:
    """How each word may open a segment, as bits."""
    return np.array(
        [
            OPENS * (word in _openers) | JOINS * (word in _joins) | PERSON * (word in _persons)
            for word in words
        ],
        np.uint8,
    )
