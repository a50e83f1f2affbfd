"""Decide otherwise than the policy, for those who may."""

from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from feedback import overrides
from feedback.case_forms import OverrideForm
from feedback.roles import allow
from feedback.views import case_page


@allow(*overrides.ROLES)
@require_POST
def override(request: HttpRequest, public_id: str) -> HttpResponse:
    case = case_page.found(public_id)
    decision = case_page.current_decision(case)
    if decision is None:
        messages.error(request, _("There is no decision yet that could be overridden."))
        return redirect("case", public_id)
    form = OverrideForm(request.POST, currency=decision.facts["currency"])
    if not form.is_valid():
        return case_page.show(request, case, overriding=form, status=400)
    given = form.cleaned_data
    if given["decision"] != decision.pk:
        messages.warning(
            request, _("The case was decided anew in the meantime. Look at the new decision first.")
        )
        return redirect("case", public_id)
    try:
        overrides.make(
            case,
            decision,
            remedy="" if given["remedy"] == form.LESS else given["remedy"],
            amount=given["amount"] or None,
            cost=given["cost"] or Decimal(0),
            reason=given["reason"],
            by=request.user,
        )
    except overrides.NotAllowed as error:
        form.add_error(error.field or None, error.why)
        return case_page.show(request, case, overriding=form, status=400)
    messages.success(request, _("Kept beside the decision, with your name and reason."))
    return redirect(f"{case_page.url_of(case)}#decision")
