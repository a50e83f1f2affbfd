"""What waits for one person today, and who has how much: the day's page and the team's board.

Each list is a handful of rows and a count, from indexes that hold nothing but what is open; the number of
queries is the same however many complaints there are.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback import shop
from feedback.front import capture, work_queries
from feedback.front.work_queries import Day
from feedback.models import User
from feedback.roles import DESK, EVERYONE, Role, allow, holds

LISTS = ("not_yet", "to_ask", "promised", "mine", "nobodys", "watched")
EDITORS = (Role.STAFF, Role.APPROVER)
_NO_CASES, _NO_PROMISES = (0, 0, 0, 0, 0), (0, 0, 0, None)


@dataclass(frozen=True, slots=True)
class Load:
    """What one person looks after; `who` None: nobody yet. Counts of open cases, and of promises."""

    who: User | None
    open: int = 0
    waiting: int = 0
    due: int = 0  # today
    late: int = 0
    shown: int = 0  # to a manager
    promised: int = 0
    to_ask: int = 0
    tried: int = 0  # call-backs that reached nobody yet
    tried_at: datetime | None = None


@allow(EVERYONE)
@require_safe
def day(request: HttpRequest) -> HttpResponse:
    today = shop.day(timezone.now())
    may_note = holds(request, *capture.CALL)
    context = {"today": today, "may_note": may_note, "may_take": may_note, "is_desk": holds(request, *DESK)}
    names = [*LISTS, "call_first", "teams"] if may_note else list(LISTS)
    names += ["to_contact"] if context["is_desk"] else []
    also = ["late"]
    if holds(request, *EDITORS):
        drafts, replies = _to_approve(holds(request, Role.APPROVER))
        names, also = [*names, drafts], [*also, replies]
    return render(request, "feedback/day.html", context | _lists(names, also, Day.of(request.user, today)))


def _to_approve(may_all: bool) -> tuple[str, str]:
    return ("all_drafts", "all_replies") if may_all else ("drafts", "replies")


def _lists(names: list[str], also: list[str], day: Day) -> dict[str, Any]:
    """By name the first rows of each, how many there are, and whether more; and the counts of `also`."""
    counts = work_queries.counts((*names, *also), day)
    found = {name: work_queries.rows(name, day) if counts[name] else [] for name in names}
    lists = {
        name: {"rows": rows, "n": counts[name], "more": counts[name] > len(rows)}
        for name, rows in found.items()
    }
    return {name.removeprefix("all_"): one for name, one in (counts | lists).items()}


@allow(EVERYONE)
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    today = shop.day(timezone.now())
    loads = team(today)
    context = {
        "today": today,
        "loads": loads,
        "total": _total(loads),
        "first": work_queries.rows("latest", Day.of(request.user, today)),
        "may_take": holds(request, *capture.CALL),
    }
    return render(request, "feedback/board.html", context)


def team(today: date) -> list[Load]:
    """Nobody's first, then whoever has most that is late. Three queries."""
    cases = {key: counted for key, *counted in work_queries.CASE_COUNTS.all(today)}
    owed = {key: counted for key, *counted in work_queries.PROMISE_COUNTS.all(today)}
    keys = cases.keys() | owed.keys()
    people = {row.pk: row for row in work_queries.PEOPLE.all()}
    loads = [Load(people.get(key), *cases.get(key, _NO_CASES), *owed.get(key, _NO_PROMISES)) for key in keys]
    return sorted(loads, key=lambda one: (one.who is not None, -one.late, -one.open, str(one.who)))


def _total(loads: list[Load]) -> dict[str, int]:
    names = ("open", "due", "late", "shown", "to_ask")
    return {name: sum(getattr(one, name) for one in loads) for name in names}
