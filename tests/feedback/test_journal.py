"""L12, T10: who did what, when; nothing can be changed afterwards without being seen."""

import importlib
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from feedback import cases, journal
from feedback.models import Event
from tests import factories

pytestmark = pytest.mark.django_db


def three_acts():
    for verb in ("asked", "answered", "thanked"):
        with journal.recording():
            journal.log(verb, "shop:1", step=verb)
    return list(Event.objects.order_by("id"))


def an_act_that_fails():
    with journal.recording():
        journal.log("tried", factories.customer())
        raise ZeroDivisionError


def tamper(sql, *values):
    """As the owner of the database can, who takes the guard of 0007_events_stay away first."""
    stay = importlib.import_module("feedback.migrations.0007_events_stay")
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        for unguard in ["SET LOCAL session_replication_role = replica"] if postgresql else stay.SQLITE_BACK:
            cursor.execute(unguard)
        cursor.execute(sql, values)
        for guard in ["SET LOCAL session_replication_role = origin"] if postgresql else stay.SQLITE:
            cursor.execute(guard)


@pytest.mark.parametrize(
    "act",
    [
        lambda event: Event.objects.filter(pk=event.pk).update(verb="praised"),
        lambda event: Event.objects.filter(pk=event.pk).delete(),
        lambda event: event.save(),
        lambda event: Event.objects.all().delete(),
    ],
)
def test_the_database_itself_changes_and_removes_none(act):
    """R10."""
    first, *_rest = three_acts()

    with pytest.raises(IntegrityError, match="events_stay"), transaction.atomic():
        act(first)

    assert journal.verify() is None
    assert Event.objects.count() == 3


def test_it_chains_each_event_to_the_one_before():
    first, second, third = three_acts()

    assert first.previous == journal.GENESIS
    assert (second.previous, third.previous) == (first.hash, second.hash)
    assert journal.verify() is None


def test_it_chains_events_of_one_act():
    with journal.recording():
        journal.log("asked", "shop:1")
        journal.log("answered", "shop:1")

    first, second = Event.objects.order_by("id")
    assert second.previous == first.hash
    assert journal.verify() is None


def test_it_writes_at_the_end_of_the_outermost_block():
    with journal.recording():
        with journal.recording():
            journal.log("inner", "shop:1")
        assert not Event.objects.exists()
        journal.log("outer", "shop:1")

    assert list(Event.objects.order_by("id").values_list("verb", flat=True)) == ["inner", "outer"]


def test_it_drops_the_events_of_a_failed_inner_block():
    with journal.recording():
        journal.log("before", "shop:1")
        with pytest.raises(ZeroDivisionError):
            an_act_that_fails()
        journal.log("after", "shop:1")

    assert list(Event.objects.order_by("id").values_list("verb", flat=True)) == ["before", "after"]
    assert journal.verify() is None


def test_it_leaves_nothing_of_a_failed_act():
    with pytest.raises(ZeroDivisionError):
        an_act_that_fails()
    with journal.recording():
        journal.log("later", "shop:1")

    assert list(Event.objects.values_list("verb", flat=True)) == ["later"]


def test_it_goes_with_the_transaction_around_it():
    with transaction.atomic():
        three_acts()
        transaction.set_rollback(True)

    assert not Event.objects.exists()


def test_it_refuses_to_log_outside_a_transaction():
    with pytest.raises(journal.NotRecording, match="asked"):
        journal.log("asked", "shop:1")


@pytest.mark.parametrize(
    "change",
    [
        "verb = 'praised'",
        "subject = 'shop:9'",
        "data = '{}'",
        "at = '2026-01-01 00:00:00+00:00'",
        "by_id = NULL",
    ],
)
def test_it_finds_a_changed_event(change):
    with journal.recording():
        journal.log("asked", "shop:1", by=factories.user(), step="one")
        journal.log("answered", "shop:1")
    first = Event.objects.order_by("id").first()

    tamper(f"UPDATE feedback_event SET {change} WHERE id = %s", first.pk)

    assert journal.verify() == first.pk


def test_it_finds_a_removed_event():
    _first, second, third = three_acts()

    tamper("DELETE FROM feedback_event WHERE id = %s", second.pk)

    assert journal.verify() == third.pk


def test_it_finds_a_removed_beginning():
    first, second, _third = three_acts()

    tamper("DELETE FROM feedback_event WHERE id = %s", first.pk)

    assert journal.verify() == second.pk


def test_it_finds_two_events_that_changed_places():
    first, second, _third = three_acts()

    for verb, row in (("answered", first), ("asked", second)):
        tamper("UPDATE feedback_event SET verb = %s WHERE id = %s", verb, row.pk)

    assert journal.verify() == first.pk


def test_it_finds_an_event_rehashed_by_somebody_who_knows_how():
    first, second, _third = three_acts()
    first.verb = "praised"

    tamper(
        "UPDATE feedback_event SET verb = 'praised', hash = %s WHERE id = %s", journal._hash(first), first.pk
    )

    assert journal.verify() == second.pk


def test_it_cannot_fork():
    first, *_rest = three_acts()

    with pytest.raises(Exception, match=r"(?i)unique"), transaction.atomic():
        Event.objects.create(
            at=first.at, verb="fork", subject="shop:1", previous=first.previous, hash="f" * 64
        )


def test_it_holds_no_words_of_a_customer():
    """L16: ids, states and amounts only."""
    about = factories.read_comment("Tôi tên Lan, số 0912345678, giao trễ quá!", author="Lan Nguyễn")
    mai = factories.user(name="Mai")

    case = cases.open_case(about, now=factories.NOW, wish="Đổi cái mới giúp tôi nhé")
    cases.correct_fact(about, "fault", "carrier", reason="Lan gọi điện xác nhận", by=mai)
    cases.resolve(case, by=mai, first_time=True)

    written = " ".join(f"{event.verb} {event.subject} {event.data}" for event in Event.objects.all())
    assert not [words for words in ("Lan", "0912", "giao trễ", "Đổi cái") if words in written]
    assert Event.objects.count() == 4


def test_the_command_counts_what_holds():
    three_acts()
    out = StringIO()

    call_command("verify_audit", stdout=out)

    assert "3 events, the chain holds" in out.getvalue()
    assert Event.objects.order_by("id").last().hash in out.getvalue()


def test_the_command_names_the_first_bad_event():
    _first, second, _third = three_acts()
    tamper("UPDATE feedback_event SET verb = 'praised' WHERE id = %s", second.pk)
    err = StringIO()

    with pytest.raises(SystemExit) as stopped:
        call_command("verify_audit", stdout=StringIO(), stderr=err)

    assert stopped.value.code == 1
    assert f"event {second.pk}" in err.getvalue()


def test_the_command_misses_a_cut_off_end_only_without_the_noted_hash():
    """Nothing inside the table can show that its end was cut off; a hash noted elsewhere can."""
    *_rest, last = three_acts()
    tamper("DELETE FROM feedback_event WHERE id = %s", last.pk)
    err = StringIO()

    call_command("verify_audit", stdout=StringIO())
    with pytest.raises(SystemExit):
        call_command("verify_audit", "--noted", last.hash, stdout=StringIO(), stderr=err)

    assert "the noted hash is not in the chain" in err.getvalue()
