"""Invitations through a real mail server while the worker is killed: none lost, one extra a kill at most."""

import asyncio
import socket
from collections import Counter

import pytest
from aiosmtpd.controller import Controller

pytestmark = pytest.mark.prove
MANY, KILLS = 60, 5
ASK_THEM = """
from datetime import time, timedelta
from django.utils import timezone
from feedback import postage, shop
from feedback.models import Customer, Order
from surveys import publishing
from surveys.models import Plan
from tests.factories import a_shop
a_shop()
now = timezone.now()
postage.set_class("question", opens=time(0), closes=time(23, 59, 59), per_day=None)
survey = publishing.start_post_purchase(name="x", reward_amount=None, currency="VND", now=now)
day = shop.day(now) - timedelta(days=12)
for n in range({many}):
    lan = Customer.objects.create(name="Lan", email=f"lan{{n}}@example.com", since=now)
    Order.objects.create(
        number=n, customer=lan, placed_at=now, received_at=now, total=1, delivered_on=day
    )
Plan.objects.create(survey=survey, since=day, made_at=now, look_at=now)
"""
DIE_AFTER_THE_SERVER_TOOK_IT = """
import os, signal
from feedback import leases, work
finish = leases.finish
def die(rows, **changes):
    if changes.get("state") == "sent" and hasattr(rows[0], "message_id"):
        os.kill(os.getpid(), signal.SIGKILL)
    return finish(rows, **changes)
leases.finish = die
work.sweep(work.jobs())
"""


class Slow:
    """A mail server far away, in small: it answers each mail after 20 ms."""

    def __init__(self):
        self.taken = []

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(0.02)
        head = envelope.content.partition(b"\r\n\r\n")[0].decode("ascii", "replace").split("\r\n")
        line = next(one for one in head if one.lower().startswith("message-id:"))
        self.taken.append(line.partition(":")[2].strip())
        return "250 OK"


@pytest.fixture
def server(installation):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Slow(), hostname="127.0.0.1", port=port)
    controller.start()
    installation.environment |= {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    yield controller.handler
    controller.stop()


def known(installation):
    said = installation.python(
        "from feedback.models import OutgoingMail\n"
        "print(*OutgoingMail.objects.values_list('message_id', flat=True), sep='\\n')"
    )
    return set(said.split())


def test_none_is_lost_and_few_are_doubled(installation, server):
    """Killed at even distances, as it happens."""
    installation.python(ASK_THEM.format(many=MANY))

    for kill in range(1, KILLS + 1):
        worker = installation.start("manage.py", "work")
        installation.kill_when(worker, lambda kill=kill: len(set(server.taken)) >= MANY * kill // (KILLS + 1))
    installation.manage("sweep")

    assert set(server.taken) == known(installation)
    assert len(set(server.taken)) == MANY
    assert len(server.taken) <= MANY + KILLS
    assert installation.count("surveys_invitation", "state = 'sent'") == MANY
    installation.proves_itself()


def test_the_worst_moment_doubles_one_a_kill(installation, server):
    """The server has it, the database does not know: the repeat has the same Message-ID, and no other is sent
    twice though several envelopes were open."""
    installation.python(ASK_THEM.format(many=12))

    for _each in range(KILLS):
        died = installation.start("-c", f"import django; django.setup()\n{DIE_AFTER_THE_SERVER_TOOK_IT}")
        assert died.wait(120) == -9
    installation.manage("sweep")

    counts = Counter(server.taken)
    assert set(counts) == known(installation)
    assert counts.total() == 12 + KILLS
    assert counts.most_common(1)[0][1] == KILLS + 1


def test_without_its_guard_a_kill_doubles_many(installation, server):
    """The twin: closed one after another and noted at the end of the batch, as a loop would do it."""
    installation.python(ASK_THEM.format(many=12))
    at_the_end = """
import os, signal
from feedback import mail, postbox, work
def send(mails, now):
    for one, opening in zip(mails, postbox.opened([mail._message(one) for one in mails])):
        opening.result().close()
    os.kill(os.getpid(), signal.SIGKILL)
object.__setattr__(mail.SEND, "run", send)
work.sweep(work.jobs())
"""
    died = installation.start("-c", f"import django; django.setup()\n{at_the_end}")
    assert died.wait(120) == -9
    installation.manage("sweep")

    assert Counter(server.taken).total() > 12 + 1
