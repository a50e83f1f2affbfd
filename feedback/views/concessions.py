"""The ledger of what was given: cost by part, margin after it, and what became of those we helped."""

import csv
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from feedback import charts, shop
from feedback.case_forms import MessageForm
from feedback.forms import ReportFilter
from feedback.money import format_money
from feedback.reports import concessions
from feedback.roles import REPORTS, allow
from feedback.spreadsheets import harmless

PER_PAGE = 50
_THOUSANDS_FROM = 100_000


@allow(REPORTS)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    form = ReportFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return render(request, "feedback/concessions.html", {"form": form}, status=400)
    found = concessions.ledger(form.cleaned_data["start"], form.cleaned_data["end"])
    helped, others = concessions.later_value(timezone.now())
    context = {
        "form": ReportFilter(form.as_shown(), today=form.today),
        "ledger": found,
        "page": Paginator(found.rows, PER_PAGE).get_page(request.GET.get("page")),
        "parts": [(MessageForm.COSTS[name], amount) for name, amount in found.parts.items()],
        "weeks": list(zip(_labels(found, request.LANGUAGE_CODE), found.weeks, strict=True))[::-1],
        "helped": helped,
        "others": others,
        "fewest": concessions.FEWEST,
        "later_days": concessions.LATER.days,
        "finding": _finding(found, request.LANGUAGE_CODE),
        "csv_url": f"{reverse('concessions_csv')}?{urlencode(form.as_shown())}",
        **_figure(found, request.LANGUAGE_CODE),
    }
    return render(request, "feedback/concessions.html", context)


@allow(REPORTS)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    form = ReportFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return form.as_text()
    found = concessions.ledger(form.cleaned_data["start"], form.cleaned_data["end"])
    response = HttpResponse(
        "\ufeff",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="given-{found.start}-{found.end}.csv"'},
    )
    write = csv.writer(response).writerow
    parts = concessions.PARTS
    write(
        ["booked_at", "case", "customer", "order", "remedy", *parts, "cost", "currency", "margin_after",
         "unprofitable", "booked_by", "reason"]
    )  # fmt: skip
    for row in found.rows:
        one = row.concession
        cells: list[Any] = [
            one.booked_at.astimezone(shop.zone()).isoformat(timespec="minutes"),
            one.case.public_id,
            one.case.customer.public_id if one.case.customer else "",
            one.order.number if one.order else "",
            one.remedy,
            *(getattr(one, name) for name in parts),
            one.cost,
            one.currency,
            "" if row.after is None else row.after,
            "yes" if row.made_unprofitable else "no",
            str(one.booked_by),
            one.reason,
        ]
        write([harmless(cell) for cell in cells])
    return response


def _finding(found: concessions.Ledger, language: str) -> str:
    if not found.rows:
        return ""
    words = {
        "n": len(found.rows),
        "cost": format_money(found.cost, found.currency, language),
        "bad": len(found.unprofitable),
    }
    return (
        _("%(n)s things were given, at %(cost)s; after %(bad)s of them the customer was a loss to us.")
        % words
    )


def _figure(found: concessions.Ledger, language: str) -> dict[str, Any]:
    if len(found.weeks) < 2 or not found.rows:
        return {}
    highest = max(week.cost for week in found.weeks)
    scale = 1000 if highest >= _THOUSANDS_FROM else 1
    named = _labels(found, language)
    series = [charts.Series(_("cost"), [float(week.cost) / scale for week in found.weeks])]
    return {"figure": charts.line_figure(series, named), "in_thousands": scale > 1}


def _labels(found: concessions.Ledger, language: str) -> tuple[str, ...]:
    return charts.date_labels([week.first for week in found.weeks], step="week", language=language)
