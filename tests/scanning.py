"""Look for a person in all that is kept: each cell of each table, files and logs, in every spelling."""

import base64
import html
import json
import quopri
import unicodedata
from pathlib import Path
from urllib.parse import quote, quote_plus

from django.db import connection

from feedback.orthography import fold

MARKS = ("NFC", "NFD")
FEWEST = 8  # bytes; every needle is longer


def spellings(words):
    """What `words` may look like where they are kept: bytes, in lower case."""
    found = set()
    for form in MARKS:
        said = unicodedata.normalize(form, words)
        for text in (said, said.lower(), said.upper(), said.title()):
            raw = text.encode()
            found |= {
                raw,
                text.encode("utf-16-le"),
                raw.hex().encode(),
                quote(text).encode(),
                quote_plus(text).encode(),
                quopri.encodestring(raw).rstrip(b"=\n"),
                json.dumps(text)[1:-1].encode(),
                json.dumps(json.dumps(text)[1:-1])[1:-1].encode(),
                html.escape(text).encode(),
                text.encode("ascii", "xmlcharrefreplace"),
                *_in_base64(raw),
            }
    found.add(fold(words).encode())
    return {one.lower() for one in found if len(one) > FEWEST}


def _in_base64(raw):
    """At each of the three places at which it can begin, without the letters that hang on its neighbours."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw + b"\0" * ((3 - (before + len(raw)) % 3) % 3))
        start = -(-before * 8 // 6)
        yield encoded[start : (before + len(raw)) * 8 // 6]


def _places(needles):
    sought, seen = {one for words in needles for one in spellings(words)}, {}
    for place, held in cells():
        if held not in seen:
            seen[held] = len(held) > FEWEST and _holds(held, sought)
        if seen[held]:
            yield place


def in_tables(needles):
    """ "table.column" of every cell that holds one of them."""
    return set(_places(needles))


def in_files(folder, needles):
    sought = {one for words in needles for one in spellings(words)}
    return {
        str(path) for path in Path(folder).rglob("*") if path.is_file() and _holds(path.read_bytes(), sought)
    }


def in_text(text, needles):
    return _holds(text.encode(), {one for words in needles for one in spellings(words)})


def _holds(held, sought):
    low = held.lower()
    bare = fold(held.decode(errors="replace")).encode()
    return any(one in low or one in bare for one in sought)


def cells():
    """Every cell of every table as bytes, the inner tables of SQLite's search index as well."""
    with connection.cursor() as cursor:
        for table in _tables(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    if value is not None and not isinstance(value, bool | float):
                        yield f"{table}.{name}", _as_bytes(value)


def _as_bytes(value):
    if isinstance(value, bytes | memoryview | bytearray):
        return bytes(value)
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)).encode()


def _tables(cursor):
    if connection.vendor == "sqlite":
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        )
        return [name for (name,) in cursor.fetchall()]
    return connection.introspection.table_names(cursor)
