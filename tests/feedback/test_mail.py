"""Mail: written with the act, sent once, never to whom it is not wanted. The SMTP answers are real."""

import re
import socket
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.core import mail as django_mail

from feedback import leases, mail
from feedback.models import MailAddress, OutgoingMail
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
ADVERTISING = OutgoingMail.Kind.ADVERTISING


class Answers:
    """A mail server that says what it is told to say."""

    def __init__(self):
        self.taken, self.to_rcpt, self.to_data = [], "250 OK", "250 OK"
        self.refused, self.most_per_connection = set(), None

    async def handle_MAIL(self, server, session, envelope, address, options):
        session.begun = getattr(session, "begun", 0) + 1
        if self.most_per_connection and session.begun > self.most_per_connection:
            server.transport.close()
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return "550 5.1.1 no such user"
        if self.to_rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_rcpt

    async def handle_DATA(self, server, session, envelope):
        if self.to_data.startswith("250"):
            self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.to_data


@pytest.fixture
def smtp(settings):
    answers = Answers()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(answers, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.EMAIL_TIMEOUT = 5
    yield answers
    controller.stop()


@pytest.fixture(autouse=True)
def _template(settings, tmp_path):
    """A letter of its own, so that the real ones may change."""
    folder = tmp_path / "emails"
    folder.mkdir()
    (folder / "hello.subject.txt").write_text("{% load i18n %}{% translate 'Save' %}\n{{ name }}")
    (folder / "hello.txt").write_text("{{ name }} {{ unsubscribe_url }}")
    (folder / "hello.html").write_text("<p>{{ name }}</p>")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    settings.BASE_URL = "https://gom.example"


def write(to="lan@example.com", **kwargs):
    kwargs = {"template": "hello", "context": {"name": "Lan"}, "language": "vi"} | kwargs
    return mail.write(to=to, **kwargs)


@pytest.mark.parametrize(
    ("shops", "theirs", "called"),
    [("", "", "anh/chị"), ("quý khách", "", "quý khách"), ("quý khách", "anh", "anh"), ("", "chị", "chị")],
)
def test_a_letter_calls_them_as_they_asked_or_as_the_shop_calls_everybody(tmp_path, shops, theirs, called):
    """S1-9."""
    for ending in ("txt", "html"):
        (tmp_path / "emails" / f"_own_data.{ending}").write_text("")
    factories.a_shop(form_of_address=shops)
    lan = factories.customer("Lan", form_of_address=theirs)

    mine = write(customer=lan, context={"name": "Anh/chị ơi, gửi anh/chị"})
    in_english = write(customer=lan, context={"name": "anh/chị"}, language="en")

    assert mine.subject.endswith(f"{called.capitalize()} ơi, gửi {called}")
    assert f"<p>{called.capitalize()} ơi, gửi {called}</p>" in mine.html
    assert in_english.text.startswith("anh/chị")


def send(now=NOW):
    return leases.run_once(mail.SEND, now)


def the_mail():
    return OutgoingMail.objects.get()


def test_it_is_written_and_not_yet_sent():
    write()

    assert the_mail().state == "waiting"
    assert the_mail().text == "Lan "
    assert django_mail.outbox == []


def test_a_subject_is_one_line():
    """Nothing of a name can become a header."""
    written = write(context={"name": "Lan\r\nBcc: everyone@example.com"})

    assert "\n" not in written.subject
    assert "\r" not in written.subject


def test_it_is_escaped_where_it_is_html():
    assert write(context={"name": "<script>"}).html == "<p>&lt;script&gt;</p>"


def test_it_is_sent_once_and_then_blank():
    """It may have held a secret link or a reward code."""
    write()

    assert (send(), send()) == (1, 0)

    assert len(django_mail.outbox) == 1
    assert (the_mail().state, the_mail().sent_at, the_mail().text, the_mail().html) == ("sent", NOW, "", "")


def test_it_can_be_put_into_a_folder(settings, tmp_path):
    """The demo's way: a file for each mail."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    write()

    send()

    (file,) = (tmp_path / "mail").iterdir()
    assert b"To: lan@example.com" in file.read_bytes()


def test_a_service_mail_has_no_way_out():
    write()
    send()

    assert "List-Unsubscribe" not in django_mail.outbox[0].extra_headers


def test_advertising_carries_a_way_out_by_link_and_header(smtp):
    """Decision 12, L14, RFC 8058."""
    write(kind=ADVERTISING)
    send()

    (sent,) = smtp.taken
    link = re.fullmatch(r"<(https://gom\.example/u/([0-9A-Z]{26})/)>", sent["List-Unsubscribe"])
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link[1] in sent.get_body(("plain",)).get_content()
    assert mail.preferences(link[2]) == MailAddress.objects.get()


def test_the_way_out_is_the_same_in_every_mail_to_an_address():
    assert (
        write(kind=ADVERTISING).unsubscribe_url == write("LAN@example.com", kind=ADVERTISING).unsubscribe_url
    )
    assert MailAddress.objects.count() == 1


def test_the_way_out_of_one_is_not_that_of_another():
    assert (
        write(kind=ADVERTISING).unsubscribe_url != write("minh@example.com", kind=ADVERTISING).unsubscribe_url
    )


@pytest.mark.parametrize("token", ["", "0" * 26, "not a token", "../../etc"])
def test_an_unknown_link_opens_nothing(token):
    write(kind=ADVERTISING)

    assert mail.preferences(token) is None


def test_no_advertising_is_written_to_whom_does_not_want_it():
    write(kind=ADVERTISING)
    mail.unsubscribe(MailAddress.objects.get())

    assert write("Lan@Example.com", kind=ADVERTISING) is None
    assert write() is not None


@pytest.mark.parametrize("to", ["lan@example.com", "Lan@Example.com"])
def test_who_unsubscribes_while_it_waits_gets_it_not(to):
    write(to, kind=ADVERTISING)

    mail.unsubscribe(MailAddress.objects.get())

    assert (the_mail().state, the_mail().text) == ("suppressed", "")
    assert send() == 0
    assert django_mail.outbox == []


def test_who_unsubscribes_while_it_is_being_sent_is_asked_last():
    write(kind=ADVERTISING)
    (row,) = leases.lease(mail.SEND, NOW)
    MailAddress.objects.update(unsubscribed_at=NOW)

    mail.send([row], NOW)

    assert the_mail().state == "suppressed"
    assert django_mail.outbox == []


def test_an_address_that_does_not_exist_gets_nothing_more(smtp):
    smtp.to_rcpt = "550 5.1.1 no such user"
    write(kind=ADVERTISING)

    send()

    assert (the_mail().state, the_mail().text) == ("suppressed", "")
    assert MailAddress.objects.get().bounced_at == NOW
    assert write(kind=ADVERTISING) is None


def test_a_server_that_is_busy_is_asked_again_later(smtp):
    smtp.to_rcpt = "451 4.3.0 try again later"
    written = write()
    send()
    waiting = the_mail()
    assert (waiting.state, waiting.tries, waiting.text) == ("waiting", 1, "Lan ")
    assert waiting.failure == "send mail: NotSent: the mail server answered 451"

    smtp.to_rcpt = "250 OK"
    assert send() == 0
    assert send(waiting.retry_at) == 1

    assert [taken["Message-ID"] for taken in smtp.taken] == [written.message_id]


def test_a_repeat_after_a_crash_has_the_same_message_id(smtp):
    """The server took it, the process died before it could note that: the receiver folds the two."""
    write()
    (row,) = leases.lease(mail.SEND, NOW)
    mail._message(row).send()

    send(NOW + leases.LEASE + timedelta(seconds=1))

    first, second = smtp.taken
    assert first["Message-ID"] == second["Message-ID"] == row.message_id


@pytest.mark.parametrize("fault", ["554 5.7.1 looks like spam", "552 too much"])
def test_a_refusal_of_our_words_is_no_fault_of_the_address(smtp, fault):
    smtp.to_data = fault
    write(kind=ADVERTISING)

    send()

    assert MailAddress.objects.get().bounced_at is None
    assert (the_mail().state, the_mail().tries) == ("waiting", 1)


def test_a_wrong_password_is_no_fault_of_the_address(smtp, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "shop", "wrong"
    write(kind=ADVERTISING)

    send()

    assert MailAddress.objects.get().bounced_at is None
    assert the_mail().state == "waiting"


def test_a_server_that_is_away_is_asked_again_until_staff_are_told(smtp, settings):
    settings.EMAIL_PORT = 1
    write()
    now = NOW
    while send(now):
        now = the_mail().retry_at

    assert the_mail().tries == mail.SEND.tries
    assert the_mail().failure == "send mail: ServerAway: ConnectionRefusedError"
    assert OutgoingMail.objects.given_up().count() == 1


def test_replies_go_to_the_shop():
    factories.a_shop(reply_address="hello@gom.example")
    write()

    send()

    assert django_mail.outbox[0].reply_to == ["hello@gom.example"]


@pytest.mark.parametrize(
    ("setting", "sender"),
    [
        ("shop@gom.example", "Gốm Nhà Mình <shop@gom.example>"),
        ("Gốm <shop@gom.example>", "Gốm <shop@gom.example>"),
    ],
)
def test_the_sender_is_known_by_the_shops_name(smtp, settings, setting, sender):
    """Whoever gets it sees who writes; a name within the setting stays."""
    settings.DEFAULT_FROM_EMAIL = setting
    factories.a_shop()
    write()

    send()

    assert str(smtp.taken[0]["From"]) == sender


def written_many(count):
    return [write(f"lan{n}@example.com", kind=ADVERTISING) for n in range(count)]


def test_many_go_out_in_one_batch_and_in_order(smtp):
    written = written_many(15)

    assert send() == 15

    assert [one["Message-ID"] for one in smtp.taken] == [one.message_id for one in written]
    assert not OutgoingMail.objects.exclude(state="sent").exists()


def test_one_bad_address_does_not_stop_the_others(smtp):
    """Pain 16: per-recipient result, continue on error."""
    written_many(9)
    smtp.refused = {"lan4@example.com"}

    send()

    assert OutgoingMail.objects.filter(state="sent").count() == 8
    refused = OutgoingMail.objects.get(state="suppressed")
    assert (refused.to, refused.came_back_at) == ("lan4@example.com", NOW)


def test_dots_and_long_letters_arrive_as_they_were_written(smtp):
    text = ".\n..\nGốm\n.com\n" + "dài " * 400
    OutgoingMail.objects.filter(pk=write().pk).update(text=text)

    send()

    (sent,) = smtp.taken
    assert sent.get_body(("plain",)).get_content().replace("\r\n", "\n").rstrip() == text.rstrip()


def test_one_who_left_meanwhile_is_left_out_of_a_batch(smtp):
    """C12: the envelope was open already; it is dropped, and the others go out."""
    written_many(9)
    rows = leases.lease(mail.SEND, NOW)
    mail.unsubscribe(MailAddress.objects.get(email="lan3@example.com"))
    OutgoingMail.objects.filter(to="lan3@example.com").update(state="waiting")

    mail.send(rows, NOW)

    assert len(smtp.taken) == 8
    assert OutgoingMail.objects.get(state="suppressed").to == "lan3@example.com"


def test_a_server_that_hangs_up_after_a_few_is_called_again(smtp):
    smtp.most_per_connection = 1
    written_many(14)

    send()

    assert len(smtp.taken) == len({one["Message-ID"] for one in smtp.taken}) == 14


def test_a_server_that_is_away_costs_the_others_no_try(settings, smtp):
    settings.EMAIL_PORT = 1
    written_many(3)

    send()

    assert sorted(OutgoingMail.objects.values_list("tries", flat=True)) == [0, 0, 1]
    assert send() == 0


@pytest.mark.parametrize("kind", ["question", "advertising"])
@pytest.mark.parametrize("signal", [mail.came_back, mail.complained])
def test_what_comes_back_stops_all_that_asks(kind, signal):
    """A bounce or a complaint that the mail service reports later."""
    write(kind=kind)
    send()
    write(kind=kind)

    signal("Lan@example.com", NOW)

    assert list(OutgoingMail.objects.order_by("pk").values_list("state", "came_back_at")) == [
        ("sent", NOW),
        ("suppressed", None),
    ]
    assert write(kind=kind) is None
    assert write() is not None


def test_mail_that_asks_waits_for_its_hours():
    """Decision 12: nothing of the kind goes out at night; a password does."""
    at_night = NOW.replace(hour=16)  # 23:00 in Ho Chi Minh City
    write(kind=ADVERTISING), write()

    assert send(at_night) == 1
    assert send(at_night + timedelta(hours=10)) == 1
