"""Half of the visits elsewhere, by the customer's own word (S2-1)."""

import dataclasses

import numpy as np
import pytest

from feedback.defection.backtests import back_test
from feedback.defection.histories import Histories
from feedback.defection.rules import BadRule, Kind, Rule, judge

RULE = Rule(kind=Kind.SHARE, share=50, days=365)


def shop(*told):
    """A family that comes every ten days (1), another one (2)."""
    rows = [(who, day, 100.0) for who in (1, 2) for day in range(0, 400, 10)]
    return dataclasses.replace(Histories.of(rows), told=np.array(told, np.int64).reshape(len(told), 3))


@pytest.mark.parametrize(("percent", "gone"), [(0, True), (49, True), (50, True), (51, False), (100, False)])
def test_a_family_that_eats_elsewhere_half_the_time_has_left(percent, gone):
    """S2-1, the restaurant: they still come, and are gone for the other half."""
    found = judge(RULE, shop((1, 300, percent)), 400)

    assert found.is_gone.tolist() == [gone, False]


def test_it_counts_from_the_day_they_said_it():
    found = judge(RULE, shop((1, 300, 50)), 400)

    assert found.since[0] == 300
    assert found.pattern(0).words("en") == "says that of ten times only 5 are with us"
    assert found.pattern(0).words("vi") == "nói rằng trong mười lần mua chỉ 5 lần ở tiệm"


@pytest.mark.parametrize(
    ("told", "gone"),
    [
        ([(1, 100, 20), (1, 300, 85)], False),
        ([(1, 300, 85), (1, 100, 20)], False),
        ([(1, 300, 20), (1, 100, 85)], True),
        ([(1, 300, 85), (1, 300, 20)], True),
        ([(1, 35, 20)], False),
        ([(1, 36, 20)], True),
        ([(1, 401, 20)], False),
        ([(7, 300, 20)], False),
        ([], False),
    ],
)
def test_the_newest_word_counts_and_for_so_many_days(told, gone):
    assert bool(judge(RULE, shop(*told), 400).is_gone[0]) is gone


def test_a_shop_where_nobody_was_asked_finds_nobody():
    assert not judge(RULE, Histories.of([(1, 0, 1.0)]), 400).is_gone.any()
    assert not len(judge(RULE, Histories.of([]), 400).is_gone)


def test_the_past_knows_what_was_said_by_then():
    found = back_test(RULE, shop((1, 200, 20), (2, 380, 20)), 300, window=90)

    assert (found.flagged, found.came_back) == (1, 1)


@pytest.mark.parametrize("share", [-1, 100, "x", True])
def test_a_share_that_cannot_be(share):
    with pytest.raises(BadRule):
        Rule(kind=Kind.SHARE, share=share)


def test_settings_from_before_can_be_read():
    old = {key: value for key, value in RULE.as_data().items() if key != "share"}

    assert Rule.from_data(old) == RULE
