"""Plan at which public places customers are asked for a review, see whom, and prove the draw (decision 1)."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import mail, postage
from feedback.models import OutgoingMail
from feedback.roles import Role, allow
from reviews import asking
from reviews.asking_forms import PublicPlanForm
from reviews.models import PublicInvitation, PublicPlan, Source

PLANNERS = (Role.MANAGER, Role.ADMINISTRATOR)
PER_PAGE = 50
WHY_NOT = {
    "not_allowed": gettext_lazy("the place no longer allows asking"),
    "erased": gettext_lazy("the customer was erased"),
    "no_address": gettext_lazy("no e-mail address"),
    "stopped": gettext_lazy("the customer wants no such mail"),
    "given_up": gettext_lazy("it waited for too long"),
}


@allow(*PLANNERS)
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """Every public place, with whether its rules let us ask, and whether we do."""
    sources = Source.objects.exclude(kind=Source.Kind.OWN).order_by("name").select_related("public_plan")
    rows = [(source, getattr(source, "public_plan", None)) for source in sources]
    return render(request, "reviews/asking.html", {"rows": rows})


@allow(*PLANNERS)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, slug: str) -> HttpResponse:
    source, now = _source(slug), timezone.now()
    kept = asking.of(source, now)
    if request.method != "POST":
        return _page(request, kept, PublicPlanForm(instance=kept))
    form = PublicPlanForm(request.POST, instance=kept)
    if not form.is_valid():
        return _page(request, asking.of(source, now), form, status=400)
    asking.keep(form.instance, by=request.user, fields=form.Meta.fields)
    messages.success(request, _("Saved. Below stands whom it would ask now."))
    return redirect("public_plan", slug)


@allow(*PLANNERS)
@require_POST
def switch(request: HttpRequest, slug: str) -> HttpResponse:
    source, now = _source(slug), timezone.now()
    kept = asking.of(source, now)
    on = request.POST.get("to") == "on"
    if not PublicPlan.objects.filter(pk=kept.pk).exists():
        messages.warning(request, _("Save the plan first."))
    elif not asking.switch(kept, on=on, now=now, by=request.user):
        messages.error(request, _("This place does not allow shops to ask for reviews."))
    else:
        said = _("Switched on. The first are asked within minutes.") if on else _("Switched off.")
        messages.success(request, said)
    return redirect("public_plan", slug)


def _source(slug: str) -> Source:
    return get_object_or_404(Source.objects.exclude(kind=Source.Kind.OWN), slug=slug)


def _page(request: HttpRequest, kept: PublicPlan, form: PublicPlanForm, status: int = 200) -> HttpResponse:
    now = timezone.now()
    preview = asking.preview(kept, now)
    names = dict(PublicInvitation.Outcome.choices) | {"invited": _("would be asked")}
    rows = PublicInvitation.objects.filter(plan=kept.pk).select_related("order").order_by("-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    letter = mail.rendered("public_review", asking.context(kept, name="Lan"), language=request.LANGUAGE_CODE)
    context: dict[str, Any] = {
        "source": kept.source,
        "plan": kept,
        "form": form,
        "may_ask": asking.may_ask(kept.source, kept.url),
        "preview": preview,
        "counts": [(names[outcome], n) for outcome, n in sorted(preview.counts.items(), key=lambda x: -x[1])],
        "mail_class": postage.of(OutgoingMail.Kind.QUESTION),
        "letter": letter,
        "page": page,
        "rows": [(row, _state(row)) for row in page],
        "proof": asking.prove(kept) if kept.pk else None,
    }
    return render(request, "reviews/public_plan.html", context, status=status)


def _state(row: PublicInvitation) -> str:
    if row.why_not:
        return str(WHY_NOT[row.why_not])
    if row.outcome != PublicInvitation.Outcome.INVITED:
        return str(row.get_outcome_display())
    return _("asked") if row.sent_at else _("to be asked")
