"""The frame of a report over some days: its page, and its table as CSV and XLSX, by the filters of an
address. What is special about one report, its own module says with a Report.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback import shop
from feedback.forms import ReportFilter
from feedback.roles import Role, allow
from feedback.views import downloads

Filter = TypeVar("Filter", bound=ReportFilter)
Found = TypeVar("Found")
View = Callable[[HttpRequest], HttpResponseBase]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Generic[Filter, Found]):
    """`address`: the name of its page's; those of its files end in `_csv` and `_xlsx`. `file`: what files are
    called, before their days. `find`: what there is by valid filters, in a language. `shown`: what the page
    says of it beside `form`, `report`, `query`, `csv_url` and `xlsx_url`. `table`: lines of the files."""

    address: str
    template: str
    file: str
    form: type[Filter]
    find: Callable[[Filter, str], Found]
    shown: Callable[[HttpRequest, Filter, Found], Mapping[str, Any]]
    table: Callable[[Found], downloads.Rows]


def views(report: Report[Any, Any], *roles: Role | frozenset[Role]) -> tuple[View, View, View]:
    """Page, CSV and XLSX for these roles."""

    def page(request: HttpRequest) -> HttpResponse:
        form = _form(report, request)
        if not form.is_valid():
            return render(request, report.template, {"form": form}, status=400)
        found, shown = report.find(form, _language(request)), form.as_shown()
        context = {
            "form": report.form(shown, today=form.today),
            "report": found,
            "query": urlencode(shown),
            **{f"{kind}_url": _address(report, kind, shown) for kind in ("csv", "xlsx")},
            **report.shown(request, form, found),
        }
        return render(request, report.template, context)

    def file(write: downloads.Write) -> View:
        def taken(request: HttpRequest) -> HttpResponseBase:
            form = _form(report, request)
            if not form.is_valid():
                return form.as_text()
            found = report.find(form, _language(request))
            return write(report.table(found), _file_name(report, form))

        return taken

    every = (page, file(downloads.csv_of), file(downloads.xlsx_of))
    one, as_csv, as_xlsx = (allow(*roles)(require_safe(view)) for view in every)
    return one, as_csv, as_xlsx


def _form(report: Report[Any, Any], request: HttpRequest) -> ReportFilter:
    return report.form(request.GET, today=shop.day(timezone.now()))


def _language(request: HttpRequest) -> str:
    return (request.LANGUAGE_CODE or "vi")[:2]


def _address(report: Report[Any, Any], kind: str, shown: Mapping[str, Any]) -> str:
    return f"{reverse(f'{report.address}_{kind}')}?{urlencode(shown)}"


def _file_name(report: Report[Any, Any], form: ReportFilter) -> str:
    """After its currency, where it is of one, and its days."""
    chosen = form.cleaned_data
    parts = (report.file, chosen.get("currency"), chosen["start"], chosen["end"])
    return "-".join(str(part) for part in parts if part)
