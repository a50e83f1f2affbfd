"""Contacts: each once, what becomes known later added, and totals that always equal a recount (S0-9)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback import contact_totals, contacts, shop
from feedback.contacts import Outcome, Told
from feedback.models import Contact, ContactReason, ContactTotal, Event, Location, StaffedHour
from tests import factories
from tests.factories import a_shop, user

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 3, 15, tzinfo=UTC)  # Monday, 10:15 in Việt Nam
NOW = datetime(2026, 11, 29, 7, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _shop():
    a_shop()


def told(**given):
    return Told(**{"at": AT, "channel": "phone", "reason": "delivery"} | given)


def total(**where):
    where = {"dimension": "*", "reason": "delivery"} | where
    return (
        ContactTotal.objects.filter(**where, n__gt=0)
        .values("n", "known", "satisfied", "waited", "seconds")
        .first()
    )


def test_a_contact_counts_in_its_hour_of_the_shops_day():
    contacts.take_many([told(waited_seconds=140, satisfied=True), told(satisfied=False), told()])

    row = ContactTotal.objects.get(dimension="*")
    assert (str(row.day), row.hour, row.reason) == ("2026-11-23", 10, "delivery")
    assert (row.n, row.known, row.satisfied, row.waited, row.seconds) == (3, 2, 1, 1, 140)
    assert (row.known_2, row.satisfied_2) == (1, 1)  # two to five minutes
    assert total(dimension="channel", value="phone")["n"] == 3


def test_the_same_id_again_is_the_same_contact():
    first = contacts.take_many([told(external_id="c1"), told(external_id="c2")])
    again = contacts.take_many([told(external_id="c1"), told(external_id="c3")])

    assert (first, again) == ([Outcome.CREATED] * 2, [Outcome.UNCHANGED, Outcome.CREATED])
    assert (Contact.objects.count(), total()["n"]) == (3, 3)


def test_what_becomes_known_later_is_added_and_nothing_is_forgotten():
    contacts.take_many([told(external_id="c1", waited_seconds=30)])

    outcome = contacts.take_many([told(external_id="c1", satisfied=False)])

    row = Contact.objects.get()
    assert (outcome, row.satisfied, row.waited_seconds) == ([Outcome.UPDATED], False, 30)
    assert total() == {"n": 1, "known": 1, "satisfied": 0, "waited": 1, "seconds": 30}


def test_a_contact_that_moves_to_another_hour_leaves_the_first():
    contacts.take_many([told(external_id="c1", satisfied=True)])

    contacts.take_many([told(external_id="c1", at=AT + timedelta(hours=5), reason="return")])

    assert total() is None
    assert contact_totals.kept() == contact_totals.recount()


def test_one_list_may_name_a_contact_twice():
    outcomes = contacts.take_many([told(external_id="c1"), told(external_id="c1", satisfied=True)])

    assert outcomes == [Outcome.UNCHANGED, Outcome.CREATED]
    assert Contact.objects.get().satisfied is True


def test_what_we_began_is_kept_and_counts_in_no_figure():
    contacts.take_many([told(is_outgoing=True)])

    assert Contact.objects.count() == 1
    assert not ContactTotal.objects.exists()


ONES = st.builds(
    Told,
    at=st.integers(0, 60).map(lambda hours: AT + timedelta(hours=hours)),
    channel=st.sampled_from(["phone", "email"]),
    reason=st.sampled_from(["delivery", "return"]),
    waited_seconds=st.none() | st.integers(0, 2000),
    satisfied=st.none() | st.booleans(),
    is_outgoing=st.booleans(),
    external_id=st.sampled_from(["", "a", "b", "c"]),
)


@given(st.lists(st.lists(ONES, max_size=6), max_size=4))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_the_totals_equal_a_recount(batches):
    for batch in batches:
        contacts.take_many(batch)

    assert contact_totals.kept() == contact_totals.recount()
    Contact.objects.all().delete()
    ContactTotal.objects.all().delete()


def test_the_totals_can_be_written_anew():
    contacts.take_many([told(satisfied=True)])
    ContactTotal.objects.update(n=7)

    contact_totals.rebuild()

    assert contact_totals.kept() == contact_totals.recount()


def test_who_noted_it_may_take_it_back_for_a_while():
    bao = user("staff", "Bảo")
    made = contacts.note(told(satisfied=True), by=bao)

    assert contacts.noted_lately(made, minutes=15)
    contacts.take_back(made, by=user("staff", "Thu"))
    assert Contact.objects.exists()
    contacts.take_back(made, by=bao)

    assert not Contact.objects.exists()
    assert contact_totals.kept() == {}
    verbs = set(Event.objects.filter(subject=f"feedback.contact:{made.pk}").values_list("verb", flat=True))
    assert verbs == {"contact noted", "contact taken back"}


def test_a_reason_is_known_by_its_slug_and_by_either_name():
    found = contacts.reasons_of(["delivery", "Giao hàng", "giao hang", "DELIVERY", "Bảo hành"])

    assert set(found.values()) == {"delivery", "bao-hanh"}
    assert ContactReason.objects.get(slug="bao-hanh").name_vi == "Bảo hành"


def test_a_shop_has_so_many_reasons_at_most():
    """A column of free words must not become a thousand reasons."""
    names = [f"reason {number}" for number in range(contacts.MOST_REASONS)]

    with pytest.raises(contacts.TooManyReasons):
        contacts.reasons_of(names)
    assert ContactReason.objects.count() == 8


def test_what_is_said_of_an_hour_later_replaces_what_was_said():
    here = Location.objects.create(code="ha-noi", name_vi="Hà Nội", name_en="Hà Nội")
    at = contacts.hour_of(AT)

    assert contacts.staff_hours({(at, None): Decimal(2), (at, here.pk): Decimal(1)}) == 2
    assert contacts.staff_hours({(at, None): Decimal(3), (at, here.pk): Decimal(1)}) == 1

    assert sorted(StaffedHour.objects.values_list("people", flat=True)) == [1, 3]
    assert at.astimezone(shop.zone()).hour == 10


@pytest.fixture
def late():
    """`late(…)`: an order of Lan's that should have been there three days ago."""
    lan = factories.customer("Lan")

    def make(**given):
        given = {"promised_on": shop.day(NOW) - timedelta(days=3), "delivered_on": None} | given
        return factories.order(lan, **given)

    return make


def test_a_late_order_of_which_nobody_spoke_is_one_to_call_about(late):
    order = late()

    assert list(contacts.late_orders(NOW)) == [order]


@pytest.mark.parametrize(
    "given",
    [
        {"delivered_on": shop.day},
        {"cancelled_at": lambda now: now},
        {"promised_on": lambda now: shop.day(now)},
        {"promised_on": lambda now: shop.day(now) - timedelta(days=60)},
        {"promised_on": lambda now: None},
    ],
)
def test_others_are_not(late, given):
    late(**{name: make(NOW) for name, make in given.items()})

    assert not contacts.late_orders(NOW).exists()


@pytest.mark.parametrize("word", ["call", "comment", "case"])
def test_once_somebody_spoke_it_is_no_longer_on_the_list(late, word):
    order = late()
    if word == "call":
        contacts.take_many([told(order_id=order.pk, is_outgoing=True)])
    else:
        about = factories.read_comment("Chưa thấy hàng.", order=order, customer=order.customer)
        if word == "case":
            factories.case(about)
            type(about).objects.filter(pk=about.pk).update(order=None)

    assert not contacts.late_orders(NOW).exists()
