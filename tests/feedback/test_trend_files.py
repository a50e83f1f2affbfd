"""The explorer's numbers and the comments beneath them as files and for programs: as the pages have them."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from feedback import api_access, comment_tables
from feedback.models import Comment
from tests import workbook
from tests.factories import NOW, a_shop, read_comment, user

pytestmark = pytest.mark.django_db
PERIOD = {"from": "2026-11-01", "to": "2026-11-16"}


@pytest.fixture(autouse=True)
def huy(client):
    a_shop()
    huy = user("manager", "Huy")
    client.force_login(huy)
    client.cookies["django_language"] = "en"
    return huy


@pytest.fixture
def ask(client):
    key = api_access.issue("Report", ["comments"], by=None)

    def get(**query):
        return client.get("/api/v1/comments", query, headers={"Authorization": f"Bearer {key}"})

    return get


def table(answer):
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_the_workbook_has_the_numbers_of_the_page_and_charts_of_them(client):
    read_comment(themes=[("late_delivery", "negative"), ("packaging", "positive")])
    read_comment(themes=[("late_delivery", "negative")])
    query = PERIOD | {"split": "channel"}

    address = client.get("/trends/", query).context["xlsx_url"]
    book = client.get(address).getvalue()

    sheets = workbook.sheets(book)
    assert sheets["Themes"][1][:6] == ["Late delivery", 2, 2, 0, 0, 0]
    assert "Late delivery" in sheets["Over time"][0]
    assert list(sheets) == ["What this is", "Over time", "Themes", "Told apart", "Told apart, in all"]
    assert len(workbook.charts(book)) == 4


def test_the_api_tells_all_that_the_explorer_shows(client):
    read_comment(themes=[("late_delivery", "negative")])
    query = PERIOD | {"split": "channel", "theme": "late_delivery", "compare": "year"}

    told = client.get(client.get("/trends/", query).context["json_url"]).json()

    assert (told["split"]["by"], told["split"]["theme"]) == ("channel", "late_delivery")
    assert [part["negative"] for part in told["split"]["parts"]] == [1]
    assert sum(one["negative"] for one in told["sentiment"]) == told["comments"] == 1


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
def test_the_comments_of_the_page_are_taken_along_without_who_said_it(client, kind):
    said = read_comment("=2+2 giao chậm", author="Lan", themes=[("late_delivery", "negative")])
    read_comment("Đẹp", themes=[("packaging", "positive")])
    query = PERIOD | {"theme": "late_delivery", "polarity": "negative"}

    page = client.get("/comments/", query)
    answer = client.get(dict(page.context["files"])[kind])

    if kind == "xlsx":
        (head, row), *_more = workbook.sheets(answer.getvalue()).values()
        (told,) = [dict(zip(head, row, strict=True))]
    else:
        (told,) = table(answer) if kind == "csv" else json.loads(answer.getvalue())["comments"]
    assert (told["id"], told["sentiment"]) == (said.public_id, said.analysis.sentiment)
    assert told["text"] == ("'=2+2 giao chậm" if kind == "csv" else "=2+2 giao chậm")
    assert "Lan" not in str(told)


def test_batches_leave_none_out_and_none_twice(monkeypatch, ask):
    """Three were said at one moment, where two batches meet."""
    for n in range(7):
        read_comment(f"Nói {n}", said_at=NOW if n < 5 else NOW - timedelta(hours=n))
    monkeypatch.setattr(comment_tables, "BATCH", 2)
    monkeypatch.setattr("feedback.api_trends.MOST_COMMENTS", 2)

    seen, after = [], ""
    while after is not None:
        answer = ask(**PERIOD, after=after).json()
        seen += [one["id"] for one in answer["comments"]]
        after = answer["next"]

    newest_first = Comment.objects.order_by("-said_at", "-pk").values_list("public_id", flat=True)
    assert seen == list(newest_first)


@pytest.mark.parametrize(
    ("wrong", "field"), [({"after": "x"}, "after"), ({"theme": "x"}, "theme"), ({"burst": "x"}, "burst")]
)
def test_a_wrong_filter_is_named(ask, client, wrong, field):
    answer = ask(**wrong)

    assert answer.status_code == 400
    assert [error["attr"] for error in answer.json()["errors"]] == [field]
    if field != "after":
        assert (
            client.get("/comments.csv", wrong).status_code
            == client.get("/comments/", wrong).status_code
            == 400
        )


def test_words_of_customers_need_a_scope_of_their_own(client):
    client.logout()
    key = api_access.issue("Report", ["trends"], by=None)

    assert client.get("/api/v1/comments", headers={"Authorization": f"Bearer {key}"}).status_code == 403


def test_there_is_no_other_kind_of_file(client):
    assert client.get("/comments.pdf").status_code == 404


def test_a_hundred_comments_need_as_many_queries_as_one(client, django_assert_max_num_queries):
    for n in range(30):
        read_comment(f"Nói {n}", said_at=timezone.now(), themes=[("packaging", "positive")])

    with django_assert_max_num_queries(12):
        assert len(table(client.get("/comments.csv"))) == 30
