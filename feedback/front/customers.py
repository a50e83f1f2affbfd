"""Customers: find one, and see everything between them and us on one page."""

from collections.abc import Collection
from typing import Any

from babel.numbers import format_decimal, format_percent
from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from feedback import consents, expected, facts, journal, labels, shop, value
from feedback.forms import AddressField
from feedback.front import search
from feedback.front.timeline import timeline
from feedback.models import Case, Customer, ExpectedValue, MailAddress, Order
from feedback.money import format_money
from feedback.reports import concessions
from feedback.roles import DESK, EVERYONE, REPORTS, Role, allow, holds

PER_PAGE = 40
ENTRIES_PER_PAGE = 100
COUNTER = (Role.FRONT_LINE, Role.STAFF, Role.MANAGER, Role.ADMINISTRATOR)


class Search(forms.Form):
    q = forms.CharField(
        label=gettext_lazy("Name, e-mail, phone or order number"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )


class ConsentForm(forms.Form):
    """They said yes to mail with a reward: noted by a person, as the shop's own page would note it."""

    wording = forms.CharField(
        label=gettext_lazy("Which text did they see or hear?"),
        max_length=64,
        help_text=gettext_lazy("Your own name for it, for example “card at the till, 2026”."),
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Where"),
        choices=[
            ("counter", gettext_lazy("in the shop")),
            ("phone", gettext_lazy("by phone")),
            ("email", gettext_lazy("by e-mail")),
        ],
    )


class PostalForm(forms.Form):
    postal_address = AddressField(
        label=gettext_lazy("Postal address"),
        help_text=gettext_lazy("Only to answer a letter. Leave it empty to remove it."),
    )


@allow(EVERYONE)
@require_safe
def customer_list(request: HttpRequest) -> HttpResponse:
    form = Search(request.GET)
    if not form.is_valid():
        return render(request, "feedback/customers.html", {"form": form}, status=400)
    page = Paginator(search.customers(form.cleaned_data["q"]), PER_PAGE).get_page(request.GET.get("page"))
    _tell(page.object_list)
    context = {
        "form": form,
        "page": page,
        "currency": shop.current().currency,
        "sees_defections": holds(request, *DESK),
        "at_counter": holds(request, *COUNTER),
        "may_import": holds(request, Role.MANAGER, Role.ADMINISTRATOR),
        "sees_reports": holds(request, *REPORTS),
    }
    return render(request, "feedback/customers.html", context)


@allow(EVERYONE)
@require_safe
def customer_page(request: HttpRequest, public_id: str) -> HttpResponse:
    customer = get_object_or_404(Customer.objects.select_related("merged_into"), public_id=public_id)
    entries = timeline(
        customer.merged_into or customer,
        request.LANGUAGE_CODE,
        sees_replies=holds(request, *DESK),
        sees_surveys=holds(request, Role.MANAGER, Role.ADMINISTRATOR, Role.ADVOCATE),
    )
    context = {
        "customer": customer.merged_into or customer,
        "merged": (customer.merged_into or customer).merged.filter(erased_at=None).order_by("-since", "-pk"),
        "may_merge": holds(request, Role.MANAGER, Role.ADMINISTRATOR),
        "page": Paginator(entries, ENTRIES_PER_PAGE).get_page(request.GET.get("page")),
        **_worth(customer.merged_into or customer, request.LANGUAGE_CODE),
        **_consent(customer.merged_into or customer, request),
    }
    return render(request, "feedback/customer.html", context)


@allow(*COUNTER)
@require_POST
def address(request: HttpRequest, public_id: str) -> HttpResponse:
    """Where a letter reaches them; empty: it is forgotten."""
    customer = get_object_or_404(Customer.objects.select_related("merged_into"), public_id=public_id)
    customer = customer.merged_into or customer
    form = PostalForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.errors["postal_address"][0])
        return redirect("customer", customer.public_id)
    with journal.recording():
        living = Customer.objects.filter(pk=customer.pk, erased_at=None)
        if living.update(postal_address=form.cleaned_data["postal_address"]):
            journal.log("address noted", customer, by=request.user)
            messages.success(request, _("Noted."))
        else:
            messages.error(request, _("This customer was erased; nothing can be noted about them."))
    return redirect("customer", customer.public_id)


@allow(*COUNTER)
@require_POST
def consent(request: HttpRequest, public_id: str) -> HttpResponse:
    customer = get_object_or_404(Customer.objects.select_related("merged_into"), public_id=public_id)
    customer = customer.merged_into or customer
    form, now = ConsentForm(request.POST), timezone.now()
    if request.POST.get("do") == "withdraw":
        consents.withdraw(customer, consents.ADVERTISING, now=now, via="counter", by=request.user)
        messages.success(request, _("Noted: no more mail with a reward."))
    elif customer.erased_at:
        messages.error(request, _("This customer was erased; nothing can be noted about them."))
    elif form.is_valid():
        given = consents.Given(purpose=consents.ADVERTISING, given_at=now, **form.cleaned_data)
        consents.note(customer, given, by=request.user)
        messages.success(request, _("Noted: they agree to mail with a reward."))
    else:
        for name, errors in form.errors.items():
            messages.error(request, f"{form.fields[name].label} {errors[0]}")
    return redirect("customer", customer.public_id)


def _consent(customer: Customer, request: HttpRequest) -> dict[str, Any]:
    """Whether they may be mailed a reward, and what stands against it: they can also say no in a mail."""
    refused = MailAddress.objects.filter(email=customer.email.lower()).exclude(unsubscribed_at=None).first()
    return {
        "consent": consents.standing(customer, consents.ADVERTISING),
        "refused_mail_at": refused.unsubscribed_at if refused and customer.email else None,
        "postal_form": PostalForm(initial={"postal_address": customer.postal_address})
        if holds(request, *COUNTER) and not customer.erased_at
        else None,
        "consent_form": ConsentForm() if holds(request, *COUNTER) and not customer.erased_at else None,
    }


def _worth(customer: Customer, language: str) -> dict[str, Any]:
    """Lifetime value in money (S2-7), and the standing that follows from it, with its reason."""
    currency = shop.current().currency
    worth = value.lifetime_values([customer.pk]).get(customer.pk)
    _policy, terms = facts.live_terms()
    standing = terms.standing(worth, currency)
    reason = ""
    if worth is not None and currency in terms.money:
        threshold = format_money(terms.money[currency].valued_from, currency, language)
        reason = _("valued from %(amount)s on") % {"amount": threshold}
    elsewhere = value.other_currencies(customer.pk) if worth is None else {}
    orders = Order.objects.filter(customer=customer, cancelled_at=None)
    balance = concessions.balances([customer.pk]).get(customer.pk)
    return {
        "worth": worth,
        "balance": balance,
        "currency": currency,
        "standing": labels.elsewhere(elsewhere, language) if elsewhere else labels.STANDINGS[standing],
        "is_valued": standing == "valued",
        "standing_reason": reason,
        "orders": orders.count(),
        "open_cases": Case.objects.filter(customer=customer, state__in=["open", "waiting"]).count(),
        **_expected(customer, language),
    }


def _expected(customer: Customer, language: str) -> dict[str, Any]:
    """What a job expects of the next year, with its reason in one sentence; nothing of who was erased."""
    found = None if customer.erased_at else expected.of(customer)
    if found is None:
        return {"expected": None}
    said = {
        "came": ngettext("%(n)s visit", "%(n)s visits", found.came) % {"n": found.came},
        "days": ngettext("%(n)s day", "%(n)s days", found.days) % {"n": found.days},
        "rate": format_decimal(round(found.rate, 1), locale=language),
        "basket": format_money(found.basket, found.currency, language),
    }
    why = _("%(came)s in %(days)s and what is usual here make about %(rate)s a year, at %(basket)s each.")
    reason = why % said + " " + _of_others(found, language)
    return {"expected": found, "expected_reason": reason}


def _of_others(found: ExpectedValue, language: str) -> str:
    """How it went with customers like them in the trial: it multiplies the visits. More than all of it may
    have come, in a shop that grows."""
    apart = round(found.share - 1, 2)
    by = {"by": format_percent(abs(apart), locale=language)}
    if found.is_gone:
        if apart >= 0:
            return _("They have left by our definition, but such customers came again all the same.")
        return _("They have left by our definition: such customers came %(by)s less often than that.") % by
    if apart > 0:
        return _("Customers who came as often then came %(by)s more often than that.") % by
    if apart < 0:
        return _("Customers who came as often then came %(by)s less often than that.") % by
    return _("Customers who came as often kept to that.")


def _tell(customers: Collection[Customer]) -> None:
    """What the list says of each: value, orders, open cases. Queries do not grow with the list."""
    ids = [customer.pk for customer in customers]
    values = value.lifetime_values(ids)
    orders = {
        row["customer"]: row
        for row in Order.objects.filter(customer__in=ids, cancelled_at=None)
        .values("customer")
        .annotate(n=Count("id"), last=Max("placed_at"))
        .order_by()
    }
    unsolved = Case.objects.filter(customer__in=ids, state__in=["open", "waiting"])
    open_cases = dict(
        unsolved.values("customer").annotate(n=Count("id")).values_list("customer", "n").order_by()
    )
    for customer in customers:
        customer.worth = values.get(customer.pk)
        customer.order_count = orders.get(customer.pk, {}).get("n", 0)
        customer.last_order = orders.get(customer.pk, {}).get("last")
        customer.open_cases = open_cases.get(customer.pk, 0)
