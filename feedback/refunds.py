"""Refunds of orders: each once by its source's id, whichever order they come in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from feedback import bulk
from feedback.models import Refund

# The id of a refund of which only the sum is known. Refunds with ids of their own take its place.
IN_ALL = "all"


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
    counts: a source that keeps no time of it gives the time of the order's last change."""
    if not paid:
        return False
    kept: dict[int, dict[str, Refund]] = {}
    for known in Refund.objects.filter(order__among=[of.order_id for of in paid]):
        kept.setdefault(known.order_id, {})[known.external_id] = known
    new: list[dict[str, Any]] = []
    changed = False
    for of in paid:
        there = kept.get(of.order_id, {})
        said = _told_apart(of.refunds, there)
        for one in said:
            if row := there.get(one.external_id):
                changed |= _amend(row, of, one)
            elif not of.is_older:
                new.append(_row(of, one))
        changed |= _let_go(of, there, said)
    bulk.write(Refund, new)
    return changed or bool(new)


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
