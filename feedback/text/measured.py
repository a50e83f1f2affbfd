"""How right the reader is about labelled texts, beside TextBlob and VADER on the same texts.

A labelled text is a line of JSON: text, polarity (or null), themes; as the shop's own export of corrections
and the public sets have it.
"""

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feedback.text.kinds import COMMON
from feedback.text.reading import Reading
from feedback.text.scores import accuracy, calibration_error, macro_f1, micro_macro_f1, recall
from feedback.text.themes import COMMON as COMMON_OF

Judge = Callable[[str], str]  # text -> negative, neutral or positive
ThemeMap = dict[str, str]  # label of a set of texts -> a common theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    text: str
    polarity: str | None
    themes: tuple[str, ...]


class NotLabelled(ValueError):
    """The line of this `number` is no labelled text."""

    def __init__(self, number: int) -> None:
        super().__init__(f"line {number}")
        self.number = number


def lines(path: Path) -> Iterator[Line]:
    """The labelled texts of a .jsonl or .jsonl.gz. Raises NotLabelled, OSError, and what gzip raises."""
    opened: Any = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as rows:
        for number, row in enumerate(rows, 1):
            try:
                yield _line(json.loads(row))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise NotLabelled(number) from error


def _line(row: dict[str, Any]) -> Line:
    return Line(
        text=str(row["text"]),
        polarity=row.get("polarity"),
        themes=tuple(row.get("themes") or ()),
    )


def measured(
    told: Sequence[Line], readings: Sequence[Reading], judges: dict[str, Judge], theme_map: ThemeMap | None
) -> dict[str, Any]:
    """What there is to say of one file; a side about which its labels say nothing is left out."""
    found: dict[str, Any] = {"texts": len(told)}
    felt = [(line, reading) for line, reading in zip(told, readings, strict=True) if line.polarity]
    if felt:
        found["sentiment"] = _sentiment(felt, judges)
    complained = [
        ("complaint" in line.themes, reading.complaint)
        for line, reading in zip(told, readings, strict=True)
        if {"complaint", "non-complaint"} & set(line.themes)
    ]
    if complained:
        right, given = ([str(one) for one in side] for side in zip(*complained, strict=True))
        found["complaint"] = {"judged": len(right), "macro_f1": macro_f1(right, given)}
    elif themes := _themes(told, readings, theme_map):
        found["themes"] = themes
    return found


def _sentiment(felt: Sequence[tuple[Line, Reading]], judges: dict[str, Judge]) -> dict[str, Any]:
    right = [line.polarity or "" for line, _ in felt]
    ours = [reading.sentiment.value for _, reading in felt]
    found: dict[str, Any] = {"judged": len(right), "ours": _shares(right, ours)}
    hits = [truth == answer for truth, answer in zip(right, ours, strict=True)]
    found["ours"]["calibration_error"] = calibration_error([reading.probability for _, reading in felt], hits)
    for name, judge in judges.items():
        found[name] = _shares(right, [judge(line.text) for line, _ in felt])
    return found


def _shares(right: Sequence[str], given: Sequence[str]) -> dict[str, float | None]:
    return {
        "accuracy": accuracy(right, given),
        "macro_f1": macro_f1(right, given),
        "recall_negative": recall(right, given, "negative"),
    }


def _themes(
    told: Sequence[Line], readings: Sequence[Reading], theme_map: ThemeMap | None
) -> dict[str, Any] | None:
    """Without a map the labels are ours; with one, ours and theirs are both turned into the common ones."""
    pairs = []
    for line, reading in zip(told, readings, strict=True):
        ours = {mention.theme for mention in reading.themes}
        if not line.themes:
            continue
        if theme_map is None:
            pairs.append((set(line.themes), ours))
        else:
            right = {theme_map[theme] for theme in line.themes if theme in theme_map}
            beyond = {COMMON[-1]} if reading.is_beyond else set()
            pairs.append((right, beyond | {COMMON_OF.get(theme, COMMON[-1]) for theme in ours}))
    if not pairs:
        return None
    known = set(theme_map.values()) if theme_map else {theme for right, _ in pairs for theme in right}
    micro, macro = micro_macro_f1(*zip(*pairs, strict=True))
    asked, _ = micro_macro_f1([right for right, _ in pairs], [ours & known for _, ours in pairs])
    return {"judged": len(pairs), "micro_f1": micro, "macro_f1": macro, "micro_f1_of_its_labels": asked}
