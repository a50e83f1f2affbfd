from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from reviews.records import BadRecord, ReviewRecord, parse

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)  # ten in the morning in Hà Nội
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
GOOD = {"external_id": "r1", "text": "Men đẹp", "stars": "5", "said_at": "2026-11-01"}


def read(**changes):
    return parse(GOOD | changes, now=NOW, zone=ZONE)


def faults(**changes):
    with pytest.raises(BadRecord) as caught:
        read(**changes)
    return {fault.field: str(fault.message) for fault in caught.value.faults}


def test_it_reads_an_ordinary_row():
    record = read(author="Lan", title="Đẹp", language="vi-VN", verified="có", incentivised="no")

    assert record == ReviewRecord(
        external_id="r1", text="Men đẹp", title="Đẹp", stars=5, author="Lan", language="vi",
        said_at=datetime(2026, 11, 1, tzinfo=ZONE), verified=True, incentivised=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "stars"),
    [("5", 5), ("5,0", 5), ("4.0", 4), ("1/5", 1), ("3 / 5", 3), (2, 2), (4.0, 4), ("", None), (None, None)],
)
def test_it_reads_stars_as_shops_write_them(written, stars):
    assert read(stars=written).stars == stars


@pytest.mark.parametrize(
    "written", ["11", "0", "6", "4.5", "4,5", "-1", "five", "５", "5e0", True, [5], {}, 10**40]
)
def test_it_refuses_other_stars(written):
    assert "stars" in faults(stars=written)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-03-31", datetime(2026, 3, 31, tzinfo=ZONE)),
        ("31/03/2026", datetime(2026, 3, 31, tzinfo=ZONE)),
        ("1.4.2026 8:05", datetime(2026, 4, 1, 8, 5, tzinfo=ZONE)),
        ("31-03-2026 23:59:59", datetime(2026, 3, 31, 23, 59, 59, tzinfo=ZONE)),
        ("2026-03-31T10:00:00Z", datetime(2026, 3, 31, 10, tzinfo=UTC)),
        ("2026-03-31 10:00:00+07:00", datetime(2026, 3, 31, 3, tzinfo=UTC)),
        ("2026-11-22T10:04:00+07:00", datetime(2026, 11, 22, 3, 4, tzinfo=UTC)),  # clocks differ a little
    ],
)
def test_it_reads_dates_in_the_zone_of_the_shop(written, moment):
    assert read(said_at=written).said_at == moment


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-23",
        "22/11/2026 10:06",
        "31/02/2026",
        "03/31/2026",
        "yesterday",
        "0001-01-01",
        "9999-12-31",
        1711843200,
        "２０２６-01-01",
    ],
)
def test_it_refuses_future_and_impossible_dates(written):
    assert "said_at" in faults(said_at=written)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("external_id", ""),
        ("external_id", "x" * 201),
        ("said_at", ""),
        ("text", "a" * 1_000_000),
        ("text", "a\x00b"),
        ("text", "half \ud800"),
        ("text", {"en": "nested"}),
        ("url", "javascript:alert(1)"),
        ("url", "ftp://example.com/1"),
        ("verified", "maybe"),
        ("incentivised", "perhaps"),
        ("author", "n" * 201),
    ],
)
def test_it_names_the_field_that_is_wrong(field, value):
    assert list(faults(**{field: value})) == [field]


def test_it_names_all_that_is_wrong_at_once():
    assert list(faults(stars="11", said_at="soon", url="x")) == ["said_at", "stars", "url"]


def test_it_needs_something_to_keep():
    assert list(faults(text="", stars="")) == ["text"]


def test_stars_alone_are_a_review():
    assert read(text="").text == ""


def test_the_digest_tells_an_edit_and_nothing_else():
    same = [read(url="https://example.com/1"), read(author="Somebody else"), read(text="Men đẹp")]

    assert {record.digest for record in same} == {read().digest}
    assert (
        len({read().digest, read(text="Men xấu").digest, read(stars="1").digest, read(title="!").digest}) == 4
    )


def test_decomposed_vietnamese_is_composed():
    """windows-1258 and macOS write a letter and its mark apart."""
    assert read(text="Me\u0302\u0300m").text == "M\u1ec1m"
