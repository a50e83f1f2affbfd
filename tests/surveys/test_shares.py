"""A survey asks how much they buy with us; the definition of defection hears it (S2-1)."""

from datetime import timedelta

import pytest

from feedback import defections, forgetting, leases, merging, wallet
from feedback.defection.rules import Kind, Rule
from feedback.models import Customer, Defection, Order, WalletShare
from surveys import building, definitions, editing, publishing, responses
from surveys.definitions import BadDefinition
from tests.factories import customer, user

pytestmark = pytest.mark.django_db
WORDS = {"vi": "Trong mười lần?", "en": "Of ten times?"}
CHOICES = [{"id": name, "words": {"vi": name, "en": name}} for name in ("most", "half", "few", "none")]
QUESTION = {"id": "wallet", "kind": "choice", "meaning": "share", "words": WORDS, "choices": CHOICES}
ASKS = {"questions": [QUESTION]}


@pytest.fixture
def asked(survey, invite, now):
    publishing.publish(survey, ASKS, now=now)
    return invite()


@pytest.mark.parametrize(("said", "percent"), [("most", 85), ("half", 50), ("few", 20), ("none", 0)])
def test_the_answer_is_noted_of_the_customer(asked, now, said, percent):
    responses.submit(asked, {"wallet": said}, language="vi", now=now)

    row = WalletShare.objects.get()
    assert (row.customer_id, row.percent, row.told_at) == (asked.customer_id, percent, now)


def test_sent_twice_it_is_noted_once(asked, now):
    for _twice in range(2):
        responses.submit(asked, {"wallet": "half"}, language="vi", now=now)

    assert WalletShare.objects.count() == 1


def test_who_did_not_say_has_none(asked, now):
    responses.submit(asked, {}, language="vi", now=now)

    assert not WalletShare.objects.exists()


def test_the_manager_is_told_of_who_buys_half_elsewhere(asked, now):
    """S2-1, S2-3: the rule, the question, the task."""
    buyer = Customer.objects.get(pk=asked.customer_id)
    bought = now - timedelta(days=1)
    Order.objects.create(number="W-1", customer=buyer, placed_at=bought, received_at=now, total=1)
    responses.submit(asked, {"wallet": "half"}, language="vi", now=now)
    defections.define(Rule(kind=Kind.SHARE, share=50, days=365), by=user("manager", "Huy"), now=now)

    leases.run_once(defections.FIND, now)

    row = Defection.objects.get()
    assert row.customer_id == asked.customer_id
    assert defections.pattern_of(row, "en") == "says that of ten times only 5 are with us"


def test_who_was_merged_is_asked_under_the_one_name(the_shop, now):
    lan, again = customer("Lan"), customer("Lan", email="lan.nguyen@example.com")
    wallet.note(again, 20, now=now)
    merging.merge(again, lan)

    assert wallet.told()[:, 0].tolist() == [lan.pk]


def test_it_goes_with_an_erasure(the_shop, now):
    lan, minh = customer("Lan"), customer("Minh")
    wallet.note(lan, 20, now=now), wallet.note(minh, 20, now=now)

    forgetting.first({"feedback.Customer": frozenset([lan.pk])}, now)

    assert [one.customer_id for one in WalletShare.objects.all()] == [minh.pk]


def test_the_question_keeps_the_choices_that_are_counted():
    with pytest.raises(BadDefinition, match="must be few, half, most, none"):
        definitions.load({"questions": [QUESTION | {"choices": CHOICES[:2]}]})


def test_the_builder_lays_the_choices_down():
    assert [one["id"] for one in editing._with_fixed("share", [])] == ["most", "half", "few", "none"]


def test_the_shipped_exit_interview_asks_it():
    asked = publishing.shipped("exit_interview")["questions"]

    assert [one["id"] for one in asked if one.get("meaning") == "share"] == ["share"]


@pytest.mark.parametrize("name", building.TEMPLATES)
def test_no_shipped_survey_asks_anything_else_by_the_scale_of_recommending(name):
    """S4-1: its answers are the NPS of the first page; who has left is asked otherwise about coming back."""
    asked = publishing.shipped(name)["questions"]

    assert all("recommend" in one["words"]["en"] for one in asked if one["kind"] == "scale_10")
