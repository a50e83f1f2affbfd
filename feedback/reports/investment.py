"""Why customers left, what that costs in a year, and what was decided about each cause (S2-4, S2-5)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from feedback import shop
from feedback.defection.investment import Cause, Check, check
from feedback.models import CauseDecision, Defection

DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Investment:
    """Customers found gone from `start` on who have not come back. `silent`: those who did not say why,
    `unasked`: not asked yet; in no cause. `decisions`: the newest about each cause, by cause."""

    start: date
    check: Check
    said: int
    silent: int
    unasked: int
    decisions: dict[str, CauseDecision]


def report(today: date, margin: Decimal) -> Investment:
    """Two queries."""
    counted = gone(today).values_list("cause").annotate(n=Count("pk"), spent=Sum("value_lost")).order_by()
    found = {cause: (n, round(Decimal(spent), 2)) for cause, n, spent in counted}
    decisions = newest()
    silent, unasked = (found.pop(one, (0, Decimal(0)))[0] for one in (Defection.Cause.NOT_SAID, ""))
    causes = [
        _cause(name, *found.get(name, (0, Decimal(0))), decisions.get(name))
        for name in Defection.Cause.values
        if name in found or name in decisions
    ]
    return Investment(
        start=_start(today),
        check=check(causes, margin),
        said=sum(n for n, _spent in found.values()),
        silent=silent,
        unasked=unasked,
        decisions=decisions,
    )


def gone(today: date) -> QuerySet[Defection]:
    """Whom the check counts: found in the last year, and not come back, by a definition that still holds."""
    since = shop.start_of(_start(today))
    found = Defection.objects.filter(found_at__gte=since, currency=shop.current().currency)
    return found.exclude(state__in=[Defection.State.CAME_BACK, Defection.State.WITHDRAWN])


def _start(today: date) -> date:
    return today - timedelta(days=DAYS - 1)


def newest() -> dict[str, CauseDecision]:
    """By cause; one query."""
    return {one.cause: one for one in CauseDecision.objects.select_related("decided_by").order_by("pk")}


def _cause(name: str, n: int, spent: Decimal, decision: CauseDecision | None) -> Cause:
    known = decision if decision and decision.currency == shop.current().currency else None
    if known is None:
        return Cause(name=name, n=n, spent=spent)
    return Cause(name=name, n=n, spent=spent, cost=known.cost, keeps=known.keeps)
