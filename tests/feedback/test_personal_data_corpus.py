import json
from pathlib import Path

from feedback.personal_data import find, redact

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "corpus" / "personal_data.jsonl").read_text("utf-8").splitlines()
]
LEAST = 0.97  # of what is found, and of what is there


def test_it_finds_nearly_all_and_little_else():
    """L9: own sentences, half of them with prices, dates, measures and counts alone."""
    found = wanted = right = 0
    for row in ROWS:
        told = {(one.kind, row["text"][one.start : one.end]) for one in find(row["text"])}
        there = {tuple(one) for one in row["pii"]}
        found, wanted, right = found + len(told), wanted + len(there), right + len(told & there)

    assert right >= LEAST * found, "precision"
    assert right >= LEAST * wanted, "recall"


def test_nothing_of_it_is_left_in_what_the_public_reads():
    """L9"""
    left = [
        piece
        for row in ROWS
        for _, piece in row["pii"]
        if piece in redact(row["text"]) and piece not in ("address", "")
    ]

    assert len(left) <= (1 - LEAST) * sum(len(row["pii"]) for row in ROWS), left


def test_the_corpus_holds_enough_of_both():
    assert sum(not row["pii"] for row in ROWS) >= 60
    assert sum(bool(row["pii"]) for row in ROWS) >= 60
