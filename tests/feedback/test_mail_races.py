"""C12: unsubscribe while a mail is being sent. Sent before or never; none after the confirmation."""

import asyncio
import datetime
import socket
import threading
import time

import pytest
from aiosmtpd.controller import Controller
from django.db import connections
from django.test import Client
from django.utils import timezone

from feedback import leases, mail, postage
from feedback.models import MailAddress, OutgoingMail
from tests import factories

pytestmark = [
    pytest.mark.prove,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("many_connections"),
]


class Slow:
    """It says that the last line has come, and takes the mail a third of a second later."""

    def __init__(self):
        self.came, self.taken_at = threading.Event(), None

    async def handle_DATA(self, server, session, envelope):
        self.came.set()
        await asyncio.sleep(0.3)
        self.taken_at = time.monotonic()
        return "250 OK"


@pytest.fixture
def server(settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Slow(), hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    yield controller.handler
    controller.stop()


@pytest.fixture
def link():
    factories.a_shop()
    postage.set_class("question", opens=datetime.time(0), closes=datetime.time(23, 59, 59))
    context = {"url": "https://gom.example/s/x/"}
    written = mail.write(
        to="lan@example.com", template="reminder", context=context, language="vi", kind="question"
    )
    return "/u/" + written.unsubscribe_url.rstrip("/").rsplit("/", 1)[-1] + "/"


def sending():
    def run():
        try:
            leases.run_once(mail.SEND, timezone.now())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def unsubscribe(link):
    """When the confirmation came."""
    assert Client().post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    return time.monotonic()


def test_the_confirmation_waits_for_what_is_on_its_way(server, link):
    thread = sending()
    assert server.came.wait(10)

    confirmed_at = unsubscribe(link)
    thread.join()

    assert server.taken_at < confirmed_at
    assert OutgoingMail.objects.get().state == "sent"


def test_without_waiting_it_arrives_after_the_confirmation(server, link, monkeypatch):
    """The twin."""
    monkeypatch.setattr(mail, "_wait_for_those_on_their_way", lambda email: None)
    thread = sending()
    assert server.came.wait(10)

    confirmed_at = unsubscribe(link)
    thread.join()

    assert server.taken_at > confirmed_at


def between_lease_and_claim(monkeypatch, link):
    """Unsubscribe after the batch was leased and its envelope opened, just before the last word."""
    claim, confirmed = mail._may_go, []

    def late(row, now):
        if not confirmed:
            confirmed.append(unsubscribe(link))
        return claim(row, now)

    monkeypatch.setattr(mail, "_may_go", late)


def test_who_left_before_the_last_word_gets_nothing(server, link, monkeypatch):
    between_lease_and_claim(monkeypatch, link)
    # What waits is suppressed as well; here the row itself is as a slow process still sees it.
    monkeypatch.setattr(mail, "_suppress", lambda email: None)

    leases.run_once(mail.SEND, timezone.now())

    assert server.taken_at is None
    assert OutgoingMail.objects.get().state == "suppressed"


def test_without_asking_again_it_goes_out(server, link, monkeypatch):
    """The twin: only the list at the beginning is looked at."""
    between_lease_and_claim(monkeypatch, link)
    monkeypatch.setattr(mail, "_suppress", lambda email: None)
    monkeypatch.setattr(mail, "_wanted", lambda email: True)

    leases.run_once(mail.SEND, timezone.now())

    assert server.taken_at is not None


def test_a_dead_sender_keeps_nobody_waiting(server, link):
    (row,) = leases.lease(mail.SEND, timezone.now())
    OutgoingMail.objects.filter(pk=row.pk).update(
        leased_by=leases.owner().rsplit("/", 2)[0] + "/999999999/1", sending_at=timezone.now()
    )
    began = time.monotonic()

    unsubscribe(link)

    assert time.monotonic() - began < 3
    assert MailAddress.objects.get().unsubscribed_at
