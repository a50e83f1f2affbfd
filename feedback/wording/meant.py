"""Whether words without marks mean what a phrase says: "don co the" is no "đồn có thể"."""

from feedback.unmarked import Word, readings
from feedback.wording.patterns import Starts, Wanted

LEAST = 0.1
"""Chance of the way of reading that the phrase needs, below which it is not what was meant."""
FEWEST = 5
"""Words of a sentence; in fewer there is too little beside a word to tell it by."""


def is_meant(one: Wanted, span: tuple[int, int], sentence: str, words: Starts) -> bool:
    """`span`: where it was found in `sentence`, which is normalised and in small letters."""
    start, end = span
    read = readings(sentence)
    if len(read) < FEWEST:
        return True
    inside = (word for word in read if start <= word.start and word.end <= end)
    return all(_fits(word, one, span, sentence, words) for word in inside if len(word.chances) > 1)


def _fits(word: Word, one: Wanted, span: tuple[int, int], sentence: str, words: Starts) -> bool:
    """A phrase takes bare letters for marked ones: what it takes with marks, if any, is what it needs."""
    typed = sentence[word.start : word.end]
    marked = [way for way in word.chances if way != typed]
    taken = [way for way in marked if _takes(one, span, _with(sentence, word, way), words)]
    if len(taken) == len(marked):  # any word may stand here
        return True
    if not taken:
        return word.chances.get(typed, 0.0) >= LEAST
    return sum(word.chances[way] for way in taken) >= LEAST


def _takes(one: Wanted, span: tuple[int, int], sentence: str, words: Starts) -> bool:
    return span in one.find(sentence, words)


def _with(sentence: str, word: Word, way: str) -> str:
    return f"{sentence[: word.start]}{way}{sentence[word.end :]}"
