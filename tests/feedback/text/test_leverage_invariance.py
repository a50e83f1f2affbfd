"""A text and the same text with a threat read the same and are answered the same (S3-4)."""

import json
from collections import Counter
from pathlib import Path

import pytest

from feedback.front.assess import assess
from feedback.policy.terms import Terms
from feedback.text.reader import read_many

CORPUS = Path(__file__).parents[2] / "corpus"
NAMES = ("problem", "fault", "sentiment", "themes")
# Share of the pairs that read the same, by how the threat stands: in a sentence of its own, or run on.
APART = {"problem": 1.0, "fault": 1.0, "sentiment": 0.999, "themes": 0.99}
COMMA = {"problem": 0.95, "fault": 0.95, "sentiment": 0.94, "themes": 0.91}
CAPITAL = {"problem": 0.97, "fault": 0.98, "sentiment": 0.97, "themes": 0.93}
BARE = {"problem": 0.9, "fault": 0.92, "sentiment": 0.88, "themes": 0.81}
FLOOR = {"behind": APART, "before": APART, "comma": COMMA, "capital": CAPITAL, "bare": BARE}
FOUND = 0.96
ANSWERED = {"behind": 1.0, "before": 1.0, "comma": 0.94, "capital": 0.97, "bare": 0.9}
# The same of texts that nothing was learned from: problems held back, threats of voices looked at once.
UNSEEN = {
    "behind": {"problem": 0.91, "fault": 0.93, "sentiment": 0.92, "themes": 0.77},
    "before": {"problem": 0.95, "fault": 0.95, "sentiment": 0.91, "themes": 0.77},
    "comma": {"problem": 0.85, "fault": 0.87, "sentiment": 0.85, "themes": 0.64},
    "capital": {"problem": 0.84, "fault": 0.87, "sentiment": 0.89, "themes": 0.75},
    "bare": {"problem": 0.8, "fault": 0.83, "sentiment": 0.82, "themes": 0.57},
}
OURS = {"fault": "ours", "order_value": "500000", "currency": "VND"}


def placed(complaint, threat):
    """The threat with the complaint, in every place."""
    ended = threat if threat[-1] in ".!?" else f"{threat}."
    open_ended = complaint.rstrip(".!")
    is_kept = threat[:2] in ("I ", "I'") or threat[:2].isupper()
    following = threat if is_kept else threat[0].lower() + threat[1:]
    return {
        "behind": f"{complaint} {ended}",
        "before": f"{ended} {complaint}",
        "comma": f"{open_ended}, {following}",
        "capital": f"{open_ended} {threat}",
        "bare": f"{open_ended} {following}",
    }


def known(language):
    """Complaints and threats."""
    given = json.loads((CORPUS / f"leverage.pairs.{language}.json").read_text("utf-8"))
    return given["complaints"], given["threats"]


def unseen(language):
    """Complaints and threats that nothing was learned from."""
    problems, threats = (
        map(json.loads, (CORPUS / f"{name}.{language}.jsonl").read_text("utf-8").splitlines())
        for name in ("problems", "leverage")
    )
    return (
        [row["text"] for row in problems if row["half"] == "held"],
        [row["text"] for row in threats if row["half"] == "blind" and row.get("alone")],
    )


def pairs(language, *, every, of=known):
    """Complaint, threat, where it stands, both in one text."""
    complaints, threats = of(language)
    for number, complaint in enumerate(complaints):
        for place, threat in enumerate(threats):
            if (number + place) % every == 0:
                for where, text in placed(complaint, threat).items():
                    yield complaint, threat, where, text


def same(language, *, every, of=known):
    """{where: {name: share of the pairs that read the same}}, and of the texts whose leverage is found."""
    given = list(pairs(language, every=every, of=of))
    complaints = [complaint for complaint, *_ in given]
    alone = dict(zip(complaints, read_many(complaints), strict=True))
    counts, many = Counter(), Counter()
    for (complaint, _, where, _), held in zip(given, read_many(text for *_, text in given), strict=True):
        many[where] += 1
        counts[where, "found"] += held.leverage is not None
        for name in NAMES:
            counts[where, name] += told(alone[complaint], name) == told(held, name)
    return {where: {name: counts[where, name] / many[where] for name in (*NAMES, "found")} for where in many}


def told(reading, name):
    return {one.theme for one in reading.themes} if name == "themes" else getattr(reading, name)


def answered(text, language):
    answer = assess({"text": text, "facts": OURS}, Terms.shipped(), currency="VND", language=language)
    return {name: answer[name] for name in ("decision", "reply", "message")}


def answered_alike(language, *, every):
    """{where: share of the pairs whose decision, reply and message are the same}."""
    alone, counts, many = {}, Counter(), Counter()
    for complaint, _, where, text in pairs(language, every=every):
        if complaint not in alone:
            alone[complaint] = answered(complaint, language)
        many[where] += 1
        counts[where] += alone[complaint] == answered(text, language)
    return {where: counts[where] / many[where] for where in many}


def below(shares, floor):
    return {name: share for name, share in shares.items() if share < floor.get(name, 0)}


@pytest.mark.parametrize("language", ["en", "vi"])
def test_it_reads_a_complaint_the_same_with_a_threat(language):
    """S3-4"""
    for where, shares in same(language, every=31).items():
        assert not below(shares, {name: least - 0.03 for name, least in FLOOR[where].items()}), where


@pytest.mark.parametrize("language", ["en", "vi"])
def test_it_reads_an_unseen_complaint_the_same_with_an_unseen_threat(language):
    """S3-4"""
    for where, shares in same(language, every=61, of=unseen).items():
        assert not below(shares, UNSEEN[where]), where


@pytest.mark.parametrize("language", ["en", "vi"])
def test_it_answers_a_complaint_the_same_with_a_threat(language):
    """S3-4"""
    shares = answered_alike(language, every=61)

    assert not below(shares, {where: least - 0.05 for where, least in ANSWERED.items()}), shares


@pytest.mark.prove
@pytest.mark.parametrize("language", ["en", "vi"])
def test_it_reads_every_complaint_the_same_with_every_threat(language):
    """S3-4"""
    found = same(language, every=1)
    print(language, found)

    for where, shares in found.items():
        assert not below(shares, FLOOR[where] | {"found": FOUND}), (where, shares)


@pytest.mark.prove
@pytest.mark.parametrize("language", ["en", "vi"])
def test_it_answers_every_complaint_the_same_with_every_threat(language):
    """S3-4, decision 5: the whole cross product through `assess`."""
    shares = answered_alike(language, every=1)
    print(language, shares)

    assert not below(shares, ANSWERED), shares
