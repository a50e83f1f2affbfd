"""What people say of a complaint and of whoever makes it: each button one act, on the page of the case."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from feedback import handling, judging
from feedback.cases import Stale
from feedback.handling_forms import ArchetypeForm, OurSideForm, StopForm, VerdictForm, WorthForm
from feedback.models import Case
from feedback.procedure import NotAllowed
from feedback.roles import Role, allow
from feedback.views import case_page
from feedback.views.case_page import ACT, SOLVE, found


@allow(*ACT)
@require_POST
def archetype(request: HttpRequest, public_id: str) -> HttpResponse:
    case, form = found(public_id), ArchetypeForm(request.POST)
    if not form.is_valid():
        return _refused(request, case, archetype=form)
    given = form.cleaned_data
    return _do(request, case, judging.choose, given["archetype"], why=given["why"], known=given["known"])


@allow(*ACT)
@require_POST
def verdict(request: HttpRequest, public_id: str) -> HttpResponse:
    """True: the line of the work plan is made with it."""
    case, form = found(public_id), VerdictForm(request.POST, by=request.user)
    if not form.is_valid():
        return _refused(request, case, verdict=form)
    given, decision = form.cleaned_data, case_page.current_decision(case)
    problem = decision.facts["problem"] if decision else case.reason
    return _do(
        request, case, judging.verify, given["verdict"], evidence=given["evidence"], known=given["known"],
        improvement=form.improvement(case, problem if problem not in ("", "none") else "other"),
    )  # fmt: skip


@allow(*ACT)
@require_POST
def worth(request: HttpRequest, public_id: str) -> HttpResponse:
    case, form = found(public_id), WorthForm(request.POST)
    if not form.is_valid():
        return _refused(request, case, worth=form)
    given = form.cleaned_data
    return _do(request, case, judging.judge_worth, given["worth"], why=given["why"], known=given["known"])


@allow(*SOLVE)
@require_POST
def our_side(request: HttpRequest, public_id: str) -> HttpResponse:
    case, form = found(public_id), OurSideForm(request.POST)
    if not form.is_valid():
        return _refused(request, case, our_side=form)
    given = form.cleaned_data
    try:
        judging.note_our_side(case, given["words"], known=given["known"], by=request.user, now=timezone.now())
    except Stale:
        return _both_sides(request, case, form)
    messages.success(request, _("Kept."))
    return redirect(f"{case_page.url_of(case)}#judged")


@allow(Role.APPROVER, Role.MANAGER)
@require_POST
def contact(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stop talking to whoever insults us, or take it up again."""
    case = found(public_id)
    if request.POST.get("to") == "resume":
        return _do(request, case, judging.resume)
    form = StopForm(request.POST)
    if not form.is_valid():
        return _refused(request, case, stop=form)
    return _do(request, case, judging.stop, why=form.cleaned_data["why"])


def _do(
    request: HttpRequest, case: Case, act: Callable[..., None], *given: Any, **named: Any
) -> HttpResponse:
    try:
        act(case, *given, **named, by=request.user, now=timezone.now())
    except Stale:
        messages.warning(
            request, _("Somebody else changed this case just before. This is how it stands now.")
        )
    except NotAllowed as error:
        messages.error(request, str(error.why))
    else:
        messages.success(request, _("Kept."))
    return redirect(f"{case_page.url_of(case)}#judged")


def _both_sides(request: HttpRequest, case: Case, form: OurSideForm) -> HttpResponse:
    """Somebody noted something since the form was opened: theirs and what was typed, on one page."""
    row, form.data = handling.of(case), request.POST.copy()
    form.data["known"] = judging.as_of(row.our_side if row else "")
    form.add_error(
        None,
        _("Somebody else noted something just before: it stands above. Put both together, then keep them."),
    )
    given = {"our_side": form, "is_refused": "our_side"}
    return case_page.show(request, case, judging=given, status=409)


def _refused(request: HttpRequest, case: Case, **forms: Any) -> HttpResponse:
    """The page with what was typed, and what is the matter with it."""
    return case_page.show(request, case, judging={**forms, "is_refused": next(iter(forms))}, status=400)
