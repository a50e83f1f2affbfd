"""Runs of words over many texts at once, as numbers: counted to find what comes up again and again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from feedback.orthography import normalise, unmark
from feedback.text.batch import LONGEST, added_up, batch
from feedback.text.common_words import common_words
from feedback.text.lexicon import table
from feedback.text.reading import Lang
from feedback.text.tokens import tokenise
from feedback.text.vocabulary import Vocabulary

AT_ONCE = 512  # texts of a batch
MOST_WORDS = {Lang.VI: 4, Lang.EN: 3}  # of a gram; a Vietnamese word is mostly two syllables
NO_WORD, EDGE, PASSING, TELLS = range(4)  # a number or a face; begins and ends no gram; says nothing alone
SURE = 0.8  # of the ways to write a syllable, the most frequent one
Numbers = NDArray[np.int64]
Codes = NDArray[np.uint64]
_PRIME = 0x9E3779B97F4A7C15


class Words:
    """Words as they are counted, by number: Vietnamese without its marks, English by its stem.

    A Vietnamese syllable that stands alone keeps its marks: without them it may be one of many words.
    `passing`: names of what the shop sells, of which comments speak whatever they are about.
    """

    def __init__(self, lang: Lang, passing: Iterable[str] = ()) -> None:
        self.lang, self.keys = lang, [""]
        self._numbers = {"": 0}
        self._edges = self._as_typed(common_words())
        self._passing = self._as_typed(table("fillers")[lang.value])
        self._passing |= {self.key(word) for name in passing for word in normalise(name).lower().split()}

    def key(self, word: str) -> str:
        return unmark(word) if self.lang is Lang.VI else _stem(word)

    def lone(self, word: str) -> str:
        """The key of a word that is counted alone."""
        return word if self.lang is Lang.VI else self.key(word)

    def number(self, key: str) -> int:
        known = self._numbers.get(key)
        if known is None:
            known = self._numbers[key] = len(self.keys)
            self.keys.append(key)
        return known

    def tell(self, words: Sequence[str]) -> list[tuple[int, int, int]]:
        """Number (0: no word) of each word as it is read, its number when it stands alone, and its kind."""
        return [self._of(word) for word in words]

    def keys_of(self, written: str) -> str:
        """A phrase as it is counted: "lop hoc"."""
        said = tokenise(written, vietnamese=self.lang is Lang.VI).words
        return self.lone(said[0]) if len(said) == 1 else " ".join(map(self.key, said))

    def _of(self, word: str) -> tuple[int, int, int]:
        if not word.isalpha():
            return 0, 0, NO_WORD
        key = self.key(word)
        if word in self._edges or len(key) < 2:
            return self.number(key), 0, EDGE
        passes = word in self._passing or key in self._passing
        return self.number(key), self.number(self.lone(word)), PASSING if passes else TELLS

    def _as_typed(self, words: Iterable[str]) -> set[str]:
        """A word without marks may be any of those that are written so; then it is the common one."""
        given = set(words)
        return given | {self.key(word) for word in given}


@cache
def _stem(word: str) -> str:
    return str(_stemmer().stem(word))


@cache
def _stemmer():  # type: ignore[no-untyped-def]
    from nltk.stem.snowball import SnowballStemmer  # seconds, which who only reads texts need not wait for

    return SnowballStemmer("english")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grams:
    """One entry for each place of a gram: its code, the number of its text, where in that it stands, and
    whether it has a word that tells something."""

    code: Codes
    text: Numbers
    start: Numbers
    end: Numbers
    tells: NDArray[np.bool_]

    def only(self, kept: NDArray) -> "Grams":
        return Grams(
            code=self.code[kept], text=self.text[kept], start=self.start[kept], end=self.end[kept],
            tells=self.tells[kept],
        )  # fmt: skip

    def of(self, code: np.uint64) -> "Grams":
        return self.only(np.flatnonzero(self.code == code))

    @classmethod
    def joined(cls, parts: Sequence["Grams"]) -> "Grams":
        columns = ("code", "text", "start", "end", "tells")
        return cls(**{name: np.concatenate([getattr(one, name) for one in parts]) for name in columns})


def grams(texts: Sequence[str], words: Words) -> Iterator[Grams]:
    """Those of each length, the single words first: all in one clause, none with a number inside."""
    number, lone, kind, clause, text, start, end = _tokens(texts, words)
    sums = {sort: added_up(kind == sort) for sort in (NO_WORD, TELLS)}
    code = np.zeros(len(number), np.uint64)
    for many in range(1, MOST_WORDS[words.lang] + 1):
        past = max(0, len(number) - many + 1)
        code = code[:past] * np.uint64(_PRIME) + number[many - 1 :].astype(np.uint64)
        inside = slice(many, many + past)
        kept = (kind[:past] > EDGE) & (kind[many - 1 :] > EDGE) & (clause[:past] == clause[many - 1 :])
        kept &= sums[NO_WORD][inside] == sums[NO_WORD][:past]
        tells = sums[TELLS][inside] > sums[TELLS][:past]
        yield Grams(
            code=mixed((lone.astype(np.uint64) if many == 1 else code)[kept], many),
            text=text[:past][kept], start=start[:past][kept], end=end[many - 1 :][kept], tells=tells[kept],
        )  # fmt: skip


def code_of(key: str, words: Words) -> int:
    """The code of a gram that is written as its words are counted: "lop hoc"."""
    code = np.zeros(1, np.uint64)
    numbers = [words.number(word) for word in key.split()]
    for number in numbers:
        code = code * np.uint64(_PRIME) + np.uint64(number)
    return int(mixed(code, len(numbers))[0])


def mixed(code: Codes, many: int) -> Codes:
    code = (code + np.uint64(many)) * np.uint64(0xBF58476D1CE4E5B9)
    return code ^ (code >> np.uint64(31))


def _tokens(texts: Sequence[str], words: Words) -> tuple[NDArray, ...]:
    """Number, number alone, kind, clause, text, start and end of every word."""
    vocabulary, parts, clauses = Vocabulary(), [], 0
    for first in range(0, len(texts), AT_ONCE):
        if vocabulary.is_full:
            vocabulary = Vocabulary()
        chunk = [text[:LONGEST] for text in texts[first : first + AT_ONCE]]
        read = batch(vocabulary, chunk, [words.lang] * len(chunk))
        known = vocabulary.beside("grams", words.tell)[read.word]
        parts.append((*known.T, read.plain, read.clause + clauses, read.text + first, read.start, read.end))
        clauses += len(chunk) + (int(read.clause[-1]) + 1 if len(read.clause) else 0)
    if not parts:
        return tuple(np.zeros(0, np.int64) for _ in range(7))
    number, lone, kind, plain, *rest = (np.concatenate(column) for column in zip(*parts, strict=True))
    return number, _marked(number, lone, plain > 0, len(words.keys)), kind, *rest


def _marked(number: Numbers, lone: Numbers, plain: NDArray[np.bool_], many: int) -> Numbers:
    """`lone`, where a text without marks is taken to mean what nearly all others write with them."""
    both, times = np.unique(number[~plain] * many + lone[~plain], return_counts=True)
    rarest_first = np.argsort(times, kind="stable")
    bare, form = np.divmod(both[rarest_first], many)
    most, meant = np.zeros(many), np.zeros(many, np.int64)
    most[bare], meant[bare] = times[rarest_first], form  # the most frequent is written last
    is_sure = most >= np.maximum(SURE * np.bincount(bare, weights=times[rarest_first], minlength=many), 1)
    return np.where(plain & is_sure[number], meant[number], lone)
