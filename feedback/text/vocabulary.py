"""Every stretch and every word met so far, numbered: what is known of each is worked out once.

People write with the same few thousand words, so a text is little more than the numbers of its stretches.
"""

from collections.abc import Callable, Hashable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import DTypeLike, NDArray

from feedback.orthography import unmark
from feedback.text.known import Known, hashes
from feedback.text.language import WEIGHTS, Weights, weigh, weigh_one
from feedback.text.private import hints
from feedback.text.stretches import Opened, Word, case_of, cut, is_same, lone_word, opened

MOST = 40_000  # stretches of one vocabulary
MOST_LETTERS = 2_000_000  # characters of all its stretches together
Numbers = NDArray[np.int64]
Told = tuple[Weights, int, Opened, Opened]  # the words in English, in Vietnamese
_STOPS, _PAUSE = ".!?…\n", ","


class Column:
    """An array that grows at its end."""

    def __init__(self, kind: DTypeLike, row: tuple[int, ...] = ()) -> None:
        self._kept = np.zeros((1024, *row), kind)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def values(self) -> NDArray:
        return self._kept[: self._length]

    def extend(self, more: Sequence | NDArray) -> None:
        past = self._length + len(more)
        if past > len(self._kept):
            grown = np.zeros((max(past, 2 * len(self._kept)), *self._kept.shape[1:]), self._kept.dtype)
            grown[: self._length] = self.values
            self._kept = grown
        self._kept[self._length : past] = more
        self._length = past


class Columns:
    """Several columns beside each other: what is gathered from each on its own is gathered fast."""

    def __init__(self, kind: DTypeLike, many: int) -> None:
        self._columns = [Column(kind) for _ in range(many)]

    def __len__(self) -> int:
        return len(self._columns[0])

    @property
    def values(self) -> list[NDArray]:
        return [column.values for column in self._columns]

    def extend(self, rows: Sequence[Sequence]) -> None:
        for column, values in zip(self._columns, zip(*rows, strict=True), strict=bool(rows)):
            column.extend(values)


class Vocabulary:
    """`words[n]` is the word whose number is n, as it is read. Not for two threads at once."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.letters = 0
        self.weights, self.hints = Columns(np.float64, WEIGHTS), Column(np.int64)
        # Two rows a stretch, in English and in Vietnamese: where its words begin in `opened`, how many there
        # are, how many clauses and sentences further it leaves the text.
        self.openings = Columns(np.int64, 4)
        # A row a word of a stretch: its number, marked, clause, sentence, start, end, case.
        self.opened = Columns(np.int64, 7)
        self._number: dict[str, int] = {}
        self._known = Known()
        self._told: dict[str, Told] = {}
        self._new: list[Told] = []
        self._beside: dict[Hashable, Column] = {}
        self.number("")  # so that an array beside the words knows its shape, whatever is read first

    @property
    def is_full(self) -> bool:
        return len(self.weights) > MOST or self.letters > MOST_LETTERS

    def stretches(self, text: str, codes: NDArray[np.uint32], begins: NDArray[np.int64]) -> Numbers:
        """The number of each stretch of a text, from where it begins up to the next; with what ends it.

        `codes` are the text's letters as numbers.
        """
        hashed = hashes(codes, begins)
        numbers = self._known.find(hashed)
        new = (numbers < 0).nonzero()[0]
        if len(new):
            pasts = np.append(begins[1:], len(text))
            order = hashed[new].argsort(kind="stable")  # np.unique would load half of NumPy for it
            keys = hashed[new[order]]
            is_first = np.append(True, keys[1:] != keys[:-1])
            numbers[new[order]] = len(self.weights) - 1 + np.cumsum(is_first)
            firsts = zip(keys[is_first], new[order[is_first]].tolist(), strict=True)
            for number, (key, place) in enumerate(firsts, len(self.weights)):
                self._learn(text[begins[place] : pasts[place]])
                self._known.add(key, number)
            self._keep()
        return numbers

    def number(self, word: str) -> int:
        """The word's number; a new one if it has none."""
        number = self._number.get(word)
        if number is None:
            number = self._number[word] = len(self.words)
            self.words.append(word)
            self.number(unmark(word))
        return number

    def beside(self, name: Hashable, tell: Callable[[list[str]], Sequence | NDArray]) -> NDArray:
        """An array beside `words`, kept under the name: `tell` gives the rows of words not seen before."""
        column = self._beside.get(name)
        if column is None or len(column) < len(self.words):
            told = np.asarray(tell(self.words[len(column) if column else 0 :]))
            if column is None:
                column = self._beside[name] = Column(told.dtype, told.shape[1:])
            column.extend(told)
        return column.values

    def bare(self) -> Numbers:
        """For each word the number of the word without its marks."""
        return self.beside("bare", lambda words: [self._number[unmark(word)] for word in words])

    def _learn(self, stretch: str) -> None:
        """Most are a word, or a word and the sign that ends its sentence or clause."""
        self.letters += len(stretch)
        typed = stretch.removesuffix(" ")
        word = typed.rstrip(_STOPS) if typed[-1:] in _STOPS else typed.removesuffix(_PAUSE)
        if len(word) < 2 or not word.isalpha():
            self._new.append(_tell(typed))
            return
        told = self._told.get(word)
        if told is None:
            told = self._told[word] = _tell(word)
        self._new.append(told if len(word) == len(typed) else _ended(told, typed[-1] in _STOPS))

    def _keep(self) -> None:
        weights, hinted, in_english, in_vietnamese = zip(*self._new, strict=True)
        self._new.clear()
        self.weights.extend(weights)
        self.hints.extend(hinted)
        rows: list[tuple[int, ...]] = []
        places: dict[int, tuple[int, int, int, int]] = {}
        for one in chain(in_english, in_vietnamese):
            if id(one) not in places:  # most are the same in both
                places[id(one)] = len(self.opened) + len(rows), len(one.words), one.clauses, one.sentences
                rows += [(self.number(word[0]), *word[1:]) for word in one.words]
        both = chain.from_iterable(zip(in_english, in_vietnamese, strict=True))
        self.openings.extend([places[id(one)] for one in both])
        self.opened.extend(rows)


def _tell(typed: str) -> Told:
    if plain := lone_word(typed):  # most new stretches
        same = Opened([Word(plain, plain != unmark(plain), 0, 0, 0, len(typed), case_of(typed))], 0, 0)
        return weigh_one(plain), hints(plain), same, same
    stretch = cut(typed)
    in_english = in_vietnamese = opened(stretch, vietnamese=False)
    if not is_same(stretch):
        in_vietnamese = opened(stretch, vietnamese=True)
    return weigh(stretch.spoken()), hints(stretch.aligned.text.lower()), in_english, in_vietnamese


def _ended(told: Told, is_stop: bool) -> Told:
    """The same before a sign that begins a new clause, or a new sentence as well."""
    weights, hinted, *both = told
    english, vietnamese = (
        Opened(words, clauses + 1, sentences + is_stop) for words, clauses, sentences in both
    )
    return weights, hinted, english, english if both[0] is both[1] else vietnamese
