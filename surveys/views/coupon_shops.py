"""Connect a web shop whose coupons our codes become, test it, see what it refused, disconnect it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import labels
from feedback.roles import Role, allow
from feedback.web import Away, Trouble
from surveys import coupon_shops, coupons, webshops
from surveys.coupon_shop_forms import CouponShopForm, LeavingForm, NewCouponShopForm
from surveys.models import Coupon, CouponShop
from surveys.webshops import Checked

_SET_UP = (Role.MANAGER, Role.ADMINISTRATOR)
SHOWN = 50  # refused coupons


@allow(*_SET_UP)
@require_http_methods(["GET", "HEAD", "POST"])
def shops(request: HttpRequest) -> HttpResponse:
    """The shops there are and were, and a form for another one while none is connected."""
    form = NewCouponShopForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        form.instance.slug, form.instance.name = form.slug, form.cleaned_data["name"]
        try:
            made = coupon_shops.connect(
                form.instance,
                with_earlier=form.cleaned_data["with_earlier"],
                by=request.user,
                now=timezone.now(),
            )
            return redirect("coupon_shop", made.slug)
        except coupon_shops.Taken:
            form.add_error(None, _("Another shop is connected. Disconnect it first."))
    found = CouponShop.objects.order_by("-is_active", "name")
    is_connected = any(one.is_active for one in found)
    context = {"shops": found, "form": None if is_connected and not form.errors else form}
    return render(request, "surveys/coupon_shops.html", context, status=400 if form.errors else 200)


@allow(*_SET_UP)
@require_safe
def shop_page(request: HttpRequest, slug: str) -> HttpResponse:
    found = _found(slug)
    return _page(request, found, CouponShopForm(instance=found))


@allow(*_SET_UP)
@require_POST
def save(request: HttpRequest, slug: str) -> HttpResponse:
    found = _found(slug)
    form = CouponShopForm(request.POST, instance=found)
    if not form.is_valid():
        found.refresh_from_db()
        return _page(request, found, form, status=400)
    coupon_shops.change(form.instance, fields=list(form.fields), by=request.user)
    messages.success(request, _("Saved."))
    return redirect("coupon_shop", slug)


@allow(*_SET_UP)
@require_POST
def test(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks the shop now, and says in words what came of it. What the shop asked for is kept here too."""
    found, now = _found(slug), timezone.now()
    if found.trouble == Trouble.BUSY and found.quiet_until and found.quiet_until > now:
        messages.error(request, labels.TROUBLES[Trouble.BUSY])
        return redirect("coupon_shop", slug)
    try:
        checked = coupon_shops.check(found)
    except Away as away:
        coupons.stumbled(found, away, now)
        messages.error(request, labels.TROUBLES[away.trouble])
        return redirect("coupon_shop", slug)
    coupons.answered(found)
    _say(request, found, checked)
    return redirect("coupon_shop", slug)


@allow(*_SET_UP)
@require_POST
def try_again(request: HttpRequest, slug: str) -> HttpResponse:
    n = coupon_shops.try_refused_again(_found(slug), by=request.user)
    said = ngettext("%(n)s coupon is asked for again.", "%(n)s coupons are asked for again.", n) % {"n": n}
    messages.success(request, said)
    return redirect("coupon_shop", slug)


@allow(*_SET_UP)
@require_POST
def disconnect(request: HttpRequest, slug: str) -> HttpResponse:
    found, form = _found(slug), LeavingForm(request.POST)
    if not form.is_valid():
        return _page(request, found, CouponShopForm(instance=found), leaving=form, status=400)
    take_out = form.cleaned_data["coupons"] == "take_out"
    if coupon_shops.disconnect(found, take_out=take_out, by=request.user):
        messages.success(request, _("Disconnected. No new coupons are made there."))
    return redirect("coupon_shop", slug)


@allow(*_SET_UP)
@require_POST
def connect_again(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        coupon_shops.connect_again(_found(slug), by=request.user)
        messages.success(request, _("Connected again."))
    except coupon_shops.Taken:
        messages.error(request, _("Another shop is connected. Disconnect it first."))
    return redirect("coupon_shop", slug)


def _found(slug: str) -> CouponShop:
    return get_object_or_404(CouponShop, slug=slug)


def _say(request: HttpRequest, shop: CouponShop, checked: Checked) -> None:
    if not checked.may_write:
        messages.warning(
            request, _("It answers, but the key may not make coupons: it needs the right to write.")
        )
        return
    if checked.currency and checked.currency != shop.currency:
        said = _("It answers, but counts in %(theirs)s, not in %(ours)s: coupons would have another worth.")
        messages.warning(request, said % {"theirs": checked.currency, "ours": shop.currency})
        return
    messages.success(request, _("It answers, and the key may make coupons."))


def _page(
    request: HttpRequest,
    shop: CouponShop,
    form: CouponShopForm,
    *,
    leaving: LeavingForm | None = None,
    status: int = 200,
) -> HttpResponse:
    refused = Coupon.objects.filter(shop=shop, state=Coupon.State.REFUSED).select_related("reward__response")
    context = {
        "webshop": shop,
        "form": form,
        "leaving": leaving or LeavingForm(),
        "secrets": webshops.secrets(shop),
        "trouble": labels.known(labels.TROUBLES, shop.trouble) if shop.trouble else "",
        "counts": coupon_shops.counts(shop),
        "refused": refused.order_by("-pk")[:SHOWN],
        "shown": SHOWN,
    }
    return render(request, "surveys/coupon_shop.html", context, status=status)
