"""Labelled texts, and what is to be learned from them.

DATA_DIR/*.train.jsonl.gz and *.dev.jsonl.gz hold lang, text, polarity, themes a line; DATA_DIR/theme_map.json
maps each set's themes to the common ones.
"""

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from feedback.orthography import normalise, unmark
from feedback.text.kinds import COMMON
from feedback.text.model import SENTIMENTS
from feedback.text.reading import Lang

OUTPUTS = (
    *SENTIMENTS,
    "complaint",
    "spam:off_topic",
    "spam:brand_only",
    *(f"common:{name}" for name in COMMON),
)
COMPLAINTS = ("vi_viocd", "en_complaint_tweets")
NEVER_NEUTRAL = ("en_pros_cons",)  # sets of two classes that say nothing of how often a text is neutral
KINDS = {  # sets that speak of the same kind of shop; any other set with themes is a kind of its own
    "en_acos_laptop": "laptops",
    "en_semeval15_laptop": "laptops",
    "en_airline": "airline",
    "en_mams": "restaurant_en",
    "en_semeval14_restaurant": "restaurant_en",
    "en_semeval15_restaurant": "restaurant_en",
    "vi_vlsp2018_restaurant": "restaurant_vi",
    "vi_beauty_absa": "cosmetics",
    "vi_visfd": "phones",
    "vi_vsfc": "teaching",
}
ELSEWHERE = 0.2  # how much it counts that a set of texts does not know a common theme at all
ALSO = 0.3  # how much it counts that an angry tweet to an airline is a complaint
UNMARKED = 3  # one Vietnamese text in so many is also learned without its marks
HELD = 10  # one text in so many of the sets without a dev file is kept for measuring
EVEN, LEVEL = 0.6, 0.5  # how far classes within a set, and sets among each other, are made to count alike
USUAL, MOST = 8000, 6.0  # a set of this size counts as it is; the most that an example of a rare class counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    text: str
    lang: Lang
    polarity: str | None
    themes: tuple[str, ...]
    source: str  # the file's name up to its first dot


def labelled(folder: Path, part: str) -> Iterator[Labelled]:
    """The rows of the part "train" or "dev"; sets without a dev file give one in HELD of theirs."""
    for path in sorted(folder.glob("*.jsonl.gz")):
        source, its_part, *_ = path.name.split(".")
        has_dev = (folder / f"{source}.dev.jsonl.gz").exists()
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                is_dev = its_part == "dev" or (not has_dev and is_held(row["text"]))
                if is_dev == (part == "dev"):
                    yield _labelled(row, source)


def is_held(text: str) -> bool:
    return zlib.crc32(text.lower().encode()) % HELD == 0


def _labelled(row: dict[str, Any], source: str) -> Labelled:
    themes = tuple(row["themes"])
    return Labelled(
        text=row["text"], lang=Lang(row["lang"]), polarity=row["polarity"], themes=themes, source=source
    )


def with_unmarked(rows: Sequence[Labelled]) -> Iterator[Labelled]:
    for row in rows:
        yield row
        if row.lang is Lang.VI and zlib.crc32(row.text.encode()) % UNMARKED == 0:
            yield replace(row, text=unmark(normalise(row.text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What is to be learned: `right`, [texts, outputs], and how much each `counts`: 0 where none is known.

    `barred`, [texts], marks texts of sets that know no neutral.
    """

    right: NDArray
    counts: NDArray
    barred: NDArray


def answers(rows: Sequence[Labelled], theme_map: dict[str, dict[str, str]]) -> Answers:
    right = np.zeros((len(rows), len(OUTPUTS)), np.float32)
    counts = np.zeros((len(rows), len(OUTPUTS)), np.float32)
    for number, row in enumerate(rows):
        for output, (answer, weight) in _answers(row, theme_map.get(row.source)).items():
            column = OUTPUTS.index(output)
            right[number, column], counts[number, column] = answer, weight
    sources = np.array([row.source for row in rows])
    for source in sorted(set(sources)):
        its = np.flatnonzero(sources == source)
        size = np.maximum((counts[its] > 0).sum(axis=0), 1)
        felt = its[counts[its, 0] > 0]
        counts[felt, :3] *= _evened(right[felt, :3].argmax(axis=1))[:, None]
        counts[its] *= (USUAL / size) ** LEVEL
    return Answers(right=right, counts=counts, barred=np.isin(sources, NEVER_NEUTRAL))


def _answers(row: Labelled, themes: dict[str, str] | None) -> dict[str, tuple[bool, float]]:
    """Output -> the right answer and its weight, of those that the row has one for."""
    given: dict[str, tuple[bool, float]] = {}
    if row.polarity:
        given |= {name: (name == row.polarity, 1.0) for name in SENTIMENTS}
    if row.source in COMPLAINTS:
        given["complaint"] = "complaint" in row.themes, 1.0
    if row.source == "en_airline":
        given["complaint"] = row.polarity == "negative", ALSO
    if row.source == "vi_vispamreviews":
        given["spam:off_topic"] = "non-review" in row.themes, 1.0
        given["spam:brand_only"] = "brand-only" in row.themes, 1.0
    if themes and row.themes:
        named = {themes[theme] for theme in row.themes if theme in themes}
        asked = set(themes.values())
        given |= {f"common:{name}": (name in named, 1.0 if name in asked else ELSEWHERE) for name in COMMON}
    return given


def _evened(classes: NDArray) -> NDArray:
    """A weight an example: rare classes count more."""
    if not len(classes):
        return np.ones(0)
    seen = np.bincount(classes, minlength=3)
    return np.minimum((len(classes) / ((seen > 0).sum() * seen[classes])) ** EVEN, MOST)
