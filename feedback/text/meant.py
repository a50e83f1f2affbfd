"""Whether words without marks mean what a phrase says: "de ke tivi" is no "bể"."""

from collections.abc import Mapping, Sequence
from math import prod

from feedback.text.patterns import Choice, Pattern
from feedback.unmarked import chances_of, is_counted

LEAST = 0.03
"""Chance of the way of reading that a phrase needs, below which it is not what was meant."""
BESIDE = 3
"""Words looked at on either side of a phrase."""


def is_meant(pattern: Pattern, words: Sequence[str], first: int, past: int) -> bool:
    """`words` are those of one sentence; the phrase was found in those from `first` to `past`."""
    begin = max(0, first - BESIDE)
    chances = chances_of(words[begin : past + BESIDE])[first - begin : past - begin]
    return all(
        max((_chance(choice, words[first:past], chances) for choice in slot), default=0.0) >= LEAST
        for slot in pattern.slots
    )


def _chance(choice: Choice, words: Sequence[str], chances: Sequence[Mapping[str, float]]) -> float:
    """That this choice of words is meant where it fits best; 0 where it does not stand."""
    marked, bare = choice
    many = len(bare)
    return max(
        (
            prod(_of_word(word, its) for word, its in zip(marked, chances[at : at + many], strict=True))
            for at in range(len(words) - many + 1)
            if words[at] in (bare[0], marked[0]) and tuple(words[at : at + many]) in (bare, marked)
        ),
        default=0.0,
    )


def _of_word(word: str, chances: Mapping[str, float]) -> float:
    return chances.get(word, 0.0) if is_counted(word) else 1.0
