"""What was given, what it cost, and whether the customer stayed profitable (S3-6). Reads only."""

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from statistics import fmean, stdev
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Sum

from feedback import facts, shop
from feedback.concessions import PARTS
from feedback.models import Case, Concession, Dispute, Order, Refund
from feedback.models.cases import COST
from feedback.policy.decision import Rule
from feedback.value import DISPUTE_COST

NONE = Decimal(0)
LATER = timedelta(days=90)  # how long after a complaint the later orders are counted
LOOK_BACK = timedelta(days=730)
FEWEST = 30  # customers in a group, below which its mean says nothing
COLUMNS = (
    "booked_at", "case", "customer", "order", "remedy", *PARTS, "cost", "currency", "margin_after",
    "unprofitable", "booked_by", "reason",
)  # fmt: skip
_Z = 1.96  # 95 %, and near enough to Student's t from FEWEST on


@dataclass(slots=True)
class Balance:
    """One customer, in the shop's currency. `is_assumed`: where the shop named no cost, the policy's assumed
    margin stands in."""

    earned: Decimal = NONE
    refunded: Decimal = NONE
    conceded: Decimal = NONE
    disputed: Decimal = NONE
    is_assumed: bool = False

    @property
    def after(self) -> Decimal:
        return self.earned - self.refunded - self.conceded - self.disputed


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`after`: the customer's margin right after it, None when nobody knows the customer."""

    concession: Concession
    after: Decimal | None
    made_unprofitable: bool


@dataclass(slots=True)
class Week:
    first: date
    n: int = 0
    cost: Decimal = NONE
    unprofitable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The newest first; sums in `currency`, and how many were given in another one."""

    start: date
    end: date
    currency: str
    rows: tuple[Row, ...]
    weeks: tuple[Week, ...]
    parts: dict[str, Decimal]
    dispute_costs: Decimal
    in_other_currencies: int

    @property
    def cost(self) -> Decimal:
        return sum(self.parts.values(), NONE)

    @property
    def unprofitable(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.made_unprofitable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The later value of customers, per head, with its 95 % interval; None: too few to say."""

    n: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def says_something(self) -> bool:
        return self.mean is not None


@dataclass(slots=True)
class _Step:
    at: datetime
    change: Decimal
    concession: int | None = None
    kind: str = field(default="earned")
    is_assumed: bool = False


def ledger(start: date, end: date) -> Ledger:
    """From `start` to `end`, both included. Seven queries, however much was given."""
    currency, zone = shop.current().currency, shop.zone()
    first, last = datetime.combine(start, time.min, zone), datetime.combine(end, time.max, zone)
    booked = Concession.objects.filter(booked_at__range=(first, last))
    about = booked.select_related("case__customer", "order", "booked_by").order_by("-booked_at", "-pk")
    given = [row for row in about if row.currency == currency]
    after = _after(given, currency)
    rows = [
        Row(
            concession=row,
            after=after.get(row.pk, (None, False))[0],
            made_unprofitable=after.get(row.pk, (None, False))[1],
        )
        for row in given
    ]
    disputes = Dispute.objects.filter(opened_at__range=(first, last), currency=currency)
    return Ledger(
        start=start,
        end=end,
        currency=currency,
        rows=tuple(rows),
        weeks=tuple(_weeks(rows, start, end)),
        parts={name: sum((getattr(row, name) for row in given), NONE) for name in PARTS},
        dispute_costs=_round(disputes.aggregate(cost=Sum(DISPUTE_COST))["cost"]),
        in_other_currencies=booked.exclude(currency=currency).count(),
    )


def line(row: Row) -> tuple[Any, ...]:
    """For a file: as COLUMNS."""
    one = row.concession
    return (
        one.booked_at.astimezone(shop.zone()).isoformat(timespec="minutes"), one.case.public_id,
        one.case.customer.public_id if one.case.customer else None, one.order.number if one.order else None,
        one.remedy, *(getattr(one, name) for name in PARTS), one.cost, one.currency, row.after,
        "yes" if row.made_unprofitable else "no", str(one.booked_by), one.reason,
    )  # fmt: skip


def balances(customer_ids: Collection[int]) -> dict[int, Balance]:
    """What each customer has earned us, less what they were given. Five queries, however many customers."""
    found: dict[int, Balance] = {}
    for customer, steps in _steps(customer_ids, shop.current().currency).items():
        balance = found[customer] = Balance()
        for step in steps:
            setattr(balance, step.kind, getattr(balance, step.kind) + abs_of(step))
            balance.is_assumed = balance.is_assumed or step.is_assumed
    return found


def abs_of(step: _Step) -> Decimal:
    """Costs are kept as sums above zero; what an order earned may be below it."""
    return step.change if step.kind == "earned" else -step.change


def later_value(now: datetime) -> tuple[Group, Group]:
    """Valued customers with a problem that was not ours: those we helped, and those we did not (S3-3).

    What they bought in the 90 days after it, from their first such case on. Two queries.
    """
    cases = Case.objects.filter(
        customer__isnull=False,
        opened_at__range=(now - LOOK_BACK, now - LATER),
        decisions__is_current=True,
        decisions__facts__standing="valued",
        decisions__rule__in=[Rule.GOODWILL.value, Rule.STANDARD.value],
    ).annotate(helped=Exists(Concession.objects.filter(case=OuterRef("pk"))))
    first: dict[int, tuple[datetime, bool]] = {}
    for customer, opened, helped in cases.order_by("opened_at", "pk").values_list(
        "customer", "opened_at", "helped"
    ):
        first.setdefault(customer, (opened, helped))
    bought = dict.fromkeys(first, 0.0)
    orders = Order.objects.filter(
        customer__among=list(first), currency=shop.current().currency, cancelled_at=None
    )
    for customer, placed, total in orders.values_list("customer", "placed_at", "total"):
        opened = first[customer][0]
        if opened < placed <= opened + LATER:
            bought[customer] += float(total)
    given = [bought[one] for one, (_at, was_helped) in first.items() if was_helped]
    others = [bought[one] for one, (_at, was_helped) in first.items() if not was_helped]
    return group(given), group(others)


def group(values: Sequence[float]) -> Group:
    """Their mean with its interval by the normal approximation, from 30 customers on."""
    if len(values) < FEWEST:
        return Group(n=len(values))
    mean, spread = fmean(values), stdev(values) / math.sqrt(len(values))
    return Group(n=len(values), mean=mean, low=mean - _Z * spread, high=mean + _Z * spread)


def _after(given: Sequence[Concession], currency: str) -> dict[int, tuple[Decimal, bool]]:
    """By concession: the customer's margin right after it, and whether it was this that made it negative or
    came on top of a loss."""
    customers = {row.case.customer_id for row in given if row.case.customer_id is not None}
    found: dict[int, tuple[Decimal, bool]] = {}
    for steps in _steps(customers, currency).values():
        balance = NONE
        for step in sorted(steps, key=lambda one: one.at):
            balance += step.change
            if step.concession is not None:
                found[step.concession] = (balance, balance < 0)
    return found


def _steps(customer_ids: Collection[int], currency: str) -> dict[int, list[_Step]]:
    found: dict[int, list[_Step]] = {}
    ids = list(customer_ids)
    if not ids:
        return found
    for customer, step in _all_steps(ids, currency):
        found.setdefault(customer, []).append(step)
    return found


def _all_steps(ids: list[int], currency: str) -> Iterator[tuple[int, _Step]]:
    yield from _earned(ids, currency)
    refunds = Refund.objects.filter(
        order__customer__among=ids, order__cancelled_at=None, currency=currency
    ).values_list("order__customer", "refunded_at", "amount")
    for customer, at, amount in refunds:
        yield customer, _Step(at=at, change=-amount, kind="refunded")
    given = Concession.objects.filter(case__customer__among=ids, currency=currency).annotate(total=COST)
    for customer, at, amount, pk in given.values_list("case__customer", "booked_at", "total", "pk"):
        yield customer, _Step(at=at, change=-_round(amount), kind="conceded", concession=pk)
    disputes = Dispute.objects.filter(order__customer__among=ids, currency=currency).annotate(
        total=DISPUTE_COST
    )
    for customer, opened, closed, amount in disputes.values_list(
        "order__customer", "opened_at", "closed_at", "total"
    ):
        yield customer, _Step(at=closed or opened, change=-_round(amount), kind="disputed")


def _earned(ids: list[int], currency: str) -> Iterator[tuple[int, _Step]]:
    _policy, terms = facts.live_terms()
    orders: QuerySet[Any] = Order.objects.filter(
        customer__among=ids, currency=currency, cancelled_at=None
    ).annotate(
        earned=Sum((F("lines__price") - F("lines__cost")) * F("lines__quantity")),
        n=Count("lines"),
        costed=Count("lines__cost"),
    )
    rows: Iterable[Any] = orders.values_list("customer", "placed_at", "total", "earned", "n", "costed")
    for customer, at, total, earned, n, costed in rows:
        is_known = n > 0 and n == costed
        change = _round(earned) if is_known else _round(total * terms.assumed_margin)
        yield customer, _Step(at=at, change=change, is_assumed=not is_known)


def _weeks(rows: Sequence[Row], start: date, end: date) -> list[Week]:
    """Monday weeks, those without anything as well; the oldest first."""
    monday = start - timedelta(days=start.weekday())
    weeks = [
        Week(first=max(start, monday + timedelta(weeks=n))) for n in range(((end - monday).days // 7) + 1)
    ]
    for row in rows:
        week = weeks[(shop.day(row.concession.booked_at) - monday).days // 7]
        week.n += 1
        week.cost += row.concession.cost
        week.unprofitable += row.made_unprofitable
    return weeks


def _round(amount: Any) -> Decimal:
    """Two decimals: SQLite sums in floating point."""
    return round(Decimal(amount or 0), 2)
