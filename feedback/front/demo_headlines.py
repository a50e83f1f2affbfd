"""The demo shop's headline figures of the past weeks, as the job would have kept them on each of the days."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Q

from feedback import defections, shop
from feedback.front import headlines
from feedback.front.headlines import Figure
from feedback.models import Case, Headline
from feedback.reports import defections as defection_report
from reviews.models import Reply

_DAYS = (35, headlines.MONTH, 28, 21, 14, 7, 1)  # ago
# What can be told of a day from rows that bear their own day; the rest is told of a month ago only.
_OF_ANY_DAY = ("recovered", "promises", "nps", "csat", "satisfied")


def past(now: datetime) -> None:
    """Before today's are found, which stand beside them."""
    rows = []
    for days in _DAYS:
        then = now - timedelta(days=days)
        for name, one in _figures(then, is_month_ago=days == headlines.MONTH):
            rows.append(
                Headline(
                    name=name, day=shop.day(then), value=one.value, n=one.n, low=one.low, high=one.high,
                    before=one.before, data=one.data, found_at=then,
                )
            )  # fmt: skip
    Headline.objects.bulk_create(rows)


def _figures(then: datetime, *, is_month_ago: bool) -> Iterator[tuple[str, Figure]]:
    day = shop.day(then)
    for name in (*_OF_ANY_DAY, *(("silent", "unsteady") if is_month_ago else ())):
        if found := headlines.FIGURES[name](day, then):
            yield name, found
    if waiting := _queue(then):
        yield "queue", waiting
    if is_month_ago and (left := _left()):
        yield "left", left


def _queue(then: datetime) -> Figure | None:
    """What waited then: cases that had not ended, and drafts that nobody had approved."""
    cases = Case.objects.filter(Q(resolved_at=None) | Q(resolved_at__gt=then), opened_at__lte=then)
    drafts = Reply.objects.filter(Q(approved_at=None) | Q(approved_at__gt=then), drafted_at__lte=then)
    since = [
        *cases.exclude(closed_at__lte=then).values_list("opened_at", flat=True),
        *drafts.values_list("drafted_at", flat=True),
    ]
    if not since:
        return None
    hours = [(then - one).total_seconds() / 3600 for one in since]
    return Figure(value=median(hours), n=len(hours), data={"oldest": max(hours)})


def _left() -> Figure | None:
    version = defections.in_force()
    found = defection_report.rate(version) if version else None
    if found is None or found.month_ago is None:
        return None
    return Figure(value=found.month_ago, n=found.whole.n)
