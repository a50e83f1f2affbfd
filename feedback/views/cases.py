"""One case: its page, and what is done with it: a fact set right, waiting, resolved, closed, opened again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from feedback import cases, handling, labels
from feedback.forms import FactForm, MoveForm
from feedback.models import Case
from feedback.policy.facts import BadFacts
from feedback.roles import EVERYONE, allow, holds
from feedback.views.case_page import ACT, SOLVE, current_decision, found, is_ordinary, show

GONE = gettext_noop(
    "This customer was erased on their wish: the case stays as it ended, and nothing begins again."
)


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
    except cases.Gone:
        messages.error(request, _(GONE))
    except handling.NotYet as error:
        form.add_error(error.field, str(error.why))
        return show(request, case, moving=form, status=400)
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
                keeps_promises=given["keeps_promises"],
            )  # fmt: skip
            return _("The case is resolved.")
        case "closed":
            cases.close(case, by=by, why=given["closed_why"], keeps_promises=given["still_promised"])
            return _("The case is closed.")
    cases.reopen(case, by=by)
    return _("The case is open again.")


def _within_limit(case: Case) -> bool:
    return is_ordinary(case, current_decision(case))
