"""The work plan, and how cases ended for the customer."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from feedback import improvements, satisfaction, shop
from feedback.addressee import language_of
from feedback.improvement_forms import ImprovementForm, SatisfiedForm
from feedback.models import Case, Improvement
from feedback.roles import DESK, PLAN, allow, holds, public
from feedback.views.case_page import SOLVE, found, show

PER_PAGE = 40
_COLUMNS = ("action", "owner", "due_on", "measure_on", "cause", "problem", "touchpoint")
LATER = timedelta(days=30)


@allow(DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def work_plan(request: HttpRequest) -> HttpResponse:
    """A GET may name the case that it comes from, or a touchpoint and problem; a POST adds a line."""
    may_plan = holds(request, *PLAN)
    if request.method == "POST":
        if not may_plan:
            raise Http404
        form = ImprovementForm(request.POST)
        if form.is_valid():
            _plan(request, form)
            return redirect("work_plan")
        return _show(request, form, status=400)
    if request.GET.get("touchpoint"):
        return _show(request, _for_place(request.GET))
    return _show(request, _for_case(request.GET.get("case", "")))


@allow(PLAN)
@require_POST
def move(request: HttpRequest, public_id: str) -> HttpResponse:
    row, now = get_object_or_404(Improvement, public_id=public_id), timezone.now()
    try:
        match request.POST.get("to"):
            case "done":
                improvements.done(row, by=request.user, now=now)
            case "dropped":
                improvements.drop(row, by=request.user)
            case "measured":
                improvements.measure(row, by=request.user, now=now)
            case _:
                messages.error(request, _("That could not be used: choose one of what the page offers."))
                return redirect("work_plan")
    except improvements.Stale:
        messages.warning(request, _("Somebody else changed this just before. This is how it stands now."))
    except improvements.TooEarly:
        messages.warning(request, _("Its day to be measured has not come."))
    else:
        messages.success(request, _("Saved."))
    return redirect("work_plan")


@allow(*SOLVE)
@require_POST
def ask(request: HttpRequest, public_id: str) -> HttpResponse:
    try:
        satisfaction.ask(found(public_id), by=request.user, now=timezone.now())
    except satisfaction.NotAllowed:
        messages.error(request, _("There is no address that we may use, or they were asked today already."))
    except satisfaction.Owed:
        messages.error(request, _("Something is still promised to them: ask whether that was done first."))
    except satisfaction.Stale:
        messages.warning(request, _("It was answered already, or the case is open again."))
    else:
        messages.success(request, _("The mail is on its way. The answer shows up here by itself."))
    return redirect("case", public_id)


@allow(*SOLVE)
@require_POST
def rate(request: HttpRequest, public_id: str) -> HttpResponse:
    """What somebody of the shop heard from the customer."""
    case, form = found(public_id), SatisfiedForm(request.POST)
    if not form.is_valid():
        return show(request, case, procedure={"rating": form}, status=400)
    given = form.cleaned_data
    try:
        satisfaction.note(
            case, satisfied=given["satisfied"] == "yes", words=given["words"], by=request.user,
            now=timezone.now(),
        )  # fmt: skip
    except satisfaction.Stale:
        form.add_error("words", _("It was answered already, or the case is open again."))
        return show(request, found(public_id), procedure={"rating": form}, status=409)
    messages.success(request, _("Noted."))
    return redirect("case", public_id)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def solved(request: HttpRequest, token: str) -> HttpResponse:
    """The customer's yes or no. A GET writes nothing: mail scanners follow links."""
    case = satisfaction.find(token)
    if case is None:
        raise Http404
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        request.LANGUAGE_CODE = language_of(case)
        translation.activate(request.LANGUAGE_CODE)
    form = SatisfiedForm(request.POST if request.method == "POST" else None)
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            _hear(request, case, form.cleaned_data)
            return redirect("solved", token)
        except satisfaction.Stale:
            case.refresh_from_db()
            status = 409
    is_open = case.satisfied is None and case.state in satisfaction.ENDED
    may_add = case.customer is not None and case.customer.erased_at is None
    context = {"case": case, "form": form, "is_open": is_open, "may_add": may_add}
    response = render(request, "feedback/solved.html", context, status=status)
    response["Referrer-Policy"] = "same-origin"  # "no-referrer" makes browsers send our forms without origin
    return response


def _hear(request: HttpRequest, case: Case, given: Mapping[str, str]) -> None:
    is_satisfied = given["satisfied"] == "yes"
    if satisfaction.hear(case, satisfied=is_satisfied, words=given["words"], now=timezone.now()):
        messages.success(request, _("We have put your words into your case."))


def _plan(request: HttpRequest, form: ImprovementForm) -> None:
    given = form.cleaned_data
    case = Case.objects.filter(public_id=given["case"]).first() if given["case"] else None
    columns = {name: given[name] for name in _COLUMNS}
    improvements.plan(case=case, by=request.user, now=timezone.now(), **columns)
    messages.success(request, _("It stands in the work plan."))


def _usual_days() -> dict[str, Any]:
    today = shop.day(timezone.now())
    return {"due_on": today + timedelta(days=14), "measure_on": today + timedelta(days=14) + LATER}


def _for_place(given: Mapping[str, str]) -> ImprovementForm:
    """From the touchpoint map. What the lists do not have stays to be chosen."""
    chosen = {name: given.get(name, "")[:40] for name in ("touchpoint", "problem")}
    return ImprovementForm(initial=_usual_days() | chosen)


def _for_case(public_id: str) -> ImprovementForm:
    """Filled with what the case tells, as far as it is known."""
    initial = _usual_days()
    case = Case.objects.select_related("comment__touchpoint").filter(public_id=public_id[:16]).first()
    if case is not None:
        decision = case.decisions.filter(is_current=True).first()
        initial |= {
            "case": case.public_id,
            "cause": case.root_cause,
            "action": case.cause_removed,
            "problem": decision.facts.get("problem", "") if decision else case.reason,
            "touchpoint": case.comment.touchpoint.slug if case.comment.touchpoint else "",
        }
    return ImprovementForm(initial=initial)


def _named(rows: Iterable[Improvement], language: str) -> list[Improvement]:
    found = list(rows)
    for row in found:
        row.place = row.touchpoint.name(language) if row.touchpoint else ""
    return found


def _show(request: HttpRequest, form: ImprovementForm, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "to_do": _named(improvements.to_do()[:200], request.LANGUAGE_CODE),
        "page": Paginator(improvements.ended(), PER_PAGE).get_page(request.GET.get("page")),
        "may_plan": holds(request, *PLAN),
        "today": shop.day(timezone.now()),
        "is_open": bool(form.errors or form.initial.get("case") or form.initial.get("touchpoint")),
    }
    return render(request, "feedback/work_plan.html", context, status=status)
