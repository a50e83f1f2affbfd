"""Phrases to find in a reply, however they are typed: without marks, without apostrophes, in any case.

`[a|b]` is a choice, `?` after it makes it optional, `…` stands for up to five words.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from feedback.orthography import normalise, unmark

_PIECE = re.compile(r"\[([^\]]*)\](\?)?|(…)|([^\s\[\]…]+)")
_GAP = r"(?:[\s,;:*_/-]{1,3}[^\s.!?]{1,25}){0,5}?"
_BETWEEN = r"[\s,*_-]{1,3}"


_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A part that must be there: one of these words, or all the words of one of these phrases."""

    words: frozenset[str]
    phrases: tuple[frozenset[str], ...]

    def is_met(self, words: set[str]) -> bool:
        return not self.words.isdisjoint(words) or any(needed <= words for needed in self.phrases)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """`needs` are looked up first, since looking up a word is a hundred times faster than searching."""

    needs: tuple[Need, ...]
    pattern: re.Pattern[str]

    def find(self, text: str, words: set[str]) -> Iterator[tuple[int, int]]:
        """`text` is normalised and in small letters; `words` are the bare words in it."""
        for need in self.needs:
            if not need.is_met(words):
                return
        for match in self.pattern.finditer(text):
            yield match.start(), match.end()


def bare_words(text: str) -> set[str]:
    """The words of a normalised text in small letters, without their marks."""
    return set(_WORD.findall(unmark(text)))


def phrase(written: str) -> Phrase:
    expression: list[str] = []
    needs: list[Need] = []
    started = False
    for match in _PIECE.finditer(normalise(written.lower())):
        choices, optional, gap, word = match.groups()
        if gap is not None:
            expression.append(_GAP)
            continue
        options = [option.strip() for option in (choices or word).split("|")]
        piece = f"(?:{'|'.join(_expression(option) for option in sorted(options, key=len, reverse=True))})"
        if optional:
            # an optional beginning brings the space after it along, so that the next part may come first
            expression.append(f"(?:{_BETWEEN}{piece})?" if started else f"(?:{piece}{_BETWEEN})?")
            continue
        expression.append(f"{_BETWEEN}{piece}" if started else piece)
        needs.append(_need(options))
        started = True
    return Phrase(needs=tuple(needs), pattern=re.compile(rf"(?<!\w){''.join(expression)}(?!\w)"))


def _expression(option: str) -> str:
    return _BETWEEN.join(_letters(word) for word in option.split())


def _need(options: list[str]) -> Need:
    """With and without the apostrophe: "don't" is the words don and t, or the word dont."""
    ways = [
        frozenset(_WORD.findall(unmark(way)))
        for option in options
        for way in (option, option.replace("'", ""))
    ]
    single = frozenset(word for way in ways if len(way) == 1 for word in way)
    return Need(words=single, phrases=tuple(dict.fromkeys(way for way in ways if len(way) > 1)))


def _letters(word: str) -> str:
    return "".join(_letter(letter) for letter in word)


def _letter(letter: str) -> str:
    if letter == "'":
        return "'?"
    ways = dict.fromkeys((letter, _without_tone(letter), unmark(letter)))
    return re.escape(letter) if len(ways) == 1 else f"[{''.join(ways)}]"


def _without_tone(letter: str) -> str:
    """Half-typed marks: ế as ê, ợ as ơ."""
    parts = unicodedata.normalize("NFD", letter)
    kept = "".join(part for part in parts if part not in "\u0300\u0301\u0303\u0309\u0323")
    return unicodedata.normalize("NFC", kept)
