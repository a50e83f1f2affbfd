"""What customers will buy: the job, the customer's page, the report, the threshold (S2-7, S3-3)."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import load_workbook

from feedback import bulk, expected, merging, work
from feedback.defection import bgnbd
from feedback.models import Expectation, ExpectedValue, Order
from tests.factories import NOW, a_shop, case, concession, customer, read_comment, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_shop():
    return a_shop()


@pytest.fixture
def manager(client):
    client.force_login(user("manager", "Huy"))
    client.cookies["django_language"] = "en"
    return client


def buy(who, *days, total=500_000, currency="VND"):
    for day in days:
        Order.objects.create(
            number=f"{who.pk}-{day}", customer=who, placed_at=NOW - timedelta(days=day), received_at=NOW,
            total=Decimal(total), currency=currency,
        )  # fmt: skip


@pytest.fixture
def lan():
    lan = customer("Lan", email="lan@example.com")
    buy(lan, 1, 31, 61, 91, 121)
    return lan


def words(response):
    return " ".join(response.content.decode().split())


def test_the_job_keeps_value_and_expectation(lan):
    expected.find_now(NOW)

    kept = ExpectedValue.objects.get(customer=lan)
    assert (kept.worth, kept.came, kept.days, kept.is_gone) == (Decimal(2_500_000), 5, 121, False)
    assert kept.spend == expected.about(kept.visits * 500_000, "VND")
    assert kept.basket == Decimal(500_000)


def test_what_was_given_is_off_the_value_and_not_off_what_is_expected(lan):
    """S3-6."""
    said = read_comment(customer=lan, order=Order.objects.filter(customer=lan).first())
    concession(case(said), order=said.order, refund=Decimal(400_000))
    expected.find_now(NOW)

    kept = ExpectedValue.objects.get(customer=lan)
    assert (kept.worth, kept.basket) == (Decimal(2_100_000), Decimal(500_000))


def test_done_twice_it_keeps_the_same_once(lan):
    expected.find_now(NOW)
    before = list(ExpectedValue.objects.values())
    expected.find_now(NOW)

    assert list(ExpectedValue.objects.values()) == before


def test_who_is_not_found_again_goes(lan):
    """The erased, the merged, those whose orders were cancelled."""
    again = customer("Lan", email="lan2@example.com")
    buy(again, 5)
    expected.find_now(NOW)
    merging.merge(again, lan)
    expected.find_now(NOW + timedelta(days=1))

    assert list(ExpectedValue.objects.values_list("customer", "came")) == [(lan.pk, 6)]


def test_after_a_merge_nothing_old_is_said_and_the_job_looks_at_once(manager, lan):
    """S2-7: no page that says 7 orders beside 5 visits."""
    again = customer("Lan", email="again@example.com")
    buy(again, 5, 200)
    other = customer("Minh")
    buy(other, 5, 9)
    at = timezone.now()
    expected.find_now(at)

    merging.merge(again, lan)

    assert list(ExpectedValue.objects.values_list("customer", flat=True)) == [other.pk]
    assert "5 visits" not in words(manager.get(reverse("customer", args=[lan.public_id])))
    assert work.drain(work.job("feedback.tasks.FIND_EXPECTED")) == 1
    assert "7 visits" in words(manager.get(reverse("customer", args=[lan.public_id])))

    merging.part(again)

    assert list(ExpectedValue.objects.values_list("customer", flat=True)) == [other.pk]
    assert work.drain(work.job("feedback.tasks.FIND_EXPECTED")) == 1
    assert set(ExpectedValue.objects.values_list("customer", "came")) == {
        (lan.pk, 5), (again.pk, 2), (other.pk, 2),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (3_417_283.6, "VND", "3420000"),
        (0.1 + 0.2, "USD", "0.30"),
        (12.3456, "USD", "12.30"),
        (99_999_999_999_999.9, "VND", "99999999999999.99"),
        (0.0, "VND", "0"),
    ],
)
def test_what_is_foretold_is_three_figures_and_no_noise(amount, currency, said):
    assert str(expected.about(amount, currency)) == said


def test_huge_amounts_of_dong_are_kept():
    who = customer("Đại lý")
    buy(who, 1, 31, total=9_999_999_999_999)
    expected.find_now(NOW)

    assert ExpectedValue.objects.get().worth == Decimal(19_999_999_999_998)


def test_the_customers_page_says_what_is_expected_and_why(manager, lan):
    expected.find_now(NOW)
    page = words(manager.get(reverse("customer", args=[lan.public_id])))

    assert "Expected in the next year" in page
    assert "5 visits in 121 days and what is usual here make about" in page
    assert "at ₫500,000 each. Customers who came as often kept to that." in page


@pytest.mark.parametrize(
    ("share", "is_gone", "said"),
    [
        (1.21, False, "Customers who came as often then came 21% more often than that."),
        (0.8, False, "Customers who came as often then came 20% less often than that."),
        (0.996, False, "Customers who came as often kept to that."),
        (0.1, True, "They have left by our definition: such customers came 90% less often than that."),
        (1.3, True, "They have left by our definition, but such customers came again all the same."),
    ],
)
def test_more_may_come_than_was_foretold(manager, lan, share, is_gone, said):
    """S2-7: in a shop that grows."""
    expected.find_now(NOW)
    ExpectedValue.objects.update(share=share, is_gone=is_gone)

    assert said in words(manager.get(reverse("customer", args=[lan.public_id])))


def test_the_page_says_it_of_who_left(manager, lan):
    expected.find_now(NOW + timedelta(days=200))
    page = words(manager.get(reverse("customer", args=[lan.public_id])))

    assert "They have left by our definition: such customers came" in page


def test_the_page_says_nothing_before_the_job_looked(manager, lan):
    assert "Expected in the next year" not in words(manager.get(reverse("customer", args=[lan.public_id])))


def test_the_page_computes_nothing(manager, lan, django_assert_max_num_queries):
    """One query more than without: what the job kept is read."""
    expected.find_now(NOW)
    with django_assert_max_num_queries(1):
        expected.of(lan)


def test_the_report_lists_who_it_comes_from(manager, lan):
    expected.find_now(NOW)
    page = words(manager.get("/reports/expected/"))

    assert "Lan" in page
    assert "₫2,500,000" in page
    assert "Tried on our own past" in page


def test_the_same_numbers_go_along(manager, lan):
    expected.find_now(NOW)
    lines = manager.get("/reports/expected.csv").getvalue().decode("utf-8-sig").splitlines()
    book = b"".join(manager.get("/reports/expected.xlsx").streaming_content)

    assert lines[1].startswith(f"{lan.public_id},2500000.00,")
    [sheet] = [load_workbook(io.BytesIO(book)).get_sheet_by_index(0).to_python()]
    assert len(sheet) == 2


def test_the_report_says_so_while_nobody_has_looked(manager):
    assert "Nobody has looked yet" in words(manager.get("/reports/expected/"))


def test_it_is_of_no_other_currency(manager, lan):
    expected.find_now(NOW)
    Expectation.objects.update(result={"currency": "USD", "model": {}})
    ExpectedValue.objects.update(currency="USD")

    assert expected.learnt() is None
    assert expected.of(lan) is None


def test_the_threshold_says_how_many_are_valued(manager, lan):
    """S3-3."""
    few = customer("Minh")
    buy(few, 3, total=100_000)
    rich = customer("Hoa")
    buy(rich, 3, total=3_000_000)
    expected.find_now(NOW)

    page = words(manager.get(reverse("thresholds")))

    assert "1 of 3 customers</a> is valued now (33%): lifetime value from ₫3,000,000 on." in page
    assert "whether it pays cannot be told" in page


def test_a_longer_list_asks_no_more(manager, lan, django_assert_num_queries):
    def asked():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as seen:
            manager.get("/reports/expected/")
        return len(seen)

    expected.find_now(NOW)
    asked()
    before = asked()
    for n in range(10):
        buy(customer(f"Khách {n}"), 4)
    expected.find_now(NOW)

    assert asked() == before


def test_many_are_kept_in_parts(lan, monkeypatch):
    monkeypatch.setattr(expected, "_TOGETHER", 2)
    for n in range(5):
        buy(customer(f"Khách {n}"), 4)
    with bulk.uncollected():
        expected.find_now(NOW)

    assert ExpectedValue.objects.count() == 6


@pytest.mark.parametrize(
    ("tried", "said"),
    [
        ({"library": "absent"}, "It comes with the extra “ltv” of this program, which is not installed"),
        ({"library": "unusable"}, "no figures came out of it on our own past"),
        ({"library": "few"}, "It is tried beside these rates once 300 customers who came again were known"),
        (
            {"library": "worse", "theirs": 1.5, "ours": 1.25},
            "it was off by 1.50 visits a customer in the mean",
        ),
        ({"library": "counts", "theirs": 1.0, "ours": 1.25}, "are those of our own rates"),
    ],
)
def test_the_report_says_whether_a_library_counts_the_visits(manager, lan, tried, said):
    """S2-7: an extra, taken only where it does better on the shop's own past."""
    buy(lan, 400, 500)
    expected.find_now(NOW)
    row = Expectation.objects.get()
    Expectation.objects.update(result=row.result | {"tried": {"theirs": None, "ours": None} | tried})

    assert said in words(manager.get(reverse("expected")))


def test_what_an_older_program_found_says_nothing_of_a_library(manager, lan):
    buy(lan, 400, 500)
    expected.find_now(NOW)
    row = Expectation.objects.get()
    Expectation.objects.update(result={name: row.result[name] for name in ("currency", "model")})

    assert "BG/NBD" not in words(manager.get(reverse("expected")))


def test_without_the_extra_the_job_says_so(lan, monkeypatch):
    monkeypatch.setattr(bgnbd, "is_there", lambda: False)
    expected.find_now(NOW)

    assert expected.learnt().tried == expected.Tried(library=expected.Library.ABSENT)


@pytest.mark.skipif(not bgnbd.is_there(), reason="the extra ltv is not installed")
@pytest.mark.parametrize(
    ("fewest", "leave", "library"),
    [(1000, 0, {"few"}), (20, 0, {"unusable", "worse", "counts"}), (20, 1, {"worse", "counts"})],
)
def test_with_the_extra_the_job_says_which_did_better(monkeypatch, fewest, leave, library):
    """Where nobody ever leaves, its figures may fall apart."""
    monkeypatch.setattr(bgnbd, "FEWEST", fewest)
    for number in range(60):
        who = customer(f"Lan {number}", email=f"lan-{number}@example.com")
        buy(who, *range(1 + number % 40 + leave * (number * 37 % 500), 700, 20 + number % 30))

    expected.find_now(NOW)

    tried = expected.learnt().tried
    assert tried.library in library
    rows = ExpectedValue.objects.filter(is_by_library=True).count()
    assert rows == (60 if tried.library == "counts" else 0)
