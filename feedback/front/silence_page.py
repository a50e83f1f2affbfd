"""Who bought and said nothing, month by month, what they bought later, and who of them stopped (S4-3)."""

import csv

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from feedback import charts, defections, shop
from feedback.buckets import Grain
from feedback.front import headlines, silence
from feedback.roles import REPORTS, allow

PER_PAGE = 40


@allow(REPORTS)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    months, row = _months()
    stopped = Paginator(silence.silent_and_stopped(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "headline": row,
        "months": months[::-1],
        "page": stopped,
        "rows": [(one, defections.pattern_of(one, request.LANGUAGE_CODE)) for one in stopped],
        "fewest": silence.FEWEST,
        "heard_within": silence.HEARD_WITHIN,
        "later": silence.LATER,
        "csv_url": reverse("silence_csv"),
        **_figure(months, request.LANGUAGE_CODE),
    }
    return render(request, "feedback/silence.html", context)


@allow(REPORTS)
@require_safe
def months_csv(request: HttpRequest) -> HttpResponse:
    months, _row = _months()
    response = HttpResponse(
        "\ufeff",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="silence.csv"'},
    )
    write = csv.writer(response).writerow
    write(["month", "bought", "said_nothing", "share", "low", "high", "silent_again", "heard_again"])
    for one in months:
        low, high = one.interval or ("", "")
        known = ["" if one.silent_again is None else one.silent_again,
                 "" if one.heard_again is None else one.heard_again]  # fmt: skip
        write([one.first, one.n, one.silent, "" if one.share is None else one.share, low, high, *known])
    return response


def _months():
    """As the job found them; the oldest first."""
    row = headlines.newest(shop.day(timezone.now())).get("silent")
    return [silence.Month.from_data(one) for one in row.data["months"]] if row else [], row


def _figure(months, language):
    told = [one for one in months if one.share is not None]
    if len(told) < 2:
        return {}
    labels = charts.date_labels([one.first for one in months], step=Grain.MONTH, language=language)
    shares = [None if one.share is None else 100 * one.share for one in months]
    last = told[-1]
    finding = _("Of the buyers of %(month)s, %(share)s %% said nothing.") % {
        "month": labels[months.index(last)],
        "share": round(100 * last.share),
    }
    return {
        "figure": charts.line_figure([charts.Series(_("said nothing"), shares)], labels),
        "finding": finding,
    }
