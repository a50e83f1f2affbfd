"""A customer's own data: ask for the link; see, set right, take away, erase. The link is the key (L15)."""

from datetime import datetime
from functools import wraps
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rest_framework.throttling import BaseThrottle

from feedback import addressing, consents, erasure, limits, mail, my_data, own_data, permissions
from feedback.addressing import as_the_shop_does
from feedback.forms import EmailField
from feedback.models import Case, Customer, DataLink, DataRequest, Dispute, Erasure
from feedback.models.addressed import Language
from feedback.roles import public

MOST, A_WHILE = 20, 10 * 60  # asks from one address of the net, in seconds


class AskForm(forms.Form):
    email = EmailField(label=gettext_lazy("Your e-mail"), max_length=254)
    website = forms.CharField(required=False, widget=forms.HiddenInput)  # only programs fill it in


class CorrectForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    form_of_address = forms.ChoiceField(
        label=gettext_lazy("How we address you"), choices=Customer.Address, required=False
    )
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=32, required=False)
    email = EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        help_text=gettext_lazy("A new address gets a letter first: it counts once you open the link in it."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of our letters"), choices=[("", "–"), *Language.choices], required=False
    )


class RequestForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("What is wrong, or what would you like?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[MaxLengthValidator(my_data.LONGEST)],
    )


@public
@as_the_shop_does
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The same answer whether the address is known or not."""
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "feedback/my_data_ask.html", {"form": form})
    if not form.is_valid():
        return render(request, "feedback/my_data_ask.html", {"form": form}, status=400)
    if limits.is_past("my-data", BaseThrottle().get_ident(request), most=MOST, seconds=A_WHILE):
        form.add_error(None, _("So much came from here just now that we must pause. Please try again later."))
        return render(request, "feedback/my_data_ask.html", {"form": form}, status=429)
    if not form.cleaned_data["website"]:
        my_data.ask(form.cleaned_data["email"], (get_language() or "vi")[:2])
    return redirect("my_data_asked")


@public
@as_the_shop_does
@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    return render(request, "feedback/my_data_asked.html")


def _opened(view):
    """`view(request, link, token)`: the link is good. Nothing of it is kept by browsers or told to others."""

    @public
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        link = my_data.find(token, timezone.now())
        if link is None:
            response = render(request, "feedback/my_data_gone.html", status=404)
        elif running := Erasure.objects.unfinished().filter(customer=my_data.whose(link)).first():
            response = redirect("my_data_erased", running.public_id)
        else:
            response = addressing.page(view(request, link, token), my_data.whose(link))
        response["Referrer-Policy"] = (
            "same-origin"  # "no-referrer" makes browsers send our forms without origin
        )
        return response

    return guarded


@_opened
@require_safe
def page(request: HttpRequest, link: DataLink, token: str) -> HttpResponse:
    return _page(request, link, token)


def _page(
    request: HttpRequest,
    link: DataLink,
    token: str,
    *,
    correct: forms.Form | None = None,
    ask: forms.Form | None = None,
) -> HttpResponse:
    customer = my_data.whose(link)
    known = {name: getattr(customer, name) for name in CorrectForm.base_fields}
    context: dict[str, Any] = {
        "token": token,
        "link": link,
        "done": _DONE.get(request.GET.get("done", "")),
        "customer": customer,
        "groups": own_data.held(customer),
        "correct": correct or CorrectForm(initial=known, auto_id="correct_%s"),
        "ask": ask or RequestForm(auto_id="ask_%s"),
        "consents": consents.history(customer),
        "agrees": consents.standing(customer, consents.ADVERTISING),
        "others": [one for one in consents.all_standing(customer) if one.purpose != consents.ADVERTISING],
        "shown": permissions.shown_of(customer),
        "requests": DataRequest.objects.filter(customer=customer).order_by("-asked_at"),
    }
    wrong = bool((correct and correct.errors) or (ask and ask.errors))
    return render(request, "feedback/my_data.html", context, status=400 if wrong else 200)


@_opened
@require_POST
def correct(request: HttpRequest, link: DataLink, token: str) -> HttpResponse:
    customer, form = my_data.whose(link), CorrectForm(request.POST, auto_id="correct_%s")
    if not form.is_valid():
        return _page(request, link, token, correct=form)
    said = dict(form.cleaned_data)
    email = said.pop("email").lower()
    my_data.correct(customer, **said)
    if email != customer.email:
        my_data.ask_new_email(customer, email, timezone.now())
        return _back(token, "letter")
    return _back(token, "corrected")


@_opened
@require_POST
def new_email(request: HttpRequest, link: DataLink, token: str) -> HttpResponse:
    try:
        my_data.change_email(link, timezone.now())
    except my_data.Taken:
        return _back(token, "asked")
    return _back(token, "corrected")


@_opened
@require_POST
def consent(request: HttpRequest, link: DataLink, token: str) -> HttpResponse:
    """Given and taken back with one press each; the reward does not look at it (L14)."""
    customer, now = my_data.whose(link), timezone.now()
    if request.POST.get("do") == "hide":
        permissions.take_back(customer, permissions.shown_of(customer), now=now, via="my-data")
        return _back(token, "hidden")
    if request.POST.get("do") == "give":
        given = consents.Given(
            purpose=consents.ADVERTISING, wording=consents.ON_THEIR_PAGE, channel="my-data", given_at=now
        )
        consents.note(customer, given)
        if customer.email:
            mail.subscribe_again(mail.address_of(customer.email), wording=given.wording, now=now)
        return _back(token, "agreed")
    purpose = request.POST.get("purpose", consents.ADVERTISING)
    if purpose != consents.PUBLISHING:
        consents.withdraw(customer, purpose, now=now, via="my-data")
    return _back(token, "withdrawn")


@_opened
@require_POST
def request_of_shop(request: HttpRequest, link: DataLink, token: str) -> HttpResponse:
    form = RequestForm(request.POST, auto_id="ask_%s")
    if not form.is_valid():
        return _page(request, link, token, ask=form)
    my_data.request(my_data.whose(link), form.cleaned_data["words"], timezone.now())
    return _back(token, "asked")


@_opened
@require_safe
def as_json(request: HttpRequest, link: DataLink, token: str) -> HttpResponse:
    return file(own_data.as_json(my_data.whose(link)), "application/json", "my-data.json")


@_opened
@require_safe
def as_zip(request: HttpRequest, link: DataLink, token: str) -> HttpResponse:
    whole = own_data.as_zip(my_data.whose(link), (get_language() or "vi")[:2])
    return file(whole, "application/zip", "my-data.zip")


def file(content: str | bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@_opened
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, link: DataLink, token: str) -> HttpResponse:
    """The second step; the first is the way here."""
    customer = my_data.whose(link)
    if request.method == "POST":
        running = erasure.ask(customer, how=Erasure.How.PAGE)
        return redirect("my_data_erased", running.public_id)
    context = {"token": token, "customer": customer, **ends(customer, timezone.now())}
    return render(request, "feedback/my_data_erase.html", context)


def ends(customer: Customer, now: datetime) -> dict[str, Any]:
    """What of theirs is open and ends with the erasure."""
    return {
        "open_cases": Case.objects.filter(customer=customer, state__in=["open", "waiting"]).count(),
        "open_disputes": Dispute.objects.filter(order__customer=customer, state="open").count(),
    }


@public
@as_the_shop_does
@never_cache
@require_safe
def erased(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far it is. The address says nothing of a person, and so it can still be opened when all is gone."""
    found = get_object_or_404(Erasure, public_id=public_id)
    response = render(request, "feedback/my_data_erased.html", {"erasure": found})
    response["Referrer-Policy"] = "same-origin"  # "no-referrer" makes browsers send our forms without origin
    return response


_DONE = {
    "corrected": gettext_lazy("Set right."),
    "letter": gettext_lazy(
        "We have sent a letter to the new address. It counts once you open the link in it."
    ),
    "asked": gettext_lazy("Your request is with us. We answer by e-mail."),
    "agreed": gettext_lazy("Noted: you agree. You can take it back here at any time."),
    "hidden": gettext_lazy("Taken back: your words no longer stand on our review page."),
    "withdrawn": gettext_lazy("Taken back."),
}


def _back(token: str, done: str) -> HttpResponse:
    return redirect(f"{reverse('my_data', args=[token])}?done={done}")
