"""Each number of a report can be followed down to its customers (issue 6): a page for every list, its files,
and the same for programs; the number equals the rows."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from feedback import defections, departed, expected, leases, leaving, merging
from feedback.defection.rules import Kind, Rule
from feedback.models import Customer, Departed, Location, Order, OrderLine, Product
from tests import workbook
from tests.factories import NOW, a_shop, customer, user

pytestmark = pytest.mark.django_db


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


def bought(who, *days, total=500_000, **columns):
    for day in days:
        yield Order.objects.create(
            number=f"{who.pk}-{day}", customer=who, placed_at=NOW - timedelta(days=day), received_at=NOW,
            total=Decimal(total), currency="VND", **columns,
        )  # fmt: skip


def buys(who, *days, **columns):
    return list(bought(who, *days, **columns))


@pytest.fixture
def shop_of_three(huy):
    """Lan left long ago and dearly, Hoa with one purchase, Minh is here."""
    defections.define(Rule(kind=Kind.DAYS, days=90), by=huy, now=NOW)
    lan, hoa, minh = customer("Lan"), customer("Hoa"), customer("Minh")
    buys(lan, 460, 430, 400)
    buys(hoa, 200)
    buys(minh, 100, 10)
    leases.run_once(defections.FIND, NOW)
    return lan, hoa, minh


def look(client, name, **query):
    return client.get(reverse(name), query)


def listed(client, name, **query):
    """The ids of the customers on all pages."""
    found, number = [], 1
    while True:
        response = look(client, name, **query, page=number)
        assert response.status_code == 200
        found += [one.public_id for one, _cells in response.context["rows"]]
        if not response.context["page"].has_next():
            return found
        number += 1


def in_csv(client, name, **query):
    text = look(client, f"{name}_csv", **query).getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def agree(client, name, counted, **query):
    """The page, both files and the API list as many as the number says, the same ones."""
    ids = listed(client, name, **query)
    assert len(ids) == counted
    assert [row["customer"] for row in in_csv(client, name, **query)] == ids
    (first, *_more) = workbook.sheets(look(client, f"{name}_xlsx", **query).getvalue()).values()
    assert [row[0] for row in first[1:]] == ids
    told = look(client, f"api_{name}", **query).json()
    assert ([row["customer"] for row in told["rows"]], told["customers"]) == (ids, counted)
    return ids


def test_who_left_is_as_many_as_the_rate_counts(client, shop_of_three):
    """S2-6: with what made them count, the dearest first."""
    lan, hoa, _minh = shop_of_three
    page = look(client, "defections")
    counted = page.context["rate"].whole.left

    ids = agree(client, "departed", counted)

    assert ids == [lan.public_id, hoa.public_id]
    assert f'href="{reverse("departed")}"' in page.content.decode()
    first, second = in_csv(client, "departed")
    assert (first["usual_days"], first["visits"], first["spent"]) == ("30", "3", "1500000.00")
    assert (second["usual_days"], second["last_bought_on"]) == (
        "", (NOW - timedelta(days=200)).date().isoformat(),
    )  # fmt: skip
    assert reverse("customer", args=[lan.public_id]) in look(client, "departed").content.decode()


def test_each_cohort_lists_those_it_counts(client, shop_of_three):
    page = look(client, "defections")

    for _name, cohort, url in page.context["quarters"]:
        agree(client, "departed", cohort.left, quarter=cohort.first)
        assert cohort.left == 0 or f'href="{url}"' in page.content.decode()
    assert sum(cohort.left for _name, cohort, _url in page.context["quarters"]) == 2


def test_who_came_back_is_listed_no_more(client, shop_of_three):
    lan, hoa, _minh = shop_of_three
    buys(hoa, 1)
    Departed.objects.filter(customer=lan).update(spent=7)  # what is not so is written anew
    later = NOW + timedelta(hours=2)
    leases.run_once(defections.FIND, later)

    assert listed(client, "departed") == [lan.public_id]
    assert Departed.objects.get().spent == 1_500_000


def test_what_is_so_already_is_not_written_again(client, shop_of_three, django_assert_num_queries):
    rows = list(Departed.objects.order_by("customer").values())
    histories, today = defections.load(), NOW.date().toordinal()
    found = defections.judge(Rule(kind=Kind.DAYS, days=90), histories, today)

    with django_assert_num_queries(1):
        departed.keep(found)

    assert list(Departed.objects.order_by("customer").values()) == rows


def test_whoever_was_erased_or_merged_since_is_not_listed_and_it_is_said(client, shop_of_three):
    lan, hoa, minh = shop_of_three
    merging.merge(hoa, minh)

    page = look(client, "departed")

    assert [one for one, _cells in page.context["rows"]] == [lan]
    assert "The report counted 2" in page.content.decode()
    Customer.objects.filter(pk=lan.pk).update(erased_at=NOW)
    assert listed(client, "departed") == []


def test_before_anybody_was_looked_at_there_is_no_such_number(client, huy):
    for _defined in (False, True):
        assert "Nobody has looked yet" in look(client, "departed").content.decode()
        agree(client, "departed", 0)
        defections.define(Rule(kind=Kind.DAYS, days=90), by=huy, now=NOW)


@pytest.mark.parametrize("quarter", ["x", "2026-02-01", "2026-01-02", "0001-01-01", "9999-10-01", "%00"])
@pytest.mark.parametrize("name", ["departed", "departed_csv", "departed_xlsx", "api_departed"])
def test_a_quarter_that_cannot_be_is_refused(client, shop_of_three, name, quarter):
    assert look(client, name, quarter=quarter).status_code in (400, 404)


@pytest.fixture
def parts(client, huy):
    """Of a place, a product and a promise: each with some who left, more than once, merged too."""
    defections.define(Rule(kind=Kind.DAYS, days=90), by=huy, now=NOW)
    hue = Location.objects.create(code="hue", name_vi="Huế", name_en="Huế store")
    cup = Product.objects.create(sku="CUP", name_vi="Tách", name_en="Cup", category="cups", currency="VND")
    day = NOW.date()
    for place in range(12):
        who = customer(f"Khách {place}")
        late = day if place % 3 else day - timedelta(days=1)
        (order,) = buys(
            who, 200 if place % 2 else 10, location=hue if place % 4 else None, promised_on=late,
            delivered_on=day,
        )  # fmt: skip
        OrderLine.objects.create(order=order, product=cup, name="x", quantity=place % 5 + 1, price=1)
        if place % 4 == 1:
            buys(customer(f"Twin {place}", merged_into=who), 300, location=hue)
    leases.run_once(defections.FIND, NOW)
    leaving.find_now(NOW)
    return leaving.newest().parts


def test_each_place_product_and_group_lists_those_it_counts(client, parts):
    """S2-6, S2-10."""
    assert {one.kind for one in parts} == {"location", "category", "product", "promise", "fit"}
    assert sum(one.left for one in parts) > 20

    for one in parts:
        agree(client, "leaving_people", one.left, kind=one.kind, key=one.key, group=one.group)


def test_a_place_leads_to_its_customers(client, parts):
    page = look(client, "leaving").content.decode()

    assert "/reports/leaving/customers/?kind=location&amp;key=hue" in page
    assert "Huế store" in look(client, "leaving_people", kind="location", key="hue").content.decode()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"kind": "person", "key": "hue"}, 400),
        ({"kind": "location", "key": "\x00"}, 400),
        ({"kind": "location", "key": "x" * 300}, 400),
        ({"kind": "location", "key": "nowhere"}, 404),
        ({"kind": "fit", "key": "CUP", "group": "9"}, 404),
    ],
)
def test_a_part_that_is_none_is_refused(client, parts, query, status):
    for name in ("leaving_people", "leaving_people_csv", "leaving_people_xlsx", "api_leaving_people"):
        assert look(client, name, **query).status_code == status


def test_its_queries_do_not_grow(client, huy, django_assert_max_num_queries):
    defections.define(Rule(kind=Kind.DAYS, days=90), by=huy, now=NOW)
    for number in range(60):
        buys(customer(f"Khách {number}"), 200 + number)
    leases.run_once(defections.FIND, NOW)

    with django_assert_max_num_queries(14):
        assert len(look(client, "departed").context["rows"]) == 50
    with django_assert_max_num_queries(12):
        assert len(in_csv(client, "departed")) == 60
    assert len(set(listed(client, "departed"))) == 60


TRY = {"kind": "days", "days": "90"}


@pytest.mark.parametrize("rule", [TRY, {"kind": "interval", "times": "2.5", "at_least": "20"},
                                  {"kind": "visits", "drop": "50", "days": "90"}])  # fmt: skip
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_trial_lists_whom_it_would_find(client, shop_of_three, rule, language):
    """S2-1: before it counts; the link holds the same rule in any language."""
    client.cookies["django_language"] = language
    page = look(client, "defection_rule", **rule)
    url = page.context["people_url"]

    response = client.get(url)

    assert f'href="{url.replace("&", "&amp;")}"' in page.content.decode()
    assert response.context["page"].paginator.count == page.context["seen"].flagged
    assert len(in_csv(client, "defection_rule_people", **rule)) == page.context["seen"].flagged


def test_a_trial_names_the_pattern(client, shop_of_three):
    (first, second) = in_csv(client, "defection_rule_people", **TRY)

    assert (first["pattern"], first["visits"], first["spent"]) == ("every 30 days → 400 days", "3", "1500000")
    assert second["customer"] == shop_of_three[1].public_id


def test_a_trial_that_looked_at_some_lists_these(client, shop_of_three, monkeypatch):
    monkeypatch.setattr(defections, "MOST_LOOKED_AT", 3)
    page = look(client, "defection_rule", **TRY)

    response = look(client, "defection_rule_people", **TRY)

    assert page.context["seen"].one_in > 1
    assert response.context["page"].paginator.count == page.context["seen"].flagged
    assert "was looked at, as on the page before" in response.content.decode()


@pytest.mark.parametrize("wrong", [{}, {"kind": "x"}, {"kind": "days", "days": "0"}, {"kind": "\x00"},
                                   TRY | {"category": "none such"}])  # fmt: skip
def test_a_rule_that_cannot_be_finds_nobody(client, shop_of_three, wrong):
    for name in ("defection_rule_people", "defection_rule_people_csv", "defection_rule_people_xlsx"):
        assert look(client, name, **wrong).status_code == 400


@pytest.mark.parametrize("threshold", [None, "600000", "400.000"])
def test_who_is_valued_is_as_many_as_the_page_counts(client, shop_of_three, threshold):
    """S3-3."""
    expected.find_now(NOW)
    of = {} if threshold is None else {"threshold": threshold}
    counted = look(client, "thresholds").context["valued"].n

    ids = agree(client, "valued", counted if threshold is None else 2 if threshold == "600000" else 3, **of)

    assert len(ids) == len(set(ids))
    assert f'href="{reverse("valued")}"' in look(client, "thresholds").content.decode()


def test_before_the_first_night_nobody_is_valued(client, huy):
    assert "Nobody has looked yet" in look(client, "valued").content.decode()
    agree(client, "valued", 0)


@pytest.mark.parametrize("threshold", ["x", "-1", "0", "\x00", "9" * 39])
def test_a_threshold_that_is_none_is_refused(client, shop_of_three, threshold):
    expected.find_now(NOW)
    for name in ("valued", "valued_csv", "valued_xlsx", "api_valued"):
        assert look(client, name, threshold=threshold).status_code == 400
