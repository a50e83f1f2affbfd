"""Which mail an address wants, by the secret link in every mail that offers something."""

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from feedback import consents, mail
from feedback.addressing import as_the_shop_does
from feedback.erasure import MADE_UP
from feedback.models import MailAddress
from feedback.roles import public

AGAIN = "again"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@public
@as_the_shop_does
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """A mail program's one-click POST (RFC 8058) comes without cookies; every other POST is checked."""
    address = mail.preferences(token)
    if address is None:
        raise Http404
    if request.method == "POST" and request.POST.dict() == ONE_CLICK:
        _leave(address)
        return HttpResponse("Unsubscribed.", content_type="text/plain")
    response = _page(request, address, token)
    response["Referrer-Policy"] = "same-origin"  # "no-referrer" makes browsers send our forms without origin
    return response


@csrf_protect
def _page(request: HttpRequest, address: MailAddress, token: str) -> HttpResponse:
    if request.method == "POST":
        if request.POST.get("do") == AGAIN:
            _come_back(address)
        else:
            _leave(address)
        return redirect("preferences", token)
    context = {
        "address": address,
        "has_said_no": bool(address.unsubscribed_at or address.complained_at),
        "is_forgotten": address.email.startswith(MADE_UP),
        "wording": consents.WORDINGS[consents.AGAIN],
    }
    return render(request, "feedback/preferences.html", context)


def _come_back(address: MailAddress) -> None:
    """At the same link, with one press as well; kept as consent once, however often it is pressed."""
    now = timezone.now()
    if address.email.startswith(MADE_UP):  # they asked us to forget them: there is nobody to write to
        return
    with transaction.atomic():
        if mail.subscribe_again(address, wording=consents.AGAIN, now=now):
            consents.come_back(address.email, now=now, via="mail")


def _leave(address: MailAddress) -> None:
    """What they had agreed to is taken back with it: as easily as it was given (L14)."""
    mail.unsubscribe(address)
    consents.leave(address.email, now=timezone.now(), via="mail")
