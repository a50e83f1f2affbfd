"""Rows of a file as orders: names of columns, ways of writing, and what is wrong with a row."""

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.order_tables import columns, reading
from feedback.order_tables.columns import BadRows, Plan, Return

NOW = datetime(2026, 11, 16, 3, tzinfo=UTC)
HANOI, BERLIN = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Europe/Berlin")
HEAD = ["number", "date", "total", "currency", "email", "product", "quantity", "price", "status", "refunded",
        "refund of", "discount", "delivered on", "country"]  # fmt: skip


def read(*rows, zone=HANOI, currency="VND", day_first=True, **cells):
    plan = Plan(columns=columns.guess(HEAD), currency=currency, store="shop", day_first=day_first)
    good = {"number": "A-1", "date": "2026-11-10 09:30", "total": "450.000"}
    named = rows or [good | {name.replace("_", " "): said for name, said in cells.items()}]
    return reading.read([[row.get(name, "") for name in HEAD] for row in named], plan, now=NOW, zone=zone)


def wrong(**cells):
    with pytest.raises(BadRows) as bad:
        read(**cells)
    return {(fault.field, fault.key) for fault in bad.value.faults}


@pytest.mark.parametrize(
    ("head", "fields"),
    [
        (["Name", "Email", "Financial Status", "Paid at", "Currency", "Total", "Lineitem quantity",
          "Lineitem name", "Lineitem price", "Lineitem sku", "Refunded Amount", "Id"],
         {"number", "email", "status", "placed_at", "currency", "total", "quantity", "product", "price",
          "sku", "refunded", "external_id"}),
        (["Mã hóa đơn", "Thời gian", "Khách hàng", "Điện thoại", "Mã hàng", "Tên hàng", "Số lượng", "Đơn giá",
          "Khách cần trả", "Chi nhánh", "Trạng thái"],
         {"number", "placed_at", "name", "phone", "sku", "product", "quantity", "price", "total", "location",
          "status"}),
        (["Order Number", "Order Date", "Order Total", "Billing Email", "Transaction ID", "Discount Amount"],
         {"number", "placed_at", "total", "email", "payment_ref", "discount"}),
    ],
)  # fmt: skip
def test_it_knows_the_columns_of_other_programs(head, fields):
    assert set(columns.guess(head)) == fields


@pytest.mark.parametrize(
    ("written", "zone", "moment"),
    [
        ("2026-11-10 09:30", HANOI, "2026-11-10T02:30:00+00:00"),
        ("2026-11-10T09:30:00+07:00", HANOI, "2026-11-10T02:30:00+00:00"),
        ("2026-11-10 09:30:00 +0700", BERLIN, "2026-11-10T02:30:00+00:00"),
        ("2026-11-10 02:30:00 UTC", HANOI, "2026-11-10T02:30:00+00:00"),
        ("10/11/2026", HANOI, "2026-11-09T17:00:00+00:00"),
        ("2026/11/10", HANOI, "2026-11-09T17:00:00+00:00"),
        ("2026/11/1 9:05", HANOI, "2026-11-01T02:05:00+00:00"),
        ("2026-11-10 9:05:30", HANOI, "2026-11-10T02:05:30+00:00"),
        ("10/11/2026 9:30 CH", HANOI, "2026-11-10T14:30:00+00:00"),
        ("10/11/2026 12:05 AM", HANOI, "2026-11-09T17:05:00+00:00"),
        ("29/02/2024", HANOI, "2024-02-28T17:00:00+00:00"),
        ("2026-10-25 02:30", BERLIN, "2026-10-25T00:30:00+00:00"),  # there twice: the first
        ("2026-03-29 02:30", BERLIN, "2026-03-29T01:30:00+00:00"),  # not there at all: what the clock skipped
        ("2026-11-17 09:00", HANOI, "2026-11-17T02:00:00+00:00"),  # a clock that is a day ahead
    ],
)
def test_a_day_and_a_time_in_the_shops_own_zone(written, zone, moment):
    assert read(date=written, zone=zone).placed_at.astimezone(UTC).isoformat() == moment


def test_the_month_may_stand_first():
    assert read(date="03/04/2026", day_first=False).placed_at.month == 3
    assert read(date="03/04/2026").placed_at.month == 4


@pytest.mark.parametrize(
    ("cells", "faults"),
    [
        ({"number": ""}, {("number", "missing")}),
        ({"number": "9" * 65}, {("number", "too_long")}),
        ({"date": ""}, {("placed_at", "missing")}),
        ({"date": "yesterday"}, {("placed_at", "not_a_moment")}),
        ({"date": "29/02/2026"}, {("placed_at", "not_a_moment")}),
        ({"date": "0000-00-00"}, {("placed_at", "not_a_moment")}),
        ({"date": "1970-01-01"}, {("placed_at", "too_long_ago")}),
        ({"date": "2026-11-18"}, {("placed_at", "in_future")}),
        ({"date": "9999-12-31T23:59:59-14:00"}, {("placed_at", "not_a_moment")}),
        ({"date": "２０２６-11-10"}, {("placed_at", "not_a_moment")}),
        ({"total": ""}, {("total", "missing")}),
        ({"total": "free"}, {("total", "not_an_amount")}),
        ({"total": "450000.50"}, {("total", "not_in_currency")}),
        ({"total": "-450.000"}, {("total", "refund_unnamed")}),
        ({"total": "(450.000)"}, {("total", "refund_unnamed")}),
        ({"total": "9" * 20}, {("total", "too_large")}),
        ({"total": "1_000"}, {("total", "not_an_amount")}),
        ({"currency": "ĐỒNG"}, {("currency", "not_a_currency")}),
        ({"email": "lan@"}, {("email", "not_an_address")}),
        ({"product": "Bát", "quantity": "0", "price": "1"}, {("quantity", "not_above_zero")}),
        ({"product": "Bát", "quantity": "1", "price": "-1"}, {("price", "below_zero")}),
        ({"product": "Bát", "quantity": "NaN", "price": "1"}, {("quantity", "not_above_zero")}),
        ({"delivered_on": "2027-01-01"}, {("delivered_on", "in_future")}),
        ({"country": "Việt Nam"}, {("country", "not_a_country")}),
        ({"refunded": "450001"}, {("refunded", "refund_above_total")}),
        ({"discount": "-5"}, {("discount", "below_zero")}),
        ({"date": "x", "total": "x", "email": "x"},
         {("placed_at", "not_a_moment"), ("total", "not_an_amount"), ("email", "not_an_address")}),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_names_every_field(cells, faults):
    assert wrong(**cells) >= faults


@pytest.mark.parametrize(
    ("written", "currency", "amount"),
    [
        ("450.000", "VND", "450000"), ("450,000", "VND", "450000"), ("450.000 ₫", "VND", "450000"),
        ("450000.00", "VND", "450000"), ("1.234,50", "EUR", "1234.50"), ("1,234.50", "USD", "1234.50"),
        ("$12.5", "USD", "12.50"), ("0", "VND", "0"), ("1200", "JPY", "1200"),
    ],
)  # fmt: skip
def test_amounts_in_either_countrys_spelling(written, currency, amount):
    sale = read(total=written, currency=currency)

    assert (sale.total, sale.currency) == (Decimal(amount), currency)


def test_the_rows_of_one_order_are_its_lines():
    sale = read(
        {"number": "A-1", "date": "2026-11-10", "total": "600000", "product": "Bát", "quantity": "2",
         "price": "100000"},
        {"number": "A-1", "product": "Ấm", "quantity": "1", "price": "400000"},
    )  # fmt: skip

    lines = [(line.name, line.quantity, line.price) for line in sale.lines]
    assert lines == [("Bát", 2, 100_000), ("Ấm", 1, 400_000)]


def test_without_a_total_it_is_what_the_lines_come_to():
    sale = read(
        {"number": "A-1", "date": "2026-11-10", "product": "Bát", "quantity": "2", "price": "100000",
         "discount": "20000"},
        {"number": "A-1", "product": "Ấm", "price": "400000"},
    )  # fmt: skip

    assert (sale.total, sale.discount) == (580_000, 20_000)


@pytest.mark.parametrize(
    ("status", "is_live", "is_cancelled", "refunded"),
    [("Hoàn thành", True, False, None), ("Đã hủy", False, True, None), ("voided", False, True, None),
     ("refunded", True, False, 450_000), ("who knows", False, False, None), ("", False, False, None)],
)  # fmt: skip
def test_the_state_of_an_order(status, is_live, is_cancelled, refunded):
    sale = read(status=status)

    assert (sale.is_live, sale.cancelled_at is not None, sale.refunded) == (is_live, is_cancelled, refunded)


def test_a_slip_below_zero_is_a_refund_of_the_order_it_names():
    back = read(number="R-7", total="-150.000", refund_of="A-1")

    assert isinstance(back, Return)
    assert (back.number, back.external_id, back.amount) == ("A-1", "R-7", 150_000)


@given(st.lists(st.lists(st.text(max_size=12), max_size=len(HEAD)), min_size=1, max_size=3))
def test_no_row_breaks_it(rows):
    plan = Plan(columns=columns.guess(HEAD), currency="VND", store="shop")
    with suppress(BadRows):
        reading.read(rows, plan, now=NOW, zone=HANOI)
