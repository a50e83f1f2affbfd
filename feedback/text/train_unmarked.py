"""Count what unmarked.py tells words without marks by: syllables, and which stand after which.

Counted are labelled reviews, our own sentences for replies and our own texts (`*.vi.jsonl`, but neither the
halves that are held back nor what is kept blind).
"""

import gzip
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from feedback.orthography import normalise, unmark
from feedback.text.labelled import labelled
from feedback.text.reading import Lang
from feedback.unmarked import FILE, LINE

MARKED = 0.2  # share of the words; a text with fewer was typed without marks and teaches nothing
OFTEN = 5  # how often our own texts count: they speak as shops do
SINGLE, TOGETHER, LETTERS = 10, 3, 7  # the rarest syllable and pair kept, the longest syllable
_WORD = re.compile(r"[^\W\d_]+")
_ENDS = re.compile(r"[^\w\s]+|\d+|\n+")


def train(data: Path, own: Path, file: Path = FILE) -> None:
    """The same texts give the same bytes."""
    single: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for text, often in _texts(data, own):
        for words in _stretches(text):
            for before, word in zip([LINE, *words], words, strict=False):
                pairs[before, word] += often
                single[word] += often
            single[LINE] += often
    file.write_bytes(gzip.compress(_written(single, pairs).encode("utf-8"), mtime=0))


def _texts(data: Path, own: Path) -> Iterator[tuple[str, int]]:
    yield from ((one.text, 1) for one in labelled(data, "train") if one.lang is Lang.VI)
    yield from ((sentence, OFTEN) for sentence in _sentences())
    for file in sorted(own.glob("*.vi.jsonl")):
        if ".blind." in file.name:
            continue
        rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
        yield from ((row["text"], OFTEN) for row in rows if row.get("half") != "held")


def _sentences() -> Iterator[str]:
    """Of the bank that replies are made of; read as data, since this package knows nothing of wording."""
    bank = Path(__file__).parents[1] / "wording" / "phrasebook" / "vi.toml"
    return _strings(tomllib.loads(bank.read_text(encoding="utf-8")))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one)


def _stretches(text: str) -> Iterator[list[str]]:
    """Words between two signs; nothing of a text without marks."""
    text = normalise(text).lower()
    words = _WORD.findall(text)
    if sum(not word.isascii() for word in words) < MARKED * len(words):
        return
    for stretch in _ENDS.split(text):
        if found := _WORD.findall(stretch):
            yield found


def _written(single: Counter[str], pairs: Counter[tuple[str, str]]) -> str:
    """A line for each syllable: how often, then those after it with how often. LINE is the empty word."""
    kept = {word for word, count in single.items() if count >= SINGLE and len(word) <= LETTERS}
    ways = Counter(map(unmark, kept))
    followers: dict[str, list[str]] = {word: [] for word in sorted(kept)}
    for (before, word), count in sorted(pairs.items()):
        # only where there is a choice is a pair of any use
        if count >= TOGETHER and {before, word} <= kept and max(ways[unmark(before)], ways[unmark(word)]) > 1:
            followers[before] += [word, str(count)]
    return "\n".join(" ".join([word.strip(), str(single[word]), *after]) for word, after in followers.items())
