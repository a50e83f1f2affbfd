"""The matcher finds what a plain search, word by word, finds."""

import itertools
import json
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedback.text.batch import Batch, batch
from feedback.text.lexicon import compile_phrase, lexicon
from feedback.text.matching import Matcher
from feedback.text.patterns import FURTHEST, MOST_CHOICES, MOST_SLOTS, Pattern
from feedback.text.reading import Lang
from feedback.text.vocabulary import Vocabulary

PHRASES = [
    "a",
    "b_c",
    "=á",
    "á",
    "á|b ~2 c|=á_b",
    "a ~1 b|b_a ~3 c",
    "a b|b_b c|a ~1 a",
    "a_b_c|a_b|a",
    "b ~2 b ~2 b ~2 a",
]
WORDS = st.lists(st.sampled_from(["a", "á", "b", "c", "d", "not", "a,", "b.", "c.", "á."]), max_size=12)


def plain_search(words: Batch, patterns: list[Pattern], denies: np.ndarray) -> set[tuple[int, int, int]]:
    known = [words.vocabulary.words[number] for number in words.word]

    def stands(choice, at):
        past = at + len(choice[0])
        if past > len(known) or words.text[at] != words.text[past - 1]:
            return False
        if len(choice[0]) == 1:
            return known[at] == choice[0][0] or (known[at] == choice[1][0] and bool(words.plain[at]))
        return all(known[at + n] in {choice[0][n], choice[1][n]} for n in range(len(choice[0])))

    def ends(pattern, slot, at):
        for choice in pattern.slots[slot]:
            if stands(choice, at):
                past = at + len(choice[0])
                if slot + 1 == len(pattern.slots):
                    return past
                if further := reach(pattern, slot + 1, past):
                    return further
        return 0

    def reach(pattern, slot, past):
        unit = words.clause if pattern.within_clause else words.sentence
        for there in range(past, min(past + pattern.gaps[slot] + 1, len(known))):
            if unit[there] != unit[past - 1]:
                return 0
            if pattern.blocked and there > past and denies[there - 1]:
                return 0
            if end := ends(pattern, slot, there):
                return end
        return 0

    found = itertools.product(range(len(patterns)), range(len(known)))
    return {(number, at, past) for number, at in found if (past := ends(patterns[number], 0, at))}


def compared(texts: list[str], patterns: list[Pattern], matcher: Matcher, lang: Lang | None) -> None:
    words = batch(Vocabulary(), texts, [lang] * len(texts))
    denies = np.array([words.vocabulary.words[number] == "not" for number in words.word], np.bool_)
    found = matcher.find(words, denies)

    assert set(zip(*(column.tolist() for column in found), strict=True)) == plain_search(
        words, patterns, denies
    )
    assert len(found.first) == len(set(zip(found.pattern.tolist(), found.first.tolist(), strict=True)))


@pytest.fixture(scope="module")
def demo_texts():
    folder = files("feedback.front") / "demo"
    lines = [(folder / f"reviews.{lang}.jsonl").read_text("utf-8").splitlines() for lang in ("vi", "en")]
    return [json.loads(line)["text"] for line in itertools.chain(*lines)]


@pytest.fixture(scope="module", params=["themes", "leverage"])
def matcher(request):
    """Within the clause and blocked by denials; and neither."""
    patterns = [compile_phrase(request.param, "", "", written, {}).pattern for written in PHRASES]
    return patterns, Matcher(patterns)


@given(texts=st.lists(WORDS.map(" ".join), min_size=1, max_size=4), lang=st.sampled_from([Lang.VI, Lang.EN]))
@example(texts=["a b. c"], lang=Lang.VI)
@example(texts=["", "a", "b a c"], lang=Lang.EN)
@settings(max_examples=150, deadline=None)
def test_it_finds_what_a_plain_search_finds(matcher, texts, lang):
    patterns, compiled = matcher

    compared(texts, patterns, compiled, lang)


def test_it_finds_all_phrases_of_ours_where_a_plain_search_does(demo_texts):
    phrases = [phrase.pattern for phrase in lexicon().phrases]

    compared(demo_texts[::60], phrases, Matcher(phrases), None)


@pytest.mark.parametrize(
    "written",
    [
        f"a ~{FURTHEST + 1} b",
        " ".join("a" * (MOST_SLOTS + 1)),
        "|".join(f"w{n}" for n in range(MOST_CHOICES + 1)),
    ],
)
def test_it_refuses_what_it_cannot_put_in_order(written):
    with pytest.raises(ValueError, match="more than"):
        Matcher([compile_phrase("leverage", "", "", written, {}).pattern])


def test_it_finds_nothing_without_patterns():
    words = batch(Vocabulary(), ["a b"], [None])

    assert not len(Matcher([]).find(words, np.zeros(2, np.bool_)).first)
