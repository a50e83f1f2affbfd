"""Tables to take along: as CSV, as a plain workbook, as a workbook with charts."""

import csv
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

from feedback import workbooks
from feedback.spreadsheets import MEDIA_TYPE, as_workbook, harmless

Rows = Iterable[Iterable[Any]]  # the head first; None: an empty cell
Write = Callable[[Rows, str], HttpResponseBase]  # csv_of or xlsx_of


def csv_of(rows: Rows, name: str) -> StreamingHttpResponse:
    """With the mark by which Excel knows UTF-8; no cell starts a formula. `name`: of the file, without its
    ending."""
    writer = csv.writer(_Echo())
    return StreamingHttpResponse(
        (writer.writerow([harmless(cell) for cell in row]) for row in rows),
        content_type="text/csv; charset=utf-8",
        headers=_named(name, "csv"),
    )


def xlsx_of(rows: Rows, name: str) -> FileResponse:
    """The same lines on one sheet."""
    return FileResponse(as_workbook(rows), content_type=MEDIA_TYPE, headers=_named(name, "xlsx"))


def workbook_of(sheets: Sequence[workbooks.Sheet], name: str) -> FileResponse:
    return FileResponse(workbooks.as_file(sheets), content_type=MEDIA_TYPE, headers=_named(name, "xlsx"))


def _named(name: str, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}


class _Echo:
    """Gives back what is written: the first time with the mark."""

    def __init__(self) -> None:
        self.mark = "\ufeff"

    def write(self, line: str) -> str:
        mark, self.mark = self.mark, ""
        return mark + line
