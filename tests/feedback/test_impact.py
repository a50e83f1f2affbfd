"""What goes with each complaint: found by a job, shown to see what to mend first, said to be association."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feedback import corrections, impact, leases, themes
from feedback.effects import Estimate
from feedback.models import Impact, Theme
from tests.factories import NOW, a_shop, case, concession, customer, order, read_comment, user

pytestmark = pytest.mark.django_db
LATE, PACKED = [("late_delivery", "negative")], [("packaging", "negative")]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _shop():
    a_shop()


@pytest.fixture
def huy(client):
    huy = user("manager", "Huy")
    client.force_login(huy)
    client.cookies["django_language"] = "en"
    return huy


def said(stars, complains=(), times=1, **columns):
    columns = {"scale": "stars_5", "score": stars} | columns
    return [read_comment(themes=complains, **columns) for _time in range(times)]


@pytest.fixture
def month():
    """Forty late ones of two stars, thirty badly packed ones of three or five, sixty others."""
    said(2, LATE, 40)
    for stars in (3, 5):
        said(stars, PACKED, 15)
    for stars in (4, 5):
        said(stars, times=30)


def by_slug(found):
    return {one.slug: one for one in found.themes}


def test_it_finds_what_goes_with_the_score(month):
    found = impact.look(NOW)

    late = by_slug(found)["late_delivery"]
    assert (found.n, late.n) == (130, 40)
    assert found.mean == pytest.approx((40 * 25 + 15 * 150 + 30 * 175) / 130)
    assert late.score.value == pytest.approx(25 - 87.5)  # from two stars to four and a half
    assert late.lost.value == pytest.approx(late.score.value * 40 / 130)
    assert late.without.value > 0
    assert [one.slug for one in found.themes] == ["late_delivery", "packaging"]
    assert by_slug(found)["packaging"].score.is_sure is True


def test_praise_of_a_theme_is_no_complaint(month):
    said(5, [("late_delivery", "positive")], 3)

    assert by_slug(impact.look(NOW))["late_delivery"].n == 40


def test_what_a_person_reads_counts(month):
    (one,) = said(2, LATE)
    right = corrections.Said(sentiment="negative", problem="damaged", themes={"packaging": "negative"})
    corrections.correct(one, right, by=user(), edition=1)

    found = by_slug(impact.look(NOW))

    assert (found["late_delivery"].n, found["packaging"].n) == (40, 31)


def test_themes_that_are_one_count_as_one(month):
    late, packed = (Theme.objects.get(slug=slug) for slug in ("late_delivery", "packaging"))
    themes.merge(packed, late, by=user())

    assert {slug: one.n for slug, one in by_slug(impact.look(NOW)).items()} == {"late_delivery": 70}


def test_stars_and_recommendations_stand_on_one_scale():
    said(1, LATE, 30), said(5, times=30)
    said(0, LATE, 30, scale="nps_10", channel="survey"), said(10, times=30, scale="nps_10", channel="survey")

    (one,) = impact.look(NOW).themes

    assert one.score.value == pytest.approx(-100)


def test_what_is_older_than_a_year_is_not_counted(month):
    said(1, LATE, 5, said_at=NOW - 400 * DAY)

    assert impact.look(NOW).n == 130


def spends(before, after, complains, times=1):
    """Somebody who bought, said something two hundred days ago, and bought again."""
    for number in range(times):
        who, at = customer(), NOW - 200 * DAY
        for amount, days in ((before, -20), (after, 30)):
            if amount:
                order(who, total=Decimal(amount + number % 7), placed_at=at + days * DAY)
        read_comment(themes=complains, customer=who, said_at=at)


def test_it_finds_what_they_spend_later():
    spends(100_000, 40_000, LATE, 35), spends(100_000, 120_000, (), 35)

    found = impact.look(NOW)

    (late,) = found.themes
    assert (found.customers, late.customers) == (70, 35)
    assert late.spent.value == pytest.approx(-80_000, abs=10)
    assert late.spent.is_sure


def test_what_was_paid_back_or_cancelled_was_not_spent():
    spends(0, 100_000, LATE, 1)
    who, at = customer(), NOW - 200 * DAY
    bought = order(who, total=Decimal(90_000), placed_at=at + DAY)
    bought.refunds.create(external_id="r", amount=Decimal(30_000), currency="VND", refunded_at=at + 2 * DAY)
    order(who, total=Decimal(70_000), placed_at=at + DAY, cancelled_at=at + DAY)
    order(who, total=Decimal(50_000), placed_at=at + 91 * DAY)
    order(who, total=Decimal(10_000), placed_at=at - 91 * DAY)
    order(who, total=Decimal(7_000), placed_at=at - DAY)

    assert impact._spent({who.pk: at}) == {who.pk: (7_000.0, 60_000.0)}


def test_two_that_are_one_customer_count_once():
    one, other = customer("Lan"), customer("Lan again")
    other.merged_into = one
    other.save()
    at = NOW - 200 * DAY
    for who in (one, other):
        read_comment(themes=LATE, customer=who, said_at=at)
        order(who, total=Decimal(40_000), placed_at=at + DAY)

    assert impact.look(NOW).customers == 1
    assert impact._spent({one.pk: at}) == {one.pk: (0.0, 80_000.0)}


@pytest.mark.parametrize("columns", [{"customer_claimed": True}, {}])
def test_whom_nobody_knows_and_our_own_people_are_left_out(columns):
    who = customer(is_insider=not columns)
    read_comment(themes=LATE, customer=who, said_at=NOW - 200 * DAY, **columns)

    assert impact.look(NOW).customers == 0


def test_what_a_case_cost_is_shared_out_among_its_themes():
    """The sum is what was spent."""
    both = case(read_comment(themes=[*LATE, *PACKED], channel="form"))
    late, neither = case(read_comment(themes=LATE, channel="form")), case(read_comment(channel="form"))
    concession(both, refund=Decimal(50_000)), concession(late, refund=Decimal(30_000))
    concession(neither, refund=Decimal(20_000))
    concession(case(read_comment(themes=LATE, channel="form")), refund=Decimal(9), currency="USD")

    found = impact.look(NOW)

    costs = {one.slug: (one.cases, one.cost) for one in found.themes}
    assert costs == {"late_delivery": (2, 55_000), "packaging": (1, 25_000)}
    assert found.elsewhere == 20_000


def test_the_job_keeps_what_it_found_and_comes_again_tomorrow(month):
    assert impact.newest() is None

    impact.find_now(NOW)

    kept, at = impact.newest()
    assert at == NOW
    assert kept == impact.look(NOW)
    assert not leases.run_once(impact.FIND, NOW + timedelta(hours=23))
    assert leases.run_once(impact.FIND, NOW + timedelta(hours=25))


def test_one_that_lost_its_lease_writes_nothing(month):
    """Killed and taken over: whoever comes late changes nothing."""
    (row,) = leases.lease(impact.FIND, NOW)
    Impact.objects.update(leased_by="somebody else")

    with pytest.raises(leases.LeaseLost):
        impact.find([row], NOW)

    assert impact.newest() is None


def test_there_is_one_row():
    assert Impact.objects.count() == 1


def test_the_page_says_what_to_look_at_first(client, huy, month):
    impact.find_now(NOW)

    page = client.get("/trends/impact/")

    told = page.content.decode()
    assert "Look at “Late delivery” first" in told
    assert "It does not show that one comes from the other." in told
    (first, *_rest) = page.context["rows"]
    assert client.get(first["url"]).context["page"].paginator.count == first["theme"].n == 40


def test_it_reads_what_is_kept_and_no_raw_rows(client, huy, month):
    impact.find_now(NOW)
    client.get("/trends/impact/")

    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get("/trends/impact/")

    read = " ".join(query["sql"] for query in asked.captured_queries)
    for table in ("feedback_mention", "feedback_comment", "feedback_order", "feedback_concession"):
        assert f'"{table}"' not in read
    assert len(asked) <= 12


@pytest.mark.parametrize("address", ["/trends/impact/", "/trends/impact.csv"])
def test_before_anything_is_found_it_is_no_fault(client, huy, address):
    assert client.get(address).status_code == 200
    impact.find_now(NOW)
    assert client.get(address).status_code == 200


def test_where_nothing_is_sure_it_says_so(client, huy):
    for stars in (1, 5):
        said(stars, LATE, 20), said(stars, times=20)
    impact.find_now(NOW)

    assert "so clearly that chance could not have done it" in client.get("/trends/impact/").content.decode()


def test_the_csv_says_the_same_and_runs_no_formula(client, huy, month):
    Theme.objects.filter(slug="late_delivery").update(name_en="=1+1")
    impact.find_now(NOW)

    text = client.get("/trends/impact.csv").getvalue().decode("utf-8-sig")

    row = next(csv.DictReader(io.StringIO(text)))
    late = impact.newest()[0].themes[0]
    assert row["name"] == "'=1+1"
    assert float(row["lost_value"]) == pytest.approx(late.lost.value, abs=1e-4)


def test_what_says_nothing_about_what_to_mend_comes_last(client, huy):
    said(1, [("general", "negative")], 40), said(3, LATE, 40), said(5, times=40)
    impact.find_now(NOW)

    rows = client.get("/trends/impact/").context["rows"]

    assert [row["theme"].slug for row in rows] == ["late_delivery", "general"]


def test_an_estimate_is_kept_as_it_was():
    one = Estimate(value=1.5, low=-2.0, high=3.25)

    assert impact._estimate(impact._ends(one)) == one
    assert impact._estimate(impact._ends(None)) is None
