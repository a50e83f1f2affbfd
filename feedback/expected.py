"""Find what each customer will buy in the next year (S2-7), and how many are valued (S3-3). Once a day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import F, Max, QuerySet

from feedback import bulk, defections, leases, listed, shop, value
from feedback.defection import bgnbd
from feedback.defection.expected import Expected, Model, expect, learn
from feedback.defection.histories import Histories
from feedback.defection.rules import Rule
from feedback.defection.tenure import YEAR, years_of
from feedback.models import Customer, Expectation, ExpectedValue
from feedback.models.queue import LeasableQuerySet
from feedback.money import LARGEST, quantize

EVERY = timedelta(days=1)
LISTS = "worth"  # feedback.listed, by currency
_TOGETHER = 5000  # customers in one transaction
_ABOUT = Context(prec=3, rounding=ROUND_HALF_UP)  # what is foretold is no better known than that


class Library(StrEnum):
    """Whether BG/NBD counts the visits, or why it does not."""

    ABSENT = "absent"  # the extra "ltv" is not installed
    FEW = "few"  # customers who came again when the trial begins, or too short a past to try it on
    UNUSABLE = "unusable"  # no figures came out: nobody seems ever to leave, or all at once
    WORSE = "worse"  # its absolute error in the trial is not the smaller one
    COUNTS = "counts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """`theirs` and `ours`: mean absolute errors in the trial, in visits of a customer; None without one."""

    library: Library
    theirs: float | None = None
    ours: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """`tried` None: found by an older program."""

    at: datetime
    currency: str
    model: Model
    tried: Tried | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Valued:
    """Customers whose lifetime value reaches a threshold, of all that can be known again."""

    n: int
    of: int

    @property
    def share(self) -> float:
        return self.n / self.of


def due(now: datetime) -> LeasableQuerySet[Expectation]:
    return Expectation.objects.filter(look_at__lte=now)


def find(rows: Sequence[Expectation], now: datetime) -> None:
    """The job. Done twice it writes the same; killed halfway, the rest is as it stood the night before."""
    histories, day, rule = defections.load(), shop.day(now).toordinal(), _rule()
    model = learn(histories, day, rule)
    found = expect(model, histories, day, rule)
    tried, by_library = _by_library(histories, day, model, rule)
    columns = _columns(found, years_of(histories), by_library)
    dearest = _dearest(columns)
    listed.keep(LISTS, [(shop.current().currency, dearest)] if listed.are_many(dearest) else [], now)
    for begin in range(0, len(found.known), _TOGETHER):
        part = {name: values[begin : begin + _TOGETHER].tolist() for name, values in columns.items()}
        bulk.write_over(ExpectedValue, list(_rows(part, now)), of="customer_id")
    with transaction.atomic():
        ExpectedValue.objects.exclude(found_at=now).delete()
        result = {
            "currency": shop.current().currency, "model": model.as_data(), "tried": asdict(tried),
        }  # fmt: skip
        leases.finish(rows, look_at=now + EVERY, found_at=now, result=result)


FIND = leases.Job(name="find what customers will buy", due=due, run=find, batch=1, lease=timedelta(hours=1))


def find_now(now: datetime) -> None:
    """Here, at once: for the demo shop and for tests."""
    if not Expectation.objects.update(look_at=now):
        Expectation.objects.create(look_at=now)
    leases.run_once(FIND, now)


def of(customer: Customer) -> ExpectedValue | None:
    """None before the job has looked, or when the shop's currency has changed since."""
    return ExpectedValue.objects.filter(customer=customer, currency=shop.current().currency).first()


def of_these(customers: Sequence[int]) -> dict[int, ExpectedValue]:
    """By customer. One query."""
    rows = ExpectedValue.objects.filter(customer__among=list(customers)).select_related("customer")
    return {row.customer_id: row for row in rows}


def learnt() -> Learnt | None:
    row = Expectation.objects.exclude(found_at=None).first()
    if row is None or row.found_at is None or row.result.get("currency") != shop.current().currency:
        return None
    tried = row.result.get("tried")
    return Learnt(
        at=row.found_at,
        currency=row.result["currency"],
        model=Model.from_data(row.result["model"]),
        tried=Tried(**tried | {"library": Library(tried["library"])}) if tried else None,
    )


def valued(threshold: Decimal) -> Valued | None:
    """As of the last night; None before there was one. Two counts over an index."""
    of = ExpectedValue.objects.filter(currency=shop.current().currency).count()
    return Valued(n=worth_at_least(threshold).count(), of=of) if of else None


def in_their_year(number: int, on: date, *, stayed: bool) -> QuerySet[ExpectedValue]:
    """Those who had that year of theirs behind them on this day, the newest customers first. `stayed`: who
    bought in it."""
    learnt_on = ExpectedValue.objects.aggregate(at=Max("found_at"))["at"]
    later = (on - shop.day(learnt_on)).days if learnt_on else 0
    rows = ExpectedValue.objects.filter(days__gte=YEAR * number - later)
    if stayed:
        rows = rows.annotate(bought=F("years").bitand(1 << (number - 1))).exclude(bought=0)
    return rows.select_related("customer").order_by("days", "pk")


def worth_at_least(threshold: Decimal) -> QuerySet[ExpectedValue]:
    """Whom `valued` counts, by an index."""
    return ExpectedValue.objects.filter(currency=shop.current().currency, worth__gte=threshold)


def _rule() -> Rule | None:
    """The shop's own definition, unless it looks at one category alone: that says nothing of the rest."""
    version = defections.in_force()
    rule = version.rule if version else None
    return None if rule is None or rule.category else rule


def _by_library(
    histories: Histories, day: int, model: Model, rule: Rule | None
) -> tuple[Tried, np.ndarray | None]:
    """Visits of the next year by BG/NBD, where it is installed and the trial on the past says that its
    absolute error is the smaller one."""
    if not bgnbd.is_there():
        return Tried(library=Library.ABSENT), None
    cut = day - (model.tried or 0)
    if model.tried is None or not bgnbd.are_enough(histories.on(cut)):
        return Tried(library=Library.FEW), None
    foretold = bgnbd.visits(histories, cut, ahead=model.tried)
    if foretold is None:
        return Tried(library=Library.UNUSABLE), None
    came = histories.on(cut).visits(cut, day)
    own = expect(learn(histories, cut, rule), histories, cut, rule, ahead=model.tried).visits
    theirs, ours = (float(np.abs(one - came).mean()) for one in (foretold, own))
    if theirs >= ours:
        return Tried(library=Library.WORSE, theirs=theirs, ours=ours), None
    visits = bgnbd.visits(histories, day, ahead=365)
    library = Library.UNUSABLE if visits is None else Library.COUNTS
    return Tried(library=library, theirs=theirs, ours=ours), visits


def _columns(found: Expected, years: np.ndarray, by_library: np.ndarray | None) -> dict[str, np.ndarray]:
    """By attribute of ExpectedValue, a place for each customer, by their keys. `worth` in hundredths."""
    known, visits = found.known, found.visits if by_library is None else by_library
    customers = known.histories.customers[known.at]
    return {
        "customer_id": customers,
        "worth": value.of_everybody().of(customers),
        "spend": visits * found.basket,
        "basket": found.basket,
        "visits": visits,
        "rate": found.rate * found.ahead,
        "share": found.share,
        "came": known.n,
        "days": known.day - known.first,
        "years": years[known.at],
        "is_gone": found.is_gone,
        "is_by_library": np.full(len(known), by_library is not None),
    }


def _dearest(columns: Mapping[str, np.ndarray]) -> np.ndarray:
    """All customers, those worth most first."""
    return columns["customer_id"][np.lexsort((columns["customer_id"], columns["worth"]))[::-1]]


def _rows(columns: Mapping[str, Sequence[Any]], now: datetime) -> Iterator[dict[str, Any]]:
    """As a table has them, each found now."""
    currency = shop.current().currency
    of_all = {"found_at": now, "currency": currency}
    for values in zip(*columns.values(), strict=True):
        row = dict(zip(columns, values, strict=True)) | of_all
        row["worth"] = _kept(Decimal(row["worth"]) / 100)
        row["spend"], row["basket"] = about(row["spend"], currency), about(row["basket"], currency)
        yield row


def about(amount: float, currency: str) -> Decimal:
    """Three figures of it, in the currency's own decimals: 3,417,283.6 VND is 3,420,000."""
    return _kept(quantize(_ABOUT.create_decimal_from_float(amount) + 0, currency))


def _kept(amount: Decimal) -> Decimal:
    """What a column can hold."""
    return max(-LARGEST, min(LARGEST, amount))
