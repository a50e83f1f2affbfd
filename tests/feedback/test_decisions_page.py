"""S2-8: the advocate reads every decision, refusals and what people decided otherwise among them."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from feedback import cases, shop
from feedback.models import Decision, Override
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop(client):
    factories.a_shop()
    client.cookies["django_language"] = "en"
    yield
    shop.forget()


@pytest.fixture
def advocate(client):
    client.force_login(factories.user("advocate", "An"))
    return client


def decided(problem="damaged", fault="ours"):
    about = factories.read_comment(reading={"problem": problem, "fault": fault}, channel="form")
    made = factories.case(about)
    cases.decide_many([about], timezone.now(), cases={about.pk: made})
    return made


def test_every_decision_stands_with_its_rule_and_what_it_grants(advocate):
    made = decided()

    page = advocate.get(reverse("decisions")).content.decode()
    (line,) = csv.DictReader(
        io.StringIO(advocate.get(reverse("decisions_csv")).getvalue().decode("utf-8-sig"))
    )

    assert made.public_id in page
    assert "Put right in full" in page
    assert (line["case"], line["rule"]) == (made.public_id, "own_fault")
    assert "replacement" in line["remedies"].split()


def test_one_made_anew_stays_beside_the_newer(advocate):
    made = decided()
    cases.decide_many([made.comment], timezone.now(), cases={made.comment_id: made})

    assert "decided anew since" in advocate.get(reverse("decisions")).content.decode()


def test_refusals_and_overrides_can_be_read_alone(advocate):
    kept, less = decided(), decided()
    row = Decision.objects.get(comment=less.comment, is_current=True)
    Override.objects.create(
        case=less, decision=row, direction="less", currency="VND", reason="Seen by the shop.", role="manager",
        by=factories.user("manager", "Huy"), at=timezone.now(),
    )  # fmt: skip

    for only in ("refusals", "overridden"):
        page = advocate.get(reverse("decisions"), {"only": only}).content.decode()
        assert less.public_id in page
        assert kept.public_id not in page
        assert "Seen by the shop." in page


def test_rules_are_counted_with_an_interval(advocate):
    for n in range(6):
        decided(*(("late", "carrier") if n == 0 else ()))

    shares = advocate.get(reverse("decisions")).context["shares"]

    whole = {one["one"].rule: one["one"] for one in shares}
    assert (whole["own_fault"].n, whole["own_fault"].of) == (5, 6)
    assert whole["own_fault"].interval


def test_days_and_rules_are_kept_to(advocate):
    made = decided()
    Decision.objects.update(made_at=timezone.now() - timedelta(days=400))
    other = decided("late", "carrier")

    page = advocate.get(reverse("decisions"), {"rule": "investigate"}).content.decode()

    assert other.public_id in page
    assert made.public_id not in page


@pytest.mark.parametrize("given", [{"from": "yesterday"}, {"rule": "whim"}, {"only": "\x00"}])
@pytest.mark.parametrize("name", ["decisions", "decisions_csv"])
def test_a_filter_that_cannot_be_used_is_told(advocate, name, given):
    assert advocate.get(reverse(name), given).status_code == 400


def test_an_empty_shop_has_a_page(advocate):
    assert "Nothing was decided in this time" in advocate.get(reverse("decisions")).content.decode()


def test_it_asks_no_more_for_more(advocate, django_assert_max_num_queries):
    for _n in range(12):
        decided()

    with django_assert_max_num_queries(12):
        advocate.get(reverse("decisions"))
