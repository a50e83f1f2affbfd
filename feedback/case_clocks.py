"""When a complaint is to be answered and settled, and what moves or stops its clocks (S1-7, L11)."""

from datetime import date, datetime

from django.db.models import QuerySet

from feedback import clocks, handling, shop
from feedback.models import Case

UNSETTLED = (Case.State.OPEN, Case.State.WAITING)


def clock(channel: str, severity: str, since: datetime) -> clocks.Due:
    """When a complaint is to be answered and settled, by the shop's hours and its country's law (L11)."""
    law = clocks.LAWS.get(shop.current().country)
    return clocks.due_within(shop.clock_times().allowed(channel, severity), since, shop.office(), law)


def clock_of(case: Case, severity: str, since: datetime, *, channel: str = "") -> clocks.Due:
    """Of this case, by whom we look at first. `channel` "": the one that it came by."""
    first = handling.comes_first(case)
    return clock(channel or case.comment.channel, _sooner(severity) if first else severity, since)


def bring_forward(case: Case, now: datetime) -> None:
    """From now on its clocks run as those of the next severity, and never later than they did."""
    due = clock(case.comment.channel, _sooner(case.severity), now)
    for name, day in (("acknowledge_by", due.acknowledge_by), ("answer_by", due.answer_by),
                      ("due_on", due.settle_on)):  # fmt: skip
        waiting = Case.objects.filter(pk=case.pk, state__in=UNSETTLED)
        waiting.filter(**{f"{name}__gt": day}).update(**{name: day})
    unseen = Case.objects.filter(pk=case.pk, state__in=UNSETTLED, escalations=0, answered_at=None)
    unseen.filter(escalate_at__gt=due.acknowledge_by).update(escalate_at=due.acknowledge_by)


def no_later(case: Case, day: date) -> date:
    """What was not put right is late since the day that it was promised for."""
    return day if case.due_on is None else min(case.due_on, day)


def answered(rows: QuerySet[Case], now: datetime) -> None:
    """They got an answer, not only that we have their words: the first one stops that clock (S1-7)."""
    rows.filter(answered_at=None).update(answered_at=now)


def _sooner(severity: str) -> str:
    steps = list(Case.Severity)
    return steps[min(steps.index(Case.Severity(severity)) + 1, len(steps) - 1)].value
