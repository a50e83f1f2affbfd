"""Two people correct, merge or train at the same moment; each guard is also seen missing."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, OperationalError, connections
from django.utils import timezone

from feedback import comments, corrections, engines, rereading, themes, totals, work
from feedback.corrections import Said
from feedback.models import Analysis, Engine, Event, Rereading, Theme
from tests.factories import a_shop, comment, read_comment, user

CROWD = 8
pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]
SIDES = ("negative", "neutral", "positive")
LATE = "Giao hàng trễ 5 ngày, người giao cáu gắt."


REFUSALS = (corrections.Stale, engines.Busy, rereading.Busy, themes.Stale)


def at_once(*acts, refusals=REFUSALS):
    """Every one starts at the same moment; what each returned or was refused with."""
    start = threading.Barrier(len(acts))

    def one(act):
        try:
            start.wait(30)
            return act()
        except refusals as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as crowd:
        return list(crowd.map(one, acts))


@pytest.fixture
def mai(many_connections):
    a_shop()
    return user()


def correction(about, by, number):
    said = Said(sentiment=SIDES[number % 3], problem="late", themes={"courier": SIDES[number % 3]})
    return lambda: corrections.correct(about, said, by=by, edition=1)


def test_of_many_who_correct_one_text_the_first_one_counts(mai):
    about = read_comment(themes=[("late_delivery", "negative")])

    results = at_once(*(correction(about, mai, number) for number in range(CROWD)))

    assert sum(one is None for one in results) == 1
    assert Event.objects.filter(verb="reading corrected").count() == 1
    assert Analysis.objects.get().edition == 2
    assert totals.kept() == totals.recount()


def test_without_its_guard_several_count(mai, monkeypatch):
    """The twin: what was on the page is trusted, and the row not locked. Several take the same comment out of
    the totals, until these refuse to fall below nothing, or trip over each other's locks."""
    about = read_comment(themes=[("late_delivery", "negative")])
    trusting = lambda comment, edition: Analysis.objects.select_related("comment").get(comment=comment)  # noqa: E731
    monkeypatch.setattr(corrections, "_locked", trusting)

    results = at_once(
        *(correction(about, mai, number) for number in range(CROWD)),
        refusals=(IntegrityError, OperationalError),
    )

    broke = any(isinstance(one, IntegrityError | OperationalError) for one in results)
    assert broke or sum(one is None for one in results) > 1


def everybody(mai, about):
    """Corrections, takings back, merges, partings, new readings and a reading anew, in the same moment."""
    late, courier = (Theme.objects.get(slug=slug) for slug in ("late_delivery", "courier"))
    for number in range(CROWD):
        comment(f"{LATE} Lần {number}.")
    return [
        *(correction(one, mai, number) for number, one in enumerate(about)),
        lambda: themes.merge(courier, late, by=mai),
        lambda: themes.merge(late, courier, by=mai),
        lambda: comments.supersede(about[0], by=comment("Đã ổn.")),
        lambda: (rereading.ask(mai), work.drain(rereading.READ_ANEW)),
        comments.read_all,
        comments.read_all,
    ]


def test_whatever_happens_at_once_the_totals_are_those_of_the_raw_rows(mai):
    about = [read_comment(LATE, themes=[("late_delivery", "negative")]) for _ in range(4)]

    at_once(*everybody(mai, about))

    assert totals.kept() == totals.recount()
    assert Theme.objects.exclude(merged_into=None).count() == 1


@pytest.mark.postgres
def test_without_the_lock_a_merge_misses_what_is_being_counted(mai, monkeypatch):
    """The twin: a comment is read while its theme is merged, and counts under the old one for ever."""
    monkeypatch.setattr(totals, "meaning_changes", lambda: None)
    monkeypatch.setattr(totals, "_meaning_stays", lambda: None)
    late, courier = (Theme.objects.get(slug=slug) for slug in ("late_delivery", "courier"))
    comment(LATE)
    counted, merged = threading.Event(), threading.Event()
    add = totals.add

    def slowly(readings):
        add(readings)
        counted.set()
        merged.wait(30)

    def merge():
        counted.wait(30)
        try:
            themes.merge(late, courier, by=mai)
        finally:
            merged.set()

    with patched(totals, "add", slowly):
        at_once(comments.read_all, merge)

    assert totals.kept() != totals.recount()


@contextmanager
def patched(module, name, value):
    kept = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, kept)


def test_of_many_who_ask_for_a_training_one_gets_it(mai):
    results = at_once(*[lambda: engines.ask(mai)] * CROWD)

    assert sum(isinstance(one, Engine) for one in results) == 1
    assert Engine.objects.count() == 1


def test_of_many_who_ask_to_read_anew_one_gets_it(mai):
    results = at_once(*[lambda: rereading.ask(mai)] * CROWD)

    assert sum(isinstance(one, Rereading) for one in results) == 1
    assert Rereading.objects.count() == 1


def test_without_its_guard_two_trainings_are_asked_for(mai):
    """The twin: look first, then write, without the unique row."""
    looked = threading.Barrier(2)

    def look_then_write():
        busy = Engine.objects.to_train().exists()
        looked.wait(30)
        if not busy:
            Engine.objects.create(asked_at=timezone.now(), state="failed")  # any state: the guard is on one
        return busy

    assert at_once(look_then_write, look_then_write) == [False, False]
    assert Engine.objects.count() == 2


def test_of_two_who_choose_an_engine_one_is_active(mai):
    base = engines.model.load().engine
    rows = [
        Engine.objects.create(asked_at=timezone.now(), state="ready", delta=b"x", base=base) for _ in range(4)
    ]

    results = at_once(*(lambda row=row: engines.activate(row, by=mai) for row in rows))

    assert results == [None] * 4
    assert Engine.objects.filter(is_active=True).count() == 1
