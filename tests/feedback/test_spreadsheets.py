import io
import zipfile
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from feedback import spreadsheets
from feedback.spreadsheets import harmless, streamed_workbook

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.mark.parametrize("text", ["+1", "-1", "@sum", "=1", "\t=1"])
def test_it_makes_a_formula_a_text(text):
    assert harmless(text) == f"'{text}"
    assert harmless(-1) == -1


def read(whole):
    """The cells, as a reader of the format finds them."""
    with zipfile.ZipFile(io.BytesIO(whole)) as book:
        assert book.testzip() is None
        for name in book.namelist():
            ElementTree.fromstring(book.read(name))
        root = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert not list(root.iter(f"{SHEET}f"))
    return [["".join(cell.itertext()) for cell in row] for row in root.iter(f"{SHEET}row")]


def test_a_streamed_workbook_is_a_workbook():
    """LD6: numbers stay numbers, texts texts; no formula, nothing that XML cannot hold."""
    rows = [
        ["câu", "điểm"], ["=1+1", 9], [" <b>&\x0b\ud800\ufffe ", Decimal("2.50")], ["", True],
        ["x" * 40_000, -1],
    ]  # fmt: skip

    found = read(b"".join(streamed_workbook(rows)))

    assert found[:4] == [["câu", "điểm"], ["=1+1", "9"], [" <b>& ", "2.50"], ["", "True"]]
    assert (len(found[4][0]), found[4][1]) == (32_767, "-1")


def test_it_comes_piece_by_piece():
    """The first before the last row is asked for; none of them is kept."""
    asked = []

    def rows():
        for number in range(5_000):
            asked.append(number)
            yield [number, f"chén {number} " * 9]

    pieces = streamed_workbook(rows())

    assert next(pieces).startswith(b"PK")
    assert not asked
    assert next(pieces) is not None
    assert len(asked) == 1
    whole = list(pieces)
    assert len(whole) > 20
    assert max(map(len, whole)) < 100_000


def test_it_ends_where_a_sheet_ends(monkeypatch):
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 3)

    assert len(read(b"".join(streamed_workbook([[n] for n in range(9)])))) == 3


def test_a_telephone_number_can_be_called():
    assert harmless("+84912345678") == "+84912345678"


@pytest.mark.parametrize("text", ["+84912345678+1", "+0912345678", "+84 912 345", "+123", "-84912345678"])
def test_what_could_be_reckoned_is_no_telephone_number(text):
    assert harmless(text) == f"'{text}"
