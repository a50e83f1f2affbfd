"""Where people decided otherwise than the policy."""

import csv
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from feedback import charts, labels, shop
from feedback.forms import ReportFilter
from feedback.reports import divergence
from feedback.roles import REPORTS, allow
from feedback.spreadsheets import harmless

PER_PAGE = 50


@allow(REPORTS)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    form = ReportFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return render(request, "feedback/divergence.html", {"form": form}, status=400)
    found = divergence.report(form.cleaned_data["start"], form.cleaned_data["end"])
    context = {
        "form": ReportFilter(form.as_shown(), today=form.today),
        "report": found,
        "total": found.total,
        "page": Paginator(found.rows, PER_PAGE).get_page(request.GET.get("page")),
        "problems": [(labels.known(labels.PROBLEMS, one.key), one) for one in found.problems],
        "finding": _finding(found),
        "csv_url": f"{reverse('divergence_csv')}?{urlencode(form.as_shown())}",
        **_figure(found, request.LANGUAGE_CODE),
    }
    return render(request, "feedback/divergence.html", context)


@allow(REPORTS)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    form = ReportFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return form.as_text()
    found = divergence.report(form.cleaned_data["start"], form.cleaned_data["end"])
    response = HttpResponse(
        "\ufeff",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="otherwise-{found.start}-{found.end}.csv"'},
    )
    write = csv.writer(response).writerow
    write(["at", "case", "by", "role", "problem", "rule", "direction", "remedy", "amount", "cost", "currency",
           "reason"])  # fmt: skip
    for row in found.rows:
        cells: list[Any] = [
            row.at.astimezone(shop.zone()).isoformat(timespec="minutes"),
            row.case.public_id,
            str(row.by),
            row.role,
            row.decision.facts["problem"],
            row.decision.rule,
            row.direction,
            row.remedy,
            "" if row.amount is None else row.amount,
            row.cost,
            row.currency,
            row.reason,
        ]
        write([harmless(cell) for cell in cells])
    return response


def _finding(found: divergence.Divergence) -> str:
    n = len(found.rows)
    if not n:
        return ""
    total = found.total
    said = ngettext(
        "One decision was made otherwise than the policy: %(more)s more generous, %(less)s less.",
        "%(n)s decisions were made otherwise than the policy: %(more)s more generous, %(less)s less.",
        n,
    )
    return said % {"n": n, "more": total.more, "less": total.less}


def _figure(found: divergence.Divergence, language: str) -> dict[str, Any]:
    if len(found.weeks) < 2 or not found.rows:
        return {}
    named = charts.date_labels([first for first, _more, _less in found.weeks], step="week", language=language)
    series = [
        charts.Series(_("more generous"), [more for _first, more, _less in found.weeks]),
        charts.Series(_("less generous"), [less for _first, _more, less in found.weeks]),
    ]
    return {"figure": charts.line_figure(series, named)}
