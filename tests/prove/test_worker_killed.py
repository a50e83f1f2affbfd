"""C5–C8: kill -9 in the middle of anything; after a new start everything was done, and each thing once."""

import json
import socket
from collections import Counter

import pytest

from tests.prove.conftest import reviews_file

pytestmark = pytest.mark.prove
MANY = 2000
PUBLISHED = 150
APPROVE = f"""
from django.contrib.auth.models import Group
from feedback.models import User
from reviews import replies
from reviews.models import Reply
mai = User.objects.create_user("mai")
mai.groups.add(Group.objects.get(name="approver"))
for reply in Reply.objects.filter(state="draft").order_by("pk")[:{PUBLISHED}]:
    replies.approve(reply, by=mai, edition=reply.edition)
print(Reply.objects.filter(state="approved").count())
"""


def import_killed_on_its_way(shop, file):
    """Killed while it reads the file, and again after its first batch."""
    for happened in (lambda: True, lambda: shop.count("reviews_review") > 0):
        process = shop.start("manage.py", "import_reviews", str(file), "--source", "map", "--kind", "file")
        shop.kill_when(process, happened)
    shop.manage("import_reviews", str(file), "--source", "map", "--kind", "file")


def work_killed_on_its_way(shop, table, where, steps):
    """The worker is killed as soon as each number of rows is reached, and started again."""
    for step in steps:
        worker = shop.start("manage.py", "work")
        shop.kill_when(worker, lambda step=step: shop.count(table, where) >= step)
    shop.manage("sweep")


def outbox(shop):
    lines = (shop.folder / "outbox" / "map.jsonl").read_text().splitlines()
    return Counter(json.loads(line)["review"] for line in lines)


def each_is_read_and_drafted_once(shop):
    assert shop.count("reviews_review") == shop.count("feedback_comment") == MANY
    assert shop.count("feedback_analysis") == shop.count("feedback_comment", "read_at IS NOT NULL") == MANY
    assert shop.count("reviews_reply") == MANY
    assert shop.ask("SELECT count(DISTINCT review_id) FROM reviews_reply") == MANY
    assert shop.count("feedback_comment", "failed_at IS NOT NULL OR leased_by <> ''") == 0
    assert shop.count("reviews_review", "failed_at IS NOT NULL OR leased_by <> ''") == 0


def test_nothing_is_lost_or_done_twice(installation, tmp_path):
    file = reviews_file(tmp_path / "reviews.jsonl", MANY)

    import_killed_on_its_way(installation, file)
    assert installation.count("reviews_review") == MANY
    installation.manage("import_reviews", str(file), "--source", "map")
    assert installation.count("feedback_comment") == MANY

    work_killed_on_its_way(installation, "feedback_analysis", "1 = 1", [1, 1001])
    work_killed_on_its_way(installation, "reviews_reply", "1 = 1", [1])
    each_is_read_and_drafted_once(installation)

    assert int(installation.python(APPROVE)) == PUBLISHED
    work_killed_on_its_way(installation, "reviews_reply", "state = 'published'", [1, 30, 80])
    assert installation.count("reviews_reply", "state = 'published'") == PUBLISHED
    assert installation.count("reviews_reply", "state IN ('approved', 'publishing')") == 0
    assert set(outbox(installation).values()) == {1}
    assert len(outbox(installation)) == PUBLISHED
    installation.proves_itself()


def test_a_reply_that_went_out_just_before_the_kill_is_not_sent_again(installation, tmp_path):
    """The worst moment: the source has it, the database does not know."""
    file = reviews_file(tmp_path / "reviews.jsonl", 20)
    installation.manage("import_reviews", str(file), "--source", "map", "--kind", "file")
    installation.manage("sweep")
    installation.python(APPROVE)
    die = """
import os, signal
from feedback import work
from reviews.sources import file
written = file._append
def write_and_die(path, line):
    written(path, line)
    os.kill(os.getpid(), signal.SIGKILL)
file._append = write_and_die
work.drain(work.job("reviews.tasks.PUBLISH_REPLIES"))
"""
    for _ in range(5):
        process = installation.start("-c", f"import django; django.setup()\n{die}")
        assert process.wait(60) == -9

    installation.manage("sweep")

    assert outbox(installation).total() == len(outbox(installation)) == 20
    assert installation.count("reviews_reply", "state = 'published'") == 20


def test_two_workers_share_the_work(installation, tmp_path):
    file = reviews_file(tmp_path / "reviews.jsonl", MANY)
    installation.manage("import_reviews", str(file), "--source", "map", "--kind", "file")

    workers = [installation.start("manage.py", "work") for _ in range(2)]
    installation.wait_for(lambda: installation.count("reviews_reply") == MANY)
    for worker in workers:
        worker.terminate()
        assert worker.wait(60) == 0

    each_is_read_and_drafted_once(installation)
    installation.proves_itself()


def test_celery_does_the_same_work(installation, tmp_path, broker_url):
    """Worker and beat on Redis; killed and started again, as any other worker."""
    file = reviews_file(tmp_path / "reviews.jsonl", MANY)
    installation.manage("import_reviews", str(file), "--source", "map", "--kind", "file")
    celery = ["-m", "celery", "-A", "feedback.celery:app"]

    installation.start(*celery, "beat", CELERY_BROKER_URL=broker_url)
    first = installation.start(*celery, "worker", "-c", "2", CELERY_BROKER_URL=broker_url)
    installation.kill_when(first, lambda: installation.count("feedback_analysis") > 0)
    installation.start(*celery, "worker", "-c", "2", CELERY_BROKER_URL=broker_url)

    installation.wait_for(lambda: installation.count("reviews_reply") == MANY)
    installation.wait_for(lambda: installation.count("reviews_review", "leased_by <> ''") == 0)
    each_is_read_and_drafted_once(installation)
    installation.proves_itself()


def test_no_request_talks_to_the_broker(installation):
    """A broker that takes a call and never says a word: nobody calls, so that nobody waits for it."""
    ask = """
from django.test import Client
visitor = Client(HTTP_HOST="localhost")
codes = [visitor.get(page).status_code for page in ("/", "/healthz", "/reviews/", "/tell-us/", "/login/")]
codes.append(visitor.post("/tell-us/", {"text": "Bình bị vỡ."}).status_code)
print(max(codes) < 500, codes)
"""
    with socket.create_server(("127.0.0.1", 0)) as broker:
        broker.setblocking(False)
        url = f"redis://127.0.0.1:{broker.getsockname()[1]}/0"

        said = installation.python(ask, CELERY_BROKER_URL=url)

        assert said.startswith("True"), said
        with pytest.raises(BlockingIOError):
            broker.accept()
