"""Learn the weight of words from labelled texts: python -m feedback.text.learn_weights DATA_DIR.

Reads `*.train.jsonl.gz` (lang, text, polarity, themes, source a line), writes lexicons/weights.*.tsv and
lexicons/language.tsv. The same data give the same bytes. Ships words and numbers, never a text.
"""

import gzip
import json
import math
import random
import sys
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from feedback.orthography import normalise, unmark
from feedback.text.features import features
from feedback.text.stretches import cut
from feedback.text.tokens import tokenise

LEXICONS = Path(__file__).parent / "lexicons"
SEED, ROUNDS, RATE, SHRINK = 7, 5, 0.35, 2e-6
KEPT = {"vi": 30_000, "en": 30_000}
RAREST = 3  # a feature seen less often is not learned
CLASSES = ("negative", "neutral", "positive")
HEADER = (
    "# {what}\n# Learned by feedback.text.learn_weights from labelled public reviews (word counts only):\n"
    "# {sources}\n"
)


def rows(folder: Path, language: str) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob(f"{language}_*.train.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                row["set"] = path.name.split(".")[0]
                if not held_out(row, folder):
                    yield row


def held_out(row: dict[str, Any], folder: Path) -> bool:
    """One in ten of the sets that have no dev file is never learned from, so that it can be measured."""
    if (folder / f"{row['set']}.dev.jsonl.gz").exists():
        return False
    return zlib.crc32(row["text"].lower().encode()) % 10 == 0


def complaint(row: dict[str, Any]) -> int | None:
    if "complaint" in row["themes"] or "non-complaint" in row["themes"]:
        return int("complaint" in row["themes"])
    if row["polarity"] in ("negative", "positive") and row["set"] in ("en_airline", "vi_shopee_stars"):
        return int(row["polarity"] == "negative")
    return None


class Learner:
    """Softmax over three sentiments and one yes/no for complaints, both by AdaGrad over sparse features."""

    def __init__(self, size: int) -> None:
        self.weights = [array("d", bytes(8 * size)) for _ in range(4)]
        self.speed = [array("d", [1e-3]) * size for _ in range(4)]

    def step(self, column: int, numbers: list[int], slope: float) -> None:
        weights, speed = self.weights[column], self.speed[column]
        square = slope * slope
        for number in numbers:
            speed[number] += square
            weight = weights[number]
            weights[number] = weight - RATE * (slope / math.sqrt(speed[number]) + SHRINK * weight)

    def score(self, column: int, numbers: list[int], scale: float) -> float:
        weights = self.weights[column]
        return scale * sum([weights[number] for number in numbers])

    def see(self, numbers: list[int], label: int, two_classes: bool, weight: float) -> None:
        scale = 1 / math.sqrt(len(numbers))
        classes = (0, 2) if two_classes else (0, 1, 2)
        scores = [self.score(column, numbers, scale) for column in classes]
        top = max(scores)
        powers = [math.exp(score - top) for score in scores]
        total = sum(powers)
        for column, power in zip(classes, powers, strict=True):
            slope = (power / total - (column == label)) * weight * scale
            if abs(slope) > 1e-4:
                self.step(column, numbers, slope)

    def see_complaint(self, numbers: list[int], label: int, weight: float) -> None:
        scale = 1 / math.sqrt(len(numbers))
        chance = 1 / (1 + math.exp(-max(-30.0, min(30.0, self.score(3, numbers, scale)))))
        self.step(3, numbers, (chance - label) * weight * scale)


def learn(folder: Path, language: str) -> tuple[list[tuple[str, list[float]]], list[str]]:
    random.seed(SEED)
    examples, counts = [], Counter[str]()
    sets: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows(folder, language):
        if row["polarity"] is None and complaint(row) is None:
            continue
        tokens = tokenise(row["text"], vietnamese=language == "vi")
        views = [tokens]
        if language == "vi" and zlib.crc32(row["text"].encode()) % 3 == 0:
            views.append(tokenise(unmark(normalise(row["text"])), vietnamese=True))
        for view in views:
            found = ["(any)", *features(view)[0]]
            counts.update(set(found))
            examples.append((found, row["polarity"], complaint(row), row["set"]))
        if row["polarity"]:
            sets[row["set"]][row["polarity"]] += 1
    names = [name for name, count in sorted(counts.items()) if count >= RAREST]
    numbers = {name: number for number, name in enumerate(names)}
    learner = Learner(len(names))
    prepared = [
        ([numbers[name] for name in found if name in numbers], polarity, complains, source)
        for found, polarity, complains, source in examples
    ]
    for _ in range(ROUNDS):
        random.shuffle(prepared)
        for seen_numbers, polarity, complains, source in prepared:
            if polarity:
                seen = sets[source]
                share = sum(seen.values()) / (len(seen) * seen[polarity])
                size = (8000 / sum(seen.values())) ** 0.5
                learner.see(
                    seen_numbers, CLASSES.index(polarity), len(seen) == 2, min(4.0, share**0.6 * size)
                )
            if complains is not None:
                learner.see_complaint(seen_numbers, complains, 0.5 if polarity else 1.0)
    table = [
        (
            name,
            [
                learner.weights[0][n] - learner.weights[1][n],
                learner.weights[2][n] - learner.weights[1][n],
                learner.weights[3][n],
            ],
        )
        for name, n in numbers.items()
    ]
    table.sort(key=lambda row: (-max(abs(w) for w in row[1]) * math.log1p(counts[row[0]]), row[0]))
    return table[: KEPT[language]], sorted({source for *_, source in examples})


def write_weights(folder: Path, language: str) -> None:
    table, sources = learn(folder, language)
    with (LEXICONS / f"weights.{language}.tsv").open("w", encoding="utf-8", newline="\n") as out:
        what = "feature, then weight for negative and for positive against neutral, and for complaint"
        out.write(HEADER.format(what=what, sources=", ".join(sources)))
        for name, weights in sorted(table):
            out.write("\t".join([name, *(f"{weight:.2f}" for weight in weights)]) + "\n")


def write_language(folder: Path) -> None:
    """Words that tell Vietnamese (positive) from English (negative), marked and without marks."""
    seen: dict[str, Counter[str]] = {"vi": Counter(), "en": Counter()}
    for language, counter in seen.items():
        for row in rows(folder, language):
            words = {
                word
                for word in chain.from_iterable(cut(part).spoken() for part in row["text"].split(" "))
                if word.isalpha()
            }
            counter.update(words | {unmark(word) for word in words})
    totals = {language: sum(counter.values()) for language, counter in seen.items()}
    odds = {}
    for word in set(seen["vi"]) | set(seen["en"]):
        vi, en = (seen[language][word] for language in ("vi", "en"))
        if max(vi, en) >= 15 and word.isascii():
            odd = math.log((vi + 0.5) / totals["vi"]) - math.log((en + 0.5) / totals["en"])
            odds[word] = (max(-3.0, min(3.0, odd)), max(vi, en))
    with (LEXICONS / "language.tsv").open("w", encoding="utf-8", newline="\n") as out:
        out.write(
            HEADER.format(what="word without marks, log odds Vietnamese against English", sources="all sets")
        )
        for word, (odd, _) in sorted(sorted(odds.items(), key=lambda item: -item[1][1])[:9000]):
            out.write(f"{word}\t{odd:.1f}\n")


def main(folder: Path) -> None:
    write_language(folder)
    for language in ("vi", "en"):
        write_weights(folder, language)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
