"""Words that turn round what follows them."""

from functools import cache

from feedback.text.stretches import spelling

REACH = 3  # words after a negation that it turns round, within the clause


@cache
def negators() -> frozenset[str]:
    table = spelling()["negators"]
    return frozenset(word.replace("_", " ") for words in table.values() for word in words)


@cache
def bare_negators() -> frozenset[str]:
    """Those, and what is left of them without marks."""
    return negators() | {"khong", "chua", "dung", "khoi", "chang", "cha"}
