"""The trends page, its CSV, and the comments beneath each number."""

import csv
import io
from datetime import date

import pytest

from feedback import combinations, leases, marks
from feedback.models import Location, Product, Theme
from tests.factories import NOW, a_shop, customer, read_comment, user

pytestmark = pytest.mark.django_db
PERIOD = {"from": "2026-10-01", "to": "2026-11-16"}


@pytest.fixture(autouse=True)
def _huy_looks(client):
    a_shop()
    client.force_login(user("manager", "Huy"))
    client.cookies["django_language"] = "en"


def rows_of(answer):
    content = answer.getvalue()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_it_counts_themes_by_polarity(client):
    read_comment(themes=[("late_delivery", "negative"), ("packaging", "positive")])
    read_comment(themes=[("late_delivery", "negative")])

    rows = client.get("/trends/", PERIOD).context["rows"]

    assert [(row["name"], row["total"]) for row in rows] == [("Late delivery", 2), ("Packaging", 1)]
    assert [cell["count"] for cell in rows[0]["counts"]] == [2, 0, 0, 0]


def test_the_table_begins_with_the_theme_that_the_sentence_names(client):
    for _time in range(3):
        read_comment(themes=[("general", "positive")])
    read_comment(themes=[("packaging", "negative")])

    answer = client.get("/trends/", PERIOD)

    assert "“Packaging” comes up most" in answer.context["finding"]
    assert [row["total"] for row in answer.context["rows"]] == [1, 3]
    assert [row["theme"] for row in rows_of(client.get(answer.context["csv_url"]))] == [
        "packaging",
        "general",
    ]


def test_each_number_leads_to_as_many_comments(client):
    read_comment(themes=[("late_delivery", "negative")])
    read_comment(themes=[("late_delivery", "positive")], channel="form")
    read_comment("Late again, really.", reading={"lang": "en"}, themes=[("late_delivery", "negative")])

    for row in client.get("/trends/", PERIOD).context["rows"]:
        for cell in row["counts"]:
            assert client.get(cell["url"]).context["page"].paginator.count == cell["count"]


@pytest.mark.parametrize(
    ("filters", "total"),
    [({"channel": "form"}, 1), ({"language": "en"}, 1), ({}, 3), ({"channel": "sms"}, 0)],
)
def test_it_filters_by_channel_and_language(client, filters, total):
    read_comment(themes=[("courier", "negative")])
    read_comment(themes=[("courier", "negative")], channel="form")
    read_comment(reading={"lang": "en"}, themes=[("courier", "negative")])

    answer = client.get("/trends/", PERIOD | filters)

    assert sum(row["total"] for row in answer.context.get("rows", [])) == total


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"from": "yesterday"}, "start"),
        ({"from": "0001-01-01"}, "start"),
        ({"to": "9999-12-31"}, "end"),
        ({"from": "2026-11-16", "to": "2026-11-01"}, "end"),
        ({"from": "1991-01-01", "to": "2026-01-01"}, "start"),
        ({"channel": "pigeon"}, "channel"),
        ({"language": "xx\x00"}, "language"),
        ({"period": "fortnight"}, "period"),
        ({"period": "day"} | {"from": "2026-01-01"}, "period"),
        ({"source": "nowhere"}, "source"),
        ({"touchpoint": "1e99"}, "touchpoint"),
        ({"location": "9" * 40}, "location"),
        ({"product": "none"}, "product"),
        ({"product": "x\x00"}, "product"),
        ({"why": "bribed"}, "why"),
    ],
)
def test_it_names_the_filter_that_cannot_be(client, filters, field):
    page, table = client.get("/trends/", filters), client.get("/trends/themes.csv", filters)

    assert page.status_code == table.status_code == 400
    assert field in page.context["form"].errors


def test_the_csv_holds_the_same_numbers(client):
    read_comment(themes=[("late_delivery", "negative"), ("packaging", "positive")])

    rows = rows_of(client.get("/trends/themes.csv", PERIOD))

    assert {row["theme"]: (row["all"], row["negative"]) for row in rows} == {
        "late_delivery": ("1", "1"),
        "packaging": ("1", "0"),
    }
    assert rows[0]["2026-11-09"] == "1"


def test_the_csv_runs_no_formula(client):
    Theme.objects.filter(slug="courier").update(name_en="=cmd|' /C calc'!A0")
    read_comment(themes=[("courier", "negative")])

    (row,) = rows_of(client.get("/trends/themes.csv", PERIOD))

    assert row["name"] == "'=cmd|' /C calc'!A0"


def test_it_shows_months(client):
    read_comment(themes=[("courier", "negative")])

    answer = client.get("/trends/", PERIOD | {"period": "month"})

    assert answer.context["trends"].buckets == (date(2026, 10, 1), date(2026, 11, 1))


def test_the_others_do_not_press_the_named_themes_flat(client):
    themes = list(Theme.objects.exclude(slug="general").values_list("slug", flat=True))
    for _ in range(2):
        read_comment(themes=[(slug, "negative") for slug in themes])

    answer = client.get("/trends/", PERIOD)

    assert len(answer.context["figure"].wide.lines) == 4
    assert answer.context["others"] == {"themes": len(themes) - 4, "times": 2 * (len(themes) - 4)}


def test_a_few_others_are_one_more_line(client):
    for slug in ("courier", "damaged", "packaging", "safety"):
        for _ in range(3):
            read_comment(themes=[(slug, "negative"), ("size_fit", "neutral")])

    answer = client.get("/trends/", PERIOD)

    assert {line.label for line in answer.context["figure"].wide.lines} >= {"Size and fit", "Packaging"}
    assert answer.context["others"] is None


@pytest.fixture
def much(monkeypatch):
    """Too much to count two filters while somebody waits."""
    monkeypatch.setattr(combinations, "AT_ONCE", 1)
    for _ in range(3):
        read_comment(reading={"lang": "en"}, themes=[("courier", "negative")])
    return PERIOD | {"channel": "review", "language": "en"}


def test_two_filters_over_much_are_counted_when_asked_for(client, much):
    offered = client.get("/trends/", much)
    assert "3 comments have to be looked through" in offered.content.decode()
    assert client.get("/trends/themes.csv", much).status_code == 409

    answer = client.post("/trends/count/", much, follow=True)
    assert "0 of 3 comments looked at" in answer.content.decode()
    while leases.run_once(combinations.COUNT):
        pass

    (row,) = client.get(*answer.redirect_chain[-1][:1]).context["rows"]
    assert (row["name"], row["total"]) == ("Courier", 3)
    assert rows_of(client.get("/trends/themes.csv", much))[0]["all"] == "3"


def test_each_filter_leads_to_its_own_comments(client, much):
    place = Location.objects.create(code="q1", name_vi="Quận 1", name_en="District 1")
    bowl = Product.objects.create(sku="B-1", name_vi="Bát", name_en="Bowl", currency="VND")
    read_comment(location=place, product=bowl, why="paid", source="own", themes=[("courier", "positive")])

    for one in ({"location": place.pk}, {"product": "B-1"}, {"why": "paid"}, {"source": "own"}):
        (row,) = client.get("/trends/", PERIOD | one).context["rows"]
        assert row["total"] == 1
        assert client.get(row["url"]).context["page"].paginator.count == 1


def test_a_count_cannot_be_asked_for_with_wrong_filters(client):
    assert client.post("/trends/count/", {"channel": "pigeon"}).status_code == 400


def test_many_weeks_are_felt_by_month_and_lead_to_as_many_comments(client):
    for month, day in ((1, 31), (2, 2), (2, 28)):
        read_comment(said_at=NOW.replace(month=month, day=day))

    answer = client.get("/trends/", {"from": "2025-01-01", "to": "2026-11-16"})

    assert answer.context["bars_step"] == "month"
    for bar in answer.context["bars"]:
        found = client.get(bar.row.url).context["page"].paginator.count
        assert found == bar.row.total


def test_its_queries_do_not_grow(client, django_assert_num_queries, django_assert_max_num_queries):
    read_comment(themes=[("courier", "negative")])
    client.get("/trends/", PERIOD)
    for _ in range(30):
        read_comment(themes=[("courier", "negative"), ("damaged", "negative")], customer=customer())

    with django_assert_max_num_queries(14):  # one looks for bursts, two whether totals changed
        client.get("/trends/", PERIOD)
    with django_assert_max_num_queries(14):
        client.get("/comments/", PERIOD)


def test_the_comments_mark_the_words_that_counted(client):
    comment = read_comment("Ship lâu, móp hộp.", themes=[("late_delivery", "negative")])
    comment.mentions.update(words=["ship lâu"])

    page = client.get("/comments/", PERIOD | {"theme": "late_delivery"}).content.decode()

    assert '<b class="told">Ship lâu</b>, móp hộp.' in page


def test_the_comments_escape_what_customers_write(client):
    comment = read_comment("<script>alert(1)</script>", themes=[("general", "negative")])
    comment.mentions.update(words=["<script>"])

    page = client.get("/comments/", PERIOD).content.decode()

    assert '<b class="told">&lt;script&gt;</b>alert' in page


def test_an_edited_review_shows_its_newest_words_only(client):
    old, new = read_comment("Tệ."), read_comment("Tốt.")
    old.superseded_by = new
    old.save()

    assert [c.text for c in client.get("/comments/", PERIOD).context["page"]] == ["Tốt."]


@pytest.mark.parametrize(
    ("words", "pieces"),
    [
        ([], ["Late, late."]),
        (["late"], ["[Late]", ", ", "[late]", "."]),
        (["late", "late, late"], ["[Late, late]", "."]),
        (["absent", " "], ["Late, late."]),
    ],
)
def test_marking_keeps_every_letter(words, pieces):
    found = marks.pieces("Late, late.", words=words)

    assert [f"[{piece.text}]" if piece.kind else piece.text for piece in found] == pieces
    assert "".join(piece.text for piece in found) == "Late, late."


def test_no_comments_are_not_called_a_wrong_filter(client):
    page = client.get("/comments/", PERIOD).content.decode()

    assert "Nobody said this in this time" in page
    assert "filters cannot be used" not in page


def test_a_day_is_the_shops_own(client):
    """Half past six in the evening in Greenwich is the next day in Ho Chi Minh City."""
    read_comment(said_at=NOW.replace(day=14, hour=18, minute=30))

    found = client.get("/comments/", {"from": "2026-11-15", "to": "2026-11-15"})

    assert found.context["page"].paginator.count == 1
