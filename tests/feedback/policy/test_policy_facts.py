"""What may be a fact, and what may not."""

from decimal import Decimal

import pytest

from feedback.policy.facts import NAMES, BadFacts, Facts

ALLOWED = {
    "problem", "fault", "fault_from", "investigated", "standing", "lifetime_value", "order_value", "margin",
    "currency", "dispute", "statutory_right", "promise_broken", "earlier_concessions", "source_allows",
}  # fmt: skip


def test_it_has_no_place_for_a_threat_or_a_person():
    """S3-4, L19: a new field needs an argument here first."""
    assert set(NAMES) == ALLOWED


@pytest.mark.parametrize(
    "name",
    [
        "leverage",
        "stars",
        "sentiment",
        "tone",
        "archetype",
        "language",
        "name",
        "address",
        "gender",
        "district",
    ],
)
def test_it_refuses_what_no_decision_may_look_at(name):
    with pytest.raises(BadFacts) as refused:
        Facts.from_dict({"problem": "late", name: "x"})

    assert refused.value.field == name


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("problem", "rude"),
        ("fault", "both"),
        ("fault_from", "rumour"),
        ("standing", "gold"),
        ("dispute", "maybe"),
        ("statutory_right", "apology"),
        ("order_value", -1),
        ("order_value", "NaN"),
        ("order_value", "1e400"),
        ("lifetime_value", "a lot"),
        ("lifetime_value", True),
        ("margin", float("inf")),
        ("margin", []),
        ("margin", "1e-40"),
        ("currency", "dong"),
        ("currency", None),
        ("investigated", "yes"),
        ("promise_broken", 1),
        ("earlier_concessions", -1),
        ("earlier_concessions", True),
        ("earlier_concessions", "2"),
        ("source_allows", "public_reply"),
        ("source_allows", ["telegram"]),
        ("source_allows", [{}]),
    ],
)
def test_it_names_the_field_that_cannot_be(field, value):
    with pytest.raises(BadFacts) as refused:
        Facts.from_dict({"problem": "late", field: value})

    assert refused.value.field == field


def test_it_needs_a_problem():
    with pytest.raises(BadFacts, match="problem: is missing"):
        Facts.from_dict({})


def test_it_has_one_hash_for_one_meaning():
    one = Facts.from_dict({"problem": "late", "order_value": 250000, "source_allows": ["public_reply"]})
    other = Facts.from_dict(
        {"source_allows": ["public_reply"], "order_value": "250000.00", "problem": "late"}
    )

    assert one == other
    assert one.digest == other.digest
    assert one.digest != Facts.from_dict({"problem": "late", "order_value": 250001}).digest


def test_it_can_be_kept_and_read_again():
    facts = Facts(
        problem="late", lifetime_value=Decimal("12.5"), statutory_right="refund", earlier_concessions=2
    )

    assert facts.as_dict()["lifetime_value"] == "12.5"
    assert Facts.from_dict(facts.as_dict()) == facts
