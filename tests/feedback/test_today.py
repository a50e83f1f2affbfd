"""Today, the public door, and the way to the other pages."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from feedback import shop
from feedback.front import context, movers
from feedback.models import Headline
from tests.factories import a_shop, case, customer, read_comment, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def test_the_anonymous_see_the_shop_and_no_staff_page(client):
    a_shop(name="Tiệm Gốm Lan")

    page = client.get("/").content.decode()

    assert "Tiệm Gốm Lan" in page
    assert "/tell-us/" in page
    assert "/reviews/" in page
    assert "/login/" in page
    assert "/cases/" not in page


def test_an_account_without_a_role_is_told(client):
    nobody = user("staff")
    nobody.groups.clear()
    client.force_login(nobody)

    assert "/logout/" in client.get("/").content.decode()


def test_it_says_what_is_due(client, now):
    a_shop()
    case(due_on=(now - timedelta(days=2)).date())
    case(due_on=(now + timedelta(days=9)).date(), route="safety")
    client.force_login(user("staff"))

    answer = client.get("/")

    assert answer.context["cases"]["open"] == 2
    assert answer.context["cases"]["due"] == 1
    assert answer.context["cases"]["safety"] == 1


def test_it_compares_seven_days_with_the_seven_before(client, now):
    a_shop()
    for days in (0, 1, 6, 7, 13, 14):
        read_comment(said_at=now - timedelta(days=days))
    read_comment(said_at=now, reading={"sentiment": "positive"}, channel="form")
    client.force_login(user("manager"))

    week = client.get("/").context["week"]

    assert (week["comments"].now, week["comments"].before) == (4, 2)
    assert (week["reviews"].now, week["reviews"].change) == (3, 1)
    assert week["negative_share"] == 3 / 4


def test_it_shows_which_themes_moved(client, now):
    """S4-5: concerns can change monthly."""
    a_shop()
    for _ in range(3):
        read_comment(said_at=now - timedelta(days=3), themes=[("damaged", "negative")])
    read_comment(said_at=now - timedelta(days=40), themes=[("courier", "positive")])
    client.force_login(user("manager"))

    movers = client.get("/").context["movers"]

    assert [(row["one"].slug, row["one"].now, row["one"].before) for row in movers] == [("damaged", 3, 0)]


def test_themes_that_move_with_everything_do_not_lead(client, now):
    """S4-5, decision 10: twice as many comments name every theme twice as often; what grew among them leads,
    and what may be chance is told so."""
    a_shop()
    for days, counts in (
        (3, {"damaged": 20, "courier": 20, "late_delivery": 9}),
        (40, {"damaged": 10, "courier": 10}),
    ):
        for theme, count in counts.items():
            for _ in range(count):
                read_comment(said_at=now - timedelta(days=days), themes=[(theme, "negative")])
    client.force_login(user("manager"))

    movers = [row["one"] for row in client.get("/").context["movers"]]

    assert (movers[0].slug, movers[0].is_sure) == ("late_delivery", True)
    assert {one.slug: one.is_sure for one in movers[1:]} == {"damaged": False, "courier": False}


def test_managers_see_the_figures_first_staff_what_to_do(client, now):
    """S2-6: the defection rate is the headline of the managers' first page."""
    a_shop()
    read_comment(said_at=now)
    day = shop.day(now)
    Headline.objects.create(day=day, name="left", value=0.1, n=50, data={"left": 5}, found_at=now)

    def page(role):
        client.force_login(user(role))
        return client.get("/").content.decode()

    manager, staff = page("manager"), page("staff")
    assert manager.index('id="headlines"') < manager.index('id="to-do"')
    assert staff.index('id="to-do"') < staff.index('id="headlines"')


def test_hiding_that_goes_with_the_stars_is_told_on_the_first_page(client, now):
    """Differential hiding, differentiator 8: an alarm, where it cannot be chance."""
    a_shop()
    client.force_login(user("staff"))
    assert "/reports/hidden/" not in client.get("/").content.decode()

    Headline.objects.create(day=shop.day(now), name="hides", value=0.002, n=9, found_at=now)

    assert "/reports/hidden/" in client.get("/").content.decode()


def test_others_may_have_had_it_too(now):
    """S4-5: of ten buyers two spoke and one of them complained of it: of the eight others about four."""
    row = Headline(name="silent", value=0.8, n=10, data={"silent": 8})

    assert movers.others(1, {"silent": row}) == 4
    assert movers.others(9, {"silent": row}) == 8
    assert movers.others(1, {}) is None


def test_front_line_gets_the_search_and_no_reports(client):
    a_shop()
    client.force_login(user("front_line"))

    answer = client.get("/")

    assert "week" not in answer.context
    assert 'action="/customers/"' in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        ("front_line", ["/", "/cases/", "/rewards/", "/customers/", "/policy/"]),
        ("staff", ["/", "/replies/", "/cases/", "/rewards/", "/customers/", "/trends/", "/policy/"]),
        (
            "manager",
            ["/", "/replies/", "/cases/", "/surveys/", "/rewards/", "/customers/", "/trends/", "/policy/"],
        ),
    ],
)
def test_it_leads_only_where_the_role_may_go(client, role, pages):
    a_shop()
    client.force_login(user(role))

    shown = client.get("/").context["navigation"]

    assert [entry["url"] for entry in shown] == pages
    assert [entry["url"] for entry in shown if entry["current"]] == ["/"]


def test_the_number_waiting_stands_beside_the_word(client):
    a_shop()
    case()
    client.force_login(user("staff"))

    entries = {entry["url"]: entry["count"] for entry in client.get("/customers/").context["navigation"]}

    assert entries["/cases/"] == 1


def test_no_page_counts_all_that_waits(client, monkeypatch):
    """A hundred thousand would be counted for each page."""
    a_shop()
    for _ in range(4):
        case()
    client.force_login(user("staff"))
    monkeypatch.setattr(context, "MOST_COUNTED", 3)

    (cases,) = (one for one in client.get("/customers/").context["navigation"] if one["url"] == "/cases/")

    assert (cases["count"], cases["are_more"]) == (3, True)


@pytest.mark.parametrize(("role", "most"), [("manager", 23), ("staff", 18), ("front_line", 7)])
def test_its_queries_do_not_grow(client, role, most, django_assert_max_num_queries):
    """Nor with the kinds of row that a job can give up, nor with the headline figures."""
    a_shop()
    client.force_login(user(role))
    for _ in range(30):
        case(read_comment(customer=customer(), channel="form"))

    client.get("/")
    shop.forget()  # it is kept for some seconds: they must not end in between
    shop.current(), shop.calendar()

    with django_assert_max_num_queries(most):
        assert client.get("/").status_code == 200


@pytest.mark.parametrize(("role", "tag"), [("manager", 'a href="/surveys/"'), ("staff", "div")])
def test_the_number_of_answers_opens_surveys_not_the_few_with_words(client, role, tag):
    """An answer may have no words, so the comments of surveys are others than those counted."""
    a_shop()
    read_comment()
    client.force_login(user(role))
    client.cookies["django_language"] = "en"

    page = client.get("/").content.decode()

    assert re.search(rf'<{tag} class="card tile">\s*<span class="label">Survey answers</span>', page)
    assert "/comments/?channel=survey" not in page
