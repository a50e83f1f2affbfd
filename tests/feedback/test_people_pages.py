"""Each number of a report can be followed down to its customers (issue 6): a page for every list, its files,
and the same for programs; the number equals the rows."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from statistics import median

import pytest
from django.core.cache import caches
from django.urls import reverse

from feedback import cases, defections, departed, erasure, expected, leases, leaving, listed, merging, tenure
from feedback.defection.rules import Kind, Rule
from feedback.front import headlines, silence
from feedback.models import (
    Case,
    Comment,
    Customer,
    Departed,
    ExpectedValue,
    Location,
    Order,
    OrderLine,
    Product,
    User,
    WalletShare,
)
from feedback.views import people_pages
from tests import workbook
from tests.factories import NOW, a_shop, case, comment, customer, defection, read_comment, user

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


@pytest.fixture(params=[listed.FEWEST, 1], ids=["found out", "kept"])
def fewest(request, monkeypatch):
    """From how many on a job keeps a list: it has the same customers in the same order."""
    monkeypatch.setattr(listed, "FEWEST", request.param)
    return request.param


def bought(who, *days, total=500_000, **columns):
    for day in days:
        yield Order.objects.create(
            number=f"{who.pk}-{day}", customer=who, placed_at=NOW - timedelta(days=day), received_at=NOW,
            total=Decimal(total), currency="VND", **columns,
        )  # fmt: skip


def buys(who, *days, **columns):
    return list(bought(who, *days, **columns))


@pytest.fixture
def shop_of_three(huy, fewest):
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


def everybody(client, name, **query):
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
    ids = everybody(client, name, **query)
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
        agree(client, "departed", cohort.n, quarter=cohort.first, who="all")
        assert cohort.left == 0 or f'href="{url}"' in page.content.decode()
        assert f'href="{url}&amp;who=all"' in page.content.decode()
    assert sum(cohort.left for _name, cohort, _url in page.context["quarters"]) == 2


@pytest.mark.parametrize("category", ["", "cups"])
def test_all_whom_the_rate_counts_are_listed(client, huy, category):
    """Merged ones as one, by the first purchase of either; of a rule about one category, its buyers."""
    defections.define(Rule(kind=Kind.DAYS, days=90, category=category), by=huy, now=NOW)
    for place in range(9):
        who = customer(f"Khách {place}")
        for order in buys(who, 40 * place + 20, *([5] if place % 2 else [])):
            OrderLine.objects.create(order=order, category="cups" if place % 3 else "", name="x", price=1)
        if place == 4:
            (order,) = buys(customer("Twin", merged_into=who), 400)
            OrderLine.objects.create(order=order, category="cups", name="x", price=1)
    buys(customer("Ai đó", email="", phone=""), 30)
    buys(customer("Người nhà", is_insider=True), 30)
    leases.run_once(defections.FIND, NOW)
    rate = look(client, "defections").context["rate"]

    agree(client, "departed", rate.whole.n, who="all")
    for one in rate.quarters:
        agree(client, "departed", one.n, quarter=one.first, who="all")
    assert rate.whole.n == (6 if category else 9)


def test_who_came_back_is_listed_no_more(client, shop_of_three):
    lan, hoa, _minh = shop_of_three
    buys(hoa, 1)
    Departed.objects.filter(customer=lan).update(spent=7)  # what is not so is written anew
    later = NOW + timedelta(hours=2)
    leases.run_once(defections.FIND, later)

    assert everybody(client, "departed") == [lan.public_id]
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
    assert everybody(client, "departed") == []


def gone(who):
    """Erased, as the page of their data does it."""
    erasure.ask(who, how="page")
    leases.run_once(erasure.ERASE, NOW)
    assert Customer.objects.get(pk=who.pk).erased_at


def test_the_heading_counts_those_who_are_listed(client, shop_of_three):
    """Not the places that a kept list has for whoever was erased or merged since."""
    lan, hoa, minh = shop_of_three
    gone(lan)
    merging.merge(hoa, minh)

    for query, names in (({}, []), ({"who": "all"}, [minh.public_id])):
        page = look(client, "departed", **query)
        assert everybody(client, "departed", **query) == names
        assert page.context["number"] == len(names)
        assert look(client, "api_departed", **query).json()["customers"] == len(names)
        assert "The report counted" in page.content.decode()


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
def parts(client, huy, fewest):
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
        if place % 5 < 2:
            case(read_comment(customer=who))
    leases.run_once(defections.FIND, NOW)
    leaving.find_now(NOW)
    return leaving.newest().parts


def test_each_place_product_and_group_lists_those_it_counts(client, parts):
    """S2-6, S2-10."""
    assert {one.kind for one in parts} == {"location", "category", "product", "promise", "fit"}
    assert sum(one.left for one in parts) > 20

    for one in parts:
        of = {"kind": one.kind, "key": one.key, "group": one.group}
        agree(client, "leaving_people", one.left, **of)
        agree(client, "leaving_people", one.n, **of, who="all")
        agree(client, "leaving_people", one.complained, **of, who="complained")
        agree(client, "leaving_people", one.others_n, **of, who="others")
        agree(client, "leaving_people", one.others_left, **of, who="others_left")
        agree(client, "leaving_people", one.others_complained, **of, who="others_complained")
    assert sum(one.others_left for one in parts) > 10
    assert sum(one.complained for one in parts) > 4


def test_who_may_still_be_here_has_the_same_columns(client, parts):
    left = {row["customer"]: row for row in in_csv(client, "leaving_people", kind="location", key="hue")}
    all_ = in_csv(client, "leaving_people", kind="location", key="hue", who="all")

    assert {row["customer"] for row in all_ if row["left_since"]} == set(left)
    for row in all_:
        gone = left.get(row["customer"])
        assert gone is None or {**gone, "spent": int(float(gone["spent"]))} == {
            **row, "spent": int(float(row["spent"])),
        }  # fmt: skip


def test_a_place_leads_to_its_customers(client, parts):
    page = look(client, "leaving").content.decode()

    assert "/reports/leaving/customers/?kind=location&amp;key=hue&amp;who=all" in page
    assert "Huế store" in look(client, "leaving_people", kind="location", key="hue").content.decode()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"kind": "person", "key": "hue"}, 400),
        ({"kind": "location", "key": "\x00"}, 400),
        ({"kind": "location", "key": "x" * 300}, 400),
        ({"kind": "location", "key": "hue", "who": "x"}, 400),
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
    assert len(set(everybody(client, "departed"))) == 60


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

    is_linked = f'href="{url.replace("&", "&amp;")}"' in page.content.decode()
    assert is_linked == (page.context["seen"].flagged > 0)
    assert response.context["page"].paginator.count == page.context["seen"].flagged
    assert len(in_csv(client, "defection_rule_people", **rule)) == page.context["seen"].flagged


RULES = [
    TRY,
    TRY | {"category": "cups"},
    {"kind": "interval", "times": "2.5", "at_least": "20"},
    {"kind": "visits", "drop": "50", "days": "90"},
    {"kind": "spend", "drop": "50", "days": "90"},
    {"kind": "share", "share": "50", "days": "90"},
    {"kind": "chance", "percent": "50", "days": "90"},
    TRY | {"least": "2"},
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: "-".join(map(str, rule.values())))
def test_all_whom_a_trial_looks_at_are_listed(client, shop_with_a_past, rule):
    """S2-1: "of n customers", of each kind of definition, today and on the past."""
    for place, who in enumerate(Customer.objects.order_by("pk")):
        for ago in (120, 10):
            WalletShare.objects.create(customer=who, percent=20 * (place % 5), told_at=NOW - timedelta(ago))
    page = look(client, "defection_rule", **rule)
    seen = page.context["seen"]

    ids = agree(client, "defection_rule_people", seen.n, **rule, who="all")

    assert seen.n > 0
    assert page.context["all_url"].replace("&", "&amp;") in page.content.decode()
    assert set(agree(client, "defection_rule_people", seen.flagged, **rule)) <= set(ids)
    agree(client, "defection_rule_past", seen.tested.n, **rule, who="known")
    if not rule.get("category") and not rule.get("least"):
        assert set(everybody(client, "departed", who="all")) == set(ids)


def test_how_much_sooner_is_told_of_each_it_was_right_about(client, shop_with_a_past):
    """S2-1: the page says that of the middle one."""
    tested = look(client, "defection_rule", **TRY).context["seen"].tested
    rows = in_csv(client, "defection_rule_past", **TRY, who="right")

    assert median(int(row["sooner_by"]) for row in rows) == tested.lead_days
    assert {row["sooner_by"] for row in in_csv(client, "defection_rule_past", **TRY, who="came_back")} == {""}


def test_the_false_alarms_of_our_definition_are_listed(client, shop_with_a_past, time_machine):
    """S2-3: as of the day of its trial, which is not anew each day."""
    later = NOW + timedelta(days=2)
    time_machine.move_to(later, tick=False)
    client.force_login(User.objects.get())
    page = look(client, "defections")
    told = page.context["false_alarms"]

    assert (told.flagged, told.came_back) > (1, 0)
    for who, counted in (("flagged", told.flagged), ("came_back", told.came_back)):
        url = page.context[f"{who}_url"]
        assert url.replace("&", "&amp;") in page.content.decode()
        assert client.get(url).context["page"].paginator.count == counted


def test_a_trial_on_days_that_are_not_over_is_refused(client, shop_of_three):
    for day in ((NOW - timedelta(days=89)).date(), "1969-12-31", "9999-12-31", "x"):
        for name in ("defection_rule_past", "defection_rule_past_csv", "api_defection_rule_past"):
            assert look(client, name, **TRY, on=day).status_code == 400


def test_a_trial_names_the_pattern(client, shop_of_three):
    (first, second) = in_csv(client, "defection_rule_people", **TRY)

    assert (first["pattern"], first["visits"], first["spent"]) == ("every 30 days → 400 days", "3", "1500000")
    assert second["customer"] == shop_of_three[1].public_id


def test_a_trial_that_looked_at_some_lists_these(client, shop_of_three, monkeypatch):
    monkeypatch.setattr(defections, "MOST_LOOKED_AT", 3)
    caches["sums"].clear()
    page = look(client, "defection_rule", **TRY)

    response = look(client, "defection_rule_people", **TRY)

    assert '<p class="note">No purchase for more than' in response.content.decode()
    assert page.context["seen"].one_in > 1
    assert response.context["page"].paginator.count == page.context["seen"].flagged
    assert "was looked at, as on the page before" in response.content.decode()


def test_a_trial_forgets_at_once_who_was_erased(client, shop_of_three, monkeypatch):
    """What was looked at is kept for some minutes: not whoever was erased, or made one with another."""
    lan, hoa, minh = shop_of_three
    monkeypatch.setattr(defections, "MOST_LOOKED_AT", 4)  # one in two
    caches["sums"].clear()
    looked_at = everybody(client, "defection_rule_people", **TRY, who="all")
    assert 0 < len(looked_at) < 3
    who = Customer.objects.get(public_id=looked_at[0])
    gone(who)

    page = look(client, "defection_rule", **TRY)
    listed_now = everybody(client, "defection_rule_people", **TRY, who="all")
    assert page.context["seen"].n == len(listed_now) == len(looked_at) - 1
    assert who.public_id not in listed_now
    if listed_now:
        one = Customer.objects.get(public_id=listed_now[0])
        merging.merge(one, next(other for other in (lan, hoa, minh) if other not in (one, who)))
        assert one.public_id not in everybody(client, "defection_rule_people", **TRY, who="all")


@pytest.fixture
def shop_with_a_past(client, huy):
    """At the day of the trial some would have been found, rightly and wrongly, in time and too early."""
    defections.define(Rule(kind=Kind.DAYS, days=90), by=huy, now=NOW)
    for place in range(24):
        who = customer(f"Khách {place}")
        buys(who, 500 - 15 * place, *([60 + place] if place % 3 else []))
        if place % 4 == 0:
            buys(who, 5, 303, 318)
        if place % 6 == 0:
            buys(who, 100 + place)
    Product.objects.create(sku="CUP", name_vi="Tách", name_en="Cup", category="cups", currency="VND")
    for order in Order.objects.order_by("pk")[::3]:
        OrderLine.objects.create(order=order, category="cups", name="x", price=1)
    leases.run_once(defections.FIND, NOW)


def test_each_figure_of_a_trial_on_the_past_lists_those_it_counts(client, shop_with_a_past):
    """S2-1: found, right, false alarms, missed, those who stopped anyway; each week's alerts too."""
    page = look(client, "defection_rule", **TRY)
    tested = page.context["seen"].tested
    counted = {
        "flagged": tested.flagged, "right": tested.flagged_and_left, "came_back": tested.came_back,
        "stopped": tested.left, "missed": tested.left - tested.flagged_and_left, "known": tested.n,
    }  # fmt: skip
    assert all(counted.values())

    for who, n in counted.items():
        agree(client, "defection_rule_past", n, **TRY, who=who)
    for who, n in (("alerts", tested.alerts_per_week), ("false_alarms", tested.false_alarms_per_week)):
        rows = in_csv(client, "defection_rule_past", **TRY, who=who)
        assert sum(int(row[who]) for row in rows) == n * tested.weeks > 0
    text = page.content.decode()
    for who in (*counted, "alerts", "false_alarms"):
        url = page.context["past_urls"][who]
        assert client.get(url).context["rows"]
        assert f'href="{url.replace("&", "&amp;")}"' in text, who


def test_a_false_alarm_says_when_they_bought_again(client, shop_with_a_past):
    cut = (NOW - timedelta(days=90)).date().isoformat()

    for who, bought in (("came_back", True), ("right", False), ("missed", False)):
        for row in in_csv(client, "defection_rule_past", **TRY, who=who):
            again = row["bought_again_on"]
            assert row["last_bought_on"] <= cut
            assert (cut < again <= NOW.date().isoformat()) is bought, who
            assert bool(row["left_since"]) is (who != "missed")


def test_a_shop_without_a_past_says_so(client, huy):
    buys(customer("Lan"), 3)

    assert "too short" in look(client, "defection_rule_past", **TRY).content.decode()
    agree(client, "defection_rule_past", 0, **TRY)


@pytest.mark.parametrize("wrong", [{}, {"kind": "x"}, {"kind": "days", "days": "0"}, {"kind": "\x00"},
                                   TRY | {"category": "none such"}])  # fmt: skip
def test_a_rule_that_cannot_be_finds_nobody(client, shop_of_three, wrong):
    for name in ("defection_rule_people", "defection_rule_past"):
        for kind in ("", "_csv", "_xlsx"):
            assert look(client, f"{name}{kind}", **wrong).status_code == 400
        assert look(client, f"api_{name}", **wrong).status_code == 400


def test_a_figure_of_a_trial_that_is_none_is_refused(client, shop_of_three):
    assert look(client, "defection_rule_past", **TRY, who="x").status_code == 400


@pytest.mark.parametrize("threshold", [None, "600000", "400.000"])
def test_who_is_valued_is_as_many_as_the_page_counts(client, shop_of_three, threshold):
    """S3-3."""
    expected.find_now(NOW)
    of = {} if threshold is None else {"threshold": threshold}
    counted = look(client, "thresholds").context["valued"].n

    ids = agree(client, "valued", counted if threshold is None else 2 if threshold == "600000" else 3, **of)

    assert len(ids) == len(set(ids))
    assert f'href="{reverse("valued")}"' in look(client, "thresholds").content.decode()


def test_whoever_is_gone_pushes_no_valued_customer_off_the_list(client, shop_of_three):
    """As an erasure and a merging take them away."""
    expected.find_now(NOW)
    lan, _hoa, minh = shop_of_three
    ExpectedValue.objects.filter(customer=lan).delete()

    assert everybody(client, "valued", threshold="600000") == [minh.public_id]


def a_wrong_address(who, *, worth):
    """Goodwill is what the policy has for it."""
    (order,) = buys(who, 20 + Case.objects.count(), total=worth)
    about = read_comment(
        customer=who, order=order, channel="form", reading={"problem": "wrong_address", "fault": "customer"}
    )
    opened = case(about, opened_at=NOW - timedelta(days=9))
    cases.decide_many([about], NOW, cases={about.pk: opened})


def test_each_threshold_lists_whom_it_would_have_helped(client, huy):
    """S3-3: at each step of the page as many as it says; who was erased is said and not listed."""
    people = [customer(f"Khách {place}") for place in range(5)]
    for place, who in enumerate([*people, people[3]]):
        a_wrong_address(who, worth=700_000 * (place + 1))
    page = look(client, "thresholds")

    for step, url in page.context["steps"]:
        ids = agree(client, "threshold_helped", step.customers, threshold=step.threshold)
        assert len(set(ids)) == len(ids)
        assert step.customers == 0 or f'href="{url.replace("&", "&amp;")}"' in page.content.decode()
        rows = in_csv(client, "threshold_helped", threshold=step.threshold)
        for name, counted in (("cases", step.cases), ("spent", step.spent), ("earned", step.earned)):
            assert sum(Decimal(row[name]) for row in rows) == counted
    assert {step.customers for step, _url in page.context["steps"]} >= {0, 5}
    Customer.objects.filter(pk=people[0].pk).update(erased_at=NOW)
    assert "1 more is counted" in look(client, "threshold_helped", threshold=0).content.decode()


def test_the_thresholds_list_the_cases_they_look_at(client, huy, django_assert_max_num_queries):
    """S3-3: as many as the page says, of the months asked for; who was erased is not named."""
    people = [customer(f"Khách {place}") for place in range(12)]
    for place, who in enumerate(people):
        a_wrong_address(who, worth=700_000 * (place + 1))
    Case.objects.filter(customer=people[0]).update(opened_at=NOW - timedelta(days=100))
    for months, n in ((6, 12), (3, 11)):
        page = look(client, "thresholds", months=months)
        url = f"{reverse('threshold_cases')}?months={months}"
        assert page.context["found"].cases == n
        assert f'href="{url}"' in page.content.decode()
        with django_assert_max_num_queries(14):
            listed_here = client.get(url)
        ids = [one.public_id for one, _cells in listed_here.context["rows"]]
        assert listed_here.context["number"] == len(set(ids)) == n
        assert [row["case"] for row in in_csv(client, "threshold_cases", months=months)] == ids
        told = look(client, "api_threshold_cases", months=months).json()
        assert told["cases"] == n
        assert [row["case"] for row in told["rows"]] == ids
    Customer.objects.filter(pk=people[1].pk).update(erased_at=NOW, name="")
    rows = in_csv(client, "threshold_cases")
    assert len(rows) == 12
    assert people[1].public_id not in {row["customer"] for row in rows}


@pytest.mark.parametrize("months", ["0", "x", "\x00", "999"])
def test_months_that_are_none_list_no_cases(client, huy, months):
    for name in ("threshold_cases", "threshold_cases_csv", "threshold_cases_xlsx", "api_threshold_cases"):
        assert look(client, name, months=months).status_code == 400


@pytest.mark.parametrize("wrong", [{"threshold": "x"}, {"threshold": "-1"}, {"months": "0"}, {"months": "x"}])
def test_a_step_that_is_none_is_refused(client, huy, wrong):
    for name in ("threshold_helped", "threshold_helped_csv", "threshold_helped_xlsx", "api_threshold_helped"):
        assert look(client, name, **wrong).status_code == 400


def test_before_the_first_night_nobody_is_valued(client, huy):
    assert "Nobody has looked yet" in look(client, "valued").content.decode()
    agree(client, "valued", 0)


@pytest.mark.parametrize("threshold", ["x", "-1", "0", "\x00", "9" * 39])
def test_a_threshold_that_is_none_is_refused(client, shop_of_three, threshold):
    expected.find_now(NOW)
    for name in ("valued", "valued_csv", "valued_xlsx", "api_valued"):
        assert look(client, name, threshold=threshold).status_code == 400


@pytest.fixture
def buyers_by_month(huy, monkeypatch, fewest):
    """Of each month some spoke and some did not; some bought again, one was merged, one has no address."""
    monkeypatch.setattr(silence, "FEWEST", 1)
    monkeypatch.setattr(silence, "FEWEST_AGAIN", 1)
    for place in range(14):
        who = customer(f"Khách {place}", since=NOW - timedelta(days=500 - place))
        buys(who, 60 + 20 * place, *([70 + 20 * place] if place % 3 else []))
        if place % 2:
            comment(customer=who, said_at=NOW - timedelta(days=59 + 20 * place))
        if place % 4 < 2:
            buys(who, 20 * place)
        if place == 5:
            buys(customer("Twin", merged_into=who), 61 + 20 * place)
    buys(customer("Ai đó", email=""), 100, 140)
    headlines.find_now()


def test_each_month_lists_those_it_counts(client, buyers_by_month):
    """S4-3."""
    page = look(client, "silence")
    months = page.context["months"]
    counted = [(one.first, who, one.counts(who)) for one in months for who in silence.WHO]

    for first, who, n in counted:
        if n is None:
            assert look(client, "silence_people", month=first, who=who).status_code == 404
        elif n:
            agree(client, "silence_people", n, month=first, who=who)
            assert f"/reports/silence/customers/?month={first}&amp;who={who}" in page.content.decode()

    assert {who for _first, who, n in counted if n} == set(silence.WHO)
    silent = everybody(client, "silence_people", who="silent")
    assert agree(client, "silence_people", months[0].silent) == silent


def test_who_said_nothing_shows_what_they_bought(client, buyers_by_month):
    month = next(one for one in look(client, "silence").context["months"] if one.silent_again)
    rows = in_csv(client, "silence_people", month=month.first, who="silent_again")

    for row in rows:
        assert month.first.isoformat() <= row["last_bought_on"] <= month.last.isoformat()
        assert row["bought_again_on"] > month.last.isoformat()
        assert int(row["orders"]) >= 1


@pytest.mark.parametrize(
    "wrong", [{"month": "x"}, {"month": "2019-01-01"}, {"who": "heard"}, {"month": "9999-12-31"}]
)
def test_a_month_that_is_none_is_refused(client, buyers_by_month, wrong):
    for name in ("silence_people", "silence_people_csv", "silence_people_xlsx", "api_silence_people"):
        assert look(client, name, **wrong).status_code in (400, 404)


def test_before_a_job_has_looked_nobody_is_everybody(client, huy):
    agree(client, "silence_people", 0)
    agree(client, "tenure_people", 0)


DAYS = {"from": (NOW - timedelta(days=300)).date(), "to": NOW.date()}


@pytest.fixture
def cases_told(huy):
    """Solved the first time (4), not so at least once (3), still open, of staff, of nobody known, too old."""
    for place in range(4):
        told(customer(f"Tốt {place}"), True, True)
    for place in range(3):
        told(customer(f"Chưa {place}"), True, False)
    told(customer("Mở"), None)
    told(customer("Người nhà", is_insider=True), True)
    told(None, False)
    told(customer("Cũ"), False, opened_at=NOW - timedelta(days=400))


def told(who, *ends, opened_at=NOW - timedelta(days=30)):
    for solved in ends:
        made = case(read_comment(customer=who))
        state = {"state": "open"} if solved is None else {"state": "closed", "closed_at": NOW}
        type(made).objects.filter(pk=made.pk).update(
            opened_at=opened_at, resolved_first_time=solved, customer=who, **state
        )


@pytest.mark.parametrize(("who", "counted"), [("solved", 4), ("unsolved", 3)])
def test_service_lists_whose_problem_was_solved(client, cases_told, who, counted):
    """S0-10."""
    page = look(client, "service", **DAYS)
    assert getattr(page.context["balance"], who) == counted

    agree(client, "service_people", counted, **DAYS, who=who)

    assert page.context[f"{who}_url"].replace("&", "&amp;") in page.content.decode()
    assert client.get(page.context[f"{who}_url"]).context["page"].paginator.count == counted
    rows = in_csv(client, "service_people", **DAYS, who=who)
    assert {row["complaints"] for row in rows} == {"2"}
    assert {row["solved_first_time"] for row in rows} == {"2" if who == "solved" else "1"}


@pytest.mark.parametrize(("who", "counted"), [("good", 3), ("bad", 2)])
def test_service_lists_who_says_how_it_ended(client, cases_told, who, counted):
    """S4-4: each customer once; badly once is badly. Strangers and the shop's own are in neither."""
    said = {"Tốt 0": [True, None], "Tốt 1": [True, True], "Chưa 0": [True, False], "Chưa 1": [False, False],
            "Mở": [True], "Người nhà": [False], "Cũ": [False]}  # fmt: skip
    for name, words in said.items():
        rows = Case.objects.filter(customer__name=name).order_by("pk")
        for row, satisfied in zip(rows, words, strict=True):
            at = None if satisfied is None else NOW
            Case.objects.filter(pk=row.pk).update(satisfied=satisfied, satisfied_at=at)
    Case.objects.filter(customer=None).update(satisfied=False, satisfied_at=NOW)
    page = look(client, "service", **DAYS)
    group = {"good": "well", "bad": "badly"}[who]

    assert getattr(page.context["report"], who).n == counted
    agree(client, "service_people", counted, **DAYS, who=group)
    assert page.context[f"{group}_url"].replace("&", "&amp;") in page.content.decode()


def cases_agree(client, counted, **query):
    """The page, both files and the API list as many complaints as the number says, the same ones."""
    page = look(client, "service_cases", **query)
    ids = [one.public_id for one, _cells in page.context["rows"]]
    assert page.context["page"].paginator.count == len(ids) == counted
    assert [row["case"] for row in in_csv(client, "service_cases", **query)] == ids
    (first, *_more) = workbook.sheets(look(client, "service_cases_xlsx", **query).getvalue()).values()
    assert [row[0] for row in first[1:]] == ids
    told = look(client, "api_service_cases", **query).json()
    assert ([row["case"] for row in told["rows"]], told["cases"]) == (ids, counted)
    for one in ids:
        assert reverse("case", args=[one]) in page.content.decode()
    return ids


@pytest.mark.parametrize("language", ["vi", "en"])
def test_service_lists_the_complaints_it_counts(client, cases_told, language):
    """S0-10, S4-4: all that were told, strangers' and our own people's too; and those nobody said how of."""
    client.cookies["django_language"] = language
    for place, row in enumerate(Case.objects.exclude(state="open").order_by("pk")):
        if place % 3 == 0:
            Case.objects.filter(pk=row.pk).update(satisfied=True, satisfied_at=NOW)
    first = Case.objects.filter(customer__name="Tốt 0").first()
    joined = case(read_comment(customer=first.customer), state="closed", closed_at=NOW, joined_to=first)
    page = look(client, "service", **DAYS)
    report, text = page.context["report"], page.content.decode()

    ids = cases_agree(client, report.cases, **DAYS)
    unsaid = cases_agree(client, report.unsaid, **DAYS, who="unsaid")

    assert 0 < len(unsaid) < len(ids)
    assert joined.public_id not in ids
    assert set(unsaid) == {one.public_id for one in Case.objects.filter(satisfied=None, joined_to=None,
        public_id__in=ids).exclude(state="open")}  # fmt: skip
    for name in ("told_url", "unsaid_url"):
        assert page.context[name].replace("&", "&amp;") in text
        assert client.get(page.context[name]).status_code == 200
    (handling,) = [
        row for row in look(client, "service", **DAYS, cost=1000).context["rows"] if "/complaints/" in row.url
    ]
    assert client.get(handling.url).context["page"].paginator.count * 1000 == handling.value


def test_a_complaint_says_whose_it_is_and_how_it_ended(client, cases_told):
    """Whoever was erased, and whoever we do not know, is nobody; files hold no names."""
    Customer.objects.filter(name="Tốt 1").update(erased_at=NOW)
    Comment.objects.filter(case__customer__name="Tốt 0").update(text='"Vỡ" & muộn')
    names = {row.public_id: row.customer for row in Case.objects.select_related("customer")}
    page = look(client, "service_cases", **DAYS)

    assert "Tốt 0" in page.content.decode()
    assert "&quot;Vỡ&quot; &amp; muộn" in page.content.decode()
    assert "Tốt 1" not in page.content.decode()
    for row in in_csv(client, "service_cases", **DAYS):
        who = names[row["case"]]
        known = who is not None and who.name != "Tốt 1"
        assert row["customer"] == (who.public_id if known else "")
        assert row["state"] in ("open", "closed")
        assert row["solved_first_time"] in ("1", "0", "")
        assert row["ended_well"] == ""


def test_the_queries_of_the_lists_of_service_do_not_grow(client, huy, django_assert_max_num_queries):
    for place in range(70):
        told(customer(f"Khách {place}"), place % 2 == 0)

    for name, query in (("service_cases", {}), ("service_people", {"who": "solved"})):
        with django_assert_max_num_queries(13):
            assert len(look(client, name, **DAYS, **query).context["rows"]) in (35, 50)
        with django_assert_max_num_queries(12):
            assert len(in_csv(client, name, **DAYS, **query)) in (35, 70)


def test_who_was_erased_is_counted_and_not_named(client, cases_told):
    """The books stay (L15)."""
    Customer.objects.filter(name="Tốt 1").update(erased_at=NOW)

    assert look(client, "service", **DAYS).context["balance"].solved == 4
    agree(client, "service_people", 3, **DAYS, who="solved")
    page = look(client, "service_people", **DAYS, who="solved")
    assert "1 more is counted whose data were erased" in page.content.decode()


@pytest.mark.parametrize(
    "wrong", [{"who": "x"}, {"from": "never"}, {"from": "2026-11-02", "to": "2026-11-01"}]
)
def test_service_refuses_what_it_cannot_use(client, huy, wrong):
    for of in ("service_people", "service_cases"):
        for name in (of, f"{of}_csv", f"{of}_xlsx", f"api_{of}"):
            assert look(client, name, **wrong).status_code == 400


@pytest.fixture
def years(huy, fewest):
    """Customers of three years and a half, some of whom left out a year; two names of one person."""
    for place in range(8):
        who = customer(f"Khách {place}")
        buys(who, *[1280 - place - 370 * year for year in range(4) if (place + year) % 3 or year == 0])
    buys(customer("Twin", merged_into=Customer.objects.get(name="Khách 2")), 900, 20)
    buys(customer("Mới"), 364)
    buys(customer("Một năm"), 365)
    tenure.find_now(NOW)
    expected.find_now(NOW)


def test_each_year_of_staying_lists_those_it_counts(client, years):
    """S2-7."""
    page = look(client, "tenure").content.decode()
    found = tenure.newest().years
    assert [one.number for one in found] == [1, 2, 3]
    assert len({(one.n, one.stayed) for one in found}) == 3

    for one in found:
        agree(client, "tenure_people", one.n, year=one.number, who="all")
        agree(client, "tenure_people", one.stayed, year=one.number, who="stayed")
        rows = in_csv(client, "tenure_people", year=one.number, who="stayed")
        assert all(int(row["visits"]) > 0 and row["spent"] != "0" for row in rows)
        assert f"/reports/tenure/customers/?year={one.number}&amp;who=stayed" in page


def test_a_night_between_two_jobs_changes_nobody(client, huy, years, time_machine):
    """What is expected is found tonight, the curve was found last night: each on the day it is of."""
    counted = tenure.newest().years[0]
    time_machine.move_to(NOW + timedelta(days=1), tick=False)
    expected.find_now(NOW + timedelta(days=1))
    client.force_login(huy)

    agree(client, "tenure_people", counted.n, year=1, who="all")


@pytest.mark.parametrize(
    "wrong", [{"year": "0"}, {"year": "x"}, {"year": "9" * 30}, {"who": "x"}, {"year": "9"}]
)
def test_a_year_that_is_none_is_refused(client, years, wrong):
    for name in ("tenure_people", "tenure_people_csv", "tenure_people_xlsx", "api_tenure_people"):
        assert look(client, name, **wrong).status_code in (400, 404)


def test_many_are_not_counted_again(client, shop_of_three, monkeypatch):
    """Of a hundred thousand the number of the report stands: a page asks for its own rows alone."""
    monkeypatch.setattr(people_pages, "MANY", 1)
    Departed.objects.filter(customer=shop_of_three[1]).delete()

    page = look(client, "departed")
    told = look(client, "api_departed").json()

    assert (page.context["page"].paginator.count, len(page.context["rows"])) == (2, 1)
    assert (told["customers"], len(told["rows"])) == (2, 1)


def test_each_cause_of_the_investment_check_lists_those_it_counts(client, huy):
    """S2-5: found in the last year and not come back; who was not asked, or did not say, too."""
    for place, (cause, state, ago) in enumerate([
        ("cheaper", "closed", 9), ("cheaper", "contacted", 99), ("cheaper", "came_back", 9),
        ("cheaper", "closed", 400), ("staff", "closed", 20), ("", "open", 3), ("not_said", "closed", 8),
    ]):  # fmt: skip
        done = {"came_back_on": NOW.date()} if state == "came_back" else {}
        if state == "closed":
            done = {"answer": "nothing", "answer_reason": "moved", "answered_at": NOW, "answered_by": huy}
        defection(
            customer(f"Khách {place}"), owner=huy, cause=cause, state=state,
            found_at=NOW - timedelta(days=ago), **done,
        )  # fmt: skip
    page = look(client, "investment").content.decode()

    assert page.count('?state=not_back&amp;cause=cheaper"') == 2  # in both tables
    for cause, n in {"cheaper": 2, "staff": 1, "unasked": 1, "not_said": 1}.items():
        url = f"{reverse('defections')}?state=not_back&amp;cause={cause}"
        assert f'href="{url}"' in page
        assert client.get(url.replace("&amp;", "&")).context["page"].paginator.count == n


def test_of_many_it_is_said_that_some_may_be_gone_since(client, shop_of_three, monkeypatch):
    """They are not counted anew, so nobody knows how many."""
    assert "As many as the report counted" not in look(client, "departed").content.decode()
    monkeypatch.setattr(people_pages, "MANY", 2)

    assert "As many as the report counted" in look(client, "departed").content.decode()
    Departed.objects.all().delete()
    page = look(client, "departed").content.decode()

    assert "Listed are those of whom it still is so" in page
    assert "As many as the report counted" not in page  # not both at once
