"""Ten replies in a row do not read alike, and each still has all that a good reply has."""

import re
from itertools import combinations

import pytest

from feedback.policy.decide import decide
from feedback.policy.facts import Facts
from feedback.policy.prove import every_case
from feedback.policy.terms import Terms
from feedback.wording.compose import compose
from feedback.wording.limit import Limit
from feedback.wording.lint import codes_of, lint
from feedback.wording.phrases import ADDRESSES, LANGUAGES

TERMS = Terms.shipped()
CASES = [
    {"problem": "late"},
    {"problem": "damaged", "fault": "ours", "fault_from": "record"},
    {"problem": "wrong_address", "fault": "customer"},
    {"problem": "none", "fault": "none"},
]
SOURCES = [
    Limit(kind="bytes", size=4096),
    Limit(kind="characters", size=350),
    Limit(kind="characters", size=5970),
]


def texts(facts, language, audience, many=100):
    decision = decide(Facts.from_dict(facts), TERMS)
    return [
        compose(decision, audience=audience, language=language, problem=facts["problem"], seed=f"case {n}")
        for n in range(many)
    ]


def sentences(text):
    return frozenset(part.strip() for part in re.split(r"(?<=[.!?:])\s|\n", text) if part.strip())


def alike(one, other):
    return len(one & other) / len(one | other)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("facts", CASES, ids=lambda facts: facts["problem"])
def test_a_hundred_replies_are_nearly_all_different(facts, language):
    assert len(set(texts(facts, language, "public"))) >= 85


@pytest.mark.parametrize("audience", ["public", "private"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("facts", CASES[:3], ids=lambda facts: facts["problem"])
def test_two_replies_share_few_sentences(facts, language, audience):
    """The mean over all pairs of a hundred: sentences in both, of those in either."""
    split = [sentences(text) for text in texts(facts, language, audience)]
    pairs = list(combinations(split, 2))

    assert sum(alike(one, other) for one, other in pairs) / len(pairs) <= 0.2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("facts", CASES, ids=lambda facts: facts["problem"])
def test_ten_in_a_row_never_say_the_same(facts, language):
    every = texts(facts, language, "public")
    for first in range(90):
        row = every[first : first + 10]
        assert len(set(row)) >= 9


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("facts", CASES[:3], ids=lambda facts: facts["problem"])
def test_a_public_reply_says_at_least_four_things(facts, language):
    """Thanks, the concern in other words, what happens next in private, an open door."""
    assert all(len(sentences(text)) >= 4 for text in texts(facts, language, "public"))


@pytest.mark.parametrize("limit", SOURCES, ids=lambda limit: f"{limit.size} {limit.kind}")
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_fits_every_source_with_a_signature(limit, language):
    for facts in CASES:
        decision = decide(Facts.from_dict(facts), TERMS)
        for seed in range(50):
            text = compose(
                decision, audience="public", language=language, problem=facts["problem"], seed=str(seed),
                limit=limit, signature="Tiệm Gốm Lan – 1900 6868 00",
            )  # fmt: skip
            assert limit.allows(text)
            assert "Tiệm Gốm Lan" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_has_to_tell_us_more_is_asked_for_their_own_best_solution(language):
    """S4-6."""
    for text in texts({"problem": "late"}, language, "private"):
        assert text.count("?") >= 2 or "?" in text.split("\n\n")[3]


@pytest.mark.prove
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("audience", ["public", "private"])
def test_whatever_can_be_decided_can_be_said(audience, language):
    """Every decision that the proof of the policy meets, for every problem, passes the lint (S1-3, S1-9)."""
    met = {(facts.problem, decide.__wrapped__(facts, TERMS)): None for facts in every_case(TERMS)}
    wrong = []
    for place, (problem, decision) in enumerate(met):
        name = "Lan" if place % 2 and audience == "private" else ""
        text = compose(
            decision, audience=audience, language=language, problem=problem, seed=str(place), name=name,
            address=ADDRESSES[place // 2 % len(ADDRESSES)],
        )  # fmt: skip
        if found := lint(text, audience=audience, language=language, decision=decision, name=name):
            wrong.append((problem, decision.rule, codes_of(found), text))

    assert met
    assert wrong == []
