"""The first run, step by step, and the page behind the gear after that."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from feedback import journal, shop, totals
from feedback.front.setup_forms import ShopForm, SourcesForm, SurveyForm
from feedback.models import Shop
from feedback.roles import Role, allow, holds
from reviews.imports import UnknownSource, source_named
from reviews.models import Source
from surveys import publishing
from surveys.models import Survey

OWN_PAGE = "own-page"
STEPS = 3
USUAL_REWARDS = {"VND": "50.000", "USD": "3", "EUR": "3", "GBP": "3", "AUD": "5", "SGD": "4"}


@allow(Role.ADMINISTRATOR, Role.MANAGER)
@require_safe
def setup(request: HttpRequest) -> HttpResponse:
    """The next step of the first run, or what can be set up later."""
    if shop.current().set_up_at is None and holds(request, Role.ADMINISTRATOR):
        return redirect(_next_step())
    context = {
        "sources": Source.objects.order_by("name"),
        "surveys": Survey.objects.order_by("name"),
        "is_administrator": holds(request, Role.ADMINISTRATOR),
    }
    return render(request, "feedback/setup.html", context)


@allow(Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def shop_step(request: HttpRequest) -> HttpResponse:
    known = Shop.objects.first() or Shop(
        pk=1, currency=shop.current().currency, zone=shop.current().zone, language=shop.current().language
    )
    form = ShopForm(_sent(request), instance=known)
    if request.method != "POST" or not form.is_valid():
        return _step(request, 1, "feedback/setup_shop.html", form)
    with journal.recording():
        saved = form.save()
        if "zone" in form.changed_data:
            shop.forget()
            totals.rebuild()  # they are kept by the shop's own day
        journal.log("shop set up", saved, by=request.user, fields=form.changed_data)
    shop.forget()
    return _onwards(request, "setup_sources")


@allow(Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def sources_step(request: HttpRequest) -> HttpResponse:
    form = SourcesForm(_sent(request), initial={"own_page": True})
    if request.method != "POST" or not form.is_valid():
        return _step(request, 2, "feedback/setup_sources.html", form)
    chosen = form.cleaned_data
    try:
        with journal.recording():
            if chosen["own_page"]:
                _own_page(request)
            if chosen["file_name"]:
                source_named(chosen["file_name"], kind=Source.Kind.FILE, by=request.user)
    except UnknownSource as error:
        form.add_error("file_name", str(error.message))
        return _step(request, 2, "feedback/setup_sources.html", form)
    return _onwards(request, "setup_survey")


@allow(Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def survey_step(request: HttpRequest) -> HttpResponse:
    currency = shop.current().currency
    form = SurveyForm(_sent(request), currency=currency, initial=_suggested(currency))
    if request.method != "POST":
        return _step(request, 3, "feedback/setup_survey.html", form)
    if "skip" not in request.POST and not form.is_valid():
        return _step(request, 3, "feedback/setup_survey.html", form)
    with journal.recording():
        Shop.objects.select_for_update(no_key=True).filter(
            pk=1
        ).first()  # two presses of the button stand in line
        if "skip" not in request.POST and _is_first_press(request):
            _start_survey(request, form.cleaned_data, currency)
        _set_up(request)
    shop.forget()
    return redirect("setup_done")


@allow(Role.ADMINISTRATOR)
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    return render(request, "feedback/setup_done.html", {"survey": _latest_survey()})


def _sent(request: HttpRequest) -> Any:
    """What was posted, were it nothing at all: an unticked box sends no word."""
    return request.POST if request.method == "POST" else None


def _next_step() -> str:
    """The first step that is not done yet."""
    if not Shop.objects.exists():
        return "setup_shop"
    return "setup_survey" if Source.objects.exists() else "setup_sources"


def _onwards(request: HttpRequest, step: str) -> HttpResponse:
    """The next step in the first run; later, back to the page behind the gear."""
    if shop.current().set_up_at is None:
        return redirect(step)
    messages.success(request, _("Saved."))
    return redirect("setup")


def _step(request: HttpRequest, number: int, template: str, form: Any) -> HttpResponse:
    context = {
        "form": form,
        "number": number,
        "steps": STEPS,
        "is_first_run": shop.current().set_up_at is None,
        "survey": _latest_survey(),
        "sources": Source.objects.order_by("name"),
    }
    return render(request, template, context, status=400 if form.errors else 200)


def _own_page(request: HttpRequest) -> None:
    if Source.objects.filter(kind=Source.Kind.OWN).exists():
        return
    source = Source.objects.create(
        slug=OWN_PAGE, name=shop.current().name or _("Our own page"), kind=Source.Kind.OWN
    )
    journal.log("source made", source, by=request.user, kind=source.kind)


def _latest_survey() -> Survey | None:
    return Survey.objects.order_by("-pk").first()


def _is_first_press(request: HttpRequest) -> bool:
    """`after`: the latest survey when the page was drawn. A newer one was made by an earlier press."""
    latest = _latest_survey()
    known = latest.public_id if latest else ""
    return request.POST.get("after", known) == known


def _start_survey(request: HttpRequest, chosen: dict[str, Any], currency: str) -> None:
    taken = Survey.objects.filter(slug__startswith="post-purchase").count()
    publishing.start_post_purchase(
        name=chosen["name"],
        reward_amount=chosen["reward_amount"],
        currency=currency,
        now=timezone.now(),
        by=request.user,
        slug=f"post-purchase-{taken + 1}" if taken else "post-purchase",
        reward_days=chosen["reward_days"],
        budget=chosen["budget"],
    )


def _suggested(currency: str) -> dict[str, str]:
    """An amount that people find worth a minute ($2 to $5); the shop's own elsewhere."""
    return {"name": _("After a purchase"), "reward_amount": USUAL_REWARDS.get(currency, "")}


def _set_up(request: HttpRequest) -> None:
    if Shop.objects.filter(pk=1, set_up_at=None).update(set_up_at=timezone.now()):
        journal.log("first run finished", "feedback.shop:1", by=request.user)
