"""What may be a fact, and what may not."""

import ast
import dataclasses
import re
from decimal import Decimal
from pathlib import Path

import pytest

import feedback.policy.facts
from feedback.policy.facts import NAMES, BadFacts, Facts, Problem
from feedback.policy.terms import Sums, Terms
from feedback.policy.written import changes

POLICY = Path(feedback.policy.facts.__file__).parent

ALLOWED = {
    "problem", "fault", "fault_from", "investigated", "standing", "lifetime_value", "order_value", "margin",
    "currency", "dispute", "statutory_right", "promise_broken", "earlier_concessions", "source_allows",
}  # fmt: skip


def test_it_has_no_place_for_a_threat_or_a_person():
    """S3-4, L19: a new field needs an argument here first."""
    assert set(NAMES) == ALLOWED


# What must never decide about a person, or stand in for it (L19), nor how or where they said it.
BARRED = re.compile(
    "leverage|threat|stars?|rating|sentiment|feeling|tone|mood|insult|archetype|language|lang|dialect|accent"
    "|name|address|district|postcode|zip|city|gender|sex|age|birth|religion|ethnic|race|nation|disab|health"
    "|pregnan|marital|family|politic|union|follower|influen|channel|source_kind"
)
PARTS = re.compile("[_.]")


def barred(names):
    """The names that a rule may not look at: by their parts, so that `stage` is not taken for an age."""
    return [name for name in names if any(BARRED.fullmatch(part) for part in PARTS.split(name))]


def fields_of_rules():
    """Facts, Terms and Sums, and every place in the policy that we ship."""
    places = [change.path for change in changes({}, Terms.shipped().as_dict())]
    return [*NAMES, *(field.name for kind in (Terms, Sums) for field in dataclasses.fields(kind)), *places]


def test_no_rule_has_a_field_for_what_must_not_decide():
    """L19: the linter on the fields of rules."""
    about = [name for name in fields_of_rules() if name.rpartition(".")[2] not in set(Problem)]

    assert barred(about) == []


@pytest.mark.parametrize(
    "name",
    ["leverage", "stars", "star", "sentiment", "tone", "archetype", "language", "gender", "customer_name",
     "home_district", "age", "religion", "goodwill.by_gender"],
)  # fmt: skip
def test_the_linter_knows_what_it_looks_for(name):
    assert barred([name]) == [name]


def test_rules_read_only_facts_that_are_there():
    """Whatever a rule asks `facts` for is one of the fields above."""
    for path in POLICY.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "facts":
                assert node.attr in {*ALLOWED, "as_dict", "digest"}, f"{path.name}: facts.{node.attr}"


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
