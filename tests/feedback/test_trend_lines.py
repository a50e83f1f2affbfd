"""The lines of the trends page: the time beside them, the end that is not complete, their points as a table;
what the page and the files say that they are of."""

import re
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from feedback import charts, shop
from feedback.reports import beside
from feedback.reports.kept_totals import Counts, Row
from tests import workbook
from tests.factories import NOW, a_shop, read_comment, user

pytestmark = pytest.mark.django_db
PERIOD = {"from": "2026-10-01", "to": "2026-11-16"}
LATE = [("late_delivery", "negative")]


@pytest.fixture(autouse=True)
def huy(client):
    a_shop()
    huy = user("manager", "Huy")
    client.force_login(huy)
    client.cookies["django_language"] = "en"
    return huy


def said(*days, times=1, year=2026, **columns):
    for month, day in days:
        for _ in range(times):
            read_comment(said_at=NOW.replace(year=year, month=month, day=day), themes=LATE, **columns)


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ({}, "By week, as a table"),
        ({"period": "day"}, "By day, as a table"),
        ({"period": "month"}, "By month, as a table"),
        ({"theme": "late_delivery"}, "By week, as a table"),
        ({"split": "channel"}, "By week, as a table"),
    ],
)
def test_the_points_of_the_chart_are_a_table(client, asked, title):
    """S4-5: a trend is a chart and a table."""
    said((10, 6), (11, 10), (11, 11))

    page = client.get("/trends/", PERIOD | asked)

    html, points = page.content.decode(), page.context["points"]
    assert title in html
    assert [sum(row["cells"][0][0] for row in points["rows"])] == [3]
    assert html.count('<details id="points">') == 1
    assert html.count('<details id="split-points">') == ("split" in asked)
    region = re.search(r'<details id="points">.*?</details>', html, re.DOTALL)[0]
    assert 'class="wide-scroll" tabindex="0" role="region"' in region
    assert region.count("<tr>") == len(page.context["trends"].buckets) + 1


def test_the_points_of_many_weeks_are_no_links_but_their_weeks_are(client):
    said((11, 10))

    page = client.get("/trends/", {"from": "2025-01-01", "to": "2026-11-16"})

    assert {url for row in page.context["points"]["rows"] for _count, url in row["cells"]} == {""}
    for row in page.context["points"]["rows"][-2:]:
        found = client.get(row["url"]).context["page"].paginator.count
        assert found == sum(count for count, _url in row["cells"])


def test_the_year_before_is_a_second_line(client):
    """Dashed and named, so that colour is not the only sign."""
    said((11, 10), (11, 11)), said((11, 12), times=3, year=2025), said((12, 1), year=2025)

    page = client.get("/trends/", PERIOD | {"compare": "year"})

    now, before = page.context["beside"]["figure"].wide.lines
    assert [now.label, before.label, before.pattern] == ["these days", "a year before", 2]
    cells = [row["cells"] for row in page.context["beside"]["points"]["rows"]]
    assert [sum(column[n][0] for column in cells) for n in (0, 1)] == [2, 3]
    for _now, (count, url) in cells:
        assert client.get(url).context["page"].paginator.count == count


@pytest.mark.parametrize(("more", "name"), [({"compare": "year"}, "a year before"), ({}, "time before")])
def test_one_theme_has_the_time_before_as_its_second_line(client, more, name):
    said((11, 10)), said((11, 12), times=2, year=2025), said((9, 1), times=4)

    page = client.get("/trends/", PERIOD | {"theme": "late_delivery"} | more)

    lines = page.context["figure"].wide.lines
    assert [line.label for line in lines] == ["Late delivery", name, "negative"]
    (row,) = page.context["rows"]
    assert sum(row["cells"][1][0] for row in page.context["points"]["rows"]) == row["before"] > 0


def test_it_stands_beside_without_bursts_and_with_several_filters(client):
    said((11, 10), source="own", channel="form"), said((11, 12), year=2025, source="own", channel="form")
    said((11, 12), year=2025, source="map", channel="form")
    asked = {"theme": "late_delivery", "compare": "year", "source": "own", "channel": "form"}

    page = client.get("/trends/", PERIOD | asked)

    assert sum(row["cells"][1][0] for row in page.context["points"]["rows"]) == 1


def test_a_day_that_the_other_year_does_not_have_is_a_gap():
    places = tuple(date(2028, 2, 27) + timedelta(days=n) for n in range(4))
    found = SimpleNamespace(
        buckets=places, start=places[0], against=(date(2027, 2, 27), date(2027, 3, 1)), end=places[-1]
    )
    counted = [Row("*", "*", date(2027, 2, 27) + timedelta(days=n), Counts(n + 1)) for n in range(3)]

    assert beside.by_bucket(found, "*", counted) == (1, 2, None, 3)


@pytest.mark.parametrize(("to", "words"), [(0, "not complete yet"), (-7, None), (-5, "is cut short")])
def test_an_end_that_is_not_complete_is_drawn_otherwise(client, to, words):
    today = shop.day(timezone.now())
    monday = today - timedelta(days=today.weekday())
    end = today if to == 0 else monday - timedelta(days=1) if to == -7 else monday - timedelta(days=3)
    for weeks in range(4):
        read_comment(said_at=timezone.now() - timedelta(weeks=weeks), themes=LATE)

    page = client.get("/trends/", {"from": monday - timedelta(weeks=5), "to": end})

    html = page.content.decode()
    assert ('class="line p1 brand open"' in html) is ('class="dot brand open"' in html) is bool(words)
    assert ("Dotted end, hollow dot" in html) is bool(words)
    assert (words or "Themes") in html


def test_the_open_end_is_the_last_step_alone():
    chart = charts.line_chart(
        [charts.Series("x", [1, 2, 3])], list("abc"), width=720, height=280, is_open=True
    )

    (line,) = chart.lines
    assert line.path.count("L") == line.open_path.count("L") == 1
    assert line.open_path.startswith("M" + line.path.split("L")[1])


def test_the_page_says_what_it_is_of(client):
    """On paper nobody can ask: exact days, and every filter by its name."""
    read_comment(source="own", channel="form", themes=LATE, said_at=timezone.now())
    today = shop.day(timezone.now())

    html = client.get("/trends/", {"channel": "form", "theme": "late_delivery"}).content.decode()

    assert f"– {today.day} {today:%b} {today.year}" in html
    assert "Channel: <b>" in html
    assert "Theme: <b>Late delivery</b>" in html


def test_the_files_say_what_they_are_of(client):
    read_comment(source="own", channel="form", themes=LATE)
    asked = PERIOD | {"channel": "form", "source": "own"}

    book = client.get("/trends/themes.xlsx", asked)
    table = client.get("/trends/themes.csv", asked | {"split": "language"})

    name = "2026-10-01-2026-11-16-channel-form-source-own"
    assert f'filename="themes-{name}.xlsx"' in book["Content-Disposition"]
    assert f'filename="language-{name}.csv"' in table["Content-Disposition"]
    _head, *rows = workbook.sheets(book.getvalue())["What this is"]
    told = {row[0]: str(row[1]) for row in rows}
    assert (told["First day"], told["Last day"], told["Source"]) == ("2026-10-01", "2026-11-16", "own")
    assert client.get("/api/v1/trends/themes", asked).json()["filters"] == {
        "from": "2026-10-01", "to": "2026-11-16", "channel": "form", "source": "own"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/trends/?without=zzz", "Left out:"),
        ("/comments/?burst=zzz", "Burst of reviews:"),
        ("/comments/?without=zzz", "Left out:"),
        ("/comments/?scored=zzz", "With a score:"),
    ],
)
def test_a_wrong_filter_that_nobody_sees_is_named(client, address, words):
    page = client.get(address)

    assert page.status_code == 400
    assert f'role="alert">{words}' in page.content.decode()


@pytest.mark.parametrize("asked", [{"from": "0001-01-01"}, {"to": "9999-12-31"}])
def test_a_day_out_of_reach_is_called_a_day(client, asked):
    client.cookies["django_language"] = "vi"

    page = client.get("/trends/", asked).content.decode()

    assert "Hãy chọn ngày" in page
    assert "nhập số" not in page


@pytest.mark.parametrize("times", [1, 15])
def test_what_stands_beside_costs_the_same_however_much(client, times, django_assert_max_num_queries):
    said((11, 10), (11, 11), times=times), said((11, 12), times=times, year=2025)
    asked = PERIOD | {"compare": "year", "theme": "late_delivery", "source": "", "split": "channel"}
    client.get("/trends/", asked)
    shop.forget()
    shop.current(), shop.calendar()
    read_comment(themes=LATE)

    with django_assert_max_num_queries(19):
        client.get("/trends/", asked)
