"""Workbooks: the charts are there, they point at their cells, and no cell is a formula."""

from datetime import date

import pytest

from feedback.workbooks import Chart, Kind, Sheet, as_file
from tests import workbook

ROWS = [["1/11", date(2026, 11, 1), 3, 1.5], ["=2+2", date(2026, 11, 8), 5, None]]
CHARTS = [
    Chart(kind=Kind.LINE, title="How often", columns=[2, 3]),
    Chart(kind=Kind.BARS, title="How surely", columns=[2], rows=1, low=3, high=3),
]


@pytest.fixture
def book():
    head = ["From", "Day", "Late", "Broken"]
    with as_file([Sheet(name="Over [time]", head=head, rows=ROWS, charts=CHARTS)]) as file:
        return file.read()


def test_its_cells_are_those_of_the_table(book):
    assert workbook.sheets(book) == {
        "Over  time": [
            ["From", "Day", "Late", "Broken"],
            ["1/11", date(2026, 11, 1), 3, 1.5],
            ["=2+2", date(2026, 11, 8), 5, ""],
        ]
    }


def test_the_charts_follow_the_cells(book):
    sheet = "'Over  time'!"
    line, bars = workbook.charts(book)

    assert f"{sheet}$C$2:$C$3" in line
    assert f"{sheet}$D$2:$D$3" in line
    assert f"{sheet}$C$2" in bars
    assert f"{sheet}$D$2:$D$2" in bars  # the interval


def test_lines_differ_by_their_dashes_too(book):
    assert 'prstDash val="dash"' in workbook.part(book, "xl/charts/chart1.xml")


def test_no_cell_is_a_formula(book):
    assert "<f>" not in workbook.part(book, "xl/worksheets/sheet1.xml")


def test_each_chart_says_what_it_shows(book):
    """For those who do not see it."""
    drawing = workbook.part(book, "xl/drawings/drawing1.xml")

    assert 'descr="How often"' in drawing
    assert 'descr="How surely"' in drawing
