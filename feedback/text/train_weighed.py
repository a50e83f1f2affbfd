"""Learn what weighed.py tells, from own texts with and without an "or else", reviews and the demo's comments.

The own texts: leverage.<language>.jsonl and leverage.voices.<language>.jsonl (their halves "tuned"),
leverage.neighbours.jsonl ("seen"), sentences put together (train_pressing.py). Needs SciPy (extra `train`);
the same texts give the same weights.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy import sparse

from feedback.text.batch import Batch, batch
from feedback.text.bounds import Bounded
from feedback.text.labelled import labelled
from feedback.text.misspelt import unmasked
from feedback.text.pressing import FILE as HEARD
from feedback.text.pressing import Presser, stretches
from feedback.text.pressure import LOW, looked_at, signs_of
from feedback.text.train_pressing import EVERY, SOURCES, UNKEPT, ended, fitted, leaning, own, tuned, worst
from feedback.text.unended import parted
from feedback.text.vocabulary import Vocabulary
from feedback.text.weighed import FILE, ROWS, rows

AT_ONCE = 400  # texts
DEMO = Path(__file__).parents[1] / "front" / "demo"
SOME = 4  # of the sentences put together one in so many is learned
APART = 40  # a threat of the pairs is learned with one complaint in so many
BESIDE = 2  # one whole text in so many is learned behind or before a complaint too
WRITTEN = {"leverage": 1.0, "leverage.voices": 3.0}  # how much a text counts: most those of other writers
JOINED, REVIEW, COMMENT = 0.3, 0.2, 3.0  # how much each of those counts, of the demo's comments
SHRINK = 1e-5
Texts = list[tuple[str, bool, float]]  # text, whether it presses, how much it counts


def train(data: Path, folder_of_own: Path, folder: Path) -> None:
    """`data` holds labelled reviews; pressing.npy is read from `folder`, and the weights go there."""
    presser = Presser(np.load(folder / HEARD, allow_pickle=False))
    texts = _written(folder_of_own) + _put_together(folder_of_own) + _reviews(data, presser)
    seen = features([text for text, *_ in texts], presser)
    right, counts = np.array([presses for _, presses, _ in texts]), np.array([much for *_, much in texts])
    leans = leaning(seen, right, counts)
    learned = fitted((seen @ sparse.diags(leans)).tocsr(), right, counts, np.zeros(len(leans)), SHRINK)
    np.save(folder / FILE, (learned * leans).astype(np.float16))


def _written(own_texts: Path) -> Texts:
    """What was written as a whole."""
    found: Texts = []
    for language in ("en", "vi"):
        for source in SOURCES:
            written = tuned(own_texts, language, source)
            found += [(row["text"], bool(row["kind"]), WRITTEN[source]) for row in written]
    neighbours = (own_texts / "leverage.neighbours.jsonl").read_text("utf-8").splitlines()
    found += [(row["text"], False, 1.0) for row in map(json.loads, neighbours) if row["half"] == "seen"]
    lines = [line for file in sorted(DEMO.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    comments = [row for row in map(json.loads, lines) if row.get("text")]
    return found + [(row["text"], bool(row.get("leverage")), COMMENT) for row in comments]


def _put_together(own_texts: Path) -> Texts:
    pressing, harmless = own(own_texts, *SOURCES)
    found = [(text, True, JOINED) for text in pressing[::SOME]]
    found += [(text, False, JOINED) for text in harmless[::SOME]]
    for language in ("en", "vi"):
        pairs, parts = (
            json.loads((own_texts / f"leverage.{name}.{language}.json").read_text("utf-8"))
            for name in ("pairs", "parts")
        )
        complaints = [ended(text) for text in pairs["complaints"] + parts["told"]]
        for number, row in enumerate(tuned(own_texts, language, *SOURCES)[::BESIDE]):
            two = complaints[number % len(complaints)], ended(row["text"])
            found.append((" ".join(two if number % 2 else two[::-1]), bool(row["kind"]), JOINED))
        for number, threat in enumerate(pairs["threats"]):
            for complaint in complaints[number % APART :: APART]:
                two = complaint, ended(threat)
                found += [(" ".join(order), True, JOINED / 2) for order in (two, two[::-1])]
    return found


def _reviews(data: Path, presser: Presser) -> Texts:
    every = [row.text for row in labelled(data, "train") if row.source not in UNKEPT]
    return [(text, False, REVIEW) for text in every[::EVERY] + worst(every, presser)]


def features(texts: Sequence[str], presser: Presser) -> sparse.csr_matrix:
    """A row a text: of the sentences that would be looked at, or of all where none would be."""
    vocabulary = Vocabulary()
    found = []
    for first in range(0, len(texts), AT_ONCE):
        some = texts[first : first + AT_ONCE]
        part = parted(batch(vocabulary, some, [None] * len(some)))
        numbers, less = _looked_at(part, some, presser)
        text, row, much = rows(less, Bounded(less).kinds, signs_of(less))
        its = np.array(numbers, np.int64)[text]
        shape = (len(some), ROWS + 1)
        start = np.full(len(some), ROWS), np.arange(len(some)), np.ones(len(some))
        row, its, much = (np.concatenate(two) for two in zip((row, its, much), start, strict=True))
        found.append(sparse.csr_matrix((much.astype(np.float32), (its, row)), shape=shape))
    return sparse.vstack(found, "csr")


def _looked_at(part: Batch, texts: Sequence[str], presser: Presser) -> tuple[list[int], Batch]:
    meant = replace(part, word=unmasked(part, texts))
    found = stretches(meant)
    scores = presser.scores(meant, found)
    best = np.full(len(texts), -np.inf)
    np.maximum.at(best, found.text, scores)
    scores = np.where(best[found.text] > LOW, scores, LOW + 1)
    plain = np.zeros(int(part.sentence[-1]) + 1, np.bool_)
    _, numbers, less = looked_at(part, meant, found, scores, plain)
    return numbers, less
