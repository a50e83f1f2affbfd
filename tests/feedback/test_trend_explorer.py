"""The trends page as an explorer: told apart by a dimension, beside a year before, saved and shared."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.utils import timezone

from feedback import saved_views, shop, small_charts
from feedback.models import Event, Location, Product, SavedView
from feedback.reports import splits, trends
from tests.factories import NOW, a_shop, read_comment, user

pytestmark = pytest.mark.django_db
PERIOD = {"from": "2026-10-01", "to": "2026-11-16"}
LATE = [("late_delivery", "negative")]


@pytest.fixture
def huy(client):
    a_shop()
    huy = user("manager", "Huy")
    client.force_login(huy)
    client.cookies["django_language"] = "en"
    return huy


def test_a_theme_is_told_apart_by_place(client, huy):
    """S4-1, S4-5: split by any dimension, each part opens its comments."""
    near, far = (
        Location.objects.create(code=code, name_vi=name, name_en=name)
        for code, name in (("q1", "District 1"), ("hn", "Hanoi"))
    )
    for place in (near, near, far, None):
        read_comment(location=place, themes=LATE)
    read_comment(location=near, themes=[("courier", "positive")])

    page = client.get("/trends/", PERIOD | {"split": "location", "theme": "late_delivery"})

    rows = page.context["split_rows"]
    assert [(row["name"], row["counts"].total, row["share"]) for row in rows] == [
        ("District 1", 2, 1),
        ("Hanoi", 1, 1),
    ]
    assert page.context["split"].without.total == 1
    for row in rows:
        assert client.get(row["comments"]).context["page"].paginator.count == row["counts"].total


@pytest.mark.parametrize(
    "dimension", ["channel", "source", "touchpoint", "location", "language", "why", "leverage", "product"]
)
def test_it_can_be_told_apart_by_every_dimension(client, huy, dimension):
    bowl = Product.objects.create(sku="B 1&", name_vi="Bát", name_en="Bowl", currency="VND")
    read_comment(themes=LATE, product=bowl, reading={"leverage": "review_threat"})

    page = client.get("/trends/", PERIOD | {"split": dimension})

    assert page.status_code == 200
    for row in page.context["split_rows"]:
        assert client.get(row["comments"]).context["page"].paginator.count == row["counts"].total


def test_of_many_values_the_greatest_are_drawn_and_the_rest_added_up(huy, monkeypatch):
    monkeypatch.setattr(splits, "MOST", 2)
    for number, times in enumerate((3, 1, 2, 1)):
        for _ in range(times):
            read_comment(source=f"s{number}", themes=LATE)

    found = splits.by_value(
        splits.Dimension.SOURCE, "late_delivery", date(2026, 11, 1), date(2026, 11, 16), period="week"
    )

    assert [(part.value, part.counts.total) for part in found.parts] == [("s0", 3), ("s2", 2)]
    assert (found.others, found.of_others.total, found.without.total) == (2, 2, 0)
    assert [sum(part.by_bucket) for part in found.parts] == [3, 2]


@pytest.mark.parametrize("rows", [2, 30])
def test_telling_apart_costs_the_same_however_much(client, huy, rows, django_assert_max_num_queries):
    for number in range(rows):
        read_comment(source=f"s{number}", themes=LATE)
    client.get("/trends/", PERIOD | {"split": "source"})
    shop.forget()
    shop.current(), shop.calendar()

    with django_assert_max_num_queries(15):
        client.get("/trends/", PERIOD | {"split": "source"})


def test_the_csv_of_parts_runs_no_formula(client, huy):
    place = Location.objects.create(code="q1", name_vi="=1+1", name_en="=1+1")
    read_comment(location=place, themes=LATE)

    told = client.get("/trends/themes.csv", PERIOD | {"split": "location"}).getvalue().decode("utf-8-sig")

    (row,) = csv.DictReader(io.StringIO(told))
    assert (row["name"], row["all"], row["negative"]) == ("'=1+1", "1", "1")


def test_it_is_told_beside_the_same_days_of_the_year_before(client, huy):
    read_comment(themes=LATE)
    for _ in range(2):
        read_comment(themes=LATE, said_at=NOW.replace(year=2025, day=3))
    read_comment(themes=LATE, said_at=NOW.replace(year=2025, month=12, day=3))

    (row,) = client.get("/trends/", PERIOD | {"compare": "year"}).context["rows"]

    assert (row["total"], row["before"]) == (1, 2)


def test_a_leap_day_is_told_from_the_day_before_it(client, huy):
    answer = client.get("/trends/", {"from": "2028-02-29", "to": "2028-02-29", "compare": "year"})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"split": "weather"}, "split"),
        ({"compare": "decade"}, "compare"),
        ({"compare": "year", "from": "2024-01-01"}, "compare"),
        ({"theme": "no\x00ne"}, "theme"),
    ],
)
def test_what_cannot_be_told_names_its_filter(client, huy, filters, field):
    page, table = client.get("/trends/", PERIOD | filters), client.get("/trends/themes.csv", PERIOD | filters)

    assert page.status_code == table.status_code == 400
    assert field in page.context["form"].errors


def test_one_theme_alone_has_its_complaints_beside_it(client, huy):
    read_comment(themes=LATE)
    read_comment(themes=[("late_delivery", "positive")])
    read_comment(themes=[("courier", "positive")])

    figure = client.get("/trends/", PERIOD | {"theme": "late_delivery"}).context["figure"]

    assert [line.label for line in figure.wide.lines] == ["Late delivery", "negative"]


def test_small_drawings_have_one_scale():
    low, high = (small_charts.small(points, [0, 0], highest=10) for points in ([0, 5], [0, 10]))

    assert low.end[1] > high.end[1]
    assert small_charts.small([3], [1], highest=3).line.startswith("M")
    assert small_charts.small([0, 0], [0, 0], highest=0).end[1] == 58


def save(client, name="Late in the north", **more):
    return client.post("/trends/views/save/", PERIOD | {"name": name, "channel": "review"} | more)


def test_a_view_is_saved_and_found_again(client, huy):
    save(client)

    (view,) = client.get("/trends/").context["views"]

    assert view["name"] == "Late in the north"
    chosen = client.get(view["url"]).context["form"].cleaned_data
    assert (chosen["channel"], str(chosen["start"])) == ("review", PERIOD["from"])
    assert Event.objects.filter(verb="view of trends saved").count() == 1


def test_a_view_up_to_today_moves_on(client, huy):
    today = shop.day(timezone.now())
    save(client, **{"from": today - timedelta(days=6), "to": today})
    view = SavedView.objects.get()

    later = saved_views.query_of(view, today + timedelta(days=30))

    assert (view.days, later["to"]) == (7, str(today + timedelta(days=30)))
    assert later["from"] == str(today + timedelta(days=24))


def test_a_view_of_the_same_name_is_replaced(client, huy):
    save(client), save(client, channel="form")

    assert SavedView.objects.get().query["channel"] == "form"


def test_only_what_is_shared_is_seen_by_others(client, huy):
    save(client, "Mine"), save(client, "Ours", is_shared="on")
    client.force_login(user("staff", "Mai"))

    (view,) = client.get("/trends/").context["views"]

    assert (view["name"], view["by"], view["may_remove"]) == ("Ours", "Huy", False)


def test_only_its_owner_or_a_manager_takes_a_view_away(client, huy):
    save(client, "Mine"), save(client, "Ours", is_shared="on")
    mine, ours = (SavedView.objects.get(name=name).public_id for name in ("Mine", "Ours"))

    client.force_login(user("staff", "Mai"))
    client.post(f"/trends/views/{ours}/remove/")
    assert client.post(f"/trends/views/{mine}/remove/").status_code == 404
    assert SavedView.objects.count() == 2
    client.force_login(user("manager", "Dung"))
    assert client.post(f"/trends/views/{mine}/remove/").status_code == 404
    assert client.post(f"/trends/views/{ours}/remove/").status_code == 302

    assert [view.name for view in SavedView.objects.all()] == ["Mine"]


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "x" * 81}, {"name": "a\x00b"}, {"channel": "pigeon"}, {"from": "0000-01-01"}],
)
def test_a_wrong_view_is_not_saved(client, huy, wrong):
    assert save(client, **wrong).status_code == 302
    assert not SavedView.objects.exists()


def test_nobody_saves_more_than_they_can_find(client, huy, monkeypatch):
    monkeypatch.setattr(saved_views, "MOST", 1)
    save(client), save(client, "Another")

    assert [view.name for view in SavedView.objects.all()] == ["Late in the north"]


def test_the_report_tells_from_the_days_it_is_given():
    a_shop()
    read_comment(themes=LATE)
    read_comment(themes=LATE, said_at=NOW.replace(month=8, day=3))

    (row,) = trends.by_theme(
        date(2026, 11, 1), date(2026, 11, 16), against=(date(2026, 8, 1), date(2026, 8, 31))
    ).themes

    assert (row.total, row.before) == (1, 1)
