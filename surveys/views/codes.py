"""The counter: is this code good, use it up, take that back. And the rewards that a person looks at first.

No page here shows or reads what somebody answered.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import money
from feedback.roles import Role, allow, holds
from surveys import guesses, rewards
from surveys import holds as held
from surveys import responses as answering
from surveys.code_forms import CodeForm, RedeemForm, RevokeForm, TakeBackForm
from surveys.models import Reward

COUNTER = (Role.FRONT_LINE, Role.STAFF, Role.MANAGER, Role.ADMINISTRATOR)
MANAGE = (Role.MANAGER, Role.ADMINISTRATOR)
RECENT, MOST_HELD = 20, 50
REFUSED = {
    rewards.Redeemed: gettext_lazy("This code was used before."),
    rewards.Expired: gettext_lazy("This code has expired."),
    rewards.Revoked: gettext_lazy("This code is no longer valid."),
    rewards.OrderTooSmall: gettext_lazy("The order is below the least amount for this code."),
}
_UNSEEN = gettext_lazy("We do not know this code. Our codes have ten letters and digits, like A7KXM2RDHT.")


@allow(*COUNTER)
@require_http_methods(["GET", "HEAD", "POST"])
def codes(request: HttpRequest) -> HttpResponse:
    """A code is posted, so that it stands in no address, and answered with the page of its reward."""
    if request.method != "POST":
        return _counter(request, CodeForm())
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _counter(request, form, status=400)
    try:
        with guesses.counted(f"user:{request.user.pk}"):
            reward = rewards.find(form.cleaned_data["code"])
    except guesses.TooMany as error:
        form.add_error(
            "code",
            _("Too many codes that there are not. Wait %(seconds)s seconds, then look at the paper again.")
            % {"seconds": error.wait},
        )
        return _counter(request, form, status=429)
    except rewards.NoSuchCode:
        form.add_error("code", _UNSEEN)
        return _counter(request, form, status=404)
    return HttpResponseRedirect(_address(reward), status=303)


@allow(*COUNTER)
@require_safe
def code(request: HttpRequest, public_id: str) -> HttpResponse:
    reward = _reward(public_id)
    return _page(request, reward, form=RedeemForm(currency=reward.currency))


@allow(*COUNTER)
@require_POST
def redeem(request: HttpRequest, public_id: str) -> HttpResponse:
    reward = _reward(public_id)
    form = RedeemForm(request.POST, currency=reward.currency)
    if not form.is_valid():
        return _page(request, reward, form=form, status=400)
    try:
        rewards.redeem(
            reward.code or "",
            order_number=form.cleaned_data["order"],
            order_total=form.cleaned_data["total"],
            currency=reward.currency,
            by=request.user,
        )
    except rewards.OrderTooSmall as error:
        form.add_error("total", REFUSED[type(error)])
        return _page(request, reward, form=form, status=409)
    except rewards.RewardError as error:
        messages.error(request, REFUSED.get(type(error), _UNSEEN))
        return _back(reward)
    messages.success(request, _to_take_off(reward, form.cleaned_data["order"], form.cleaned_data["total"]))
    return _back(reward)


@allow(*MANAGE)
@require_POST
def take_back(request: HttpRequest, public_id: str) -> HttpResponse:
    reward, form = _reward(public_id), TakeBackForm(request.POST)
    if not form.is_valid():
        return _page(request, reward, take_back=form, status=400)
    try:
        rewards.take_back(reward, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())
    except rewards.NotRedeemed:
        messages.error(request, _("This code is not redeemed any more."))
    else:
        messages.success(request, _("Taken back. The code can be used again until its last day."))
    return _back(reward)


@allow(*MANAGE)
@require_POST
def revoke(request: HttpRequest, public_id: str) -> HttpResponse:
    reward, form = _reward(public_id), RevokeForm(request.POST)
    if not form.is_valid():
        return _page(request, reward, revoke=form, status=400)
    try:
        held.revoke(reward, fact=form.cleaned_data["fact"], by=request.user, now=timezone.now())
    except held.Stale:
        messages.error(request, _("Somebody was faster: see how it stands now."))
    else:
        messages.success(request, _("Revoked. The customer sees behind the same link that it is not valid."))
    return _back(reward)


@allow(*MANAGE)
@require_POST
def give(request: HttpRequest, public_id: str) -> HttpResponse:
    reward = _reward(public_id)
    try:
        answering.give_held(reward, by=request.user, now=timezone.now())
    except held.Stale:
        messages.error(request, _("Somebody was faster: see how it stands now."))
    else:
        messages.success(request, _("Given. The code goes out by mail and stands behind the same link."))
    return _back(reward)


def _counter(request: HttpRequest, form: CodeForm, status: int = 200) -> HttpResponse:
    since = timezone.now() - timedelta(days=7)
    redeemed = Reward.objects.filter(state=Reward.State.REDEEMED, redeemed_at__gt=since)
    may_manage = holds(request, *MANAGE)
    waiting = held.waiting() if may_manage else Reward.objects.none()
    context = {
        "form": form,
        "redeemed": redeemed.select_related("survey", "response").order_by("-redeemed_at")[:RECENT],
        "waiting": waiting[:MOST_HELD],
    }
    return render(request, "surveys/codes.html", context, status=status)


def _page(request: HttpRequest, reward: Reward, *, status: int = 200, **forms: Any) -> HttpResponse:
    context = {
        "reward": reward,
        "refused": _why_not(reward),
        "is_held": reward.state == Reward.State.RESERVED,
        "may_manage": holds(request, *MANAGE),
        "form": forms.get("form") or RedeemForm(currency=reward.currency),
        "take_back": forms.get("take_back") or TakeBackForm(),
        "revoke": forms.get("revoke") or RevokeForm(),
    }
    return render(request, "surveys/code.html", context, status=status)


def _why_not(reward: Reward) -> str:
    try:
        rewards.refuse_unless_usable(reward, timezone.now())
    except rewards.RewardError as error:
        return str(REFUSED[type(error)])
    return ""


def _reward(public_id: str) -> Reward:
    """Named by the response it was given for. One that is only reserved has no page, unless it is held."""
    rows = Reward.objects.select_related("survey", "revoked_by", "response__invitation__customer")
    reward = get_object_or_404(rows, response__public_id=public_id)
    if reward.code is None and not reward.held_for:
        return get_object_or_404(Reward.objects.none())
    return reward


def _address(reward: Reward) -> str:
    return reverse("reward", args=[reward.response.public_id])


def _back(reward: Reward) -> HttpResponse:
    return HttpResponseRedirect(_address(reward), status=303)


def _to_take_off(reward: Reward, order: str, total: Decimal) -> str:
    """What whoever stands at the till does now. Of a code worth more than the order nothing is left."""
    if total < reward.amount:
        said = _("Redeemed: order %(order)s (%(amount)s) costs nothing; the rest of the code is not paid.")
        amount = money.format_money(total, reward.currency, get_language())
    else:
        said, amount = _("Redeemed: take %(amount)s off order %(order)s."), _money(reward)
    return said % {"amount": amount, "order": order}


def _money(reward: Reward) -> str:
    return money.format_money(reward.amount, reward.currency, get_language())
