"""A text and the same text with a threat read the same and are answered the same (S3-4)."""

import json
from collections import Counter
from pathlib import Path

import pytest

from feedback.front.assess import assess
from feedback.policy.terms import Terms
from feedback.text.reader import read_many

CORPUS = Path(__file__).parents[2] / "corpus"
ALL = {"problem": 0.99, "fault": 0.99, "sentiment": 0.98, "themes": 0.985}
FOUND = {"problem": 0.995, "fault": 0.995, "sentiment": 0.985, "themes": 0.985}
OURS = {"fault": "ours", "order_value": "500000", "currency": "VND"}


def pairs(language, *, every):
    """Complaint, threat, both in one text: the threat behind, before or between."""
    with (CORPUS / f"leverage.pairs.{language}.json").open(encoding="utf-8") as file:
        given = json.load(file)
    for number, complaint in enumerate(given["complaints"]):
        for place, threat in enumerate(given["threats"]):
            if (number + place) % every == 0:
                ended = threat if threat[-1] in ".!?" else f"{threat}."
                text = f"{ended} {complaint}" if place % 3 == 0 else f"{complaint} {threat}"
                yield complaint, threat, text


def same(language, *, every):
    """Share of the pairs that read the same, of all and of those whose leverage is found; and how many."""
    given = list(pairs(language, every=every))
    alone = dict(zip(*both([complaint for complaint, _, _ in given]), strict=True))
    counts, found = Counter(), 0
    for (complaint, _, _), held in zip(given, read_many(text for *_, text in given), strict=True):
        found += held.leverage is not None
        for name in ALL:
            is_same = told(alone[complaint], name) == told(held, name)
            counts["all", name] += is_same
            counts["found", name] += is_same and held.leverage is not None
    return (
        {name: counts["all", name] / len(given) for name in ALL},
        {name: counts["found", name] / found for name in ALL},
        found / len(given),
    )


def both(texts):
    return texts, list(read_many(texts))


def told(reading, name):
    return {one.theme for one in reading.themes} if name == "themes" else getattr(reading, name)


def answered(text, language):
    answer = assess({"text": text, "facts": OURS}, Terms.shipped(), currency="VND", language=language)
    return {name: answer[name] for name in ("decision", "reply", "message")}


@pytest.mark.parametrize("language", ["en", "vi"])
def test_it_reads_a_complaint_the_same_with_a_threat(language):
    """S3-4"""
    everywhere, where_found, found = same(language, every=13)

    assert found >= 0.95
    assert all(everywhere[name] >= ALL[name] - 0.01 for name in ALL), everywhere
    assert all(where_found[name] >= FOUND[name] - 0.01 for name in FOUND), where_found


@pytest.mark.parametrize("language", ["en", "vi"])
def test_it_answers_a_complaint_the_same_with_a_threat(language):
    """S3-4"""
    given = list(pairs(language, every=31))
    differing = [
        (complaint, threat)
        for complaint, threat, text in given
        if answered(complaint, language) != answered(text, language)
    ]

    assert len(differing) <= 0.02 * len(given), differing


@pytest.mark.prove
@pytest.mark.parametrize("language", ["en", "vi"])
def test_it_reads_every_complaint_the_same_with_every_threat(language):
    """S3-4"""
    everywhere, where_found, found = same(language, every=1)

    assert found >= 0.95
    assert all(everywhere[name] >= ALL[name] for name in ALL), everywhere
    assert all(where_found[name] >= FOUND[name] for name in FOUND), where_found
