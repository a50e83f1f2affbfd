"""What the learned weights look at: words, pairs of words, and words under a negation."""

from functools import cache

from feedback.text.tokens import Tokens, spelling

REACH = 3  # words after a negation that it turns round, within the clause


@cache
def negators() -> frozenset[str]:
    table = spelling()["negators"]
    return frozenset(word.replace("_", " ") for words in table.values() for word in words)


@cache
def bare_negators() -> frozenset[str]:
    return frozenset({"khong", "chua", "dung", "khoi", "chang", "cha"})


def features(tokens: Tokens) -> tuple[list[str], list[int]]:
    """The features of a text and, beside each, the clause in which it stands."""
    words = tokens.bare if tokens.unmarked else tokens.words
    turning = negators() | bare_negators() if tokens.unmarked else negators()
    clauses, sentences = tokens.clause, tokens.sentence
    found: list[str] = []
    places: list[int] = []
    turned_until, before, before_sentence = -1, "", -1
    turned_clause = -1
    for number, word in enumerate(words):
        if len(word) > 2 and word.isdigit():
            word = "#"
        clause = clauses[number]
        found.append(word)
        places.append(clause)
        if before_sentence == sentences[number]:
            found.append(f"{before} {word}")
            places.append(clause)
        if number <= turned_until and clause == turned_clause:
            found.append(f"!{word}")
            places.append(clause)
        if word in turning:
            turned_until, turned_clause = number + REACH, clause
        before, before_sentence = word, sentences[number]
    return found, places
