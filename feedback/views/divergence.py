"""Where people decided otherwise than the policy."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from feedback import charts, labels
from feedback.forms import ReportFilter
from feedback.reports import divergence
from feedback.roles import REPORTS
from feedback.views import report_pages
from feedback.views.report_pages import Report

PER_PAGE = 50


def _context(request: HttpRequest, form: ReportFilter, found: divergence.Divergence) -> dict[str, Any]:
    return {
        "total": found.total,
        "page": Paginator(found.rows, PER_PAGE).get_page(request.GET.get("page")),
        "problems": [(labels.known(labels.PROBLEMS, one.key), one) for one in found.problems],
        "finding": _finding(found),
        **_figure(found, request.LANGUAGE_CODE),
    }


def _found(form: ReportFilter, language: str) -> divergence.Divergence:
    return divergence.report(form.cleaned_data["start"], form.cleaned_data["end"])


def _table(found: divergence.Divergence) -> list[Sequence[Any]]:
    return [divergence.COLUMNS, *map(divergence.line, found.rows)]


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


page, as_csv, as_xlsx = report_pages.views(
    Report(
        address="divergence",
        template="feedback/divergence.html",
        file="otherwise",
        form=ReportFilter,
        find=_found,
        shown=_context,
        table=_table,
    ),
    REPORTS,
)
