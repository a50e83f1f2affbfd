"""The touchpoint map: how customers found each dealing with us, with what is planned there (S1-13)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback import shop
from feedback.models import ThemeTotal
from feedback.models.totals import Dimension
from feedback.roles import DESK, REPORTS, allow, holds
from feedback.spreadsheets import MEDIA_TYPE, as_workbook
from feedback.views import file_pages
from feedback.views.improvements import PLAN
from surveys import dealings, touchpoint_words, touchpoints
from surveys.experience import Felt
from surveys.result_forms import TouchpointsFilter
from surveys.touchpoints import Map, Row

_WORST_FIRST = tuple(reversed(Felt))


@allow(DESK)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    form = TouchpointsFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return render(request, "surveys/touchpoints.html", {"form": form}, status=400)
    found, query = form.report(request.LANGUAGE_CODE[:2]), urlencode(form.as_shown())
    context = {
        "form": TouchpointsFilter(form.as_shown(), today=form.today),
        "report": found,
        "findings": list(touchpoint_words.findings(found)),
        "classes": [_class(felt) for felt in _WORST_FIRST],
        "whole": _shown(found.all, ""),
        "rows": [_shown(row, url) for row, url in _linked(found, query)],
        "fewest": touchpoints.FEWEST,
        "most": dealings.MOST,
        "may_plan": holds(request, *PLAN),
        "sees_reports": holds(request, *REPORTS),
        "today": form.today,
        "csv_url": f"{reverse('touchpoints_csv')}?{query}",
        "xlsx_url": f"{reverse('touchpoints_xlsx')}?{query}",
    }
    return render(request, "surveys/touchpoints.html", context)


@allow(DESK)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    form = TouchpointsFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return form.as_text()
    found = form.report(request.LANGUAGE_CODE[:2])
    return file_pages.csv_of(_table(found), _name(found))


@allow(DESK)
@require_safe
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    form = TouchpointsFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return form.as_text()
    found = form.report(request.LANGUAGE_CODE[:2])
    headers = {"Content-Disposition": f'attachment; filename="{_name(found)}.xlsx"'}
    return FileResponse(as_workbook(_table(found)), content_type=MEDIA_TYPE, headers=headers)


def _class(felt: Felt) -> dict[str, Any]:
    return {
        "name": touchpoint_words.NAMES[felt],
        "sign": touchpoint_words.SIGNS[felt],
        "kind": touchpoint_words.KINDS[felt],
    }


def _shown(row: Row, url: str) -> dict[str, Any]:
    return {
        "row": row,
        "name": touchpoint_words.name(row),
        "url": url,
        "cells": [
            {
                "kind": touchpoint_words.KINDS[felt],
                "n": row.counts[felt],
                "share": row.share(felt),
                "interval": row.interval(felt),
            }
            for felt in _WORST_FIRST
        ],
        "segments": list(_segments(row)),
    }


def _segments(row: Row) -> Iterator[tuple[str, float, float]]:
    """Kind, place and width in hundredths; nothing where no share is named."""
    at = 0.0
    for felt in _WORST_FIRST:
        if share := row.share(felt):
            yield touchpoint_words.KINDS[felt], round(at, 2), round(100 * share, 2)
            at += 100 * share


def _linked(found: Map, query: str) -> Iterator[tuple[Row, str]]:
    """To the comments beneath; the page of comments knows the touchpoints that any is about."""
    counted = ThemeTotal.objects.filter(dimension=Dimension.TOUCHPOINT).order_by()
    known = set(counted.values_list("value", flat=True).distinct())
    for row in found.rows:
        is_known = row.key is not None and str(row.key) in known
        yield row, f"{reverse('comments')}?{query}&touchpoint={row.key}" if is_known else ""


def _table(found: Map) -> Iterator[list[Any]]:
    yield list(touchpoints.COLUMNS)
    for line in touchpoints.lines(found):
        yield ["" if cell is None else cell for cell in line]


def _name(found: Map) -> str:
    return f"touchpoints-{found.start}-{found.end}"
