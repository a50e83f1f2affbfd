"""The same customer twice: find the other one, look at both side by side, make them one, part them again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from feedback import merging, shop, value
from feedback.front import customers, search
from feedback.models import Case, Customer, Order
from feedback.roles import Role, allow

MERGERS = (Role.MANAGER, Role.ADMINISTRATOR)
MOST_FOUND = 20


@allow(*MERGERS)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, public_id: str) -> HttpResponse:
    """`?with=`: the other one. `keep`, when sent: which of the two stays."""
    customer = get_object_or_404(Customer, public_id=public_id)
    other = _other(customer, request.POST.get("with") or request.GET.get("with", ""))
    if request.method == "POST" and other:
        return _merge(request, customer, other)
    if customer.merged_into_id:
        return redirect("customer", public_id)
    form = customers.Search(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    found = search.customers(words).exclude(pk=customer.pk)[:MOST_FOUND] if words else []
    context = {
        "customer": customer,
        "other": other,
        "both": _side_by_side(customer, other) if other else None,
        "alike": merging.alike(customer),
        "form": form,
        "found": found,
        "words": words,
        "currency": shop.current().currency,
    }
    return render(request, "feedback/customer_merge.html", context)


@allow(*MERGERS)
@require_POST
def part(request: HttpRequest, public_id: str) -> HttpResponse:
    gone = get_object_or_404(Customer.objects.select_related("merged_into"), public_id=public_id)
    try:
        merging.part(gone, by=request.user)
    except merging.CannotMerge as refused:
        messages.error(request, str(refused.words))
    else:
        messages.success(request, _("They are two customers again. What came in since stays where it is."))
    return redirect("customer", public_id)


def _other(customer: Customer, public_id: str) -> Customer | None:
    if not public_id.isascii() or not public_id.isalnum():
        return None
    return Customer.objects.filter(public_id=public_id, merged_into=None).exclude(pk=customer.pk).first()


def _merge(request: HttpRequest, customer: Customer, other: Customer) -> HttpResponse:
    into = other if request.POST.get("keep") == other.public_id else customer
    gone = customer if into is other else other
    try:
        merging.merge(gone, into, by=request.user)
    except merging.CannotMerge as refused:
        messages.error(request, str(refused.words))
    else:
        messages.success(request, _("The two are one customer now."))
    return redirect("customer", into.public_id)


def _side_by_side(*both: Customer) -> list[dict[str, Any]]:
    """The one who has been here longer first: they stay unless somebody says otherwise."""
    values = value.lifetime_values([one.pk for one in both])
    return [
        {
            "customer": one,
            "worth": values.get(one.pk),
            "orders": Order.objects.filter(customer=one, cancelled_at=None).count(),
            "cases": Case.objects.filter(customer=one).count(),
        }
        for one in sorted(both, key=lambda one: (one.since, one.pk))
    ]
