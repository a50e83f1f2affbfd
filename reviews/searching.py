"""Find reviews by their words, typed with or without Vietnamese marks, whole or begun, in any order."""

import re

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from feedback.orthography import fold

LONGEST = 20_000  # characters that are searched; what is typed is 100 at most
_word = re.compile(r"[^\W_]+")
_SQLITE = "SELECT rowid FROM reviews_search_index WHERE reviews_search_index MATCH %s"
_POSTGRESQL = (
    # Materialised: read from the index of words, and never by taking each text of the list to pieces again.
    "WITH saying AS MATERIALIZED (SELECT review_id FROM reviews_searchtext"
    " WHERE to_tsvector('simple', words) @@ to_tsquery('simple', %s)) SELECT review_id FROM saying"
)


def words_of(*texts: str) -> str:
    """What the index holds of them: folded words with a space between, nothing else."""
    return " ".join(_word.findall(fold("\n".join(texts)[:LONGEST])))


def saying(typed: str) -> Q:
    """Replies to reviews that have a word which begins with each of those typed. No word: all replies."""
    words = _word.findall(fold(typed))
    if not words:
        return Q()
    if connection.vendor == "postgresql":
        return Q(review__in=RawSQL(_POSTGRESQL, [" & ".join(f"{word}:*" for word in words)]))  # noqa: S611 constant but for a parameter
    return Q(review__in=RawSQL(_SQLITE, [" ".join(f'"{word}"*' for word in words)]))  # noqa: S611 constant but for a parameter
