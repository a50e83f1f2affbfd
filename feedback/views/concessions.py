"""The ledger of what was given: cost by part, margin after it, and what became of those we helped."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from feedback import charts
from feedback.case_forms import MessageForm
from feedback.forms import ReportFilter
from feedback.money import format_money
from feedback.reports import concessions
from feedback.roles import REPORTS
from feedback.views import report_pages
from feedback.views.report_pages import Report

PER_PAGE = 50
_THOUSANDS_FROM = 100_000


def _context(request: HttpRequest, form: ReportFilter, found: concessions.Ledger) -> dict[str, Any]:
    helped, others = concessions.later_value(timezone.now())
    return {
        "page": Paginator(found.rows, PER_PAGE).get_page(request.GET.get("page")),
        "parts": [(MessageForm.COSTS[name], amount) for name, amount in found.parts.items()],
        "weeks": list(zip(_labels(found, request.LANGUAGE_CODE), found.weeks, strict=True))[::-1],
        "helped": helped,
        "others": others,
        "fewest": concessions.FEWEST,
        "later_days": concessions.LATER.days,
        "finding": _finding(found, request.LANGUAGE_CODE),
        **_figure(found, request.LANGUAGE_CODE),
    }


def _found(form: ReportFilter, language: str) -> concessions.Ledger:
    return concessions.ledger(form.cleaned_data["start"], form.cleaned_data["end"])


def _table(found: concessions.Ledger) -> list[Sequence[Any]]:
    return [concessions.COLUMNS, *map(concessions.line, found.rows)]


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


page, as_csv, as_xlsx = report_pages.views(
    Report(
        address="concessions",
        template="feedback/concessions.html",
        file="given",
        form=ReportFilter,
        find=_found,
        shown=_context,
        table=_table,
    ),
    REPORTS,
)
