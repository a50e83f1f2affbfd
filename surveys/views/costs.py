"""What rewards cost and what is still owed: for whoever keeps the books."""

import csv
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from feedback import charts, money, shop
from feedback.roles import REPORTS, allow
from feedback.spreadsheets import harmless
from surveys import liability
from surveys.liability import Report
from surveys.result_forms import MonthsFilter

FIGURES = ("issued", "redeemed", "expired", "revoked", "outstanding")


@allow(REPORTS)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    form = MonthsFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return render(request, "surveys/costs.html", {"form": form}, status=400)
    found = liability.report(form.cleaned_data["start"], form.cleaned_data["end"])
    labels = _labels(found)
    context = {
        "form": MonthsFilter(form.as_shown(), today=form.today),
        "report": found,
        "months": list(zip(labels, found.months, strict=True))[::-1],
        "csv_url": f"{reverse('reward_costs_csv')}?{urlencode(form.as_shown())}",
        **_figure(found, labels),
    }
    return render(request, "surveys/costs.html", context)


@allow(REPORTS)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """One line for each month and survey."""
    form = MonthsFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return form.as_text()
    found = liability.report(form.cleaned_data["start"], form.cleaned_data["end"])
    response = HttpResponse(
        "\ufeff",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="rewards-{found.start}-{found.end}.csv"'},
    )
    write = csv.writer(response).writerow
    worths = [f"{name}_worth" for name in FIGURES]
    write(
        [
            "month",
            "survey",
            "currency",
            *[each for pair in zip(FIGURES, worths, strict=True) for each in pair],
        ]
    )
    names = {one.survey.pk: one.survey.name for one in found.surveys}
    for month in found.months:
        for survey, sums in month.by_survey.items():
            cells: list[Any] = [f"{month.first:%Y-%m}", names.get(survey, ""), found.currency]
            for name in FIGURES:
                worth = money.quantize(getattr(sums, f"{name}_worth"), found.currency)
                cells += [getattr(sums, name), worth]
            write([harmless(cell) for cell in cells])
    return response


def _labels(found: Report) -> tuple[str, ...]:
    return charts.date_labels([month.first for month in found.months], step="month", language=get_language())


def _figure(found: Report, labels: tuple[str, ...]) -> dict[str, Any]:
    highest = max(
        (max(m.total.issued_worth, m.total.outstanding_worth) for m in found.months), default=liability.NONE
    )
    if len(found.months) < 2 or not highest:
        return {}
    unit = charts.in_units(float(highest))
    series = [
        charts.Series(str(words), [float(getattr(m.total, name)) / unit for m in found.months])
        for name, words in (
            ("outstanding_worth", _("still outstanding")),
            ("issued_worth", _("given out")),
            ("redeemed_worth", _("redeemed")),
        )
    ]
    last = found.months[-1].total
    words = {
        "owed": money.format_money(last.outstanding_worth, found.currency, get_language()),
        "n": last.outstanding,
    }
    return {
        "figure": charts.line_figure(series, labels, others=_("others")),
        "unit_words": unit_words(unit, found.currency),
        "finding": ngettext(
            "At the end %(n)s code worth %(owed)s can still be redeemed.",
            "At the end %(n)s codes worth %(owed)s can still be redeemed.",
            last.outstanding,
        )
        % words,
    }


def unit_words(unit: int, currency: str) -> str:
    if unit == 1_000_000:
        return _("in millions of %(currency)s") % {"currency": currency}
    if unit == 1_000:
        return _("in thousands of %(currency)s") % {"currency": currency}
    return _("in %(currency)s") % {"currency": currency}
