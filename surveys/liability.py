"""REPORT: what the rewards cost and what is still owed, by month and by survey. Reads only.

Issued, redeemed, expired and revoked in a month are what happened in it; outstanding is what could still be
redeemed at its end. In the shop's currency; what was given in another one is counted and in no sum.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth

from feedback import money, shop
from surveys.models import Response, Reward, Survey

NONE = Decimal(0)
FIGURES = ("issued", "redeemed", "expired", "revoked", "outstanding")
COLUMNS = (
    "month", "survey", "currency", *(f"{name}{what}" for name in FIGURES for what in ("", "_worth")),
)  # fmt: skip
_State = Reward.State


@dataclass(slots=True)
class Sums:
    """How many codes, and what they are worth. `outstanding`: at the end."""

    issued: int = 0
    issued_worth: Decimal = NONE
    redeemed: int = 0
    redeemed_worth: Decimal = NONE
    expired: int = 0
    expired_worth: Decimal = NONE
    revoked: int = 0
    revoked_worth: Decimal = NONE
    outstanding: int = 0
    outstanding_worth: Decimal = NONE

    @property
    def gone(self) -> tuple[int, Decimal]:
        return (
            self.redeemed + self.expired + self.revoked,
            self.redeemed_worth + self.expired_worth + self.revoked_worth,
        )

    def add(self, other: "Sums") -> None:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    first: date
    total: Sums
    by_survey: Mapping[int, Sums]


@dataclass(frozen=True, slots=True, kw_only=True)
class BySurvey:
    """`answers`: finished in the time. `cost`: redeemed in it, for each of them; None without any."""

    survey: Survey
    sums: Sums
    answers: int

    @property
    def cost(self) -> Decimal | None:
        return self.sums.redeemed_worth / self.answers if self.answers else None

    @property
    def promised(self) -> Decimal | None:
        """With what is still outstanding: the most that an answer may yet have cost."""
        whole = self.sums.redeemed_worth + self.sums.outstanding_worth
        return whole / self.answers if self.answers else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    start: date
    end: date
    currency: str
    months: Sequence[Month]
    surveys: Sequence[BySurvey]
    in_other_currencies: int
    total: Sums = field(default_factory=Sums)
    answers: int = 0

    @property
    def cost(self) -> Decimal | None:
        return self.total.redeemed_worth / self.answers if self.answers else None


def report(start: date, end: date) -> Report:
    """From `start` to `end`, both included. Eight queries, however many codes."""
    zone, currency = shop.zone(), shop.current().currency
    first, last = datetime.combine(start, time.min, zone), datetime.combine(end, time.max, zone)
    ours = Reward.objects.filter(currency=currency).exclude(code=None)
    happened = _happened(ours, start, end, first, last)
    before = _outstanding_before(ours, start, first)
    months = _months(happened, before, start, end)
    answers = dict(
        Response.objects.filter(state=Response.State.FINISHED, finished_at__range=(first, last))
        .order_by()
        .values_list("invitation__survey")
        .annotate(n=Count("pk"))
    )
    surveys = _by_survey(months, answers)
    total = Sums()
    for one in surveys:
        total.add(one.sums)
    other = Reward.objects.exclude(currency=currency).exclude(code=None)
    return Report(
        start=start,
        end=end,
        currency=currency,
        months=months,
        surveys=surveys,
        in_other_currencies=other.filter(issued_at__range=(first, last)).count(),
        total=total,
        answers=sum(one.answers for one in surveys if one.survey.reward_amount is not None),
    )


def lines(found: Report) -> Iterator[list[Any]]:
    """For a file: as COLUMNS, one for each month and survey."""
    names = {one.survey.pk: one.survey.name for one in found.surveys}
    for month in found.months:
        for survey, sums in month.by_survey.items():
            cells: list[Any] = [f"{month.first:%Y-%m}", names.get(survey, ""), found.currency]
            for name in FIGURES:
                worth = money.quantize(getattr(sums, f"{name}_worth"), found.currency)
                cells += [getattr(sums, name), worth]
            yield cells


Happened = dict[tuple[date, int], Sums]


def _happened(ours: Any, start: date, end: date, first: datetime, last: datetime) -> Happened:
    found: Happened = defaultdict(Sums)
    zone = shop.zone()
    for name, moment, rows in (
        ("issued", "issued_at", ours),
        ("redeemed", "redeemed_at", ours.filter(state=_State.REDEEMED)),
        ("revoked", "revoked_at", ours.filter(state=_State.REVOKED)),
    ):
        by_month = rows.filter(**{f"{moment}__range": (first, last)}).annotate(
            month=TruncMonth(moment, tzinfo=zone)
        )
        counted = (
            by_month.order_by().values_list("survey", "month").annotate(n=Count("pk"), worth=Sum("amount"))
        )
        for survey, month, n, worth in counted:
            _put(found[(month.date(), survey)], name, n, worth)
    # The code is good through its last day: it expires on the next.
    expired = ours.filter(
        state=_State.EXPIRED, expires_on__range=(start - timedelta(days=1), end - timedelta(days=1))
    )
    by_day = (
        expired.order_by().values_list("survey", "expires_on").annotate(n=Count("pk"), worth=Sum("amount"))
    )
    for survey, day, n, worth in by_day:
        _put(found[((day + timedelta(days=1)).replace(day=1), survey)], "expired", n, worth)
    return found


def _put(sums: Sums, name: str, n: int, worth: Any) -> None:
    setattr(sums, name, getattr(sums, name) + n)
    setattr(sums, f"{name}_worth", getattr(sums, f"{name}_worth") + _round(worth))


def _outstanding_before(ours: Any, start: date, first: datetime) -> dict[int, tuple[int, Decimal]]:
    """By survey, at the first moment of the time."""
    gone = (
        Q(state=_State.REDEEMED, redeemed_at__lt=first)
        | Q(state=_State.REVOKED, revoked_at__lt=first)
        | Q(state=_State.EXPIRED, expires_on__lt=start - timedelta(days=1))
    )
    rows = ours.filter(issued_at__lt=first).exclude(gone).order_by().values_list("survey")
    return {
        survey: (n, _round(worth)) for survey, n, worth in rows.annotate(n=Count("pk"), worth=Sum("amount"))
    }


def _months(
    happened: Happened, before: dict[int, tuple[int, Decimal]], start: date, end: date
) -> list[Month]:
    """Every month, the oldest first, with what was outstanding at its end."""
    open_n: dict[int, int] = defaultdict(int, {survey: n for survey, (n, _worth) in before.items()})
    worth: dict[int, Decimal] = defaultdict(Decimal, {survey: w for survey, (_n, w) in before.items()})
    known = sorted(set(open_n) | {survey for _month, survey in happened})
    months, month = [], start.replace(day=1)
    while month <= end:
        by_survey, total = {}, Sums()
        for survey in known:
            sums = happened.get((month, survey)) or Sums()
            gone_n, gone_worth = sums.gone
            open_n[survey] += sums.issued - gone_n
            worth[survey] += sums.issued_worth - gone_worth
            sums.outstanding, sums.outstanding_worth = open_n[survey], worth[survey]
            by_survey[survey] = sums
            total.add(sums)
        months.append(Month(first=month, total=total, by_survey=by_survey))
        month = (month + timedelta(days=32)).replace(day=1)
    return months


def _by_survey(months: Sequence[Month], answers: Mapping[int, int]) -> list[BySurvey]:
    found: dict[int, Sums] = defaultdict(Sums)
    for month in months:
        for survey, sums in month.by_survey.items():
            found[survey].add(sums)
    if months:
        for survey, sums in months[-1].by_survey.items():
            found[survey].outstanding = sums.outstanding
            found[survey].outstanding_worth = sums.outstanding_worth
    surveys = Survey.objects.filter(Q(pk__in=found) | Q(pk__in=answers, reward_amount__isnull=False))
    return [
        BySurvey(survey=survey, sums=found[survey.pk], answers=answers.get(survey.pk, 0))
        for survey in surveys.order_by("-made_at", "-pk")
    ]


def _round(amount: Any) -> Decimal:
    """Two decimals: SQLite sums in floating point."""
    return round(Decimal(amount or 0), 2)
