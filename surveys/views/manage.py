"""The managers' pages: how the surveys do, what one found, and whom to ask."""

from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import money, shop
from feedback.models import User
from feedback.roles import Role, allow, holds
from surveys import building, invitations, leaving, results
from surveys.forms import InvitationForm, RewardForm
from surveys.invitations import NotAsked
from surveys.models import Invitation, Survey
from surveys.views import found

_RECENT = 20
_WHY_NOT = {
    "not_live": gettext_lazy("This survey is not open. Publish it first."),
    "nobody": gettext_lazy("There is nobody to ask about this order any more."),
    "insider": gettext_lazy("This customer is staff or family, and is not asked where there is a reward."),
    "no_address": gettext_lazy("We have no e-mail address of this customer. Make a link instead."),
}


@allow(Role.MANAGER, Role.ADMINISTRATOR, Role.ADVOCATE)
@require_safe
def surveys(request: HttpRequest) -> HttpResponse:
    context = {
        "surveys": results.overview(),
        "away": Survey.objects.filter(archived_at__isnull=False).order_by("name"),
        "may_build": holds(request, Role.MANAGER, Role.ADMINISTRATOR),
    }
    return render(request, "surveys/surveys.html", context)


@allow(Role.MANAGER, Role.ADMINISTRATOR, Role.ADVOCATE)
@require_safe
def survey(request: HttpRequest, public_id: str) -> HttpResponse:
    return _page(request, get_object_or_404(Survey, public_id=public_id), InvitationForm())


@allow(Role.MANAGER, Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def reward(request: HttpRequest, public_id: str) -> HttpResponse:
    """What everybody gets who answers, and the most that may be given (L1)."""
    one = get_object_or_404(Survey, public_id=public_id)
    currency = one.reward_currency or shop.current().currency
    if request.method != "POST":
        names = ("reward_amount", "budget", "reward_minimum_order", "reward_days", "days_to_answer")
        known = {name: getattr(one, name) or "" for name in names}
        form = RewardForm(currency=currency, initial=known | _plain(known, currency))
        return _reward_page(request, one, form)
    form = RewardForm(request.POST, currency=currency)
    if not form.is_valid():
        return _reward_page(request, one, form)
    try:
        building.set_reward(one, by=_person(request), reward_currency=currency, **form.cleaned_data)
    except building.BudgetTooLow as low:
        said = money.format_money(low.used, currency, get_language() or "vi")
        form.add_error(
            "budget", _("%(used)s is already promised or spent; the budget cannot be lower.") % {"used": said}
        )
        return _reward_page(request, one, form)
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(reverse("survey", args=[public_id]), status=303)


def _reward_page(request: HttpRequest, one: Survey, form: RewardForm) -> HttpResponse:
    context = {"survey": one, "form": form, "used": one.budget_used}
    return render(request, "surveys/reward.html", context, status=400 if form.errors else 200)


def _plain(known: dict[str, object], currency: str) -> dict[str, str]:
    """Amounts as somebody would type them: whole where the currency has no cents."""
    amounts = {name: amount for name, amount in known.items() if isinstance(amount, Decimal)}
    return {name: str(money.quantize(amount, currency)) for name, amount in amounts.items()}


@allow(Role.MANAGER, Role.ADMINISTRATOR)
@require_POST
def invite(request: HttpRequest, public_id: str) -> HttpResponse:
    asked = get_object_or_404(Survey, public_id=public_id)
    form = InvitationForm(request.POST)
    as_link = request.POST.get("how") == "link"
    if not form.is_valid():
        return _page(request, asked, form)
    try:
        invitation = invitations.invite(
            asked,
            order=form.cleaned_data["order"],
            language=form.cleaned_data["language"],
            as_link=as_link,
            by=_person(request),
        )
    except NotAsked as error:
        form.add_error("order", _WHY_NOT[error.key])
        return _page(request, asked, form)
    _say_what_was_done(request, invitation, as_link=as_link)
    return HttpResponseRedirect(reverse("survey", args=[public_id]) + "#ask", status=303)


def _say_what_was_done(request: HttpRequest, invitation: Invitation, *, as_link: bool) -> None:
    customer = invitation.customer
    if as_link:
        url = invitations.link(invitations.mint(invitation, "link"))
        messages.success(request, _("Here is the link, shown this once: %(url)s") % {"url": url})
    elif invitations.response_of(invitation) is not None:
        messages.info(request, _("This customer has answered already. Nothing is sent."))
    elif invitation.state == Invitation.State.SENT:
        messages.info(request, _("This customer was asked about this order before. Nothing is sent again."))
    elif invitation.survey.reward_amount and customer and not invitations.may_be_mailed(customer):
        messages.warning(
            request,
            _("This customer has not agreed to mail that offers a reward. Make a link instead."),
        )
    else:
        messages.success(request, _("The invitation goes out in a moment."))


def _person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _page(request: HttpRequest, one: Survey, form: InvitationForm) -> HttpResponse:
    about = found.context(request, one)
    figures, asked = about["results"].figures, about["results"].asked
    stopped = leaving.of(
        one, asked, finished=figures.answered, language=get_language() or "vi", now=timezone.now()
    )
    recent = Invitation.objects.filter(survey=one).select_related("order", "response").order_by("-pk")
    return render(
        request,
        "surveys/survey.html",
        {
            "survey": one,
            **about,
            "figures": figures,
            "leaving": stopped,
            "recent": recent[:_RECENT],
            "form": form,
            "may_take_names": holds(request, Role.MANAGER),
            "may_invite": holds(request, Role.MANAGER, Role.ADMINISTRATOR),
            "currency": one.reward_currency or shop.current().currency,
        },
    )
