"""Several people deal with one alert, several workers judge one day at once: one does. Guards also off."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError
from django.utils import timezone

from feedback import alerts, leases, shop
from feedback.front import headlines
from feedback.models import Alert, AlertClock, Event, Headline, HeadlineClock, OutgoingMail
from tests import factories
from tests.crowd import at_once, how_many_are_told, take_the_guard_off

CROWD, ROUNDS = 6, 8
DAY = timedelta(days=1)
ACTS = ("taken", "snoozed", "woken", "handed over", "given back", "settled")
pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]


@pytest.fixture
def people(many_connections):
    factories.a_shop()
    shop.forget()
    return [factories.user("manager", f"Huy {n}", email=f"huy{n}@example.com") for n in range(CROWD)]


def found(number, act, people):
    """As it stands before the act."""
    today = shop.day(timezone.now())
    before = {
        "woken": {"snoozed_until": today + DAY, "snoozed_by": people[0]}, "given back": {"owner": people[0]}
    }  # fmt: skip
    return Alert.objects.create(
        kind="rise", theme=f"theme-{number}", since=today, seen=9, expected=2, ratio=4, low=2, high=8,
        chance=0.001, found_on=today, last_found_on=today,
        **before.get(act, {}),
    )  # fmt: skip


def dealing(act, alert, people):
    now = timezone.now()
    until = {"until": shop.day(now) + 7 * DAY, "today": shop.day(now)}
    return {
        "taken": [partial(alerts.take, alert, by=by) for by in people],
        "snoozed": [partial(alerts.snooze, alert, by=by, **until) for by in people],
        "woken": [partial(alerts.wake, alert, by=by, today=shop.day(now)) for by in people],
        "handed over": [partial(alerts.hand_over, alert, to, held_by=None, by=to) for to in people],
        "given back": [partial(alerts.give_back, alert, by=people[0]) for _ in people],
        "settled": [partial(alerts.settle, alert, f"Huy {n}", by=by, now=now) for n, by in enumerate(people)],
    }[act]


def events(alert, act):
    return Event.objects.filter(subject=f"feedback.alert:{alert.pk}", verb=f"alert {act}").count()


@pytest.mark.parametrize("act", ACTS)
def test_one_of_those_who_deal_with_it_does(people, act):
    for number in range(ROUNDS):
        alert = found(number, act, people)

        told = how_many_are_told(dealing(act, alert, people), alerts.Stale)

        assert (told, events(alert, act)) == (CROWD - 1, 1)


@pytest.mark.parametrize("act", ACTS)
def test_without_the_guard_all_of_them_do(people, act, monkeypatch):
    take_the_guard_off(monkeypatch, Alert)
    alert = found(0, act, people)

    told = how_many_are_told(dealing(act, alert, people), alerts.Stale)

    assert (told, events(alert, act)) == (0, CROWD)


@pytest.fixture
def bombed(people):
    """Twelve bad reviews within two hours, of which nobody was told."""
    now = timezone.now()
    for n in range(12):
        factories.read_comment(
            f"Tệ {n}",
            source="map",
            score=1,
            scale="stars_5",
            said_at=now - timedelta(hours=30, minutes=10 * n),
        )
    return now


def judging(job, clocks, now):
    """Each believes that the day is its own to judge: its lease ran out without its knowing."""
    clocks.update(leased_by=leases.owner(), leased_until=now + DAY)
    row = clocks.get()
    return [partial(job.run, [row], now)] * CROWD


def test_a_day_that_several_workers_judge_at_once_is_told_once(people, bombed):
    acts = judging(alerts.FIND, AlertClock.objects.all(), bombed)

    lost = how_many_are_told(acts, leases.LeaseLost)

    assert (lost, Alert.objects.count(), OutgoingMail.objects.count()) == (CROWD - 1, 1, CROWD)


def test_without_the_lease_more_than_one_judges(people, bombed, monkeypatch):
    """The twin. That there is still one alert of each kind is the database's doing."""
    monkeypatch.setattr(leases, "finish", lambda rows, **changes: len(rows))
    acts = judging(alerts.FIND, AlertClock.objects.all(), bombed)

    refused = [one for one in at_once(acts, told=(leases.LeaseLost, IntegrityError)) if one is not None]

    assert not any(isinstance(one, leases.LeaseLost) for one in refused)
    assert Alert.objects.count() == 1


def test_figures_that_several_workers_find_at_once_are_there_once(people, bombed):
    factories.case(opened_at=bombed - DAY)
    HeadlineClock.objects.get_or_create(defaults={"look_at": bombed})
    acts = judging(headlines.FIND, HeadlineClock.objects.all(), bombed)

    lost = how_many_are_told(acts, leases.LeaseLost)

    names = list(Headline.objects.values_list("name", flat=True))
    assert lost == CROWD - 1
    assert names
    assert len(names) == len(set(names))


def test_without_the_lease_more_than_one_finds_them(people, bombed, monkeypatch):
    """The twin: nobody is told that another was faster."""
    monkeypatch.setattr(leases, "finish", lambda rows, **changes: len(rows))
    HeadlineClock.objects.get_or_create(defaults={"look_at": bombed})
    acts = judging(headlines.FIND, HeadlineClock.objects.all(), bombed)

    found = at_once(acts, told=(leases.LeaseLost, IntegrityError))

    assert not any(isinstance(one, leases.LeaseLost) for one in found)
