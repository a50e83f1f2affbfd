"""How long complaints may wait, by way and severity: set by a manager, with everybody who set it before."""

from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from feedback import clocks, journal, shop
from feedback.clock_forms import ClockTimesForm, changes
from feedback.clock_times import USUAL, Times
from feedback.models import ClockTimes, Shop
from feedback.roles import Role, allow

SHOWN = 20


@allow(Role.MANAGER, Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    law = clocks.LAWS.get(shop.current().country)
    newest = ClockTimes.objects.order_by("-pk").first()
    times, known = (Times.from_data(newest.times), newest.pk) if newest else (USUAL, None)
    if request.method != "POST":
        return _show(request, ClockTimesForm(times=times, known=known, law=law))
    form = ClockTimesForm(request.POST, times=times, known=known, law=law)
    if not form.is_valid():
        return _show(request, form, status=400)
    if not _keep(form, by=request.user):
        messages.warning(request, _("Somebody else changed this just before. This is how it stands now."))
    else:
        messages.success(request, _("Kept. It counts for what is told from now on."))
    return redirect("clock_times")


def _keep(form: ClockTimesForm, *, by: Any) -> bool:
    """One winner: whoever looked at older times keeps nothing. False: somebody else was first."""
    times = form.times()
    with journal.recording():
        # Two at one moment stand in line at the shop's row.
        list(Shop.objects.select_for_update(no_key=True).filter(pk=1).values("pk"))
        newest = ClockTimes.objects.order_by("-pk").first()
        if (newest.pk if newest else None) != form.cleaned_data["known"]:
            return False
        if times == (Times.from_data(newest.times) if newest else USUAL):
            return True
        made = ClockTimes.objects.create(times=times.as_data(), made_at=timezone.now(), made_by=by)
        journal.log("clock times set", made, by=by)
    shop.forget()
    return True


def _show(request: HttpRequest, form: ClockTimesForm, *, status: int = 200) -> HttpResponse:
    rows = list(ClockTimes.objects.select_related("made_by").order_by("-pk")[: SHOWN + 1])
    sets = [Times.from_data(row.times) for row in rows] + [USUAL] * (len(rows) <= SHOWN)
    context = {
        "form": form,
        "groups": list(form.groups()),
        "law": form.law,
        "history": [
            (row, list(changes(before, after)))
            for row, (after, before) in zip(rows[:SHOWN], pairwise(sets), strict=False)
        ],
    }
    return render(request, "feedback/clock_times.html", context, status=status)
