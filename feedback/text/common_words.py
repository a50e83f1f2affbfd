"""Words that stand in nearly every comment, so that no theme can be told by them."""

import re
from functools import cache

from feedback.orthography import normalise, unmark
from feedback.text.lexicon import table

_word = re.compile(r"\w+")


def is_too_common(written: str) -> bool:
    """Whether a phrase is made of function words of either language and of single letters only."""
    words = _word.findall(normalise(written).lower())
    return bool(words) and all(word in common_words() or _is_letter(word) for word in words)


@cache
def common_words() -> frozenset[str]:
    return frozenset(word for words in table("common_words").values() for word in words)


def _is_letter(word: str) -> bool:
    plain = unmark(word)
    return len(word) == 1 and plain.isascii() and plain.isalpha()
