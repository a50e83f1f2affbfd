"""Stop mail that offers something: by a link, and by a mail program's one click."""

import pytest
from django.test import Client

from feedback import consents, mail
from feedback.models import MailAddress
from feedback.tokens import digest
from tests.factories import NOW, a_shop, customer

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


def press(client, token, do="again", **more):
    return client.post(f"/u/{token}/", {"do": do, **more}, follow=True)


@pytest.fixture
def left(client, lan):
    """Lan, who had agreed to mail with a reward and then unsubscribed."""
    token, address = lan
    buyer = customer("Lan", email="lan@example.com")
    consents.note(buyer, consents.Given(purpose="advertising", wording="1", channel="checkout", given_at=NOW))
    client.post(f"/u/{token}/")
    address.refresh_from_db()
    return token, address, buyer


def may_be_asked():
    return mail.write(
        to="lan@example.com", template="reminder", context={"url": "https://gom.example/s/x/"},
        language="vi", kind="question",
    )  # fmt: skip


def test_whoever_left_comes_back_at_the_same_link(client, left):
    """L14: with the text they saw, the time and the channel; their no stands beside it."""
    token, address, buyer = left
    assert may_be_asked() is None

    page = press(client, token)

    address.refresh_from_db()
    agreed = consents.standing(buyer, "advertising")
    assert (address.unsubscribed_at, address.asked_again_wording) == (None, consents.AGAIN)
    assert (agreed.wording, agreed.channel) == (consents.AGAIN, "mail")
    assert agreed.given_at == address.asked_again_at
    assert consents.history(buyer).filter(withdrawn_via="mail").count() == 1
    assert "lan@example.com" in page.content.decode()
    assert may_be_asked()


def test_the_text_of_each_version_stands_on_the_page(client, left):
    token, _address, _buyer = left

    page = client.get(f"/u/{token}/", headers={"accept-language": "en"}).content.decode()

    assert str(consents.WORDINGS[consents.AGAIN]) in page


def test_looking_brings_nobody_back(client, left):
    """Mail scanners follow links; whatever stands behind the address."""
    token, address, _buyer = left

    client.get(f"/u/{token}/?do=again")

    address.refresh_from_db()
    assert address.unsubscribed_at


def test_a_second_press_agrees_to_nothing_more(client, left):
    token, _address, buyer = left

    press(client, token)
    press(client, token)

    assert consents.history(buyer).filter(withdrawn_at=None).count() == 1


def test_coming_back_needs_their_own_browser(left):
    """Not by a form on another site, and not by the one click of a mail program."""
    token, address, _buyer = left
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(f"/u/{token}/", {"do": "again"}).status_code == 403
    one_click = {"List-Unsubscribe": "One-Click", "do": "again"}
    assert strict.post(f"/u/{token}/", one_click).status_code == 403

    address.refresh_from_db()
    assert address.unsubscribed_at


def test_leaving_once_more_is_as_easy(client, left):
    token, address, buyer = left
    press(client, token)

    client.post(f"/u/{token}/", {"List-Unsubscribe": "One-Click"})

    address.refresh_from_db()
    assert address.unsubscribed_at
    assert consents.standing(buyer, "advertising") is None


def test_whoever_complained_may_change_their_mind(client, lan):
    token, address = lan
    mail.complained("lan@example.com", NOW)

    press(client, token)

    address.refresh_from_db()
    assert address.complained_at is None


def test_mail_that_came_back_is_not_asked_back(client, lan):
    """There is no such mailbox, whatever somebody presses."""
    token, _address = lan
    mail.came_back("lan@example.com", NOW)
    client.post(f"/u/{token}/")

    press(client, token)

    assert may_be_asked() is None


def test_somebody_nobody_knows_comes_back_too(client, lan):
    """No customer has the address: the row itself says what they agreed to and when."""
    token, address = lan
    client.post(f"/u/{token}/")

    press(client, token)

    address.refresh_from_db()
    assert (address.asked_again_wording, address.unsubscribed_at) == (consents.AGAIN, None)


def test_whoever_was_forgotten_is_not_asked_back(client, left):
    token, address, _buyer = left
    MailAddress.objects.filter(pk=address.pk).update(email="erased-x@invalid.example")

    assert "send me such mail again" not in client.get(f"/u/{token}/").content.decode()
    press(client, token)

    address.refresh_from_db()
    assert address.unsubscribed_at


@pytest.mark.parametrize("do", ["", "AGAIN", "again ", "\x00", "x" * 9999])
def test_any_other_word_means_no(client, lan, do):
    token, address = lan

    press(client, token, do=do)

    address.refresh_from_db()
    assert address.unsubscribed_at
