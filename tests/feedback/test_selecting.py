"""Whom a plan asks: by place in the line or by lot, never by how it went (L4, decision 15)."""

from dataclasses import fields

import pytest

from feedback.selecting import Candidate, Draw, Outcome, Way, after_the_draw, before_the_draw, lot
from surveys.conditions import Fact

NAMES = [f"order{n}" for n in range(4000)]


def test_nothing_of_how_it_went_can_be_looked_at():
    """By construction: whoever adds a field has to look at this list, and at the law."""
    assert {field.name for field in fields(Candidate)} == {
        "name", "is_cancelled", "is_too_late", "fits", "is_erased", "was_asked", "is_insider", "has_address",
        "has_stopped", "came_back", "has_agreed", "was_asked_lately",
    }  # fmt: skip
    assert set(Fact) == {"channel", "location", "category", "first_order", "days_late", "order_total"}


def test_everyone_is_everyone():
    assert all(Draw().takes(name, place) for place, name in enumerate(NAMES, 1))


def test_every_third_is_every_third():
    draw = Draw(way=Way.EVERY_NTH, every=3)

    assert [place for place in range(1, 10) if draw.takes("x", place)] == [3, 6, 9]


@pytest.mark.parametrize("percent", [1, 20, 50, 99])
def test_a_share_is_about_that_share(percent):
    """Within four standard deviations of 4,000 draws."""
    draw = Draw(way=Way.SHARE, percent=percent, seed="abc")

    taken = sum(draw.takes(name, 1) for name in NAMES)

    wanted = len(NAMES) * percent / 100
    assert abs(taken - wanted) <= 4 * (wanted * (1 - percent / 100)) ** 0.5


def test_a_lot_depends_on_seed_and_order_alone():
    assert lot("abc", "order1") == lot("abc", "order1")
    assert lot("abc", "order1") != lot("abd", "order1")
    assert Draw(way=Way.SHARE, percent=100, seed="abc").takes("order1", 1)


@pytest.mark.parametrize(
    "draw", [Draw(), Draw(way=Way.EVERY_NTH, every=7), Draw(way=Way.SHARE, percent=20, seed="abc")]
)
def test_the_log_keeps_all_that_the_draw_needs(draw):
    again = Draw.of(draw.rule)

    assert again.rule == draw.rule
    assert [again.takes(name, n) for n, name in enumerate(NAMES)] == [
        draw.takes(name, n) for n, name in enumerate(NAMES)
    ]


@pytest.mark.parametrize("rule", ["", "share", "share:20", "every_nth:x", "the contented", "everyone:2"])
def test_a_rule_that_is_none_is_refused(rule):
    with pytest.raises(ValueError):
        Draw.of(rule)


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"is_cancelled": True}, Outcome.CANCELLED),
        ({"is_too_late": True}, Outcome.TOO_LATE),
        ({"fits": False}, Outcome.NOT_MEANT),
        ({}, None),
        ({"has_address": False}, None),
    ],
)
def test_who_fits_takes_a_place_in_the_line(change, outcome):
    assert before_the_draw(Candidate(name="x", **change)) == outcome


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({}, Outcome.INVITED),
        ({"is_erased": True, "has_address": False}, Outcome.ERASED),
        ({"was_asked": True}, Outcome.ASKED_BEFORE),
        ({"is_insider": True}, Outcome.INSIDER),
        ({"has_address": False}, Outcome.NO_ADDRESS),
        ({"has_stopped": True}, Outcome.STOPPED),
        ({"came_back": True}, Outcome.CAME_BACK),
        ({"has_agreed": False}, Outcome.NOT_AGREED),
        ({"was_asked_lately": True}, Outcome.ASKED_LATELY),
    ],
)
def test_law_and_wish_come_after_the_draw(change, outcome):
    assert after_the_draw(Candidate(name="x", **change)) == outcome
