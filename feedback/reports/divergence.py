"""Where people decided otherwise than the policy: who, on what, which way and at what cost. Reads only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from feedback import shop
from feedback.models import Case, Override
from feedback.models.cases import Override as Row

NONE = Decimal(0)
COLUMNS = (
    "at", "case", "by", "role", "problem", "rule", "direction", "remedy", "amount", "cost", "currency",
    "reason",
)  # fmt: skip


@dataclass(slots=True)
class Tally:
    """Of one person or one problem. `more_cost`: expected cost of being more generous; `saved`: what the
    policy would have spent where less was given. In the shop's currency."""

    key: str
    more: int = 0
    less: int = 0
    more_cost: Decimal = NONE
    saved: Decimal = NONE

    @property
    def n(self) -> int:
        return self.more + self.less


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """`decided`: cases that the policy decided in the time. `weeks`: (first day, more, less)."""

    start: date
    end: date
    currency: str
    rows: tuple[Row, ...]
    decided: int
    people: tuple[Tally, ...]
    problems: tuple[Tally, ...]
    weeks: tuple[tuple[date, int, int], ...]

    @property
    def share(self) -> float | None:
        return len(self.rows) / self.decided if self.decided else None

    @property
    def total(self) -> Tally:
        found = Tally(key="")
        for row in self.rows:
            _count(found, row, self.currency)
        return found


def report(start: date, end: date) -> Divergence:
    """From `start` to `end`, both included; two queries."""
    zone, currency = shop.zone(), shop.current().currency
    between = (datetime.combine(start, time.min, zone), datetime.combine(end, time.max, zone))
    rows = list(
        Override.objects.filter(at__range=between)
        .select_related("by", "case", "decision")
        .order_by("-at", "-pk")
    )
    return Divergence(
        start=start,
        end=end,
        currency=currency,
        rows=tuple(rows),
        decided=Case.objects.filter(decided_at__range=between).count(),
        people=_by(rows, lambda row: str(row.by), currency),
        problems=_by(rows, lambda row: row.decision.facts["problem"], currency),
        weeks=tuple(_weeks(rows, start, end)),
    )


def line(row: Row) -> tuple[Any, ...]:
    """For a file: as COLUMNS."""
    return (
        row.at.astimezone(shop.zone()).isoformat(timespec="minutes"), row.case.public_id, str(row.by),
        row.role, row.decision.facts["problem"], row.decision.rule, row.direction, row.remedy, row.amount,
        row.cost, row.currency, row.reason,
    )  # fmt: skip


def _by(rows: Sequence[Row], key: Callable[[Row], str], currency: str) -> tuple[Tally, ...]:
    found: dict[str, Tally] = {}
    for row in rows:
        _count(found.setdefault(key(row), Tally(key=key(row))), row, currency)
    return tuple(sorted(found.values(), key=lambda tally: (-tally.n, tally.key)))


def _count(tally: Tally, row: Row, currency: str) -> None:
    cost = row.cost if row.currency == currency else NONE
    if row.direction == Override.Direction.MORE:
        tally.more += 1
        tally.more_cost += cost
    else:
        tally.less += 1
        tally.saved += cost


def _weeks(rows: Sequence[Row], start: date, end: date) -> list[tuple[date, int, int]]:
    monday = start - timedelta(days=start.weekday())
    counts = [[0, 0] for _ in range(((end - monday).days // 7) + 1)]
    for row in rows:
        week = (shop.day(row.at) - monday).days // 7
        counts[week][row.direction == Override.Direction.LESS] += 1
    return [(max(start, monday + timedelta(weeks=n)), more, less) for n, (more, less) in enumerate(counts)]
