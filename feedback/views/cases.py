"""Complaints: the list, and one case with words, facts, decision, message and what to do."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import models
from django.db.models import F, Prefetch, QuerySet, Sum, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from feedback import cases, corrections, fact_sheet, labels, shop, value
from feedback.forms import CaseFilter, FactForm, MoveForm
from feedback.models import Case, Decision, Event, FactCorrection, Theme, ThemeTotal
from feedback.models.totals import ALL
from feedback.money import format_money
from feedback.policy.decision import Decision as Decided
from feedback.policy.facts import BadFacts
from feedback.roles import DESK, EVERYONE, Role, allow, holds
from feedback.wording.compose import Promised, compose, explain

PER_PAGE = 40
LATELY = timedelta(days=30)
ACT = (Role.STAFF, Role.APPROVER, Role.MANAGER)
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
    page = Paginator(_found(form.cleaned_data, today), PER_PAGE).get_page(request.GET.get("page"))
    for case in page.object_list:
        case.problem = _problem(case)
    context = {"form": CaseFilter(form.cleaned_data), "page": page, "today": today}
    return render(request, "feedback/cases.html", context)


@allow(EVERYONE)
@require_safe
def case_page(request: HttpRequest, public_id: str) -> HttpResponse:
    return _show(request, _case(public_id))


@allow(*ACT)
@require_POST
def correct_fact(request: HttpRequest, public_id: str) -> HttpResponse:
    case = _case(public_id)
    name = request.POST.get("name", "")
    if name not in labels.FACT_CHOICES or case.comment.read_at is None:
        messages.error(request, _("This fact cannot be set by hand."))
        return redirect("case", public_id)
    form = FactForm(request.POST, name=name)
    if not form.is_valid():
        return _show(request, case, refused=form, status=400)
    given = form.cleaned_data
    try:
        cases.correct_fact(case.comment, name, given["value"], reason=given["reason"], by=request.user)
    except BadFacts as error:
        form.add_error("value", error.message)
        return _show(request, case, refused=form, status=400)
    messages.success(request, _("Kept, and decided again with it."))
    return redirect("case", public_id)


@allow(*ACT)
@require_POST
def move(request: HttpRequest, public_id: str) -> HttpResponse:
    case = _case(public_id)
    form = MoveForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, errors[0])
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
    cases.confirm_customer(_case(public_id), by=request.user)
    messages.success(request, _("Kept. What we know of this customer now counts."))
    return redirect("case", public_id)


def _move(case: Case, given: dict[str, str], by) -> str:
    match given["to"]:
        case "waiting":
            cases.wait(case, by=by)
            return _("The case waits for the customer.")
        case "resolved":
            cases.resolve(case, by=by, first_time=given["first_time"] == "yes")
            return _("The case is resolved.")
        case "closed":
            cases.close(case, by=by)
            return _("The case is closed.")
    cases.reopen(case, by=by)
    return _("The case is open again.")


def _found(chosen: dict[str, Any], today: date) -> QuerySet[Case]:
    found = Case.objects.select_related("comment__analysis", "customer").prefetch_related(
        Prefetch("comment__decisions", Decision.objects.filter(is_current=True), to_attr="current")
    )
    match chosen["state"]:
        case CaseFilter.TO_DO:
            found = found.filter(state__in=[Case.State.OPEN, Case.State.WAITING])
        case "all":
            pass
        case state:
            found = found.filter(state=state)
    if chosen["route"]:
        found = found.filter(route=chosen["route"])
    if chosen["problem"]:
        found = found.filter(
            comment__decisions__is_current=True, comment__decisions__facts__problem=chosen["problem"]
        )
    if chosen["due"]:
        found = found.filter(due_on__lte=today)
    if chosen["state"] in (Case.State.RESOLVED, Case.State.CLOSED, "all"):
        return found.order_by("-opened_at", "-pk")
    return found.order_by(_URGENCY, F("due_on").asc(nulls_last=True), "opened_at", "pk")


def _problem(case: Case) -> str:
    """As the current decision sees it, else as the machine read it; '' while nobody has read it."""
    if case.comment.current:
        return case.comment.current[0].facts["problem"]
    return case.comment.analysis.final_problem if hasattr(case.comment, "analysis") else ""


def _case(public_id: str) -> Case:
    found = Case.objects.select_related(
        "comment__analysis", "comment__touchpoint", "comment__product", "customer", "order", "owner"
    )
    return get_object_or_404(found, public_id=public_id)


def _show(
    request: HttpRequest, case: Case, *, refused: FactForm | None = None, status: int = 200
) -> HttpResponse:
    language = request.LANGUAGE_CODE
    decision = Decision.objects.filter(comment=case.comment, is_current=True).select_related("policy").first()
    context: dict[str, Any] = {
        "case": case,
        "comment": case.comment,
        "may_act": holds(request, *ACT),
        "is_desk": holds(request, *DESK),
        "history": _history(case),
        "refused": refused,
        "others": _others(case, shop.day(timezone.now()), language),
        "worth": _worth(case, language),
        "today": shop.day(timezone.now()),
    }
    if decision:
        decided = Decided.from_dict(decision.decision)
        context |= {
            "decision": decision,
            "decided": decided,
            "reason": explain(decided, language),
            "facts": list(fact_sheet.shown(decision, language, refused)),
            "message": _message(case, decision, decided),
        }
    return render(request, "feedback/case.html", context, status=status)


def _others(case: Case, today: date, language: str) -> list[dict[str, Any]]:
    """How often others named the same lately: one complaint tells of many that nobody made (S4-5)."""
    told = corrections.themes_of(case.comment)
    themes = {theme.slug: theme.name(language) for theme in Theme.objects.filter(slug__in=told)}
    lately = ThemeTotal.objects.filter(
        dimension=ALL, value=ALL, theme__in=themes, day__gt=today - LATELY, day__lte=today
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
    found = value.lifetime_values([case.customer_id])
    if case.customer_id not in found:
        return ""
    return format_money(found[case.customer_id], shop.current().currency, language)


def _message(case: Case, decision: Decision, decided: Decided) -> dict[str, str]:
    """The private message that says what was decided, in the customer's language, for a person to send."""
    language = case.comment.analysis.lang
    if language not in ("vi", "en"):
        spoken = case.comment.language or (case.customer.language if case.customer else "")
        language = spoken or shop.current().language
    text = compose(
        decided,
        audience="private",
        language=language,
        problem=decision.facts["problem"],
        seed=case.public_id,
        name=case.customer.name if case.customer else "",
        signature=shop.current().signature(language),
        promises=[
            Promised(what=promise.what, who=str(promise.who or ""), by=promise.by_when)
            for promise in case.promises.filter(state="open").select_related("who").order_by("by_when")
        ],
    )
    return {"text": text, "language": language}


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
