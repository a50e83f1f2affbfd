"""Two people propose or adopt a version at the same moment; the guard is also seen missing."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, connections

from feedback import policies
from feedback.models import Event, Policy
from feedback.policy.terms import Terms
from tests import factories
from tests.factories import NOW

CROWD, ROUNDS = 8, 20
pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]


def at_once(act):
    """In so many threads that start together; what each returned or was refused with."""
    start = threading.Barrier(CROWD)

    def one(_number):
        try:
            start.wait(30)
            return act()
        except (policies.Stale, IntegrityError) as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CROWD) as crowd:
        return list(crowd.map(one, range(CROWD)))


@pytest.fixture
def huy(many_connections):
    factories.a_shop()
    return factories.user("manager", "Huy")


def ready(huy, an):
    made = policies.propose(Terms.shipped().as_dict(), comment="…", by=huy, now=NOW)
    factories.proved(made)
    policies.speak(made, "Fine.", by=an, now=NOW)
    return made


def adoptions(of):
    return Event.objects.filter(verb="policy adopted", subject=f"feedback.policy:{of.pk}").count()


def test_of_many_who_adopt_one_does(huy):
    an = factories.user("advocate", "An")
    for _round in range(ROUNDS):
        made = ready(huy, an)

        found = at_once(lambda row=made: policies.adopt(row, by=huy, now=NOW))

        assert sum(isinstance(one, Policy) for one in found) == 1
        assert adoptions(made) == 1


@contextmanager
def no_guard_in_the_database():
    """Back where it was at the end: the database of PostgreSQL serves the other tests too."""
    on_postgres = connection.vendor == "postgresql"
    switch = "ALTER TABLE feedback_policy {} TRIGGER policies_stay"
    with connection.cursor() as cursor:
        if on_postgres:
            cursor.execute(switch.format("DISABLE"))
        else:  # a copy in a file, thrown away after the test
            cursor.execute("DROP TRIGGER policies_stay_update")
    try:
        yield
    finally:
        if on_postgres:
            with connection.cursor() as cursor:
                cursor.execute(switch.format("ENABLE"))


@pytest.fixture
def unguarded(huy, monkeypatch):
    """`adopt` as it would be if it looked first and wrote later, without a lock and without comparing."""
    made = ready(huy, factories.user("advocate", "An"))
    seen = Policy.objects.get(pk=made.pk)
    monkeypatch.setattr(policies, "_locked", lambda policy: seen)
    monkeypatch.setattr(policies, "_still_proposed", lambda policy: Policy.objects.filter(pk=policy.pk))
    return made


def test_without_any_guard_it_is_adopted_again_and_again(huy, unguarded):
    """The twin: neither `adopt` nor the database looks whether somebody else was first."""
    with no_guard_in_the_database():
        at_once(lambda: policies.adopt(unguarded, by=huy, now=NOW))

    assert adoptions(unguarded) > 1


def test_the_database_alone_lets_one_adopt_it(huy, unguarded):
    found = at_once(lambda: policies.adopt(unguarded, by=huy, now=NOW))

    assert sum(isinstance(one, Policy) for one in found) == 1
    assert adoptions(unguarded) == 1


def test_who_propose_at_once_get_a_number_each(huy):
    found = at_once(lambda: policies.propose(Terms.shipped().as_dict(), comment="…", by=huy, now=NOW))

    assert sorted(one.version for one in found) == list(range(1, CROWD + 1))


def test_the_shipped_terms_are_adopted_once(huy):
    assert at_once(lambda: policies.in_force(NOW)[0].version) == [1] * CROWD
