"""Pages that are drawn once for each state of the totals: never an old number, nothing of one person's."""

import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from feedback import comments, corrections, drawn, erasure, leases, themes, totals
from feedback.models import Comment, SavedView, Theme
from tests.factories import NOW, a_shop, comment, read_comment, user

pytestmark = pytest.mark.django_db
LATE = [("late_delivery", "negative")]
PERIOD = {"from": "2026-10-01", "to": "2026-11-16"}


@pytest.fixture
def huy(client):
    a_shop()
    huy = user("manager", "Huy")
    client.force_login(huy)
    client.cookies["django_language"] = "en"
    return huy


def shown(client, **filters):
    """How often each theme comes up, as the page says it."""
    page = client.get("/trends/", PERIOD | filters).content.decode()
    table = page.partition('id="themes"')[2].partition("</table>")[0]
    rows = re.findall(r'<tr><th scope="row"><a [^>]+>([^<]+)</a></th><td class="n"><a [^>]+>(\d+)</a>', table)
    return {name: int(count) for name, count in rows}


def merge(about):
    late, courier = (Theme.objects.get(slug=slug) for slug in ("late_delivery", "courier"))
    themes.merge(late, courier, by=user())


def erase(about):
    erasure.ask(comment=about, how="page")
    while leases.run_once(erasure.ERASE):
        pass


def edit(about):
    newer = comment("Hộp móp rồi.", said_at=about.said_at)
    comments.supersede(about, by=newer)
    comments.read_all()


CHANGES = {
    "one more is read": lambda about: read_comment(themes=LATE),
    "a person corrects it": lambda about: corrections.correct(
        about,
        corrections.Said(sentiment="positive", problem="none", themes={"courier": "positive"}),
        by=user(),
        edition=1,
    ),
    "its author edits it": edit,
    "it is erased": erase,
    "two themes become one": merge,
    "all is counted anew": lambda about: call_command("rebuild_totals", "--write", stdout=StringIO()),
}


@pytest.mark.parametrize("days_ago", [0, 35])
@pytest.mark.parametrize("change", CHANGES)
def test_a_page_that_was_kept_never_shows_an_old_number(client, huy, change, days_ago):
    """Neither of the days that are read anew each time, nor of the months before, which are kept by
    themselves."""
    about = read_comment(themes=LATE, said_at=NOW - timedelta(days=1 + days_ago))
    shown(client)

    CHANGES[change](about)
    seen = shown(client)

    drawn.forget()
    assert seen == shown(client)


def test_without_the_stamp_it_would(client, huy, monkeypatch):
    """The guard taken away: the test above can fail."""
    read_comment(themes=LATE)
    shown(client)
    monkeypatch.setattr(totals, "_stamp_anew", lambda months: None)

    read_comment(themes=LATE)

    assert shown(client) == {"Late delivery": 1}


def test_what_was_said_in_other_months_leaves_a_page_as_it_is(client, huy, django_assert_max_num_queries):
    """But the months that it compares with are its own: 46 days, and the 46 before."""
    read_comment(themes=LATE)
    shown(client)

    for said_at in (datetime(2026, 12, 1, 5, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC)):
        read_comment(themes=LATE, said_at=said_at)
        assert not reads_totals(client)
    read_comment(themes=LATE, said_at=datetime(2026, 8, 20, tzinfo=UTC))
    assert reads_totals(client)


def test_what_is_long_past_is_read_once(client, huy):
    read_comment(themes=LATE)
    read_comment(themes=LATE, said_at=NOW - timedelta(days=1 + 35))
    shown(client)

    read_comment(themes=LATE)
    (anew,) = reads_totals(client)
    read_comment(themes=LATE, said_at=NOW - timedelta(days=1 + 35))

    assert "2026-10-26" in anew
    assert "2026-10-01" not in anew
    assert len(reads_totals(client)) == 2
    assert shown(client) == {"Late delivery": 4}


def reads_totals(client):
    with CaptureQueriesContext(connection) as queries:
        shown(client)
    return [one["sql"] for one in queries.captured_queries if is_of_totals(one["sql"])]


def is_of_totals(sql):
    """Those of a period: not the one that asks what there is to choose."""
    return "UNION" in sql and "themetotal" in sql


def test_what_was_rolled_back_was_never_shown(client, huy):
    read_comment(themes=LATE)
    with transaction.atomic():
        read_comment(themes=LATE)
        assert shown(client) == {"Late delivery": 2}
        transaction.set_rollback(True)

    assert shown(client) == {"Late delivery": 1}


def test_a_theme_is_shown_by_the_name_that_it_has_now(client, huy):
    read_comment(themes=LATE, said_at=timezone.now())
    read_comment(themes=LATE)
    shown(client), client.get("/")
    late = Theme.objects.get(slug="late_delivery")

    themes.change(late, by=huy, name_en="Slow delivery")

    assert shown(client) == {"Slow delivery": 1}
    assert [row["name"] for row in client.get("/").context["movers"]] in ([], ["Slow delivery"])


def test_each_reads_it_in_their_own_language(client, huy):
    read_comment(themes=LATE)
    assert list(shown(client)) == ["Late delivery"]

    client.cookies["django_language"] = "vi"

    assert list(shown(client)) == [Theme.objects.get(slug="late_delivery").name_vi]


def test_other_filters_are_another_page(client, huy):
    read_comment(themes=LATE)
    read_comment(themes=LATE, channel="form")

    assert [shown(client, **one) for one in ({}, {"channel": "form"}, {"channel": "sms"})] == [
        {"Late delivery": 2},
        {"Late delivery": 1},
        {},
    ]


def test_nothing_of_one_person_is_kept_for_the_next(client, huy):
    """Neither a view of their own nor the token of their forms."""
    read_comment(themes=LATE)
    SavedView.objects.create(
        owner=huy, name="Huy's own view", query=PERIOD, made_at=timezone.now(), is_shared=False
    )
    hers = client.get("/trends/", PERIOD)
    client.force_login(user("staff", "Mai"))

    page = client.get("/trends/", PERIOD)

    assert "own view" in hers.content.decode()
    assert "own view" not in page.content.decode()
    tokens = [re.findall(r'csrfmiddlewaretoken" value="(\w+)"', one.content.decode()) for one in (hers, page)]
    assert tokens[0]
    assert not set(tokens[0]) & set(tokens[1])


def test_it_is_made_once_and_the_oldest_is_let_go(settings, monkeypatch):
    monkeypatch.setattr(drawn, "MOST", 2)
    made = []

    def make(name):
        made.append(name)
        return name

    for name in ("a", "b", "a", "c", "a", "b"):
        assert drawn.once(name, lambda name=name: make(name)) == name

    assert made == ["a", "b", "c", "b"]


def test_who_changes_a_template_sees_it(settings):
    """With DEBUG nothing is kept."""
    settings.DEBUG = True
    assert [drawn.once("page", lambda: "old"), drawn.once("page", lambda: "new")] == ["old", "new"]


def test_a_kept_page_reads_no_totals(client, huy, django_assert_max_num_queries):
    read_comment(themes=LATE)
    shown(client)

    with django_assert_max_num_queries(14) as queries:
        shown(client)

    assert not [one for one in queries.captured_queries if is_of_totals(one["sql"])]


def test_two_writers_stamp_beside_each_other():
    """Every change has a stamp of its own."""
    stamps = set()
    for _ in range(5):
        comments.read_all()
        read_comment(themes=LATE)
        stamps.add(totals.stamp())

    assert len(stamps) == 5
    assert Comment.objects.count() == 5
