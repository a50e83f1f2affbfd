"""One mail as it came, with all that mail programs do to it."""

import unicodedata
from email.message import EmailMessage

import pytest
from anymail.inbound import AnymailInboundMessage

from feedback import incoming


def mail(raw: str | bytes, **envelope):
    raw = raw.encode() if isinstance(raw, str) else raw
    return incoming.read(AnymailInboundMessage.parse_raw_mime_bytes(raw.replace(b"\n", b"\r\n")), **envelope)


def written(body=b"Giao tr\xe1\xbb\x85 qu\xc3\xa1.", headers="", kind='text/plain; charset="utf-8"'):
    head = f"From: Lan <Lan@Example.com>\nTo: answers@gom.example\nSubject: Giao tre\n{headers}"
    return head.encode() + f"Content-Type: {kind}\nContent-Transfer-Encoding: 8bit\n\n".encode() + body


def test_who_wrote_what():
    found = mail(written())

    assert (found.sender, found.name, found.subject) == ("lan@example.com", "Lan", "Giao tre")
    assert (found.text, found.is_automatic) == ("Giao trễ quá.", False)


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        ("utf-8", "Giao trễ quá".encode(), "Giao trễ quá"),
        ("us-ascii", "Giao trễ quá".encode(), "Giao trễ quá"),
        ("x-unknown-8bit", "Giao trễ quá".encode(), "Giao trễ quá"),
        ("no such charset", "Giao trễ quá".encode(), "Giao trễ quá"),
        ("", "Giao trễ quá".encode(), "Giao trễ quá"),
        ("utf-8", "Très déçu".encode("cp1252"), "Très déçu"),
        ("windows-1258", "Hàng lôi".encode("cp1258"), "Hàng lôi"),
        ("utf-16", "Giao trễ quá".encode(), "Giao trễ quá"),
        ("base64", b"Late", "Late"),
        ("iso-8859-1", "Déçu".encode("latin-1"), "Déçu"),
    ],
)
def test_a_charset_that_is_wrong_or_unknown(charset, raw, text):
    kind = f'text/plain; charset="{charset}"' if charset else "text/plain"

    assert mail(written(raw, kind=kind)).text == text


def test_bytes_that_are_nothing():
    assert mail(written(b"\x81\x8d\x00\xff\xfe late")).text


def test_html_alone():
    html = b"<html><style>p{}</style><p>Giao tr&#7877;.</p><script>x</script><p>H&ocirc;m nay</p></html>"

    assert mail(written(html, kind="text/html; charset=utf-8")).text == "Giao trễ.\nHôm nay"


def test_an_empty_plain_part_beside_html():
    message = EmailMessage()
    message["From"], message["Subject"] = "lan@example.com", "x"
    message.set_content(" \n")
    message.add_alternative("<p>Giao trễ.</p>", subtype="html")

    assert incoming.read(message).text == "Giao trễ."


@pytest.mark.parametrize(
    "quoted",
    [
        "On Mon, 16 Nov 2026 at 10:00, Gốm Nhà Mình <answers@gom.example> wrote:\n> Cảm ơn chị",
        "On Mon, 16 Nov 2026 at 10:00, Gốm Nhà Mình\n<answers@gom.example> wrote:\n> Cảm ơn chị",
        "Vào Th 2, 16 thg 11, 2026 vào lúc 10:00 Gốm <answers@gom.example> đã viết:\n> Cảm ơn chị",
        "-----Original Message-----\nFrom: Gốm\n\nCảm ơn chị",
        "________________________________\nTừ: Gốm <answers@gom.example>\n\nCảm ơn chị",
        "From: Gốm <answers@gom.example>\nSent: Monday\n\nCảm ơn chị",
        "> Cảm ơn chị",
        "-- \nLan, 0908 123 456",
    ],
)
def test_only_their_own_new_words(quoted):
    assert incoming.own_words(f"Vẫn chưa thấy hàng.\n\n{quoted}") == "Vẫn chưa thấy hàng."


@pytest.mark.parametrize("text", ["> all is quoted", "-- \nonly a signature", "On the box it wrote: fragile"])
def test_what_would_leave_nothing_is_kept_whole(text):
    assert incoming.own_words(text) == text


@pytest.mark.parametrize(
    "headers",
    [
        "Auto-Submitted: auto-replied\n",
        "Auto-Submitted: auto-generated; owner-email=x\n",
        "Precedence: bulk\n",
        "Precedence: auto_reply\n",
        "List-Id: <news.example.com>\n",
        "X-Autoreply: yes\n",
        "X-Loop: 1\n",
        "Return-Path: <>\n",
    ],
)
def test_what_no_person_wrote(headers):
    """RFC 3834; and those who never read it."""
    assert mail(written(headers=headers)).is_automatic


@pytest.mark.parametrize(
    ("subject", "is_automatic"),
    [
        ("Automatic reply: We have your words", True),
        ("Out of Office: back on Monday", True),
        ("Trả lời tự động: Chúng tôi đã nhận", True),
        (unicodedata.normalize("NFD", "Tự động trả lời: Chúng tôi đã nhận"), True),
        ("Re: Automatic reply: We have your words", False),  # somebody answers such a mail
        ("Trả lời tự động của shop rất khó chịu", False),
        ("Automatic reply is broken", False),
    ],
)
def test_an_answer_in_absence_without_its_headers(subject, is_automatic):
    """Some relays take them away; a loop and a case of nothing would begin."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "lan@example.com", "answers@shop.example", subject
    message.set_content("Tôi vắng mặt đến thứ Hai.")

    assert mail(message.as_bytes()).is_automatic is is_automatic


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@x.example", "no-reply@x.example", "bounce+7@x.example",
                                    "postmaster@x.example", "donotreply@x.example"])  # fmt: skip
def test_whom_nobody_answers(sender):
    raw = written().replace(b"Lan <Lan@Example.com>", sender.encode())

    assert mail(raw).is_automatic


def test_a_bounce_and_an_envelope_without_a_sender():
    assert mail(written(), envelope_sender="").is_automatic
    assert mail(written(kind="multipart/report; boundary=x", body=b"--x--")).is_automatic
    assert not mail(written(headers="Auto-Submitted: no\n"), envelope_sender="lan@example.com").is_automatic


@pytest.mark.parametrize("sender", ["", "nobody", "a@b@c", "lan@exa mple.com", "<script>", "@example.com"])
def test_a_sender_that_is_none(sender):
    assert mail(written().replace(b"Lan <Lan@Example.com>", sender.encode())).sender == ""


def test_the_same_mail_again_is_the_same():
    named = written(headers="Message-ID: <1@x>\n")
    other = named.replace(b"Lan@Example.com", b"minh@example.com")

    assert mail(named).digest == mail(named.replace(b"Giao tre", b"Anything")).digest
    assert mail(named).digest != mail(other).digest
    assert mail(written()).digest == mail(written()).digest != mail(written(b"Other")).digest


def test_where_a_thread_may_stand():
    headers = "References: <a@x> <b@x>\nIn-Reply-To: <b@x>\nCc: answers+t@gom.example\n"

    places = mail(written(headers=headers), envelope_to="answers+e@gom.example").thread_places

    assert places == ("answers+e@gom.example", "answers@gom.example", "answers+t@gom.example",
                      "<a@x> <b@x>", "<b@x>")  # fmt: skip


def test_attachments_and_a_mail_within_a_mail():
    inner = EmailMessage()
    inner.set_content("Somebody else's words")
    message = EmailMessage()
    message["From"] = "lan@example.com"
    message.set_content("Xem ảnh.")
    message.add_attachment(b"\xff\xd8jpeg", maintype="image", subtype="jpeg", filename="a.jpg")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    message.add_attachment(inner)

    found = incoming.read(message)

    assert found.text == "Xem ảnh."
    assert found.attachments == (b"\xff\xd8jpeg", b"%PDF")


def test_reply_marks_go_from_the_subject():
    raw = written().replace(b"Giao tre", "Re: Trả lời: FW: Giao trễ".encode())

    assert mail(raw).subject == "Giao trễ"


def test_a_hundred_thousand_letters_are_cut():
    assert len(mail(written(b"x" * 100_000)).text) == incoming.LONGEST


def test_an_emoji_above_what_is_quoted_is_their_own_words():
    quoted = "On Mon, 2 Nov 2026 at 09:00, The shop <shop@example.com> wrote:\n> Your order is on its way."

    assert incoming.own_words(f"😡😡\n\n{quoted}") == "😡😡"
    assert incoming.own_words(f"--\n…\n{quoted}").endswith("on its way.")
