"""Own data from the shop's side: what a customer asked, agreed to, and an erasure noted for them (L15)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from feedback import consents, erasure, my_data, own_data
from feedback.models import Comment, Customer, DataRequest, Erasure
from feedback.roles import EVERYONE, Role, allow, holds
from feedback.views import my_data as public_pages

COUNTER = (Role.FRONT_LINE, Role.STAFF, Role.APPROVER, Role.MANAGER, Role.ADMINISTRATOR)
ERASERS = (Role.MANAGER, Role.ADMINISTRATOR)
PER_PAGE = 40


class EraseForm(forms.Form):
    """They wrote or phoned: how, and that it was they. No free words: those would stay."""

    how = forms.ChoiceField(
        label=gettext_lazy("How did they ask?"),
        choices=[
            (word, label)
            for word, label in Erasure.How.choices
            if word not in (Erasure.How.PAGE, Erasure.How.RETENTION)
        ],
    )
    is_sure = forms.BooleanField(
        label=gettext_lazy("I made sure that it is they who ask, and told them what stays.")
    )


class NoteForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("What do they ask for?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[MaxLengthValidator(my_data.LONGEST)],
    )


class SettleForm(forms.Form):
    answer = forms.CharField(
        label=pgettext_lazy("data request", "What was done"),
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[MaxLengthValidator(my_data.LONGEST)],
        help_text=gettext_lazy("They get these words by e-mail, and see them on their page."),
    )


@allow(EVERYONE)
@require_safe
def page(request: HttpRequest, public_id: str) -> HttpResponse:
    return _page(request, _customer(public_id))


def _page(request: HttpRequest, customer: Customer, **forms_: forms.Form) -> HttpResponse:
    context: dict[str, Any] = {
        "customer": customer,
        "consents": consents.history(customer),
        "requests": DataRequest.objects.filter(customer=customer).order_by("-asked_at"),
        "erasure": my_data.erasure_of(customer),
        "alike": _alike(customer),
        "may_erase": holds(request, *ERASERS),
        "may_note": holds(request, *COUNTER),
        "erase": EraseForm(),
        "note": NoteForm(),
        "settle": SettleForm(),
        **public_pages.ends(customer, timezone.now()),
    } | forms_
    wrong = any(form.errors for form in forms_.values())
    return render(request, "feedback/own_data.html", context, status=400 if wrong else 200)


@allow(*COUNTER)
@require_POST
def note(request: HttpRequest, public_id: str) -> HttpResponse:
    """Whoever takes the call writes it down; a manager acts on it."""
    customer, form = _customer(public_id), NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, customer, note=form)
    my_data.request(customer, form.cleaned_data["words"], timezone.now(), by=request.user)
    messages.success(request, _("Noted. It waits under the requests about own data."))
    return redirect("own_data", customer.public_id)


@allow(*ERASERS)
@require_POST
def erase(request: HttpRequest, public_id: str) -> HttpResponse:
    customer, form = _customer(public_id), EraseForm(request.POST)
    if not form.is_valid():
        return _page(request, customer, erase=form)
    erasure.ask(customer, how=form.cleaned_data["how"], by=request.user)
    messages.success(request, _("It has begun, and goes on by itself."))
    return redirect("own_data", customer.public_id)


@allow(*ERASERS)
@require_POST
def erase_comment(request: HttpRequest, public_id: str) -> HttpResponse:
    """Words of somebody whom no customer stands for: they wrote or called, and it is they."""
    comment = get_object_or_404(Comment, public_id=public_id)
    form = EraseForm(request.POST)
    if comment.customer is not None:
        return redirect("own_data", comment.customer.public_id)
    if not form.is_valid():
        messages.error(request, _("Nothing was erased: say how they asked, and that it is they."))
        return redirect("comment", public_id)
    erasure.ask(comment=comment, how=form.cleaned_data["how"], by=request.user)
    messages.success(request, _("It has begun, and goes on by itself."))
    return redirect("comment", public_id)


@allow(*ERASERS)
@require_safe
def as_json(request: HttpRequest, public_id: str) -> HttpResponse:
    return public_pages.file(own_data.as_json(_customer(public_id)), "application/json", "own-data.json")


@allow(*ERASERS)
@require_safe
def as_zip(request: HttpRequest, public_id: str) -> HttpResponse:
    whole = own_data.as_zip(_customer(public_id), request.LANGUAGE_CODE)
    return public_pages.file(whole, "application/zip", "own-data.zip")


@allow(*COUNTER)
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first; and the erasures of late."""
    waiting = DataRequest.objects.filter(settled_at=None).select_related("customer").order_by("asked_at")
    context = {
        "page": Paginator(waiting, PER_PAGE).get_page(request.GET.get("page")),
        "settle": SettleForm(),
        "may_settle": holds(request, *ERASERS),
        "erasures": Erasure.objects.select_related("customer", "asked_by").order_by("-pk")[:PER_PAGE],
    }
    return render(request, "feedback/data_requests.html", context)


@allow(*ERASERS)
@require_POST
def settle(request: HttpRequest, public_id: str) -> HttpResponse:
    asked = get_object_or_404(DataRequest.objects.select_related("customer"), public_id=public_id)
    form = SettleForm(request.POST)
    if not form.is_valid():
        return _page(request, asked.customer, settle=form)
    try:
        my_data.settle(asked, form.cleaned_data["answer"], by=request.user)
    except my_data.Stale:
        messages.error(request, _("Somebody answered this a moment ago."))
    else:
        messages.success(request, _("Answered."))
    return redirect("data_requests")


def _customer(public_id: str) -> Customer:
    found = get_object_or_404(Customer.objects.select_related("merged_into"), public_id=public_id)
    return found.merged_into or found


def _alike(customer: Customer) -> list[Customer]:
    """Others with the same number: perhaps the same person, perhaps their family. Each goes alone."""
    if not customer.phone:
        return []
    others = Customer.objects.filter(phone=customer.phone, merged_into=None).exclude(pk=customer.pk)
    return list(others[:10])
