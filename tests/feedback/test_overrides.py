"""Decide otherwise: by role, with reason and cost, never around the law or a dispute; and where it shows."""

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone, translation

from feedback import cases, disputes, message_plans, messages, overrides, shop
from feedback.models import Concession, Decision, Override
from feedback.policy.decision import Decision as Decided
from feedback.reports import divergence
from feedback.roles import Role
from tests import factories
from tests.factories import NOW, a_shop, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop():
    a_shop()


@pytest.fixture
def mai():
    return user(Role.APPROVER, "Mai")


def told(*, problem="change_of_mind", fault="customer", total=Decimal(500_000), **facts):
    lan = factories.customer("Lan")
    about = factories.read_comment(
        reading={"problem": problem, "fault": fault},
        channel="form",
        customer=lan,
        order=factories.order(lan, total=total),
    )
    case = factories.case(about)
    cases.decide_many([about], NOW, cases={about.pk: case})
    for name, value in ({"fault": fault} | facts).items():
        cases.correct_fact(about, name, value, reason="We looked.", by=user())
    return case


def decision_of(case):
    return Decision.objects.select_related("policy").get(comment=case.comment_id, is_current=True)


def override(case, by, **given):
    given = {
        "remedy": "credit",
        "amount": Decimal(50_000),
        "cost": Decimal(50_000),
        "reason": "Bought for years",
    } | given
    return overrides.make(case, decision_of(case), by=by, **given)


def test_it_stands_beside_the_decision_which_stays_provable(mai):
    case = told()
    before = decision_of(case).decision

    made = override(case, mai)

    assert (made.direction, made.role, made.by) == ("more", "approver", mai)
    assert decision_of(case).decision == before
    call_command("verify_decisions", verbosity=0)


def test_what_it_offers_can_be_granted_and_told(mai):
    case = told()
    override(case, mai)
    decision = decision_of(case)
    decided = overrides.effective(decision)
    usual = message_plans.proposal(case, decision, decided, timezone.now())
    plan = message_plans.Plan(remedy="credit", promises=usual.promises)
    bao = user(Role.STAFF, "Bảo")

    message = messages.compose_again(case, decision, plan, by=bao, edition=0)
    messages.approve(message, by=bao, edition=message.edition, by_mail=False)

    assert "50.000" in message.text
    assert Concession.objects.get().cost == Decimal(50_000)


@pytest.mark.parametrize("role", [Role.STAFF, Role.FRONT_LINE, Role.ADVOCATE, Role.ADMINISTRATOR])
def test_others_may_not(role):
    with pytest.raises(overrides.NotAllowed):
        override(told(), user(role))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"cost": Decimal(0)}, "cost"),
        ({"cost": Decimal(49_999)}, "cost"),
        ({"amount": None}, "amount"),
        ({"remedy": "a holiday"}, "remedy"),
        ({"remedy": ""}, "remedy"),
    ],
)
def test_it_names_what_is_missing(mai, given, field):
    with pytest.raises(overrides.NotAllowed) as refused:
        override(told(), mai, **given)

    assert refused.value.field == field


def test_never_during_an_open_dispute(mai):
    case = told()
    disputes.note(case.order, external_id="cb-1", amount=Decimal(1))

    with pytest.raises(overrides.NotAllowed):
        override(case, mai)


def test_never_below_a_right_by_law(mai):
    """L13: neither none of it nor a smaller one."""
    case = told(problem="defective", statutory_right="refund")

    with pytest.raises(overrides.NotAllowed):
        override(case, mai, remedy="")
    with pytest.raises(overrides.NotAllowed):
        override(case, mai, remedy="refund", amount=Decimal(100_000), cost=Decimal(100_000))


def test_never_less_for_our_own_fault(mai):
    """S3-1"""
    with pytest.raises(overrides.NotAllowed):
        override(told(problem="damaged", fault="ours"), mai, remedy="")


def test_less_than_goodwill_is_a_no_with_an_alternative_for_an_approver(mai):
    case = told(total=Decimal(9_000_000), problem="wrong_address")
    assert decision_of(case).rule == "goodwill"

    override(case, mai, remedy="", amount=None)

    decided = overrides.effective(decision_of(case))
    assert decided.refusal
    assert decided.needs_approver
    assert decided.alternatives
    assert not decided.remedies


def test_once_per_decision(mai):
    case = told()
    override(case, mai)

    with pytest.raises(overrides.NotAllowed):
        override(case, mai)


def test_it_ends_when_the_case_is_decided_anew(mai):
    case = told()
    override(case, mai)
    cases.correct_fact(case.comment, "problem", "wrong_address", reason="It was that.", by=mai)

    assert overrides.effective(decision_of(case)) == Decided.from_dict(decision_of(case).decision)


def test_the_report_counts_by_person_problem_and_direction(mai):
    override(told(), mai)
    override(told(), mai, cost=Decimal(70_000))
    override(
        told(total=Decimal(9_000_000), problem="wrong_address"),
        user(Role.MANAGER, "Huy"),
        remedy="",
        amount=None,
    )
    day = shop.day(Override.objects.first().at)

    found = divergence.report(day.replace(day=1), day)

    assert [(one.key, one.more, one.less) for one in found.people] == [("Mai", 2, 0), ("Huy", 0, 1)]
    assert {one.key: one.n for one in found.problems} == {"change_of_mind": 2, "wrong_address": 1}
    assert (found.total.more_cost, found.total.saved) == (Decimal(120_000), Decimal(50_000))
    assert sum(more + less for _first, more, less in found.weeks) == 3


@pytest.mark.parametrize(
    ("remedy", "amount", "is_refused"),
    [
        ("refund", 500_000, False),
        ("refund", 500_001, True),
        ("price_reduction", 5_000_000, True),
        ("credit", 500_000, False),
        ("credit", 500_001, True),
    ],
)
def test_a_slip_of_the_keyboard_is_refused(mai, remedy, amount, is_refused):
    """S3-7: it is decided otherwise once, so that 5,000,000 for 500,000 could not be taken back."""
    case = told()

    if not is_refused:
        assert (
            override(case, mai, remedy=remedy, amount=Decimal(amount), cost=Decimal(amount)).amount == amount
        )
        return
    with pytest.raises(overrides.NotAllowed) as refused, translation.override("en"):
        override(case, mai, remedy=remedy, amount=Decimal(amount), cost=Decimal(amount))
    assert refused.value.field == "amount"
    assert "₫500,000" in str(refused.value.why)
    assert not Override.objects.exists()


def test_a_regulars_credit_may_be_above_one_order(mai):
    case = told()
    factories.order(case.customer, total=Decimal(2_000_000))
    cases.correct_fact(case.comment, "fault", "customer", reason="We looked.", by=user())

    assert override(case, mai, amount=Decimal(900_000), cost=Decimal(900_000)).amount == 900_000
