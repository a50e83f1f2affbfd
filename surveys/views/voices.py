"""Those who say nothing: the report, the customers behind each of its numbers, and both to take along."""

import csv
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback import shop
from feedback.models import Customer
from feedback.roles import REPORTS, allow
from feedback.spreadsheets import MEDIA_TYPE, as_workbook, harmless
from surveys import voices, voices_words
from surveys.measures import Share
from surveys.result_forms import VoicesFilter, VoicesPeopleFilter
from surveys.voices import Buyer, Report
from surveys.weighting import Corrected

PER_PAGE = 50


@allow(REPORTS)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    form = VoicesFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return render(request, "surveys/voices.html", {"form": form}, status=400)
    report, query = form.report(), urlencode(form.as_shown())
    kind, verdict = voices_words.verdict(report.corrected)
    context = {
        "form": VoicesFilter(form.as_shown(), today=form.today),
        "report": report,
        "findings": list(voices_words.findings(report)),
        "rows": [(row, voices_words.NAMES[row.group.value], _people_url(query, row)) for row in report.rows],
        "shares": list(_shares(report)),
        "again": list(_again(report)),
        "kind": kind,
        "verdict": verdict,
        "measure": voices_words.MEASURES[report.measure],
        "estimates": list(_estimates(report.corrected)),
        "trials": [voices_words.trial(one) for one in report.corrected.trials] if report.corrected else [],
        "speak": voices.SPEAK,
        "followed": voices.FOLLOWED,
        "most": voices.MOST,
        "stopped_url": f"{reverse('voices_people')}?{query}&group=silent&who=stopped",
        "csv_url": f"{reverse('voices_csv')}?{query}",
        "xlsx_url": f"{reverse('voices_xlsx')}?{query}",
    }
    return render(request, "surveys/voices.html", context)


@allow(REPORTS)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Who a number of the report is: those who bought longest ago first."""
    form = VoicesPeopleFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return render(request, "surveys/voices_people.html", {"form": form}, status=400)
    report, chosen = form.report(), form.cleaned_data
    found = _chosen(report, chosen["group"], chosen["who"])
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    customers = Customer.objects.in_bulk([one.customer for one in shown])
    back = {name: value for name, value in form.as_shown().items() if name not in ("group", "who")}
    context = {
        "form": VoicesPeopleFilter(form.as_shown(), today=form.today),
        "report": report,
        "page": shown,
        "people": [(customers[one.customer], one) for one in shown if one.customer in customers],
        "report_url": f"{reverse('voices')}?{urlencode(back)}",
        "csv_url": f"{reverse('voices_people_csv')}?{urlencode(form.as_shown())}",
        "followed": voices.FOLLOWED,
    }
    return render(request, "surveys/voices_people.html", context)


@allow(REPORTS)
@require_safe
def people_csv(request: HttpRequest) -> HttpResponse:
    """One line a customer, by the id of their page: names and addresses stay inside."""
    form = VoicesPeopleFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return form.as_text()
    report, chosen = form.report(), form.cleaned_data
    found = _chosen(report, chosen["group"], chosen["who"])
    ids = dict(
        Customer.objects.filter(pk__among=[one.customer for one in found]).values_list("pk", "public_id")
    )
    response, write = _csv(report, "silent-customers")
    write(("customer", "order_day", "group", "bought_again", "spent", "currency", "stopped"))
    for one in found:
        again = "" if one.again is None else int(one.again)
        write(
            [ids.get(one.customer, ""), one.day, one.group.value, again, one.spent, report.currency,
             int(one.has_stopped)]
        )  # fmt: skip
    return response


@allow(REPORTS)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    form = VoicesFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return form.as_text()
    report = form.report()
    response, write = _csv(report, "voices")
    for line in _lines(report):
        write([harmless("" if cell is None else cell) for cell in line])
    return response


@allow(REPORTS)
@require_safe
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    form = VoicesFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return form.as_text()
    report = form.report()
    book = as_workbook(["" if cell is None else cell for cell in line] for line in _lines(report))
    name = f"voices-{report.start}-{report.end}.xlsx"
    return FileResponse(
        book, content_type=MEDIA_TYPE, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _csv(report: Report, name: str) -> tuple[HttpResponse, Any]:
    response = HttpResponse(
        "\ufeff",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}-{report.start}-{report.end}.csv"'},
    )
    return response, csv.writer(response).writerow


def _lines(report: Report) -> Iterator[Sequence[Any]]:
    """The table of groups, then the estimate: one figure a line, beneath the same columns."""
    yield voices.COLUMNS
    for row in report.rows:
        yield voices.as_cells(row)
    blank = [None] * (len(voices.COLUMNS) - 5)
    for name, value, low, high in voices.estimates(report.corrected):
        yield [f"{report.measure}: {name}", None, value, low, high, *blank]


def _people_url(query: str, row: voices.Row) -> str:
    return f"{reverse('voices_people')}?{query}&group={row.group.value}"


def _chosen(report: Report, group: str, who: str) -> list[Buyer]:
    found = [one for one in report.buyers if not one.is_open and one.group == group and _is(one, who)]
    return sorted(found, key=lambda one: (one.day, one.customer))


def _is(one: Buyer, who: str) -> bool:
    if who == "stopped":
        return one.has_stopped
    if who in ("again", "gone"):
        return one.again is (who == "again")
    return True


def _shares(report: Report) -> Iterator[Share]:
    """What part of the buyers each group is, to be drawn."""
    for row in report.rows:
        yield Share(id=row.group, words=str(voices_words.NAMES[row.group.value]), count=row.n, n=row.of)


def _again(report: Report) -> Iterator[Share]:
    for row in report.rows:
        name = str(voices_words.NAMES[row.group.value])
        yield Share(id=row.group, words=name, count=row.again, n=row.followed)


def _estimates(found: Corrected | None) -> Iterator[dict[str, Any]]:
    """Rows of the drawing of what all buyers may think: from low to high, in hundredths of the scale."""
    for name, value, low, high in voices.estimates(found):
        row = {"words": voices_words.ESTIMATES[name], "value": value, "low": low, "high": high}
        if found is not None and low is not None and high is not None:
            x, end = (_place(found, place) for place in (low, high))
            row |= {"x": x, "width": max(0.5, round(end - x, 2))}
            row["mark"] = None if value is None else min(99.0, _place(found, value))
        yield row


def _place(found: Corrected, value: float) -> float:
    return round(100 * (value - found.least) / (found.most - found.least), 2)
