"""Whether a sentence is like those that may not go out, when no phrase of the rules is in it: a second voice.

A linear model of words, pairs of them and pieces of words, learned from our own sentences and nothing else
(`python -m feedback.wording.train_likeness`).
"""

import gzip
import math
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from zlib import crc32

from feedback.orthography import normalise, unmark

WEIGHTS = Path(__file__).with_name("likeness.gz")
BUCKETS = 1 << 16
SCALE = 24
"""Weights are stored as whole numbers of a 24th, from −127 to 127."""
FEWEST = 4
"""Words of a sentence; fewer say too little."""
_WORD = re.compile(r"[\w']+")


def is_like_bad(sentence: str) -> bool:
    """In either language, with or without marks."""
    weights, least = _model()
    found = buckets(sentence)
    return bool(found) and score(found, weights) > least


def buckets(sentence: str) -> frozenset[int]:
    words = _WORD.findall(unmark(normalise(sentence.lower())))
    if len(words) < FEWEST:
        return frozenset()
    return frozenset(crc32(piece.encode()) % BUCKETS for piece in _pieces(words))


def _pieces(words: list[str]) -> Iterator[str]:
    yield f"first {words[0]}"
    yield from words
    yield from (f"{one} {two}" for one, two in pairwise(words))
    yield from (f"{one} … {two}" for one, two in zip(words, words[2:], strict=False))
    for word in words:
        yield from (f"^{word}$"[at : at + 4] + "*" for at in range(len(word) - 1))


def score(found: frozenset[int], weights: bytes) -> float:
    """Weights are bytes of which 128 is nought."""
    total = sum(weights[at] - 128 for at in found)
    return total / SCALE / math.sqrt(len(found) + 1)


@cache
def _model() -> tuple[bytes, float]:
    stored = gzip.decompress(WEIGHTS.read_bytes())
    return stored[:BUCKETS], int.from_bytes(stored[BUCKETS:]) / 1000
