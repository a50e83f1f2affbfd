"""Saved views of the trends: keep one, open one, take one away."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from feedback import saved_views, shop
from feedback.models import SavedView
from feedback.prepared import Prepared
from feedback.roles import DESK, Role, allow, holds
from feedback.trend_forms import SaveForm, TrendsFilter


@allow(DESK)
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    today = shop.day(timezone.now())
    filters, form = TrendsFilter(request.POST, today=today), SaveForm(request.POST)
    if not filters.is_valid():
        messages.error(request, _("One of the filters cannot be used, so nothing was saved."))
        return redirect("trends")
    query = {name: str(value) for name, value in filters.whole_address.items()}
    back = f"{reverse('trends')}?{urlencode(query)}"
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect(back)
    chosen = filters.cleaned_data
    try:
        saved_views.save(
            form.cleaned_data["name"], query, start=chosen["start"], end=chosen["end"], today=today,
            is_shared=form.cleaned_data["is_shared"], by=request.user,
        )  # fmt: skip
    except saved_views.Full:
        messages.error(request, _("You have fifty saved views: take one away first."))
    else:
        messages.success(request, _("The view is saved. It stands above the filters."))
    return redirect(back)


@allow(DESK)
@require_POST
def remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """One's own; a shared one also by a manager."""
    view = get_object_or_404(SavedView.objects.seen_by(request.user), public_id=public_id)
    if view.owner_id != request.user.pk and not holds(request, Role.MANAGER, Role.ADMINISTRATOR):
        messages.warning(request, _("Only its owner or a manager takes a shared view away."))
    else:
        saved_views.remove(view, by=request.user)
        messages.success(request, _("The view is taken away."))
    return redirect("trends")


_seen_by = Prepared(
    lambda user: SavedView.objects.seen_by(user).select_related("owner").order_by("name", "pk"), int
)


def shown(request: HttpRequest) -> list[dict[str, Any]]:
    """Those that this person may open, their own first. One query."""
    today, may_tidy = shop.day(timezone.now()), holds(request, Role.MANAGER, Role.ADMINISTRATOR)
    views = _seen_by.all(request.user.pk)
    return [
        {
            "name": view.name,
            "url": f"{reverse('trends')}?{urlencode(saved_views.query_of(view, today))}",
            "by": None if view.owner_id == request.user.pk else str(view.owner),
            "is_shared": view.is_shared,
            "public_id": view.public_id,
            "may_remove": may_tidy or view.owner_id == request.user.pk,
        }
        for view in sorted(views, key=lambda one: one.owner_id != request.user.pk)
    ]
