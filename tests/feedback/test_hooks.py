"""Bounces and complaints that a mail service reports: believed with its signature or our secret only."""

import base64
import hashlib
import hmac
import json

import pytest
from django.test import Client

from feedback import leases, mail
from feedback.models import MailAddress, OutgoingMail
from tests.factories import NOW

pytestmark = pytest.mark.django_db
SECRET, KEY = "gom:a-long-secret", "key-of-the-shop"


@pytest.fixture(autouse=True)
def _services(settings):
    settings.MAIL_HOOKS = ["mailgun", "postmark"]
    settings.ANYMAIL = {"WEBHOOK_SECRET": [SECRET], "MAILGUN_WEBHOOK_SIGNING_KEY": KEY}


@pytest.fixture
def sent():
    """One mail sent to Lan, and one that waits."""
    for _each in range(2):
        row = mail.write(
            to="lan@example.com",
            template="reminder",
            context={"url": "https://gom.example/s/x/"},
            language="vi",
            kind="question",
        )
    first = OutgoingMail.objects.earliest("pk")
    leases.lease(mail.SEND, NOW)
    leases.finish([first], state="sent", sent_at=first.made_at)
    OutgoingMail.objects.filter(pk=row.pk).update(leased_by="", leased_until=None)
    return first


def basic(secret=SECRET):
    return {"authorization": "Basic " + base64.b64encode(secret.encode()).decode()}


def postmark(body, headers=None):
    return Client(enforce_csrf_checks=True).post(
        "/hooks/mail-postmark/", body, content_type="application/json", headers=headers or basic()
    )


def bounce(kind="HardBounce", email="Lan@example.com"):
    return json.dumps(
        {"RecordType": "Bounce", "Type": kind, "Email": email, "BouncedAt": "2026-11-16T03:00:00Z", "ID": 1}
    )


def mailgun(event, key=KEY, severity="permanent"):
    signature = hmac.new(key.encode(), b"1700000000token", hashlib.sha256).hexdigest()
    body = {
        "signature": {"timestamp": "1700000000", "token": "token", "signature": signature},
        "event-data": {"event": event, "severity": severity, "recipient": "lan@example.com",
                       "timestamp": 1700000000.0, "id": "x", "message": {"headers": {"message-id": "x"}}},
    }  # fmt: skip
    return Client().post(
        "/hooks/mail-mailgun/", json.dumps(body), content_type="application/json", headers=basic()
    )


def states():
    return list(OutgoingMail.objects.order_by("pk").values_list("state", flat=True))


def test_a_bounce_stops_what_asks(sent):
    assert postmark(bounce()).status_code == 200

    sent.refresh_from_db()
    assert MailAddress.objects.get().bounced_at
    assert sent.came_back_at
    assert states() == ["sent", "suppressed"]


@pytest.mark.parametrize(
    ("event", "column"),
    [("complained", "complained_at"), ("unsubscribed", "unsubscribed_at"), ("failed", "bounced_at")],
)
def test_each_news_has_its_column(sent, event, column):
    assert mailgun(event).status_code == 200

    assert getattr(MailAddress.objects.get(), column)
    assert states() == ["sent", "suppressed"]


@pytest.mark.parametrize("event", ["delivered", "opened", "clicked"])
def test_other_news_changes_nothing(sent, event):
    assert mailgun(event).status_code == 200
    assert states() == ["sent", "waiting"]


def test_a_full_mailbox_is_no_bounce(sent):
    mailgun("failed", severity="temporary")
    postmark(bounce("Transient"))

    assert states() == ["sent", "waiting"]


def test_the_same_news_twice_changes_nothing(sent):
    postmark(bounce())
    first = MailAddress.objects.get().bounced_at

    assert postmark(bounce()).status_code == 200
    assert MailAddress.objects.get().bounced_at == first


@pytest.mark.parametrize("headers", [{"x-nothing": "1"}, basic("gom:wrong"), {"authorization": "Basic %%%"}])
def test_who_does_not_know_the_secret_is_not_believed(sent, headers):
    assert postmark(bounce(), headers).status_code == 400
    assert states() == ["sent", "waiting"]


def test_a_wrong_signature_is_not_believed(sent):
    assert mailgun("complained", key="guessed").status_code == 400
    assert states() == ["sent", "waiting"]


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", "17", '{"RecordType": 7}', '"x"', bounce(email="\x00@"), bounce(email="no one"),
     bounce(email="a@" + "b" * 300), '{"RecordType": "Bounce", "Email": {"a": 1}}', "\xff" * 9],
)  # fmt: skip
def test_no_body_is_a_fault_of_ours(sent, body):
    assert postmark(body).status_code in (200, 400)
    assert states() == ["sent", "waiting"]


@pytest.mark.parametrize("service", ["sendgrid", "brevo", "x", "amazon_ses", "resend"])
def test_a_service_that_was_not_set_up_has_no_address(service):
    assert Client().post(f"/hooks/mail-{service}/", headers=basic()).status_code == 404


def test_a_look_changes_nothing(sent):
    assert Client().head("/hooks/mail-postmark/").status_code == 200
    assert Client().get("/hooks/mail-postmark/").status_code == 405
