"""RULE leaf: what Vietnamese words without their marks are likely to be. Plain Python: text in, chances out.

Counts of syllables and of pairs of them (`unmarked.txt.gz`, feedback.text.train_unmarked) say which way of
reading a whole line is likely: in "qua dien thoai" nobody is called "điên".
"""

import gzip
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import mul
from pathlib import Path

from feedback.orthography import unmark, without_tone

FILE = Path(__file__).with_name("unmarked.txt.gz")
LINE = "\n"
"""Stands for whatever begins or ends a stretch of words."""

_PIECE = re.compile(r"[^\W\d_]+|[^\w\s]+|\d+|\n+")
LEAST_SHARE = 0.003
"""Of a way among all of the same letters; rarer ones are left out, since each costs time."""
_TONED = re.compile("[àáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]")
_DISCOUNT = 0.75  # taken off what was counted for what was not
_LEAST_UNSEEN = 0.1
ONE = (1.0,)  # shares of the only way
AS_TYPED = 200
"""How many times likelier a word without marks is meant as it stands where others in the text have theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of a text, where it stands, and the chance of each way of reading it."""

    start: int
    end: int
    chances: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How often each syllable was met, and what after each, as written: a word and its count in turn."""

    total: int
    single: Mapping[str, int]
    followers: Mapping[str, Sequence[str]]
    ways: Mapping[str, Sequence[str]]

    def chance(self, before: str, word: str) -> float:
        alone = self.single.get(word, 0.1) / self.total
        if before not in self.single:
            return alone
        after, unseen = _after(before)
        together = max(after.get(word, 0) - _DISCOUNT, 0) / self.single[before]
        return together + unseen * alone


@lru_cache(maxsize=512)
def readings(text: str) -> tuple[Word, ...]:
    """Word by word; `text` is normalised and in small letters. What has a tone is what it is."""
    found = list(_PIECE.finditer(text))
    pieces = tuple(match.group() for match in found)
    return tuple(
        Word(start=match.start(), end=match.end(), chances=chances)
        for match, chances in zip(found, chances_of(pieces), strict=True)
        if match.group()[0].isalpha()
    )


def chances_of(words: Sequence[str]) -> list[dict[str, float]]:
    """The same for a line in pieces; one that begins with no letter ends a stretch of words."""
    steps = list(map(_steps, (LINE, *words), words))
    forward: list[Sequence[float]] = []
    shares: Sequence[float] = ONE
    for by_later, _ in steps:
        shares = ONE if len(by_later) == 1 else _even([sum(map(mul, way, shares)) for way in by_later])
        forward.append(shares)
    as_typed = AS_TYPED if any(map(_TONED.search, words)) else 1
    read: list[dict[str, float]] = []
    later: Sequence[float] = (1.0,) * len(shares)
    for word, its, (_, by_earlier) in zip(reversed(words), reversed(forward), reversed(steps), strict=True):
        ways = _ways(word)
        if len(ways) == 1:
            read.append({ways[0]: 1.0})
        else:
            both = list(map(mul, its, later))
            if as_typed > 1 and word in ways:
                both[ways.index(word)] *= as_typed
            read.append(dict(zip(ways, _even(both), strict=True)))
        later = ONE if len(by_earlier) == 1 else _even([sum(map(mul, way, later)) for way in by_earlier])
    return read[::-1]


def is_counted(word: str) -> bool:
    """Whether anything is known of it; of a rare word nothing is."""
    return word in _counts().single


@lru_cache(maxsize=1 << 14)
def _ways(piece: str) -> tuple[str, ...]:
    if not piece[:1].isalpha():
        return (LINE,)
    if _TONED.search(piece):
        return (piece,)
    ways = _counts().ways.get(unmark(piece), ())
    return tuple(way for way in ways if piece.isascii() or without_tone(way) == piece) or (piece,)


Table = tuple[tuple[float, ...], ...]


@lru_cache(maxsize=1 << 15)
def _steps(before: str, word: str) -> tuple[Table, Table]:
    """The chances that the ways of the one are followed by those of the other, by the other and by the one.

    Kept, since people use the same pairs.
    """
    chance = _counts().chance
    rows = tuple(tuple(chance(earlier, later) for later in _ways(word)) for earlier in _ways(before))
    return tuple(zip(*rows, strict=True)), rows


def _even(shares: list[float]) -> list[float]:
    total = sum(shares)
    return [share / total for share in shares] if total else [1 / len(shares)] * len(shares)


@cache
def _counts() -> Counts:
    single: dict[str, int] = {}
    after: dict[str, list[str]] = {}
    for line in gzip.decompress(FILE.read_bytes()).decode("utf-8").splitlines():
        word, count, *followers = line.split(" ")
        word = word or LINE
        single[word], after[word] = int(count), followers
    ways: dict[str, list[str]] = {}
    for word in single:
        ways.setdefault(unmark(word), []).append(word)
    for bare, those in ways.items():
        least = LEAST_SHARE * sum(single[word] for word in those)
        ways[bare] = [word for word in those if single[word] >= least]
    return Counts(
        total=sum(single.values()),
        single=single,
        followers=after,
        ways=ways,
    )


@cache
def _after(word: str) -> tuple[dict[str, int], float]:
    """How often each was met after a counted word; the share of what followed it that was left out."""
    counts = _counts()
    written = counts.followers[word]
    after = {follower: int(many) for follower, many in zip(written[::2], written[1::2], strict=True)}
    return after, max(_LEAST_UNSEEN, 1 - sum(after.values()) / counts.single[word])
