"""Files of contacts and of staffed hours, from the first look to the report: without script, and with
whatever people upload (S0-9)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from feedback import contact_imports, work
from feedback.models import Contact, ContactImport, ContactReason, StaffedHour
from tests.factories import a_shop, user

pytestmark = pytest.mark.django_db
CALLS = (
    "Mã cuộc gọi,Thời gian,Kênh,Lý do,Thời gian chờ,Hài lòng\n"
    "c1,23/11/2026 10:15,điện thoại,Giao hàng,2:05,có\n"
    "c2,23/11/2026 10:40,chat,Bảo hành,45,không\n"
    "c3,30/02/2026 09:00,phone,Đổi trả,lâu lắm,có\n"
)


@pytest.fixture
def huy(client):
    a_shop()
    boss = user("manager", "Huy")
    client.force_login(boss)
    client.cookies["django_language"] = "en"
    return boss


def upload(client, content, name="c.csv"):
    content = content.encode() if isinstance(content, str) else content
    return client.post(reverse("contact_imports"), {"file": SimpleUploadedFile(name, content)})


def take(client):
    one = ContactImport.objects.latest("pk")
    client.post(reverse("contact_import_take", args=[one.public_id]))
    work.drain(contact_imports.IMPORT)
    one.refresh_from_db()
    return one


def test_a_manager_looks_takes_in_and_downloads_what_was_wrong(client, huy):
    shown = client.get(upload(client, CALLS).url).text
    assert "Bảo hành" in shown  # a reason that is new is named
    assert "is no date and time" in shown
    assert not Contact.objects.exists()

    one = take(client)

    done = client.get(reverse("contact_import", args=[one.public_id]))
    wrong = client.get(reverse("contact_import_faults", args=[one.public_id])).getvalue().decode("utf-8-sig")
    assert (one.state, one.created, one.refused, bytes(one.content)) == ("done", 2, 1, b"")
    assert sorted(Contact.objects.values_list("channel", "reason", "waited_seconds", "satisfied")) == [
        ("phone", "delivery", 125, True), ("sms", "bao-hanh", 45, False),
    ]  # fmt: skip
    assert reverse("contact_import_faults", args=[one.public_id]) in done.text
    assert wrong.splitlines()[0] == "row,column,message"
    assert {line.split(",")[1] for line in wrong.splitlines()[1:]} == {"Thời gian", "Thời gian chờ"}
    assert all(line.startswith("4,") for line in wrong.splitlines()[1:])


def test_the_same_file_again_doubles_nothing(client, huy):
    upload(client, CALLS)
    take(client)
    upload(client, CALLS)

    one = take(client)

    assert (one.created, one.unchanged, Contact.objects.count()) == (0, 2, 2)


def test_other_columns_another_scale_and_order_of_days_can_be_named(client, huy):
    upload(client, "a,b,c\n03/04/2026 10:15,4,9\n")
    one = ContactImport.objects.get()
    named = {"at": "0", "satisfied": "1", "dates": "month", "scale": "five", "channel": "email"}

    client.post(reverse("contact_import_columns", args=[one.public_id]), named)
    take(client)

    row = Contact.objects.get()
    assert (row.at.month, row.at.day, row.satisfied, row.channel) == (3, 4, True, "email")


def test_it_is_not_taken_in_before_the_columns_are_known(client, huy):
    upload(client, "a,b\n1,2\n")

    assert take(client).state == "looked_at"
    assert not Contact.objects.exists()


def test_a_file_of_staffed_hours_is_known_as_one(client, huy):
    upload(client, "Giờ,Số người\n23/11/2026 10:00,3\n23/11/2026 11:00,ba\n")

    one = take(client)

    assert (one.kind, one.created, one.refused) == ("hours", 1, 1)
    assert StaffedHour.objects.get().people == 3


def test_a_column_of_free_words_makes_no_thousand_reasons(client, huy):
    rows = "".join(f"23/11/2026 10:15,reason {number}\n" for number in range(60))
    shown = client.get(upload(client, f"time,reason\n{rows}").url).text
    assert "contacts of new ones are counted as something else" in shown

    one = take(client)

    assert (one.created, ContactReason.objects.count()) == (60, 8)
    assert set(Contact.objects.values_list("reason", flat=True)) == {"other"}


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe\x00", b'"a\nb', b"\x00", b"time\n=1+1\n<script>\n"],
)
def test_whatever_is_uploaded_is_answered(client, huy, content):
    answer = upload(client, content, "<b>x</b>.csv")

    assert answer.status_code in (302, 400)
    if answer.status_code == 302:
        shown = client.get(answer.url)
        assert shown.status_code == 200
        assert "<script>\n" not in shown.text
        assert "<b>x" not in shown.text


@pytest.mark.parametrize(
    "given", [{"at": "99"}, {"dates": "x"}, {"scale": "\x00"}, {"channel": "pigeon"}, {}]
)
def test_bad_columns_are_named_and_change_nothing(client, huy, given):
    upload(client, CALLS)
    one = ContactImport.objects.get()
    good = {"at": "1", "dates": "day", "scale": "yes_no", "channel": "phone"}

    answer = client.post(
        reverse("contact_import_columns", args=[one.public_id]), good | given if given else {}
    )

    assert answer.status_code == 400
    assert ContactImport.objects.get().columns == one.columns


def test_what_nobody_takes_in_is_not_kept(client, huy):
    upload(client, CALLS)
    ContactImport.objects.update(made_at="2026-01-01T00:00Z")

    work.drain(contact_imports.IMPORT)

    assert not ContactImport.objects.exists()
