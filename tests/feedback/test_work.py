"""The worker: every job, once or for good, whatever the database does meanwhile."""

import threading
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connections

from feedback import comments, leases, tasks, work
from feedback.models import Case, Comment
from feedback.models.words import Channel
from tests import factories

pytestmark = pytest.mark.django_db
KERNEL_JOBS = ["feedback.tasks.READ_COMMENTS", "feedback.tasks.DECIDE_CASES", "feedback.tasks.SEND_MAIL"]


@pytest.fixture(autouse=True)
def _kernel_jobs(settings):
    settings.JOBS = KERNEL_JOBS


def read_in_turn(stop, rounds):
    """A job that ends the worker after so many batches."""

    def run(rows, now):
        comments.read(rows, now)
        rounds.append(len(rows))
        stop.set()

    return leases.Job(name="read", due=comments.due, run=run, batch=2)


def test_it_knows_the_jobs_of_the_settings():
    assert work.jobs() == [tasks.READ_COMMENTS, tasks.DECIDE_CASES, tasks.SEND_MAIL]


@pytest.mark.parametrize("path", ["feedback.tasks.run_job", "os.system", ""])
def test_it_runs_nothing_that_the_settings_do_not_name(path):
    """A message of the broker carries a dotted path; it must not be a way in."""
    with pytest.raises(LookupError):
        work.job(path)


def test_a_sweep_follows_one_job_with_the_next():
    """Reading makes work for deciding; one sweep does both."""
    told = factories.comment("Bình gốm bị vỡ khi nhận hàng.", channel=Channel.FORM)
    Case.objects.create(comment=told, opened_at=factories.NOW)

    call_command("sweep", stdout=(out := StringIO()))

    assert Comment.objects.get().read_at is not None
    assert Case.objects.get().decided_at is not None
    assert out.getvalue() == "2 rows done\n"


def test_a_second_sweep_finds_nothing():
    factories.comment()
    work.sweep(work.jobs())

    assert work.sweep(work.jobs()) == 0


def test_a_celery_message_runs_one_job_to_its_end():
    for _ in range(3):
        factories.comment()

    assert tasks.run_job("feedback.tasks.READ_COMMENTS") == 3
    assert tasks.run_job("feedback.tasks.READ_COMMENTS") == 0


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_it_ends_after_the_batch_at_hand():
    for _ in range(3):
        factories.comment()
    stop, rounds = threading.Event(), []

    work.forever([read_in_turn(stop, rounds)], stop)

    assert rounds == [2]
    assert Comment.objects.unread().count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_it_frees_at_its_start_what_the_dead_held():
    host, pid, started = leases.owner().split("/")
    comment = factories.comment()
    Comment.objects.filter(pk=comment.pk).update(
        leased_by=f"{host}/{pid}/{int(started) - 99_999}", leased_until=factories.NOW.replace(year=2999)
    )
    stop, rounds = threading.Event(), []

    work.forever([read_in_turn(stop, rounds)], stop)

    assert rounds == [1]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_it_goes_on_when_the_database_comes_back(monkeypatch):
    """Even at its start: a worker that is up before its database must not end."""
    factories.comment()
    stop, rounds, faults = threading.Event(), [], [OperationalError("gone"), OperationalError("gone")]
    one = read_in_turn(stop, rounds)

    def due(now):
        if faults:
            raise faults.pop()
        return comments.due(now)

    monkeypatch.setattr(work, "DATABASE_AWAY_SECONDS", 0)
    work.forever([leases.Job(name="read", due=due, run=one.run)], stop)

    assert rounds == [1]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_waits_for_others_does_not_keep_the_rest_waiting(many_connections):
    """Letters: each job waits here until the other has begun."""
    stop, letters, rest = threading.Event(), threading.Event(), threading.Event()

    def waits_for(other, mine):
        def due(now):
            mine.set()
            assert other.wait(20)
            stop.set()
            return comments.due(now)

        return due

    work.forever(
        [
            leases.Job(name="send", due=waits_for(rest, letters), run=print, apart=True),
            leases.Job(name="read", due=waits_for(letters, rest), run=print),
        ],
        stop,
    )

    assert letters.is_set()
    assert rest.is_set()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_fault_in_the_thread_of_letters_ends_the_worker(many_connections):
    """Else letters would stay, and nobody would know."""

    def due(now):
        raise LookupError("a fault of ours")

    with pytest.raises(LookupError):
        work.forever([leases.Job(name="send", due=due, run=print, apart=True)], threading.Event())


@pytest.mark.skipif(not settings.SQLITE, reason="no other database tells that somebody wrote")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_it_looks_at_once_when_somebody_wrote_and_seldom_else(many_connections, monkeypatch):
    """An idle worker costs nearly nothing, and no fresh row waits for it."""
    stop, looked, rounds, looks = threading.Event(), threading.Event(), [], set()

    def due(now):
        looks.add(now)
        looked.set()
        return comments.due(now)

    def write():
        looked.wait(20)
        factories.comment()
        connections.close_all()

    monkeypatch.setattr(work, "IDLE_SECONDS", 0.01)
    monkeypatch.setattr(work, "UNWRITTEN_SECONDS", 60)
    writer = threading.Thread(target=write)
    writer.start()
    work.forever([leases.Job(name="read", due=due, run=read_in_turn(stop, rounds).run)], stop)
    writer.join()

    assert rounds == [1]
    assert len(looks) <= 3  # it may have been written within the first
