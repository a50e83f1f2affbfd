"""How far customers can rely on us: the spread of what they find, beside the time before (S0-8)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback import charts, shop
from feedback.roles import REPORTS, allow
from feedback.spreadsheets import MEDIA_TYPE, as_workbook
from feedback.views import file_pages
from surveys import consistency, consistency_words, dealings, steadiness
from surveys.consistency import Consistency
from surveys.result_forms import ConsistencyFilter


@allow(REPORTS)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    form = ConsistencyFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return render(request, "surveys/consistency.html", {"form": form}, status=400)
    found, query = form.report(request.LANGUAGE_CODE[:2]), urlencode(form.as_shown())
    people = consistency.customers(found)
    context = {
        "form": ConsistencyFilter(form.as_shown(), today=form.today),
        "report": found,
        "findings": list(consistency_words.findings(found)),
        "rows": [
            {
                "name": consistency_words.name(row),
                "one": row.change,
                "times": _times(row),
                "verdict": consistency_words.VERDICTS[row.verdict],
                "tone": consistency_words.TONES.get(row.verdict, ""),
            }
            for row in found.rows
        ],
        "swings": [(people[one.customer], one) for one in found.swings if one.customer in people],
        "fewest": steadiness.FEWEST,
        "fewest_of_one": consistency.FEWEST_OF_ONE,
        "most": dealings.MOST,
        "csv_url": f"{reverse('consistency_csv')}?{query}",
        "xlsx_url": f"{reverse('consistency_xlsx')}?{query}",
        **_figure(found),
    }
    return render(request, "surveys/consistency.html", context)


@allow(REPORTS)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    form = ConsistencyFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return form.as_text()
    found = form.report(request.LANGUAGE_CODE[:2])
    return file_pages.csv_of(_table(found), _name(found))


@allow(REPORTS)
@require_safe
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    form = ConsistencyFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return form.as_text()
    found = form.report(request.LANGUAGE_CODE[:2])
    headers = {"Content-Disposition": f'attachment; filename="{_name(found)}.xlsx"'}
    return FileResponse(as_workbook(_table(found)), content_type=MEDIA_TYPE, headers=headers)


def _times(row: consistency.Row) -> tuple[str, str] | None:
    if row.change is None:
        return None
    times = row.change.times
    return consistency_words.number(times.value), consistency_words.interval(times)


def _figure(found: Consistency) -> dict[str, Any]:
    """Two bars a row, each with its interval."""
    known = [(consistency_words.name(row), row.change) for row in found.rows if row.change is not None]
    if not known:
        return {}
    rows = [charts.RangeRow(label=name, was=_bar(one.was), now=_bar(one.now)) for name, one in known]
    drawn = "; ".join(
        f"{name}: {consistency_words.number(one.was.value)} → {consistency_words.number(one.now.value)}"
        for name, one in known
    )
    return {"figure": charts.range_figure(rows), "drawn": drawn}


def _bar(one: steadiness.Figure) -> charts.Measured:
    return charts.Measured(value=one.value, low=one.low, high=one.high)


def _table(found: Consistency) -> Iterator[list[Any]]:
    yield list(consistency.COLUMNS)
    for line in consistency.lines(found):
        yield ["" if cell is None else round(cell, 4) if isinstance(cell, float) else cell for cell in line]


def _name(found: Consistency) -> str:
    return f"consistency-{found.start}-{found.end}"
