"""How surely the sentences that may press do press, weighed by all that stands in them together.

pressing.py hears in few steps what may be an "or else", and must rather hear too much. Of the few texts it
hears something in, this weighs the sentences that are looked at: words and their pieces, pairs, triples,
words beside kinds of words (lexicons/pressing.toml), which kinds and signs (lexicons/leverage.toml) stand in
one sentence, in two that follow each other or in the whole, and in which order. Each is a row of one table.
`feedback.text.train_weighed` learns it.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from feedback.orthography import unmark
from feedback.text.batch import Batch, begins
from feedback.text.hashing import hashes
from feedback.text.lexicon import Hit, table
from feedback.text.model import SHIPPED
from feedback.text.pressing import names

FILE = "weighed.npy"
BITS = 19
ROWS = 1 << BITS
WORD, BARE, PIECE, PAIR, APART, TRIPLE, BESIDE, WHOLE, SAME, NEXT, ORDER = range(11)  # what is told
MUCH = (1.0, 1.0, 1.0, 1.0, 0.7, 0.7, 0.5, 0.8, 0.7, 0.5, 0.5)  # how much all of it counts in a text
FURTHEST = 4  # words from the first of a pair to the second
ASIDE = (-2, -1, 1, 2)  # words beside a kind
AHEAD = 6  # words from a kind to one that comes after it
MOST_BETWEEN = 8  # so many kinds further on at most
LONGEST_WORD = 25
SIDES = 64  # kinds and signs at most
_before, _between, _after, _stir = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0x165667B19E3779F9),
    np.uint64(0xC2B2AE3D27D4EB4F),
    np.uint64(0xBF58476D1CE4E5B9),
)
_salts = np.random.default_rng(20261130).integers(1 << 62, size=len(MUCH)).astype(np.uint64) * np.uint64(
    2
) + (np.uint64(1))
Floats = NDArray[Any]
Ints = NDArray[Any]
Part = tuple[int, Ints, NDArray[np.uint64]]  # what is told, numbers of the texts, a number for what it is


class Weigher:
    """Tells by weights of the rows, and last what every text starts with."""

    def __init__(self, weights: Floats) -> None:
        self._weights = weights.astype(np.float32)
        one, other = np.indices((SIDES, SIDES))
        both = (one * SIDES + other).astype(np.uint64)
        # by both of two that stand together, those of a sentence or text in one order only
        self._together = {what: self._weights[_rows(what, both)] for what in (SAME, NEXT, WHOLE)}
        for what in (SAME, WHOLE):
            self._together[what] = np.triu(self._together[what])

    def scores(self, batch: Batch, kinds: Ints, hits: Sequence[Iterable[Hit]]) -> Floats:
        """[texts]: the higher, the surer it presses. `kinds` has the bits of each word, `hits` are signs."""
        text, row, much = _counted(batch, _told(batch, kinds))
        said: Floats = np.bincount(text, self._weights[row] * much, len(batch))
        for what, one, other, its in _beside_each_other(batch, kinds, hits):
            if not len(its):
                continue
            first, many = one.sum(axis=1), other.sum(axis=1)
            many = first * many if what == NEXT else first * (first + 1) / 2
            # Not a product of matrices, for which NumPy wakes a thread a core: that costs more than all else.
            place, kind = one.nonzero()
            each = np.einsum("pk,pk->p", self._together[what][kind], other[place])
            added = np.bincount(its[place], each, len(batch))
            counted = np.bincount(its, many, len(batch))
            said += MUCH[what] * added / np.sqrt(np.maximum(counted, 1))
        return said + float(self._weights[-1])


@cache
def weigher() -> Weigher:
    """The shipped one."""
    return Weigher(np.load(SHIPPED / FILE, allow_pickle=False))


def rows(batch: Batch, kinds: Ints, hits: Sequence[Iterable[Hit]]) -> tuple[Ints, Ints, Floats]:
    """Numbers of texts, rows of the table, how much each counts: one entry for all that is told."""
    return _counted(batch, chain(_told(batch, kinds), _together(batch, kinds, hits)))


def _counted(batch: Batch, parts: Iterable[Part]) -> tuple[Ints, Ints, Floats]:
    texts, places, counts = [], [], []
    for what, text, number in parts:
        texts.append(text)
        places.append(_rows(what, number))
        many = np.bincount(text, minlength=len(batch))
        counts.append(MUCH[what] / np.sqrt(np.maximum(many, 1))[text])
    return np.concatenate(texts), np.concatenate(places), np.concatenate(counts)


def _rows(what: int, number: NDArray[np.uint64]) -> Ints:
    mixed = (number + np.uint64(1)) * _salts[what]
    mixed = (mixed ^ mixed >> np.uint64(29)) * _stir
    return (mixed >> np.uint64(64 - BITS)).astype(np.int64)


def _told(batch: Batch, kinds: Ints) -> Iterator[Part]:
    yield WORD, batch.text, batch.vocabulary.beside("hashes", hashes)[batch.word]
    bare = batch.vocabulary.beside("bare hashes", lambda words: hashes(list(map(unmark, words))))[batch.word]
    yield BARE, batch.text, bare
    yield from _pieces(batch)
    yield from _runs(batch, bare)
    yield from _of_kinds(batch, bare, kinds)


def _pieces(batch: Batch) -> Iterator[Part]:
    words = batch.vocabulary.words
    found = [pieces(words[number]) for number in batch.word.tolist()]
    yield PIECE, np.repeat(batch.text, list(map(len, found))), np.concatenate(found)


@lru_cache(maxsize=20_000)
def pieces(word: str) -> NDArray[np.uint64]:
    """Runs of three to five letters of the word without its marks, with signs for its edges."""
    edged = f"<{unmark(word)}>" if len(word) < LONGEST_WORD else ""
    runs = [edged[at : at + size] for size in (3, 4, 5) for at in range(len(edged) - size + 1)]
    return np.array([crc32(run.encode("utf-8", "replace")) for run in runs], np.uint64)


def _runs(batch: Batch, bare: NDArray[np.uint64]) -> Iterator[Part]:
    sentence, text = batch.sentence, batch.text
    apart: list[tuple[Ints, NDArray[np.uint64]]] = []
    for far in range(1, FURTHEST + 1):
        last = (sentence[far:] == sentence[:-far]).nonzero()[0] + far
        both = bare[last - far] * _before ^ bare[last] * _after
        if far == 1:
            yield PAIR, text[last], both
        else:
            apart.append((text[last], both))
        if far == 2:
            yield TRIPLE, text[last], both ^ bare[last - 1] * _between
    yield APART, np.concatenate([its for its, _ in apart]), np.concatenate([both for _, both in apart])


def _of_kinds(batch: Batch, bare: NDArray[np.uint64], kinds: Ints) -> Iterator[Part]:
    """Words beside kinds, and kinds that come after kinds, all within a sentence."""
    at, kind = (kinds[:, None] >> np.arange(len(names())) & 1).nonzero()
    sentence, past = batch.sentence, len(batch.word)
    beside: list[tuple[Ints, NDArray[np.uint64]]] = []
    for aside in ASIDE:
        near = at + aside
        is_its = (near >= 0) & (near < past)
        is_its[is_its] = sentence[near[is_its]] == sentence[at[is_its]]
        told = bare[near[is_its]] * _before ^ kind[is_its].astype(np.uint64) * _after
        beside.append((batch.text[at[is_its]], told))
    yield BESIDE, np.concatenate([its for its, _ in beside]), np.concatenate([told for _, told in beside])
    after: list[tuple[Ints, Ints]] = []
    for ahead in range(1, MOST_BETWEEN + 1):
        one, other = at[:-ahead], at[ahead:]
        is_its = (other > one) & (other - one <= AHEAD) & (sentence[one] == sentence[other])
        after.append((batch.text[one[is_its]], kind[:-ahead][is_its] * SIDES + kind[ahead:][is_its]))
    numbers = np.concatenate([both for _, both in after]).astype(np.uint64)
    yield ORDER, np.concatenate([its for its, _ in after]), numbers


def _together(batch: Batch, kinds: Ints, hits: Sequence[Iterable[Hit]]) -> Iterator[Part]:
    """Two kinds or signs in one sentence, in two that follow each other, in all that is looked at."""
    for what, one, other, its in _beside_each_other(batch, kinds, hits):
        place, first, second = ((one[:, :, None] * other[:, None, :]) > 0).nonzero()
        if what != NEXT:
            is_once = first <= second
            place, first, second = place[is_once], first[is_once], second[is_once]
        yield what, its[place], (first * SIDES + second).astype(np.uint64)


def _beside_each_other(
    batch: Batch, kinds: Ints, hits: Sequence[Iterable[Hit]]
) -> Iterator[tuple[int, Floats, Floats, Ints]]:
    """What is told, which kinds and signs stand on either side (1 or 0), numbers of the texts."""
    opens = begins(batch.sentence)
    if not len(opens):
        return
    said = np.bitwise_or.reduceat(kinds, opens).astype(np.int64)
    for text, its in enumerate(hits):
        for hit in its:
            number = opens.searchsorted(batch.bounds[text] + hit.first, "right") - 1
            said[number] |= 1 << _sign(hit.name)
    sentence, text_of = batch.sentence[opens], batch.text[opens]
    present = (said[:, None] >> np.arange(SIDES) & 1).astype(np.float32)
    follows = (sentence[1:] == sentence[:-1] + 1) & (text_of[1:] == text_of[:-1])
    yield SAME, present, present, text_of
    yield NEXT, present[:-1][follows], present[1:][follows], text_of[1:][follows]
    texts = begins(text_of)
    whole = np.maximum.reduceat(present, texts)
    yield WHOLE, whole, whole, text_of[texts]


@cache
def signs() -> tuple[str, ...]:
    return tuple(name for name in table("leverage") if name != "words")


@cache
def _signs() -> dict[str, int]:
    return {name: len(names()) + number for number, name in enumerate(signs())}


def _sign(name: str) -> int:
    """Its bit, after those of the kinds."""
    return _signs()[name]
