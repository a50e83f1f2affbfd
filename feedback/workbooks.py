"""RULE: tables and the charts beneath them as a workbook that spreadsheets open. Plain Python.

The charts are the workbook's own: they follow its cells. No cell starts a formula.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from tempfile import TemporaryFile
from typing import IO, Any

import xlsxwriter

from feedback.spreadsheets import LONGEST_CELL

LONGEST_NAME = 31  # letters of a sheet's name
MOST_LINES = 6  # in one chart
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_WIDTH, _HEIGHT, _ROWS_OF_A_CHART = 760, 380, 20  # pixels; rows that it covers
# Light enough for white paper, apart enough for eyes that see few colours: as app.css has them.
_COLOURS = ("#0f6b66", "#b45309", "#6d28d9", "#1f2937", "#64748b", "#9a3412")
_DASHES = ("solid", "dash", "round_dot", "long_dash", "dash_dot", "square_dot")
_MARKERS = ("circle", "square", "triangle", "diamond", "x", "star")


class Kind(StrEnum):
    LINE = "line"
    STACKED = "stacked"  # columns, one upon the other
    BARS = "bars"  # lying, one upon the other


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Of the sheet that it stands on. `columns`: places of the columns drawn, the first one is 0; each is
    called by its head. `labels`: the column that names the rows. `rows`: how many of them, from the first;
    None: all. `low`, `high`: columns with how far an interval reaches below and above."""

    kind: Kind
    title: str
    columns: Sequence[int]
    labels: int = 0
    rows: int | None = None
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`head`: a name for each column; `rows`: texts, numbers, days, None for what is not known."""

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    charts: Sequence[Chart] = field(default=())


def as_file(sheets: Sequence[Sheet]) -> IO[bytes]:
    """Who sends the file closes it. Names of sheets must differ."""
    out = TemporaryFile()  # noqa: SIM115
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for one in sheets:
        _write(book, one, bold, day)
    book.close()
    out.seek(0)
    return out


def _write(book: Any, one: Sheet, bold: Any, day: Any) -> None:
    name = one.name.translate(_NOT_IN_NAMES).strip("' ")[:LONGEST_NAME]
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, max(len(one.head) - 1, 1), 13)
    for place, words in enumerate(one.head):
        sheet.write_string(0, place, words[:LONGEST_CELL], bold)
    for number, row in enumerate(one.rows, 1):
        for place, cell in enumerate(row):
            _cell(sheet, number, place, cell, day)
    beneath = len(one.rows) + 2
    for number, chart in enumerate(one.charts):
        rows = len(one.rows) if chart.rows is None else min(chart.rows, len(one.rows))
        if rows and chart.columns:
            drawn = _drawn(book, name, chart, rows)
            options = {"description": chart.title, "object_position": 2}
            sheet.insert_chart(beneath + number * _ROWS_OF_A_CHART, 0, drawn, options)


def _cell(sheet: Any, row: int, place: int, cell: Any, day: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal | date):
        sheet.write_string(row, place, str(cell)[:LONGEST_CELL])
    elif isinstance(cell, date):
        sheet.write_datetime(row, place, cell, day)
    else:
        sheet.write_number(row, place, float(cell))


def _drawn(book: Any, sheet: str, one: Chart, rows: int) -> Any:
    kind = {
        Kind.LINE: {"type": "line"},
        Kind.STACKED: {"type": "column", "subtype": "stacked"},
        Kind.BARS: {"type": "bar", "subtype": "stacked"},
    }[one.kind]
    chart = book.add_chart(kind)
    for number, column in enumerate(one.columns[:MOST_LINES]):
        series: dict[str, Any] = {
            "name": [sheet, 0, column],
            "categories": [sheet, 1, one.labels, rows, one.labels],
            "values": [sheet, 1, column, rows, column],
            **_look(one.kind, number % MOST_LINES),
        }
        if one.low is not None and one.high is not None:
            series["x_error_bars" if one.kind is Kind.BARS else "y_error_bars"] = _ends(sheet, one, rows)
        chart.add_series(series)
    chart.set_title({"name": one.title, "name_font": {"size": 12}, "overlay": False})
    chart.set_size({"width": _WIDTH, "height": max(_HEIGHT, 24 * rows + 120 if one.kind is Kind.BARS else 0)})
    chart.set_legend({"position": "bottom"} if len(one.columns) > 1 else {"none": True})
    if one.kind is Kind.BARS:
        chart.set_y_axis({"reverse": True})  # the first row on top
    return chart


def _look(kind: Kind, number: int) -> dict[str, Any]:
    """Dashes and marks, or a pattern, as well as a colour: it may be printed, or seen without colours."""
    colour = _COLOURS[number]
    if kind is Kind.LINE:
        return {
            "line": {"color": colour, "width": 2, "dash_type": _DASHES[number]},
            "marker": {
                "type": _MARKERS[number],
                "size": 6,
                "fill": {"color": colour},
                "border": {"color": colour},
            },
        }
    pattern = (None, "wide_upward_diagonal", "small_grid", "light_horizontal", "dotted_diamond", "sphere")[
        number
    ]
    if pattern is None:
        return {"fill": {"color": colour}, "gap": 60}
    return {"pattern": {"pattern": pattern, "fg_color": colour, "bg_color": "white"}, "gap": 60,
            "border": {"color": colour}}  # fmt: skip


def _ends(sheet: str, one: Chart, rows: int) -> dict[str, Any]:
    def of(column: int | None) -> str:
        assert column is not None
        letters = xlsxwriter.utility.xl_col_to_name(column, col_abs=True)
        return f"='{sheet}'!{letters}$2:{letters}${rows + 1}"

    return {"type": "custom", "plus_values": of(one.high), "minus_values": of(one.low)}
