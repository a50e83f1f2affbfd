"""What the learned weights look at: words, pairs of words, and words under a negation."""

from functools import cache
from typing import TYPE_CHECKING

from feedback.text.stretches import spelling

if TYPE_CHECKING:
    from feedback.text.tokens import Tokens

REACH = 3  # words after a negation that it turns round, within the clause


@cache
def negators() -> frozenset[str]:
    table = spelling()["negators"]
    return frozenset(word.replace("_", " ") for words in table.values() for word in words)


@cache
def bare_negators() -> frozenset[str]:
    """Those, and what is left of them without marks."""
    return negators() | {"khong", "chua", "dung", "khoi", "chang", "cha"}


def negations(tokens: "Tokens") -> frozenset[str]:
    return bare_negators() if tokens.unmarked else negators()


def seen_words(tokens: "Tokens") -> list[str]:
    """The words as the weights know them: long numbers are all one word."""
    words = tokens.bare if tokens.unmarked else tokens.words
    return ["#" if word.isdigit() and len(word) > 2 else word for word in words]


def features(tokens: "Tokens") -> tuple[list[str], list[int]]:
    """The features of a text and, beside each, the clause in which it stands."""
    turning = negations(tokens)
    found: list[str] = []
    places: list[int] = []
    turned, turned_clause = 0, -1
    before, before_sentence = "", -1
    for word, clause, sentence in zip(seen_words(tokens), tokens.clause, tokens.sentence, strict=True):
        found.append(word)
        places.append(clause)
        if before_sentence == sentence:
            found.append(f"{before} {word}")
            places.append(clause)
        if turned:
            turned -= 1
            if clause == turned_clause:
                found.append(f"!{word}")
                places.append(clause)
        if word in turning:
            turned, turned_clause = REACH, clause
        before, before_sentence = word, sentence
    return found, places
