"""Whether words without marks mean what a phrase says: in "de ke tivi" nothing broke ("bể")."""

from collections.abc import Mapping, Sequence
from math import prod

from feedback.text.patterns import Choice, Pattern
from feedback.unmarked import is_counted

LEAST = 0.03
"""Chance of the way of reading that a phrase needs, below which it is not what was meant."""

FEWEST = 5
"""Words of a sentence; in fewer ("Voi sut.") there is too little beside a word to tell it by."""

Slot = Mapping[str, Sequence[Choice]]
"""Choices by the first word of either way to type them."""


def slots_of(pattern: Pattern) -> tuple[Slot, ...]:
    return tuple(map(_by_first, pattern.slots))


def _by_first(choices: Sequence[Choice]) -> Slot:
    slot: dict[str, list[Choice]] = {}
    for choice in choices:
        for first in {way[0] for way in choice}:
            slot.setdefault(first, []).append(choice)
    return slot


def is_meant(slots: Sequence[Slot], said: Sequence[str], chances: Sequence[Mapping[str, float]]) -> bool:
    """`said`: the words in which the phrase was found, beside the chances of their ways of reading."""
    return all(
        any(
            _chance(choice, said, chances, at) >= LEAST
            for at, word in enumerate(said)
            for choice in slot.get(word, ())
        )
        for slot in slots
    )


def _chance(choice: Choice, said: Sequence[str], chances: Sequence[Mapping[str, float]], at: int) -> float:
    """That this choice of words is meant there; 0 where it does not stand. Opened words have marks."""
    marked = choice[0]
    past = at + len(marked)
    if len(marked) > 1 and tuple(said[at:past]) not in choice:
        return 0.0
    return prod(_of_word(word, its) for word, its in zip(marked, chances[at:past], strict=True))


def _of_word(word: str, chances: Mapping[str, float]) -> float:
    return chances.get(word, 0.0) if is_counted(word) else 1.0
