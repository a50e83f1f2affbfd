"""The rate of defection by cohort of first purchase, as the job kept it, and the causes (S2-5, S2-6)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from feedback import shop
from feedback.defection.cohorts import Cohort, by_quarter, together
from feedback.models import Defection, DefectionRule

FEW = 30  # customers found: of fewer no share is named


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`quarters`: the oldest first. `month_ago`: the rate by the same rule thirty days before, 0 to 1; None
    where nobody had bought by then."""

    whole: Cohort
    quarters: tuple[Cohort, ...]
    month_ago: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """What is going on: customers to ask, those asked, their last year's money; and who came back so far."""

    to_ask: int
    asked: int
    value: Decimal
    came_back: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseRow:
    """`answers`: how many ended in which decision."""

    cause: str
    n: int
    value: Decimal
    answers: dict[str, int]

    @property
    def label(self) -> str:
        return str(Defection.Cause(self.cause).label)


@dataclass(frozen=True, slots=True, kw_only=True)
class FalseAlarms:
    """Of the customers whom a definition would have found on a day that is over by `window` days: how many
    bought all the same. `share` 0 to 1; None of so few, or of nobody."""

    on: date
    window: int
    flagged: int
    came_back: int

    @property
    def share(self) -> float | None:
        return self.came_back / self.flagged if self.flagged >= FEW else None


def false_alarms(version: DefectionRule) -> FalseAlarms | None:
    """As the job kept them; None until it has looked, and with too little past. No query."""
    told = (version.result or {}).get("tested")
    if not told:
        return None
    return FalseAlarms(**told | {"on": date.fromisoformat(told["on"])})


def rate(version: DefectionRule) -> Rate | None:
    """None until the job has looked. No query."""
    if version.result is None:
        return None
    months = [
        Cohort(first=date.fromisoformat(first), n=n, left=left)
        for first, n, left in version.result["cohorts"]
    ]
    month_ago = version.result.get("month_ago")
    quarters = tuple(by_quarter(months, _told_until(version)))
    return Rate(whole=together(months), quarters=quarters, month_ago=month_ago)


def _told_until(version: DefectionRule) -> date:
    """The last day of a first purchase of which the rule can tell whether they came but once."""
    days = (version.result or {}).get("tells_after")
    if days is None or version.judged_at is None:
        return date.max  # an older program's result: the job writes the next one within the hour
    return shop.day(version.judged_at) - timedelta(days=days)


def now() -> Now:
    """One query. The value is of those in the shop's currency: sums of two are none."""
    ongoing = Q(state__in=Defection.ONGOING) & _in_our_currency()
    found = Defection.objects.aggregate(
        to_ask=Count("pk", filter=Q(state="open")),
        asked=Count("pk", filter=Q(state="contacted")),
        value=Sum("value_lost", filter=ongoing),
        came_back=Count("pk", filter=Q(state="came_back")),
    )
    return Now(**found | {"value": round(Decimal(found["value"] or 0), 2)})


def _in_our_currency() -> Q:
    return Q(currency=shop.current().currency)


def causes() -> list[CauseRow]:
    """The dearest first, by what was spent in the shop's currency. One query."""
    known: Any = Defection.objects.exclude(cause="").values("cause").order_by()
    rows = known.annotate(
        n=Count("pk"),
        value=Sum("value_lost", filter=_in_our_currency(), default=Decimal()),
        **{name: Count("pk", filter=Q(answer=name)) for name in Defection.Answer.values},
    )
    found = [
        CauseRow(
            cause=row["cause"],
            n=row["n"],
            value=round(Decimal(row["value"]), 2),
            answers={name: row[name] for name in Defection.Answer.values},
        )
        for row in rows
    ]
    return sorted(found, key=lambda row: (-row.value, row.cause))
