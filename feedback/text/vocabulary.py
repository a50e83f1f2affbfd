"""Every stretch and every word met so far, numbered: what is known of each is worked out once.

People write with the same few thousand words, so a text is little more than the numbers of its stretches.
"""

from collections.abc import Callable, Hashable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import DTypeLike, NDArray

from feedback.orthography import unmark
from feedback.text.language import WEIGHTS, Weights, weigh
from feedback.text.private import HINTS, Hints, hints
from feedback.text.stretches import Opened, cut, is_same, opened

MOST = 40_000  # stretches of one vocabulary
MOST_LETTERS = 2_000_000  # characters of all its stretches together
Numbers = NDArray[np.int32]


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


class Numbered(dict[str, int]):
    """Stretch -> its number; a new one is learned by the way."""

    def __init__(self, learn: Callable[[str], int]) -> None:
        super().__init__()
        self._learn = learn

    def __missing__(self, stretch: str) -> int:
        return self._learn(stretch)


class Vocabulary:
    """`words[n]` is the word whose number is n, as it is read. Not for two threads at once."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.letters = 0
        self.lengths, self.weights = Column(np.int32), Column(np.float64, (WEIGHTS,))
        self.hints = Column(np.int32, (HINTS,))
        # A row a stretch, in English and in Vietnamese: where its words begin in `opened`, how many there
        # are, how many clauses and sentences further it leaves the text.
        self.openings = Column(np.int32, (2, 4))
        # A row a word of a stretch: its number, marked, clause, sentence, start, end.
        self.opened = Column(np.int32, (6,))
        self._number: dict[str, int] = {}
        self._stretches = Numbered(self._learn)
        self._new: list[tuple[int, Weights, Hints, Opened, Opened]] = []
        self._beside: dict[Hashable, Column] = {}
        self.number("")  # so that an array beside the words knows its shape, whatever is read first

    @property
    def is_full(self) -> bool:
        return len(self._stretches) > MOST or self.letters > MOST_LETTERS

    def stretches(self, stretches: Sequence[str]) -> Numbers:
        """The number of each stretch."""
        numbers = np.fromiter(map(self._stretches.__getitem__, stretches), np.int32, len(stretches))
        if self._new:
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

    def _learn(self, typed: str) -> int:
        number = self._stretches[typed] = len(self._stretches)
        self.letters += len(typed)
        stretch = cut(typed)
        in_english = in_vietnamese = opened(stretch, vietnamese=False)
        if not is_same(stretch):
            in_vietnamese = opened(stretch, vietnamese=True)
        told = weigh(stretch.spoken()), hints(stretch.aligned.text.lower())
        self._new.append((len(typed), *told, in_english, in_vietnamese))
        return number

    def _keep(self) -> None:
        lengths, weights, hinted, in_english, in_vietnamese = zip(*self._new, strict=True)
        self._new.clear()
        self.lengths.extend(lengths)
        self.weights.extend(weights)
        self.hints.extend(hinted)
        rows: list[tuple[int, ...]] = []
        places: dict[int, tuple[int, int, int, int]] = {}
        for one in chain(in_english, in_vietnamese):
            if id(one) not in places:  # most are the same in both
                places[id(one)] = len(self.opened) + len(rows), len(one.words), one.clauses, one.sentences
                rows += [(self.number(word[0]), *word[1:]) for word in one.words]
        self.openings.extend(
            [(places[id(en)], places[id(vi)]) for en, vi in zip(in_english, in_vietnamese, strict=True)]
        )
        if rows:
            self.opened.extend(rows)
