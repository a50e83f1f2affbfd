"""One customer twice: made one, and parted again (S2-2, S2-7)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from feedback import buyers, cards, consents, journal, merging, value
from feedback.models import Card, Comment, Consent, Customer, Defection, Erasure, Event, Order
from surveys.models import Invitation
from tests.factories import NOW, a_shop, case, customer, defection, order, read_comment, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_shop():
    return a_shop()


@pytest.fixture
def lan():
    return customer("Nguyễn Lan", email="lan@example.com", since=NOW - timedelta(days=300))


@pytest.fixture
def again():
    return customer("Nguyễn Lan", email="lan.nguyen@example.com", phone="+84900000012")


def agree(who, at=NOW, **columns):
    given = consents.Given(purpose="advertising", wording="1", channel="counter", given_at=at)
    consents.note(who, given)
    if columns:
        Consent.objects.filter(customer=who).update(**columns)


def test_every_row_of_a_customer_goes_along_or_stays_on_purpose():
    """A new table that names customers fails here until somebody decides."""
    moving = {f"{one.model._meta.label}.{one.name}" for one in merging.belonging()}

    assert moving == {
        "feedback.Card.customer",
        "feedback.Case.customer",
        "feedback.Comment.customer",
        "feedback.Consent.customer",
        "feedback.Contact.customer",
        "feedback.Customer.merged_into",
        "feedback.Defection.customer",
        "feedback.Order.customer",
        "surveys.Invitation.customer",
    }


def test_what_was_of_two_is_of_one(lan, again):
    """S2-7: one value, one story."""
    bought = order(again, total=Decimal(300_000))
    order(lan, total=Decimal(200_000))
    said = read_comment(customer=again, order=bought)
    opened = case(said)

    merging.merge(again, lan, by=user("manager", "Huy"))

    assert value.lifetime_values([lan.pk, again.pk]) == {lan.pk: Decimal(500_000)}
    assert {
        one.customer_id for one in (Order.objects.get(pk=bought.pk), Comment.objects.get(pk=said.pk))
    } == {lan.pk}
    opened.refresh_from_db()
    lan.refresh_from_db()
    assert opened.customer_id == lan.pk
    assert lan.phone == "+84900000012"  # what was lacking
    assert lan.email == "lan@example.com"
    assert lan.since == bought.placed_at


def test_an_order_under_the_old_address_finds_them(lan, again):
    merging.merge(again, lan)

    assert buyers._rows("email", ["lan.nguyen@example.com"]) == {"lan.nguyen@example.com": (lan.pk, False)}


def test_parted_again_each_has_their_own(lan, again):
    nameless = customer("", email="", since=NOW)
    merging.merge(nameless, again)
    theirs, ours = order(again), order(lan)
    merging.merge(again, lan)
    since_then = order(lan)

    merging.part(again)

    owners = dict(Order.objects.values_list("pk", "customer"))
    assert owners == {theirs.pk: again.pk, ours.pk: lan.pk, since_then.pk: lan.pk}
    again.refresh_from_db(), lan.refresh_from_db(), nameless.refresh_from_db()
    assert (again.merged_into_id, again.phone, lan.phone) == (None, "+84900000012", "")
    assert nameless.merged_into_id == again.pk
    assert journal.verify() is None


def test_an_address_goes_over_where_there_was_none(again):
    nameless = customer("", email="", phone="+84900000012")
    merging.merge(again, nameless)
    nameless.refresh_from_db()
    assert (nameless.email, nameless.name) == ("lan.nguyen@example.com", "Nguyễn Lan")

    merging.part(again)

    nameless.refresh_from_db(), again.refresh_from_db()
    assert (nameless.email, again.email) == ("", "lan.nguyen@example.com")


def test_a_no_is_not_outweighed_by_the_others_yes(lan, again):
    """L14."""
    agree(lan, at=NOW - timedelta(days=9), withdrawn_at=NOW)
    agree(again)

    merging.merge(again, lan)

    assert consents.standing(lan, "advertising") is None
    assert not Invitation.objects.exists()


def test_an_agreement_goes_along_where_nobody_asked(lan, again):
    agree(again)

    merging.merge(again, lan)

    assert consents.standing(lan, "advertising") is not None


def test_what_only_one_can_have_stays_with_its_name(lan, again):
    """Two cards in use; two defections after one day."""
    Card.objects.create(customer=lan, number="100000000008", issued_at=NOW)
    theirs = Card.objects.create(customer=again, number="100000000016", issued_at=NOW)
    defection(lan), defection(again)

    merging.merge(again, lan)

    theirs.refresh_from_db()
    assert theirs.customer_id == again.pk
    assert Defection.objects.filter(customer=again).exists()
    assert cards.find("100000000016").customer.merged_into == lan


@pytest.mark.parametrize("state", ["self", "merged", "erased", "erasing"])
def test_it_refuses_what_cannot_be_one(lan, again, state):
    if state == "merged":
        merging.merge(again, lan)
    if state == "erased":
        Customer.objects.filter(pk=again.pk).update(erased_at=NOW)
    if state == "erasing":
        Erasure.objects.create(customer=again, how="page", asked_at=NOW)
    events = Event.objects.count()

    with pytest.raises(merging.CannotMerge):
        merging.merge(lan if state == "self" else again, lan)

    assert Event.objects.count() == events


def test_who_was_never_merged_is_not_parted(lan):
    with pytest.raises(merging.CannotMerge):
        merging.part(lan)


def test_who_may_be_the_same_is_told_surest_first(lan, again):
    by_phone = customer("Chị Lan", email="", phone="+84900000012")
    customer("Lan", phone="+84900000013")

    with translation.override("en"):
        found = [(one.customer, str(one.why)) for one in merging.alike(again)]

    assert found == [(by_phone, "the same phone number"), (lan, "the same name")]


@pytest.fixture
def manager(client):
    client.force_login(user("manager", "Huy"))
    client.cookies["django_language"] = "en"
    return client


def test_a_manager_makes_them_one_and_parts_them(manager, lan, again):
    address = f"/customers/{again.public_id}/merge/"
    assert "the same name" in manager.get(address).content.decode()
    assert "Who stays?" in manager.get(address, {"with": lan.public_id}).content.decode()
    assert "lan@example.com" in manager.get(address, {"q": "lan@"}).content.decode()

    done = manager.post(address, {"with": lan.public_id, "keep": lan.public_id}, follow=True)

    assert done.redirect_chain[-1][0] == f"/customers/{lan.public_id}/"
    assert "Also here as Nguyễn Lan" in done.content.decode()
    parted = manager.post(f"/customers/{again.public_id}/part/", follow=True)
    assert "two customers again" in parted.content.decode()


@pytest.mark.parametrize("sent", [{}, {"with": "nobody"}, {"with": "a\x00b"}, {"with": "'; --"}])
def test_nobody_is_merged_with_nobody(manager, lan, sent):
    page = manager.post(f"/customers/{lan.public_id}/merge/", sent)

    assert page.status_code == 200
    assert not Customer.objects.exclude(merged_into=None).exists()


def test_a_press_too_late_is_told(manager, lan, again):
    merging.merge(again, lan)

    late = manager.post(f"/customers/{again.public_id}/merge/", {"with": lan.public_id}, follow=True)

    assert "One of them was merged just before." in late.content.decode()
