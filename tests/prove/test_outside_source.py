"""X2, X3: kill -9 while a real shop on the wire is read and answered; each review once, each reply once."""

from collections import Counter

import pytest

from tests.reviews.fake_shop import ACCOUNT, KEY, PASSWORD, SECRET, FakeShop, open_shop

pytestmark = pytest.mark.prove
MANY = 130  # reviews: two pages
ROUNDS = 12

CONNECT = """
from reviews.models import Polling, Source
gom = Source.objects.create(slug="gom", name="Gốm", kind="woocommerce")
Polling.objects.create(source=gom, base_url={base_url!r}, reply_account={account!r})
"""
APPROVE = """
from django.contrib.auth.models import Group
from feedback.models import User
from reviews import replies
from reviews.models import Reply
mai = User.objects.create_user("mai")
mai.groups.add(Group.objects.get(name="approver"))
for reply in Reply.objects.filter(state="draft").order_by("pk"):
    replies.approve(reply, by=mai, edition=reply.edition)
"""
# The worst moments: the shop has answered, and the database does not know it yet.
DIE_AFTER_A_PAGE = """
import os, signal
from feedback import work
from reviews import intake
taken = intake.receive_many
def take_and_die(*args, **kwargs):
    taken(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
intake.receive_many = take_and_die
work.drain(work.job("reviews.tasks.FETCH_REVIEWS"))
"""
DIE_AFTER_A_POST = """
import os, signal
from feedback import work
from feedback import web
called = web.call
def call_and_die(method, *args, **kwargs):
    said = called(method, *args, **kwargs)
    if method == "POST":
        os.kill(os.getpid(), signal.SIGKILL)
    return said
web.call = call_and_die
work.drain(work.job("reviews.tasks.PUBLISH_REPLIES"))
"""
BLIND = """
from feedback import work
from reviews.sources import woocommerce
woocommerce.present_reply = lambda source, reply: None
work.drain(work.job("reviews.tasks.PUBLISH_REPLIES"))
"""


@pytest.fixture
def shop(installation):
    made = FakeShop(seed=1)
    for number in range(MANY):
        made.write(f"<p>Giao hàng trễ {2 + number % 7} ngày, hộp móp.</p>", 1 + number % 3)
    with open_shop(made) as base_url:
        installation.environment |= {
            "SOURCE_LOCAL_HOSTS": "127.0.0.1",
            "SOURCE_GOM_KEY": KEY,
            "SOURCE_GOM_SECRET": SECRET,
            "SOURCE_GOM_REPLY_PASSWORD": PASSWORD,
        }
        installation.python(CONNECT.format(base_url=base_url, account=ACCOUNT))
        yield made


def dies(installation, code):
    process = installation.start("-c", f"import django; django.setup()\n{code}")
    assert process.wait(60) == -9, installation.log()


def test_each_once_whoever_is_killed(installation, shop):
    dies(installation, DIE_AFTER_A_PAGE)
    assert installation.count("reviews_review") == 0  # the page and our place come together, or not at all
    worker = installation.start("manage.py", "work")
    installation.kill_when(worker, lambda: installation.count("reviews_review") > 0)
    installation.manage("sweep")
    assert installation.count("reviews_review") == installation.count("feedback_comment") == MANY
    assert installation.count("reviews_reply", "state = 'draft'") == MANY

    installation.python(APPROVE)
    for _ in range(ROUNDS):
        dies(installation, DIE_AFTER_A_POST)
    for step in (30, 60, 90):
        worker = installation.start("manage.py", "work")
        installation.kill_when(worker, lambda step=step: len(shop.comments) >= step)
    installation.manage("sweep")

    assert installation.count("reviews_reply", "state = 'published'") == MANY
    assert Counter(raw["parent"] for raw in shop.comments.values()) == dict.fromkeys(shop.reviews, 1)
    assert shop.stats()["double_texts"] == []
    assert shop.most_tries <= 6
    installation.proves_itself()


def test_without_the_look_the_same_kill_doubles(installation, shop):
    """The guard-off twin: nobody asks what stands there."""
    installation.manage("sweep")
    installation.python(APPROVE.replace('order_by("pk")', 'order_by("pk")[:3]'))

    dies(installation, DIE_AFTER_A_POST)
    installation.python(BLIND)

    assert max(Counter(raw["parent"] for raw in shop.comments.values()).values()) > 1


def test_two_workers_ask_one_at_a_time(installation, shop):
    """X4: a page is asked for once, a reply published once, however many workers there are."""
    workers = [installation.start("manage.py", "work") for _ in range(2)]
    installation.wait_for(lambda: installation.count("reviews_reply") == MANY)
    installation.wait_for(lambda: installation.count("reviews_polling", "polled_at IS NOT NULL") == 1)
    installation.python(APPROVE)
    installation.wait_for(lambda: installation.count("reviews_reply", "state = 'published'") == MANY)
    for worker in workers:
        worker.terminate()
        assert worker.wait(60) == 0

    pages = [asked for asked in shop.asked if "per_page=100" in asked and "wc/v3" in asked]
    assert len(pages) == 2
    assert set(Counter(raw["parent"] for raw in shop.comments.values()).values()) == {1}
