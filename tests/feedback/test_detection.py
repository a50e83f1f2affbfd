"""The rules of alerts: what is told, what is not, and on how little nothing is said."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from feedback.detection import bursts, changes, episodes

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def series(rates, days=140, seed=1):
    dice = np.random.default_rng(seed)
    counts = dice.poisson(np.array(rates)[:, None], (len(rates), days)).astype(float)
    return counts, dice.poisson(60, days) + counts.sum(0)


def test_a_doubled_theme_is_told_with_when_it_began():
    counts, whole = series([8.0, 8.0, 2.0])
    counts[0, -6:] += 8

    found = changes.look(counts, whole)

    assert changes.discoveries(found) == [0]
    assert found[0].is_rise
    assert found[0].days in (5, 6, 7)
    assert found[0].low < 2 < found[0].high


def test_when_everything_doubles_no_theme_is_told_but_all_comments_are():
    """A campaign is not a change of what people complain about."""
    counts, whole = series([8.0] * 5)
    counts[:, -7:] *= 2
    whole[-7:] *= 2

    assert changes.discoveries(changes.look(counts, whole)) == [5]


def test_a_theme_whose_others_fell_silent_is_not_told():
    counts, whole = series([8.0] * 5)
    whole[-7:] /= 2

    assert 0 not in changes.discoveries(changes.look(counts, whole))


def test_last_years_same_days_are_expected_again():
    """Tết of the western year, the sales in November: a season that was there is no news."""
    dice = np.random.default_rng(3)
    days = changes.YEAR + changes.BASE + changes.LONGEST + 7
    season = np.ones(days)
    season[-7:] = 2
    season[-7 - changes.YEAR : -changes.YEAR + 4] = 2
    whole = dice.poisson(80 * season).astype(float)
    counts = dice.poisson(8 * season, (3, days)).astype(float)

    assert changes.discoveries(changes.look(counts, whole)) == []
    assert changes.discoveries(changes.look(counts[:, -140:], whole[-140:])) == [3]


@pytest.mark.parametrize("days", [0, 1, changes.LEAST_BASE + changes.LONGEST - 1])
def test_of_few_days_nothing_is_said(days):
    counts, whole = series([8.0], days=days)

    assert changes.look(counts, whole) == [None, None]


def test_of_nothing_nothing_is_said():
    found = changes.look(np.zeros((3, 200)), np.zeros(200))

    assert found == [None] * 4
    assert changes.discoveries(found) == []


def test_what_has_never_been_there_and_comes_is_told():
    counts, whole = series([0.0, 5.0])
    counts[0, -3:] = 6

    assert 0 in changes.discoveries(changes.look(counts, whole))


def test_many_themes_need_more_to_be_sure():
    """False discovery is controlled over all of them (Benjamini and Hochberg 1995)."""
    one = changes.Finding(days=3, seen=20, expected=8, ratio=2.5, low=1.5, high=4, chance=0.02)

    assert changes.discoveries([one]) == [0]
    assert changes.discoveries([one, *[None] * 20]) == []
    assert changes.discoveries([one] * 10) == list(range(10))


def test_a_small_change_is_not_worth_a_morning():
    one = changes.Finding(days=14, seen=700, expected=560, ratio=1.25, low=1.2, high=1.3, chance=1e-9)

    assert changes.discoveries([one]) == []


@pytest.mark.parametrize(("last", "is_over"), [(None, True), (100, False), (86, False), (85, True)])
def test_an_alert_goes_on_for_a_fortnight(last, is_over):
    assert episodes.is_over(last, 100) == is_over


def moments(*hours_ago):
    return sorted(NOW - timedelta(hours=hours) for hours in hours_ago)


def test_many_bad_reviews_within_hours_are_a_burst():
    usual = [24 * 9 * n + 200 for n in range(9)]

    found = bursts.find(moments(*usual, *[50 + n / 4 for n in range(12)]), NOW)

    assert (found.n, round((found.last - found.first).total_seconds() / 3600, 2)) == (12, 2.75)
    assert found.expected < 0.1


@pytest.mark.parametrize(
    "hours",
    [
        [],
        [1, 2, 3, 4, 5, 6, 7],  # too few
        [24 * n / 8 for n in range(8 * 90)],  # every three hours, always
        [200 + n / 4 for n in range(12)],  # over a week ago
        [20 * n for n in range(8)],  # a bad week
    ],
)
def test_what_comes_as_usual_is_no_burst(hours):
    assert bursts.find(moments(*hours), NOW) is None


def test_a_burst_reaches_as_far_as_one_follows_another():
    found = bursts.find(moments(*[30 + n / 4 for n in range(12)], 40, 45, 70), NOW)

    assert found.n == 14


@pytest.mark.parametrize(("n", "expected", "chance"), [(1, 1.0, 0.632), (3, 1.0, 0.0803), (8, 0.5, 6.2e-8)])
def test_the_tail_is_that_of_poisson(n, expected, chance):
    assert bursts.tail(n, expected) == pytest.approx(chance, rel=0.02)
