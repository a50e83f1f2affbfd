"""Disputes at the bank: those that are open, noting one, its evidence, its end."""

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from feedback import disputes, money, shop
from feedback.case_forms import CloseForm, DisputeForm, DisputesFilter, EvidenceForm
from feedback.models import Case, Dispute
from feedback.roles import DESK, Role, allow, holds
from feedback.value import DISPUTE_COST

PER_PAGE = 40
ACT = (Role.STAFF, Role.APPROVER, Role.MANAGER)
_FIELDS = {"amount": "amount", "fee": "fee", "reason": "reason", "due_by": "due_on"}  # in the form
SAID_ANEW = {
    "amount": gettext_lazy("Amount"),
    "fee": gettext_lazy("Fee"),
    "reason": gettext_lazy("Reason"),
    "due_by": gettext_lazy("Answer due by"),
}


@allow(DESK)
@require_safe
def dispute_list(request: HttpRequest) -> HttpResponse:
    """Open ones first, the next due on top; all, or those opened in some days or in one currency. `?order=`:
    the form filled in for this order."""
    today = shop.day(timezone.now())
    form = DisputeForm(initial={"order_number": request.GET.get("order", "")[:64], "opened_on": today})
    return _list(request, form)


@allow(*ACT)
@require_POST
def note(request: HttpRequest) -> HttpResponse:
    form = DisputeForm(request.POST)
    if not form.is_valid():
        return _list(request, form, status=400)
    given = form.cleaned_data
    said: dict[str, Any] = {
        "amount": given["amount"],
        "fee": given["fee"] or Decimal(0),
        "reason": given["reason"],
        "due_by": _end(given["due_on"]) if given["due_on"] else None,
    }
    try:
        row, is_new = disputes.note(
            disputes.find_order(given["order_number"]),
            external_id=given["external_id"],
            opened_at=_start(given["opened_on"]),
            by=request.user,
            **said,
        )
        left_out = {name for name, field in _FIELDS.items() if given[field] in (None, "")}
        repeated = {name: value for name, value in said.items() if name not in left_out}
        anew = [] if is_new else disputes.hear_again(row, repeated, by=request.user)
    except disputes.BadDispute as error:
        named = {"opened_at": "opened_on", "due_by": "due_on", "store": "order_number"}
        field = named.get(error.field, error.field)
        form.add_error(field if field in form.fields else None, error.message)
        return _list(request, form, status=400)
    except disputes.Stale:
        messages.warning(
            request, _("This dispute was noted before and is closed: what you wrote now was not kept.")
        )
        return redirect("dispute", row.pk)
    messages.success(request, _noted(is_new, anew))
    return redirect("dispute", row.pk)


@allow(DESK)
@require_safe
def dispute_page(request: HttpRequest, pk: int) -> HttpResponse:
    row = _dispute(pk)
    return _show(request, row, CloseForm(initial={"fee": money.quantize(row.fee, row.currency)}))


@allow(*ACT)
@require_POST
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    row, form = _dispute(pk), EvidenceForm(request.POST, choices=list(disputes.EVIDENCE))
    if not form.is_valid():
        return _show(request, row, CloseForm(), status=400)
    disputes.attach(row, form.cleaned_data["attached"], by=request.user)
    messages.success(request, _("Kept what was sent to the bank."))
    return redirect("dispute", pk)


@allow(*ACT)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    row, form = _dispute(pk), CloseForm(request.POST)
    if not form.is_valid():
        return _show(request, row, form, status=400)
    try:
        disputes.close(row, by=request.user, **form.cleaned_data)
    except disputes.BadDispute as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return _show(request, row, form, status=400)
    except disputes.Stale:
        messages.warning(request, _("Somebody closed this dispute before. This is how it stands now."))
    else:
        messages.success(request, _("Closed. The cases on this order were decided anew."))
    return redirect("dispute", pk)


def _noted(is_new: bool, anew: Sequence[str]) -> str:
    if is_new:
        return _("Noted. Nothing else is offered on this order until it is closed.")
    if anew:
        fields = ", ".join(str(SAID_ANEW[name]) for name in anew)
        return _("This dispute was noted before. What is said otherwise now: %(fields)s.") % {
            "fields": fields
        }
    return _("This dispute was noted before, just so.")


def _list(request: HttpRequest, form: DisputeForm, *, status: int = 200) -> HttpResponse:
    chosen = DisputesFilter(request.GET, today=shop.day(timezone.now()))
    is_usable = chosen.is_valid()
    context = {
        **(_chosen(request, chosen) if is_usable else {}),
        "form": form,
        "chosen": chosen.filled() if is_usable else chosen,
        "is_usable": is_usable,
        "may_act": holds(request, *ACT),
        "now": timezone.now(),
        "is_noting": form.is_bound or bool(form.initial.get("order_number")),
    }
    return render(request, "feedback/disputes.html", context, status=status if is_usable else 400)


def _chosen(request: HttpRequest, form: DisputesFilter) -> dict[str, Any]:
    """`taken`: what all of them cost, where they are in one currency."""
    rows, currency = form.rows(), form.cleaned_data["currency"]
    shown = rows.select_related("order__customer").annotate(taken=DISPUTE_COST)
    shown = shown.order_by("-state", "due_by", "-opened_at", "-pk")
    return {
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        "days": form.cleaned_data if form.cleaned_data["start"] else None,
        "currency": currency,
        "taken": disputes.cost_of(rows, currency) if currency else None,
    }


def _show(request: HttpRequest, row: Dispute, closing: CloseForm, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "dispute": row,
        "evidence": disputes.evidence(row, request.LANGUAGE_CODE),
        "cases": Case.objects.filter(order=row.order_id).order_by("pk"),
        "closing": closing,
        "may_act": holds(request, *ACT),
        "now": timezone.now(),
        "outcome": Dispute.Outcome(row.outcome).label
        if row.outcome in Dispute.Outcome.values
        else row.outcome,
    }
    return render(request, "feedback/dispute.html", context, status=status)


def _dispute(pk: int) -> Dispute:
    return get_object_or_404(Dispute.objects.select_related("order__customer"), pk=min(pk, 2**63 - 1))


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, shop.zone())


def _end(day: date) -> datetime:
    return datetime.combine(day, time(23, 59), shop.zone())
