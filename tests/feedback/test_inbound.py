"""Mail that customers write, as a mail service brings it: threads, spoofs, loops, large and broken ones."""

import base64
import json
from email.message import EmailMessage
from io import BytesIO

import pytest
from django.core.cache import cache
from django.test import Client
from PIL import Image

from feedback import cases, comments, mail, threads
from feedback.models import Case, Comment, Enclosure, Event, FollowUp, IncomingMail, OutgoingMail
from tests.factories import NOW, a_shop, customer, user

pytestmark = pytest.mark.django_db
SECRET = "gom:a-long-secret"
HERE = "answers@gom.example"


@pytest.fixture(autouse=True)
def _service(settings):
    a_shop()
    cache.clear()
    settings.MAIL_HOOKS = ["postmark", "sparkpost"]
    settings.INBOUND_ADDRESS = HERE
    settings.DEFAULT_FROM_EMAIL = "Gốm Nhà Mình <shop@gom.example>"
    settings.ANYMAIL = {"WEBHOOK_SECRET": [SECRET]}


def brought(message, *, secret=SECRET, service="sparkpost", envelope_from="lan@example.com", to=HERE):
    """As SparkPost relays it: the whole mail, in base 64."""
    raw = message if isinstance(message, bytes) else message.as_bytes()
    body = {
        "msys": {
            "relay_message": {
                "content": {"email_rfc822": base64.b64encode(raw).decode(), "email_rfc822_is_base64": True},
                "protocol": "smtp",
                "msg_from": envelope_from,
                "rcpt_to": to,
            }
        }
    }
    headers = {"authorization": "Basic " + base64.b64encode(secret.encode()).decode()}
    return Client(enforce_csrf_checks=True).post(
        f"/hooks/inbound-{service}/", json.dumps([body]), content_type="application/json", headers=headers
    )


def written(
    text="Ấm bị vỡ khi mở hộp.", *, sender="Lan <lan@example.com>", to=HERE, subject="Ấm vỡ", **headers
):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


@pytest.fixture
def lans():
    """Her case, from her first mail."""
    brought(written(Message_ID="<1@lan>"))
    return Case.objects.select_related("comment", "customer").get()


def answer_to(case, text="Vẫn chưa ai gọi tôi.", **more):
    return written(text, to=threads.address(threads.token(case)), subject="Re: x", **more)


def test_a_mail_opens_a_case_and_is_acknowledged(lans):
    """Nobody has checked the address; the letter has the way back to the case."""
    letter = OutgoingMail.objects.get()

    assert (lans.comment.channel, lans.comment.words) == ("email", "Ấm vỡ\nẤm bị vỡ khi mở hộp.")
    assert (lans.comment.customer_claimed, lans.customer.email) == (True, "lan@example.com")
    assert (letter.to, letter.thread) == ("lan@example.com", threads.token(lans))
    assert lans.acknowledged_at
    sent = mail._message(letter)
    assert sent.reply_to == [f"answers+{letter.thread}@gom.example"]
    assert sent.extra_headers["Auto-Submitted"] == "auto-replied"
    assert letter.thread in letter.message_id


def test_praise_opens_none():
    brought(written("Men đẹp lắm, tôi rất thích, cảm ơn tiệm!", subject="Cảm ơn"))

    assert (Comment.objects.count(), Case.objects.count(), OutgoingMail.objects.count()) == (1, 0, 0)


def test_delivered_again_it_is_kept_once(lans):
    assert brought(written(Message_ID="<1@lan>")).status_code == 200
    assert Comment.objects.count() == IncomingMail.objects.count() == 1


def test_an_answer_comes_back_to_its_case(lans):
    brought(answer_to(lans))

    assert FollowUp.objects.get().case == lans
    assert Comment.objects.count() == 2
    assert Case.objects.count() == 1


def test_the_message_id_of_our_letter_is_a_way_back_too(lans):
    """Some programs answer to another address of ours, and say to which letter."""
    letter = OutgoingMail.objects.get()

    brought(written("Còn đợi đến bao giờ?", subject="Re: x", References=letter.message_id))

    assert FollowUp.objects.get().case == lans


def forged(case):
    token = threads.token(case)
    yield token[:-1] + ("0" if token[-1] != "0" else "1")
    yield token[:16] + "0" * 10
    yield "0" * 26
    yield token[:16]
    yield token + "0"


def test_a_thread_that_we_did_not_sign_is_none(lans):
    for n, token in enumerate(forged(lans)):
        brought(written(f"Lần {n}", to=f"answers+{token}@gom.example", References=f"<{token}.x@gom.example>"))

    assert not FollowUp.objects.exists()
    assert Case.objects.count() == 6


def test_a_right_thread_from_somebody_else_is_a_matter_of_its_own(lans):
    """Whoever forwards our letter does not hand over the case."""
    brought(answer_to(lans, sender="Minh <minh@example.com>"), envelope_from="minh@example.com")

    assert not FollowUp.objects.exists()
    assert Case.objects.get(customer__email="minh@example.com") != lans


def test_what_waits_for_them_is_open_again(lans):
    cases.wait(lans, by=user())

    brought(answer_to(lans))

    lans.refresh_from_db()
    assert (lans.state, lans.answered_at) == ("open", None)


def test_what_had_ended_is_open_again_with_a_new_clock(lans):
    cases.close(lans, by=user(), why="withdrawn")
    before = lans.due_on
    Case.objects.filter(pk=lans.pk).update(due_on="2020-01-01")

    brought(answer_to(lans))

    lans.refresh_from_db()
    assert (lans.state, lans.closed_at) == ("open", None)
    assert lans.due_on >= before
    assert Event.objects.filter(verb="case open").exists()


def test_thanks_leave_it_ended_and_no_promise_is_lost(lans):
    """Pains 9: a customer's thanks end nothing that we promised."""
    promise = lans.promises.create(
        what="call", by_when=NOW.date(), call_back_on=NOW.date().replace(day=17), made_at=NOW
    )
    cases.resolve(lans, by=user(), first_time=True, cause_removed="Packed better", keeps_promises=True)

    brought(answer_to(lans, "Cảm ơn tiệm nhiều, rất hài lòng!"))

    lans.refresh_from_db()
    promise.refresh_from_db()
    assert (lans.state, promise.state) == ("resolved", "open")
    assert FollowUp.objects.count() == 1


def test_who_was_erased_meanwhile_begins_anew(lans):
    lans.customer.erased_at = NOW
    lans.customer.email = ""
    lans.customer.save()

    assert brought(answer_to(lans)).status_code == 200

    assert not FollowUp.objects.exists()
    assert Case.objects.exclude(pk=lans.pk).get().customer != lans.customer


@pytest.mark.parametrize(
    "message",
    [
        written(Auto_Submitted="auto-replied"),
        written(Precedence="bulk"),
        written(sender="MAILER-DAEMON@example.com"),
        written(sender="no-reply@example.com"),
    ],
)
def test_what_no_person_wrote_is_dropped(message):
    brought(message)

    assert IncomingMail.objects.get().why_not == "automatic"
    assert not Comment.objects.exists()
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("sender", ["shop@gom.example", "answers@gom.example", "Answers+x@GOM.example"])
def test_our_own_mail_goes_in_no_circle(sender):
    brought(written(sender=sender), envelope_from=sender)

    assert IncomingMail.objects.get().why_not == "ours"
    assert not OutgoingMail.objects.exists()


def test_two_machines_that_answer_each_other_stop():
    """Without any header that says so: the letters end after three, the mails after twenty."""
    for n in range(30):
        brought(written(f"We have received your message {n}.", subject=f"Ticket {n}"))

    assert OutgoingMail.objects.count() == 3
    assert IncomingMail.objects.filter(why_not="flood").count() == 10


def picture():
    out = BytesIO()
    Image.new("RGB", (80, 60), "teal").save(out, "PNG")
    return out.getvalue()


def test_ten_megabytes_of_attachments(settings):
    """Pictures are drawn anew; the rest is counted and left out."""
    message = written("Ảnh đây.")
    message.add_attachment(picture(), maintype="image", subtype="png", filename="a.png")
    message.add_attachment(
        b"%PDF" + b"x" * 10_000_000, maintype="application", subtype="pdf", filename="a.pdf"
    )
    message.add_attachment(b"MZ", maintype="image", subtype="png", filename="b.png")

    assert brought(message).status_code == 200

    assert (Enclosure.objects.count(), IncomingMail.objects.get().left_out) == (1, 2)
    assert Image.open(BytesIO(bytes(Enclosure.objects.get().content))).format == "JPEG"


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "1 attachment of theirs is not kept here"), ("vi", "1 tệp đính kèm của khách không được giữ")],
)
def test_what_is_not_kept_of_a_mail_is_said(client, language, says):
    """A mail of nothing but a PDF: whoever reads the case knows that there is more."""
    message = written("", subject="")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="hoa-don.pdf")
    brought(message)
    client.force_login(user("front_line", "Thu"))
    client.cookies["django_language"] = language

    assert says in client.get(f"/cases/{Case.objects.get().public_id}/").content.decode()


def test_what_is_larger_than_any_mail_is_refused():
    answer = Client().post(
        "/hooks/inbound-sparkpost/",
        "x",
        content_type="application/json",
        headers={"content-length": "40000000"},
    )

    assert answer.status_code in (400, 413)
    assert not IncomingMail.objects.exists()


def test_html_alone_in_a_broken_charset():
    raw = (
        b"From: lan@example.com\r\nTo: answers@gom.example\r\nSubject: =?x-nothing?B?////?=\r\n"
        b"Content-Type: text/html; charset=no-such\r\n\r\n<p>Giao tr\xe1\xbb\x85 qu\xc3\xa1\x00</p>"
    )

    assert brought(raw).status_code == 200
    assert Comment.objects.get().text == "Giao trễ quá"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"From: lan@example.com\r\n\r\n",
        b"From: " + b"x" * 3000 + b"@example.com\r\n\r\nlate",
        b"From: =?utf-8?B?!!!?= <lan@example.com>\r\nSubject: =?utf-8?Q?=ZZ?=\r\n\r\nlate\xed\xa0\x80",
        b"From: lan@example.com\r\nContent-Type: multipart/mixed\r\n\r\nno boundary",
        b"From: lan@example.com\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" * 300,
        b"Date: Mon, 99 Foo 0000 99:99:99 +9999\r\nFrom: lan@example.com\r\n\r\nlate",
    ],
)
def test_no_mail_breaks_it(raw):
    assert brought(raw).status_code in (200, 400)


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", "[null]", '{"msys": 7}', "\x00", '[{"msys": {"relay_message": {}}}]']
)
def test_what_is_no_mail_is_refused(body):
    headers = {"authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()}

    answer = Client().post(
        "/hooks/inbound-sparkpost/", body, content_type="application/json", headers=headers
    )

    assert answer.status_code in (200, 400)
    assert not Comment.objects.exists()


def test_without_the_secret_nothing_comes_in():
    assert brought(written(), secret="gom:a-guess-of-theirs").status_code == 400
    assert not IncomingMail.objects.exists()


@pytest.mark.parametrize("service", ["mailgun", "nobody", "brevo"])
def test_a_service_that_the_settings_do_not_name(service):
    assert brought(written(), service=service).status_code == 404


def test_where_no_mail_comes_in_nothing_changes(settings):
    settings.INBOUND_ADDRESS = ""

    assert brought(written()).status_code == 404
    assert threads.address("x") == ""


def test_postmark_brings_it_too():
    body = {
        "FromFull": {"Email": "lan@example.com", "Name": "Lan"}, "From": "lan@example.com",
        "To": HERE, "ToFull": [{"Email": HERE, "Name": ""}], "OriginalRecipient": HERE,
        "Subject": "Ấm vỡ", "TextBody": "Ấm bị vỡ khi mở hộp.", "HtmlBody": "", "Headers": [],
    }  # fmt: skip
    headers = {"authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()}

    answer = Client().post(
        "/hooks/inbound-postmark/", json.dumps(body), content_type="application/json", headers=headers
    )

    assert answer.status_code == 200
    assert Case.objects.get().comment.text == "Ấm bị vỡ khi mở hộp."


def test_a_stranger_who_types_a_customers_address_learns_nothing():
    """The case counts nothing of the customer until a person has checked (S3)."""
    lan = customer("Lan", email="lan@example.com")
    brought(written())
    comments.read_all()

    case = Case.objects.select_related("comment").get()
    assert (case.customer, case.comment.customer_claimed) == (lan, True)
    assert "Lan" not in OutgoingMail.objects.get().text
