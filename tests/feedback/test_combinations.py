"""Several filters at once: counted at once where little is to be looked through, else by a job and kept."""

from datetime import UTC, date, datetime, timedelta

import pytest

from feedback import combinations, leases, totals
from feedback.models import Combination, Product, Theme
from feedback.reports import trends
from tests import factories

pytestmark = pytest.mark.django_db
LATE = ("late_delivery", "negative")
BOTH = {"channel": "review", "language": "en"}
DAYS = {"start": date(2026, 11, 2), "end": date(2026, 11, 15)}
NOW = factories.NOW


def said(day, *themes, month=11, channel="review", lang="en", **columns):
    return factories.read_comment(
        said_at=datetime(2026, month, day, 5, tzinfo=UTC),
        themes=themes or [LATE],
        channel=channel,
        reading={"lang": lang},
        **columns,
    )


@pytest.fixture
def some():
    said(3), said(3, LATE, ("courier", "positive")), said(9), said(28, month=10)
    said(3, lang="vi"), said(3, channel="form")


def found(where=BOTH, **changed):
    return combinations.by_theme(where, **DAYS | changed, period="week", at=NOW)


def counted(asked):
    while leases.run_once(combinations.COUNT):
        pass
    asked.refresh_from_db()
    return asked


def asked_for(where=BOTH, grain="week"):
    since = trends.before_that(DAYS["start"], DAYS["end"])
    return combinations.ask(where, since=since, **DAYS, grain=grain)


def test_few_comments_are_counted_at_once(some):
    told = found()

    assert told.comments.total == 3
    assert [(row.slug, row.by_bucket, row.before) for row in told.themes] == [
        ("late_delivery", (2, 1), 1),
        ("courier", (1, 0), 0),
    ]


def test_one_filter_needs_no_counting(some, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert found({"language": "vi"}).comments.total == 1


def test_many_are_asked_for_counted_and_kept(some, monkeypatch):
    at_once = found()
    monkeypatch.setattr(combinations, "AT_ONCE", 0)
    assert found() is None

    asked = asked_for()
    assert found() == asked
    counted(asked)

    assert asked.finished_at is not None
    assert (asked.looked_at, asked.comments) == (6, 6)
    assert found() == at_once


@pytest.mark.parametrize("grain", ["day", "week", "month"])
def test_small_windows_find_the_same(some, monkeypatch, grain):
    at_once = combinations.by_theme(BOTH, **DAYS, period=grain, at=NOW)
    monkeypatch.setattr(combinations, "AT_ONCE", 0)
    monkeypatch.setattr(combinations, "STEP", 1)
    monkeypatch.setattr(combinations, "LONGEST_STEP", 2)

    counted(asked_for(grain=grain))

    assert combinations.by_theme(BOTH, **DAYS, period=grain, at=NOW) == at_once


def test_a_killed_worker_counts_nothing_twice(some, monkeypatch):
    """The window and how far it is are one transaction."""
    monkeypatch.setattr(combinations, "LONGEST_STEP", 7)
    asked = asked_for()
    leases.run_once(combinations.COUNT)
    (row,) = leases.lease(combinations.COUNT, NOW)
    Combination.objects.update(leased_by="", leased_until=None)  # taken over from the dead

    with pytest.raises(leases.LeaseLost):
        combinations.step([row], NOW)
    counted(asked)

    assert asked.looked_at == 6
    assert asked.result["*"]["2026-11-02"] == [2, 0, 0, 0]


def test_asked_twice_it_is_counted_once(some):
    assert asked_for() == asked_for()
    assert Combination.objects.count() == 1


def test_it_is_counted_anew_when_its_days_went_on(some, monkeypatch):
    monkeypatch.setattr(combinations, "AT_ONCE", 0)
    asked = counted(asked_for())
    Combination.objects.update(finished_at=NOW.replace(day=15) - timedelta(days=1))

    assert found() is None
    assert asked_for() != asked


def test_the_line_has_an_end(some, monkeypatch):
    monkeypatch.setattr(combinations, "MOST_WAITING", 1)
    asked_for()

    with pytest.raises(combinations.Full):
        asked_for({"channel": "form", "language": "en"})


def test_a_merged_theme_counts_with_its_other(some):
    said(4, LATE, ("courier", "negative"))
    totals.meaning_changes()
    Theme.objects.filter(slug="courier").update(merged_into=Theme.objects.get(slug="late_delivery"))

    (row,) = found().themes

    assert (row.slug, row.total) == ("late_delivery", 4)


def test_a_product_is_told_in_whole_months():
    bowl = Product.objects.create(sku="B-1", name_vi="Bát", name_en="Bowl", currency="VND")
    said(3, product=bowl), said(28, month=10, product=bowl), said(3)

    told = found({"product": str(bowl.pk)})

    assert (told.start, told.end, told.comments.total, told.comments_before) == (
        date(2026, 11, 1),
        date(2026, 11, 30),
        1,
        1,
    )
