import json
from collections import Counter
from pathlib import Path

import pytest

from feedback.text.reader import Lang, read_many

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "corpus" / "language.jsonl").read_text("utf-8").splitlines()
]
FLOORS = {Lang.VI: 0.98, Lang.EN: 0.95, Lang.MIXED: 0.9, Lang.OTHER: 0.93, Lang.UNKNOWN: 1.0}


@pytest.fixture(scope="module")
def right():
    """Share of the rows of each language that is read as such."""
    read = read_many([row["text"] for row in ROWS])
    of, right = Counter(), Counter()
    for row, reading in zip(ROWS, read, strict=True):
        of[row["lang"]] += 1
        right[row["lang"]] += reading.lang == row["lang"]
    return {lang: right[lang] / of[lang] for lang in of}


@pytest.mark.parametrize("lang", FLOORS)
def test_it_knows_the_language_of_short_texts(right, lang):
    """Own texts, mostly of three words: without marks, in chat spelling, with loan words, in others."""
    assert right[lang] >= FLOORS[lang]


def test_the_corpus_is_large_and_varied():
    assert len({row["text"] for row in ROWS}) >= 300
    assert len({(row["lang"], row["way"]) for row in ROWS}) >= 20
