"""How long complaints may wait, by way and severity: set by a manager, with everybody who set it before."""

from itertools import pairwise

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from feedback import clock_setting, clocks, shop
from feedback.clock_forms import ClockTimesForm, changes
from feedback.clock_times import USUAL, Times
from feedback.models import ClockTimes
from feedback.roles import Role, allow

SHOWN = 20


@allow(Role.MANAGER, Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    law = clocks.LAWS.get(shop.current().country)
    newest = clock_setting.newest()
    times, known = clock_setting.times_of(newest), newest.version if newest else 0
    if request.method != "POST":
        return _show(request, ClockTimesForm(times=times, known=known, law=law))
    form = ClockTimesForm(request.POST, times=times, known=known, law=law)
    if not form.is_valid():
        return _show(request, form, status=400)
    seen = form.cleaned_data["known"] or 0
    try:
        clock_setting.keep(form.times(), known=seen, by=request.user, now=timezone.now())
    except clock_setting.Stale:
        messages.warning(request, _("Somebody else changed this just before. This is how it stands now."))
    else:
        messages.success(request, _("Kept. It counts for what is told from now on."))
    return redirect("clock_times")


def _show(request: HttpRequest, form: ClockTimesForm, *, status: int = 200) -> HttpResponse:
    rows = list(ClockTimes.objects.select_related("made_by").order_by("-version")[: SHOWN + 1])
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
