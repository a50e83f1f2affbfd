"""Put a complaint right at the counter or on the phone, within what staff may give alone."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from feedback import case_spot, cases, concessions, handling, on_the_spot, overrides
from feedback.handling_forms import SpotForm
from feedback.models import Case, Decision
from feedback.roles import allow
from feedback.views import case_page
from feedback.views.case_page import SOLVE, found


@allow(*SOLVE)
@require_POST
def settle(request: HttpRequest, public_id: str) -> HttpResponse:
    case = found(public_id)
    decision = case_page.current_decision(case)
    if decision is None:
        messages.warning(request, _("The words are being read; facts and a decision follow in a moment."))
        return redirect("case", public_id)
    if request.POST.get("act") == "seen":
        return _seen(request, case, decision)
    form = case_spot.form_of(case, decision, request.LANGUAGE_CODE, request.POST)
    if not form.is_valid():
        return case_page.show(request, case, spot=form, status=400)
    return _settle(request, case, decision, form)


def _seen(request: HttpRequest, case: Case, decision: Decision) -> HttpResponse:
    if why := on_the_spot.why_not(case, decision, overrides.effective(decision)):
        messages.error(request, str(why))
    else:
        on_the_spot.seen(case, decision, by=request.user)
        messages.success(request, _("Kept, and decided again with it."))
    return redirect(f"{case_page.url_of(case)}#spot")


def _settle(request: HttpRequest, case: Case, decision: Decision, form: SpotForm) -> HttpResponse:
    given = form.cleaned_data
    is_first = given["first_time"] == "yes"
    if given["decision"] != decision.pk:
        messages.warning(
            request, _("The case was decided anew in the meantime. Look at the new decision first.")
        )
        return redirect("case", case.public_id)
    try:
        on_the_spot.settle(
            case, decision, remedy=given["remedy"], cost=given["cost"], first_time=is_first,
            cause_removed=given["cause_removed"], root_cause=given["root_cause"], by=request.user,
            now=timezone.now(), follows=case_spot.follows(case, decision, given, request.user),
        )  # fmt: skip
    except cases.Stale:
        messages.warning(
            request, _("Somebody else changed this case just before. This is how it stands now.")
        )
        return redirect("case", case.public_id)
    except concessions.Refused as error:
        form.add_error(error.field or None, str(error.why))
    except handling.NotYet as error:
        form.add_error(error.field, str(error.why))
    else:
        messages.success(request, _("Settled: what they got is booked, and the case is resolved."))
        return redirect("case", case.public_id)
    return case_page.show(request, found(case.public_id), spot=form, status=400)
