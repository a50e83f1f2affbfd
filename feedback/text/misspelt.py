"""Words that people hide or mistype when they press: "r e f u n d", "revew", "facebok". Read as meant."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from feedback.text.batch import Batch, Numbers
from feedback.text.lexicon import table

LEAST = 5  # single letters in a row that may be one word
_vowels = "aeiou"


def unmasked(batch: Batch, texts: Sequence[str]) -> Numbers:
    """The words of a batch, those of pressure mistyped by one letter or spelt out read as they are meant."""
    vocabulary = batch.vocabulary
    numbers = vocabulary.beside("meant", lambda words: [vocabulary.number(meant(word)) for word in words])
    word = numbers[batch.word]
    for run in _runs((batch.end - batch.start == 1).nonzero()[0], batch):
        text, at = texts[batch.text[run[0]]], batch.start[run].tolist()
        for found in _hidden().finditer("".join(text[place] for place in at).lower()):
            word[run[found.start()]] = vocabulary.number(found.group())
    return word


def _runs(places: NDArray, batch: Batch) -> Iterator[list[int]]:
    """Places that follow one another in one text, LEAST or more."""
    if len(places) < LEAST:
        return
    text = batch.text[places]
    begins = (np.append(True, (np.diff(places) != 1) | (text[1:] != text[:-1]))).nonzero()[0]
    pasts = np.append(begins[1:], len(places))
    for begin, past in zip(begins.tolist(), pasts.tolist(), strict=True):
        if past - begin >= LEAST:
            yield places[begin:past].tolist()


def meant(word: str) -> str:
    return _mistyped().get(word, word)


@cache
def _hidden() -> re.Pattern[str]:
    return re.compile("|".join(sorted(table("pressure")["sets"]["mistyped"], key=len, reverse=True)))


@cache
def _mistyped() -> dict[str, str]:
    """Mistyped -> meant, for the words that matter."""
    words = table("pressure")["sets"]["mistyped"]
    kept = frozenset(words) | frozenset(table("pressure")["sets"]["real"])
    slips = {typed: word for word in words for typed in _slips(word) if typed not in kept}
    return slips | table("pressure")["typed"]


def _slips(word: str) -> Iterator[str]:
    """The word with a letter lost, doubled or swapped with the next, or a vowel too many or another one."""
    for place in range(1, len(word)):
        head, letter, tail = word[:place], word[place], word[place + 1 :]
        yield head + tail
        yield head + letter + letter + tail
        if tail:
            yield head + tail[0] + letter + tail[1:]
        for vowel in _vowels:
            yield head + vowel + letter + tail
            if letter in _vowels:
                yield head + vowel + tail
