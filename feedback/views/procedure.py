"""How a case is handled: each button one act, compare-and-set. Its page is feedback.views.case_page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from feedback import procedure
from feedback.case_forms import JoinForm, OwnerForm, SeverityForm, StepForm
from feedback.cases import Stale
from feedback.models import Case, Enclosure
from feedback.roles import EVERYONE, allow
from feedback.views.case_page import ACT, SOLVE, found, show, url_of
from feedback.views.ways_back import came_from


@allow(*ACT)
@require_POST
def severity(request: HttpRequest, public_id: str) -> HttpResponse:
    case, form = found(public_id), SeverityForm(request.POST)
    if not form.is_valid():
        return _refused(request, case)
    case.severity = form.cleaned_data["known"]
    try:
        procedure.assess(case, form.cleaned_data["severity"], by=request.user)
    except Stale:
        return _stale(request, case)
    messages.success(request, _("Kept. Its clocks run by it, from when it was told."))
    return redirect("case", public_id)


@allow(*SOLVE)
@require_POST
def owner(request: HttpRequest, public_id: str) -> HttpResponse:
    case, form = found(public_id), OwnerForm(request.POST)
    if not form.is_valid():
        return show(request, case, procedure={"owner": form, "is_handing_over": True}, status=400)
    given = form.cleaned_data
    try:
        procedure.hand_over(case, to=given["to"], note=given["note"], by=request.user, known=given["known"])
    except (Stale, procedure.CannotWork):
        return _stale(request, case)
    who = case.owner
    said = _("%(who)s looks after it now.") % {"who": who} if who else _("The team looks after it now.")
    messages.success(request, said)
    return redirect("case", public_id)


@allow(*SOLVE)
@require_POST
def take(request: HttpRequest, public_id: str) -> HttpResponse:
    """One press, from the case or from a list. Pressed twice, it is theirs once."""
    case = found(public_id)
    if procedure.take(case, by=request.user) or case.owner_id == request.user.pk:
        messages.success(request, _("You look after it now."))
    elif case.owner:
        who = {"who": case.owner}
        messages.warning(request, _("%(who)s was faster, and looks after it. Nothing was changed.") % who)
    else:
        messages.warning(request, _("This case has ended. Nothing was changed."))
    return redirect(came_from(request.POST) or url_of(case))


@allow(EVERYONE)
@require_POST
def watch(request: HttpRequest, public_id: str) -> HttpResponse:
    case = found(public_id)
    if request.POST.get("watch") == "no":
        procedure.unwatch(case, request.user)
        messages.success(request, _("You do not watch this case any more."))
    else:
        procedure.watch(case, request.user, timezone.now())
        messages.success(request, _("You watch this case: it stands on your day's page."))
    return redirect("case", public_id)


@allow(*ACT)
@require_POST
def join(request: HttpRequest, public_id: str) -> HttpResponse:
    case, form = found(public_id), JoinForm(request.POST)
    if not form.is_valid():
        return _refused(request, case)
    other = get_object_or_404(Case, public_id=form.cleaned_data["to"])
    try:
        procedure.join(case, other, by=request.user, now=timezone.now())
    except Stale:
        return _stale(request, case)
    except procedure.NotAllowed as error:
        messages.error(request, str(error.why))
        return redirect("case", public_id)
    messages.success(request, _("Joined: the answer is given here."))
    return redirect("case", other.public_id)


@allow(*ACT)
@require_POST
def step(request: HttpRequest, public_id: str) -> HttpResponse:
    case, form = found(public_id), StepForm(request.POST)
    if not form.is_valid():
        return _refused(request, case)
    procedure.note_step(case, form.cleaned_data["step"], by=request.user)
    messages.success(request, _("The step is recorded."))
    return redirect("case", public_id)


@allow(EVERYONE)
@never_cache
@require_safe
def enclosure(request: HttpRequest, public_id: str, picture: str) -> HttpResponse:
    """One that belongs to this case, drawn anew by us when it came."""
    case = get_object_or_404(Case, public_id=public_id)
    row = get_object_or_404(Enclosure, public_id=picture)
    if row.comment_id != case.comment_id and not case.follow_ups.filter(comment=row.comment_id).exists():
        return HttpResponse(status=404)
    response = HttpResponse(bytes(row.content), content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline"
    return response


def _stale(request: HttpRequest, case: Case) -> HttpResponse:
    messages.warning(request, _("Somebody else changed this case just before. This is how it stands now."))
    return redirect("case", case.public_id)


def _refused(request: HttpRequest, case: Case) -> HttpResponse:
    messages.error(request, _("That could not be used: choose one of what the page offers."))
    return redirect("case", case.public_id)
