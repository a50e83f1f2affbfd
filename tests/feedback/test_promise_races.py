"""Many answer at once whether a promise was kept: one answer counts; the guard is also seen missing."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone

from feedback import promises
from feedback.models import Event, Promise
from tests import factories

CROWD, ROUNDS = 8, 20
pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]


@pytest.fixture
def bao(many_connections):
    factories.a_shop()
    return factories.user("staff", "Bảo")


def owed():
    case = factories.case()
    day = timezone.localdate() - timedelta(days=3)
    return case.promises.create(
        what="call", by_when=day, call_back_on=day + timedelta(days=1), made_at=timezone.now()
    )


def at_once(promise, by):
    """Half say yes and half say no; who was told that somebody answered before."""
    start = threading.Barrier(CROWD)

    def one(number):
        try:
            start.wait(30)
            promises.settle(
                Promise.objects.get(pk=promise.pk),
                kept=number % 2 == 0,
                via="phone",
                by=by,
                now=timezone.now(),
            )
        except promises.Stale:
            return 1
        finally:
            connections.close_all()
        return 0

    with ThreadPoolExecutor(CROWD) as crowd:
        return sum(crowd.map(one, range(CROWD)))


def events():
    return Event.objects.filter(verb__in=["promise kept", "promise broken"]).count()


def test_one_answer_counts(bao):
    for number in range(ROUNDS):
        promise = owed()

        assert at_once(promise, bao) == CROWD - 1

        promise.refresh_from_db()
        verb = "promise kept" if promise.state == "kept" else "promise broken"
        assert Event.objects.filter(verb=verb, subject=f"feedback.case:{promise.case_id}").count() == 1
        assert events() == number + 1
        assert (promise.case.state, promise.state) in (("open", "kept"), ("open", "broken"))


def test_without_the_guard_all_of_them_count(bao, monkeypatch):
    """The twin: whoever opened the page while it was open may write."""
    promise, update = owed(), QuerySet.update

    def whatever_it_is_now(self, **changes):
        rows = Promise.objects.filter(pk=promise.pk) if self.model is Promise else self
        return update(rows, **changes)

    monkeypatch.setattr(QuerySet, "update", whatever_it_is_now)

    assert at_once(promise, bao) == 0
    assert events() == CROWD


def not_yet_at_once(promise, words):
    """The customer presses "not yet" in many tabs, after somebody of ours noted that it was kept."""
    start = threading.Barrier(CROWD)

    def one(number):
        try:
            start.wait(30)
            same = Promise.objects.select_related("case__customer").get(pk=promise.pk)
            promises.hear(same, kept=False, told=words(number), now=timezone.now())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CROWD) as crowd:
        list(crowd.map(one, range(CROWD)))


def test_their_no_after_our_yes_breaks_it_once_and_loses_no_word(bao):
    """S0-6: one breaks the promise; what the others say is in the case."""
    for _ in range(ROUNDS // 4):
        promise = owed()
        promises.settle(promise, kept=True, via="phone", by=bao, now=timezone.now())

        not_yet_at_once(promise, words=lambda number: f"Chưa thấy đâu {number}.")

        promise.refresh_from_db()
        assert (promise.state, promise.case.follow_ups.count()) == ("broken", CROWD)
        subject = f"feedback.case:{promise.case_id}"
        assert Event.objects.filter(verb="promise broken", subject=subject).count() == 1


def test_the_same_words_at_once_are_kept_once(bao):
    promise = owed()
    promises.settle(promise, kept=True, via="phone", by=bao, now=timezone.now())

    not_yet_at_once(promise, words=lambda _number: "Chưa thấy đâu.")

    assert promise.case.follow_ups.count() == 1


def let_nobody_wait(monkeypatch):
    """No row is locked: all of the crowd have read the promise before one of them writes."""
    gate, get = threading.Barrier(CROWD), QuerySet.get

    def without_lock(self, **_kwargs):
        unlocked = self.all()
        unlocked.is_read_by_all = self.model is Promise
        return unlocked

    def read_by_all(self, *given, **kwargs):
        row = get(self, *given, **kwargs)
        if getattr(self, "is_read_by_all", False):
            gate.wait(30)
        return row

    monkeypatch.setattr(QuerySet, "select_for_update", without_lock)
    monkeypatch.setattr(QuerySet, "get", read_by_all)


@pytest.mark.postgres
def test_without_the_lock_their_words_are_kept_many_times(bao, monkeypatch):
    """The twin: nobody waits for the one before. On SQLite the transaction itself lets nobody in between."""
    promise = owed()
    promises.settle(promise, kept=True, via="phone", by=bao, now=timezone.now())
    update = QuerySet.update

    def whatever_it_is_now(self, **changes):
        rows = Promise.objects.filter(pk=promise.pk) if self.model is Promise else self
        return update(rows, **changes)

    monkeypatch.setattr(QuerySet, "update", whatever_it_is_now)
    let_nobody_wait(monkeypatch)

    not_yet_at_once(promise, words=lambda number: f"Chưa thấy đâu {number}.")

    subject = f"feedback.case:{promise.case_id}"
    assert Event.objects.filter(verb="promise broken", subject=subject).count() == CROWD
