"""Read reviews from a CSV or JSONL file: each row is a record, or an error that names its field."""

import codecs
import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from feedback.orthography import fold
from reviews.records import FIELDS, BadRecord, Fault, ReviewRecord, parse

LONGEST_CELL = 2_000_000  # characters; a quote that is never closed swallows the rest of the file
LONGEST_LINE = 4_000_000
_CHUNK = 1 << 20

# Names that shops and platforms give their columns; folded: without marks, small letters, no signs.
_ALIASES: Mapping[str, str] = {
    alias: name
    for name, aliases in {
        "external_id": "id|review id|external id|reviewid|ma|ma danh gia|ma so",
        "text": "text|content|body|comment|review|review text|message"
        "|noi dung|danh gia|noi dung danh gia|nhan xet",
        "title": "title|subject|headline|tieu de",
        "stars": "stars|rating|star|score|star rating|so sao|sao|diem|diem danh gia|xep hang",
        "said_at": "said at|date|created at|created|time|datetime|timestamp|published at|review date"
        "|ngay|thoi gian|ngay danh gia|ngay tao|ngay dang",
        "author": "author|name|reviewer|user|username|customer|nickname|display name"
        "|tac gia|ten|nguoi danh gia|ten khach|ten khach hang|khach hang",
        "language": "language|lang|locale|ngon ngu",
        "url": "url|link|permalink|lien ket|duong dan",
        "verified": "verified|verified purchase|verified buyer|da mua|da mua hang|da xac minh",
        "incentivised": "incentivised|incentivized|incentive|rewarded|is incentivized"
        "|co thuong|duoc thuong|co qua",
        "order_number": "order number|order|order id|order no|order reference"
        "|don hang|ma don|ma don hang|so don hang",
        "product_sku": "product sku|sku|product|product id|san pham|ma san pham|ma hang",
        "location": "location|store|branch|location code|chi nhanh|cua hang",
    }.items()
    for alias in aliases.split("|")
}


Numbered = tuple[int, Mapping[str, Any] | Fault]  # a row's number, and its cells by field or what is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the file, as a spreadsheet numbers it: a record, or what is wrong with it."""

    number: int
    record: ReviewRecord | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True, kw_only=True)
class Sheet:
    """`notes`: what a person should know about how the file was understood."""

    rows: Iterator[Row]
    notes: list[str | Promise]


class BadFile(ValueError):
    """Nothing of the file can be used; the message says why, for people."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__("bad file")
        self.message = message


def read(file: BinaryIO, *, now: datetime, zone: ZoneInfo) -> Sheet:
    """`file` must be able to go back to its start; rows are read as they are asked for. Raises BadFile."""
    encoding, notes = _encoding(file)
    file.seek(0)
    lines = io.TextIOWrapper(io.BufferedReader(_KeptOpen(file)), encoding=encoding, newline="")
    first = _first_letter(lines)
    lines.seek(0)
    if first == "[":
        raise BadFile(_("This is a JSON list. Give one JSON object per line (JSONL), or a CSV file."))
    names: dict[str, str] = {}
    raw = _json_rows(lines, names) if first == "{" else _csv_rows(lines, notes, names)
    return Sheet(rows=_called(_rows(raw, now, zone), names), notes=notes)


def _encoding(file: BinaryIO) -> tuple[str, list[str | Promise]]:
    """UTF-8 with or without its mark, UTF-16 with its mark, else windows-1258, which is said."""
    file.seek(0)
    start = file.read(4)
    if not start:
        raise BadFile(_("The file is empty."))
    if start.startswith(b"PK\x03\x04") or start.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadFile(_("This is a spreadsheet file, not text. Save it as CSV (UTF-8) and send that."))
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8-sig", "cp1258"]
    for encoding in candidates:
        if _decodes(file, encoding):
            notes: list[str | Promise] = []
            if encoding == "cp1258":
                notes.append(
                    _("The file is not UTF-8. It was read as windows-1258: see whether the words are right.")
                )
            return encoding, notes
    raise BadFile(_("The file is neither UTF-8 nor windows-1258 text. Save it as CSV (UTF-8)."))


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


def _first_letter(lines: io.TextIOWrapper) -> str:
    while chunk := lines.read(4096):
        if found := chunk.lstrip():
            return found[0]
    raise BadFile(_("The file is empty."))


def _rows(raw: Iterable[Numbered], now: datetime, zone: ZoneInfo) -> Iterator[Row]:
    seen: dict[str, str] = {}
    for number, given in raw:
        if isinstance(given, Fault):
            yield Row(number=number, faults=(given,))
            continue
        try:
            record = parse(given, now=now, zone=zone)
        except BadRecord as bad:
            yield Row(number=number, faults=tuple(bad.faults))
            continue
        digest = record.digest
        if seen.setdefault(record.external_id, digest) != digest:
            again = Fault(
                field="external_id", message=_("stands in an earlier row, with other words or stars")
            )
            yield Row(number=number, faults=(again,))
            continue
        yield Row(number=number, record=record)


def _called(rows: Iterator[Row], names: Mapping[str, str]) -> Iterator[Row]:
    """Faults speak of a column by the name that it has in the file."""
    for row in rows:
        faults = tuple(replace(fault, field=names.get(fault.field, fault.field)) for fault in row.faults)
        yield replace(row, faults=faults) if faults else row


def _csv_rows(
    lines: io.TextIOWrapper, notes: list[str | Promise], names: dict[str, str]
) -> Iterator[Numbered]:
    """Fills `names`: what the file calls each field."""
    csv.field_size_limit(LONGEST_CELL)
    delimiter, fed = _delimiter(lines), _Fed(lines)
    reader = csv.reader(fed, delimiter=delimiter)
    try:
        header = next(reader)
    except (csv.Error, StopIteration):
        raise BadFile(_("The first row must hold the names of the columns.")) from None
    columns = _columns(header, notes)
    names |= {field: " ".join(header[place].split()) for field, place in columns.items()}
    return _csv_cells(reader, fed, columns, len(header))


def _delimiter(lines: io.TextIOWrapper) -> str:
    """Comma, semicolon (Excel in Vietnamese and European settings) or tab: what the header has most of."""
    header = lines.readline(10_000)
    lines.seek(0)
    return max(",;\t", key=header.count)


def _columns(header: list[str], notes: list[str | Promise]) -> dict[str, int]:
    """Field to place. Raises BadFile naming all columns that are missing."""
    columns: dict[str, int] = {}
    unknown = []
    for place, name in enumerate(header):
        field = _field(name)
        if field is None:
            unknown.append(" ".join(name.split())[:40])
        else:
            columns.setdefault(field, place)
    missing = [name for name in ("external_id", "said_at") if name not in columns]
    if "text" not in columns and "stars" not in columns:
        missing.append("text")
    if missing:
        raise BadFile(
            _("Columns are missing: %(missing)s. The file has: %(found)s.")
            % {
                "missing": ", ".join(_USUAL[name] for name in missing),
                "found": ", ".join(" ".join(name.split())[:40] for name in header[:30]),
            }
        )
    if unknown := [name for name in unknown if name]:
        notes.append(_("Columns that were not used: %(names)s.") % {"names": ", ".join(unknown[:20])})
    return columns


# The first alias of each, as we would name the column.
_USUAL = {"external_id": "id", "said_at": "date", "text": "text / stars"}


def _field(name: str) -> str | None:
    folded = " ".join("".join(letter if letter.isalnum() else " " for letter in fold(name)).split())
    return _ALIASES.get(folded)


def _csv_cells(reader: Any, fed: "_Fed", columns: Mapping[str, int], width: int) -> Iterator[Numbered]:
    number = 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            unclosed = _(
                "a quotation mark is never closed, or a cell is longer than %(n)s characters: "
                "this and all later rows were left out"
            )
            yield number, Fault(field="", message=unclosed % {"n": LONGEST_CELL})
            return
        if fed.is_empty:
            unclosed = _("a quotation mark is never closed: this and all later rows were left out")
            yield number, Fault(field="", message=unclosed)
            return
        if not any(cells):
            continue
        if any(cells[width:]):
            yield number, Fault(field="", message=_("has more cells than the header has columns"))
            continue
        yield number, {name: cells[place] for name, place in columns.items() if place < len(cells)}


def _json_rows(lines: io.TextIOWrapper, names: dict[str, str]) -> Iterator[Numbered]:
    """Keeps in `names` what the row at hand calls each field: rows need not agree."""
    number = 0
    while line := lines.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            while line and not line.endswith("\n"):
                line = lines.readline(LONGEST_LINE)
            yield number, Fault(field="", message=_("the line is too long"))
        elif line.strip():
            names.clear()
            yield number, _json_row(line, names)


def _json_row(line: str, names: dict[str, str]) -> Mapping[str, Any] | Fault:
    try:
        given = json.loads(line)
    except RecursionError:
        return Fault(field="", message=_("the JSON is nested too deep"))
    except ValueError:
        return Fault(field="", message=_("is not a JSON object"))
    if not isinstance(given, dict):
        return Fault(field="", message=_("is not a JSON object"))
    named: dict[str, Any] = {}
    for key, value in given.items():
        field = key if key in FIELDS else _field(key)
        if field is not None and field not in named:
            named[field], names[field] = value, key[:40]
    return named


class _Fed:
    """The lines under a csv reader. `is_empty` beside a row: it asked for more, so a quote was still open."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.is_empty = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            return next(self._lines)
        except StopIteration:
            self.is_empty = True
            raise


class _KeptOpen(io.RawIOBase):
    """The file under a text layer that does not close it: an upload belongs to its request."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: Any) -> int:
        chunk = self._file.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)
