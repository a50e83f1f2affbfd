"""Learn `likeness.gz` from our own sentences: `python -m feedback.wording.train_likeness CORPUS_FOLDER`.

Two runs over the same sentences give the same file.
"""

import gzip
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

from feedback.wording.findings import ROWS
from feedback.wording.likeness import BUCKETS, SCALE, WEIGHTS, buckets, score
from feedback.wording.phrases import LANGUAGES, phrases

LEARNED = {
    *ROWS,
    "overpromise",
    "removal",
    "incentive",
    "gating",
    "intimidation",
    "accusation",
    "blame",
    "internal_word",
}
"""Codes that hold for every audience and decision: the others are for phrases and figures alone."""
ROUNDS, RATE, SHRINK, FOLDS = 12, 0.3, 1e-4, 5
ALARMS = 0.006
"""Share of the good sentences, each judged by a model that has not seen it, that may be taken for bad."""

Row = tuple[frozenset[int], bool]


def main(corpus: Path) -> None:
    rows = [(found, is_bad) for text, is_bad in sentences(corpus) if (found := buckets(text))]
    good = sorted((one for one in _judged(rows) if not one[1]), reverse=True)
    least = good[int(ALARMS * len(good))][0]
    weights = learn(rows)
    worst = max(score(found, weights) for found, is_bad in rows if not is_bad)
    stored = weights + round(1000 * max(least, worst)).to_bytes(4)
    WEIGHTS.write_bytes(gzip.compress(stored, mtime=0))
    print(f"{len(rows)} sentences, threshold {max(least, worst):.3f}, {WEIGHTS.stat().st_size:,} bytes")


def sentences(corpus: Path, names: Sequence[str] = ("lint", "lint.wide")) -> list[tuple[str, bool]]:
    """Never the blind ones."""
    found = []
    for language in LANGUAGES:
        for name in names:
            lines = (corpus / f"{name}.{language}.jsonl").read_text(encoding="utf-8").splitlines()
            rows = (json.loads(line) for line in lines)
            found += [(row["text"], bool(row["code"])) for row in rows if row["code"] in {None, *LEARNED}]
        found += [(sentence, False) for sentence in sorted(set(phrases(language).sentences()))]
    return found


def _judged(rows: Sequence[Row]) -> list[tuple[float, bool]]:
    """Each by a model that was learned without it."""
    return [
        (score(found, weights), is_bad)
        for fold in range(FOLDS)
        for weights in [learn([row for at, row in enumerate(rows) if at % FOLDS != fold])]
        for found, is_bad in rows[fold::FOLDS]
    ]


def learn(rows: Sequence[Row]) -> bytes:
    """Logistic regression by AdaGrad, weights as bytes of which 128 is nought."""
    weights, gone = [0.0] * BUCKETS, [1e-8] * BUCKETS
    for turn in range(ROUNDS):
        # In another order each time, and the same ones whenever it is learned.
        order = sorted(range(len(rows)), key=lambda at: crc32(f"{turn} {at}".encode()))
        for found, is_bad in (rows[at] for at in order):
            share = 1 / math.sqrt(len(found) + 1)
            said = sum(weights[at] for at in found) * share
            wrong = (1 / (1 + math.exp(-max(-30.0, min(30.0, said)))) - is_bad) * share
            for at in found:
                step = wrong + SHRINK * weights[at]
                gone[at] += step * step
                weights[at] -= RATE * step / math.sqrt(gone[at])
    return bytes(128 + max(-127, min(127, round(weight * SCALE))) for weight in weights)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
