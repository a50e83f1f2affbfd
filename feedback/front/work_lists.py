"""What waits for one person today, and who has how much: the day's page and the team's board.

Each list is a handful of rows and a count, from indexes that hold nothing but what is open; the number of
queries is the same however many complaints there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback import contacts, promises, shop
from feedback.front import capture
from feedback.models import Case, Message, Promise, User
from feedback.models.cases import CaseQuerySet
from feedback.roles import DESK, EVERYONE, Role, allow, holds
from reviews.models import Reply

_COLUMNS = (
    *("public_id", "opened_at", "due_on", "state", "route", "severity", "comment__title", "comment__text"),
    *("customer__name", "customer__email", "customer__public_id"),
    *("owner__first_name", "owner__last_name", "owner__username"),
)
SHOWN = 10  # rows of one list; the rest is a link away
EDITORS = (Role.STAFF, Role.APPROVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one person looks after; `who` None: nobody yet. Counts of open cases, and of promises."""

    who: User | None
    open: int = 0
    waiting: int = 0
    due: int = 0  # today
    late: int = 0
    shown: int = 0  # to a manager
    first_due: date | None = None
    promised: int = 0
    to_ask: int = 0


@allow(EVERYONE)
@require_safe
def day(request: HttpRequest) -> HttpResponse:
    today = shop.day(timezone.now())
    me = request.user
    context = {
        "today": today,
        "to_ask": _some(
            promises.to_ask(today).filter(Q(who=me) | Q(who=None)).select_related("case__customer")
        ),
        "promised": _some(_promised(me, today).select_related("case__customer")),
        "mine": _some_cases(Case.objects.filter(owner=me)),
        "late": Case.objects.unsettled().filter(owner=me, due_on__lt=today).count(),
        "nobodys": _some_cases(Case.objects.filter(owner=None, due_on__lte=today)),
        "watched": _some_cases(Case.objects.filter(watches__user=me)),
        "may_note": holds(request, *capture.CALL),
        "call_first": _call_first() if holds(request, *capture.CALL) else None,
        "is_desk": holds(request, *DESK),
    }
    if holds(request, *EDITORS):
        context |= _to_approve(holds(request, Role.APPROVER))
    return render(request, "feedback/day.html", context)


@allow(EVERYONE)
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    today = shop.day(timezone.now())
    loads = team(today)
    context = {
        "today": today,
        "loads": loads,
        "total": _total(loads),
        "first": _shown(list(_cases(Case.objects.filter(due_on__lt=today))[:SHOWN])),
    }
    return render(request, "feedback/board.html", context)


def _call_first() -> dict[str, Any]:
    """Late orders of which nobody has said a word: we call before they have to."""
    late = contacts.late_orders(timezone.now()).select_related("customer")
    return _some(late.only("number", "promised_on", "carrier", "customer__name", "customer__email",
                           "customer__public_id"))  # fmt: skip


def team(today: date) -> list[Load]:
    """Nobody's first, then whoever has most that is late. Three queries."""
    cases = {row.pop("owner"): row for row in _case_counts(today)}
    owed = {row.pop("who"): row for row in _promise_counts(today)}
    keys = cases.keys() | owed.keys()
    people = User.objects.in_bulk([key for key in keys if key is not None])
    loads = [
        Load(who=people.get(key) if key is not None else None, **cases.get(key, {}), **owed.get(key, {}))
        for key in keys
    ]
    return sorted(loads, key=lambda one: (one.who is not None, -one.late, -one.open, str(one.who)))


def _case_counts(today: date) -> QuerySet[Case, dict[str, Any]]:
    rows = Case.objects.unsettled().order_by().values("owner")
    return rows.annotate(
        open=Count("pk"),
        waiting=Count("pk", filter=Q(state=Case.State.WAITING)),
        due=Count("pk", filter=Q(due_on=today)),
        late=Count("pk", filter=Q(due_on__lt=today)),
        shown=Count("pk", filter=Q(escalations__gt=0)),
        first_due=Min("due_on"),
    )


def _promise_counts(today: date) -> QuerySet[Promise, dict[str, Any]]:
    rows = Promise.objects.filter(state=Promise.State.OPEN).order_by().values("who")
    return rows.annotate(
        promised=Count("pk", filter=Q(call_back_on__gt=today)),
        to_ask=Count("pk", filter=Q(call_back_on__lte=today)),
    )


def _total(loads: list[Load]) -> dict[str, int]:
    names = ("open", "due", "late", "shown", "to_ask")
    return {name: sum(getattr(one, name) for one in loads) for name in names}


def _promised(me: User, today: date) -> QuerySet[Promise]:
    """To be done by the next working day, or overdue and not asked about yet."""
    soon = shop.working_days_later(today, 1)
    mine = Promise.objects.filter(state=Promise.State.OPEN, who=me, by_when__lte=soon, call_back_on__gt=today)
    return mine.order_by("by_when", "pk")


def _cases(rows: CaseQuerySet) -> QuerySet[Case, int]:
    """The keys of open ones, the first due first: all of it stands in an index."""
    return rows.unsettled().order_by("due_on", "pk").values_list("pk", flat=True)


def _shown(keys: Iterable[int]) -> list[Case]:
    """In this order, with what a row of a list shows."""
    rows = Case.objects.select_related("comment", "customer", "owner").only(*_COLUMNS)
    found = rows.in_bulk(list(keys))
    return [found[key] for key in keys if key in found]


def _to_approve(may_all: bool) -> dict[str, Any]:
    drafts = Message.objects.filter(state=Message.State.DRAFT)
    replies = Reply.objects.waiting()
    if not may_all:
        drafts, replies = drafts.filter(needs_approver=False), replies.filter(needs_approver=False)
    return {
        "drafts": _some(drafts.select_related("case__customer").order_by("drafted_at", "pk")),
        "replies": replies.count(),
    }


def _some_cases(rows: CaseQuerySet) -> dict[str, Any]:
    some = _some(_cases(rows))
    return some | {"rows": _shown(some["rows"])}


def _some(rows: QuerySet[Any]) -> dict[str, Any]:
    """The first rows, and how many there are: counted only where more than are shown."""
    found = list(rows[: SHOWN + 1])
    more = len(found) > SHOWN
    return {"rows": found[:SHOWN], "n": rows.count() if more else len(found), "more": more}
