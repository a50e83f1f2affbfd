"""The pages of files of orders: by hand, without script, and with whatever people upload."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from feedback import order_imports, work
from feedback.models import Order, OrderImport
from tests.factories import a_shop, user

pytestmark = pytest.mark.django_db
GOOD = "Mã đơn,Ngày,Tổng tiền,Email\nDH-1,10/11/2026,450.000,lan@example.com\nDH-2,x,1,y\n".encode()


@pytest.fixture
def huy(client):
    a_shop()
    boss = user("manager", "Huy")
    client.force_login(boss)
    return boss


def upload(client, content, name="o.csv"):
    return client.post(reverse("order_imports"), {"file": SimpleUploadedFile(name, content)})


def test_a_manager_looks_takes_in_and_downloads_what_was_wrong(client, huy):
    shown = client.get(upload(client, GOOD).url)
    one = OrderImport.objects.get()
    assert "lan@example.com" in shown.text

    client.post(reverse("order_import_take", args=[one.public_id]))
    work.drain(order_imports.IMPORT)

    done = client.get(reverse("order_import", args=[one.public_id]))
    refused = client.get(reverse("order_import_refused", args=[one.public_id])).getvalue().decode("utf-8-sig")
    assert Order.objects.get().total == 450_000
    assert reverse("order_import_refused", args=[one.public_id]) in done.text
    assert "DH-2,x,1,y,3" in refused


def test_other_columns_can_be_named(client, huy):
    upload(client, b"a,b,c,d\nDH-1,03/04/2026,12.50,web\n")
    one = OrderImport.objects.get()
    named = {"number": "0", "placed_at": "1", "total": "2", "column_store": "3", "store": "Cửa hàng 1",
             "currency": "usd", "dates": "month"}  # fmt: skip

    client.post(reverse("order_import_columns", args=[one.public_id]), named)

    one.refresh_from_db()
    assert (one.columns, one.store, one.currency, one.day_first) == (
        {"number": 0, "placed_at": 1, "total": 2, "store": 3}, "cua-hang-1", "USD", False,
    )  # fmt: skip
    assert (
        "12.50"
        in client.get(reverse("order_import", args=[one.public_id]), headers={"accept-language": "en"}).text
    )


def test_it_is_not_taken_in_before_the_columns_are_known(client, huy):
    upload(client, b"a,b\n1,2\n")
    one = OrderImport.objects.get()

    client.post(reverse("order_import_take", args=[one.public_id]))

    one.refresh_from_db()
    assert one.state == "looked_at"


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe\x00", b'"a\nb', b"\x00", b"=1+1\n<script>\n"],
)
def test_whatever_is_uploaded_is_answered(client, huy, content):
    answer = upload(client, content, "<b>x</b>.csv")

    assert answer.status_code in (302, 400)
    if answer.status_code == 302:
        page = client.get(answer.url)
        assert page.status_code == 200
        assert "<script>\n" not in page.text
        assert "<b>x" not in page.text


@pytest.mark.parametrize(
    "given", [{"number": "99"}, {"dates": "x"}, {"currency": "\x00"}, {"store": "!"}, {}]
)
def test_bad_columns_are_named(client, huy, given):
    upload(client, GOOD)
    one = OrderImport.objects.get()
    fine = {"number": "0", "placed_at": "1", "store": "shop", "currency": "VND", "dates": "day"}

    answer = client.post(reverse("order_import_columns", args=[one.public_id]), fine | given if given else {})

    assert answer.status_code == 400


def test_the_list_asks_no_more_for_more(client, huy, django_assert_max_num_queries):
    for _n in range(12):
        upload(client, GOOD)

    with django_assert_max_num_queries(12):
        client.get(reverse("order_imports"))
