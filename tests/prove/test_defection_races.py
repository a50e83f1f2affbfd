"""Many workers find one customer at the same moment, many managers decide at once; each guard also off."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections

from feedback import defections, shop
from feedback.defection.rules import Kind, Rule, judge
from feedback.models import Defection, Event
from tests import factories
from tests.factories import NOW

CROWD = 8
pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]


def at_once(act):
    """Every one starts at the same moment; what each returned, or how it was told no."""
    start = threading.Barrier(CROWD)

    def one(number):
        start.wait(30)
        try:
            return act(number)
        except defections.Stale as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CROWD) as crowd:
        return list(crowd.map(one, range(CROWD)))


@pytest.fixture
def huy(many_connections):
    factories.a_shop()
    return factories.user("manager", "Huy")


@pytest.fixture
def left(huy):
    """The rule that counts, and what it finds: one customer."""
    lan = factories.customer("Lan")
    for days in (65, 55, 45, 35):
        factories.order(lan, placed_at=NOW - timedelta(days=days))
    version = defections.define(Rule(kind=Kind.DAYS, days=30), by=huy, now=NOW)
    return version, judge(version.rule, defections.load(), shop.day(NOW).toordinal())


def all_look(version, found, monkeypatch):
    """All have seen that nobody knows of the customer before the first of them writes."""
    seen, look = threading.Barrier(CROWD), defections._known_to_be_gone

    def and_wait(*given):
        known = look(*given)
        seen.wait(30)
        return known

    monkeypatch.setattr(defections, "_known_to_be_gone", and_wait)
    at_once(lambda _number: defections._note_who_left(version, found, NOW))


def test_many_workers_find_a_customer_once(left, monkeypatch):
    all_look(*left, monkeypatch)

    assert Defection.objects.count() == 1
    assert Event.objects.filter(verb="defection found").count() == 1


@pytest.mark.postgres  # SQLite cannot lose a constraint that stands in its table
def test_without_the_constraints_each_worker_finds_them(left, monkeypatch):
    names = ("one_defection_after_a_purchase", "one_open_defection_per_customer")
    known = {one.name: one for one in Defection._meta.constraints}
    taken = [known[name] for name in names]
    with connection.schema_editor() as editor:
        for one in taken:
            editor.remove_constraint(Defection, one)
    try:
        all_look(*left, monkeypatch)

        assert Defection.objects.count() == CROWD
    finally:
        Defection.objects.all().delete()
        with connection.schema_editor() as editor:
            for one in reversed(taken):
                editor.add_constraint(Defection, one)


def decided(row, huy):
    return at_once(
        lambda number: defections.answer(row, answer="price", reason=f"reason {number}", by=huy, now=NOW)
    )


def test_of_many_who_decide_the_first_one_counts(huy):
    row = factories.defection(owner=huy, state="contacted", cause="cheaper")

    results = decided(row, huy)

    assert sum(isinstance(one, defections.Stale) for one in results) == CROWD - 1
    assert Event.objects.filter(verb="defection answered").count() == 1


def test_without_the_comparison_each_would_count(huy, monkeypatch):
    row = factories.defection(owner=huy, state="contacted", cause="cheaper")
    monkeypatch.setattr(defections, "_still", lambda one, *_states: Defection.objects.filter(pk=one.pk))

    decided(row, huy)

    assert Event.objects.filter(verb="defection answered").count() == CROWD


def test_of_many_who_define_one_definition_counts(huy):
    results = at_once(
        lambda number: defections.define(Rule(kind=Kind.DAYS, days=30 + number), by=huy, now=NOW)
    )

    kept = [one for one in results if not isinstance(one, defections.Stale)]
    assert kept
    assert defections.in_force().pk in {one.pk for one in kept}
    assert Event.objects.filter(verb="defection defined").count() == len(kept)
