"""S3-6: what was given, its parts, the margin after it; S3-3: what became of those who were helped."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from feedback.models import Decision
from feedback.reports import concessions
from feedback.roles import Role
from tests import factories
from tests.factories import NOW, a_shop, user

pytestmark = pytest.mark.django_db
DAY = NOW.date()


@pytest.fixture(autouse=True)
def _shop(client):
    a_shop()
    client.cookies["django_language"] = "en"


def bought(by, price, cost, **columns):
    made = factories.order(by, total=Decimal(price), **columns)
    made.lines.create(name="Ấm", price=price, cost=cost)
    return made


def given(order, cost, **columns):
    about = factories.case(factories.read_comment(customer=order.customer, order=order))
    return factories.concession(about, refund=Decimal(cost), **columns)


def test_each_shows_the_margin_right_after_it():
    """100 earned; 60 given leaves 40; another 60 makes the customer a loss; a later order mends that."""
    lan = factories.customer("Lan")
    order = bought(lan, 300, 200)
    given(order, 60, booked_at=NOW)
    given(order, 60, booked_at=NOW + timedelta(hours=1))
    bought(lan, 500, 400, placed_at=NOW + timedelta(days=1))

    found = concessions.ledger(DAY, DAY)

    assert [(row.after, row.made_unprofitable) for row in found.rows] == [(-20, True), (40, False)]
    assert (found.cost, found.parts["refund"], len(found.unprofitable)) == (120, 120, 1)
    assert [(week.n, week.cost, week.unprofitable) for week in found.weeks] == [(2, 120, 1)]


def test_without_costs_the_policys_assumed_margin_counts():
    lan = factories.customer("Lan")
    order = factories.order(lan, total=Decimal(1000))

    balance = concessions.balances([lan.pk])[lan.pk]

    assert (balance.earned, balance.is_assumed, order.total) == (250, True, 1000)


def test_refunds_and_disputes_count():
    lan = factories.customer("Lan")
    order = bought(lan, 1000, 400)
    order.refunds.create(external_id="1", amount=100, refunded_at=NOW)
    factories.dispute(order, amount=Decimal(50), fee=Decimal(30))
    other = bought(lan, 100, 40)
    factories.dispute(other, state="closed", amount=Decimal(100), fee=Decimal(30), outcome="lost")

    balance = concessions.balances([lan.pk])[lan.pk]

    assert (balance.earned, balance.refunded, balance.disputed) == (660, 100, 160)
    assert balance.after == 400


def test_other_currencies_are_said_and_not_added():
    order = bought(factories.customer(), 300, 200)
    given(order, 60, currency="USD")

    found = concessions.ledger(DAY, DAY)

    assert (found.cost, found.in_other_currencies) == (0, 1)


def test_too_few_say_nothing():
    assert not concessions.group([1.0] * 29).says_something
    assert concessions.group([1.0] * 30).says_something


def test_an_interval_holds_the_mean():
    found = concessions.group([0.0, 10.0] * 50)

    assert found.mean == 5
    assert found.low == pytest.approx(4.02, abs=0.02)
    assert found.high == pytest.approx(5.98, abs=0.02)


def test_later_orders_of_valued_customers_are_compared():
    now = timezone.now()
    opened = now - timedelta(days=100)
    for helped, total in ((True, 700), (False, 300)):
        lan = factories.customer("Lan")
        order = factories.order(lan, total=Decimal(100), placed_at=opened - timedelta(days=5))
        case = factories.case(factories.read_comment(customer=lan, order=order), opened_at=opened)
        decision = factories.decision(
            case, rule="goodwill" if helped else "standard", facts={"standing": "valued"}
        )
        if helped:
            factories.concession(case, decision=decision)
        factories.order(lan, total=Decimal(total), placed_at=opened + timedelta(days=30))
        factories.order(lan, total=Decimal(9), placed_at=opened + timedelta(days=95))
    factories.case(factories.read_comment(customer=lan), opened_at=opened)
    assert Decision.objects.count() == 2

    found = [concessions.later_value(now)[side].n for side in (0, 1)]

    assert found == [1, 1]


@pytest.mark.parametrize("address", ["/reports/concessions/", "/reports/divergence/"])
def test_the_pages_open_empty_and_refuse_impossible_days(client, address):
    client.force_login(user(Role.MANAGER))

    assert client.get(address).status_code == 200
    assert client.get(address + "?from=2026-11-02&to=2026-11-01").status_code == 400
    assert client.get(address.rstrip("/") + ".csv?from=never").status_code == 400


def test_the_csv_holds_the_parts_and_no_formula(client):
    order = bought(factories.customer("Lan"), 300, 200)
    given(order, 60, reason="=1+1", booked_at=timezone.now())
    client.force_login(user(Role.MANAGER))

    answer = client.get("/reports/concessions.csv")

    text = answer.getvalue().decode("utf-8-sig")
    assert text.splitlines()[0].startswith("booked_at,case,customer,order,remedy,product_cost,")
    assert "'=1+1" in text
    assert ",60" in text


def test_the_customers_page_says_what_is_left(client):
    lan = factories.customer("Lan")
    given(bought(lan, 300_000, 200_000), 60_000)
    client.force_login(user(Role.STAFF))

    assert "₫40,000" in client.get(f"/customers/{lan.public_id}/").content.decode()
