"""The second voice of the lint: what it hears where no phrase stands, and that it can be learned again."""

import json
from pathlib import Path

import pytest

from feedback.wording.likeness import FEWEST, buckets, is_like_bad, score
from feedback.wording.phrases import LANGUAGES, phrases
from feedback.wording.train_likeness import LEARNED, learn, sentences

CORPUS = Path(__file__).parents[2] / "corpus"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_nothing_of_our_own_sentences(language):
    assert [one for one in phrases(language).sentences() if is_like_bad(one)] == []


def test_it_says_nothing_of_a_few_words():
    assert buckets("never " * (FEWEST - 1)) == frozenset()
    assert not is_like_bad("")


def test_the_same_sentences_teach_the_same():
    rows = [(buckets(text), is_bad) for text, is_bad in sentences(CORPUS)[::40]]

    weights = learn(rows)

    assert learn(rows) == weights


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_hears_a_third_of_what_it_never_read(language):
    """Learned without lint.wide, judged on it; few of the good ones sound bad."""
    weights = learn([(buckets(text), is_bad) for text, is_bad in sentences(CORPUS, ("lint",))])
    lines = (CORPUS / f"lint.wide.{language}.jsonl").read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["code"] in {None, *LEARNED}]
    sounds = [(score(buckets(row["text"]), weights) > 2, bool(row["code"])) for row in rows]

    assert sum(heard for heard, is_bad in sounds if is_bad) >= 0.33 * sum(is_bad for _, is_bad in sounds)
    assert sum(heard for heard, is_bad in sounds if not is_bad) <= 0.02 * sum(
        not is_bad for _, is_bad in sounds
    )
