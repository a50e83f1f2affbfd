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
class Phrase:
    """`needs`: for each part that must be there, the bare words it may begin with: a quick look."""

    needs: tuple[frozenset[str], ...]
    pattern: re.Pattern[str]

    def find(self, text: str, words: set[str]) -> Iterator[tuple[int, int]]:
        """`text` is normalised and in small letters; `words` are the bare words in it."""
        for need in self.needs:
            if need.isdisjoint(words):
                return
        for match in self.pattern.finditer(text):
            yield match.start(), match.end()


def bare_words(text: str) -> set[str]:
    """The words of a normalised text in small letters, without their marks."""
    return set(_WORD.findall(unmark(text)))


def phrase(written: str) -> Phrase:
    expression: list[str] = []
    needs: list[frozenset[str]] = []
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
        needs.append(frozenset(way for option in options for way in _beginnings(option)))
        started = True
    return Phrase(needs=tuple(needs), pattern=re.compile(rf"(?<!\w){''.join(expression)}(?!\w)"))


def _expression(option: str) -> str:
    return _BETWEEN.join(_letters(word) for word in option.split())


def _beginnings(option: str) -> tuple[str, ...]:
    """With and without the apostrophe: "don't" begins with "don" or is the word "dont"."""
    bare = unmark(option.split()[0])
    return (_WORD.findall(bare)[0], _WORD.findall(bare.replace("'", ""))[0])


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
