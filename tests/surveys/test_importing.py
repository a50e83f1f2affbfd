"""Answers that another program kept: read by row, taken in once, and counted as why they came."""

import csv
import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback import comments, forgotten, leases, tables, wallet
from feedback.models import Comment, Customer
from surveys import counting, given_elsewhere, importing, results
from surveys.given_elsewhere import BadRow
from surveys.models import Answer, AnswerImport, ImportedAnswer, Invitation, Response, Survey
from tests.factories import user

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOON = datetime(2026, 4, 30, 12, tzinfo=UTC)
HEAD = ["Response ID", "Person Email", "Score", "Comment", "Created At"]
LAN = ["r1", "lan@example.com", "9", "Giao hàng chậm quá.", "2026-03-31 14:05:06 UTC"]
MINH = ["r2", "", "0", "", "31/03/2026 14:05"]


def table(*rows, head=HEAD, delimiter=","):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([head, *rows])
    return out.getvalue().encode()


@pytest.fixture
def begin(the_shop, now):
    def begin(*rows, content=None, name="Delighted", scale="scale_10", why="invited", **more):
        return importing.begin(
            content or table(*rows, **more), file_name="x.csv", name=name, scale=scale, why=why,
            by=user("manager"), now=now,
        )  # fmt: skip

    return begin


@pytest.fixture
def take(begin, now):
    def take(*rows, **more):
        one = begin(*rows, **more)
        importing.take(one, by=one.made_by, now=now)
        while leases.run_once(importing.IMPORT, now):
            pass
        one.refresh_from_db()
        return one

    return take


@pytest.mark.parametrize(
    "head",
    [
        ["Response ID", "Person Email", "Score", "Comment", "Created At"],
        ["id", "email", "NPS Score", "Feedback", "Date"],
        ["Mã", "E-mail", "Điểm", "Nhận xét", "Ngày trả lời"],
        ["survey_response.id", "customer_email", "rating", "verbatim", "submitted_at"],
    ],
)
def test_it_knows_the_columns_of_other_programs(head):
    found = given_elsewhere.guess(head)

    if "survey_response.id" in head:
        head = head[1:]
        found = {name: place - 1 for name, place in found.items()} if "external_id" not in found else found
    assert {"email", "score", "comment", "said_at"} <= found.keys()


@pytest.mark.parametrize(
    ("cells", "faults"),
    [
        (["r", "", "11", "", "2026-01-01"], {("score", "not_a_score")}),
        (["r", "", "", "", "2026-01-01"], {("score", "missing")}),
        (["r", "", "7.5", "", "2026-01-01"], {("score", "not_a_score")}),
        (["r", "", "７", "", "2026-01-01"], {("score", "not_a_score")}),
        (["r", "", "9", "", ""], {("said_at", "missing")}),
        (["r", "", "9", "", "13/13/2026"], {("said_at", "not_a_moment")}),
        (["r", "", "9", "", "0001-01-01"], {("said_at", "not_a_moment")}),
        (["r", "", "9", "", "2990-01-01"], {("said_at", "in_future")}),
        (["r", "lan", "9", "", "2026-01-01"], {("email", "not_an_address")}),
        (["r", "", "9", "x" * 20_001, "2026-01-01"], {("comment", "too_long")}),
        (["r", "lan", "x", "", "x"], {("score", "not_a_score"), ("said_at", "not_a_moment"),
                                      ("email", "not_an_address")}),
        ([], {("score", "missing"), ("said_at", "missing")}),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_names_every_field(cells, faults):
    columns = given_elsewhere.guess(HEAD)

    with pytest.raises(BadRow) as bad:
        given_elsewhere.read(
            cells, columns, scale="scale_10", now=datetime(2026, 11, 1, tzinfo=UTC), zone=ZONE
        )

    assert {(fault.field, fault.key) for fault in bad.value.faults} == faults


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-03-31", datetime(2026, 3, 31, tzinfo=ZONE)),
        ("2026-03-31 14:05:06 UTC", datetime(2026, 3, 31, 14, 5, 6, tzinfo=UTC)),
        ("2026-03-31T14:05:06Z", datetime(2026, 3, 31, 14, 5, 6, tzinfo=UTC)),
        ("31/03/2026 14:05", datetime(2026, 3, 31, 14, 5, tzinfo=ZONE)),
        ("1774965906", datetime(2026, 3, 31, 14, 5, 6, tzinfo=UTC)),
    ],
)
def test_moments_as_other_programs_write_them(written, moment):
    row = given_elsewhere.read(
        ["r", "", "9", "", written], given_elsewhere.guess(HEAD), scale="scale_10",
        now=datetime(2026, 11, 1, tzinfo=UTC), zone=ZONE,
    )  # fmt: skip

    assert row.said_at == moment


@given(st.lists(st.text(max_size=30), max_size=8))
@settings(max_examples=200)
def test_any_row_is_read_or_refused(cells):
    columns = {"external_id": 0, "email": 1, "score": 2, "comment": 3, "said_at": 4, "language": 5}
    try:
        row = given_elsewhere.read(
            cells, columns, scale="stars", now=datetime(2026, 11, 1, tzinfo=UTC), zone=ZONE
        )
    except BadRow:
        return
    assert 1 <= row.score <= 5


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "empty"), (b" \n ", "empty"), (b"PK\x03\x04xx", "a_spreadsheet"), (b"\xff\xfea", "not_text"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_said(content, key):
    with pytest.raises(tables.NoTable) as error:
        tables.rows(content)

    assert error.value.key == key


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_in_any_encoding_and_with_any_sign(encoding, delimiter):
    words = "Hop ẩm" if encoding != "cp1258" else "Hộp".encode("cp1258", "ignore").decode("cp1258")
    content = table(["r", words], head=["id", "comment"], delimiter=delimiter).decode().encode(encoding)

    assert list(tables.rows(content)) == [["id", "comment"], ["r", words]]


def test_they_become_answers_of_a_survey_of_their_own(take):
    one = take(LAN, MINH)

    assert (one.state, one.created, one.refused, bytes(one.content)) == ("done", 2, 0, b"")
    survey = Survey.objects.get(slug="imported-delighted")
    assert survey.state == "closed"
    assert Response.objects.filter(state="finished").count() == 2
    said = Comment.objects.get()
    assert (said.why, said.channel, said.score, said.source) == ("invited", "survey", 9, survey.slug)
    found = results.of(survey, "en")
    nps = next(measured.score for measured in found.measured if measured.id == "score")
    assert (nps.name, nps.value, nps.n) == ("nps", 0, 2)
    assert found.figures.asked == 0
    assert found.figures.rate is None


def test_what_part_they_buy_with_us_is_noted_of_those_we_know(take):
    """S2-1: the newest word counts, whichever row it stands in; taken in twice, it is noted once."""
    lan = Customer.objects.create(name="Lan", email="lan@example.com", since=NOON)
    head = [*HEAD, "Share of wallet"]
    rows = [[*LAN, "40 %"], ["r3", *LAN[1:4], "2026-02-01 10:00:00 UTC", "90"], [*MINH, "10"],
            ["r4", *LAN[1:4], LAN[4], ""]]  # fmt: skip

    take(*rows, head=head), take(*rows, head=head)

    assert [(who, percent) for who, _day, percent in wallet.told().tolist()] == [(lan.pk, 90), (lan.pk, 40)]


@pytest.mark.parametrize(
    ("written", "share"), [("75", 75), ("75 %", 75), ("75%", 75), ("100,0", 100), ("0", 0), ("", None)]
)
def test_shares_as_other_programs_write_them(written, share):
    assert read_share(written).share == share


@pytest.mark.parametrize("written", ["101", "-1", ".75", "0.75", "half", "٣", "\x00"])
def test_what_is_no_share_is_named(written):
    with pytest.raises(BadRow) as bad:
        read_share(written)

    assert [(fault.field, fault.key) for fault in bad.value.faults] == [("share", "not_a_share")]


def read_share(written):
    columns = {"score": 0, "said_at": 1, "share": 2}
    cells = ["9", "2026-03-31", written]
    return given_elsewhere.read(cells, columns, scale="scale_10", now=NOON, zone=ZONE)


def test_the_comments_are_read_and_count_as_why_they_came(take):
    """S4-1."""
    take(LAN, why="unsolicited")
    comments.read_all()

    said = Comment.objects.get()
    assert said.analysis.problem == "late"
    assert said.why == "unsolicited"
    part = next(iter(counting.rest(Survey.objects.get().pk)))[0]
    assert (part.why, part.channel) == ("unsolicited", "imported")


def test_the_same_rows_again_add_nothing(take):
    take(LAN, MINH)

    again = take(LAN, MINH, ["r3", "", "5", "", "2026-01-01"], LAN)

    assert (again.created, again.unchanged) == (1, 3)
    assert Response.objects.count() == ImportedAnswer.objects.count() == 3
    assert Survey.objects.count() == 1


def test_without_ids_the_words_tell_rows_apart(take):
    head = ["Score", "Comment", "Date"]
    rows = [["9", "Tốt", "2026-01-01"], ["9", "Tốt", "2026-01-02"]]
    take(*rows, head=head)

    assert take(*rows, head=head).created == 0
    assert Response.objects.count() == 2


def test_a_bad_row_is_refused_by_itself(take):
    one = take(LAN, ["r9", "", "99", "", "2026-01-01"], MINH)

    assert (one.created, one.refused) == (2, 1)
    assert one.faults == [[3, "Score", "not_a_score"]]


def test_a_preview_writes_nothing(begin, now):
    one = begin(LAN, MINH, ["r9", "", "99", "", ""])

    seen = importing.preview(one, now)

    assert (seen.rows, seen.fine, seen.known, seen.refused) == (3, 2, 0, 1)
    assert [row.score for row in seen.shown] == [9, 0]
    assert (4, "Score", "not_a_score") in seen.faults
    assert Response.objects.count() == Survey.objects.count() == 0


def test_a_customer_we_know_is_found_and_nobody_is_made_one(take, now):
    lan = Customer.objects.create(name="Lan", email="lan@example.com", since=now)
    take(LAN, ["r5", "stranger@example.com", "3", "", "2026-01-01"])

    assert set(Invitation.objects.values_list("customer", flat=True)) == {lan.pk, None}
    assert Customer.objects.count() == 1


def test_whoever_was_erased_is_not_brought_back(take, now):
    """L15: the score counts, the words do not come."""
    forgotten.note(forgotten.What.EMAIL, ["lan@example.com"], None, now)

    take(LAN)

    assert Comment.objects.count() == 0
    assert Answer.objects.get().value == 9


def test_another_scale_under_the_same_name_is_refused(take, begin, now):
    take(LAN)
    other = begin(["r1", "", "5", "", "2026-01-01"], scale="stars")

    with pytest.raises(importing.NotAlike):
        importing.take(other, by=other.made_by, now=now)


def test_a_name_of_a_survey_of_ours_is_another_name(take, survey):
    assert take(LAN, name=survey.name).survey != survey


def test_it_goes_on_where_it_was_cut_off(begin, now, monkeypatch):
    """A worker that is killed between two batches leaves whole batches behind, and doubles nothing."""
    monkeypatch.setattr(importing, "BATCH", 3)
    rows = [[f"r{n}", "", str(n % 11), f"Lời {n}", "2026-01-01"] for n in range(10)]
    one = begin(*rows)
    importing.take(one, by=one.made_by, now=now)
    write, calls = importing._write, []

    def write_and_die(*args):
        calls.append(1)
        write(*args)
        if len(calls) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(importing, "_write", write_and_die)
    with pytest.raises(KeyboardInterrupt):
        leases.run_once(importing.IMPORT, now)
    assert AnswerImport.objects.get().place == Response.objects.count() == 6

    monkeypatch.setattr(importing, "_write", write)
    later = now + timedelta(minutes=10)
    while leases.run_once(importing.IMPORT, later):
        pass
    one.refresh_from_db()
    assert (one.state, one.created, one.rows) == ("done", 10, 10)
    assert Response.objects.count() == 10


def test_a_file_nobody_took_is_not_kept(begin, now):
    begin(LAN)

    leases.run_once(importing.IMPORT, now + timedelta(hours=25))

    assert AnswerImport.objects.count() == 0


def test_many_rows_take_few_statements(begin, now, django_assert_max_num_queries):
    rows = [[f"r{n}", "", str(n % 11), f"Lời {n}", "2026-01-01"] for n in range(200)]
    one = begin(*rows)
    importing.take(one, by=one.made_by, now=now)

    with django_assert_max_num_queries(40):
        leases.run_once(importing.IMPORT, now)
    assert Response.objects.count() == 200
