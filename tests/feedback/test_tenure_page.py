"""The tenure curve in the browser's place (S2-7)."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from python_calamine import load_workbook

from feedback import tenure
from feedback.models import Order, Tenure
from tests.factories import NOW, a_shop, customer, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    a_shop()
    client.force_login(user("manager", "Huy"))
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def two_years():
    """Thirty customers who spend 400,000 in their first year and 500,000 in their second."""
    for n in range(30):
        one = customer(f"Khách {n}")
        for days, total in ((800, 400_000), (400, 500_000)):
            Order.objects.create(
                number=f"T-{n}-{days}", customer=one, placed_at=NOW - timedelta(days=days), received_at=NOW,
                total=Decimal(total), currency="VND",
            )  # fmt: skip
    tenure.find_now(NOW)


def test_it_says_so_while_nobody_has_looked(manager):
    assert "Nobody has looked yet" in manager.get("/reports/tenure/").content.decode()


def test_it_says_so_while_no_year_is_over(manager):
    tenure.find_now(NOW)

    assert "No year is over yet" in manager.get("/reports/tenure/").content.decode()


def test_the_page_shows_chart_and_table(manager, two_years):
    page = manager.get("/reports/tenure/").content.decode()

    assert "In year 2 a customer brings 25 % more than in their own first year" in page
    assert "₫500,000" in page
    assert "<svg" in page


def test_the_same_numbers_go_along(manager, two_years):
    lines = manager.get("/reports/tenure.csv").getvalue().decode("utf-8-sig").splitlines()
    book = b"".join(manager.get("/reports/tenure.xlsx").streaming_content)

    assert lines[2].startswith("2,30,30,500000,500000,500000,400000,")
    rows = load_workbook(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert rows[2][:4] == ["year 2", 30, 30, 500_000]


def test_another_currency_waits_for_the_job(manager, two_years, settings):
    Tenure.objects.update(result={"currency": "USD", "years": []})

    assert tenure.newest() is None


def test_the_number_of_queries_does_not_grow(manager, two_years, django_assert_max_num_queries):
    manager.get("/reports/tenure/")
    with django_assert_max_num_queries(10):
        manager.get("/reports/tenure/")
