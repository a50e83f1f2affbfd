"""Complaints that grow old are shown to a manager by themselves (S1-7, L11; a job).

The first time when the customer does not know in time that we have it, then when nobody has answered in time,
then when the last day is over, and again every few working days until it is settled. Whoever is told gets one
letter for all of them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef
from django.urls import reverse

from feedback import journal, leases, mail, shop
from feedback.models import Case, User, Watch
from feedback.models.queue import LeasableQuerySet
from feedback.roles import Role

AGAIN, SELDOM = 2, 5  # working days between two letters about the same case; after the third, seldom
OFTEN = 3
MOST_NAMED = 30  # cases that a letter names; of more it says how many


def due(now: datetime) -> LeasableQuerySet:
    return Case.objects.unsettled().filter(escalate_at__lte=now)


def escalate(cases: Sequence[Case], now: datetime) -> None:
    late = []
    with journal.recording():
        for case in cases:
            why = overdue(case, now)
            leases.finish(
                [case],
                escalate_at=_next(case, now, is_late=bool(why)),
                **({"escalations": F("escalations") + 1} if why else {}),
            )
            if why:
                late.append(case)
                journal.log("case escalated", case, why=why)
        _tell(late, now)


ESCALATE = leases.Job(
    name="show late cases to a manager",
    due=due,
    run=escalate,
    batch=200,
    columns=(
        *("acknowledge_by", "acknowledged_at", "answer_by", "answered_at", "due_on"),
        *("escalations", "owner", "opened_at", "public_id"),
    ),
)


def overdue(case: Case, now: datetime) -> str:
    """What is late about an open case, the worst of it: "settle", "answer" or "acknowledge"; "" when nothing
    is. Whoever was answered knows that we have it."""
    if case.due_on is not None and case.due_on < shop.day(now):
        return "settle"
    if case.answered_at is not None:
        return ""
    if case.answer_by is not None and case.answer_by <= now:
        return "answer"
    if case.acknowledge_by is None or case.acknowledged_at is not None:
        return ""
    return "acknowledge" if case.acknowledge_by <= now else ""


def _next(case: Case, now: datetime, *, is_late: bool) -> datetime | None:
    """When an answer is due; then when the working day after its last one begins, or some days on if that is
    over. None: no clock."""
    today, office = shop.day(now), shop.office()
    if case.answered_at is None and case.answer_by is not None and case.answer_by > now:
        return case.answer_by
    if case.due_on is None:
        return None
    if case.due_on >= today:
        return office.opening(office.calendar.later(case.due_on, 1))
    often = case.escalations + is_late < OFTEN
    return office.opening(office.calendar.later(today, AGAIN if often else SELDOM))


def _tell(late: Sequence[Case], now: datetime) -> None:
    """Managers hear of all, owners and watchers of theirs."""
    if not late:
        return
    everybody = {user.pk: user for user in _reachable()}
    managers = {key for key, user in everybody.items() if user.is_manager}
    watching: dict[int, set[int]] = {}
    for case, user in Watch.objects.filter(case__in=late).values_list("case", "user"):
        watching.setdefault(case, set()).add(user)
    whose = {case.pk: managers | watching.get(case.pk, set()) | {case.owner_id} for case in late}
    for key, user in everybody.items():
        theirs = [case for case in late if key in whose[case.pk]]
        if theirs:
            _write(user, theirs, now)


def _reachable() -> Iterable[Any]:
    held = User.groups.through.objects.filter(user=OuterRef("pk"), group__name=Role.MANAGER)
    return User.objects.filter(is_active=True).exclude(email="").annotate(is_manager=Exists(held))


def _write(user: User, cases: Sequence[Case], now: datetime) -> None:
    mail.write(
        to=user.email,
        template="late_cases",
        context={
            "name": user.get_short_name() or user.get_username(),
            "n": len(cases),
            "more": max(0, len(cases) - MOST_NAMED),
            "cases": [
                {
                    "url": f"{settings.BASE_URL}{reverse('case', args=[case.public_id])}",
                    "opened_on": shop.day(case.opened_at),
                    "due_on": case.due_on,
                    "why": overdue(case, now),
                }
                for case in cases[:MOST_NAMED]
            ],
        },
        language=user.language or shop.current().language,
        about=f"feedback.user:{user.pk}",
        now=now,
    )
