"""Plan whom a survey asks; the log that proves the draw; and what became of each who was asked."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import postage, shop
from feedback.models import OutgoingMail, User
from feedback.roles import Role, allow
from feedback.views import downloads
from surveys import plans, spoken
from surveys.models import Invitation, Plan, Selection, Survey
from surveys.plan_forms import AskedFilter, LogFilter, PlanForm

PLANNERS = (Role.MANAGER, Role.ADMINISTRATOR)
PER_PAGE = 50
MOST_IN_A_FILE = 100_000
SPARE = 2  # empty lines below the conditions there are
WHY_NOT = {
    "nobody": gettext_lazy("nobody to ask any more"),
    "no_address": gettext_lazy("no e-mail address"),
    "answered": gettext_lazy("answered before it went out"),
    "not_live": gettext_lazy("the survey was closed"),
    "expired": gettext_lazy("it waited for too long"),
    "not_agreed": gettext_lazy("has not agreed to mail that offers a reward"),
    "stopped": gettext_lazy("the customer wants no such mail"),
}


@allow(*PLANNERS)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, public_id: str) -> HttpResponse:
    """Whom to ask, when; and whom that would be at this moment."""
    survey = get_object_or_404(Survey, public_id=public_id)
    now = timezone.now()
    kept = plans.of(survey, now)
    if request.method != "POST":
        return _plan_page(request, kept, PlanForm(instance=kept))
    form = PlanForm(request.POST, instance=kept)
    if not form.is_valid():
        return _plan_page(request, plans.of(survey, now), form, status=400)
    plans.keep(form.instance, by=_person(request), fields=[*form.Meta.fields, "conditions"])
    messages.success(request, _("Saved. Below stands whom it would ask now."))
    return redirect("survey_plan", public_id)


@allow(*PLANNERS)
@require_POST
def switch(request: HttpRequest, public_id: str) -> HttpResponse:
    kept = Plan.objects.filter(survey__public_id=public_id).select_related("survey").first()
    if kept is None:
        get_object_or_404(Survey, public_id=public_id)
        messages.warning(request, _("Save the plan first."))
        return redirect("survey_plan", public_id)
    on = request.POST.get("to") == "on"
    plans.switch(kept, on=on, now=timezone.now(), by=_person(request))
    said = (
        _("Switched on. The first are asked within minutes.") if on else _("Switched off. Nobody is asked.")
    )
    messages.success(request, said)
    return redirect("survey_plan", public_id)


@allow(*PLANNERS, Role.ADVOCATE)
@require_safe
def log(request: HttpRequest, public_id: str) -> HttpResponse:
    """Each order that was looked at, with the rule and the place that decided (L4)."""
    survey = get_object_or_404(Survey, public_id=public_id)
    form = LogFilter(request.GET)
    kept = plans.of(survey, timezone.now())
    rows = _selections(survey, form).select_related("order")
    context = {
        "survey": survey,
        "form": form,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "proof": plans.prove(kept) if kept.pk else None,
        "query": request.GET.urlencode(),
    }
    return render(request, "surveys/plan_log.html", context)


@allow(*PLANNERS, Role.ADVOCATE)
@require_safe
def log_csv(request: HttpRequest, public_id: str) -> HttpResponse:
    survey = get_object_or_404(Survey, public_id=public_id)
    rows = _selections(survey, LogFilter(request.GET)).select_related("order")[:MOST_IN_A_FILE]
    head = ["at", "store", "order", "id", "rule", "place", "outcome"]
    return downloads.csv_of([head, *map(_selection_cells, rows)], f"{survey.slug}-selection")


@allow(*PLANNERS, Role.ADVOCATE)
@require_safe
def asked(request: HttpRequest, public_id: str) -> HttpResponse:
    """Each recipient with what became of it (pain 16)."""
    survey = get_object_or_404(Survey, public_id=public_id)
    form = AskedFilter(request.GET)
    page = Paginator(_asked(survey, form), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "survey": survey,
        "form": form,
        "page": page,
        "rows": [(one, _state(one)) for one in page],
        "query": request.GET.urlencode(),
    }
    return render(request, "surveys/asked.html", context)


@allow(*PLANNERS, Role.ADVOCATE)
@require_safe
def asked_csv(request: HttpRequest, public_id: str) -> HttpResponse:
    survey = get_object_or_404(Survey, public_id=public_id)
    head = ["store", "order", "state", "said", "made_at", "sent_at", "reminders", "answered_at"]
    rows = _asked(survey, AskedFilter(request.GET))[:MOST_IN_A_FILE]
    return downloads.csv_of([head, *map(_asked_cells, rows)], f"{survey.slug}-asked")


def _plan_page(request: HttpRequest, kept: Plan, form: PlanForm, status: int = 200) -> HttpResponse:
    """`kept`: as it is in the database, which the preview is of."""
    now, condition = timezone.now(), form.instance.conditions
    groups = [one for one in spoken.choices([], condition, _language()) if one.words != _("the language")]
    preview = plans.preview(kept, now)
    names = dict(Selection.Outcome.choices) | {Selection.Outcome.INVITED: _("would be asked")}
    kind = OutgoingMail.Kind.ADVERTISING if kept.survey.reward_amount else OutgoingMail.Kind.QUESTION
    context = {
        "survey": kept.survey,
        "plan": kept,
        "form": form,
        "groups": groups,
        "tests": [*[line for _test, line in spoken.lines(condition)], *[spoken.Line()] * SPARE],
        "is_any": isinstance(condition, dict) and condition.get("match") == "any",
        "preview": preview,
        "counts": [(names[outcome], n) for outcome, n in sorted(preview.counts.items(), key=lambda x: -x[1])],
        "mail_class": postage.of(kind),
        "is_advertising": kind == OutgoingMail.Kind.ADVERTISING,
    }
    return render(request, "surveys/plan.html", context, status=status)


def _selections(survey: Survey, form: LogFilter) -> QuerySet[Selection]:
    rows = Selection.objects.filter(plan__survey=survey).order_by("-pk")
    outcome = form.cleaned_data.get("outcome") if form.is_valid() else ""
    return rows.filter(outcome=outcome) if outcome else rows


def _asked(survey: Survey, form: AskedFilter) -> QuerySet[Invitation]:
    rows = (
        Invitation.objects.filter(survey=survey).select_related("order", "mail", "response").order_by("-pk")
    )
    match form.cleaned_data.get("state") if form.is_valid() else "":
        case "" | None:
            return rows
        case "answered":
            return rows.filter(response__finished_at__isnull=False)
        case "started":
            return rows.filter(response__isnull=False, response__finished_at=None)
        case state:
            return rows.filter(state=state)


def _state(invitation: Invitation) -> str:
    """In words: what became of it, down to the mail."""
    if invitation.state == Invitation.State.SUPPRESSED:
        return str(WHY_NOT.get(invitation.why_not, ""))
    if invitation.state == Invitation.State.SENT and invitation.mail:
        mail = invitation.mail
        if mail.failed_at:
            return _("given up by the mail job")
        if mail.state == OutgoingMail.State.WAITING:
            return _("the mail is on its way")
        if mail.state == OutgoingMail.State.SUPPRESSED:
            return str(mail.get_state_display())
    return ""


def _selection_cells(row: Selection) -> Iterable[Any]:
    at, order = row.at.astimezone(shop.zone()).isoformat(timespec="minutes"), row.order
    place = "" if row.place is None else row.place
    return at, order.store, order.number, order.public_id, row.rule, place, row.outcome


def _asked_cells(row: Invitation) -> Iterator[Any]:
    answered = getattr(row, "response", None)
    yield from (row.order.store if row.order else "", row.order.number if row.order else "", row.state)
    yield _state(row)
    yield from (_moment(row.made_at), _moment(row.sent_at), row.reminded)
    yield _moment(answered.finished_at if answered else None)


def _moment(moment: Any) -> str:
    return moment.astimezone(shop.zone()).isoformat(timespec="minutes") if moment else ""


def _person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _language() -> str:
    return "vi" if (get_language() or "").startswith("vi") else "en"
