"""Customer cards: at the till (find, book), on the customer's page (issue, block), on paper (print, QR)."""

import io

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from feedback import card_numbers, cards, facts, labels, shop, value
from feedback.card_forms import BookForm, CardSearch, IssueForm, PercentForm
from feedback.models import Card, Customer, Order
from feedback.money import format_money
from feedback.roles import EVERYONE, Role, allow, holds

COUNTER = (Role.FRONT_LINE, Role.STAFF, Role.MANAGER, Role.ADMINISTRATOR)
_SET_UP = (Role.MANAGER, Role.ADMINISTRATOR)
_SHOWN = 5


@allow(*COUNTER)
@require_safe
def till(request: HttpRequest) -> HttpResponse:
    """Who stands here, what they are worth to the shop (S2-7), and what they pay."""
    return _till(request)


@allow(*COUNTER)
@require_POST
def book(request: HttpRequest, number: str) -> HttpResponse:
    """Once for each receipt: pressed twice, it is one order."""
    card = get_object_or_404(Card, number=number)
    form, currency = BookForm(request.POST), shop.current().currency
    if not form.is_valid():
        return _till(request, number, form, status=400)
    given = form.cleaned_data
    try:
        order = cards.book(card, currency=currency, by=request.user, now=timezone.now(), **given)
    except cards.Blocked:
        messages.error(request, _("This card is blocked: nothing was booked."))
    except cards.Known as known:
        messages.error(
            request,
            _("Receipt %(number)s was booked before: nothing was booked again.")
            % {"number": known.order.number},
        )
    else:
        words = _("Booked: %(discount)s off, %(total)s to pay.")
        names = ("discount", "total")
        said = {name: format_money(getattr(order, name), currency, request.LANGUAGE_CODE) for name in names}
        messages.success(request, words % said)
    return redirect(f"{reverse('cards')}?{urlencode({'q': number})}")


@allow(*_SET_UP)
@require_POST
def percent(request: HttpRequest) -> HttpResponse:
    form = PercentForm(request.POST)
    if form.is_valid():
        cards.set_percent(form.cleaned_data["percent"], by=request.user)
        messages.success(request, _("Saved."))
        return redirect("cards")
    return _till(request, percent_form=form, status=400)


@allow(EVERYONE)
@require_safe
def of_customer(request: HttpRequest, public_id: str) -> HttpResponse:
    return _page(request, _customer(public_id))


@allow(*COUNTER)
@require_POST
def issue(request: HttpRequest, public_id: str) -> HttpResponse:
    customer, form = _customer(public_id), IssueForm(request.POST)
    if customer.erased_at:
        messages.error(request, _("This customer was erased; nothing can be noted about them."))
        return redirect("customer_card", customer.public_id)
    if form.is_valid():
        try:
            _card, is_new = cards.issue(
                customer, by=request.user, now=timezone.now(), number=form.cleaned_data["number"]
            )
        except cards.Mistyped:
            form.add_error("number", _("This cannot be the number of a card: a digit is wrong."))
        except cards.NumberTaken:
            form.add_error("number", _("This number is on another card."))
        else:
            words = _("The card is issued.") if is_new else _("They have a card already: this one.")
            messages.success(request, words)
            return redirect("customer_card", customer.public_id)
    return _page(request, customer, form, status=400)


@allow(*COUNTER)
@require_POST
def block(request: HttpRequest, number: str) -> HttpResponse:
    card = get_object_or_404(Card.objects.select_related("customer"), number=number)
    if cards.block(card, by=request.user, now=timezone.now()):
        messages.success(request, _("The card is blocked. What was bought with it stays theirs."))
    else:
        messages.error(request, _("It was blocked before."))
    return redirect("customer_card", card.customer.public_id)


@allow(*COUNTER)
@require_safe
def paper(request: HttpRequest, number: str) -> HttpResponse:
    """To be printed and cut out."""
    in_use = Card.objects.select_related("customer").filter(state=Card.State.ACTIVE)
    card = get_object_or_404(in_use, number=number)
    return render(
        request, "feedback/card_paper.html", {"card": card, "grouped": card_numbers.grouped(card.number)}
    )


@allow(*COUNTER)
@require_safe
def sign(request: HttpRequest, number: str) -> HttpResponse:
    """Its number as a QR code, for a scanner at the till. It opens nothing by itself."""
    card = get_object_or_404(Card, number=number)
    out = io.BytesIO()
    segno.make(card.number, error="m", micro=False).save(out, kind="svg", scale=6, border=4, xmldecl=True)
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")


def _till(
    request: HttpRequest, typed: str = "", form: BookForm | None = None,
    percent_form: PercentForm | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    typed = typed or request.GET.get("q", "")[:100]
    context = {
        "search": CardSearch(initial={"q": typed}),
        "typed": typed.strip(),
        "percent": shop.current().card_percent,
        "percent_form": (percent_form or PercentForm()) if holds(request, *_SET_UP) else None,
    }
    if typed.strip():
        try:
            card = cards.find(typed)
        except cards.Mistyped:
            card, context["is_mistyped"] = None, True
        context |= _about(card, form) if card else {}
    return render(request, "feedback/cards.html", context, status=status)


def _about(card: Card, form: BookForm | None) -> dict[str, object]:
    customer = card.customer.merged_into or card.customer
    currency = shop.current().currency
    worth = value.lifetime_values([customer.pk]).get(customer.pk)
    _policy, terms = facts.live_terms()
    return {
        "card": card,
        "grouped": card_numbers.grouped(card.number),
        "customer": customer,
        "worth": worth,
        "currency": currency,
        "standing": labels.STANDINGS[terms.standing(worth, currency)],
        "orders": Order.objects.filter(customer=customer, cancelled_at=None).order_by("-placed_at")[:_SHOWN],
        "form": form or BookForm(),
    }


def _page(
    request: HttpRequest, customer: Customer, form: IssueForm | None = None, status: int = 200
) -> HttpResponse:
    found = cards.of(customer)
    has_card = any(card.state == Card.State.ACTIVE for card in found)
    may_act = holds(request, *COUNTER) and not customer.erased_at
    context = {
        "customer": customer,
        "cards": [(card, card_numbers.grouped(card.number)) for card in found],
        "may_act": may_act,
        "form": (form or IssueForm()) if may_act and not has_card else None,
    }
    return render(request, "feedback/customer_card.html", context, status=status)


def _customer(public_id: str) -> Customer:
    found = get_object_or_404(Customer.objects.select_related("merged_into"), public_id=public_id)
    return found.merged_into or found
