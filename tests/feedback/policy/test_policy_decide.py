"""The steps of the policy, one table a step."""

from dataclasses import replace
from decimal import Decimal

import pytest

from feedback.policy.decide import decide, goodwill_limit
from feedback.policy.decision import Decision, Rule
from feedback.policy.facts import Facts, Problem
from feedback.policy.terms import Terms

TERMS = Terms.shipped()
FULL = {"replacement", "refund", "redo"}


def facts(**given) -> Facts:
    return Facts.from_dict({"problem": "other"} | given)


def answer(**given) -> Decision:
    return decide(facts(**given), TERMS)


def kinds(decision: Decision) -> set[str]:
    return {remedy.kind for remedy in decision.remedies}


@pytest.mark.parametrize("problem", list(Problem))
@pytest.mark.parametrize("standing", ["valued", "regular", "unknown"])
def test_it_puts_our_own_fault_right_in_full(problem, standing):
    """S3-1."""
    decision = answer(
        problem=problem, fault="ours", fault_from="record", standing=standing, lifetime_value=-5
    )

    assert decision.rule == Rule.OWN_FAULT
    assert kinds(decision) >= FULL
    assert all(remedy.share == 1 and remedy.limit is None for remedy in decision.remedies)
    assert not decision.refusal


def test_it_treats_the_carriers_fault_as_ours_once_investigated():
    before, after = (
        answer(problem="late", fault="carrier"),
        answer(problem="late", fault="carrier", investigated=True),
    )

    assert before.rule == Rule.INVESTIGATE
    assert before.investigate_within == TERMS.search_days["late"]
    assert after.rule == Rule.OWN_FAULT
    assert kinds(after) >= FULL


def test_it_finds_out_before_it_judges():
    decision = answer(
        problem="delivered_not_received", fault="unknown", standing="valued", lifetime_value=9_000_000
    )

    assert decision.rule == Rule.INVESTIGATE
    assert decision.investigate_within == 4
    assert not decision.remedies
    assert not decision.refusal


@pytest.mark.parametrize("problem", ["wrong_address", "delivered_not_received", "terms_not_read"])
@pytest.mark.parametrize("fault", ["customer", "none"])
def test_it_takes_care_of_a_valued_customer(problem, fault):
    """S3-2, S3-3."""
    decision = answer(
        problem=problem,
        fault=fault,
        standing="valued",
        lifetime_value=7_000_000,
        order_value=300_000,
        fault_from="record",
    )

    assert decision.rule == Rule.GOODWILL
    assert decision.remedies
    assert all(remedy.limit <= Decimal(300_000) for remedy in decision.remedies)


@pytest.mark.parametrize("standing", ["regular", "unknown"])
@pytest.mark.parametrize(
    "problem", ["wrong_address", "delivered_not_received", "terms_not_read", "change_of_mind"]
)
def test_it_gives_others_the_standard_answer_with_alternatives(problem, standing):
    """S1-10, S3-3, L18."""
    decision = answer(problem=problem, fault="customer", standing=standing, order_value=300_000)

    assert decision.rule == Rule.STANDARD
    assert decision.refusal
    assert decision.needs_approver
    assert decision.alternatives
    assert not decision.remedies


def test_it_treats_a_fault_that_stays_unknown_as_nobodys():
    decision = answer(
        problem="delivered_not_received", fault="unknown", investigated=True, standing="regular"
    )

    assert decision.rule == Rule.STANDARD


@pytest.mark.parametrize("fault", ["ours", "carrier", "customer", "unknown", "none"])
@pytest.mark.parametrize("dispute", ["open", "claimed"])
def test_it_offers_nothing_beside_a_dispute(fault, dispute):
    """S3-5."""
    decision = answer(
        problem="damaged",
        fault=fault,
        dispute=dispute,
        standing="valued",
        statutory_right="refund",
        promise_broken=True,
    )

    assert decision.rule == Rule.DISPUTE
    assert not decision.concedes
    assert not decision.alternatives
    assert not decision.keep_promise


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ({"fault": "ours"}, "accept"),
        ({"fault": "carrier", "investigated": True}, "accept"),
        ({"fault": "customer", "statutory_right": "refund"}, "accept"),
        ({"fault": "customer"}, "contest"),
        ({"fault": "unknown"}, "contest"),
    ],
)
def test_it_advises_on_an_open_dispute(given, advice):
    decision = answer(dispute="open", **given)

    assert decision.dispute_advice == advice
    assert decision.needs_approver == (advice == "contest")


def test_it_goes_on_as_before_when_the_dispute_is_closed():
    assert answer(fault="ours", dispute="closed") == answer(fault="ours")


@pytest.mark.parametrize("right", ["refund", "replacement", "repair", "price_reduction"])
@pytest.mark.parametrize("fault", ["ours", "carrier", "customer", "unknown", "none"])
def test_it_never_gives_less_than_the_law(right, fault):
    """L13."""
    decision = answer(problem="defective", fault=fault, statutory_right=right, standing="regular")

    assert decision.rule == Rule.STATUTORY_RIGHT
    assert decision.remedies[0].kind == right
    assert not decision.refusal


def test_it_gives_more_than_the_law_where_the_fault_is_ours():
    decision = answer(problem="defective", fault="ours", fault_from="person", statutory_right="repair")

    assert kinds(decision) >= FULL | {"repair"}


@pytest.mark.parametrize("dispute", ["none", "open", "claimed", "closed"])
@pytest.mark.parametrize("fault", ["ours", "customer", "unknown", "none"])
def test_it_adds_safety_to_whatever_matches(dispute, fault):
    assert answer(problem="safety", fault=fault, dispute=dispute).safety
    assert not answer(problem="late", fault=fault, dispute=dispute).safety


def test_it_thanks_where_nothing_is_wrong():
    decision = answer(problem="none", fault="none")

    assert decision.rule == Rule.NO_PROBLEM
    assert not decision.refusal
    assert not decision.remedies


def test_it_still_owes_a_broken_promise():
    decision = answer(problem="wrong_address", fault="customer", standing="regular", promise_broken=True)

    assert decision.keep_promise
    assert {owed.what for owed in decision.commitments} == {"carry_out", "keep_promise"}


@pytest.mark.parametrize(
    ("fault_from", "confirm"), [("text", True), ("none", True), ("record", False), ("person", False)]
)
def test_it_grants_nothing_on_the_customers_word_alone(fault_from, confirm):
    decision = answer(problem="damaged", fault="ours", fault_from=fault_from)

    assert decision.confirm_fault is confirm
    assert decision.remedies


def test_it_wants_an_approver_above_the_limit():
    at, above = TERMS.money["VND"].staff_limit, TERMS.money["VND"].staff_limit + 1

    assert not answer(fault="ours", order_value=at).needs_approver
    assert answer(fault="ours", order_value=above).needs_approver
    assert answer(fault="ours", order_value=1, currency="JPY").needs_approver


@pytest.mark.parametrize(
    ("given", "limit"),
    [
        ({"lifetime_value": 4_000_000, "order_value": 500_000}, 500_000),  # the order
        (
            {"lifetime_value": 4_000_000, "margin": "120000", "order_value": 500_000},
            120_000,
        ),  # what was earned
        (
            {"lifetime_value": 4_000_000, "margin": "0.1", "order_value": 500_000},
            400_000,
        ),  # margin as a share
        ({"lifetime_value": 40_000_000, "order_value": 9_000_000}, 1_500_000),  # the policy's ceiling
        ({"lifetime_value": 4_000_000, "margin": "-1", "order_value": 500_000}, 0),  # nothing was earned
        ({"order_value": 500_000}, 0),  # no orders known
        ({"lifetime_value": 4_000_000, "currency": "JPY"}, 0),  # no sums in this currency
    ],
)
def test_it_keeps_goodwill_within_what_was_earned(given, limit):
    """S3-3, S3-6."""
    assert goodwill_limit(facts(**given), TERMS) == limit


def test_it_declines_goodwill_that_would_cost_more_than_was_earned():
    decision = answer(
        problem="wrong_address",
        fault="customer",
        standing="valued",
        lifetime_value=4_000_000,
        margin="-300000",
        order_value=10**6,
    )

    assert decision.reason == "standard_at_limit"
    assert decision.alternatives


def test_it_declines_goodwill_once_the_window_is_used_up():
    given = {
        "problem": "wrong_address",
        "fault": "customer",
        "standing": "valued",
        "lifetime_value": 9_000_000,
    }

    assert answer(**given, earlier_concessions=TERMS.earlier_at_most).reason == "standard_used_up"
    assert answer(**given, earlier_concessions=TERMS.earlier_at_most - 1).rule == Rule.GOODWILL


def test_it_rounds_a_credit_down_to_a_sum_one_says_aloud():
    decision = answer(
        fault="customer", standing="valued", lifetime_value=3_000_000, margin="54321", order_value=90_000
    )

    assert [remedy.amount for remedy in decision.remedies] == [Decimal(54_000)]


def test_it_can_be_kept_and_read_again():
    decision = answer(problem="wrong_address", fault="customer", standing="valued", lifetime_value=9_000_000)

    assert Decision.from_dict(decision.as_dict()) == decision
    assert Decision.from_dict(decision.as_dict()).digest == decision.digest


def test_it_says_which_policy_decided():
    changed = Terms.from_dict(TERMS.as_dict() | {"version": "2"})

    assert decide(facts(fault="ours"), changed) == replace(answer(fault="ours"), policy_version="2")


def with_equal_sums(first: str, second: str) -> Terms:
    """The shipped policy with the sums of one currency for another."""
    data = TERMS.as_dict()
    return Terms.from_dict(data | {"money": {first: data["money"][first], second: data["money"][first]}})


def but_for_the_unit(decision: Decision) -> dict:
    data = decision.as_dict()
    return data | {"remedies": [one | {"currency": None} for one in data["remedies"]]}


@pytest.mark.parametrize("dispute", ["none", "open", "closed"])
@pytest.mark.parametrize("right", [None, "refund"])
@pytest.mark.parametrize("standing", ["valued", "regular", "unknown"])
@pytest.mark.parametrize("fault", ["ours", "carrier", "customer", "unknown", "none"])
def test_a_currency_is_the_unit_of_sums_and_sways_nothing(fault, standing, right, dispute):
    """Decision 3: where both currencies have the same sums, every answer is the same but for its unit."""
    terms = with_equal_sums("USD", "EUR")
    for problem in Problem:
        for order_value, lifetime_value in ((None, None), (5, 0), (40, 900), (4000, 90_000)):
            given = {
                "problem": problem, "fault": fault, "fault_from": "record", "standing": standing,
                "statutory_right": right, "dispute": dispute, "order_value": order_value,
                "lifetime_value": lifetime_value,
            }  # fmt: skip
            in_dollars, in_euros = (decide(facts(**given, currency=code), terms) for code in ("USD", "EUR"))

            assert but_for_the_unit(in_dollars) == but_for_the_unit(in_euros)
            assert in_dollars.needs_approver == in_euros.needs_approver
