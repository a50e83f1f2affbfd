"""Every decision as it was made, for the customers' advocate to read (S2-8), and how many each rule made.
Reads only; those that were made anew since stand among them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from feedback import shop
from feedback.intervals import wilson
from feedback.models import Decision
from feedback.policy.decision import Rule

FEWEST = 5  # below which no share is named
COLUMNS = ("at", "case", "problem", "rule", "remedies", "refusal", "needs_approver", "overridden", "policy")
REFUSALS, OVERRIDDEN = "refusals", "overridden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    rule: str
    n: int
    of: int

    @property
    def share(self) -> float | None:
        return self.n / self.of if self.of >= FEWEST else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.n, self.of) if self.of >= FEWEST else None


def made(start: date, end: date, *, rule: str = "", only: str = "") -> QuerySet[Decision]:
    """From `start` to `end`, both included, the newest first. `only`: REFUSALS, OVERRIDDEN or "" for all."""
    first, last = shop.start_of(start), shop.start_of(end + timedelta(days=1))
    rows = Decision.objects.filter(made_at__gte=first, made_at__lt=last)
    if rule:
        rows = rows.filter(rule=rule)
    if only == REFUSALS:
        rows = rows.filter(Q(decision__refusal=True) | Q(override__direction="less"))
    elif only == OVERRIDDEN:
        rows = rows.filter(override__isnull=False)
    return rows.order_by("-made_at", "-pk")


def shown(rows: QuerySet[Decision]) -> QuerySet[Decision]:
    return rows.select_related("case", "policy", "override", "comment")


def by_rule(start: date, end: date) -> Sequence[Share]:
    """In the order in which the rules are tried; one query."""
    counted = made(start, end).order_by().values_list("rule").annotate(n=Count("pk"))
    counts: dict[str, int] = dict(counted)
    total = sum(counts.values())
    return [Share(rule=rule.value, n=counts.get(rule.value, 0), of=total) for rule in Rule]


def line(row: Decision) -> tuple[Any, ...]:
    """For a file: as COLUMNS. The row comes from `shown`."""
    kinds = [one["kind"] for one in row.decision.get("remedies", ())]
    return (
        row.made_at.astimezone(shop.zone()).isoformat(timespec="seconds"),
        row.case.public_id if row.case else None, row.facts.get("problem", ""), row.rule, " ".join(kinds),
        bool(row.decision.get("refusal")), row.needs_approver,
        row.override.direction if hasattr(row, "override") else None,
        row.policy.version if row.policy else None,
    )  # fmt: skip
