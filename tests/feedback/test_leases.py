"""C5, C6: rows are the queue; every row is done once, whoever dies in the middle."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from functools import partial

import psutil
import pytest
from django.db import transaction

from feedback import leases
from feedback.models import Comment
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
ANOTHER_MACHINE = "another-machine/1/1"


class Spoilt(RuntimeError):
    """Quotes a customer, as errors of libraries do."""


def unread(now):
    return Comment.objects.unread()


def read(rows, now):
    """A job as jobs are: its effect and the end of the lease in one transaction."""
    with transaction.atomic():
        for row in rows:
            if row.text.startswith("spoilt"):
                raise Spoilt(row.text)
        leases.finish(rows, read_at=now)


def job(run=read, **kwargs):
    return leases.Job(name="read", due=unread, run=run, **kwargs)


def texts(queryset):
    return sorted(queryset.values_list("text", flat=True))


def held_elsewhere(comment, until):
    Comment.objects.filter(pk=comment.pk).update(leased_by=ANOTHER_MACHINE, leased_until=until)


def test_it_does_what_is_due_and_no_more():
    factories.comment("one")
    factories.comment("two")

    assert leases.run_once(job(), NOW) == 2
    assert leases.run_once(job(), NOW) == 0
    assert not Comment.objects.unread().exists()
    assert not Comment.objects.exclude(leased_by="").exists()


def test_it_takes_no_more_than_a_batch():
    for text in ("one", "two", "three"):
        factories.comment(text)

    assert [leases.run_once(job(batch=2), NOW) for _round in range(3)] == [2, 1, 0]


def test_it_leaves_what_another_process_holds():
    factories.comment("ours")
    held_elsewhere(factories.comment("theirs"), NOW + SECOND)

    assert [row.text for row in leases.lease(job(), NOW)] == ["ours"]
    assert leases.lease(job(), NOW) == []


def test_it_takes_over_a_lease_that_ran_out():
    held_elsewhere(factories.comment("late"), NOW - SECOND)

    (row,) = leases.lease(job(), NOW)

    assert (row.text, row.leased_by) == ("late", leases.owner())
    assert row.leased_until == NOW + leases.LEASE


def test_it_renews_a_lease():
    factories.comment()
    rows = leases.lease(job(), NOW)

    leases.renew(rows, NOW + leases.LEASE)

    assert leases.lease(job(), NOW + leases.LEASE + SECOND) == []


def test_nothing_stays_of_work_whose_lease_was_lost():
    """Another process took the row over while this one was slow: its effect and its status both go."""
    comment = factories.comment("slow")

    def slow(rows, now):
        with transaction.atomic():
            Comment.objects.filter(pk=comment.pk).update(source="effect")
            held_elsewhere(comment, now + SECOND)
            leases.finish(rows, read_at=now)

    with pytest.raises(leases.LeaseLost):
        slow(leases.lease(job(), NOW), NOW)
    leases.run_once(job(slow), NOW)

    comment.refresh_from_db()
    assert (comment.source, comment.read_at) == ("map", None)


def test_a_lost_lease_is_no_failed_try():
    factories.comment()

    def lose(rows, now):
        raise leases.LeaseLost("taken over")

    leases.run_once(job(lose), NOW)

    comment = Comment.objects.get()
    assert (comment.tries, comment.failure) == (0, "")


def test_a_spoilt_row_does_not_keep_its_batch_back():
    factories.comment("one")
    factories.comment("spoilt")
    factories.comment("two")

    leases.run_once(job(), NOW)

    assert texts(Comment.objects.exclude(read_at=None)) == ["one", "two"]
    assert texts(Comment.objects.unread()) == ["spoilt"]


def test_a_spoilt_row_waits_longer_each_time_and_is_then_given_up():
    factories.comment("spoilt")
    now, waits = NOW, []

    while not Comment.objects.given_up().exists():
        assert leases.run_once(job(), now) == 1
        assert leases.run_once(job(), now) == 0
        row = Comment.objects.get()
        waits.append((row.retry_at - now).total_seconds())
        now = row.retry_at

    assert waits == [5, 30, 120, 600, 600]
    assert Comment.objects.get().tries == leases.TRIES
    assert leases.run_once(job(), now + timedelta(days=365)) == 0


def test_a_dead_letter_says_why_without_a_customers_words():
    """The reason is shown to staff; a library's error may quote what a customer wrote."""
    factories.comment("spoilt: my number is 0912345678")

    leases.run_once(job(tries=1), NOW)

    row = Comment.objects.given_up().get()
    assert row.failure == "read: Spoilt"
    assert row.failed_at == NOW


def test_our_own_errors_say_more():
    from feedback.mail import NotSent

    factories.comment()

    def fail(rows, now):
        raise NotSent("the mail server answered 451")

    leases.run_once(job(fail, tries=1), NOW)

    assert Comment.objects.get().failure == "read: NotSent: the mail server answered 451"


def test_a_person_can_have_it_tried_again():
    row = factories.comment("spoilt")
    leases.run_once(job(tries=1), NOW)
    Comment.objects.filter(pk=row.pk).update(text="mended")

    leases.try_again(row)
    leases.run_once(job(), NOW)

    row.refresh_from_db()
    assert (row.read_at, row.failed_at, row.failure, row.tries) == (NOW, None, "", 0)


def test_success_forgets_earlier_failures():
    row = factories.comment("spoilt")
    leases.run_once(job(), NOW)
    Comment.objects.filter(pk=row.pk).update(text="mended")

    leases.run_once(job(), NOW + timedelta(minutes=1))

    row.refresh_from_db()
    assert (row.tries, row.retry_at, row.failure) == (0, None, "")


def test_it_frees_what_a_killed_process_held():
    """A real process leases, is killed with SIGKILL, and its rows are free at once, before the lease ends."""
    command = "from feedback.leases import owner; print(owner(), flush=True); import time; time.sleep(60)"
    code = f"import django; django.setup(); {command}"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    holder = process.stdout.readline().strip()
    comment = factories.comment()
    Comment.objects.filter(pk=comment.pk).update(leased_by=holder, leased_until=NOW + leases.LEASE)

    assert leases.take_over_from_the_dead(Comment.objects.unread()) == 0
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    assert leases.take_over_from_the_dead(Comment.objects.unread()) == 1
    assert len(leases.lease(job(), NOW)) == 1


def test_a_new_process_with_an_old_number_is_not_the_old_one():
    host, pid, started = leases.owner().split("/")
    comment = factories.comment()
    earlier = f"{host}/{pid}/{int(started) - 360_000}"
    Comment.objects.filter(pk=comment.pk).update(leased_by=earlier, leased_until=NOW + leases.LEASE)

    assert leases.take_over_from_the_dead(Comment.objects.unread()) == 1


@pytest.mark.parametrize(
    "holder", [ANOTHER_MACHINE, "garbage", pytest.param(leases.owner(), id="this process")]
)
def test_it_frees_nothing_that_may_be_alive(holder):
    comment = factories.comment()
    Comment.objects.filter(pk=comment.pk).update(leased_by=holder, leased_until=NOW + leases.LEASE)

    assert leases.take_over_from_the_dead(Comment.objects.unread()) == 0


def test_its_owner_is_this_process():
    _host, pid, started = leases.owner().split("/")

    assert int(pid) == os.getpid()
    assert abs(int(started) / 100 - psutil.Process().create_time()) < 1


def test_a_forked_worker_is_an_owner_of_its_own():
    ours = leases.owner()
    reading, writing = os.pipe()

    if (child := os.fork()) == 0:
        os.write(writing, leases.owner().encode())
        os._exit(0)
    os.waitpid(child, 0)

    assert os.read(reading, 200).decode().split("/")[1] == str(child) != ours.split("/")[1]


@pytest.mark.parametrize("rows", [3, 30])
def test_a_batch_costs_the_same_however_long(rows, django_assert_num_queries):
    for number in range(rows):
        factories.comment(str(number))
    lease = partial(leases.lease, job(), NOW)

    with django_assert_num_queries(6):  # a look, a savepoint, ids, the update, its end, the rows
        assert len(lease()) == rows
