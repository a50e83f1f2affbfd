import codecs
import io
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from reviews import files

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HEADER = "id,text,stars,date\n"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def sheet(content):
    raw = content if isinstance(content, bytes) else content.encode()
    return files.read(io.BytesIO(raw), now=NOW, zone=ZONE)


def rows(content):
    return list(sheet(content).rows)


def faults(content):
    return [(row.number, fault.field, str(fault.message)) for row in rows(content) for fault in row.faults]


def refusal(content):
    with pytest.raises(files.BadFile) as caught:
        rows(content)
    return str(caught.value.message)


@pytest.mark.parametrize(
    "header",
    [
        "id,text,stars,date",
        "review_id;content;rating;created_at",
        "Mã;Nội dung;Số sao;Ngày",
        "MÃ ĐÁNH GIÁ\tNhận xét\tSao\tThời gian",
        '"external_id","body","Star Rating","published at"',
    ],
)
def test_it_knows_columns_by_their_usual_names(header):
    separator = next(sign for sign in ";\t," if sign in header)
    content = f"{header}\n" + separator.join(["r1", "Men đẹp", "5", "31/10/2026"])

    (row,) = rows(content)

    assert (row.number, row.record.external_id, row.record.text, row.record.stars) == (2, "r1", "Men đẹp", 5)


@pytest.mark.parametrize(
    "encode",
    [
        str.encode,
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("\n", "\r\n").encode(),
    ],
    ids=["utf-8", "byte-order mark", "utf-16", "windows line ends"],
)
def test_it_reads_the_usual_encodings(encode):
    (row,) = rows(encode(HEADER + "r1,Giao trễ quá,2,2026-10-31\n"))

    assert row.record.text == "Giao trễ quá"


def test_windows_1258_is_read_composed_and_said():
    decomposed = HEADER + "r1,Ấm bị vỡ,1,2026-10-31\n"
    apart = {"Ấ": "Â\u0301", "ị": "i\u0323", "ỡ": "ơ\u0303"}
    raw = "".join(apart.get(letter, letter) for letter in decomposed).encode("cp1258")

    taken = sheet(raw)

    assert next(taken.rows).record.text == "Ấm bị vỡ"
    assert "windows-1258" in str(taken.notes[0])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "empty"),
        ("\n \n", "empty"),
        ("PK\x03\x04…", "spreadsheet"),
        (b"id,text\n\x8d\x8e\xff\x90", "UTF-8"),
        ("[{}]", "JSON list"),
        ("id,comment\nr1,x", "date"),
        ("text,stars\nx,1", "id, date"),
        ("id,date\nr1,2026-01-01", "text / stars"),
    ],
)
def test_it_says_why_a_file_cannot_be_used(content, says):
    assert says in refusal(content)


def test_it_names_row_and_field():
    content = HEADER + 'r1,Tốt,11,2026-10-31\nr2,"dòng một\ndòng hai",5,2026-10-31\nr3,Tốt,5,2027-01-01\n'

    assert [(number, field) for number, field, _ in faults(content)] == [(2, "stars"), (4, "date")]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("r1," + "a" * 1_000_000 + ",5,2026-10-31", "text"),
        ("r1,a\x00b,5,2026-10-31", "text"),
        ("r1,x,5,2026-10-31,more,cells", ""),
        (",x,5,2026-10-31", "id"),
        ("r1,x", "date"),
        ('r1,"never closed,5,2026-10-31' + "\nr2,x,5,2026-10-31" * 120_000, ""),
    ],
    ids=["1 MB cell", "NUL", "too many cells", "no id", "too few cells", "open quote"],
)
def test_a_bad_row_is_an_error_of_its_own(line, field):
    found = faults(HEADER + line + "\n")

    assert [name for _number, name, _message in found] == [field]


def test_a_quote_that_is_never_closed_does_not_swallow_the_rows_after_it():
    content = HEADER + 'a1,ok,5,2026-11-01\na2,"open,2,2026-11-01\na3,fine,2,2026-11-01\n'

    found = rows(content)

    assert [row.record is not None for row in found] == [True, False]
    assert "never closed" in faults(content)[0][2]


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_the_last_row_may_end_as_it_likes(end):
    assert [row.record.text for row in rows(HEADER + 'a1,"two\nlines",5,2026-11-01' + end)] == ["two\nlines"]


def test_it_calls_a_column_as_the_file_does():
    content = "Mã;Nội dung;Số sao;Ngày\nr1;Tốt;11;hôm qua\n"

    assert [field for _number, field, _ in faults(content)] == ["Ngày", "Số sao"]


def test_a_formula_is_a_text():
    (row,) = rows(HEADER + '"r1","=HYPERLINK(""http://evil.example"")",5,2026-10-31\n')

    assert row.record.text == '=HYPERLINK("http://evil.example")'


def test_the_same_row_twice_is_harmless_and_another_one_is_not():
    content = HEADER + "r1,Tốt,5,2026-10-31\nr1,Tốt,5,2026-10-31\nr1,Xấu,1,2026-10-31\n"

    assert [(number, field) for number, field, _ in faults(content)] == [(4, "id")]
    assert len(rows(content)) == 3


def test_it_says_which_columns_it_did_not_use():
    taken = sheet("id,text,stars,date,helpful votes\nr1,Tốt,5,2026-10-31,7\n")

    assert "helpful votes" in str(taken.notes[0])


def test_it_reads_a_json_object_per_line():
    lines = [
        {
            "external_id": "r1",
            "text": "Men đẹp",
            "stars": 5,
            "said_at": "2026-10-31T08:00:00+07:00",
            "verified": True,
        },
        {"id": 2, "comment": "Trễ", "rating": "1,0", "created_at": "31/10/2026"},
    ]

    first, second = rows("\n\n".join(json.dumps(line) for line in lines))

    assert (first.record.verified, second.record.external_id, second.record.stars) == (True, "2", 1)
    assert second.number == 3


@pytest.mark.parametrize(
    "line",
    [
        "[" * 100_000 + "]" * 100_000,
        '{"id":' * 100_000,
        "{",
        "null",
        '"text"',
        "NaN",
        '{"id": 1' + "0" * 5000 + "}",
        '{"text": "' + "x" * 5_000_000 + '"}',
        '{"id": "r1", "text": "\\u0000", "said_at": "2026-10-31"}',
        '{"id": "r1", "text": "\\ud800", "said_at": "2026-10-31"}',
        '{"id": ["r1"], "text": "x", "said_at": "2026-10-31"}',
        '{"id": "r1", "text": "x", "stars": {"value": 5}, "said_at": "2026-10-31"}',
    ],
)
def test_a_bad_line_is_an_error_of_its_own(line):
    good = '{"id": "good", "text": "Tốt", "said_at": "2026-10-31"}'

    first, bad, last = rows(f"{good}\n{line}\n{good}\n")

    assert (first.record.external_id, last.record.external_id) == ("good", "good")
    assert bad.number == 2
    assert bad.faults


def test_it_reads_the_rows_as_they_are_asked_for():
    endless = HEADER + "r1,Tốt,5,2026-10-31\n" * 50_000
    file = io.BytesIO(endless.encode())

    next(files.read(file, now=NOW, zone=ZONE).rows)

    assert file.tell() < len(endless) / 2


def test_it_calls_a_key_as_its_line_does():
    lines = [
        '{"id": "r1", "rating": 11, "date": "2026-10-31"}',
        '{"id": "r2", "sao": 11, "date": "2026-10-31"}',
    ]

    assert [field for _number, field, _ in faults("\n".join(lines))] == ["rating", "sao"]


def test_it_says_how_long_a_cell_may_be():
    (fault,) = faults(HEADER + "r1," + "a" * 3_000_000 + ",5,2026-10-31\n")

    assert "longer than 2000000 characters" in fault[2]
