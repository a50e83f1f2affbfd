"""What customers spent around the order they were asked about, out of the database."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from feedback.models import Customer, Order, Refund
from surveys import recovery
from surveys.cohorts import Cohort
from surveys.models import Invitation, Response
from tests.factories import customer

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
B = Cohort.NOT_RESOLVED
TODAY = date(2026, 11, 16)


@pytest.fixture
def bought(the_shop):
    numbers = iter(range(1, 9999))

    def bought(buyer, day, total=100_000, *, hour=12, **columns):
        return Order.objects.create(
            number=f"R{next(numbers)}", customer=buyer, total=Decimal(total), **columns,
            placed_at=datetime(*day, hour, tzinfo=ZONE), received_at=datetime(2026, 11, 1, tzinfo=ZONE),
        )  # fmt: skip

    return bought


@pytest.fixture
def answered(survey, bought):
    """An order of this day that its buyer answered about."""

    def answered(day=(2026, 1, 31), cohort="not_resolved", buyer=None, **columns):
        order = bought(buyer or customer(), day, **columns)
        at = order.placed_at
        invitation = Invitation.objects.create(
            survey=survey, order=order, customer=order.customer, state="link", language="vi", made_at=at,
            send_at=at, expires_at=datetime(2027, 1, 1, tzinfo=ZONE),
        )  # fmt: skip
        Response.objects.create(
            invitation=invitation, version=survey.versions.get(), state="finished", language="vi",
            cohort=cohort, started_at=at, finished_at=at,
        )  # fmt: skip
        return order.customer

    return answered


def report(start=date(2026, 1, 1), end=date(2026, 1, 31), today=TODAY, currency="VND", **options):
    return recovery.report(start, end, currency=currency, today=today, **options)


def spent(**options):
    return [(one.before, one.after) for one in report(**options).respondents]


def test_three_whole_months_before_and_after(answered, bought):
    """S0-2: the order itself, and its month, are in neither."""
    lan = answered()
    for number, day in enumerate(
        [
            (2025, 9, 30),
            (2025, 10, 1),
            (2025, 12, 31),
            (2026, 1, 1),
            (2026, 2, 1),
            (2026, 4, 30),
            (2026, 5, 1),
        ]
    ):
        bought(lan, day, 10**number)

    assert spent() == [(110, 110_000)]


def test_the_day_is_the_shop_s_own(answered, bought):
    """Half past midnight of 1 February in Ho Chi Minh City is January in UTC."""
    lan = answered()
    bought(lan, (2026, 2, 1), 7, hour=0)
    bought(lan, (2026, 4, 30), 70, hour=23)

    assert spent() == [(0, 77)]


def test_it_is_net_of_what_was_paid_back(answered, bought):
    """S0-3. On the order's own day, whenever it was paid back; cancelled ones count for nothing."""
    lan = answered()
    order = bought(lan, (2026, 3, 3), 500)
    at = datetime(2026, 9, 9, tzinfo=ZONE)
    Refund.objects.create(order=order, external_id="1", amount=200, currency="VND", refunded_at=at)
    gone = bought(lan, (2026, 3, 4), 900, cancelled_at=at)
    Refund.objects.create(order=gone, external_id="1", amount=900, currency="VND", refunded_at=at)

    assert spent() == [(0, 300)]


def test_currencies_are_never_mixed(answered, bought):
    lan = answered()
    bought(lan, (2026, 3, 3), 500)
    bought(lan, (2026, 3, 3), 20, currency="USD")
    answered(currency="USD")
    found = report()

    assert [(one.before, one.after) for one in found.respondents] == [(0, 500)]
    assert (found.others, found.elsewhere) == ({"USD": 1}, 1)
    assert recovery.currencies() == ["VND", "USD"]


def test_a_refund_in_another_currency_is_in_no_sum(answered, bought):
    order = bought(answered(), (2026, 3, 3), 500)
    Refund.objects.create(
        order=order, external_id="1", amount=20, currency="USD", refunded_at=order.placed_at
    )

    assert spent() == [(0, 500)]


@pytest.mark.parametrize(("today", "is_open"), [(date(2026, 4, 30), True), (date(2026, 5, 1), False)])
def test_whose_months_run_is_still_open(answered, today, is_open):
    answered()
    found = report(today=today)

    assert [one.is_open for one in found.respondents] == [is_open]
    assert (found.found.group(B).n, found.found.group(B).still_open) == (not is_open, is_open)


def test_each_customer_counts_once_with_the_first_answer(answered):
    """S0-1: exactly one cohort."""
    lan = answered((2026, 1, 5), "not_resolved")
    answered((2026, 1, 9), "no_problem", buyer=lan)

    assert [one.cohort for one in report().respondents] == [B]


def test_merged_customers_are_one(answered, bought):
    lan, same = answered(), customer()
    Customer.objects.filter(pk=same.pk).update(merged_into=lan)
    answered((2026, 1, 30), "no_problem", buyer=same)
    bought(same, (2026, 2, 2), 40)
    found = report()

    assert [(one.customer, one.cohort, one.after) for one in found.respondents] == [
        (lan.pk, Cohort.NO_PROBLEM, 40)
    ]


def test_who_is_left_out(answered, survey, invite, now):
    """The shop's own people, answers that are not finished, answers without an order, and other days."""
    answered(buyer=customer(is_insider=True))
    Response.objects.filter(invitation__customer=answered()).update(
        state="started", finished_at=None, cohort=""
    )
    answered((2026, 2, 1))

    assert report().respondents == []


@pytest.mark.parametrize("kept", ["unknown", "", "no_such_word"])
def test_what_is_not_known_is_a_cohort_of_its_own(answered, kept):
    answered(cohort=kept)

    assert [one.cohort for one in report().respondents] == [Cohort.UNKNOWN]


def test_the_margin_is_the_policy_s_unless_another_is_asked_for(answered):
    for cohort in ("not_resolved", "resolved_first"):
        for _ in range(30):
            answered(cohort=cohort)

    assert report().margin.source == "policy"
    assert report(margin=Decimal("0.4")).margin.source == "asked"


def test_the_margin_is_of_the_shop_s_own_costs_where_it_told_them(answered, bought):
    """S0-5: 100,000 paid for goods of 60,000 earns 40 %."""
    for cohort in ("not_resolved", "resolved_first"):
        for _ in range(30):
            bought(answered(cohort=cohort), (2026, 2, 2))
    for order in Order.objects.all():
        order.lines.create(name="Bát", price=order.total, cost=Decimal(60_000))

    found = report()
    assert (found.margin.source, found.margin.share, found.margin.orders) == ("costs", Decimal("0.4"), 120)
    assert found.found.stake.margin == 0.4


def test_more_customers_ask_no_more(answered, bought, django_assert_num_queries):
    for _ in range(3):
        bought(answered(), (2026, 2, 2))
    report()
    with django_assert_num_queries(10):
        report()
    for _ in range(40):
        bought(answered(), (2026, 2, 2))

    with django_assert_num_queries(10):
        report()


def test_only_so_many_are_counted_and_it_is_said(answered, monkeypatch):
    monkeypatch.setattr(recovery, "MOST", 2)
    for day in (5, 6, 7):
        answered((2026, 1, day))
    found = report()

    assert (len(found.respondents), found.is_cut) == (2, True)
