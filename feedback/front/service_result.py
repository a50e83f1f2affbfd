"""REPORT: what service earned and cost, and who heard of it (S0-10, S4-4).

Reads only, in a fixed number of queries.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from feedback import disputes, shop, word_of_mouth
from feedback.margins import Margin
from feedback.models import Case, Concession, Customer, Order, Refund
from feedback.models.cases import COST
from feedback.money import quantize
from feedback.reports import margin as own_margin
from feedback.word_of_mouth import Heard, Worth
from surveys import recovery
from surveys.earning import Balance
from surveys.models import Reward
from surveys.resampling import Estimate

NONE = Decimal(0)
COLUMNS = ("section", "name", "currency", "n", "value", "low", "high")
_UNSAID = Q(satisfied=None, state__in=[Case.State.RESOLVED, Case.State.CLOSED])


@dataclass(frozen=True, slots=True)
class Told:
    """One customer: how many complaints, of them so many with such an end, and the `last`."""

    customer: int
    last: datetime
    n: int
    solved: int  # the first time
    unsolved: int
    well: int  # by their own word
    badly: int
    is_erased: bool


# Of customers, each once, by all of their complaints. What went wrong once stands for the whole.
GROUPS: dict[str, Callable[[Told], bool]] = {
    "solved": lambda one: one.solved > 0 and not one.unsolved,
    "unsolved": lambda one: one.unsolved > 0,
    "well": lambda one: one.well > 0 and not one.badly,
    "badly": lambda one: one.badly > 0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Complaints told from `start` to `end`, both included. `handling`: what a case costs, None when not
    given. `unsaid`: ended complaints of which nobody said whether they are satisfied."""

    start: date
    end: date
    currency: str
    cases: int
    balance: Balance
    margin: Margin
    handling: Decimal | None
    good: Heard
    bad: Heard
    unsaid: int
    worth: Worth


def report(
    start: date,
    end: date,
    *,
    currency: str,
    today: date,
    margin: Decimal | None = None,
    cost: Decimal | None = None,
    win: Decimal | None = None,
) -> Report:
    """`cost`: of handling one case; `win`: of winning one new customer. The queries of recovery.report, and
    eight."""
    returned = recovery.report(start, end, currency=currency, today=today, margin=margin)
    stake = returned.found.stake
    told = told_in(start, end)
    ended = told.aggregate(n=Count("pk"), unsaid=Count("pk", filter=_UNSAID))
    everybody = by_customer(told)
    solved, unsolved, well, badly = (sum(map(is_in, everybody)) for is_in in GROUPS.values())
    costs = dict(_costs(start, end, currency, ended["n"], cost))
    spent = sum(costs.values(), NONE)
    return Report(
        start=start,
        end=end,
        currency=currency,
        cases=ended["n"],
        balance=Balance(
            each=stake.each if stake else None,
            solved=solved,
            unsolved=unsolved,
            costs=costs,
        ),
        margin=returned.margin,
        handling=cost,
        good=word_of_mouth.of_good(well),
        bad=word_of_mouth.of_bad(badly),
        unsaid=ended["unsaid"],
        worth=Worth(
            kept=solved,
            keeping=spent / solved if solved and spent else None,
            winning=win,
            year=_year(end, currency, returned.margin.share),
        ),
    )


def _within(column: str, start: date, end: date) -> Q:
    return Q(
        **{f"{column}__gte": shop.start_of(start), f"{column}__lt": shop.start_of(end + timedelta(days=1))}
    )


def told_in(start: date, end: date) -> QuerySet[Case]:
    """Complaints of these days, both included."""
    return Case.objects.filter(_within("opened_at", start, end), joined_to=None)


def unsaid(told: QuerySet[Case]) -> QuerySet[Case]:
    """Those that ended, and nobody said whether it was well."""
    return told.filter(_UNSAID)


def by_customer(told: QuerySet[Case]) -> list[Told]:
    """Who told us last, first; without the shop's own people. Two queries: what is known of customers is
    looked up of these alone, since to join a million takes longer than all the rest."""
    theirs: Any = told.filter(customer__isnull=False).order_by().values_list("customer")
    sums = theirs.annotate(
        last=Max("opened_at"),
        n=Count("pk"),
        solved=Count("pk", filter=Q(resolved_first_time=True)),
        unsolved=Count("pk", filter=Q(resolved_first_time=False)),
        well=Count("pk", filter=Q(satisfied=True)),
        badly=Count("pk", filter=Q(satisfied=False)),
    )
    found = list(sums.order_by("-last", "customer"))
    special = Customer.objects.filter(
        Q(is_insider=True) | Q(erased_at__isnull=False), pk__among=[customer for customer, *_ in found]
    )
    insider = dict(special.values_list("pk", "is_insider"))
    return [Told(*row, is_erased=row[0] in insider) for row in found if not insider.get(row[0])]


def _year(end: date, currency: str, margin: Decimal) -> Decimal | None:
    """What one customer earned in the 365 days up to `end`; None where nobody bought. Two queries."""
    days = _within("placed_at", end - timedelta(days=364), end)
    bought = Order.objects.filter(days, currency=currency, cancelled_at=None, customer__is_insider=False)
    found = bought.aggregate(spent=Sum("total"), n=Count("customer", distinct=True))
    back = Refund.objects.filter(order__in=bought, currency=currency).aggregate(n=Sum("amount"))["n"]
    if not found["n"]:
        return None
    return (Decimal(str(found["spent"])) - Decimal(str(back or 0))) / found["n"] * margin


def _costs(
    start: date, end: date, currency: str, cases: int, cost: Decimal | None
) -> Iterator[tuple[str, Decimal]]:
    given = Concession.objects.filter(_within("booked_at", start, end), currency=currency)
    yield "remedies", _sum(given, COST, currency)
    yield "disputes", disputes.cost_of(disputes.opened_in(start, end), currency)
    used = Reward.objects.filter(
        _within("redeemed_at", start, end), state=Reward.State.REDEEMED, currency=currency
    )
    yield "rewards", _sum(used, "amount", currency)
    if cost is not None:
        yield "handling", cases * cost


def _sum(rows: QuerySet[Any], amount: Any, currency: str) -> Decimal:
    # SQLite sums in floating point.
    return quantize(Decimal(str(rows.aggregate(n=Sum(amount))["n"] or 0)), currency)


def lines(found: Report) -> Iterator[list[Any]]:
    """As plain cells: one figure a line, sums with the decimals of the currency; unknown is empty."""
    balance, code = found.balance, found.currency
    for name, n, one in (
        ("each_solved", 1, balance.each),
        ("earned", balance.solved, balance.earned),
        ("missed", balance.unsolved, balance.missed),
    ):
        yield ["earned", name, code, n, *worth(one, code)]
    for name, spent in balance.costs.items():
        yield ["cost", name, code, "", spent, "", ""]
    yield ["result", "left", code, "", *worth(balance.left, code)]
    taken = found.margin
    ends = ["" if end is None else end for end in (taken.share, taken.low, taken.high)]
    yield ["margin", taken.source.value, "", taken.orders, *ends]
    for name, claimed in _claims(found):
        yield ["claim", name, code, found.worth.kept, "" if claimed is None else claimed, "", ""]
    for name, heard in (("good", found.good), ("bad", found.bad)):
        yield ["word_of_mouth", name, "", heard.n, heard.listeners, "", ""]
    yield ["complaints", "told", "", found.cases, "", "", ""]
    yield ["complaints", "ended_not_said", "", found.unsaid, "", "", ""]


def as_data(found: Report) -> dict[str, Any]:
    balance, code = found.balance, found.currency
    return {
        "start": found.start,
        "end": found.end,
        "currency": code,
        "cases": found.cases,
        "solved": balance.solved,
        "unsolved": balance.unsolved,
        "margin": str(found.margin.share.normalize()),
        "margin_from": own_margin.as_data(found.margin),
        **{name: _named(getattr(balance, name), code) for name in ("each", "earned", "missed", "left")},
        "costs": {name: str(spent) for name, spent in balance.costs.items()},
        "spent": str(balance.spent),
        "verdict": balance.verdict,
        "claims": {name: None if sum_ is None else str(sum_) for name, sum_ in _claims(found)},
        "word_of_mouth": {
            name: {"contacts": one.n, "tellers": one.tellers, "listeners_at_least": one.listeners}
            for name, one in (("good", found.good), ("bad", found.bad))
        },
        "not_said": found.unsaid,
    }


def _claims(found: Report) -> Iterator[tuple[str, Decimal | None]]:
    """S1-14 in money, by figures of others, with what of the shop's own it rests on."""
    for name in ("keeping", "win_one", "won_instead", "year", "would_have_gone"):
        amount = getattr(found.worth, name)
        yield name, None if amount is None else quantize(amount, found.currency)


def worth(one: Estimate | None, currency: str) -> list[Any]:
    ends = (None, None, None) if one is None else (one.value, one.low, one.high)
    return ["" if end is None else sum_of(end, currency) for end in ends]


def sum_of(amount: float, currency: str) -> Decimal:
    return quantize(Decimal(str(round(amount, 2))), currency)


def _named(one: Estimate | None, currency: str) -> dict[str, str | None] | None:
    if one is None:
        return None
    return {
        name: None if end == "" else str(end)
        for name, end in zip(("value", "low", "high"), worth(one, currency), strict=True)
    }
