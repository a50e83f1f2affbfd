"""Files of telephone systems and help desks, as people and programs write them."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from feedback.contacting.tables import (
    BadRow,
    Plan,
    Scale,
    guess,
    guess_scale,
    kind_of,
    read,
    read_hour,
    seconds,
)

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 29, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "is_seconds"),
    [
        ("45", 45),
        ("45s", 45),
        ("45 giây", 45),
        ("45.7", 45),
        ("2:05", 125),
        ("0:02:05", 125),
        ("01:00:00", 3600),
        ("2 min", 120),
        ("2 phút", 120),
        ("2 phút 5", 125),
        ("2:75", None),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_a_wait_is_read_as_it_is_written(written, is_seconds):
    assert seconds(written) == is_seconds


def row(scale=Scale.YES_NO, day_first=True, **cells):
    columns = {name: place for place, name in enumerate(cells)}
    return read(
        list(cells.values()), Plan(columns=columns, scale=scale, day_first=day_first), now=NOW, zone=ZONE
    )


@pytest.mark.parametrize(
    ("written", "scale", "is_satisfied"),
    [
        ("có", "yes_no", True),
        ("Hài lòng", "yes_no", True),
        ("khong", "yes_no", False),
        ("Không hài lòng", "yes_no", False),
        ("1", "yes_no", True),
        ("0", "yes_no", False),
        ("", "yes_no", None),
        ("N/A", "yes_no", None),
        ("neutral", "yes_no", None),
        ("1", "five", False),
        ("4", "five", True),
        ("5/5", "five", True),
        ("3 sao", "five", False),
        ("good", "five", True),
        ("7", "ten", False),
        ("8/10", "ten", True),
    ],
)
def test_satisfaction_is_read_by_its_scale(written, scale, is_satisfied):
    """A 1 is a yes, or the worst of five."""
    assert row(scale, at="2026-11-02 09:30", satisfied=written).satisfied is is_satisfied


@pytest.mark.parametrize(
    ("cells", "field", "key"),
    [
        ({"at": ""}, "at", "missing"),
        ({"at": "yesterday"}, "at", "not_a_moment"),
        ({"at": "31/02/2026 10:00"}, "at", "not_a_moment"),
        ({"at": "01/01/1970"}, "at", "too_long_ago"),
        ({"at": "2027-01-01"}, "at", "in_future"),
        ({"channel": "pigeon"}, "channel", "unknown_channel"),
        ({"waited": "soon"}, "waited", "not_a_wait"),
        ({"waited": "25:00:00"}, "waited", "too_long_a_wait"),
        ({"satisfied": "perhaps"}, "satisfied", "not_yes_or_no"),
        ({"satisfied": "7"}, "satisfied", "not_yes_or_no"),
        ({"reason": "x" * 81}, "reason", "too_long"),
        ({"external_id": "x" * 121}, "external_id", "too_long"),
    ],
)
def test_it_names_the_field_that_cannot_be(cells, field, key):
    with pytest.raises(BadRow) as bad:
        row(**{"at": "2026-11-02 09:30"} | cells)

    assert [(fault.field, fault.key) for fault in bad.value.faults] == [(field, key)]


def test_a_whole_row_in_vietnamese():
    header = [
        "Ngày giờ",
        "Kênh",
        "Lý do",
        "Thời gian chờ",
        "Hài lòng",
        "Mã cuộc gọi",
        "Nhân viên",
        "Chiều gọi",
    ]
    columns = guess(header, "contacts")
    cells = ["02/11/2026 09:30", "Điện thoại", "Giao hàng", "1:10", "Có", "C-7", "bao", "Gọi ra"]

    found = read(cells, Plan(columns=columns), now=NOW, zone=ZONE)

    assert len(columns) == len(header)
    assert found.at == datetime(2026, 11, 2, 9, 30, tzinfo=ZONE)
    assert (found.channel, found.reason, found.waited, found.satisfied) == ("phone", "Giao hàng", 70, True)
    assert (found.external_id, found.agent, found.is_outgoing) == ("C-7", "bao", True)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (["time", "reason", "satisfied"], "contacts"),
        (["start time", "queue", "wait time", "agent"], "contacts"),
        (["hour", "people"], "hours"),
        (["Giờ", "Số người", "Chi nhánh"], "hours"),
        (["created", "agent", "csat", "ticket id"], "contacts"),
    ],
)
def test_it_tells_calls_from_staffed_hours_by_their_columns(header, kind):
    assert kind_of(header) == kind


@pytest.mark.parametrize(
    ("said", "scale"), [(["1", "0", ""], "yes_no"), (["5", "1"], "five"), (["9"], "ten"), ([], "yes_no")]
)
def test_the_scale_is_told_by_its_largest_figure(said, scale):
    assert guess_scale(said) == scale


@pytest.mark.parametrize(("people", "found"), [("3", "3"), ("1,5", "1.5"), ("0", "0")])
def test_a_staffed_hour(people, found):
    columns = {"at": 0, "people": 1}

    hour = read_hour(["2026-12-24 10:00", people], Plan(columns=columns), now=NOW, zone=ZONE)

    assert hour.people == Decimal(found)


@pytest.mark.parametrize("people", ["", "many", "-1", "1e9", "NaN", "1_000"])
def test_a_staffed_hour_needs_a_number_of_people(people):
    with pytest.raises(BadRow):
        read_hour(["2026-11-02 10:00", people], Plan(columns={"at": 0, "people": 1}), now=NOW, zone=ZONE)
