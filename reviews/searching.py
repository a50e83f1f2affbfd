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

_TELL = "INSERT INTO reviews_search_index (reviews_search_index) VALUES (%s)"
_STRUCTURE = "SELECT block FROM reviews_search_index_data WHERE id = 10"
_LEVELS = 1_000  # SQLite reads an index of 2,000 as a broken one, and each "optimize" may add one


def words_of(*texts: str) -> str:
    """What the index holds of them: folded words with a space between, nothing else."""
    return " ".join(_word.findall(fold("\n".join(texts)[:LONGEST])))


def has_a_word(typed: str) -> bool:
    """Whether there is anything to look for: letters or digits."""
    return bool(_word.search(fold(typed)))


def saying(typed: str) -> Q:
    """Replies to reviews that have a word which begins with each of those typed. No word: all replies."""
    words = _word.findall(fold(typed))
    if not words:
        return Q()
    if connection.vendor == "postgresql":
        return Q(review__in=RawSQL(_POSTGRESQL, [" & ".join(f"{word}:*" for word in words)]))  # noqa: S611 constant but for a parameter
    return Q(review__in=RawSQL(_SQLITE, [" ".join(f'"{word}"*' for word in words)]))  # noqa: S611 constant but for a parameter


def let_go_of_old_words() -> None:
    """SQLite's index of words remembers those that are gone until its parts are joined. Whoever joins it
    thousands of times breaks it: now and then it is made anew. Within a transaction."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(_STRUCTURE)
        how = "optimize" if _levels(cursor.fetchone()[0]) < _LEVELS else "rebuild"
        cursor.execute(_TELL, [how])


def _levels(structure: bytes) -> int:
    """The number behind four bytes of the record (FTS5's format): seven bits a byte, the last below 128."""
    number = 0
    for byte in structure[4:13]:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return number
