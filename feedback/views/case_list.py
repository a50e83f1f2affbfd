"""The list of complaints: those that an address asks for, the most urgent first.

The ways to ask for the first page are put into words once each (feedback.prepared), and its filters are drawn
once for everybody who chose the same.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from feedback import drawn, shop
from feedback.forms import CaseFilter
from feedback.models import Case, Decision, User
from feedback.models.cases import UNDATED, URGENCY
from feedback.prepared import Prepared, PreparedCounts, PreparedFigures
from feedback.roles import DESK, EVERYONE, REPORTS, Role, allow, holds

PER_PAGE = 40
SOLVE = (Role.FRONT_LINE, Role.STAFF, Role.APPROVER, Role.MANAGER)
_SHOWN = (
    *(
        "public_id",
        "opened_at",
        "due_on",
        "state",
        "route",
        "severity",
        "escalations",
        "comment__title",
        "comment__text",
        "comment__author",
    ),
    *("owner__first_name", "owner__last_name", "owner__username"),
    *("customer__name", "customer__email", "customer__public_id"),
    *("comment__analysis__problem", "comment__analysis__corrected_problem", "comment__analysis__flags"),
    *("handling__archetype", "handling__chosen", "handling__chosen_at"),
)
_BY_URGENCY = (URGENCY, UNDATED, "due_on", "opened_at", "pk")  # as the index has them
_NEWEST = ("-opened_at", "-pk")
_PEOPLE = PreparedFigures(
    lambda: (
        User.objects.filter(is_active=True)
        .order_by("first_name", "username")
        .values_list("pk", "first_name", "last_name", "username")
    )
)


class _Way(NamedTuple):
    """What is asked for but for the values: whose, and which day is today."""

    state: str
    route: str
    problem: str
    owner: str  # "", somebody, CaseFilter.NOBODY
    is_due: bool
    is_shown: bool  # to a manager

    @classmethod
    def of(cls, chosen: Mapping[str, Any]) -> "_Way":
        owner = chosen["owner"] if chosen["owner"] in ("", CaseFilter.NOBODY) else "somebody"
        return cls(chosen["state"], chosen["route"], chosen["problem"], owner, chosen["due"], chosen["shown"])

    @property
    def order(self) -> tuple[Any, ...]:
        return _NEWEST if self.state in (Case.State.RESOLVED, Case.State.CLOSED, "all") else _BY_URGENCY


@allow(EVERYONE)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    form, filters = _asked(request)
    context: dict[str, Any] = {"form": form, "filters": filters}
    if not form.is_valid():
        return render(request, "feedback/cases.html", context, status=400)
    today = shop.day(timezone.now())
    context |= {
        "page": _page(form.cleaned_data, request.GET.get("page"), today),
        "today": today,
        "is_desk": holds(request, *DESK),
        "may_note": holds(request, *SOLVE),
        "sees_reports": holds(request, *REPORTS),
    }
    return render(request, "feedback/cases.html", context)


def _asked(request: HttpRequest) -> tuple[CaseFilter, SafeString]:
    """By what is chosen, and by who there is to choose."""
    people = tuple(_PEOPLE.all())

    chosen = tuple(request.GET.get(name, "") for name in CaseFilter.base_fields)

    def make() -> tuple[CaseFilter, SafeString]:
        named = [(key, f"{first} {last}".strip() or username) for key, first, last, username in people]
        form = CaseFilter(request.GET, people=named)
        shown = form.as_chosen() if form.is_valid() else form
        return form, render_to_string("feedback/_filters.html", {"form": shown, "request": request})

    key = ("filters of cases", request.LANGUAGE_CODE, chosen, bool(request.GET), people)
    return drawn.once(key, make)


def _page(chosen: Mapping[str, Any], number: str | None, today: date) -> Page:
    way, owner = _Way.of(chosen), int(chosen["owner"] or 0)
    pages = Paginator(_listed(way, owner, today).order_by(*way.order), PER_PAGE)
    pages.count = _count(way)(owner, today)[0]
    found = pages.get_page(number)
    first = found.number == 1
    rows = _first(way).all(owner, today) if first else list(_rows(way, found.object_list))
    problems = _decided([row.comment_id for row in rows])
    for row in rows:
        row.problem = problems.get(row.comment_id) or _read(row)
    found.object_list = rows
    return found


@lru_cache(maxsize=200)
def _count(way: _Way) -> PreparedCounts:
    return PreparedCounts([lambda owner, today: _listed(way, owner, today)], int, date)


@lru_cache(maxsize=200)
def _first(way: _Way) -> Prepared[Case]:
    return Prepared(
        lambda owner, today: _rows(way, _listed(way, owner, today).order_by(*way.order)[:PER_PAGE]), int, date
    )


def _rows(way: _Way, some: QuerySet[Case]) -> QuerySet[Case]:
    """Sorted before anything stands beside them: sorting whole rows would be slow."""
    shown = Case.objects.select_related("comment__analysis", "customer", "handling", "owner").only(*_SHOWN)
    return shown.filter(pk__in=some.values("pk")).order_by(*way.order)


def _listed(way: _Way, owner: int, today: date) -> QuerySet[Case]:
    rows = Case.objects.all()
    if way.state == CaseFilter.TO_DO:
        # The same rows, in words that an index has: whose, or all by urgency, or else by state and route.
        on_the_board = bool(way.owner) or way.is_shown or not (way.route or way.problem)
        open_ = Q(state__in=[Case.State.OPEN, Case.State.WAITING])
        rows = rows.unsettled() if on_the_board else rows.filter(open_)
    elif way.state != "all":
        rows = rows.filter(state=way.state)
    if way.route:
        rows = rows.filter(route=way.route)
    if way.problem:
        current = Decision.objects.filter(is_current=True, facts__problem=way.problem)
        rows = rows.filter(comment__in=current.values("comment"))
    if way.owner:
        rows = rows.filter(owner=None if way.owner == CaseFilter.NOBODY else owner)
    if way.is_shown:
        rows = rows.filter(escalations__gt=0)
    return rows.filter(due_on__lte=today) if way.is_due else rows


def _decided(comments: list[int]) -> dict[int, str]:
    """The problem as the current decision of each sees it."""
    current = Decision.objects.filter(is_current=True, comment__in=comments)
    return dict(current.values_list("comment", "facts__problem"))


def _read(case: Case) -> str:
    """As the machine read it; "" while nobody has read it."""
    return case.comment.analysis.final_problem if hasattr(case.comment, "analysis") else ""
