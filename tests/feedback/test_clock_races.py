"""Managers set how long complaints may wait at one moment: one winner; each guard is also seen missing."""

from functools import partial

import pytest
from django.utils import timezone

from feedback import clock_setting
from feedback.clock_times import USUAL, Times
from feedback.models import ClockTimes, Event
from tests import crowd, factories

CROWD, ROUNDS = 8, 20
pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]


@pytest.fixture
def huy(many_connections):
    factories.a_shop()
    return factories.user("manager", "Huy")


def times(minutes):
    data = USUAL.as_data()
    data["near"]["acknowledge"] = minutes
    return Times.from_data(data)


def told(by, known, start=5):
    """How many were told that somebody was first; each wants other times."""
    acts = [
        partial(clock_setting.keep, times(start + n), known=known, by=by, now=timezone.now())
        for n in range(CROWD)
    ]
    return crowd.how_many_are_told(acts, clock_setting.Stale)


def test_one_of_many_wins_and_the_others_are_told(huy):
    for known in range(ROUNDS):
        assert told(huy, known, start=5 + 8 * (known % 2)) == CROWD - 1

    assert list(ClockTimes.objects.order_by("pk").values_list("version", flat=True)) == list(
        range(1, ROUNDS + 1)
    )
    assert Event.objects.filter(verb="clock times set").count() == ROUNDS


def test_without_comparing_each_overwrites_the_one_before(huy, monkeypatch):
    """The twin: nobody looks whether the times on the page are still those that count."""
    monkeypatch.setattr(clock_setting, "_has_changed", lambda version, known: False)

    assert told(huy, 0) == 0
    assert ClockTimes.objects.count() == CROWD


def test_the_database_alone_lets_one_win(huy, monkeypatch):
    """Neither the line at the shop's row nor the comparing: no number is given twice."""
    monkeypatch.setattr(clock_setting, "_locked", lambda: None)

    assert told(huy, 0) == CROWD - 1
    assert ClockTimes.objects.get().version == 1
