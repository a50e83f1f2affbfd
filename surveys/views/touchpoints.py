"""The touchpoint map: how customers found each dealing with us, with what is planned there (S1-13)."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from feedback.models import ThemeTotal
from feedback.models.totals import Dimension
from feedback.roles import DESK, REPORTS, holds
from feedback.views import report_pages
from feedback.views.improvements import PLAN
from feedback.views.report_pages import Report
from surveys import dealings, touchpoint_words, touchpoints
from surveys.experience import Felt
from surveys.result_forms import TouchpointsFilter
from surveys.touchpoints import Map, Row

_WORST_FIRST = tuple(reversed(Felt))


def _context(request: HttpRequest, form: TouchpointsFilter, found: Map) -> dict[str, Any]:
    return {
        "findings": list(touchpoint_words.findings(found)),
        "classes": [_class(felt) for felt in _WORST_FIRST],
        "whole": _shown(found.all, ""),
        "rows": [_shown(row, url) for row, url in _linked(found, urlencode(form.as_shown()))],
        "fewest": touchpoints.FEWEST,
        "most": dealings.MOST,
        "may_plan": holds(request, *PLAN),
        "sees_reports": holds(request, *REPORTS),
        "today": form.today,
    }


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


def _table(found: Map) -> list[Sequence[Any]]:
    return [touchpoints.COLUMNS, *touchpoints.lines(found)]


page, as_csv, as_xlsx = report_pages.views(
    Report(
        address="touchpoints",
        template="surveys/touchpoints.html",
        file="touchpoints",
        form=TouchpointsFilter,
        find=TouchpointsFilter.report,
        shown=_context,
        table=_table,
    ),
    DESK,
)
