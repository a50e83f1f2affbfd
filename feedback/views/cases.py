"""Complaints: the list, and one case with words, facts, decision, message and what to do."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import models
from django.db.models import F, Prefetch, QuerySet, Sum, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from feedback import (
    case_message,
    case_procedure,
    cases,
    corrections,
    disputes,
    fact_sheet,
    labels,
    overrides,
    shop,
    value,
)
from feedback.buckets import Grain
from feedback.case_forms import OverrideForm
from feedback.forms import CaseFilter, FactForm, MoveForm
from feedback.models import Case, Decision, Event, FactCorrection, Theme, ThemeTotal
from feedback.models.totals import ALL
from feedback.money import format_money
from feedback.policy.facts import BadFacts
from feedback.roles import DESK, EVERYONE, REPORTS, Role, allow, holds
from feedback.wording.compose import explain

PER_PAGE = 40
LATELY = timedelta(days=30)
ACT = (Role.STAFF, Role.APPROVER, Role.MANAGER)
SOLVE = (Role.FRONT_LINE, *ACT)
_URGENCY = models.Case(
    *(When(route=route, then=Value(place)) for place, route in enumerate(Case.Route)),
    output_field=models.IntegerField(),
)


@allow(EVERYONE)
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    today = shop.day(timezone.now())
    form = CaseFilter(request.GET)
    if not form.is_valid():
        return render(request, "feedback/cases.html", {"form": form}, status=400)
    keys = _listed(form.cleaned_data, today).values_list("pk", flat=True)
    page = Paginator(keys, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = _shown(page.object_list)
    context = {
        "form": form.as_chosen(),
        "page": page,
        "today": today,
        "is_desk": holds(request, *DESK),
        "may_note": holds(request, *SOLVE),
        "sees_reports": holds(request, *REPORTS),
    }
    return render(request, "feedback/cases.html", context)


@allow(EVERYONE)
@require_safe
def case_page(request: HttpRequest, public_id: str) -> HttpResponse:
    return show(request, found(public_id))


@allow(*ACT)
@require_POST
def correct_fact(request: HttpRequest, public_id: str) -> HttpResponse:
    case = found(public_id)
    name = request.POST.get("name", "")
    if name not in labels.FACT_CHOICES or case.comment.read_at is None:
        messages.error(request, _("This fact cannot be set by hand."))
        return redirect("case", public_id)
    form = FactForm(request.POST, name=name)
    if not form.is_valid():
        return show(request, case, refused=form, status=400)
    given = form.cleaned_data
    try:
        cases.correct_fact(case.comment, name, given["value"], reason=given["reason"], by=request.user)
    except BadFacts as error:
        form.add_error("value", error.message)
        return show(request, case, refused=form, status=400)
    messages.success(request, _("Kept, and decided again with it."))
    return redirect("case", public_id)


@allow(*SOLVE)
@require_POST
def move(request: HttpRequest, public_id: str) -> HttpResponse:
    """The front line may solve what needs no approver (S2-9); everything else is for staff."""
    case = found(public_id)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return show(request, case, moving=form, status=400)
    if not holds(request, *ACT) and not (form.cleaned_data["to"] == "resolved" and _within_limit(case)):
        messages.error(request, _("This is above what the front line may settle: hand it to staff."))
        return redirect("case", public_id)
    try:
        messages.success(request, _move(case, form.cleaned_data, request.user))
    except cases.Stale:
        messages.warning(
            request, _("Somebody else changed this case just before. This is how it stands now.")
        )
    return redirect("case", public_id)


@allow(*ACT)
@require_POST
def confirm_customer(request: HttpRequest, public_id: str) -> HttpResponse:
    cases.confirm_customer(found(public_id), by=request.user)
    messages.success(request, _("Kept. What we know of this customer now counts."))
    return redirect("case", public_id)


def _move(case: Case, given: dict[str, str], by) -> str:
    match given["to"]:
        case "waiting":
            cases.wait(case, by=by)
            return _("The case waits for the customer.")
        case "resolved":
            cases.resolve(
                case, by=by, first_time=given["first_time"] == "yes", cause_removed=given["cause_removed"],
                root_cause=given["root_cause"], is_told=given["is_told"],
            )  # fmt: skip
            return _("The case is resolved.")
        case "closed":
            cases.close(case, by=by)
            return _("The case is closed.")
    cases.reopen(case, by=by)
    return _("The case is open again.")


def _shown(keys: Iterable[int]) -> list[Case]:
    """A few, in this order, with what a row of the list shows. Sorting all of them would be slow."""
    rows = Case.objects.select_related("comment__analysis", "customer").prefetch_related(
        Prefetch("comment__decisions", Decision.objects.filter(is_current=True), to_attr="current")
    )
    found = rows.in_bulk(list(keys))
    shown = [found[key] for key in keys if key in found]
    for case in shown:
        case.problem = _problem(case)
    return shown


def _listed(chosen: dict[str, Any], today: date) -> QuerySet[Case]:
    rows = Case.objects.all()
    match chosen["state"]:
        case CaseFilter.TO_DO:
            rows = rows.filter(state__in=[Case.State.OPEN, Case.State.WAITING])
        case "all":
            pass
        case state:
            rows = rows.filter(state=state)
    if chosen["route"]:
        rows = rows.filter(route=chosen["route"])
    if chosen["problem"]:
        rows = rows.filter(
            comment__decisions__is_current=True, comment__decisions__facts__problem=chosen["problem"]
        )
    if chosen["owner"]:
        rows = rows.filter(owner=None if chosen["owner"] == CaseFilter.NOBODY else int(chosen["owner"]))
    if chosen["due"]:
        rows = rows.filter(due_on__lte=today)
    if chosen["state"] in (Case.State.RESOLVED, Case.State.CLOSED, "all"):
        return rows.order_by("-opened_at", "-pk")
    return rows.order_by(_URGENCY, F("due_on").asc(nulls_last=True), "opened_at", "pk")


def _problem(case: Case) -> str:
    """As the current decision sees it, else as the machine read it; '' while nobody has read it."""
    if case.comment.current:
        return case.comment.current[0].facts["problem"]
    return case.comment.analysis.final_problem if hasattr(case.comment, "analysis") else ""


def found(public_id: str) -> Case:
    rows = Case.objects.select_related(
        "comment__analysis",
        "comment__touchpoint",
        "comment__product",
        "customer",
        "order",
        "owner",
        "joined_to",
    )
    return get_object_or_404(rows, public_id=public_id)


def url_of(case: Case) -> str:
    return reverse("case", args=[case.public_id])


def current_decision(case: Case) -> Decision | None:
    rows = Decision.objects.filter(comment=case.comment_id, is_current=True)
    return rows.select_related("policy", "override__by").first()


def _within_limit(case: Case) -> bool:
    decision = current_decision(case)
    return decision is not None and not decision.needs_approver


def show(
    request: HttpRequest,
    case: Case,
    *,
    refused: FactForm | None = None,
    moving: MoveForm | None = None,
    overriding: OverrideForm | None = None,
    message: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a case; one of its forms with what was typed and refused."""
    language = request.LANGUAGE_CODE
    decision = current_decision(case)
    context: dict[str, Any] = {
        "case": case,
        "comment": case.comment,
        "may_act": holds(request, *ACT),
        "may_solve": holds(request, *ACT)
        or (holds(request, Role.FRONT_LINE) and decision is not None and not decision.needs_approver),
        "may_hand_over": holds(request, *SOLVE),
        "moving": moving or MoveForm(),
        "locked_by": [
            {"row": row, "evidence": disputes.evidence(row, language)}
            for row in disputes.open_on(case.order_id)
        ],
        "is_desk": holds(request, *DESK),
        "history": _history(case),
        "refused": refused,
        "others": _others(case, shop.day(timezone.now()), language),
        "worth": _worth(case, language),
        "today": shop.day(timezone.now()),
        "handling": case_procedure.shown(case, request.user, timezone.now()),
    }
    if decision:
        decided = overrides.effective(decision)
        currency = decision.facts["currency"]
        context |= {
            "decision": decision,
            "decided": decided,
            "reason": explain(decided, language),
            "facts": list(fact_sheet.shown(decision, language, refused)),
            "override": case_message.overridden(case, decision, language),
            "overriding": overriding or OverrideForm(currency=currency, initial={"decision": decision.pk}),
            "may_override": holds(request, *overrides.ROLES),
            "is_overriding": overriding is not None,
            "currency": currency,
            "message": case_message.shown(case, decision, decided, request.user, language, **(message or {})),
            "promises": case.promises.select_related("who").order_by("by_when", "pk"),
            "given": case.concessions.select_related("booked_by").order_by("pk"),
        }
    return render(request, "feedback/case.html", context, status=status)


def _others(case: Case, today: date, language: str) -> list[dict[str, Any]]:
    """How often others named the same lately: one complaint tells of many that nobody made (S4-5)."""
    told = corrections.themes_of(case.comment)
    themes = {theme.slug: theme.name(language) for theme in Theme.objects.filter(slug__in=told)}
    lately = ThemeTotal.objects.filter(
        dimension=ALL, value=ALL, grain=Grain.DAY, theme__in=themes, day__gt=today - LATELY, day__lte=today
    )
    counted = lately.values_list("theme").annotate(n=Sum("negative")).order_by("-n")
    since = today - LATELY + timedelta(days=1)
    return [
        {"slug": slug, "name": themes[slug], "n": n, "from": since, "to": today}
        for slug, n in counted
        if n > 1
    ]


def _worth(case: Case, language: str) -> str:
    """Lifetime value in money (S2-7), as it is now."""
    if case.customer_id is None:
        return ""
    values = value.lifetime_values([case.customer_id])
    if case.customer_id not in values:
        return ""
    return format_money(values[case.customer_id], shop.current().currency, language)


def _history(case: Case) -> list[dict[str, Any]]:
    """What was done, oldest first: Events, and corrected facts with their reasons."""
    events = Event.objects.filter(subject=f"feedback.case:{case.pk}").select_related("by").order_by("id")
    corrections = FactCorrection.objects.filter(comment=case.comment_id).select_related("by").order_by("id")
    entries: list[dict[str, Any]] = [
        {"at": event.at, "by": event.by, "what": labels.known(labels.EVENTS, event.verb)} for event in events
    ]
    for row in corrections:
        what = _("%(fact)s corrected") % {"fact": labels.known(labels.FACTS, row.name)}
        entries.append({"at": row.at, "by": row.by, "what": what, "reason": row.reason})
    return sorted(entries, key=_at)


def _at(entry: dict[str, Any]) -> datetime:
    return entry["at"]
