"""Orders come in once each; what cannot be used is named."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from feedback import consents, orders, purchases
from feedback.models import Card, Customer, Event, Location, Order, Product, Refund
from surveys import invitations
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def raw(**changes):
    good = {
        "number": "A-1001",
        "placed_at": "2026-11-10T09:30:00+07:00",
        "currency": "VND",
        "total": "450000",
        "customer": {"name": "Lan", "email": "lan@example.com", "language": "vi-VN"},
        "lines": [{"sku": "BAT-01", "name": "Bát gốm", "price": 150000, "quantity": 3, "cost": "90000"}],
    }
    return {name: given for name, given in (good | changes).items() if given is not ...}


def take(**changes):
    return orders.take(orders.parse(raw(**changes), now=NOW))


YES = {
    "purpose": "advertising",
    "wording": "checkout-3",
    "channel": "web",
    "given_at": "2026-11-10T09:28:00+07:00",
}
BAD = [
    ("number", {"number": ...}),
    ("number", {"number": "  \x00 "}),
    ("number", {"number": "9" * 65}),
    ("number", {"number": ["A"]}),
    ("number", {"number": True}),
    ("placed_at", {"placed_at": ...}),
    ("placed_at", {"placed_at": "yesterday"}),
    ("placed_at", {"placed_at": "2026-13-40"}),
    ("placed_at", {"placed_at": 1_700_000_000}),
    ("placed_at", {"placed_at": "2026-02-29"}),
    ("placed_at", {"placed_at": "1970-01-01T00:00:00Z"}),
    ("updated_at", {"updated_at": "2030-01-01"}),
    ("discount", {"discount": "-1"}),
    ("refunds", {"refunds": {"amount": 1}}),
    ("refunds[1]", {"refunds": ["all"]}),
    ("refunds[1].amount", {"refunds": [{"amount": "0"}]}),
    ("refunds[1].amount", {"refunds": [{"amount": "-5"}]}),
    ("refunds[1].amount", {"refunds": [{"amount": "0.5"}]}),
    ("refunds[1].currency", {"refunds": [{"amount": "1", "currency": "USD"}]}),
    ("refunds[1].refunded_at", {"refunds": [{"amount": "1", "refunded_at": "2026-02-29"}]}),
    ("placed_at", {"placed_at": "0001-01-01T00:00:00+14:00"}),
    ("placed_at", {"placed_at": (NOW + timedelta(days=2)).isoformat()}),
    ("placed_at", {"placed_at": "9999-12-31T23:59:59-14:00"}),
    ("currency", {"currency": "ĐỒNG"}),
    ("currency", {"currency": "XYZ"}),
    ("total", {"total": ...}),
    ("total", {"total": "450.000,00"}),
    ("total", {"total": "450000.5"}),
    ("total", {"total": "1000000000000000"}),
    ("total", {"total": -1}),
    ("total", {"total": "NaN"}),
    ("total", {"total": "1e999"}),
    ("total", {"total": True}),
    ("total", {"total": {"amount": 5}}),
    ("customer", {"customer": "Lan"}),
    ("customer.email", {"customer": {"email": "not an address"}}),
    ("customer.email", {"customer": {"email": "a@b@c.vn"}}),
    ("customer.name", {"customer": {"name": "x" * 201}}),
    ("customer.name", {"customer": {"name": {"first": "Lan"}}}),
    ("lines", {"lines": {"sku": "BAT-01"}}),
    ("lines", {"lines": [{}] * 501}),
    ("lines[1]", {"lines": ["BAT-01"]}),
    ("lines[1].name", {"lines": [{"price": 1}]}),
    ("lines[1].price", {"lines": [{"name": "bát"}]}),
    ("lines[1].price", {"lines": [{"name": "bát", "price": "0.5"}]}),
    ("lines[1].cost", {"lines": [{"name": "bát", "price": 1, "cost": "free"}]}),
    ("lines[2].quantity", {"lines": [{"name": "a", "price": 1}, {"name": "b", "price": 1, "quantity": 0}]}),
    ("lines[1].quantity", {"lines": [{"name": "a", "price": 1, "quantity": "NaN"}]}),
    ("lines[1].quantity", {"lines": [{"name": "a", "price": 1, "quantity": "0.0001"}]}),
    ("store", {"store": "cửa hàng"}),
    ("location", {"location": "../etc"}),
    ("promised_on", {"promised_on": "soon"}),
    ("delivered_on", {"delivered_on": "2027-01-01"}),
    ("cancelled_at", {"cancelled_at": "2030-01-01"}),
    ("terms_shown_at", {"terms_shown_at": []}),
    ("consents", {"consents": "advertising"}),
    ("consents[1]", {"consents": ["advertising"]}),
    ("consents[1].purpose", {"consents": [YES | {"purpose": "mail & more"}]}),
    ("consents[1].purpose", {"consents": [YES | {"purpose": ""}]}),
    ("consents[1].wording", {"consents": [YES | {"wording": None}]}),
    ("consents[1].wording", {"consents": [YES | {"wording": "x" * 65}]}),
    ("consents[1].channel", {"consents": [YES | {"channel": "x" * 21}]}),
    ("consents[2].given_at", {"consents": [YES, YES | {"given_at": None}]}),
    ("consents[1].given_at", {"consents": [YES | {"given_at": "2030-01-01"}]}),
]


@pytest.mark.parametrize(("field", "changes"), BAD)
def test_it_names_what_cannot_be_used(field, changes):
    with pytest.raises(orders.BadOrder) as refused:
        orders.parse(raw(**changes), now=NOW)

    assert refused.value.field == field
    assert refused.value.message


@pytest.mark.parametrize("given", [None, [], "order", 5])
def test_an_order_is_an_object(given):
    with pytest.raises(orders.BadOrder) as refused:
        orders.parse(given, now=NOW)

    assert refused.value.field == "order"


def test_it_takes_an_order_with_its_lines():
    order, created = take()

    line = order.lines.get()
    assert (created, order.total, order.customer.name, order.customer.language) == (
        True,
        450_000,
        "Lan",
        "vi",
    )
    assert (line.price, line.quantity, line.cost) == (150_000, 3, 90_000)
    assert Event.objects.get().verb == "order received"


def test_a_repeat_is_the_same_order_with_what_is_new():
    first, _new = take()

    again, created = take(delivered_on="2026-11-14", lines=[{"name": "Ấm", "price": "450000"}])

    assert (again.pk, created) == (first.pk, False)
    assert [line.name for line in again.lines.all()] == ["Ấm"]
    assert Order.objects.count() == Customer.objects.count() == 1
    assert [event.verb for event in Event.objects.order_by("id")] == ["order received", "order updated"]


def test_a_late_copy_of_an_old_message_wipes_nothing():
    take(delivered_on="2026-11-14", carrier="Sen Express")

    again, _created = take(delivered_on=None, carrier="")

    again.refresh_from_db()
    assert (str(again.delivered_on), again.carrier) == ("2026-11-14", "Sen Express")


def test_a_repeat_without_lines_keeps_them():
    take()

    order, _created = take(lines=...)

    assert order.lines.count() == 1


def test_one_number_in_two_stores_is_two_orders():
    take(store="shop")
    take(store="market")

    assert Order.objects.count() == 2


def test_a_customer_is_known_by_e_mail_else_by_phone():
    take(number="1", customer={"email": "LAN@example.com"})
    take(number="2", customer={"email": "lan@example.com", "name": "Somebody"})
    take(number="3", customer={"phone": "+84912345678"})
    take(number="4", customer={"phone": "+84912345678"})
    take(number="5", customer={})

    counts = sorted(customer.orders.count() for customer in Customer.objects.all())
    assert counts == [1, 2, 2]


def test_an_order_of_somebody_merged_goes_to_who_they_are_now():
    lan = factories.customer("Lan")
    factories.customer("Old Lan", email="old@example.com", merged_into=lan)

    order, _created = take(customer={"email": "old@example.com"})

    assert order.customer == lan


def test_a_time_without_a_zone_is_the_shops_own():
    order, _created = take(placed_at="2026-11-10 09:30")

    assert order.placed_at == datetime(2026, 11, 10, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("currency", "total", "kept"), [("USD", "12.50", "12.5"), ("usd", 12.5, "12.5"), ("JPY", "1200", "1200")]
)
def test_other_currencies_have_their_own_decimals(currency, total, kept):
    order, _created = take(currency=currency, total=total, lines=...)

    assert (order.currency, order.total) == (currency.upper(), Decimal(kept))


def test_without_a_currency_it_is_the_shops():
    factories.a_shop(currency="USD")

    assert take(currency=..., total="12.50", lines=...)[0].currency == "USD"


def test_lines_find_their_product_and_orders_their_place():
    bowl = Product.objects.create(sku="BAT-01", name_vi="Bát", name_en="Bowl")

    order, _created = take(location="hanoi")

    assert order.lines.get().product == bowl
    assert order.location == Location.objects.get(code="hanoi")


def test_words_that_no_database_keeps_are_left_out():
    order, _created = take(customer={"name": "La\x00n \ud800", "email": "lan@example.com"})

    assert order.customer.name == "Lan"


def test_it_speaks_the_readers_language():
    with translation.override("en"), pytest.raises(orders.BadOrder, match="total: This is missing"):
        orders.parse(raw(total=...), now=NOW)


def test_a_failed_order_leaves_nothing(monkeypatch):
    def fail(pairs):
        raise ZeroDivisionError

    monkeypatch.setattr(purchases, "_add_lines", fail)
    with pytest.raises(ZeroDivisionError):
        take()

    assert not Order.objects.exists()
    assert not Event.objects.exists()


def test_a_consent_comes_with_the_order_and_once():
    """L14: for mail with a reward, under the wording that was shown."""
    order, _new = take(consents=[YES])
    take(consents=[YES, YES])

    consent = order.customer.consents.get()
    assert (consent.order, consent.wording, consent.channel) == (order, "checkout-3", "web")
    assert invitations.may_be_mailed(order.customer)
    assert Event.objects.filter(verb="consent given").count() == 1


def test_an_order_sent_again_gives_back_no_withdrawn_consent():
    order, _new = take(consents=[YES])
    consents.withdraw(order.customer, "advertising", now=NOW)

    take(consents=[YES])
    take(number="A-1002", consents=[YES | {"given_at": "2026-11-09T08:00:00+07:00"}])

    assert not invitations.may_be_mailed(order.customer)


def test_a_consent_is_that_of_who_the_customer_became():
    order, _new = take()
    lan = factories.customer("Lan Anh")
    Customer.objects.filter(pk=order.customer_id).update(merged_into=lan)

    take(consents=[YES])

    assert lan.consents.count() == 1


@pytest.mark.parametrize(
    ("zone", "written", "moment"),
    [
        ("Europe/Berlin", "2025-10-26 02:30", "2025-10-26T00:30:00+00:00"),  # there twice: the first
        ("Europe/Berlin", "2026-03-29 02:30", "2026-03-29T01:30:00+00:00"),  # skipped by the clock
        ("Asia/Ho_Chi_Minh", "2024-02-29", "2024-02-28T17:00:00+00:00"),
        ("America/New_York", "2025-11-02T01:30:00-05:00", "2025-11-02T06:30:00+00:00"),
    ],
)
def test_clocks_that_change_and_leap_days_are_read(zone, written, moment):
    factories.a_shop(zone=zone)

    assert take(placed_at=written)[0].placed_at.astimezone(UTC).isoformat() == moment


@pytest.mark.parametrize(
    ("refunds", "field"),
    [
        ([{"external_id": "1", "amount": "450001"}], "refunds[1].amount"),
        ([{"external_id": "1", "amount": "300000"}, {"external_id": "2", "amount": "150001"}],
         "refunds[2].amount"),
        ([{"amount": "450001"}], "refunds[1].amount"),
        ([{"amount": "90000"}, {"external_id": "1", "amount": "90000"}, {"amount": "20000"}],
         "refunds[3].external_id"),
    ],
)  # fmt: skip
def test_refunds_that_cannot_be_name_the_field(refunds, field):
    with pytest.raises(orders.BadOrder) as bad:
        take(refunds=refunds)

    assert bad.value.field == field
    assert not Order.objects.exists()


def test_all_of_an_order_may_be_paid_back_and_a_sum_beside_single_refunds_does_not_count():
    one, two = {"external_id": "1", "amount": "300000"}, {"external_id": "2", "amount": "150000"}
    take(refunds=[{"amount": "450000"}])
    take(refunds=[one, two, {"amount": "450000"}])
    take(refunds=[one | {"amount": "290000"}, one, two])

    assert sum(Refund.objects.values_list("amount", flat=True)) == 450_000


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"refunds": [{"external_id": "2", "amount": "100000"}]}, "refunds"),
        ({"refunds": [{"external_id": "1", "amount": "440000"}], "total": "430000"}, "refunds[1].amount"),
        ({"total": "399999"}, "total"),
    ],
)
def test_refunds_known_before_count_too(changes, field):
    take(refunds=[{"external_id": "1", "amount": "400000"}])
    with pytest.raises(orders.BadOrder) as bad:
        take(**changes)

    assert bad.value.field == field
    assert (Order.objects.get().total, Refund.objects.get().amount) == (450_000, 400_000)
    take(total="400000")
    take(total="500000", refunds=[{"external_id": "2", "amount": "100000"}])
    assert sum(Refund.objects.values_list("amount", flat=True)) == 500_000


def test_what_the_earliest_order_leaves_out_another_of_the_same_batch_says():
    """The number is known: a call-back can be promised."""
    ones = [
        raw(number="1", placed_at="2026-11-01", customer={"email": "lan@example.com"}),
        raw(number="2", placed_at="2026-11-03", customer={"email": "lan@example.com", "name": "Chị Lan",
                                                          "phone": "+84900000013"}),
        raw(number="3", placed_at="2026-11-02", customer={"email": "lan@example.com",
                                                          "phone": "+84900000012"}),
    ]  # fmt: skip
    purchases.take_many([orders.parse(one, now=NOW) for one in ones], now=NOW)

    lan = Customer.objects.get()
    assert (lan.name, lan.phone) == ("Chị Lan", "+84900000012")
    assert lan.since == Order.objects.get(number="1").placed_at


def test_what_orders_say_of_a_customer_is_written_after_every_order_was_locked():
    """C8: an erasure locks orders, then their customer; the other way round each waits for the other. The
    order named twice in one batch is locked for its second word."""
    lan = factories.customer("", email="lan@example.com")
    said = [raw(placed_at="2020-01-05", customer={"email": lan.email}), raw(number="9", total=2, customer={})]
    said.append(raw(number="9", total=3, customer={"email": lan.email, "name": "Lan"}))
    with CaptureQueriesContext(connection) as asked:
        purchases.take_many([orders.parse(one, now=NOW) for one in said], now=NOW)

    of_orders = [
        place
        for place, one in enumerate(asked)
        if '"feedback_order"."id" IN' in one["sql"] or '"feedback_order"."id" = ANY' in one["sql"]
    ]
    of_people = [place for place, one in enumerate(asked) if "UPDATE feedback_customer SET" in one["sql"]]
    assert of_orders
    assert of_people
    assert max(of_orders) < min(of_people)
    lan.refresh_from_db()
    assert lan.since == Order.objects.get(number=said[0]["number"]).placed_at


def test_a_later_order_or_word_fills_what_is_blank_and_overwrites_nothing():
    take(number="1", customer={"email": "lan@example.com"})
    take(number="2", customer={"email": "lan@example.com", "name": "Lan"})
    take(number="1", customer={"email": "lan@example.com", "name": "Loan", "phone": "+84900000012"})
    take(number="3", customer={"email": "lan@example.com", "name": "Liên", "phone": "+84900000013"})

    lan = Customer.objects.get()
    assert (lan.name, lan.phone) == ("Lan", "+84900000012")


def test_an_older_word_fills_nothing():
    take(updated_at="2026-11-12", customer={"email": "lan@example.com"})
    take(updated_at="2026-11-11", customer={"email": "lan@example.com", "phone": "+84900000012"})

    assert Customer.objects.get().phone == ""


def test_the_number_of_whoever_a_card_was_lent_to_is_not_its_owners():
    lan = factories.customer("Lan", email="lan@example.com")
    Card.objects.create(customer=lan, number="100000000008", issued_at=NOW)
    take(card_number="100000000008", customer={"email": "an@example.com", "phone": "+84900000012"})

    assert Order.objects.get().customer == lan
    lan.refresh_from_db()
    assert lan.phone == ""


def test_an_order_moves_when_its_source_names_somebody_else():
    """And only then: an address that the customer changed here is not undone."""
    take(customer={"email": "lan@example.com"})
    order, _new = take(customer={"email": "hoa@example.com"})
    assert order.customer.email == "hoa@example.com"
    assert not Customer.objects.filter(email="lan@example.com").exists()
    Customer.objects.update(email="new@example.com")

    order, _new = take(customer={"email": "hoa@example.com"}, total="440000")

    assert (order.total, order.customer.email) == (440_000, "new@example.com")


def test_who_left_with_an_order_stays_if_something_is_left():
    first, _new = take(customer={"email": "lan@example.com"})
    take(number="A-2", customer={"email": "lan@example.com"})

    take(customer={"email": "hoa@example.com"})

    assert first.customer.orders.count() == 1


def test_an_older_word_changes_nothing():
    take(total="440000", updated_at="2026-11-12T10:00:00+07:00")

    order, _new = take(total="450000", updated_at="2026-11-11T10:00:00+07:00")

    assert order.total == 440_000


def test_refunds_come_with_the_order_each_once():
    """The sum, until single ones are named."""
    take(refunds=[{"amount": "10000"}])
    order, _new = take(refunds=[{"amount": "30000"}])
    assert order.refunds.get().amount == 30_000

    for _again in range(2):
        take(refunds=[{"amount": "20000", "external_id": "r1"}, {"amount": "10000", "external_id": "r2"}])

    assert sorted(order.refunds.values_list("external_id", "amount")) == [("r1", 20_000), ("r2", 10_000)]


def test_a_number_and_an_id_of_two_orders_are_refused():
    take(number="A-1", external_id="1")
    take(number="A-2", external_id="2")

    with pytest.raises(orders.BadOrder) as refused:
        take(number="A-2", external_id="1")

    assert refused.value.field == "external_id"
