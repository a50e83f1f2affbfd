"""Many people, or workers, who act at one moment; and the twin in which nothing keeps them apart."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connections
from django.db.models import QuerySet

PATIENCE = 60  # seconds, on the busiest machine


def at_once(acts, *, told=()):
    """Each has opened its page before anybody presses. What each act returned, or the refusal that it met:
    one of the kinds `told`."""
    start = threading.Barrier(len(acts))

    def one(act):
        try:
            start.wait(PATIENCE)
            return act()
        except told as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as crowd:
        return list(crowd.map(one, acts))


def how_many_are_told(acts, refusal):
    return sum(isinstance(one, refusal) for one in at_once(acts, told=(refusal,)))


def take_the_guard_off(monkeypatch, model):
    """Compare and set without the comparing: whoever saw it open may write, whatever it is now."""
    update = QuerySet.update

    def whatever_it_is_now(self, **changes):
        keys = list(model.objects.values_list("pk", flat=True)) if self.model is model else []
        return update(model.objects.filter(pk__in=keys) if keys else self, **changes)

    monkeypatch.setattr(QuerySet, "update", whatever_it_is_now)
