"""How many promises we keep, and whose."""

import csv
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from feedback import charts, labels, shop
from feedback.forms import ReportFilter
from feedback.reports import promises
from feedback.roles import REPORTS, allow
from feedback.spreadsheets import harmless


@allow(REPORTS)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    form = ReportFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return render(request, "feedback/promises_kept.html", {"form": form}, status=400)
    found = _found(form, request.LANGUAGE_CODE)
    months = charts.date_labels(
        [one.name for one in found.months], step="month", language=request.LANGUAGE_CODE
    )
    context = {
        "form": ReportFilter(form.as_shown(), today=form.today),
        "report": found,
        "groups": _groups(found),
        "months": list(zip(months, found.months, strict=True))[::-1],
        "fewest": promises.FEWEST,
        "finding": _finding(found),
        "csv_url": f"{reverse('promises_kept_csv')}?{urlencode(form.as_shown())}",
        **_figure(found, months),
    }
    return render(request, "feedback/promises_kept.html", context)


@allow(REPORTS)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    form = ReportFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return form.as_text()
    found = _found(form, request.LANGUAGE_CODE)
    response = HttpResponse(
        "\ufeff",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="promises-{found.start}-{found.end}.csv"'},
    )
    write = csv.writer(response).writerow
    write(["by", "name", "kept", "broken", "unanswered", "share", "low", "high"])
    parts = {"month": found.months, "person": found.people, "problem": found.problems}
    for by, lines in (parts | {"touchpoint": found.touchpoints}).items():
        for line in lines:
            low, high = line.interval or ("", "")
            cells: list[Any] = [by, line.name or "", line.kept, line.broken, line.unanswered]
            share = "" if line.share is None else line.share
            write([harmless(cell) for cell in [*cells, share, low, high]])
    return response


def _found(form: ReportFilter, language: str) -> promises.Kept:
    chosen = form.cleaned_data
    return promises.kept(chosen["start"], chosen["end"], shop.day(timezone.now()), language[:2])


def _groups(found: promises.Kept) -> list[tuple[str, str, list[tuple[str, promises.Line]]]]:
    team, unknown = _("our team"), _("not known")
    return [
        ("people", _("By person"), [(one.name or team, one) for one in found.people]),
        (
            "problems",
            _("By problem"),
            [
                (labels.known(labels.PROBLEMS, str(one.name)) if one.name else unknown, one)
                for one in found.problems
            ],
        ),
        ("touchpoints", _("By touchpoint"), [(one.name or unknown, one) for one in found.touchpoints]),
    ]


def _finding(found: promises.Kept) -> str:
    whole = found.all
    if whole.share is None or whole.interval is None:
        return ""
    low, high = whole.interval
    words = {
        "share": floatformat(whole.share * 100, "-1g"),
        "low": floatformat(low * 100, "0"),
        "high": floatformat(high * 100, "0"),
        "n": whole.n,
    }
    return _("%(share)s %% of %(n)s answered promises were kept (95 %%: %(low)s to %(high)s).") % words


def _figure(found: promises.Kept, months: tuple[str, ...]) -> dict[str, Any]:
    shares = [None if one.share is None else one.share * 100 for one in found.months]
    if sum(share is not None for share in shares) < 2:
        return {}
    return {"figure": charts.line_figure([charts.Series(_("kept"), shares)], months)}
