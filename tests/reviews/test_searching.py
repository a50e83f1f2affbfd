"""SQLite's index of words stays whole, however many people are erased (found by benchmarks/forgetting.py)."""

import sqlite3

import pytest
from django.db import connection, transaction

from reviews import searching
from reviews.models import SearchText

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL frees words with its own VACUUM"),
]
ERASURES = 2_100  # past the levels that SQLite can read


@pytest.fixture
def words(receive, own):
    receive(own, external_id="r1")
    receive(own, external_id="r2", text="Men đẹp lắm " + " ".join(f"chiếc{n}" for n in range(4_000)))
    return SearchText.objects.get(review__external_id="r1")


def erased_again_and_again(words):
    """Each in a transaction of its own, as an erasure is."""
    for n in range(ERASURES):
        with transaction.atomic():
            SearchText.objects.filter(pk=words.pk).update(words=f"ban {n}")
            searching.let_go_of_old_words()


def found(word):
    with connection.cursor() as cursor:
        cursor.execute("SELECT rowid FROM reviews_search_index WHERE reviews_search_index MATCH %s", [word])
        return [row[0] for row in cursor.fetchall()]


def test_it_can_be_joined_for_years(words):
    erased_again_and_again(words)

    assert found(str(ERASURES - 1)) == [words.pk]
    assert found("men") != []
    assert found("7") == []
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO reviews_search_index (reviews_search_index) VALUES ('integrity-check')")


def test_joined_alone_it_breaks():
    """The twin, on an index of its own: SQLite cannot read it any more."""
    index = sqlite3.connect(":memory:", isolation_level=None)
    index.execute("CREATE VIRTUAL TABLE i USING fts5 (words, content='', detail=none, columnsize=0)")
    index.executemany("INSERT INTO i (rowid, words) VALUES (?, ?)", [(n, f"ban {n}") for n in range(3_000)])

    def join_it():
        for n in range(ERASURES):
            index.execute("BEGIN")
            index.execute("INSERT INTO i (i, rowid, words) VALUES ('delete', ?, ?)", (n, f"ban {n}"))
            index.execute("INSERT INTO i (i) VALUES ('optimize')")
            index.execute("COMMIT")

    with pytest.raises(sqlite3.DatabaseError):
        join_it()


def test_it_reads_the_number_of_levels():
    assert searching._levels(bytes.fromhex("000000008F5201881B")) == 2002
    assert searching._levels(bytes.fromhex("0000000005010200")) == 5
