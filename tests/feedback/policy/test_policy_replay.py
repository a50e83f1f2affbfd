"""Past facts under another policy: which answers change, and what it costs."""

from decimal import Decimal

import pytest

from feedback.policy.facts import Facts
from feedback.policy.replay import Past, by_threshold, replay
from feedback.policy.terms import Terms

SHIPPED = Terms.shipped()


def terms(**sums):
    data = SHIPPED.as_dict()
    data["money"]["VND"] |= sums
    return Terms.from_dict(data | {"version": "2"})


def past(name="c1", *, customer=1, month="2026-10", **facts):
    known = {
        "problem": "wrong_address",
        "fault": "customer",
        "fault_from": "record",
        "standing": "regular",
        "lifetime_value": Decimal(2_000_000),
        "order_value": Decimal(200_000),
    }
    return Past(facts=Facts(**known | facts), name=name, customer=customer, month=month)


def test_the_same_policy_changes_nothing():
    found = replay([past(), past("c2")], SHIPPED, terms(), "VND")

    assert (found.cases, found.changed, found.spent.before) == (2, 0, found.spent.after)


def test_a_lower_threshold_helps_whom_it_makes_valued():
    """Sent again: 55 % of 200,000 and 35,000 for the parcel."""
    found = replay([past()], SHIPPED, terms(valued_from="1000000"), "VND").as_dict()

    (row,) = found["changes"]
    assert (row["standing"], row["standing_after"]) == ("regular", "valued")
    assert (row["rule"], row["rule_after"], row["remedy_after"]) == ("standard", "goodwill", "send_again")
    assert (row["n"], row["named"], row["differs"]) == (1, ["c1"], "rule")
    assert found["months"] == {"2026-10": {"before": "0", "after": "145000", "unknown": 0}}
    assert found["spent"] == {"before": "0", "after": "145000", "unknown": 0}


@pytest.mark.parametrize(
    ("sums", "facts", "differs"),
    [
        ({"goodwill_at_most": "50000"}, {"problem": "late", "lifetime_value": Decimal(9_000_000)}, "amount"),
        ({"goodwill_at_most": "50000"}, {"lifetime_value": Decimal(9_000_000)}, "choice"),
        ({"staff_limit": "1000"}, {"fault": "ours"}, "approver"),
    ],
)
def test_it_says_what_differs(sums, facts, differs):
    found = replay([past(**facts)], SHIPPED, terms(**sums), "VND")

    assert [key[-1] for key in found.changes] == [differs]


def test_other_working_days_are_another_answer():
    data = SHIPPED.as_dict()
    later = Terms.from_dict(data | {"windows": data["windows"] | {"act": 3}})

    assert [key[-1] for key in replay([past()], SHIPPED, later, "VND").changes] == ["days"]


def test_what_nobody_knows_the_cost_of_is_counted_apart():
    found = replay([past(fault="ours", order_value=None)], SHIPPED, terms(), "VND")

    assert found.spent.as_dict() == {"before": "0", "after": "0", "unknown": 1}


def test_another_currency_counts_as_an_answer_and_not_as_a_cost():
    found = replay([past(fault="ours", currency="USD")], SHIPPED, terms(), "VND")

    assert (found.cases, found.spent.unknown) == (1, 1)


def test_each_threshold_says_what_it_would_have_cost_and_kept():
    """Lan 2 million in two cases, Minh 8 million in one: 25 % of it counts as earned, once each."""
    cases = [past(), past("c2"), past("c3", customer=2, lifetime_value=Decimal(8_000_000))]

    low, high, none = by_threshold(cases, SHIPPED, "VND", [Decimal(0), Decimal(3_000_000), Decimal(10**8)])

    assert (low.cases, low.customers, low.spent) == (3, 2, 3 * 145_000)
    assert (low.earned, low.kept) == (2_500_000, 2_500_000 - 435_000)
    assert (high.cases, high.customers, high.kept) == (1, 1, 2_000_000 - 145_000)
    assert (none.cases, none.spent, none.kept) == (0, 0, 0)


def test_a_threshold_helps_nobody_it_does_not_reach():
    """What is put right anyway, and whose value is not known, has nothing to do with it."""
    cases = [past(fault="ours"), past(lifetime_value=None), past(currency="USD"), past(problem="none")]

    (step,) = by_threshold(cases, SHIPPED, "VND", [Decimal(0)])

    assert step.cases == 0
