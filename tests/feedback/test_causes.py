"""S1-15, S1-13: what complaints come from, and whether what was done about it helped."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from feedback import shop
from feedback.models import Improvement
from feedback.reports import causes
from tests import factories

pytestmark = pytest.mark.django_db
ENDED = datetime(2026, 11, 16, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _shop():
    factories.a_shop()
    yield
    shop.forget()


def ended(cause="process", reason="late", **columns):
    columns = {"state": "resolved", "resolved_at": ENDED, "root_cause": cause, "reason": reason} | columns
    return factories.case(factories.read_comment(channel="email"), **columns)


def planned(cause="process", problem="late", **columns):
    boss = factories.user("manager", "Huy")
    columns = {"due_on": date(2026, 11, 1), "measure_on": date(2026, 12, 1), "made_at": ENDED} | columns
    return Improvement.objects.create(
        cause=cause, problem=problem, action="Another courier", owner=boss, made_by=boss, **columns
    )


def found():
    return causes.report(date(2026, 11, 1), date(2026, 11, 30))


def test_causes_stand_with_most_complaints_first_and_what_is_not_known_last():
    for cause in ("supplier", "supplier", "person", "", "", ""):
        ended(cause)

    report = found()

    assert [(one.cause, one.n) for one in report.causes][:2] == [("supplier", 2), ("person", 1)]
    assert (report.causes[-1].cause, report.causes[-1].n) == ("", 3)
    assert len(report.causes) == 6  # S1-15: person, process, product, supplier, customer – and not known
    assert report.share(report.causes[0]) == pytest.approx(1 / 3)


def test_a_decided_problem_stands_before_what_was_heard():
    one = ended(reason="late")
    factories.decision(one, facts={"problem": "damaged"})

    assert [(line.cause, line.problem) for line in found().lines] == [("process", "damaged")]


def test_who_did_not_say_is_in_no_count():
    ended(resolved_first_time=True, satisfied=True, satisfied_at=ENDED)
    ended(resolved_first_time=False)
    ended()

    (line,) = found().lines
    assert (line.n, line.first, line.first_of, line.satisfied, line.satisfied_of) == (3, 1, 2, 1, 1)


def test_lines_of_the_work_plan_stand_beside_with_what_they_brought():
    ended()
    planned()
    done = {"done_on": date(2026, 11, 2), "days": 30, "measured_at": ENDED}
    planned(state="measured", before=8, after=3, **done)
    planned(state="measured", before=4, after=5, **done)
    planned(state="done", done_on=date(2026, 11, 2))
    planned(state="dropped")

    (line,) = found().lines
    assert (line.to_do, line.done, line.measured, line.before, line.after) == (1, 1, 2, 12, 8)


def test_only_what_ended_in_these_days_counts():
    ended(resolved_at=datetime(2026, 10, 31, 16, tzinfo=UTC))
    ended(state="open", resolved_at=None)

    assert found().n == 0


@pytest.fixture
def manager(client):
    client.force_login(factories.user("manager", "Huy"))
    client.cookies["django_language"] = "en"
    return client


def test_page_and_file_tell_the_same(manager):
    for _ in range(6):
        ended(resolved_at=timezone.now() - timedelta(hours=1))

    page = manager.get(reverse("causes")).content.decode()
    text = manager.get(reverse("causes_csv")).getvalue().decode("utf-8-sig")

    assert "came from: how we work" in page
    (line,) = csv.DictReader(io.StringIO(text))
    assert (line["cause"], line["problem"], line["complaints"]) == ("process", "late", "6")
    assert manager.get(reverse("causes_xlsx")).getvalue()[:2] == b"PK"


@pytest.mark.parametrize("name", ["causes", "causes_csv", "causes_xlsx"])
def test_a_filter_that_cannot_be_used_is_told(manager, name):
    assert manager.get(reverse(name), {"from": "yesterday"}).status_code == 400


def test_an_empty_shop_has_a_page(manager):
    assert "No complaint ended in this time" in manager.get(reverse("causes")).content.decode()


def test_it_asks_no_more_for_more(django_assert_num_queries):
    for cause in ("person", "product", "supplier"):
        ended(cause)
        planned(cause)

    with django_assert_num_queries(3):
        found()
