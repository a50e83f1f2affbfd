"""Tables for a spreadsheet, as CSV and XLSX, in which no cell starts a formula. Plain Python."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

import xlsxwriter

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: object) -> object:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell


def as_workbook(rows: Iterable[Sequence[Any]]) -> IO[bytes]:
    """One sheet, written as the rows come. Who sends the file closes it."""
    out = TemporaryFile()  # noqa: SIM115
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            if isinstance(cell, int | float | Decimal):
                sheet.write_number(number, place, float(cell))
            else:
                sheet.write_string(number, place, str(cell))
    book.close()
    out.seek(0)
    return out
