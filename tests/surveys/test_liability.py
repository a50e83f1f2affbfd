"""What the rewards cost: each code is in one place, and the months add up."""

import csv
import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Group

from feedback.models import User
from surveys import liability, responses
from surveys.models import Reward

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture
def code(invite, all_well, now):
    """A code given out on this day, and what became of it."""

    def code(issued, **columns):
        reward = responses.submit(invite(), all_well, language="vi", now=now).reward
        at = datetime(*issued, 12, tzinfo=ZONE)
        columns = {"issued_at": at, "expires_on": at.date() + timedelta(days=40)} | columns
        Reward.objects.filter(pk=reward.pk).update(**columns)
        type(reward.response).objects.filter(pk=reward.response_id).update(finished_at=at)
        return reward

    return code


def used(*day):
    return {"state": "redeemed", "redeemed_at": datetime(*day, 9, tzinfo=ZONE), "redeemed_order": "1"}


def test_the_months_add_up(code):
    code((2026, 1, 10), **used(2026, 2, 3))
    code((2026, 1, 11))
    code((2026, 1, 12), state="expired", expires_on=date(2026, 2, 28))
    code((2025, 12, 30))

    found = liability.report(date(2026, 1, 1), date(2026, 3, 31))

    totals = [(m.total.issued, m.total.redeemed, m.total.expired, m.total.outstanding) for m in found.months]
    assert totals == [(3, 0, 0, 4), (0, 1, 0, 3), (0, 0, 1, 2)]
    assert found.total.outstanding_worth == 100_000
    assert (found.answers, found.cost) == (3, Decimal(50_000) / 3)
    (one,) = found.surveys
    assert one.promised == Decimal(150_000) / 3


def test_what_was_outstanding_before_is_carried_on(code):
    code((2025, 1, 10))
    code((2025, 1, 10), **used(2026, 1, 1))
    code((2025, 1, 10), **used(2025, 12, 31))

    (january,) = liability.report(date(2026, 1, 1), date(2026, 1, 31)).months

    assert (january.total.issued, january.total.redeemed, january.total.outstanding) == (0, 1, 1)


def test_other_currencies_are_in_no_sum(code):
    code((2026, 1, 10), currency="USD")

    found = liability.report(date(2026, 1, 1), date(2026, 1, 31))

    assert (found.total.issued, found.in_other_currencies) == (0, 1)


def test_the_day_is_the_shop_s_own(code):
    """Half past midnight in Ho Chi Minh City is still yesterday in UTC."""
    reward = code((2026, 2, 1))
    Reward.objects.filter(pk=reward.pk).update(issued_at=datetime(2026, 2, 1, 0, 30, tzinfo=ZONE))

    months = liability.report(date(2026, 1, 1), date(2026, 2, 28)).months

    assert [month.total.issued for month in months] == [0, 1]


@pytest.fixture
def manager(client, the_shop):
    user = User.objects.create(username="huy", language="en")
    user.groups.add(Group.objects.get(name="manager"))
    client.force_login(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_the_page_and_its_csv_say_the_same(manager, code):
    code((2026, 1, 10), **used(2026, 2, 3))
    code((2026, 1, 11))

    page = manager.get("/reports/rewards/?from=2026-01-01&to=2026-02-28").content.decode()
    text = manager.get("/reports/rewards.csv?from=2026-01-01&to=2026-02-28").getvalue().decode()

    assert "1 code worth ₫50,000 can still be redeemed" in page
    rows = list(csv.DictReader(io.StringIO(text[1:])))
    assert [(row["month"], row["issued"], row["redeemed_worth"], row["outstanding"]) for row in rows] == [
        ("2026-01", "2", "0", "2"),
        ("2026-02", "0", "50000", "1"),
    ]
    told = manager.get("/api/v1/reports/rewards?from=2026-01-01&to=2026-02-28").json()
    assert [{key: str(cell) for key, cell in one.items()} for one in told["months"]] == [
        {key: row[key] for key in told["months"][0]} for row in rows
    ]
    assert (told["total"]["outstanding"], told["total"]["redeemed_worth"]) == (1, "50000.00")


@pytest.mark.parametrize("query", ["from=x", "from=2026-02-01&to=2026-01-01"])
def test_a_bad_filter_is_said(manager, query):
    assert manager.get(f"/reports/rewards/?{query}").status_code == 400
    assert manager.get(f"/reports/rewards.csv?{query}").status_code == 400


def test_more_codes_ask_no_more(code, django_assert_max_num_queries):
    for n in range(1, 6):
        code((2026, n, 10))

    with django_assert_max_num_queries(8):
        liability.report(date(2026, 1, 1), date(2026, 6, 30))
