"""Stop mail that offers something: by a link, and by a mail program's one click."""

import pytest
from django.test import Client

from feedback import mail
from feedback.models import MailAddress
from feedback.tokens import digest
from tests.factories import a_shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop():
    a_shop()


@pytest.fixture
def lan():
    token = mail.preferences_token("lan@example.com")
    return token, MailAddress.objects.create(email="lan@example.com", token_digest=digest(token))


def test_looking_changes_nothing(client, lan):
    """Mail scanners follow links."""
    token, address = lan

    answer = client.get(f"/u/{token}/")

    address.refresh_from_db()
    assert answer.status_code == 200
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    assert address.unsubscribed_at is None


def test_a_press_unsubscribes(client, lan):
    token, address = lan

    assert client.post(f"/u/{token.lower()}/").status_code == 302

    address.refresh_from_db()
    assert address.unsubscribed_at
    assert client.get(f"/u/{token}/").context["address"].unsubscribed_at


def test_one_click_needs_no_cookie(lan):
    """RFC 8058."""
    token, address = lan

    answer = Client(enforce_csrf_checks=True).post(f"/u/{token}/", {"List-Unsubscribe": "One-Click"})

    address.refresh_from_db()
    assert answer.status_code == 200
    assert address.unsubscribed_at


@pytest.mark.parametrize(
    "body",
    [{}, {"List-Unsubscribe": "Two-Click"}, {"List-Unsubscribe": "One-Click", "more": "1"}],
)
def test_any_other_post_is_checked(lan, body):
    token, address = lan

    answer = Client(enforce_csrf_checks=True).post(f"/u/{token}/", body)

    address.refresh_from_db()
    assert answer.status_code == 403
    assert address.unsubscribed_at is None


@pytest.mark.parametrize("token", ["nothing", "0" * 26, "x" * 500, "%00", "' OR 1=1"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_link_is_not_found(client, method, token):
    assert getattr(client, method)(f"/u/{token}/").status_code == 404
