"""Note a call, a message or a visit in a few taps, take back a slip, and say which hours were staffed."""

from typing import Any

from django.contrib import messages
from django.db.models import Max, Min, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from feedback import contacts
from feedback.contact_forms import WAYS, ContactForm, StaffedForm
from feedback.models import Contact, Order, StaffedHour
from feedback.models.words import Channel
from feedback.roles import Role, allow

CALL = (Role.FRONT_LINE, Role.STAFF, Role.APPROVER, Role.MANAGER)
SLIP = 15  # minutes in which it can be taken back


@allow(*CALL)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """`?order=`: about this one. `?out=1`: we called them."""
    channel = request.GET.get("channel", Channel.PHONE.value)
    channel = channel if channel in WAYS else Channel.PHONE.value
    is_outgoing = request.GET.get("out") == "1"
    about = {"order": request.GET.get("order", "")[:64], "reason": request.GET.get("reason", "")[:40]}
    if request.method != "POST":
        return _show(request, ContactForm(channel=channel, is_outgoing=is_outgoing, initial=about))
    form = ContactForm(request.POST, channel=channel, is_outgoing=is_outgoing)
    if not form.is_valid():
        return _show(request, form, status=400)
    made = contacts.note(form.told(timezone.now()), by=request.user)
    if is_outgoing:
        messages.success(request, _("Noted: you have called them."))
        return redirect("day")
    return redirect(f"{reverse('contact_new')}?{urlencode({'channel': channel, 'noted': made.public_id})}")


@allow(*CALL)
@require_POST
def take_back(request: HttpRequest, public_id: str) -> HttpResponse:
    row = get_object_or_404(Contact, public_id=public_id)
    if _is_fresh(row, request):
        contacts.take_back(row, by=request.user)
        messages.success(request, _("Taken back."))
    else:
        messages.error(request, _("This cannot be taken back any more."))
    return redirect(f"{reverse('contact_new')}?{urlencode({'channel': row.channel})}")


@allow(Role.MANAGER, Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def staffed(request: HttpRequest) -> HttpResponse:
    form = StaffedForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        changed = contacts.staff_hours(form.hours(), by=request.user)
        messages.success(request, _("Kept: %(n)s hours are other than before.") % {"n": changed})
        return redirect("staffed_hours")
    known = StaffedHour.objects.aggregate(first=Min("starts_at"), last=Max("starts_at"), people=Sum("people"))
    context = {"form": form, "known": known}
    return render(request, "feedback/staffed_hours.html", context, status=400 if form.errors else 200)


def _show(request: HttpRequest, form: ContactForm, *, status: int = 200) -> HttpResponse:
    shown = {"out": "1"} if form.is_outgoing else {}
    ways = [
        {"label": way.label, "current": way.value == form.channel,
         "url": f"?{urlencode({'channel': way.value} | shown)}"}
        for way in WAYS
    ]  # fmt: skip
    context: dict[str, Any] = {
        "form": form,
        "ways": ways,
        "action": f"?{urlencode({'channel': form.channel} | shown)}",
        "noted": _noted(request),
        "about": Order.objects.filter(number=form["order"].value()).select_related("customer").first()
        if form.is_outgoing and form["order"].value()
        else None,
    }
    return render(request, "feedback/contact_new.html", context, status=status)


def _noted(request: HttpRequest) -> Contact | None:
    """The one that was kept on the page before, as long as it can be taken back."""
    name = request.GET.get("noted", "")
    row = Contact.objects.filter(public_id=name).first() if name.isalnum() else None
    return row if row is not None and _is_fresh(row, request) else None


def _is_fresh(row: Contact, request: HttpRequest) -> bool:
    """Noted here by the same person a moment ago; `at` may lie some hours back, so the journal is asked."""
    return row.handled_by_id == request.user.pk and contacts.noted_lately(row, minutes=SLIP)
