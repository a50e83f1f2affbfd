"""Who is no longer a customer: nothing from them for as long as the shop keeps people, nothing open (L16).

What shows that somebody still is one is the apps' to say, by `settings.SIGNS_OF_LIFE`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.module_loading import import_string

from feedback.models import (
    Case,
    Comment,
    Consent,
    Contact,
    Customer,
    DataLink,
    DataRequest,
    Dispute,
    Erasure,
    Order,
    OutgoingMail,
    Refund,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """Rows from a moment on, or still open, whose `customer` (a path) therefore still is one."""

    rows: Callable[[datetime], models.QuerySet]
    customer: str = "customer"

    def whose(self, before: datetime) -> models.QuerySet:
        return self.rows(before).filter(**{f"{self.customer}__isnull": False}).values(self.customer)


SIGNS = (
    Sign(rows=lambda before: Order.objects.filter(placed_at__gte=before)),
    Sign(rows=lambda before: Refund.objects.filter(refunded_at__gte=before), customer="order__customer"),
    Sign(
        rows=lambda before: Dispute.objects.filter(Q(state="open") | Q(closed_at__gte=before)),
        customer="order__customer",
    ),
    Sign(rows=lambda before: _said(before)),
    Sign(rows=lambda before: _said(before), customer="order__customer"),
    Sign(rows=lambda before: Contact.objects.filter(at__gte=before, is_outgoing=False)),
    Sign(rows=lambda before: Case.objects.filter(_unsettled(before))),
    Sign(rows=lambda before: Case.objects.filter(_unsettled(before)), customer="comment__customer"),
    Sign(rows=lambda before: Consent.objects.filter(Q(given_at__gte=before) | Q(withdrawn_at__gte=before))),
    Sign(rows=lambda before: DataRequest.objects.filter(Q(settled_at=None) | Q(settled_at__gte=before))),
    Sign(rows=lambda before: DataLink.objects.filter(made_at__gte=before)),
    Sign(rows=lambda before: OutgoingMail.objects.filter(state="waiting", failed_at=None)),
)


def before(now: datetime) -> datetime:
    return now - timedelta(days=days())


def days() -> int:
    """The years of `settings.CUSTOMER_YEARS`, leap days with them."""
    return -(-settings.CUSTOMER_YEARS * 1461 // 4)


def customers(moment: datetime) -> models.QuerySet[Customer]:
    """Neither they nor those who were merged into them showed themselves since this moment. Nobody who waits
    for an erasure already."""
    found = Customer.objects.filter(merged_into=None, erased_at=None, since__lt=moment)
    found = found.exclude(pk__in=Erasure.objects.unfinished().exclude(customer=None).values("customer"))
    for sign in _signs():
        alive = Customer.objects.filter(pk__in=sign.whose(moment)).order_by()
        found = found.exclude(pk__in=alive.values(root=Coalesce("merged_into_id", "pk")))
    return found


def is_lapsed(customer: Customer, moment: datetime) -> bool:
    """The same of one, under whatever locks the caller holds."""
    root = customer.merged_into_id or customer.pk
    theirs = list(Customer.objects.filter(Q(pk=root) | Q(merged_into=root)).values_list("pk", flat=True))
    if Customer.objects.filter(pk=root, since__gte=moment).exists():
        return False
    shown = (sign.rows(moment).filter(**{f"{sign.customer}__in": theirs}) for sign in _signs())
    return not any(rows.exists() for rows in shown)


def strangers(moment: datetime) -> models.QuerySet[Comment]:
    """The newest words of people whom no customer stands for, with nothing open about them; the words before
    hang on them. What was let go is not found again."""
    found = Comment.objects.filter(customer=None, order=None, superseded_by=None)
    found = found.filter(said_at__lt=moment, received_at__lt=moment)
    let_go = Erasure.objects.exclude(comment=None).values("comment")
    found = found.exclude(read_at=None, failed_at=None).exclude(pk__in=let_go)
    return found.exclude(pk__in=Case.objects.filter(_unsettled(moment)).values("comment"))


def _said(moment: datetime) -> models.QuerySet[Comment]:
    return Comment.objects.filter(Q(said_at__gte=moment) | Q(received_at__gte=moment))


def _unsettled(moment: datetime) -> Q:
    return ~Q(state=Case.State.CLOSED) | Q(closed_at__gte=moment)


def _signs() -> Iterator[Sign]:
    for path in settings.SIGNS_OF_LIFE:
        yield from import_string(path)
