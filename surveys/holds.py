"""Rewards that a person looks at first, or takes away: for facts of order and person alone (decision 13).

The facts are settled before the first question. Nothing here reads an answer, and no column could hold one.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Count, Exists, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Upper

from feedback import journal
from feedback.models import Customer, Order, Refund, User
from feedback.prepared import PreparedFigures
from surveys import rewards
from surveys.models import Invitation, Response, Reward

MANY, LATELY = 3, timedelta(days=30)
_State, _Fact = Reward.State, Reward.Fact


class Stale(RuntimeError):
    """Somebody else decided about it, or the customer used the code, in the meantime."""


def fact_of(invitation: Invitation, now: datetime) -> str:
    """Why a person has to look first; '' mostly. At most one query, before the first answer is kept."""
    customer, order = invitation.customer, invitation.order
    if customer is None:
        return ""
    if customer.is_insider:
        return _Fact.INSIDER.value
    if order is not None and order.cancelled_at is not None:
        return _Fact.ORDER_VOID.value
    found = _facts(customer, order, now)
    facts = {
        _Fact.INSIDER: found["is_staff"],
        _Fact.ORDER_VOID: order is not None and (found["refunded"] or 0) >= order.total > 0,
        _Fact.SAME_PERSON: (found["rewards"] or 0) >= MANY,
    }
    return next((fact.value for fact, holds in facts.items() if holds), "")


def waiting() -> QuerySet[Reward]:
    """Those whose customer has done their part; the oldest first."""
    held = Reward.objects.filter(state=_State.RESERVED, response__state=Response.State.FINISHED)
    return (
        held.exclude(held_for="")
        .select_related("survey", "response__invitation__order", "response__invitation__customer")
        .order_by("reserved_at", "pk")
    )


def give(reward: Reward, *, by: User, now: datetime) -> None:
    """Within the caller's `journal.recording`: nothing is in the way. Raises Stale."""
    if not rewards.issue(reward, reward.survey, now, held=True):
        raise Stale
    journal.log("held reward given", reward, by=by, held_for=reward.held_for)


def revoke(reward: Reward, *, fact: str, by: User, now: datetime) -> None:
    """Compare-and-set: a code that a till is just redeeming stays redeemed. Raises Stale."""
    promised = Q(state=_State.ISSUED) | Q(state=_State.RESERVED) & ~Q(held_for="")
    columns = {"revoked_for": _Fact(fact).value, "revoked_at": now, "revoked_by": by}
    with journal.recording():
        open_ = Reward.objects.filter(promised, pk=reward.pk)
        if not open_.update(state=_State.REVOKED, **columns):
            raise Stale
        rewards.give_back(reward.survey_id, reward.amount)
        rewards.take_coupon_out(reward)
        journal.log("reward revoked", reward, by=by, fact=fact, amount=str(reward.amount))
    reward.refresh_from_db()


def _facts(customer: Customer, order: Order | None, now: datetime) -> dict[str, Any]:
    """One query over indexed columns."""
    who = (customer.pk, customer.phone, customer.email, order.pk if order else 0, now - LATELY)
    ((is_staff, refunded, rewarded),) = _KNOWN.all(*who)
    return {"is_staff": is_staff, "refunded": refunded, "rewards": rewarded}


def _known(customer: int, phone: str, email: str, order: int, since: datetime) -> QuerySet[Any, Any]:
    """Whoever has no telephone or no address shares none with others."""
    by_phone = Q(response__invitation__customer__phone=phone)
    same = Q(response__invitation__customer=customer) | by_phone & ~Q(
        response__invitation__customer__phone=""
    )
    lately = Reward.objects.filter(same, reserved_at__gt=since).exclude(state=_State.REVOKED)
    staff = User.objects.annotate(capitals=Upper("email")).filter(
        is_active=True, capitals=Upper(Value(email))
    )
    rows = Customer.objects.filter(pk=customer).annotate(
        is_staff=Exists(staff.exclude(email="")),
        refunded=_one_of(Refund.objects.filter(order=order), Sum("amount")),
        rewards=_one_of(lately, Count("pk")),
    )
    return rows.values_list("is_staff", "refunded", "rewards")


_KNOWN = PreparedFigures(_known, int, str, str, int, datetime)


def _one_of(rows: QuerySet[Any], figure: Aggregate) -> Subquery:
    """One figure of all the rows."""
    return Subquery(rows.order_by().values(all=Value(1)).annotate(figure=figure).values("figure"))
