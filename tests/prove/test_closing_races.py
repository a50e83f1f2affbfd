"""Two people end one case at once, hand it over, or judge it: one wins and the other is told. Each guard also
off."""

from functools import partial

import pytest
from django.utils import timezone

from feedback import cases, procedure
from feedback.models import Case, Event
from tests import factories
from tests.crowd import at_once, how_many_are_told, take_the_guard_off

CROWD, ROUNDS = 8, 20
pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]


@pytest.fixture
def people(many_connections):
    factories.a_shop()
    return [factories.user("staff", f"Mai {n}") for n in range(CROWD)]


def opened():
    made = cases.open_case(factories.read_comment(channel="phone"), now=timezone.now())
    return Case.objects.select_related("comment").get(pk=made.pk)


def as_on_the_page(case):
    return Case.objects.select_related("comment").get(pk=case.pk)


def told_of(acts):
    return how_many_are_told(acts, cases.Stale)


def closing(case, people):
    """Half close it, half resolve it."""
    solve = {"first_time": True, "cause_removed": "Packed better"}
    return [
        partial(cases.close, as_on_the_page(case), by=by, why="withdrawn")
        if n % 2
        else partial(cases.resolve, as_on_the_page(case), by=by, **solve)
        for n, by in enumerate(people)
    ]


def events(case, *verbs):
    return Event.objects.filter(verb__in=verbs, subject=f"feedback.case:{case.pk}").count()


@pytest.fixture
def unguarded(monkeypatch):
    take_the_guard_off(monkeypatch, Case)


def test_one_of_those_who_close_it_wins(people):
    """Who closes it without a solution does not close what was solved meanwhile: one act of all."""
    for _round in range(ROUNDS):
        case = opened()

        told = told_of(closing(case, people))

        case.refresh_from_db()
        resolved, closed = events(case, "case resolved"), events(case, "case closed")
        assert resolved + closed == CROWD - told
        assert (resolved, closed) in ((0, 1), (1, 0))
        assert case.state == ("closed" if closed else "resolved")


def test_two_who_close_it_are_one(people):
    for _round in range(ROUNDS):
        case = opened()

        told = told_of([partial(cases.close, as_on_the_page(case), by=by, why="withdrawn") for by in people])

        assert (told, events(case, "case closed")) == (CROWD - 1, 1)


def test_without_the_guard_all_of_them_close_it(people, unguarded):
    case = opened()

    told = told_of([partial(cases.close, as_on_the_page(case), by=by, why="withdrawn") for by in people])

    assert (told, events(case, "case closed")) == (0, CROWD)


def handing(case, people):
    return [
        partial(procedure.hand_over, as_on_the_page(case), to=by, note="", by=by, known=None) for by in people
    ]


def test_one_of_those_who_take_it_has_it(people):
    for _round in range(ROUNDS):
        case = opened()

        assert told_of(handing(case, people)) == CROWD - 1

        case.refresh_from_db()
        assert case.owner in people
        assert events(case, "case handed over") == 1


def test_without_the_guard_all_of_them_take_it(people, unguarded):
    case = opened()

    assert told_of(handing(case, people)) == 0
    assert events(case, "case handed over") == CROWD


def taking(case, people):
    return [partial(procedure.take, as_on_the_page(case), by=by) for by in people]


def test_of_those_who_press_take_one_has_it(people):
    for _round in range(ROUNDS):
        case = opened()

        took = at_once(taking(case, people))

        case.refresh_from_db()
        assert (sum(took), case.owner) == (1, people[took.index(True)])
        assert events(case, "case taken") == 1


def test_without_the_guard_all_of_them_believe_it_theirs(people, unguarded):
    case = opened()

    assert all(at_once(taking(case, people)))
    assert events(case, "case taken") == CROWD


def test_two_cases_joined_to_each_other_at_once_leave_one(people):
    """Both hold both, in one order: neither waits for the other for good, and not both end."""
    for _round in range(ROUNDS):
        first, second = opened(), opened()
        now = timezone.now()
        joins = [
            partial(procedure.join, *pair, by=by, now=now)
            for pair, by in zip([(first, second), (second, first)] * (CROWD // 2), people, strict=True)
        ]

        assert told_of(joins) == CROWD - 1

        states = sorted(Case.objects.filter(pk__in=[first.pk, second.pk]).values_list("state", flat=True))
        assert states == ["closed", "open"]
