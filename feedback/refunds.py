"""Refunds of orders: each once by its source's id, whichever order they come in; never more than was paid."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F

from feedback import bulk
from feedback.models import Delivery, Refund

# The id of a refund of which only the sum is known. Refunds with ids of their own take its place.
IN_ALL = "all"
ABOVE_TOTAL = "refund_above_total"  # why a delivery cannot be used (feedback.order_words)


class AboveTotal(ValueError):
    """More would have been paid back on the order than it came to: one is wrong, or not known yet."""

    def __init__(self, order_id: int) -> None:
        super().__init__(f"refunds of order {order_id} are above its total")
        self.order_id = order_id


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidBack:
    """A refund in the order's own currency. `external_id` is its source's; IN_ALL: the sum of all."""

    external_id: str
    amount: Decimal
    refunded_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What is said of the refunds of one order. `are_all`: there are no others. `is_older`: than what we know
    of the order, so that it can only say that a refund was earlier."""

    order_id: int
    currency: str
    refunds: Sequence[PaidBack]
    are_all: bool = False
    is_older: bool = False


def note(paid: Sequence[Paid]) -> bool:
    """Of orders that the caller has locked; whether anything changed. Of a refund said twice the earlier time
    counts: a source that keeps no time of it gives the time of the order's last change.

    Raises AboveTotal, and then nothing is written."""
    if not paid:
        return False
    with transaction.atomic():
        changed = _note(paid)
        check(changed)
    return bool(changed)


def check(order_ids: Collection[int]) -> None:
    """Of orders that the caller has locked. Raises AboveTotal."""
    if not order_ids:
        return
    left: dict[int, Decimal] = {}
    rows = Refund.objects.filter(order__among=sorted(order_ids), currency=F("order__currency"))
    for order_id, total, amount in rows.values_list("order_id", "order__total", "amount"):
        left[order_id] = left.get(order_id, total) - amount
        if left[order_id] < 0:
            raise AboveTotal(order_id)


def above(refunds: Sequence[PaidBack], total: Decimal) -> int | None:
    """The place in the list where they pass the total; None when they stay below. A sum beside single ones
    does not count, of one said twice the last."""
    single = {one.external_id: (place, one.amount) for place, one in enumerate(refunds)}
    if len(single) > 1:
        single.pop(IN_ALL, None)
    for place, amount in single.values():
        total -= amount
        if total < 0:
            return place
    return None


def wake(order_ids: Collection[int]) -> None:
    """What was told of these orders and was more than their total is looked at again: they have changed."""
    if order_ids:
        waiting = Delivery.objects.filter(state=Delivery.State.UNUSABLE, reason=ABOVE_TOTAL)
        waiting.filter(about__in=sorted(order_ids)).exclude(body=b"").update(
            state=Delivery.State.NEW, reason="", field=""
        )


def _note(paid: Sequence[Paid]) -> set[int]:
    """The orders of which something changed."""
    kept: dict[int, dict[str, Refund]] = {}
    for known in Refund.objects.filter(order__among=[of.order_id for of in paid]):
        kept.setdefault(known.order_id, {})[known.external_id] = known
    new: list[dict[str, Any]] = []
    changed: set[int] = set()
    for of in paid:
        there = kept.get(of.order_id, {})
        said = _told_apart(of.refunds, there)
        for one in said:
            if row := there.get(one.external_id):
                is_new = _amend(row, of, one)
            elif is_new := not of.is_older:
                new.append(_row(of, one))
            if is_new:
                changed.add(of.order_id)
        if _let_go(of, there, said):
            changed.add(of.order_id)
    bulk.write(Refund, new)
    return changed


def _told_apart(refunds: Sequence[PaidBack], there: Mapping[str, Refund]) -> list[PaidBack]:
    """Those to keep, each once, without the sum where single ones are known."""
    single = {one.external_id: one for one in refunds}
    if single.keys() - {IN_ALL} or there.keys() - {IN_ALL}:
        single.pop(IN_ALL, None)
    return list(single.values())


def _let_go(of: Paid, there: Mapping[str, Refund], said: Sequence[PaidBack]) -> bool:
    named = {one.external_id for one in said}
    gone = {name for name in there if of.are_all and name not in named}
    if IN_ALL in there and named - {IN_ALL}:
        gone.add(IN_ALL)
    if gone:
        Refund.objects.filter(order=of.order_id, external_id__in=gone).delete()
    return bool(gone)


def _row(of: Paid, one: PaidBack) -> dict[str, Any]:
    return {
        "order_id": of.order_id, "external_id": one.external_id, "amount": one.amount,
        "currency": of.currency, "reason": one.reason, "refunded_at": one.refunded_at,
    }  # fmt: skip


def _amend(row: Refund, of: Paid, one: PaidBack) -> bool:
    said: dict[str, Any] = {"refunded_at": min(row.refunded_at, one.refunded_at)}
    if not of.is_older:
        said |= {"amount": one.amount, "currency": of.currency, "reason": one.reason or row.reason}
    changes = {name: value for name, value in said.items() if getattr(row, name) != value}
    if changes:
        Refund.objects.filter(pk=row.pk).update(**changes)
    return bool(changes)
