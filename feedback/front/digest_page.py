"""The weekly letter as a page to print, the press that orders it, and the way out of it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import shop
from feedback.forms import Day
from feedback.front import digest
from feedback.models import User
from feedback.roles import DESK, allow, public
from feedback.views import account

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
MOST_WEEKS = 520  # back


class WeekFilter(forms.Form):
    week = forms.DateField(label=gettext_lazy("A day of the week"), required=False, widget=Day)

    def __init__(self, data: Any, *, today: Any) -> None:
        super().__init__(data)
        self.today = today

    def clean_week(self) -> Any:
        """Its Monday; the week that is over where nothing is said."""
        day = self.cleaned_data["week"]
        last = digest.last_week(self.today)
        if day is None:
            return last
        if day >= last + timedelta(days=7):
            raise forms.ValidationError(_("This week is not over yet."))
        if day < last - timedelta(weeks=MOST_WEEKS):
            raise forms.ValidationError(_("This day is too long ago."))
        return day - timedelta(days=day.weekday())


@allow(DESK)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    today = shop.day(timezone.now())
    form = WeekFilter(request.GET, today=today)
    context = {"form": form, "is_wanted": digest.wants(request.user), "has_address": bool(request.user.email)}
    if not form.is_valid():
        return render(request, "feedback/digest.html", context, status=400)
    start = form.cleaned_data["week"]
    context |= {
        "told": digest.tell(start, today, request.LANGUAGE_CODE),
        "before_url": f"?week={start - timedelta(days=7)}",
        "after_url": f"?week={start + timedelta(days=7)}" if start < digest.last_week(today) else "",
    }
    return render(request, "feedback/digest.html", context)


@allow(DESK)
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    on = request.POST.get("to") == "on"
    if on and not request.user.email:
        messages.error(request, _("There is no e-mail address in your account. An administrator can add it."))
        return redirect("digest")
    digest.switch(request.user, on=on, now=timezone.now())
    if on:
        account.keep_language(request.user, request.LANGUAGE_CODE)  # that of the page they press it on
        messages.success(request, _("You get this letter every Monday at seven."))
    else:
        messages.success(request, _("You get this letter no more."))
    return redirect("digest")


@public
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """A mail program's one-click POST (RFC 8058) comes without cookies; a GET changes nothing, since mail
    scanners open links."""
    user = digest.whose(token)
    if user is None:
        raise Http404
    if request.method == "POST" and request.POST.dict() == ONE_CLICK:
        digest.switch(user, on=False, now=timezone.now())
        return HttpResponse("Unsubscribed.", content_type="text/plain")
    response = _stop_page(request, user, token)
    response["Referrer-Policy"] = "same-origin"  # "no-referrer" makes browsers send our forms without origin
    return response


@csrf_protect
def _stop_page(request: HttpRequest, user: User, token: str) -> HttpResponse:
    if request.method == "POST":
        digest.switch(user, on=False, now=timezone.now())
        return redirect("digest_stop", token)
    return render(request, "feedback/digest_stop.html", {"is_wanted": digest.wants(user)})
