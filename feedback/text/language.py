"""Which language a text is written in: Vietnamese with or without marks, English, both, another, or none."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from feedback.orthography import unmark
from feedback.text.reading import Lang
from feedback.text.remembered import Remembered

_only_vietnamese = re.compile("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹĩũ]")
_vietnamese_too = re.compile("[àáãâèéêìíòóõôùúý]")
_syllable = re.compile(
    r"(?:ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdghklmnpqrstvx])?"
    r"(?:uye|uya|uyu|ieu|yeu|uou|uoi|uay|uao|oai|oay|oeo|uy|ua|ue|ui|uo|uu|ie|ia|iu|ye|oa|oe|oi|oo|ai|ao|au|ay|eo|eu|[aeiouy])"
    r"(?:ch|ng|nh|[cmnpt])?"
)
_impossible = re.compile(
    r"[bcdđgklmnpqrstvxwjzf](?:[bcdfgjklmpqstvwxz])|[fjwz]|(?:[bdfgjklqrsvxz]|ed|gh|ph|th)$"
)
_latin = re.compile(r"[a-zà-ɏḀ-ỿ]")
_diaeresis = re.compile("[äöüßñçøåæœëïûîčšžćńśźłğış]")
_unreadable = re.compile(r"\d|^:")
STRONG, WEAK = 3.0, 1.5
BOTH = 3  # words that speak for each of the two languages of a mixed text
Weights = tuple[float, float, float, float, float]  # for vi, en, other; words that are clearly vi, en
WEIGHTS = 5
_names = (Lang.VI, Lang.EN, Lang.MIXED, Lang.OTHER, Lang.UNKNOWN)


@cache
def _odds() -> dict[str, float]:
    lines = (files(__package__) / "lexicons" / "language.tsv").read_text("utf-8").splitlines()
    return {word: float(odd) for word, _, odd in (line.partition("\t") for line in lines if line[:1] != "#")}


@cache
def _lists() -> dict[str, frozenset[str]]:
    table = tomllib.loads((files(__package__) / "lexicons" / "language.toml").read_text("utf-8"))
    return {name: frozenset(words) for name, words in table.items()}


def _weigh(word: str) -> tuple[float, float, float]:
    """How much one word speaks for Vietnamese, for English, for another language."""
    if _unreadable.search(word):
        return 0.0, 0.0, 0.0
    word = word[:40]
    if not _latin.search(word):
        return 0.0, 0.0, (4.0 if len(word) > 1 else 2.0)
    lists = _lists()
    if word in lists["shared"]:
        return 0.1, 0.1, 0.0
    if _only_vietnamese.search(word):
        return STRONG, 0.0, 0.0
    if _diaeresis.search(word):
        return 0.0, 0.0, STRONG
    odd = _odds().get(unmark(word))
    other = STRONG if word in lists["other"] and (odd is None or abs(odd) < 2.5) else 0.0
    other = max(other, WEAK) if word in lists["other"] else other
    if _vietnamese_too.search(word):
        if _syllable.fullmatch(unmark(word)):
            return STRONG, 0.0, other
        return 0.0, 0.0, STRONG
    if odd is None:
        foreign = bool(_impossible.search(word)) or not _syllable.fullmatch(word)
        return (0.0, 0.4, max(other, 0.4)) if foreign else (0.3, 0.1, max(other, 0.3))
    return max(0.0, odd), max(0.0, -odd), other


_of_word = Remembered(_weigh)


def is_known(bare: str) -> bool:
    """A word without marks that shops have seen, or a Vietnamese syllable."""
    return bare in _odds() or _syllable.fullmatch(bare) is not None


def weigh(words: Iterable[str]) -> Weights:
    """What small-letter words (not numbers, not links) say together; the weights of a text are their sum."""
    vietnamese = english = other = of_vietnamese = of_english = 0.0
    for vi, en, foreign in _of_word.answers(words):
        vietnamese += vi
        english += en
        other += foreign
        of_vietnamese += vi >= WEAK
        of_english += en >= WEAK
    return vietnamese, english, other, of_vietnamese, of_english


def weigh_one(word: str) -> Weights:
    """The same of a single word."""
    vi, en, other = _of_word[word]
    return vi, en, other, float(vi >= WEAK), float(en >= WEAK)


def languages(weights: Sequence[NDArray[np.float64]] | NDArray[np.float64]) -> list[Lang]:
    """Language of each text from its five weights, each an array with one entry a text."""
    vietnamese, english, other, of_vietnamese, of_english = weights
    most = np.maximum(vietnamese, english)
    number = np.where(vietnamese >= english, 0, 1)
    both = np.minimum(vietnamese, english) > 0.3 * most
    number[both & (np.minimum(of_vietnamese, of_english) >= BOTH)] = 2
    number[other > most] = 3
    number[most + other == 0] = 4
    return [_names[one] for one in number.tolist()]
