"""Files of orders: looked at, taken in once each, killed at any moment, and what was refused tried again."""

import csv
import io
import random
from datetime import timedelta

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command
from django.utils import timezone

from feedback import leases, order_imports, order_parts, purchases, tables
from feedback.models import Customer, Event, Order, OrderImport, OrderLine, Refund
from feedback.views import downloads
from tests.factories import a_shop, customer, order, user

pytestmark = pytest.mark.django_db
HEAD = "number,date,total,email,product,quantity,price,refunded,refund of,updated at"
LAN = "A-1,2026-11-10 09:30,450000,lan@example.com,Bát gốm,3,150000,,,"
MINH = "A-2,2026-11-11 10:00,90000,minh@example.com,Cốc,1,90000,,,"


def begin(*rows, head=HEAD, content=None, **more):
    content = "\n".join([head, *rows]).encode() if content is None else content
    return order_imports.begin(io.BytesIO(content), file_name="o.csv", by=None, now=timezone.now(), **more)


def take(*rows, **more):
    one = begin(*rows, **more)
    order_imports.take_all(one, by=None, now=timezone.now())
    return one


def counts(one):
    return one.created, one.updated, one.unchanged, one.refused


def tables_now():
    """Everything an import writes, without keys and moments of writing."""
    orders = Order.objects.order_by("store", "number")
    return (
        list(orders.values_list("store", "number", "customer__email", "placed_at", "total", "cancelled_at")),
        sorted(OrderLine.objects.values_list("order__number", "name", "quantity", "price")),
        sorted(Refund.objects.values_list("order__number", "external_id", "amount")),
        sorted(Customer.objects.values_list("email", "since")),
    )


def test_each_order_is_taken_in_once():
    first, again = take(LAN, MINH), take(LAN, MINH)

    assert (counts(first), counts(again)) == ((2, 0, 0, 0), (0, 0, 2, 0))
    assert (Order.objects.count(), OrderLine.objects.count(), Customer.objects.count()) == (2, 2, 2)
    assert not first.parts.exists()


def test_what_changed_since_is_changed():
    take(LAN)

    one = take(LAN.replace("450000", "440000").replace("Bát gốm", "Bát men"))

    assert counts(one) == (0, 1, 0, 0)
    assert (Order.objects.get().total, OrderLine.objects.get().name) == (440_000, "Bát men")


def test_rows_of_one_order_need_not_stand_together(monkeypatch):
    """Sorted by product, as tills do; parts of a few rows."""
    monkeypatch.setattr(order_parts, "ROWS", 2)
    rows = [f"A-{n},2026-11-10,300000,a{n}@example.com,{name},1,{price},,," for name, price in
            (("Bát", 100000), ("Ấm", 200000)) for n in range(5)]  # fmt: skip

    one = take(*rows)

    assert counts(one) == (5, 0, 0, 0)
    assert all(order.lines.count() == 2 for order in Order.objects.all())


@pytest.mark.parametrize(
    ("orders", "sizes", "is_same"),
    [("1122", [2, 2], True), ("1223", [3, 1], False), ("1212", [2, 2], False), ("1--1", [2, 2], False)],
)
def test_no_order_lies_in_two_parts_and_those_that_fit_are_left_alone(monkeypatch, orders, sizes, is_same):
    """A digit is a row with this number, a hyphen one without any, which is alone."""
    monkeypatch.setattr(order_parts, "ROWS", 2)
    one = begin(*(f"{n.strip('-')},2026-11-10,,,Bát,1,100000,,," for n in orders))
    before = list(one.parts.order_by("number").values_list("pk", flat=True))

    order_parts.bring_together(one, order_imports.plan_of(one))

    parts = one.parts.order_by("number")
    assert [part.rows for part in parts] == sizes
    assert ([part.pk for part in parts] == before) == is_same
    key = order_parts.keys(order_imports.plan_of(one))
    found = [{key(row) for row in order_parts.unpacked(part)} for part in parts]
    assert not set.intersection(*found)


def test_in_any_order_with_any_doubles_it_comes_to_the_same():
    """A newer row of an order wins wherever it stands, in one file or in several."""
    head = "number,date,total,email,updated at"
    truth = [
        f"A-{n},2026-11-0{n % 8 + 1},{n + 2}00000,lan{n % 3}@example.com,2026-11-12 0{n % 9}:00"
        for n in range(12)
    ]
    older = [
        f"A-{n},2026-11-0{n % 8 + 1},{n + 1}00000,old{n % 4}@example.com,2026-11-11 0{n % 9}:00"
        for n in range(12)
    ]
    take(*truth, head=head)
    wanted = tables_now()
    dice = random.Random(3)

    for _round in range(5):
        Order.objects.all().delete()
        Customer.objects.all().delete()
        rows = [*truth, *older, *dice.choices(truth + older, k=8)]
        dice.shuffle(rows)
        middle = dice.randrange(len(rows))
        take(*rows[:middle], head=head)
        take(*rows[middle:], head=head)
        assert tables_now() == wanted


def test_a_bad_row_is_refused_and_named_and_the_others_come_in():
    one = take(LAN, MINH.replace("90000", "-90000", 1), "A-3,30/02/2026,1,x,,,,,,")

    assert counts(one) == (1, 0, 0, 2)
    said = [
        (fault.row, fault.field, fault.key) for _cells, wrong in order_imports.faults(one) for fault in wrong
    ]
    assert (3, "total", "refund_unnamed") in said
    assert (4, "date", "not_a_moment") in said
    assert (4, "email", "not_an_address") in said


def test_the_refused_rows_can_be_corrected_and_sent_again():
    one = take(LAN, MINH.replace("2026-11-11", "2026-13-11"))
    head, row = order_imports.refused_rows(one)
    out = io.StringIO()
    csv.writer(out).writerows([head, [cell.replace("2026-13-11", "2026-11-11") for cell in row]])

    again = take(content=out.getvalue().encode())

    assert counts(again) == (1, 0, 0, 0)
    assert Order.objects.get(number="A-2").total == 90_000


def test_a_refund_before_its_order_waits_and_is_tried_again():
    one = take("R-1,2026-11-12,-50000,,,,,,A-1,")
    assert counts(one) == (0, 0, 0, 1)
    take(LAN)

    order_imports.try_again(one, by=user("manager"), now=timezone.now())
    order_imports.take_all(one, by=None, now=timezone.now())

    assert counts(one) == (0, 1, 0, 0)
    assert Refund.objects.get().order.number == "A-1"
    assert not order_imports.try_again(one, by=None, now=timezone.now())


def test_the_sum_of_refunds_gives_way_to_single_ones():
    take(LAN.replace("150000,,,", "150000,30000,,"))
    take(LAN.replace("150000,,,", "150000,50000,,"))
    assert Refund.objects.get().amount == 50_000

    take("R-1,2026-11-12,-20000,,,,,,A-1,", "R-2,2026-11-13,-30000,,,,,,A-1,")

    assert sorted(Refund.objects.values_list("external_id", "amount")) == [("R-1", 20_000), ("R-2", 30_000)]


def test_a_refund_in_another_currency_is_refused():
    order(customer(), number="A-1", store="shop", currency="USD")

    one = take("R-1,2026-11-12,-50000,,,,,,A-1,")

    assert [fault.key for _row, wrong in order_imports.faults(one) for fault in wrong] == ["other_currency"]


def test_two_stores_may_have_the_same_number():
    take(LAN, store="hanoi")
    take(LAN, store="web")

    assert sorted(Order.objects.values_list("store", flat=True)) == ["hanoi", "web"]


def test_an_order_that_moves_takes_nothing_along():
    take(LAN)

    take(LAN.replace("lan@", "hoa@"))

    assert Order.objects.get().customer.email == "hoa@example.com"
    assert not Customer.objects.filter(email="lan@example.com").exists()  # nothing of hers is left


def test_columns_are_remembered():
    head = "a,b,c"
    one = begin("A-1,2026-11-10,5", head=head)
    assert not order_imports.is_ready(one)
    OrderImport.objects.filter(pk=one.pk).update(
        columns={"number": 0, "placed_at": 1, "total": 2}, store="hanoi", day_first=False
    )
    one.refresh_from_db()
    order_imports.take_all(one, by=None, now=timezone.now())

    again = begin("A-2,2026-11-10,5", head=head)

    assert (again.columns, again.store, again.day_first) == (one.columns, "hanoi", False)


def test_a_look_writes_nothing():
    take(LAN)

    seen = order_imports.preview(begin(LAN, MINH, "A-9,never,1,,,,,,,"), timezone.now())

    assert (seen.orders, seen.known, seen.refused, seen.is_whole) == (2, 1, 1, True)
    assert Order.objects.count() == 1


def test_a_kill_in_the_middle_loses_and_doubles_nothing(monkeypatch):
    """The part that was being taken in is undone as a whole; the next lease begins with it."""
    monkeypatch.setattr(order_parts, "ROWS", 2)
    one = begin(*(f"A-{n},2026-11-10,5,a{n}@example.com,,,,,," for n in range(6)))
    order_imports.take(one, by=None, now=timezone.now())
    whole, times = purchases.take_many, []

    def killed(taken, *, now):
        done = whole(taken, now=now)
        times.append(1)
        if len(times) == 2:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(purchases, "take_many", killed)
    with pytest.raises(KeyboardInterrupt):
        leases.run_once(order_imports.IMPORT)
    assert Order.objects.count() == 2
    OrderImport.objects.update(leased_by="", leased_until=None)  # as when the dead process is noticed
    order_imports.take_all(one, by=None, now=timezone.now())

    assert counts(one) == (6, 0, 0, 0)
    assert Order.objects.count() == 6


def test_who_lost_the_lease_writes_nothing(monkeypatch):
    one = begin(LAN)
    order_imports.take(one, by=None, now=timezone.now())
    (mine,) = leases.lease(order_imports.IMPORT, timezone.now())
    OrderImport.objects.update(leased_by="somebody else")

    with pytest.raises(leases.LeaseLost):
        order_imports.run([mine], timezone.now())

    assert not Order.objects.exists()


def test_nobodys_file_goes_after_a_day():
    begin(LAN)

    leases.run_once(order_imports.IMPORT, timezone.now() + timedelta(hours=25))

    assert not OrderImport.objects.exists()


def test_it_reads_a_spreadsheet():
    a_shop()
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy hh:mm"})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Mã đơn hàng", "Ngày", "Tổng tiền", "Email"])
    sheet.write_row(1, 0, ["DH-1"])
    sheet.write_datetime(1, 1, timezone.now().replace(tzinfo=None, microsecond=0) - timedelta(days=3))
    sheet.write_number(1, 2, 450000)
    sheet.write(1, 3, "lan@example.com")
    book.close()

    one = take(content=out.getvalue())

    assert (counts(one), Order.objects.get().total) == ((1, 0, 0, 0), 450_000)


@pytest.mark.parametrize(
    ("content", "key"),
    [(b"", "empty"), (b"\n \n", "empty"), (b"PK\x03\x04xx", "a_spreadsheet"), (b"\xff\xfea", "not_text"),
     (b"\xd0\xcf\x11\xe0", "a_spreadsheet")],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_with_its_reason(content, key):
    with pytest.raises(tables.NoTable) as refused:
        begin(content=content)

    assert refused.value.key == key


def test_a_quote_that_never_ends_costs_the_rest_and_says_so():
    one = take(LAN, 'A-2,"2026-11-11,1,,,,,,,')

    assert counts(one) == (1, 0, 0, 1)
    assert [wrong[0].key for _cells, wrong in order_imports.faults(one)] == ["never_closed"]


def test_what_no_database_keeps_is_left_out():
    take("A-\x001,2026-11-10,5,lan@example.com,B\x00át,1,5,,,")

    assert (Order.objects.get().number, OrderLine.objects.get().name) == ("A-1", "Bát")


def test_an_act_is_one_event_a_part():
    take(LAN, MINH)

    verbs = list(Event.objects.order_by("id").values_list("verb", flat=True))
    assert verbs == ["import of orders begun", "orders imported", "import of orders done"]


def test_the_command_says_what_it_did_and_what_was_wrong(tmp_path, capsys):
    path = tmp_path / "o.csv"
    path.write_text(f"{HEAD}\n{LAN}\nA-2,never,1,,,,,,,\n", encoding="utf-8")

    with pytest.raises(SystemExit) as ended:
        call_command("import_orders", str(path))

    assert (ended.value.code, Order.objects.count()) == (1, 1)
    assert "A-2,never" in (tmp_path / "o.csv.errors.csv").read_text(encoding="utf-8-sig")


def test_the_command_may_only_look(tmp_path, capsys):
    path = tmp_path / "o.csv"
    path.write_text(f"{HEAD}\n{LAN}\n", encoding="utf-8")

    call_command("import_orders", str(path), "--dry-run")

    assert not Order.objects.exists()
    assert not OrderImport.objects.exists()


def test_the_command_needs_a_table_of_orders(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text("a,b\n1,2\n")

    for name in (path, tmp_path / "none.csv"):
        with pytest.raises(CommandError):
            call_command("import_orders", str(name))


def test_refunds_above_their_order_are_refused_with_their_reason_and_can_be_tried_again():
    """Of a slip and of a sum in the order's own row; the rows beside them go in."""
    one = take(
        LAN, MINH, "R-1,2026-11-12,-300000,,,,,,A-1,", "R-2,2026-11-13,-150001,,,,,,A-1,",
        "A-3,2026-11-12,100000,lan@example.com,Cốc,1,100000,100001,,",
    )  # fmt: skip

    assert counts(one)[0] == 2
    assert Refund.objects.get().amount == 300_000
    wrong = [(fault.field, fault.key) for _cells, faults in order_imports.faults(one) for fault in faults]
    assert sorted(wrong) == [("refunded", "refund_above_total"), ("total", "refund_above_total")]
    Order.objects.filter(number="A-1").update(total=500_000)
    assert order_imports.try_again(one, by=None, now=timezone.now())
    order_imports.take_all(one, by=None, now=timezone.now())
    one.refresh_from_db()
    assert (Refund.objects.count(), one.refused) == (2, 1)


def test_a_later_file_may_not_bring_a_total_below_what_was_paid_back():
    take(LAN, "R-1,2026-11-12,-300000,,,,,,A-1,")
    one = take(LAN.replace("450000", "200000"), MINH)

    assert counts(one) == (1, 0, 0, 1)
    assert Order.objects.get(number="A-1").total == 450_000


@pytest.mark.parametrize(
    "content",
    [
        f"{HEAD}\n{LAN}\n".encode("utf-16-le"),  # without its mark
        f"{HEAD}\n{LAN}\n".encode("utf-16-be"),
        f"{HEAD}\n{LAN}\n".replace(",", "|").encode(),
        f"sep=;\n{HEAD}\n{LAN}\n".replace(",", ";").encode(),
    ],
    ids=["UTF-16 LE", "UTF-16 BE", "|", "sep=;"],
)
def test_a_file_is_read_as_other_programs_write_it(content):
    one = take(content=content)

    assert counts(one) == (1, 0, 0, 0)
    assert OrderLine.objects.get().name == "Bát gốm"


PLAIN = "number,date,total,email"


def refused(one):
    return [
        (fault.row, fault.field, fault.key) for _cells, wrong in order_imports.faults(one) for fault in wrong
    ]


@pytest.mark.parametrize("files", [1, 2])
def test_an_order_of_another_store_does_not_take_the_place_of_one_with_its_number(files):
    """Neither in one file nor in the next."""
    rows = ["7,2026-11-01 10:00,1000,lan@example.com", "7,2026-11-02 09:00,2000,minh@example.com"]

    taken = [take(*rows, head=PLAIN)] if files == 1 else [take(row, head=PLAIN) for row in rows]

    assert refused(taken[-1]) == [(4 - files, "number", "another_order")]
    assert Order.objects.get().customer.email == "lan@example.com"


@pytest.mark.parametrize(
    "again",
    [
        "7,2026-11-01 22:00,2000,minh@example.com",  # moved, and dearer; now with its time
        "7,2026-11-09,1000,minh@example.com",  # moved, and of another day
        "7,2026-11-09,2000,lan@example.com",  # the same customer
    ],
)
def test_what_is_put_right_about_an_order_is_taken(again):
    take("7,2026-11-01,1000,lan@example.com", head=PLAIN)

    one = take(again, head=PLAIN)

    assert counts(one) == (0, 1, 0, 0)


@pytest.mark.parametrize(
    ("second", "field"),
    [("A-1,2026-11-10 09:30,450000,minh@example.com,Ấm,1,300000,,,", "email"),
     ("A-1,2026-11-11,450000,lan@example.com,Ấm,1,300000,,,", "date")],
)  # fmt: skip
def test_two_orders_of_one_number_do_not_become_one(second, field):
    one = take(LAN, second)

    assert refused(one) == [(2, field, "rows_differ"), (3, field, "rows_differ")]
    assert not Order.objects.exists()


def test_what_was_refused_comes_back_as_it_was():
    """A sum below zero and a telephone number get an apostrophe in the file that we give."""
    head = "number,date,total,phone,refund of"
    one = take("R-1,2026-11-12,-5000,,A-9", "A-8,2026-11-40,1000,+84 912 345 678,", head=head)
    given = downloads.csv_of(order_imports.refused_rows(one), "x").getvalue().decode("utf-8-sig")
    take("A-9,2026-11-10,5000,,", head=head)

    again = take(content=given.replace("2026-11-40", "2026-11-04").encode())

    assert counts(again)[3] == 0
    assert Refund.objects.get().amount == 5000
    assert Order.objects.get(number="A-8").customer.phone == "+84 912 345 678"


def test_what_is_wrong_is_shown_row_by_row():
    take("7,2026-11-01,1000,lan@example.com", head=PLAIN)
    one = begin("7,2026-11-09,2000,minh@example.com", "8,29/02/2026,1000,lan@example.com", head=PLAIN)

    faults = order_imports.preview(one, timezone.now()).faults

    assert [(fault.row, fault.key) for fault in faults] == [(2, "another_order"), (3, "not_a_moment")]
