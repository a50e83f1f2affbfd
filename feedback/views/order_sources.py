"""Where orders come from: set a web shop up, see what it told us and what could not be used, try it again."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import credentials, deliveries, hearing, journal, order_sources, pulls
from feedback.models import Customer, Delivery, Order, OrderSource
from feedback.order_forms import DeliveriesFilter, OrderSourceForm
from feedback.order_words import UNUSABLE
from feedback.roles import Role, allow, holds
from feedback.web import Away

_SET_UP = (Role.MANAGER, Role.ADMINISTRATOR)
_Kind = OrderSource.Kind
PER_PAGE = 50
SECRETS = {
    _Kind.WOOCOMMERCE: (hearing.SECRET, "KEY", "SECRET"),
    _Kind.SHOPIFY: (hearing.SECRET, "KEY"),
    _Kind.STRIPE: (hearing.SECRET,),
    _Kind.API: (),
}
TOPICS = {
    _Kind.WOOCOMMERCE: "order.created order.updated order.deleted order.restored",
    _Kind.SHOPIFY: "orders/create orders/paid orders/fulfilled orders/updated orders/cancelled "
    "refunds/create fulfillments/update disputes/create disputes/update customers/data_request "
    "customers/redact shop/redact",
    _Kind.STRIPE: "charge.dispute.created charge.dispute.updated charge.dispute.closed "
    "charge.dispute.funds_withdrawn charge.dispute.funds_reinstated",
    _Kind.API: "",
}


@allow(*_SET_UP)
@require_http_methods(["GET", "HEAD", "POST"])
def sources(request: HttpRequest) -> HttpResponse:
    """All of them; an administrator adds one."""
    may_add = holds(request, Role.ADMINISTRATOR)
    form = OrderSourceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and may_add and form.is_valid():
        with journal.recording():
            form.instance.made_at = timezone.now()
            made = form.save()
            journal.log("source of orders made", made, by=request.user, kind=made.kind)
        return redirect("order_source", made.slug)
    stuck = dict(_stuck().values_list("source").annotate(n=Count("pk")).order_by())
    rows = [(one, stuck.get(one.pk, 0)) for one in OrderSource.objects.order_by("name")]
    context = {"rows": rows, "form": form if may_add else None}
    return render(request, "feedback/order_sources.html", context, status=400 if form.errors else 200)


@allow(*_SET_UP)
@require_safe
def source(request: HttpRequest, slug: str) -> HttpResponse:
    one = _source(slug)
    return _page(request, one, OrderSourceForm(instance=one))


@allow(Role.ADMINISTRATOR)
@require_POST
def save(request: HttpRequest, slug: str) -> HttpResponse:
    """Only what the form holds is written: the worker writes the rest of the row at the same time."""
    one = _source(slug)
    form = OrderSourceForm(request.POST, instance=one)
    if not form.is_valid():
        one.refresh_from_db()
        return _page(request, one, form, status=400)
    with journal.recording():
        form.instance.save(update_fields=[name for name in form.fields if name != "kind"])
        journal.log("source of orders changed", one, by=request.user, fields=form.changed_data)
    pulls.soon(one)
    messages.success(request, _("Saved."))
    return redirect("order_source", one.slug)


@allow(*_SET_UP)
@require_POST
def pull(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks now whether it answers; the worker then asks for what has changed."""
    one = _source(slug)
    try:
        page = pulls.fetch(one)
    except Away as away:
        messages.error(request, order_sources.words_of(away.trouble))
        return redirect("order_source", slug)
    pulls.soon(one)
    messages.success(
        request,
        ngettext(
            "It answers, and shows %(n)s order that changed. The worker takes it in.",
            "It answers, and shows %(n)s orders that changed. The worker takes them in.",
            len(page.orders),
        )
        % {"n": len(page.orders)},
    )
    return redirect("order_source", slug)


@allow(*_SET_UP)
@require_safe
def delivery_list(request: HttpRequest) -> HttpResponse:
    form = DeliveriesFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {"state": "", "source": ""}
    rows = Delivery.objects.select_related("source").defer("body").order_by("-pk")
    if chosen["source"]:
        rows = rows.filter(source__slug=chosen["source"])
    if chosen["state"] == DeliveriesFilter.STUCK:
        rows = rows.filter(pk__in=_stuck())
    elif chosen["state"]:
        rows = rows.filter(state=chosen["state"])
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "form": form, "rows": _shown(list(page)), "stuck": _stuck().count()}
    return render(request, "feedback/deliveries.html", context)


@allow(*_SET_UP)
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Delivery, pk=pk)
    if deliveries.retry(row, by=request.user):
        messages.success(request, _("It is tried again in a moment."))
    else:
        messages.error(
            request, _("There is nothing to try again: it is done, or its words are no longer kept.")
        )
    return redirect(f"{reverse('deliveries')}?state={DeliveriesFilter.STUCK}")


@allow(*_SET_UP)
@require_POST
def retry_all(request: HttpRequest) -> HttpResponse:
    """A thousand at a time: what is wrong with one is often wrong with all."""
    tried = sum(deliveries.retry(row, by=request.user) for row in _stuck().order_by("pk")[:1000])
    words = ngettext("%(n)s is tried again.", "%(n)s are tried again.", tried)
    messages.success(request, words % {"n": tried})
    return redirect("deliveries")


@allow(*_SET_UP)
@require_http_methods(["GET", "HEAD", "POST"])
def redact(request: HttpRequest, pk: int) -> HttpResponse:
    """Shopify asks that everybody of a store be forgotten. A person decides, and sees how many that are."""
    row = get_object_or_404(Delivery.objects.select_related("source"), pk=pk, state=Delivery.State.ASKS)
    if request.method != "POST":
        here = Customer.objects.filter(orders__store=row.source.store, erased_at=None)
        elsewhere = Order.objects.exclude(store=row.source.store).values("customer")
        count = here.exclude(pk__in=elsewhere).distinct().count()
        return render(request, "feedback/redact_store.html", {"row": row, "count": count})
    now = timezone.now()
    if request.POST.get("act") == "forget" and request.POST.get("sure"):
        n = deliveries.redact_shop(row, by=request.user, now=now)
        words = ngettext(
            "%(n)s customer is being forgotten.", "%(n)s customers are being forgotten.", max(n, 0)
        )
        messages.success(request, words % {"n": max(n, 0)})
    elif request.POST.get("act") == "stay":
        deliveries.decline(row, by=request.user, now=now)
        messages.success(request, _("Nobody is forgotten."))
    else:
        messages.error(request, _("Tick that you are sure, and press again. Nothing was done."))
        return redirect("delivery_redact", pk)
    return redirect("deliveries")


def _stuck():
    return Delivery.objects.filter(pk__in=deliveries.stuck().values("pk"))


def _shown(rows: list[Delivery]) -> list[dict[str, Any]]:
    """With words for what is wrong, and the customer of the order it is about."""
    keys = [row.about for row in rows if row.about]
    found = Order.objects.filter(pk__in=keys).select_related("customer").in_bulk()
    return [
        {"row": row, "order": found.get(row.about), "why": UNUSABLE.get(row.reason, ""),
         "known_as": row.awaits_number or row.awaits_id or row.awaits_payment,
         "can_retry": row.failed_at or row.state in (Delivery.State.UNUSABLE, Delivery.State.WAITS)}
        for row in rows
    ]  # fmt: skip


def _page(request: HttpRequest, one: OrderSource, form: OrderSourceForm, status: int = 200) -> HttpResponse:
    kind = _Kind(one.kind)
    counted = Delivery.objects.filter(source=one).values_list("state").annotate(n=Count("pk")).order_by()
    context = {
        "source": one,
        "form": form if holds(request, Role.ADMINISTRATOR) else None,
        "hook": f"{settings.BASE_URL}{reverse('order_hook', args=[one.slug])}" if kind != _Kind.API else "",
        "topics": TOPICS[kind].split(),
        "secrets": credentials.named(one.slug, *SECRETS[kind]),
        "trouble": order_sources.words_of(one.trouble) if one.trouble else "",
        "is_asked": kind in OrderSource.ASKED and one.base_url != "",
        "hook_is_off": one.missed >= order_sources.MISSED,
        "counts": [(Delivery.State(state).label, n) for state, n in counted],
        "stuck": _stuck().filter(source=one).count(),
        "orders": Order.objects.filter(store=one.store).count(),
    }
    return render(request, "feedback/order_source.html", context, status=status)


def _source(slug: str) -> OrderSource:
    return get_object_or_404(OrderSource, slug=slug)
