"""A table of text as people send it: CSV in whichever encoding and with whichever sign between the cells."""

import codecs
import csv
import io
from collections.abc import Iterator

LONGEST_CELL = 200_000  # characters; a quote that is never closed swallows the rest of the file


class NoTable(ValueError):
    """`key`: empty, a_spreadsheet, not_text or no_head."""

    def __init__(self, key: str):
        super().__init__(key)
        self.key = key


def rows(content: bytes) -> Iterator[list[str]]:
    """The names of the columns first. Rows without any cell are left out. Raises NoTable, at once."""
    text = _text(content)
    head = text.split("\n", 1)[0]
    if not head.strip():
        raise NoTable("no_head")
    return _rows(text, max(",;\t", key=head.count))


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """A cell that is too long, or a quote that never ends, ends the table."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield row
    except csv.Error:
        return


def _text(content: bytes) -> str:
    """UTF-8, UTF-16 with its mark, else windows-1258. NUL, which no database keeps, is left out."""
    if not content.strip():
        raise NoTable("empty")
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise NoTable("a_spreadsheet")
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "cp1258"]:
        try:
            return content.decode(encoding).replace("\0", "").lstrip("\n\r")
        except UnicodeError:
            continue
    raise NoTable("not_text")
