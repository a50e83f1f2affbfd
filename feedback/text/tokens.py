"""A text as words: typing habits undone, each word still knowing where it stood in the text as given."""

from collections.abc import Callable
from typing import Generic, Self, TypeVar, overload

import numpy as np

from feedback.text.batch import LONGEST, Batch, batch
from feedback.text.reading import Lang
from feedback.text.vocabulary import Vocabulary

Value = TypeVar("Value")


class Late(Generic[Value]):
    """Made when first asked for, then kept. functools.cached_property takes a lock for that, which costs."""

    def __init__(self, make: Callable[["Tokens"], Value]) -> None:
        self._make, self.__doc__ = make, make.__doc__

    @overload
    def __get__(self, tokens: None, owner: type) -> Self: ...
    @overload
    def __get__(self, tokens: "Tokens", owner: type) -> Value: ...
    def __get__(self, tokens: "Tokens | None", owner: type) -> Self | Value:
        if tokens is None:
            return self
        value = tokens.__dict__[self._make.__name__] = self._make(tokens)
        return value


class Tokens:
    """Parallel lists, one entry a word: one text of a batch. What nobody asks for is not made.

    `clause` and `sentence` count up from 0 where a new one begins.
    """

    def __init__(self, batch: Batch, number: int, text: str) -> None:
        self.batch, self.number, self.text = batch, number, text
        self.first, self.past = batch.bounds[number : number + 2]

    def __len__(self) -> int:
        return self.past - self.first

    @property
    def different(self) -> int:
        """How many different words there are."""
        return len(set(self.batch.word[self.first : self.past].tolist()))

    @Late
    def words(self) -> list[str]:
        words = self.batch.vocabulary.words
        return [words[number] for number in self.batch.word[self.first : self.past].tolist()]

    @Late
    def bare(self) -> list[str]:
        """The words without their marks."""
        words, bare = self.batch.vocabulary.words, self.batch.vocabulary.bare()
        return [words[number] for number in bare[self.batch.word[self.first : self.past]].tolist()]

    @Late
    def marked(self) -> list[bool]:
        """Typed with Vietnamese marks; an opened abbreviation is not."""
        return self.batch.marked[self.first : self.past].tolist()

    @Late
    def clause(self) -> list[int]:
        numbers = self.batch.clause[self.first : self.past]
        return (numbers - numbers[:1]).tolist()

    @Late
    def sentence(self) -> list[int]:
        numbers = self.batch.sentence[self.first : self.past]
        return (numbers - numbers[:1]).tolist()

    @Late
    def places(self) -> list[tuple[int, int]]:
        """Start and end of each word in the text as given."""
        both = slice(self.first, self.past)
        return list(zip(self.batch.start[both].tolist(), self.batch.end[both].tolist(), strict=True))

    @property
    def unmarked(self) -> bool:
        """Vietnamese typed without marks."""
        return bool(self.batch.unmarked[self.number])

    @Late
    def unmarked_sentences(self) -> frozenset[int]:
        """Those of its sentences that are."""
        sentences = self.batch.sentence[self.first : self.past]
        plain = self.batch.plain[self.first : self.past]
        return frozenset((sentences[plain] - sentences[:1]).tolist())

    def clause_of(self, number: int) -> int:
        """What `clause` holds for one word, without making the list."""
        return self.batch.clause.item(self.first + number) - self.batch.clause.item(self.first)

    def span(self, first: int, past: int) -> tuple[int, int]:
        """Offsets in the text as given, of the words first to past (exclusive)."""
        begin = self.first
        return self.batch.start.item(begin + first), self.batch.end.item(begin + past - 1)

    def without(self, cut: set[int]) -> "Tokens":
        """The words whose number is not in `cut`."""
        kept = [number for number in range(len(self)) if number not in cut]
        return Tokens(self.batch.only(np.array(kept, np.int64) + self.first, [self.number]), 0, self.text)


def tokenise(text: str, *, vietnamese: bool) -> Tokens:
    """Words of a text. Chat abbreviations are opened, contractions too, faces become one of four signs."""
    text = text[:LONGEST]
    return Tokens(batch(Vocabulary(), [text], [Lang.VI if vietnamese else Lang.EN]), 0, text)
