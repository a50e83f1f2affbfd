"""S0-8: the spread of what customers find, out of the database; pages, files, the alarm of the morning."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse

from feedback import shop
from feedback.front import headlines
from feedback.models import Customer, Headline, Touchpoint
from surveys import consistency
from surveys.steadiness import Verdict
from tests import factories

pytestmark = pytest.mark.django_db
STEADY, SWINGING = [4, 5, 4, 4] * 9, [1, 5, 5, 5] * 9


@pytest.fixture
def marked(the_shop, now):
    def marked(stars, days, *, touchpoint="delivery", buyer=None):
        place = Touchpoint.objects.get(slug=touchpoint)
        for one in stars:
            factories.comment(
                "", touchpoint=place, scale="stars_5", score=one, said_at=now - timedelta(days=days),
                customer=buyer,
            )  # fmt: skip

    return marked


@pytest.fixture
def found(now):
    def found(language="en"):
        today = shop.day(now)
        return consistency.report(today - timedelta(days=90), today, language)

    return found


def verdict(report, slug="delivery"):
    return next(row.verdict for row in report.rows if row.slug == slug)


def test_a_place_that_became_less_steady_at_the_same_mean_is_told(marked, found):
    marked(STEADY, 120)
    marked(SWINGING, 10)

    assert verdict(found()) == Verdict.RISING
    assert [row.slug for row in found().rising] == ["*", "delivery"]


def test_the_time_before_is_as_long_and_no_longer(marked, found):
    marked(STEADY, 185)
    marked(SWINGING, 10)

    assert verdict(found()) == Verdict.TOO_FEW


def test_one_person_has_one_mark_a_time(marked, found):
    buyer = factories.customer()
    marked(STEADY, 120, buyer=buyer)
    marked(SWINGING, 10, buyer=buyer)

    assert verdict(found()) == Verdict.TOO_FEW


def test_the_same_people_are_followed_from_one_dealing_to_the_next(marked, found):
    for _ in range(30):
        buyer = factories.customer()
        marked([3, 3], 120, buyer=buyer)
        marked([1, 5], 10, buyer=buyer)

    assert verdict(found(), consistency.SAME_PEOPLE) == Verdict.RISING


def test_customers_with_the_widest_swings_are_named_from_three_marks_on(marked, found):
    wide, narrow, few = (factories.customer(name) for name in ("Lan", "Minh", "Omar"))
    marked([1, 5, 1], 10, buyer=wide)
    marked([4, 5, 4], 10, buyer=narrow)
    marked([1, 5], 10, buyer=few)

    assert [one.customer for one in found().swings] == [wide.pk, narrow.pk]
    assert (found().swings[0].lowest, found().swings[0].highest) == (0, 100)


def test_insiders_do_not_count(marked, found):
    cousin = factories.customer()
    marked([1, 5, 1], 10, buyer=cousin)
    Customer.objects.filter(pk=cousin.pk).update(is_insider=True)

    assert found().swings == []


def test_it_asks_no_more_for_more(marked, found, django_assert_max_num_queries):
    for _ in range(3):
        marked([1, 5, 3], 10, buyer=factories.customer())
        marked([1, 5, 3], 120, touchpoint="product", buyer=factories.customer())

    with django_assert_max_num_queries(17):
        found()


@pytest.fixture
def manager(client, the_shop):
    client.force_login(factories.user("manager", "Huy", language="en"))
    client.cookies["django_language"] = "en"
    return client


def test_page_file_and_program_tell_the_same(manager, marked):
    marked(STEADY, 120)
    marked(SWINGING, 10)

    page = manager.get(reverse("consistency")).content.decode()
    text = manager.get(reverse("consistency_csv")).getvalue().decode("utf-8-sig")
    data = manager.get(reverse("api_consistency")).json()["touchpoints"]

    assert "Customers do not know what they will get." in page
    line = next(row for row in csv.DictReader(io.StringIO(text)) if row["touchpoint"] == "delivery")
    one = next(row for row in data if row["touchpoint"] == "delivery")
    assert line["verdict"] == one["verdict"] == "rising"
    assert float(line["times"]) == pytest.approx(one["times"], abs=0.001)
    assert manager.get(reverse("consistency_xlsx")).getvalue()[:2] == b"PK"


def test_an_empty_shop_has_a_page(manager):
    page = manager.get(reverse("consistency"))

    assert page.status_code == 200
    assert "Too little is known" in page.content.decode()


@pytest.mark.parametrize("name", ["consistency", "consistency_csv", "consistency_xlsx", "api_consistency"])
@pytest.mark.parametrize("given", [{"from": "yesterday"}, {"from": "2026-03-02", "to": "2026-03-01"}])
def test_a_filter_that_cannot_be_used_is_told(manager, name, given):
    assert manager.get(reverse(name), given).status_code == 400


def test_the_morning_page_tells_managers_of_it(manager, marked):
    marked(STEADY, 120)
    marked(SWINGING, 10)
    headlines.find_now()

    assert Headline.objects.get(name="unsteady").data == {"places": ["*", "delivery"]}
    assert "no longer know what they will get" in manager.get("/").content.decode()
    manager.force_login(factories.user("staff", "Mai", language="en"))
    assert "no longer know what they will get" not in manager.get("/").content.decode()
