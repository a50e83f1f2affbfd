"""S4-1: theme volume and sentiment over time, from the kept totals."""

from datetime import UTC, date, datetime

import pytest

from feedback.models import Comment
from feedback.reports import trends
from tests import factories

pytestmark = pytest.mark.django_db
LATE, GOOD = ("late_delivery", "negative"), ("product_quality", "positive")


def said(month, day, *themes, channel="review", **reading):
    return factories.read_comment(
        said_at=datetime(2026, month, day, 5, tzinfo=UTC), themes=themes, channel=channel, reading=reading
    )


def row(found, slug):
    return next(row for row in found.themes if row.slug == slug)


def test_it_counts_by_week_from_monday():
    said(11, 2, LATE)  # a Monday
    said(11, 8, LATE, GOOD)  # the Sunday of the same week
    said(11, 9, LATE)

    found = trends.by_theme(date(2026, 11, 2), date(2026, 11, 15))

    assert found.buckets == (date(2026, 11, 2), date(2026, 11, 9))
    assert row(found, "late_delivery").by_bucket == (2, 1)
    assert row(found, "late_delivery").counts == trends.Counts(negative=3)
    assert row(found, "product_quality").negative_by_bucket == (0, 0)
    assert [counts.total for counts in found.sentiment] == [2, 1]


def test_a_period_may_begin_in_the_middle_of_a_week():
    said(11, 3, LATE)
    said(11, 5, LATE)

    found = trends.by_theme(date(2026, 11, 4), date(2026, 11, 10))

    assert found.buckets == (date(2026, 11, 4), date(2026, 11, 9))
    assert row(found, "late_delivery").by_bucket == (1, 0)


def test_it_counts_by_month_across_a_year():
    said(1, 31, LATE)

    found = trends.by_theme(date(2025, 12, 15), date(2026, 2, 1), period="month")

    assert found.buckets == (date(2025, 12, 15), date(2026, 1, 1), date(2026, 2, 1))
    assert row(found, "late_delivery").by_bucket == (0, 1, 0)


def test_it_compares_with_the_equally_long_time_before():
    said(11, 8, LATE)
    for day in (1, 7):
        said(11, day, LATE)
    said(10, 31, LATE)

    found = trends.by_theme(date(2026, 11, 8), date(2026, 11, 14))

    assert (row(found, "late_delivery").total, row(found, "late_delivery").before) == (1, 2)
    assert (found.comments.total, found.comments_before) == (1, 2)


def test_a_theme_that_has_gone_quiet_is_still_shown():
    said(11, 1, LATE)

    found = trends.by_theme(date(2026, 11, 8), date(2026, 11, 14))

    assert (row(found, "late_delivery").total, row(found, "late_delivery").before) == (0, 1)


@pytest.mark.parametrize(
    ("filters", "total"),
    [
        ({}, 4),
        ({"dimension": "channel", "value": "review"}, 3),
        ({"dimension": "language", "value": "en"}, 2),
        ({"dimension": "channel", "value": "letter"}, 0),
    ],
)
def test_it_can_be_filtered(filters, total):
    said(11, 3, LATE)
    said(11, 4, LATE)
    said(11, 3, LATE, lang="en")
    said(11, 3, LATE, lang="en", channel="survey")

    assert trends.by_theme(date(2026, 11, 2), date(2026, 11, 8), **filters).comments.total == total


def test_the_most_frequent_theme_comes_first():
    said(11, 3, GOOD)
    said(11, 3, LATE, GOOD)

    found = trends.by_theme(date(2026, 11, 2), date(2026, 11, 8))

    assert [row.slug for row in found.themes] == ["product_quality", "late_delivery"]


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [(date(2026, 11, 2), date(2026, 11, 1), "to"), (date(2001, 1, 1), date(2026, 1, 1), "from")],
)
def test_a_period_that_cannot_be_names_its_filter(start, end, field):
    with pytest.raises(trends.BadPeriod) as refused:
        trends.by_theme(start, end)

    assert refused.value.field == field


@pytest.mark.parametrize("rows", [2, 20])
def test_it_asks_twice_however_many_comments(rows, django_assert_num_queries):
    for day in range(1, rows + 1):
        said(11, day, LATE, GOOD)

    with django_assert_num_queries(2):
        trends.by_theme(date(2026, 11, 1), date(2026, 11, 30))

    assert Comment.objects.count() == rows
