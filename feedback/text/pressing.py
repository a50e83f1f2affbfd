"""How much each stretch of a text sounds like an "or else", as learned from texts with and without one.

A stretch is one to three sentences. It is told by its words, their pieces, pairs of words, and by which
kinds of words (lexicons/pressing.toml) stand in it together. `feedback.text.train_pressing` learns it. It
rather hears too much: weighed.py weighs again what is heard.
"""

from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from operator import or_
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from feedback.orthography import unmark
from feedback.text.batch import Batch, begins, steps
from feedback.text.hashing import Codes, Hashes, hashes, known_as, run_codes
from feedback.text.lexicon import table
from feedback.text.model import SHIPPED
from feedback.text.reading import Lang

FILE = "pressing.npy"
SINGLES, PAIR_BITS = 1 << 16, 18
PAIRS = 1 << PAIR_BITS
LONGEST = 3  # units of a stretch
UNIT = 20  # words; longer sentences are several units
PIECE, SKIP, TOGETHER = 0.7, 0.6, 0.25  # how much pieces, pairs further apart, kinds of words count
FEW, SHORTEN = 3, 0.35  # a stretch of n words is divided by (n + FEW) ** SHORTEN
REACH = 3  # words between the two of a pair, and one more
LONGEST_WORD = 25
PIECES = (3, 4, 5)  # letters of a piece
_before, _after, _stir = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xC2B2AE3D27D4EB4F),
    np.uint64(0xBF58476D1CE4E5B9),
)
# Ways of reading a word, by the numbers of its lists in `_lists`; in Vietnamese with marks, then without.
_READ = ((0,), (1,), (1, 2), (0, 1), (0, 1, 2))
_SIDES = {Lang.VI: 1, Lang.MIXED: 3}  # others are read as English, which has no marks
Floats = NDArray[Any]
Ints = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretches:
    """One entry a stretch: words first to past, number of its text, bits of the kinds of its words.

    The first `units` of them are single units, in order.
    """

    units: int
    first: Ints
    past: Ints
    text: Ints
    kinds: Ints


def stretches(batch: Batch) -> Stretches:
    opens = _units(batch)
    pasts, text = np.concatenate((opens[1:], (len(batch.word),))), batch.text[opens]
    said = np.bitwise_or.reduceat(kinds_of(batch, 0, len(batch.word)), opens) if len(opens) else opens
    found = []
    for length in range(LONGEST):
        last = np.arange(length, len(opens))
        last = last[text[last] == text[last - length]]
        kinds = said[last]
        for back in range(1, length + 1):
            kinds = kinds | said[last - back]
        found.append((opens[last - length], pasts[last], text[last], kinds))
    first, past, texts, both = (np.concatenate(column) for column in zip(*found, strict=True))
    return Stretches(units=len(opens), first=first, past=past, text=texts, kinds=both)


def _units(batch: Batch) -> Ints:
    """Where each begins."""
    first = begins(batch.sentence)
    many = (steps(np.concatenate((first, (len(batch.word),)))) - 1) // UNIT  # more than one of its sentence
    if not many.any():
        return first
    place = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many) + 1
    return np.sort(np.concatenate([first, np.repeat(first, many) + UNIT * place]))


class Presser:
    """Tells by weights of singles, of pairs, of kinds together, and last what every stretch starts with."""

    def __init__(self, weights: Floats) -> None:
        self._weights, many = weights.astype(np.float32), len(names())
        eights = -(-many // 8)
        together = np.zeros((8 * eights, 8 * eights), np.float32)
        together[:many, :many][np.triu_indices(many)] = self._weights[SINGLES + PAIRS : -1] * np.float32(
            TOGETHER
        )
        # [eight, from it on another eight]: by the bits of both, what their kinds say together
        self._eights = [
            [
                _by_bits(together[8 * one : 8 * one + 8, 8 * other : 8 * other + 8])
                for other in range(one, eights)
            ]
            for one in range(eights)
        ]

    def scores(self, batch: Batch, found: Stretches) -> Floats:
        """[stretches]: the higher, the more it presses."""
        said = batch.vocabulary.beside(self, self._said)[batch.word]
        for last, places, much in pairs(batch):
            said[last] += self._weights[SINGLES + places] * np.float32(much)
        added = np.zeros(len(said) + 1)
        said.astype(np.float64).cumsum(out=added[1:])
        alone = (added[found.past] - added[found.first]) / length(found)
        return alone + self._said_together(found.kinds) + float(self._weights[-1])

    def _said_together(self, kinds: Ints) -> Floats:
        """[stretches]: what kinds that stand together say. Eight kinds are looked up at once."""
        eights = [(kinds >> 8 * number) & 255 for number in range(len(self._eights))]
        added = np.zeros(len(kinds), np.float32)
        for number, tables in enumerate(self._eights):
            for other, says in enumerate(tables, number):
                added += says[eights[number] << 8 | eights[other]]
        return added

    def _said(self, words: list[str]) -> Floats:
        """What `single_places` of each word say together: of all words at once, but for those in which a
        piece comes twice, which counts once.
        """
        weights = self._weights.astype(np.float64)
        known = list(map(known_as, words))
        bare = list(map(unmark, known))
        edged = [
            f"<{one}>" if len(word) < LONGEST_WORD else "" for one, word in zip(bare, known, strict=True)
        ]
        whose, codes = run_codes(edged, PIECES, b"p")
        many = np.maximum(np.bincount(whose, minlength=len(words)), 1)
        said = np.bincount(whose, weights[codes % SINGLES], len(words)) * PIECE / np.sqrt(many)
        said += weights[_named("w", known)] + weights[_named("b", bare)]
        for number in _repeating(whose, codes):
            said[number] = sum(weights[place] * much for place, much in single_places(words[number]))
        return said.astype(np.float32)


def _named(sort: str, words: list[str]) -> list[int]:
    return [crc32(f"{sort}{word}".encode("utf-8", "replace")) % SINGLES for word in words]


def _repeating(whose: Ints, codes: Codes) -> list[int]:
    """Numbers of the words in which a piece comes twice."""
    both = np.sort(whose << 32 | codes)
    return list(dict.fromkeys((both[1:][both[1:] == both[:-1]] >> 32).tolist()))


def _by_bits(says: NDArray[np.float32]) -> NDArray[np.float32]:
    """[256 × 256], flat: the sums of the rows and columns of an 8 × 8 whose bits are set. Added up, since
    a product of matrices wakes a thread a core for it, which costs a fifth of the time to the first text.
    """
    rows = np.zeros((1, 8), np.float32)
    for row in says:
        rows = np.concatenate([rows, rows + row])
    sums = np.zeros((256, 1), np.float32)
    for column in rows.T:
        sums = np.concatenate([sums, sums + column[:, None]], axis=1)
    return sums.ravel()


@cache
def presser() -> Presser:
    """The shipped one."""
    return Presser(np.load(SHIPPED / FILE, allow_pickle=False))


def length(found: Stretches) -> Floats:
    return (found.past - found.first + FEW) ** SHORTEN


def present(kinds: Ints) -> Floats:
    """[stretches, kinds]"""
    return (kinds[:, None] >> np.arange(len(names())) & 1).astype(np.float32)


def pairs(batch: Batch) -> list[tuple[Ints, Ints, float]]:
    """Numbers of the last words, rows in the table of pairs, and how much each counts."""
    hashed = batch.vocabulary.beside("bare hashes", _bare_hashes)[batch.word]
    found = []
    for apart in range(1, REACH + 1):
        last = (batch.sentence[apart:] == batch.sentence[:-apart]).nonzero()[0] + apart
        mixed = hashed[last - apart] * _before ^ hashed[last] * _after
        mixed ^= np.uint64(0 if apart == 1 else 0x94D049BB133111EB)
        mixed = (mixed ^ mixed >> np.uint64(29)) * _stir
        places = (mixed >> np.uint64(64 - PAIR_BITS)).astype(np.int64)
        found.append((last, places, 1.0 if apart == 1 else SKIP))
    return found


def _bare_hashes(words: list[str]) -> Hashes:
    return hashes(list(map(unmark, words)))


def single_places(word: str) -> list[tuple[int, float]]:
    """Rows of the table of singles, and how much each counts: the word, without marks, its pieces."""
    word = known_as(word)
    bare = unmark(word)
    edged = f"<{bare}>" if len(word) < LONGEST_WORD else ""
    pieces = {edged[at : at + size] for size in PIECES for at in range(len(edged) - size + 1)}
    each = PIECE / max(1, len(pieces)) ** 0.5
    found = [("w" + word, 1.0), ("b" + bare, 1.0), *(("p" + piece, each) for piece in sorted(pieces))]
    return [(crc32(name.encode("utf-8", "replace")) % SINGLES, much) for name, much in found]


@cache
def names() -> tuple[str, ...]:
    return tuple(table("pressing")["en"])


def kinds_of(batch: Batch, first: int, past: int) -> Ints:
    """[words] from first to past: a bit for each kind that the word, or it and the next, belongs to."""
    lone, opens = (batch.vocabulary.beside(tell, tell) for tell in (_kinds_of, _opens))
    word, plain, sentence = batch.word[first:past], batch.plain[first:past], batch.sentence[first:past]
    text = batch.text[first:past]
    begin, end = (int(text[0]), int(text[-1]) + 1) if len(text) else (0, 0)
    its_lang = np.array([_SIDES.get(lang, 0) for lang in batch.langs[begin:end]], np.int32)[text - begin]
    found = lone.ravel()[len(_READ) * word + its_lang + plain]
    at = (opens[word[:-1]] & (sentence[1:] == sentence[:-1])).nonzero()[0]
    hashed = batch.vocabulary.beside("hashes", hashes)
    both = hashed[word[at]] * _before ^ hashed[word[at + 1]] * _after
    keys, kinds = _two_words()
    place = np.searchsorted(keys, both).clip(max=len(keys) - 1)
    known = keys[place] == both
    at, place = at[known], place[known]
    found[at] |= kinds[place, its_lang[at] + plain[at]]
    return found


Sides = tuple[dict[tuple[str, ...], int], ...]


@cache
def _lists() -> Sides:
    """One word or two -> bits of its kinds: in English, in Vietnamese, in Vietnamese without marks."""
    sides: Sides = ({}, {}, {})
    for number, name in enumerate(names()):
        for side, language in enumerate(("en", "vi")):
            for written in table_of(language)[name].split():
                words = tuple(written.split("_")[:2])
                sides[side][words] = sides[side].get(words, 0) | 1 << number
    for words, kinds in sides[1].items():
        bare = tuple(map(unmark, words))
        sides[2][bare] = sides[2].get(bare, 0) | kinds
    return sides


@cache
def table_of(language: str) -> dict[str, str]:
    return table("pressing")[language]


def _kinds_of(words: list[str]) -> Ints:
    """[words, ways of reading]"""
    alone = _alone()
    return np.array([alone.get(word, _in_none) for word in words], np.int64)


_in_none = [0] * len(_READ)


@cache
def _alone() -> dict[str, list[int]]:
    """Of single words that are in a list."""
    return {words[0]: _read(words) for side in _lists() for words in side if len(words) == 1}


def _read(words: tuple[str, ...]) -> list[int]:
    sides = [side.get(words, 0) for side in _lists()]
    return [reduce(or_, (sides[number] for number in way)) for way in _READ]


def _opens(words: list[str]) -> NDArray[np.bool_]:
    """Whether two words may begin with it."""
    openers = {words[0] for side in _lists() for words in side if len(words) == 2}
    return np.array([word in openers for word in words], np.bool_)


@cache
def _two_words() -> tuple[Hashes, Ints]:
    """Keys in order, and the kinds of each, [keys, ways of reading]."""
    two = sorted({words for side in _lists() for words in side if len(words) == 2})
    first, second = (hashes([words[place] for words in two]) for place in (0, 1))
    keys = first * _before ^ second * _after
    order = np.argsort(keys)
    return keys[order], np.array([_read(words) for words in two], np.int64)[order]


@lru_cache(maxsize=4096)  # few are used, over and over
def kinds_named(kinds: int) -> frozenset[str]:
    return frozenset(name for number, name in enumerate(names()) if kinds >> number & 1)
