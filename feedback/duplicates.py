"""Complaints that may be the same matter told twice: suggested to a person, who decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from feedback.case_clocks import UNSETTLED
from feedback.models import Case

WITHIN = timedelta(days=60)
MOST = 5
_SAME_ORDER = _("the same order")
_SAME_CUSTOMER = _("the same customer")
_SAME_PHONE = _("the same phone number")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    case: Case
    why: Promise


def of(case: Case) -> Sequence[Alike]:
    """Open ones told within 60 days of it, those about the same order first. One query; none if nobody knows
    whose it is."""
    match = Q()
    if case.order_id is not None:
        match |= Q(order=case.order_id)
    if case.customer_id is not None:
        match |= Q(customer=case.customer_id)
    phone = case.customer.phone if case.customer else ""
    if phone:
        match |= Q(customer__phone=phone)
    if not match or case.state not in UNSETTLED:
        return []
    near = (case.opened_at - WITHIN, case.opened_at + WITHIN)
    found = Case.objects.unsettled().filter(match, opened_at__range=near).exclude(pk=case.pk)
    rows = found.select_related("comment__analysis", "customer").order_by("-opened_at")[: 4 * MOST]
    alike = [Alike(case=one, why=_why(case, one)) for one in rows]
    return sorted(alike, key=lambda one: one.why != _SAME_ORDER)[:MOST]


def _why(case: Case, other: Case) -> Promise:
    if case.order_id is not None and case.order_id == other.order_id:
        return _SAME_ORDER
    return _SAME_CUSTOMER if case.customer_id == other.customer_id else _SAME_PHONE
