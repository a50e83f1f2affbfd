"""S4-6: the customer's own best solution, kept as they said it and compared with what was given."""

import csv
import io
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from feedback import cases, leases, shop
from feedback.models import Case, Message
from feedback.reports import wishes
from feedback.wishes import Outcome, compare
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop(client):
    factories.a_shop()
    client.cookies["django_language"] = "en"
    yield
    shop.forget()


@pytest.fixture
def manager(client):
    client.force_login(factories.user("manager", "Huy"))
    return client


def ended(wished="refund", **columns):
    columns = {"state": "resolved", "resolved_at": NOW, "wished": wished} | columns
    return factories.case(factories.read_comment(channel="form"), **columns)


def got(made, *remedies):
    for remedy in remedies:
        factories.concession(made, remedy=remedy, decision=made.decisions.first() or factories.decision(made))
    return made


def written_to(made):
    someone = factories.user()
    Message.objects.create(
        case=made, decision=factories.decision(made), language="vi", text="…", drafted_text="…",
        drafted_at=NOW, state="sent", approved_by=someone, approved_at=NOW, channel="zalo", sent_by=someone,
        sent_at=NOW,
    )  # fmt: skip
    return made


def found():
    return wishes.report(date(2026, 11, 1), date(2026, 11, 30))


@pytest.mark.parametrize(
    ("wished", "given", "written", "called", "outcome"),
    [
        ("refund", ["refund"], False, False, Outcome.AS_WISHED),
        ("refund", ["replacement"], True, False, Outcome.OTHERWISE),
        ("refund", ["replacement", "refund"], True, False, Outcome.AS_WISHED),
        ("refund", [], True, False, Outcome.OTHERWISE),
        ("refund", [], False, False, Outcome.NOTHING),
        ("replacement", ["send_again"], False, False, Outcome.AS_WISHED),
        ("repair", ["redo"], False, False, Outcome.AS_WISHED),
        ("apology", [], True, False, Outcome.AS_WISHED),
        ("explanation", [], False, True, Outcome.NOTHING),
        ("call_back", [], False, True, Outcome.AS_WISHED),
        ("call_back", [], True, False, Outcome.OTHERWISE),
        ("other", ["refund"], True, True, Outcome.OTHERWISE),
        ("none", [], False, False, Outcome.NOTHING),
    ],
)
def test_a_wish_stands_beside_what_was_given(wished, given, written, called, outcome):
    assert compare(wished, given=given, was_written_to=written, was_called=called) is outcome


@pytest.mark.parametrize(
    ("wish", "read", "wished"),
    [
        ("Trả lại tiền cho tôi.", "replacement", "refund"),
        ("", "replacement", "replacement"),
        ("", "none", "none"),
        ("Tặng tôi một chậu lan tím.", "none", "other"),
        ("Please just send me a new one", "none", "replacement"),
    ],
)
def test_the_job_reads_the_kind_and_the_words_stay(wish, read, wished):
    """Asked what would put it right they said it better than in their complaint; verbatim all the same."""
    about = factories.read_comment(channel="form", reading={"wish": read})
    cases.open_case(about, now=timezone.now(), wish=wish)

    leases.run_once(cases.DECIDE, timezone.now())

    made = Case.objects.get()
    assert (made.wished, made.wish) == (wished, wish)


def test_it_counts_what_they_got_and_how_they_found_it():
    got(ended(satisfied=True, satisfied_at=NOW), "refund")
    got(ended(satisfied=False, satisfied_at=NOW), "replacement")
    ended()
    written_to(ended("apology"))
    ended("none")
    ended(None)

    report = found()

    refund = report.wishes[0]
    assert [one.wish for one in report.wishes] == ["refund", "apology"]
    assert list(refund.by.values()) == [1, 1, 1]
    assert (refund.satisfied[Outcome.AS_WISHED], refund.asked[Outcome.OTHERWISE]) == (1, 1)
    assert (report.all.n, report.unnamed) == (4, 2)
    assert report.all.share is None  # below five


def test_its_share_comes_with_an_interval():
    for n in range(6):
        got(ended(), "refund" if n else "replacement")

    report = found()

    assert report.all.share == pytest.approx(5 / 6)
    low, high = report.all.interval
    assert low < 5 / 6 < high


def test_a_joined_one_counts_where_the_answer_was_given():
    first = ended()
    ended(state="closed", closed_at=NOW, joined_to=first)

    assert found().all.n == 1


def test_the_page_shows_their_words_beside_what_was_given(manager):
    for n in range(5):
        got(ended(wish=f"Trả tiền lại cho tôi nhé {n}"), "replacement")
    query = "?from=2026-11-01&to=2026-11-30"

    page = manager.get(reverse("wishes") + query).content.decode()
    other = manager.get(reverse("wishes") + query + "&wish=repair").content.decode()
    text = manager.get(reverse("wishes_csv") + query).getvalue().decode("utf-8-sig")

    assert "Of 5 that ended and named a wish, 0% got just that" in page
    assert "Trả tiền lại cho tôi nhé 4" in page
    assert "send a new one" in page
    assert "Trả tiền lại" not in other
    assert next(csv.DictReader(io.StringIO(text)))["otherwise"] == "5"
    assert manager.get(reverse("wishes_xlsx") + query).getvalue()[:2] == b"PK"


def test_the_page_of_a_case_shows_it_too(client):
    client.force_login(factories.user())
    about = factories.read_comment(channel="form", reading={"wish": "refund"})
    made = cases.open_case(about, now=timezone.now(), wish="Trả lại tiền cho tôi.")
    leases.run_once(cases.DECIDE, timezone.now())
    got(made, "replacement")

    page = client.get(f"/cases/{made.public_id}/").content.decode()

    assert "something else" in page.split('id="compared"')[1][:300]


def test_no_page_of_people_asks_more_for_more_of_them(manager, django_assert_max_num_queries):
    for _n in range(12):
        got(ended(wish="Trả tiền"), "refund")

    with django_assert_max_num_queries(24):
        manager.get(reverse("wishes") + "?from=2026-11-01&to=2026-11-30")


@pytest.mark.parametrize("name", ["wishes", "wishes_csv", "wishes_xlsx"])
def test_bad_days_are_named_and_an_empty_time_says_so(manager, name):
    assert manager.get(reverse(name) + "?from=yesterday").status_code == 400
    assert manager.get(reverse(name) + "?from=2026-11-01&to=2026-11-30&wish=%00").status_code == 200
