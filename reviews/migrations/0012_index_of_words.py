"""The index of the desk's search: by beginnings of words, in whatever order they stand.

SQLite keeps a full text table beside SearchText and three triggers that follow it; PostgreSQL an index.
"""

from django.db import migrations

SQLITE = [
    "CREATE VIRTUAL TABLE reviews_search_index USING fts5("
    "words, content='reviews_searchtext', content_rowid='review_id', detail=none, columnsize=0)",
    """CREATE TRIGGER search_text_added AFTER INSERT ON reviews_searchtext BEGIN
    INSERT INTO reviews_search_index (rowid, words) VALUES (NEW.review_id, NEW.words); END""",
    """CREATE TRIGGER search_text_gone AFTER DELETE ON reviews_searchtext BEGIN
    INSERT INTO reviews_search_index (reviews_search_index, rowid, words)
    VALUES ('delete', OLD.review_id, OLD.words); END""",
    """CREATE TRIGGER search_text_changed AFTER UPDATE ON reviews_searchtext BEGIN
    INSERT INTO reviews_search_index (reviews_search_index, rowid, words)
    VALUES ('delete', OLD.review_id, OLD.words);
    INSERT INTO reviews_search_index (rowid, words) VALUES (NEW.review_id, NEW.words); END""",
    "INSERT INTO reviews_search_index (reviews_search_index) VALUES ('rebuild')",
]
SQLITE_BACK = [
    *(f"DROP TRIGGER search_text_{act}" for act in ("added", "gone", "changed")),
    "DROP TABLE reviews_search_index",
]
POSTGRESQL = [
    "CREATE INDEX reviews_search_index ON reviews_searchtext USING gin (to_tsvector('simple', words))"
]
POSTGRESQL_BACK = ["DROP INDEX reviews_search_index"]


def index(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in SQLITE if is_sqlite else POSTGRESQL:
        schema_editor.execute(statement)


def unindex(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in SQLITE_BACK if is_sqlite else POSTGRESQL_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    replaces = [("reviews", "0004_index_of_words")]
    dependencies = [("reviews", "0001_squashed_0011_hidden_for_listed_reasons")]

    operations = [migrations.RunPython(index, unindex)]
