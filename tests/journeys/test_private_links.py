"""What customers do by the secret links in their mail, pressed in a browser: it sends an origin with a form
only where the page's own referrer policy lets it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from feedback import mail, tokens
from feedback.models import Customer, DataLink, MailAddress, Promise
from tests import factories


@pytest.fixture
def lan(lan_pottery):
    return Customer.objects.create(name="Lan", email="lan@example.com", since=timezone.now())


def test_not_yet_reaches_us(lan, visitor):
    """S0-6."""
    token, day = tokens.mint(), timezone.localdate() - timedelta(days=4)
    case = factories.case(factories.read_comment(channel="form", customer=lan))
    promise = case.promises.create(
        what="gửi lại ấm mới", by_when=day, call_back_on=day + timedelta(days=1), made_at=timezone.now(),
        link_digest=tokens.digest(token),
    )  # fmt: skip
    page = visitor()

    page.goto(f"/promised/{token}/")
    page.get_by_label("Anh/chị muốn kể thêm không?").fill("Chưa thấy đâu.")
    page.get_by_role("button", name="Chưa").click()

    page.get_by_role("heading", name="Cảm ơn anh/chị đã cho biết").wait_for()
    promise.refresh_from_db()
    assert (promise.state, promise.told) == (Promise.State.BROKEN, "Chưa thấy đâu.")


def test_no_more_mail_is_one_press(lan, visitor):
    """L14."""
    token, page = mail.preferences_token(lan.email), visitor()
    MailAddress.objects.get_or_create(email=lan.email, defaults={"token_digest": tokens.digest(token)})

    page.goto(f"/u/{token}/")
    page.locator("main button.main").click()

    page.get_by_role("heading", name="Không gửi thư như vậy nữa").wait_for()
    assert MailAddress.objects.get(email=lan.email).unsubscribed_at is not None


def test_erasing_is_two_presses(lan, visitor):
    """L15."""
    token, now, page = tokens.mint(), timezone.now(), visitor()
    DataLink.objects.create(
        customer=lan, digest=tokens.digest(token), made_at=now, expires_at=now + timedelta(days=1)
    )

    page.goto(f"/my-data/{token}/erase/")
    page.locator("main button.bad").click()

    page.wait_for_url("**/my-data/erased/**")
    assert lan.erasures.exists()
