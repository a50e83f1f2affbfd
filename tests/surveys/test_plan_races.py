"""Two workers at once: one customer is asked once in a while, and a day's limit holds for both together."""

import datetime
from contextlib import suppress
from decimal import Decimal
from threading import Barrier, BrokenBarrierError, Thread

import pytest
from django.db import connections
from django.db.models import QuerySet

from feedback import leases, postage, shop
from feedback.models import Order, OutgoingMail
from surveys import invitations, plans, publishing
from surveys.models import Invitation, Plan

pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]
A_MOMENT = 1.0  # seconds; who comes second waits for a lock meanwhile


@pytest.fixture
def now(the_shop):
    return datetime.datetime(2026, 11, 16, 11, tzinfo=shop.zone())


def both(act, items):
    """`act(item)` in a thread each."""

    def run(item):
        try:
            with suppress(leases.LeaseLost):
                act(item)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=[item]) for item in items]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def meet(monkeypatch, module, name):
    """Whoever has looked waits a moment for the other to have looked as well."""
    look, barrier = getattr(module, name), Barrier(2)

    def looked(*args, **kwargs):
        found = look(*args, **kwargs)
        with suppress(BrokenBarrierError):
            barrier.wait(A_MOMENT)
        return found

    monkeypatch.setattr(module, name, looked)


def without_locks(monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *args, **kwargs: self)


@pytest.fixture
def two_plans(survey, buy, now):
    """Of two surveys, about two orders of one customer."""
    another = publishing.start_post_purchase(
        name="Other", slug="other", reward_amount=Decimal(1000), currency="VND", now=now
    )
    order = buy("7")
    delivered = now.date() - datetime.timedelta(days=10)
    Order.objects.filter(pk=order.pk).update(delivered_on=delivered)
    for one in (survey, another):
        Plan.objects.create(survey=one, since=delivered, made_at=now, look_at=now)
    return [leases.lease(plans.LOOK, now)[0] for _each in range(2)]


def test_two_plans_ask_one_customer_once(two_plans, now, monkeypatch):
    meet(monkeypatch, plans, "_asked_lately")

    both(lambda plan: plans.look([plan], now), two_plans)

    assert Invitation.objects.count() == 1


@pytest.mark.postgres
def test_without_its_lock_they_ask_twice(two_plans, now, monkeypatch):
    """The twin. (SQLite has one writer, whatever is locked.)"""
    meet(monkeypatch, plans, "_asked_lately")
    without_locks(monkeypatch)

    both(lambda plan: plans.look([plan], now), two_plans)

    assert Invitation.objects.count() == 2


@pytest.fixture
def two_waiting(survey, buy, now):
    """Two invitations on a day that has room for one mail, each leased by itself."""
    postage.set_class("advertising", opens=datetime.time(8), closes=datetime.time(21), per_day=1)
    for number in ("7", "8"):
        invitations.invite(survey, order=buy(number), now=now)
    return leases.lease(invitations.SEND, now)


def test_a_days_limit_holds_for_two_workers_together(two_waiting, now, monkeypatch):
    meet(monkeypatch, postage, "_written")

    both(lambda row: invitations.send([row], now), two_waiting)

    assert OutgoingMail.objects.count() == 1
    assert Invitation.objects.filter(state="waiting").count() == 1


@pytest.mark.postgres
def test_without_its_lock_the_limit_is_passed(two_waiting, now, monkeypatch):
    """The twin."""
    meet(monkeypatch, postage, "_written")
    without_locks(monkeypatch)

    both(lambda row: invitations.send([row], now), two_waiting)

    assert OutgoingMail.objects.count() == 2
