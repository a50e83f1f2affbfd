"""Where a word, a pair of words or a piece of a word stands in the model's tables."""

from collections.abc import Iterator, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from feedback.orthography import unmark

RUN_BITS, PIECE_BITS, KIND_BITS = 19, 17, 16
SHORTEST, LONGEST = 2, 5  # letters of a piece, with a sign for where the word begins and ends
LONGEST_WORD = 30  # what is longer was not written to be read
Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]
Codes = NDArray[np.uint32]

_first, _second, _turned = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xC2B2AE3D27D4EB4F),
    np.uint64(0x165667B19E3779F9),
)
_KINDS_APART = 0x2C9B
_stir = np.uint64(0xBF58476D1CE4E5B9)
# The table of CRC-32, by its own results.
_bytewise = np.array([crc32(bytes([byte ^ 0xFF])) ^ 0xFF000000 for byte in range(256)], np.uint32)


def known_as(word: str) -> str:
    """The word as the model knows it: long numbers are all one word."""
    return "#" if len(word) > 2 and word.isdigit() else word


def hashes(words: Sequence[str]) -> Hashes:
    """64 bits a word."""
    named = [known_as(word).encode("utf-8", "replace") for word in words]
    return np.array([crc32(name) | crc32(name, 0x5BD1E995) << 32 for name in named], np.uint64)


def pair_places(before: Hashes, after: Hashes) -> Places:
    """Rows of the table of runs, for two words that follow each other in a sentence."""
    return _place(before * _first ^ after * _second)


def triple_places(before: Hashes, between: Hashes, after: Hashes) -> Places:
    """Rows of the same table, for three."""
    return _place((before * _first ^ between) * _second ^ after * _turned)


def turned_places(words: Hashes) -> Places:
    """Rows of the same table, for words under a negation."""
    return _place(words * _turned)


def _place(mixed: Hashes) -> Places:
    mixed = (mixed ^ mixed >> np.uint64(29)) * _stir
    return (mixed >> np.uint64(64 - RUN_BITS)).astype(np.int64)


def kind_places(places: Places, kind: Places) -> Places:
    """Of rows of the table of runs, those of the table of a kind's runs, for a kind each."""
    return (places ^ (kind + 1) * _KINDS_APART) & (1 << KIND_BITS) - 1


def piece_places(word: str) -> list[int]:
    """Rows of the piece table: its letters as typed, longer pieces without marks, and all of it unmarked."""
    if word[:1] == ":" or word == "#" or len(word) > LONGEST_WORD:
        return []
    bare = unmark(word)
    pieces = {"=" + bare} | _runs(word, SHORTEST)
    if bare != word:
        pieces |= {"~" + run for run in _runs(bare, SHORTEST + 1)}
    return sorted({crc32(piece.encode("utf-8", "replace")) & (1 << PIECE_BITS) - 1 for piece in pieces})


def run_codes(edged: Sequence[str], sizes: Sequence[int], ahead: bytes = b"") -> tuple[Places, Codes]:
    """For each run of so many letters: the number of its word, and the CRC-32 of `ahead` and the run.

    Those of all words in ASCII at once, one letter further at a time.
    """
    found = list(_codes_of_ascii([word if word.isascii() else "" for word in edged], sizes, crc32(ahead)))
    for number, word in enumerate(edged):
        if not word.isascii():
            runs = [word[at : at + size] for size in sizes for at in range(len(word) - size + 1)]
            codes = [crc32(run.encode("utf-8", "replace"), crc32(ahead)) for run in runs]
            found.append((np.full(len(codes), number), np.array(codes, np.uint32)))
    whose, coded = (np.concatenate(column) for column in zip(*found, strict=True))
    return whose, coded


def _codes_of_ascii(words: list[str], sizes: Sequence[int], begun: int) -> Iterator[tuple[Places, Codes]]:
    letters = np.frombuffer("".join(words).encode(), np.uint8)
    many = np.array(list(map(len, words)), np.int64)
    whose, past = np.repeat(np.arange(len(words)), many), np.repeat(np.cumsum(many), many)
    at = np.arange(len(letters))
    state = np.full(len(letters), begun ^ 0xFFFFFFFF, np.uint32)
    for step in range(max(sizes)):
        inside = (at + step < past[at]).nonzero()[0]
        at, state = at[inside], state[inside]
        state = _bytewise[(state ^ letters[at + step]) & np.uint32(255)] ^ state >> np.uint32(8)
        if step + 1 in sizes:
            yield whose[at], ~state


def _runs(word: str, shortest: int) -> set[str]:
    edged = f"<{word}>"
    return {
        edged[start : start + length]
        for length in range(shortest, LONGEST + 1)
        for start in range(len(edged) - length + 1)
    }
