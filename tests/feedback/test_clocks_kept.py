"""S1-7, L11, S0-6: which clocks were kept, by channel, person, severity and month."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from feedback import shop
from feedback.models import Case, Promise
from feedback.reports import clocks_kept
from feedback.reports.clocks_kept import Clock
from tests import factories

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 16, 3, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _shop():
    factories.a_shop()
    yield
    shop.forget()


def told(channel="email", **columns):
    columns = {
        "opened_at": MONDAY, "acknowledge_by": MONDAY + HOUR, "answer_by": MONDAY + 4 * HOUR,
        "due_on": date(2026, 11, 18),
    } | columns  # fmt: skip
    return factories.case(factories.read_comment(channel=channel), **columns)


def found(now=NOW):
    return clocks_kept.report(date(2026, 11, 1), date(2026, 11, 30), now)


def tally(clock, line=None):
    one = (line or found().all).tallies[clock]
    return one.kept, one.late, one.running


@pytest.mark.parametrize(
    ("clock", "columns", "expected"),
    [
        ("acknowledged", {"acknowledged_at": MONDAY + HOUR}, (1, 0, 0)),
        ("acknowledged", {"acknowledged_at": MONDAY + 2 * HOUR}, (0, 1, 0)),
        ("acknowledged", {"answered_at": MONDAY}, (1, 0, 0)),  # who is answered knows that we have it
        ("acknowledged", {}, (0, 1, 0)),
        ("acknowledged", {"acknowledge_by": NOW + HOUR}, (0, 0, 1)),
        ("acknowledged", {"acknowledge_by": None}, (0, 0, 0)),
        ("answered", {"answered_at": MONDAY + 4 * HOUR}, (1, 0, 0)),
        ("answered", {"answered_at": MONDAY + 5 * HOUR}, (0, 1, 0)),
        ("answered", {}, (0, 1, 0)),
        ("answered", {"answer_by": NOW}, (0, 0, 1)),
        # Six in the afternoon of the last day in UTC is the day after in the shop.
        ("settled", {"state": "resolved", "resolved_at": datetime(2026, 11, 18, 16, tzinfo=UTC)}, (1, 0, 0)),
        ("settled", {"state": "resolved", "resolved_at": datetime(2026, 11, 18, 18, tzinfo=UTC)}, (0, 1, 0)),
        # Closed without being solved: in no share, and late where its day had passed before.
        ("settled", {"state": "closed", "closed_at": MONDAY}, (0, 0, 0)),
        ("settled", {"state": "closed", "closed_at": NOW}, (0, 1, 0)),
        ("settled", {"state": "closed", "closed_at": NOW, "resolved_at": MONDAY}, (1, 0, 0)),
        ("settled", {}, (0, 1, 0)),
        ("settled", {"due_on": date(2026, 11, 20)}, (0, 0, 1)),
        ("settled", {"due_on": None}, (0, 0, 0)),
    ],
)
def test_each_clock_is_kept_late_or_running(clock, columns, expected):
    told(**columns)

    assert tally(Clock(clock)) == expected


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"asked_at": datetime(2026, 11, 18, 3, tzinfo=UTC)}, (1, 0, 0)),
        ({"asked_at": datetime(2026, 11, 19, 3, tzinfo=UTC)}, (0, 1, 0)),
        ({}, (0, 1, 0)),
        ({"call_back_on": date(2026, 11, 20)}, (0, 0, 1)),
        ({"state": "withdrawn", "settled_at": NOW}, (0, 0, 0)),
    ],
)
def test_a_call_back_is_kept_on_its_day(columns, expected):
    """S0-6"""
    who = factories.user()
    columns = {"call_back_on": date(2026, 11, 18), "by_when": date(2026, 11, 17)} | columns
    more = {"told_via": "known", "settled_by": who} if "settled_at" in columns else {}
    Promise.objects.create(case=told(), who=who, what="A new cup", made_at=MONDAY, **more, **columns)

    assert tally(Clock.CALLED_BACK) == expected


def test_it_is_told_apart_by_channel_person_severity_and_month():
    mai = factories.user(name="Mai")
    told(owner=mai, answered_at=MONDAY)
    told("letter", severity="serious", opened_at=datetime(2026, 10, 31, 18, tzinfo=UTC))

    report = found()

    assert {line.name for line in report.channels} == {"email", "letter"}
    assert {line.name for line in report.people} == {"Mai", None}
    assert [line.name for line in report.severities] == ["ordinary", "serious"]
    assert [line.name for line in report.months] == [date(2026, 11, 1)]  # the shop's own day


def test_joined_cases_and_other_days_are_not_counted():
    first = told()
    second = told(state="closed", closed_at=NOW)
    Case.objects.filter(pk=second.pk).update(joined_to=first)
    told(opened_at=datetime(2026, 10, 31, 16, tzinfo=UTC))

    assert tally(Clock.ANSWERED) == (0, 1, 0)


def test_below_five_no_share_is_named():
    for _ in range(4):
        told(answered_at=MONDAY)
    assert found().all.tallies[Clock.ANSWERED].share is None

    told()

    assert found().all.tallies[Clock.ANSWERED].share == 0.8


def test_it_asks_no_more_for_more(django_assert_num_queries):
    for channel in ("email", "letter", "phone"):
        told(channel, owner=factories.user())

    with django_assert_num_queries(8):
        found()


@pytest.fixture
def manager(client):
    client.force_login(factories.user("manager", "Huy"))
    client.cookies["django_language"] = "en"
    return client


def test_page_and_file_tell_the_same(manager):
    now = timezone.now()
    for number in range(10):
        told(opened_at=now - 9 * HOUR, answer_by=now - HOUR, answered_at=now - 2 * HOUR if number else None)

    page = manager.get(reverse("clocks_kept")).content.decode()
    text = manager.get(reverse("clocks_kept_csv")).getvalue().decode("utf-8-sig")

    assert "9 / 10" in page
    line = next(
        row for row in csv.DictReader(io.StringIO(text)) if (row["by"], row["clock"]) == ("all", "answered")
    )
    assert (line["kept"], line["late"], line["share"]) == ("9", "1", "0.9")
    assert manager.get(reverse("clocks_kept_xlsx")).getvalue()[:2] == b"PK"


@pytest.mark.parametrize("name", ["clocks_kept", "clocks_kept_csv", "clocks_kept_xlsx"])
def test_a_filter_that_cannot_be_used_is_told(manager, name):
    assert manager.get(reverse(name), {"from": "yesterday"}).status_code == 400


def test_an_empty_shop_has_a_page(manager):
    assert "No complaint was told in this time" in manager.get(reverse("clocks_kept")).content.decode()
