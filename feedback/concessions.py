"""What a remedy costs us, by part, and booking it: never during a dispute, never on a mere claim."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from feedback import journal, money
from feedback.models import Case, Concession, Decision, Dispute, Order, OrderLine, User
from feedback.policy.decision import Decision as Decided
from feedback.policy.decision import Remedy
from feedback.policy.remedies import Kind, parts
from feedback.policy.terms import Terms
from feedback.roles import Role, roles_of

PARTS = ("product_cost", "shipping_cost", "refund", "return_cost", "fee")
GUARD = "no_concession_while_dispute_open"  # the database's own, migration 0003
_BY_POLICY = {
    "product": "product_cost",
    "shipping": "shipping_cost",
    "refund": "refund",
    "unsellable": "return_cost",
    "fee": "fee",
}
_IN_MONEY = {Kind.CREDIT.value, Kind.PRICE_REDUCTION.value, Kind.PAY_DIFFERENCE.value}
_OF_GOODS = {Kind.REPLACEMENT.value, Kind.SEND_AGAIN.value, Kind.REDO.value}


class Refused(RuntimeError):
    """Nothing can be granted like this; `why` says so to the person, `field` names what to mend."""

    def __init__(self, why: str | Promise, *, field: str = "") -> None:
        super().__init__("refused")
        self.why = why
        self.field = field


def terms_of(decision: Decision) -> Terms:
    """The Terms that the decision was made by."""
    return Terms.from_dict(decision.policy.terms) if decision.policy else Terms.shipped()


def proposed(remedy: Remedy, decision: Decision, order: Order | None) -> dict[str, Decimal]:
    """The cost parts as the policy and the order's own lines have them; {} when too little is known."""
    currency = remedy.currency or decision.facts["currency"]
    if remedy.amount is not None and remedy.kind in _IN_MONEY:
        return _rounded({"refund": remedy.amount}, currency)
    terms = terms_of(decision)
    value = _order_value(decision)
    if value is None or currency not in terms.money or remedy.kind in _IN_MONEY:
        return {}
    split = parts(remedy.kind, value, currency, terms)
    found = {_BY_POLICY[name]: amount for name, amount in split.items() if amount}
    if remedy.kind in _OF_GOODS and order is not None and (goods := _cost_of_goods(order)) is not None:
        found["product_cost"] = goods
    if remedy.kind == Kind.REFUND and remedy.amount is not None:
        found["refund"] = remedy.amount
    return _rounded(found, currency)


def staff_limit(decision: Decision) -> Decimal | None:
    """What staff may grant alone, in the decision's currency; None: the policy names no sum for it."""
    sums = terms_of(decision).money.get(decision.facts["currency"])
    return sums.staff_limit if sums else None


def why_not(
    remedy: Remedy, decision: Decision, decided: Decided, costs: Mapping[str, Decimal]
) -> tuple[str, str | Promise]:
    """(field, why) this remedy may not be granted at this cost; ("", "") when it may."""
    if decided.confirm_fault:
        return _unconfirmed(decision)
    total = sum(costs.values(), Decimal(0))
    if total <= 0:
        return "costs", _("Say what it costs us: at least one part is above zero.")
    if costs.get("refund", Decimal(0)) < paid_out(remedy):
        return "costs", _("The message gives more than is booked here as paid back.")
    if remedy.limit is not None and total > remedy.limit:
        return "costs", _(
            "This costs more than the decision allows. An approver or a manager may override it."
        )
    return "", ""


def _unconfirmed(decision: Decision) -> tuple[str, str | Promise]:
    """The fault first, if that is not confirmed either: where it was ours, nothing else is asked for."""
    if decision.confirm_problem and not decision.decision["confirm_fault"]:
        return "problem", _(
            "What went wrong stands only in the customer's words, and the right by law hangs on it. Confirm "
            "the fact “Problem” first, by a record or by having looked: then this can be granted."
        )
    return "fault", _(
        "Whose fault it is stands only in the customer's words. Confirm the fact “Whose fault” first, "
        "by a record or by having looked: then this can be granted."
    )


def paid_out(remedy: Remedy) -> Decimal:
    """What the customer gets in money by it, as the message says; goods are no money."""
    is_money = remedy.kind in _IN_MONEY or remedy.kind == Kind.REFUND
    return remedy.amount if is_money and remedy.amount is not None else Decimal(0)


def granted_before(case: Case, currency: str) -> Decimal:
    """What was granted on this case already: remedies are alternatives to each other."""
    return sum((one.cost for one in Concession.objects.filter(case=case, currency=currency)), Decimal(0))


def is_over_limit(decision: Decision, costs: Mapping[str, Decimal]) -> bool:
    """Above what staff may grant alone: an approver has to agree, who did not prepare it."""
    limit = staff_limit(decision)
    return limit is None or sum(costs.values(), Decimal(0)) > limit


def may_agree_above_the_limit(by: User) -> bool:
    return Role.APPROVER in roles_of(by)


def lock(case: Case) -> None:
    """Who grants something and who notes a dispute wait for each other at the order. First of all locks."""
    if case.order_id is not None:
        list(Order.objects.select_for_update(no_key=True).filter(pk=case.order_id).values("pk"))


def is_locked_out(order_id: int | None) -> bool:
    return order_id is not None and Dispute.objects.filter(order=order_id, state="open").exists()


def book(
    case: Case,
    decision: Decision,
    remedy: Remedy,
    costs: Mapping[str, Decimal],
    *,
    reason: str,
    by: User,
    now: datetime,
) -> Concession:
    """Within the caller's `journal.recording`, after `lock`. Raises Refused."""
    if is_locked_out(case.order_id):
        raise Refused(
            _("A dispute on this order is open at the bank: until it is closed nothing is granted beside it.")
        )
    booked = Concession.objects.create(
        case=case,
        order_id=case.order_id,
        decision=decision,
        remedy=remedy.kind,
        currency=remedy.currency or decision.facts["currency"],
        reason=reason[:300],
        booked_at=now,
        booked_by=by,
        **{name: costs.get(name, Decimal(0)) for name in PARTS},
    )
    journal.log(
        "concession booked", case, by=by, concession=booked.pk, remedy=remedy.kind, cost=str(booked.cost)
    )
    return booked


def _order_value(decision: Decision) -> Decimal | None:
    value = decision.facts.get("order_value")
    return None if value is None else Decimal(value)


def _cost_of_goods(order: Order) -> Decimal | None:
    """What the goods of the order cost us; None when the shop did not say so of every line."""
    found = OrderLine.objects.filter(order=order).aggregate(
        goods=Sum(F("cost") * F("quantity")), lines=Count("id"), costed=Count("cost")
    )
    return Decimal(found["goods"]) if found["lines"] and found["lines"] == found["costed"] else None


def _rounded(costs: Mapping[str, Any], currency: str) -> dict[str, Decimal]:
    return {name: money.quantize(Decimal(amount), currency) for name, amount in costs.items()}
