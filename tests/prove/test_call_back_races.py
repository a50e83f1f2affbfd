"""S0-6: many note at once that nobody answered, or that somebody did: one counts; the guard is also off."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError
from django.utils import timezone

from feedback import call_backs, promises, shop
from feedback.models import CallAttempt, Event, Promise
from tests import crowd, factories

CROWD, ROUNDS = 8, 10
pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]
NOT_REACHED = "customer not reached"


@pytest.fixture
def bao(many_connections):
    factories.a_shop()
    return factories.user("staff", "Bảo")


def owed():
    day = shop.day(timezone.now()) - timedelta(days=3)
    return factories.case().promises.create(
        what="call", by_when=day, call_back_on=day + timedelta(days=1), made_at=timezone.now()
    )


def attempts(promise, by):
    """Each has the page as it was before anybody noted anything."""
    now = timezone.now()
    pages = [Promise.objects.select_related("case").get(pk=promise.pk) for _ in range(CROWD)]
    return [partial(call_backs.not_reached, page, by=by, now=now) for page in pages]


def verbs(promise):
    events = Event.objects.filter(subject=f"feedback.case:{promise.case_id}").order_by("pk")
    return list(events.values_list("verb", flat=True))


def test_one_attempt_counts_and_the_others_are_told(bao):
    for _ in range(ROUNDS):
        promise = owed()

        told = crowd.how_many_are_told(attempts(promise, bao), call_backs.Stale)

        promise.refresh_from_db()
        assert (told, promise.unreached, promise.attempts.count()) == (CROWD - 1, 1, 1)
        assert verbs(promise) == [NOT_REACHED]
        assert (promise.state, promise.settled_at) == ("open", None)


def test_without_the_guard_nobody_is_told(bao, monkeypatch):
    """The twin: whoever had it open may write. The database still keeps one of them, and the others meet an
    error instead of being told how it stands."""
    promise = owed()
    acts = attempts(promise, bao)
    crowd.take_the_guard_off(monkeypatch, Promise)

    met = crowd.at_once(acts, told=(call_backs.Stale, IntegrityError))

    assert [type(one) for one in met if one is not None] == [IntegrityError] * (CROWD - 1)
    assert (promise.attempts.count(), verbs(promise)) == (1, [NOT_REACHED])


def test_an_answer_ends_it_whoever_notes_that_there_was_none(bao):
    """An attempt beside the answer came before it, or not at all; the answer is never lost."""
    for _ in range(ROUNDS):
        promise = owed()
        answer = partial(
            promises.settle,
            Promise.objects.get(pk=promise.pk),
            kept=True,
            via="phone",
            by=bao,
            now=timezone.now(),
        )

        met = crowd.at_once([answer, *attempts(promise, bao)], told=(promises.Stale,))

        promise.refresh_from_db()
        assert met[0] is None
        assert promise.state == "kept"
        assert verbs(promise) in ([NOT_REACHED, "promise kept"], ["promise kept"])
        assert promise.attempts.count() == verbs(promise).count(NOT_REACHED)


def test_without_the_guard_an_ended_promise_is_called_about_again(bao, monkeypatch):
    """The twin: the page was open before the answer, and what it notes moves a day that nobody waits for."""
    promise = owed()
    (act, *_others) = attempts(promise, bao)
    promises.settle(promise, kept=True, via="phone", by=bao, now=timezone.now())
    crowd.take_the_guard_off(monkeypatch, Promise)

    act()

    assert verbs(promise) == ["promise kept", NOT_REACHED]
    assert CallAttempt.objects.count() == 1
