"""A threat changes no byte of the decision or of the reply (S3-4, differentiator 1); these tests can tell.

Here a threat stands in sentences of its own, and every pair must read and be answered the same. How often a
threat that runs on in the complaint's own sentence changes what is read is for
tests/feedback/text/test_leverage_invariance.py.
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from feedback.front import assess as assessing
from feedback.policy.decision import Remedy
from feedback.policy.facts import Facts
from feedback.policy.terms import Terms
from feedback.text.reader import read
from feedback.wording.phrases import ADDRESSES, LANGUAGES

CORPUS = Path(__file__).parents[1] / "corpus"
TERMS = Terms.shipped()
ADDED = {
    "en": [
        " You bunch of idiots!!!",
        " 😡😡😡",
        " Worst shop on earth, SHAME ON YOU!",
        " I have 90,000 followers.",
    ],
    "vi": [
        " Đồ vô trách nhiệm!!!",
        " 😡😡😡",
        " Làm ăn như vậy mà coi được hả!",
        " Kênh mình 90 ngàn người theo dõi.",
    ],
}


def pairs(language, *, every):
    """A complaint, and the same with a threat before or behind it."""
    given = json.loads((CORPUS / f"leverage.pairs.{language}.json").read_text("utf-8"))
    for number, complaint in enumerate(given["complaints"]):
        for place, threat in enumerate(given["threats"]):
            if (number + place) % every == 0:
                ended = threat if threat[-1] in ".!?" else f"{threat}."
                yield complaint, f"{ended} {complaint}" if place % 2 else f"{complaint} {threat}"


def said(text, language, address=""):
    """What must not change. The routes may."""
    answer = assessing.assess(
        {"text": text, "lang": language}, TERMS, currency="VND", language=language, address=address
    )
    return json.dumps(answer["decision"]), answer["reply"], answer["message"]


def changed(language, texts, address=""):
    """The pairs that read the same and are answered otherwise; and how many read the same."""
    same = [(alone, more) for alone, more in texts if _read(alone, language) == _read(more, language)]
    wrong = [pair for pair in same if said(pair[0], language, address) != said(pair[1], language, address)]
    return wrong, len(same)


def _read(text, language):
    """What the facts take from it."""
    reading = read(text, lang=language)
    return assessing._problem(reading, None), reading.problem, reading.fault, "dispute" in reading.flags


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_threat_changes_nothing_that_is_decided_or_said(language):
    given = list(pairs(language, every=61))

    wrong, same = changed(language, given)

    assert wrong == []
    assert same == len(given)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_threat_changes_nothing_however_the_shop_calls_its_customers(address):
    """S1-9: whoever is called quý khách is called so with a threat and without."""
    given = list(pairs("vi", every=211))

    wrong, _same = changed("vi", given, address=address)

    assert wrong == []
    assert (address or "anh/chị") in said(given[0][0], "vi", address)[1].lower()


@pytest.mark.prove
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_threat_of_all_changes_anything(language):
    given = list(pairs(language, every=1))

    wrong, same = changed(language, given)

    assert wrong == []
    assert same == len(given)


@pytest.mark.parametrize("language", LANGUAGES)
def test_insults_capitals_and_fame_change_nothing(language):
    complaints = dict.fromkeys(complaint for complaint, _more in pairs(language, every=211))
    given = [(complaint, f"{complaint}{more}") for complaint in complaints for more in ADDED[language]]

    wrong, same = changed(language, given)

    assert wrong == []
    assert same / len(given) >= 0.9


def _policy_that_gives_in(was):
    def decide(facts, terms):
        made = was(facts, terms)
        give = facts.earlier_concessions == 77  # the mark that the mutant below leaves in the facts
        return replace(made, remedies=(*made.remedies, Remedy(kind="credit"))) if give else made

    return decide


def test_a_policy_that_sees_the_threat_is_caught(monkeypatch):
    """Guard off: the same test on a mutant that is kinder to those who threaten."""
    marked = assessing._facts

    def facts(reading, *rest):
        seen = marked(reading, *rest)
        return Facts.from_dict(seen.as_dict() | {"earlier_concessions": 77}) if reading.leverage else seen

    monkeypatch.setattr(assessing, "_facts", facts)
    monkeypatch.setattr(assessing, "decide", _policy_that_gives_in(assessing.decide))

    wrong, _same = changed("en", list(pairs("en", every=151)))

    assert wrong


def test_a_seed_that_sees_the_threat_is_caught(monkeypatch):
    """Guard off: the decision is the same, only the words are chosen by what was written."""
    heard = {}

    def listening(text, **rest):
        heard["text"] = text
        return read(text, **rest)

    was = assessing.compose
    monkeypatch.setattr(assessing, "read", listening)
    monkeypatch.setattr(
        assessing, "compose", lambda decision, **rest: was(decision, **rest | {"seed": heard["text"]})
    )

    wrong, _same = changed("en", list(pairs("en", every=151)))

    assert wrong
