"""A table as people send it: CSV in whichever encoding and with whichever sign between the cells, or XLSX.

Plain Python; spreadsheets over calamine.
"""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import BinaryIO

LONGEST_CELL = 200_000  # characters; a quote that is never closed swallows the rest of the file
MOST_UNPACKED = 600_000_000  # bytes of a spreadsheet file, which is a zip
MOST_COLUMNS = 500
_CHUNK = 1 << 20
_RECKONED = ("=", "+", "-", "@", "\t", "\r")
_SIGNS = ",;\t|"  # between the cells
_SIGN_SAID = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)  # a first line that Excel writes and obeys
_SHEET, _OLD_SHEET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class NoTable(ValueError):
    """`key`: empty, a_spreadsheet (an old or broken one), too_big, not_text, no_head or never_closed."""

    def __init__(self, key: str):
        super().__init__(key)
        self.key = key


def rows(content: bytes | BinaryIO, *, strict: bool = False) -> Iterator[list[str]]:
    """The names of the columns first. Rows without any cell are left out. Raises NoTable, at once.

    A file is read as its rows are asked for. A quote that never ends, or a cell that is too long, ends the
    table; `strict`: with NoTable.
    """
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    file.seek(0)
    start = file.read(4)
    if not start:
        raise NoTable("empty")
    if start.startswith(_OLD_SHEET):
        raise NoTable("a_spreadsheet")
    if start == _SHEET:
        return _of_sheet(file)
    return _of_text(file, _encoding(file, start), strict)


def bare(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from reckoning, as our own files have it
    (feedback.spreadsheets.harmless): what they gave is taken back as it was."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _RECKONED else cell


def _of_text(file: BinaryIO, encoding: str, strict: bool) -> Iterator[list[str]]:
    file.seek(0)
    lines = io.TextIOWrapper(_KeptOpen(file), encoding=encoding, newline="")
    head, said = "", ""
    while not head.strip():
        line = lines.readline(LONGEST_CELL)
        if not line:
            raise NoTable("empty")
        head = line.replace("\0", "")
        if found := _SIGN_SAID.fullmatch(head):
            said, head = found[1], ""
    return _rows(_Fed(_with(head, lines)), said or max(_SIGNS, key=head.count), strict)


def _with(head: str, lines: io.TextIOWrapper) -> Iterator[str]:
    """NUL, which no database keeps, is left out."""
    yield head
    for line in lines:
        yield line.replace("\0", "") if "\0" in line else line


class _Fed:
    """The lines under a csv reader. `is_empty` beside a row: it asked for more, so a quote was still open.
    `has_mark`: an apostrophe is in what was read for it."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.is_empty = False
        self.has_mark = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines, None)
        if line is None:
            self.is_empty = True
            raise StopIteration
        self.has_mark = self.has_mark or "'" in line
        return line


def _rows(lines: _Fed, delimiter: str, strict: bool) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for row in reader:
            if strict and lines.is_empty:
                raise NoTable("never_closed")
            if any(cell.strip() for cell in row):
                yield [bare(cell) for cell in row[:MOST_COLUMNS]] if lines.has_mark else row[:MOST_COLUMNS]
                lines.has_mark = False
    except csv.Error:
        if strict:
            raise NoTable("never_closed") from None


def _encoding(file: BinaryIO, start: bytes) -> str:
    """UTF-8, UTF-16 with its mark or without, else windows-1258."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        tried = ["utf-16"]
    elif b"\0" in start:  # every other byte of plain letters
        tried = ["utf-16-be" if start[0] == 0 else "utf-16-le"]
    else:
        tried = ["utf-8-sig", "cp1258"]
    for encoding in tried:
        if _decodes(file, encoding):
            return encoding
    raise NoTable("not_text")


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _of_sheet(file: BinaryIO) -> Iterator[list[str]]:
    """The first sheet. Its size is asked first: a small zip can hold a very large one."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        unpacked = sum(one.file_size for one in zipfile.ZipFile(file).infolist())
        if unpacked > MOST_UNPACKED:
            raise NoTable("too_big")
        file.seek(0)
        sheet = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0)
    except (CalamineError, zipfile.BadZipFile, ValueError, IndexError) as error:
        if isinstance(error, NoTable):
            raise
        raise NoTable("a_spreadsheet") from None
    found = ([_cell(cell) for cell in row[:MOST_COLUMNS]] for row in sheet.iter_rows())
    filled = (row for row in found if any(cell.strip() for cell in row))
    head = next(filled, None)
    if head is None:
        raise NoTable("empty")
    return _and_then(head, filled)


def _and_then(head: list[str], rest: Iterator[list[str]]) -> Iterator[list[str]]:
    yield head
    yield from rest


def _cell(cell: object) -> str:
    """As a person would have typed it into a CSV file: 12 rather than 12.0, days as 2026-11-22."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        exact = Decimal(repr(cell))
        return f"{exact.normalize():f}" if exact.is_finite() else ""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ") if cell.time() != time(0) else cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return bare(str(cell).replace("\0", ""))


class _KeptOpen(io.BufferedReader):
    """The file under a text layer that does not close it: an upload belongs to its request."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(_Raw(file), _CHUNK)


class _Raw(io.RawIOBase):
    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        chunk = self._file.read(len(view))
        view[: len(chunk)] = chunk
        return len(chunk)
