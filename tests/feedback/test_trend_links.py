"""Every number of the explorer opens just the comments that it counts: bursts in or out, months or days."""

import csv
import io
from datetime import date, datetime, timedelta

import pytest
from django.utils.html import escape

from feedback import combinations, impact, leases, selections
from feedback.models import Alert, Location, Product
from feedback.reports import beside, splits, trends
from tests import workbook
from tests.factories import NOW, a_shop, read_comment, user

pytestmark = pytest.mark.django_db
PERIOD = {"from": "2026-11-01", "to": "2026-11-16"}
OUT = PERIOD | {"without": "bursts"}
DAY = timedelta(days=1)
LATE = [("late_delivery", "negative")]


@pytest.fixture(autouse=True)
def huy(client):
    a_shop()
    huy = user("manager", "Huy")
    client.force_login(huy)
    client.cookies["django_language"] = "en"
    return huy


@pytest.fixture
def bombed():
    """Twelve at once on the map, in Vietnamese, beside five others that nobody sent together."""
    at = NOW - 3 * DAY
    for _ in range(12):
        read_comment(source="map", channel="review", score=1, scale="stars_5", said_at=at, themes=LATE)
    read_comment(source="map", channel="review", score=5, scale="stars_5", said_at=at, themes=LATE)
    read_comment(source="own", channel="review", score=1, scale="stars_5", said_at=at, themes=LATE)
    for _ in range(3):
        read_comment(source="own", channel="form", themes=LATE, said_at=at - 8 * DAY, reading={"lang": "en"})
    return Alert.objects.create(
        kind="burst", source="map", since=at.date(), until=at.date(), counted_from=at.date(),
        counted_until=at.date(), seen=12, expected=0.1, ratio=100, low=100, high=100, chance=1e-9,
        found_on=NOW.date(), last_found_on=NOW.date(),
    )  # fmt: skip


def opened(client, url):
    return client.get(url).context["page"].paginator.count


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


@pytest.mark.parametrize("dimension", ["source", "channel", "language", "product"])
def test_what_is_told_apart_without_bursts_adds_up_to_what_is_told(client, bombed, dimension):
    """S4-5: the same numbers on the page, in files and for programs."""
    asked = OUT | {"split": dimension}

    page = client.get("/trends/", asked)

    split = page.context["split"]
    parts = sum(part.counts.total for part in split.parts)
    assert page.context["trends"].comments.total == 5
    assert parts + split.of_others.total + split.without.total == 5
    assert sum(sum(part.by_bucket) for part in split.parts) + sum(split.rest_by_bucket) == 5
    told = client.get(page.context["json_url"]).json()
    assert told["without_bursts"] is True
    assert sum(part["total"] for part in told["split"]["parts"]) + told["split"]["of_none"] == 5
    assert sum(int(row["all"]) for row in rows_of(client.get(page.context["csv_url"]))) == 5
    sheet = workbook.sheets(client.get(page.context["xlsx_url"]).getvalue())["Told apart, in all"]
    assert sum(row[3] for row in sheet[1:]) == 5


@pytest.mark.parametrize("asked", [PERIOD, OUT, OUT | {"source": "map"}, OUT | {"channel": "form"}])
def test_every_number_opens_as_many_comments(client, bombed, asked):
    page = client.get("/trends/", asked | {"split": "source"})

    numbers = [(row["total"], row["url"]) for row in page.context["rows"]]
    numbers += [(cell["count"], cell["url"]) for row in page.context["rows"] for cell in row["counts"]]
    numbers += [(tile["count"], tile["url"]) for tile in page.context["tiles"]]
    numbers += [cell for row in page.context["split_rows"] for cell in row["cells"]]
    numbers += [(bar.row.total, bar.row.url) for bar in page.context["bars"]]
    for points in (page.context["points"], page.context["split_points"]):
        numbers += [cell for row in points["rows"] for cell in row["cells"]]
    assert len(numbers) > 10
    for number, url in numbers:
        assert opened(client, url) == number, url


def test_the_numbers_of_the_time_before_open_their_comments_too(client):
    read_comment(themes=LATE)
    for _ in range(2):
        read_comment(themes=LATE, said_at=NOW - 20 * DAY)

    page = client.get("/trends/", PERIOD)

    (row,) = page.context["rows"]
    assert row["before"] == opened(client, row["before_url"]) == 2
    assert f'<td class="n"><a href="{escape(row["before_url"])}">2</a>' in page.content.decode()


@pytest.mark.parametrize("number", range(1, 6))
def test_the_numbers_of_what_is_told_apart_are_links(client, bombed, number):
    page = client.get("/trends/", PERIOD | {"split": "source"})

    for row in page.context["split_rows"]:
        count, url = row["cells"][min(number, 4)]
        if count:
            assert f'<a href="{escape(url)}">{count}</a>' in page.content.decode()


def test_the_notice_stays_where_something_is_filtered(client, bombed):
    """The bombed source itself, above all."""
    page = client.get("/trends/", PERIOD | {"source": "map"})
    without = client.get(page.context["other_url"])

    assert "came at once on “map”" in page.content.decode()
    assert (page.context["trends"].comments.total, without.context["trends"].comments.total) == (13, 1)
    assert "Those that the filters select are left out" in without.content.decode()
    assert client.get("/trends/", PERIOD | {"source": "own"}).context["bursts"] == []
    assert client.get("/trends/", PERIOD | {"channel": "form"}).context["bursts"] == []


def test_they_are_left_out_of_several_filters_at_once(client, bombed):
    page = client.get("/trends/", OUT | {"source": "map", "channel": "review", "split": "language"})

    assert page.context["trends"].comments.total == 1
    assert [part.counts.total for part in page.context["split"].parts] == [1]


def test_of_what_a_job_counted_nothing_is_left_out_and_it_says_so(client, bombed, monkeypatch):
    monkeypatch.setattr(combinations, "AT_ONCE", 1)
    asked = OUT | {"source": "map", "language": "vi"}
    client.post("/trends/count/", asked)
    while leases.run_once(combinations.COUNT):
        pass

    page = client.get("/trends/", asked)

    assert (page.context["trends"].comments.total, page.context["is_without_bursts"]) == (13, False)
    assert "they cannot be left out" in page.content.decode()
    assert opened(client, page.context["comments_url"]) == 13


def test_what_lies_between_two_years_is_not_taken_from_the_year_before(client, bombed):
    """A burst last month says nothing of the same days a year before."""
    Alert.objects.update(since=date(2026, 6, 1), until=date(2026, 6, 1))
    at = datetime(2026, 6, 1, 5, tzinfo=NOW.tzinfo)
    for _ in range(3):
        read_comment(source="map", channel="review", score=1, scale="stars_5", said_at=at, themes=LATE)
    read_comment(themes=LATE, said_at=NOW.replace(year=2025))
    Alert.objects.create(
        kind="burst", source="none", since=date(2026, 11, 5), until=date(2026, 11, 5), seen=9, expected=1,
        ratio=9, low=9, high=9, chance=1e-9, found_on=NOW.date(), last_found_on=NOW.date(),
    )  # fmt: skip

    page = client.get("/trends/", OUT | {"compare": "year"})

    assert page.context["trends"].comments_before == 1


@pytest.mark.parametrize(("theme", "seen"), [("late_delivery", 5), ("*", 5), ("", 5)])
def test_the_number_of_an_alert_opens_just_those_that_were_counted(client, bombed, theme, seen):
    """Bursts are out of the count of a change, so out of its comments as well."""
    first, last = NOW.date() - 12 * DAY, NOW.date() - DAY
    Alert.objects.create(
        kind="rise", theme=theme, since=first, counted_from=first, counted_until=last, seen=seen,
        expected=1, ratio=5, low=2, high=9, chance=1e-5, found_on=NOW.date(), last_found_on=NOW.date(),
    )  # fmt: skip
    read_comment(themes=LATE, said_at=NOW)  # of a later day

    (row,) = (row for row in client.get("/trends/alerts/").context["alerts"] if row["alert"].kind == "rise")

    beneath = client.get(row["comments_url"])
    assert beneath.context["page"].paginator.count == seen
    assert "Without the bad reviews that came at once" in beneath.content.decode()
    assert all(comment.source == "own" or comment.score == 5 for comment in row["examples"])


def test_what_to_mend_opens_comments_with_a_score_alone(client):
    for _ in range(40):
        read_comment(channel="review", score=2, scale="stars_5", themes=LATE)
    for _ in range(30):
        read_comment(channel="review", score=5, scale="stars_5", reading={"sentiment": "positive"})
    read_comment(channel="form", themes=LATE)
    impact.find_now(NOW)

    (row,) = client.get("/trends/impact/").context["rows"]

    beneath = client.get(row["url"])
    assert beneath.context["page"].paginator.count == row["theme"].n == 40
    assert "Only comments with a score" in beneath.content.decode()
    assert opened(client, beneath.context["unscored_url"]) == 41


@pytest.fixture
def bowls():
    bowl, cup = (
        Product.objects.create(sku=f"{name} 1", name_vi=name, name_en=name, currency="VND")
        for name in ("Bowl", "Cup")
    )
    for day in (1, 16, 25):
        read_comment(product=bowl, themes=LATE, said_at=NOW.replace(day=day))
    read_comment(product=cup, themes=LATE)
    return bowl


def test_products_told_apart_are_of_whole_months_and_say_so(client, bowls):
    page = client.get("/trends/", PERIOD | {"split": "product"})

    assert "Products are counted by whole months: 1 Nov 2026 – 30 Nov 2026." in page.content.decode()
    assert [row["counts"].total for row in page.context["split_rows"]] == [3, 1]
    for row in page.context["split_rows"]:
        assert opened(client, row["comments"]) == row["counts"].total


def test_a_product_has_its_sku_in_files_and_for_programs(client, bowls):
    """As its filter takes it."""
    page = client.get("/trends/", PERIOD | {"split": "product"})

    (first, _second) = rows_of(client.get(page.context["csv_url"]))
    told = client.get(page.context["json_url"]).json()["split"]

    assert (first["product"], first["from"], first["to"]) == ("Bowl 1", "2026-11-01", "2026-11-30")
    assert [part["value"] for part in told["parts"]] == ["Bowl 1", "Cup 1"]
    assert (told["start"], told["end"]) == ("2026-11-01", "2026-11-30")
    assert (
        client.get("/trends/", PERIOD | {"product": first["product"]}).context["trends"].comments.total == 3
    )


@pytest.mark.parametrize(
    "asked", [{"source": "map"}, {"source": "map", "language": "vi"}, {"product": "Bowl 1"}]
)
def test_what_is_filtered_is_told_apart_too(client, bombed, bowls, asked):
    page = client.get("/trends/", PERIOD | asked | {"split": "channel"})

    split = page.context["split"]
    assert page.status_code == 200
    assert sum(part.counts.total for part in split.parts) == page.context["trends"].comments.total > 0
    assert split.buckets == page.context["trends"].buckets
    for row in page.context["split_rows"]:
        assert opened(client, row["comments"]) == row["counts"].total


def test_counted_and_kept_it_is_told_apart_alike(bombed, bowls):
    asked = ("late_delivery", date(2026, 11, 1), date(2026, 11, 16))
    kept = splits.by_value(splits.Dimension.SOURCE, *asked, period="week")
    rows = selections.counted(selections.comments({}, *asked[1:]), "source")

    assert splits.told(asked[0], rows, *asked[1:], period="week") == kept


def test_of_too_many_it_says_what_to_do(client, bombed, monkeypatch):
    monkeypatch.setattr(combinations, "AT_ONCE", 3)

    page = client.get("/trends/", PERIOD | {"source": "map", "split": "channel"})

    assert page.status_code == 400
    assert "at most 3 comments" in str(page.context["form"].errors["split"])


@pytest.mark.parametrize("at_once", [5000, 1])
def test_several_filters_stand_beside_the_year_before(client, monkeypatch, at_once):
    monkeypatch.setattr(combinations, "AT_ONCE", at_once)
    for year, times in ((2026, 3), (2025, 2)):
        for _ in range(times):
            read_comment(channel="form", source="own", themes=LATE, said_at=NOW.replace(year=year))
    read_comment(channel="form", source="own", themes=LATE, said_at=NOW.replace(month=10, day=20))
    asked = PERIOD | {"channel": "form", "source": "own", "compare": "year"}
    client.post("/trends/count/", asked)
    while leases.run_once(combinations.COUNT):
        pass

    page = client.get("/trends/", asked)

    (row,) = page.context["rows"]
    assert (row["total"], row["before"]) == (3, 2)
    assert opened(client, row["before_url"]) == 2


def test_programs_have_both_counted(client, monkeypatch):
    monkeypatch.setattr(combinations, "AT_ONCE", 0)
    read_comment(channel="form", source="own", themes=LATE)
    asked = PERIOD | {"channel": "form", "source": "own", "compare": "year"}

    assert client.get("/api/v1/trends/themes", asked).status_code == 202
    while leases.run_once(combinations.COUNT):
        pass

    assert client.get("/api/v1/trends/themes", asked).json()["comments"] == 1


def test_others_and_what_is_not_known_are_in_the_files(client, monkeypatch):
    monkeypatch.setattr(splits, "MOST", 1)
    for code, times in (("a", 3), ("b", 2), ("c", 1)):
        place = Location.objects.create(code=code, name_vi=code, name_en=code)
        for _ in range(times):
            read_comment(location=place, themes=LATE)
    read_comment(themes=LATE)
    asked = PERIOD | {"split": "location"}

    rows = rows_of(client.get("/trends/themes.csv", asked))
    book = workbook.sheets(client.get("/trends/themes.xlsx", asked).getvalue())

    assert [(row["name"], row["all"]) for row in rows] == [("a", "3"), ("2 others", "3"), ("not known", "1")]
    assert [(row[0], row[3]) for row in book["Told apart, in all"][1:]] == [
        ("a", 3), ("2 others", 3), ("not known", 1)
    ]  # fmt: skip
    assert book["Told apart"][0][-1] == "2 others, not known"
    assert sum(row[-1] for row in book["Told apart"][1:]) == 4


def test_a_product_stands_beside_its_months_of_the_year_before(bowls):
    read_comment(product=bowls, themes=LATE, said_at=NOW.replace(year=2025, day=28))
    asked = {
        "dimension": "product",
        "value": str(bowls.pk),
        "against": (date(2025, 11, 1), date(2025, 11, 16)),
    }
    found = trends.by_theme(date(2026, 11, 1), date(2026, 11, 16), **asked)

    kept = beside.kept(found, "late_delivery", dimension="product", value=str(bowls.pk))

    assert beside.by_bucket(found, "late_delivery", kept) == (1,)
