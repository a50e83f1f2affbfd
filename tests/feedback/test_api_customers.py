"""The reports on customers, for programs: the numbers of their pages (issue 6, item 9)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from feedback import api_access, defections, expected, leases, leaving, tenure
from feedback.defection.rules import Kind, Rule
from feedback.front import headlines
from feedback.models import Order
from tests.factories import NOW, a_shop, customer, defection, user

pytestmark = pytest.mark.django_db
KEPT = ["api_silence", "api_defections", "api_leaving", "api_expected", "api_tenure"]


@pytest.fixture(autouse=True)
def the_time(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def huy(client):
    a_shop()
    client.cookies["django_language"] = "en"
    huy = user("manager", "Huy", language="en")
    client.force_login(huy)
    return huy


def bought(who, *days, total=500_000):
    for day in days:
        Order.objects.create(
            number=f"{who.pk}-{day}", customer=who, placed_at=NOW - timedelta(days=day), received_at=NOW,
            total=Decimal(total), currency="VND",
        )  # fmt: skip


@pytest.fixture
def lan(huy):
    lan = customer("Lan", email="lan@example.com")
    bought(lan, 1, 31, 61, 91, 121)
    return lan


@pytest.fixture
def defined(huy):
    return defections.define(Rule(kind=Kind.DAYS, days=90), by=huy, now=NOW)


def get(client, name, **query):
    return client.get(reverse(name), query)


@pytest.mark.parametrize("name", KEPT)
def test_before_a_job_has_looked_there_is_nothing(client, huy, name):
    assert get(client, name).status_code == 204


@pytest.mark.parametrize("name", [*KEPT, "api_investment"])
def test_a_key_needs_the_scope_and_a_person_the_role(client, huy, name):
    key = api_access.issue("till", ["orders"], by=huy)
    client.logout()

    assert client.get(reverse(name)).status_code == 401
    assert client.get(reverse(name), headers={"Authorization": f"Bearer {key}"}).status_code == 403
    client.force_login(user("front_line"))
    assert client.get(reverse(name)).status_code == 403


def test_what_customers_will_buy(client, lan):
    """S2-7."""
    expected.find_now(NOW)
    found = get(client, "api_expected").json()

    (one,) = found["by_customer"]
    assert (one["customer"], one["visits"], one["has_left"]) == (lan.public_id, 5, False)
    assert Decimal(one["lifetime_value"]) == 2_500_000
    assert (found["customers"], found["pages"]) == (1, 1)
    assert Decimal(found["expected"]) == Decimal(one["expected"])


@pytest.mark.parametrize("page", ["0", "2", "-1", "x", "1.0", "٣", "9" * 40, "\x00"])
def test_a_page_that_is_not_there_is_named(client, lan, page):
    expected.find_now(NOW)
    found = get(client, "api_expected", page=page)

    assert (found.status_code, "page" in str(found.json())) == (400, True)


def test_its_queries_do_not_grow(client, lan, django_assert_max_num_queries):
    for number in range(20):
        bought(customer(f"Khách {number}", email=f"k{number}@example.com"), 5, 40)
    expected.find_now(NOW)
    with django_assert_max_num_queries(9):
        assert len(get(client, "api_expected").json()["by_customer"]) == 21


def test_who_has_left(client, lan, defined):
    """S2-6."""
    bought(customer("Hoa", email="hoa@example.com"), 200)
    leases.run_once(defections.FIND, NOW)
    defection(owner=defined.owner, cause="staff")
    found = get(client, "api_defections").json()

    assert (found["whole"]["customers"], found["whole"]["left"], found["to_ask"]) == (2, 1, 1)
    assert [(one["cause"], one["customers"]) for one in found["causes"]] == [("staff", 1)]
    assert sum(one["left"] for one in found["quarters"]) == 1


def test_where_they_leave(client, lan, defined):
    leaving.find_now(NOW)
    found = get(client, "api_leaving").json()

    assert (found["customers"], found["left"]) == (1, 0)


def test_what_mending_a_cause_would_bring(client, huy):
    """S2-5."""
    defection(cause="staff", value_lost=Decimal(900_000), state="contacted")
    found = get(client, "api_investment").json()

    assert [(one["cause"], one["customers"]) for one in found["causes"]] == [("staff", 1)]
    assert Decimal(found["causes"][0]["spent_in_last_year"]) == 900_000


def test_what_staying_brings(client, lan):
    bought(lan, 500)
    tenure.find_now(NOW)
    found = get(client, "api_tenure").json()

    assert (found["currency"], found["years"][0]["customers"]) == ("VND", 1)


def test_who_says_nothing(client, huy):
    """S4-3."""
    for number in range(40):
        bought(customer(f"Khách {number}", email=f"k{number}@example.com"), 70)
    gone = defection(customer("Hoa"))
    headlines.find_now()
    found = get(client, "api_silence").json()

    assert sum(one["said_nothing"] for one in found["months"]) == 40
    assert [one["customer"] for one in found["who_stopped"]] == [gone.customer.public_id]
