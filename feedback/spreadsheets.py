"""Tables for a spreadsheet, as CSV and XLSX, in which no cell starts a formula. Plain Python."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any, cast
from xml.sax.saxutils import escape

import xlsxwriter

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_TELEPHONE = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164: nothing in it can be reckoned


def harmless(cell: object) -> object:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front. Numbers stay, and so do
    telephone numbers of that form (+84912345678), which other programs are to call."""
    if not isinstance(cell, str) or not cell.startswith(_FORMULA_STARTS) or _TELEPHONE.fullmatch(cell):
        return cell
    return f"'{cell}"


def as_workbook(rows: Iterable[Iterable[Any]]) -> IO[bytes]:
    """One sheet, written as the rows come; None is an empty cell. Who sends the file closes it."""
    out = TemporaryFile()  # noqa: SIM115
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            if isinstance(cell, int | float | Decimal):
                sheet.write_number(number, place, float(cell))
            elif cell is not None:
                sheet.write_string(number, place, str(cell))
    book.close()
    out.seek(0)
    return out


def streamed_workbook(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The same as it comes, for a hundred thousand rows: xlsxwriter gives nothing away before the last one.

    One sheet without styles (ECMA-376: inline strings); a text stays a text, whatever it begins with.
    """
    sink = _Sink()
    with zipfile.ZipFile(cast(IO[bytes], sink), "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in _PARTS.items():
            book.writestr(name, content)
        yield sink.taken()
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(_BEGIN)
            for number, row in enumerate(rows):
                if number >= MOST_ROWS:
                    break
                sheet.write(f"<row>{''.join(map(_cell, row))}</row>".encode())
                if number % _ROWS_AT_ONCE == 0:
                    yield sink.taken()
            sheet.write(_END)
    yield sink.taken()


def _cell(cell: Any) -> str:
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        return f"<c><v>{cell}</v></c>"
    text = escape(_UNFIT.sub("", str(cell))[:LONGEST_CELL])
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


class _Sink(io.RawIOBase):
    """A file that only goes forward; `taken` gives what was written since the last time."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: Any, /) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def taken(self) -> bytes:
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole


MOST_ROWS = 1_048_576  # of a sheet
LONGEST_CELL = 32_767  # characters
_ROWS_AT_ONCE = 200
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # no letters of XML
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
_BEGIN = f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode()
_END = b"</sheetData></worksheet>"
