"""Two managers merge two customers in opposite ways at once: one wins. The guard also off."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connections

from feedback import merging
from feedback.models import Customer, Order
from tests import factories

CROWD, ROUNDS = 6, 8
pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]


def at_once(acts):
    """How many were told that somebody was faster."""
    start = threading.Barrier(len(acts))

    def one(act):
        try:
            start.wait(30)
            act()
        except merging.CannotMerge:
            return 1
        finally:
            connections.close_all()
        return 0

    with ThreadPoolExecutor(len(acts)) as crowd:
        return sum(crowd.map(one, acts))


def as_each_saw_them(acts):
    """One after the other, with the rows as they were when the pages were opened. At once they would be as
    likely to lock each other out, and PostgreSQL would end one of them."""
    for act in acts:
        act()
    return 0


def in_both_ways(at_once=at_once):
    """Told late, and where everything lies now."""
    lan, minh = factories.customer("Lan"), factories.customer("Minh")
    factories.order(lan), factories.order(minh)
    ways = [(lan, minh), (minh, lan)] * (CROWD // 2)
    loaded = [[Customer.objects.get(pk=one.pk) for one in way] for way in ways]
    late = at_once([partial(merging.merge, *way) for way in loaded])
    both = Customer.objects.filter(pk__in=[lan.pk, minh.pk])
    stayed = both.filter(merged_into=None)
    return late, list(stayed), set(Order.objects.filter(customer__in=both).values_list("customer", flat=True))


def test_one_merge_wins(many_connections):
    factories.a_shop()
    for _round in range(ROUNDS):
        late, stayed, owners = in_both_ways()

        assert late == CROWD - 1
        assert owners == {one.pk for one in stayed}
        assert len(stayed) == 1


def test_without_the_guard_nobody_is_left(many_connections, monkeypatch):
    factories.a_shop()
    monkeypatch.setattr(merging, "_both", lambda gone, into: (gone, into))

    _late, stayed, _owners = in_both_ways(as_each_saw_them)

    assert stayed == []
