"""Which themes come up, how often and how they feel, from the kept daily totals."""

import csv
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from feedback import charts, labels, shop
from feedback.forms import TrendsFilter
from feedback.reports import trends
from feedback.roles import DESK, allow
from feedback.spreadsheets import harmless

HIGHEST_OTHERS = 1.5  # times the highest named line
SERIES = 4  # lines with a name; the fifth adds up the others
CATCH_ALL = "general"  # says nothing about what to mend, so it is never named first


@allow(DESK)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    form = TrendsFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return render(request, "feedback/trends.html", {"form": form}, status=400)
    found = _found(form)
    filters = _filters(form)
    context = {
        "form": TrendsFilter(initial_data(form), today=form.today),
        "trends": found,
        "rows": [_row(row, filters, request.LANGUAGE_CODE) for row in _catch_all_last(found.themes)],
        **_figure(found, form, request.LANGUAGE_CODE),
        "finding": _finding(found, request.LANGUAGE_CODE),
        "bars": _bars(found, form, filters, request.LANGUAGE_CODE),
        "tiles": list(_tiles(found, filters)),
        "comments_change": found.comments.total - found.comments_before,
        "is_running": found.end >= form.today,
        "csv_url": f"{reverse('trends_csv')}?{urlencode(filters | {'period': form.cleaned_data['period']})}",
        "comments_url": _beneath(filters),
    }
    return render(request, "feedback/trends.html", context)


@allow(DESK)
@require_safe
def themes_csv(request: HttpRequest) -> HttpResponse:
    """For spreadsheets: a byte-order mark, and nothing that a spreadsheet would run as a formula."""
    form = TrendsFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        lines = [f"{name}: {' '.join(errors)}" for name, errors in form.errors.items()]
        return HttpResponse("\n".join(lines), status=400, content_type="text/plain; charset=utf-8")
    found = _found(form)
    name = f"themes-{found.start}-{found.end}.csv"
    response = HttpResponse(
        "\ufeff",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    write = csv.writer(response).writerow
    write(["theme", "name", "from", "to", "all", *labels.POLARITIES, "before", *found.buckets])
    for row in _catch_all_last(found.themes):
        counts = [getattr(row.counts, name) for name in labels.POLARITIES]
        about = [row.slug, row.name(request.LANGUAGE_CODE), found.start, found.end, row.total]
        write([harmless(cell) for cell in [*about, *counts, row.before, *row.by_bucket]])
    return response


def initial_data(form: TrendsFilter) -> dict[str, Any]:
    """What the form shows: the filters in force, the usual ones filled in."""
    return {form.add_prefix(name): value for name, value in form.cleaned_data.items()}


def _found(form: TrendsFilter) -> trends.Trends:
    chosen = form.cleaned_data
    return trends.by_theme(
        chosen["start"],
        chosen["end"],
        channel=chosen["channel"],
        language=chosen["language"],
        period=chosen["period"],
    )


def _filters(form: TrendsFilter) -> dict[str, str]:
    chosen = form.cleaned_data
    named = {"from": chosen["start"], "to": chosen["end"]}
    return named | {name: chosen[name] for name in ("channel", "language") if chosen[name]}


def _beneath(filters: dict[str, Any], **more: Any) -> str:
    return f"{reverse('comments')}?{urlencode(filters | more)}"


def _tiles(found: trends.Trends, filters: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """How whole comments felt, as shares."""
    counts = found.comments
    for name in labels.POLARITIES:
        if n := getattr(counts, name):
            yield {
                "label": labels.POLARITIES[name],
                "sign": labels.SIGNS[name],
                "count": n,
                "share": n / counts.total,
                "url": _beneath(filters, polarity=name),
            }


def _catch_all_last(rows: Iterable[trends.ThemeRow]) -> list[trends.ThemeRow]:
    """So that the first row of the table is the theme that the sentence above it names."""
    return sorted(rows, key=lambda row: row.slug == CATCH_ALL)


def _row(row: trends.ThemeRow, filters: dict[str, Any], language: str) -> dict[str, Any]:
    counts = [
        {
            "name": name,
            "count": getattr(row.counts, name),
            "url": _beneath(filters, theme=row.slug, polarity=name),
        }
        for name in labels.POLARITIES
    ]
    return {
        "name": row.name(language),
        "url": _beneath(filters, theme=row.slug),
        "total": row.total,
        "counts": counts,
        "before": row.before,
        "change": row.total - row.before,
    }


def _figure(found: trends.Trends, form: TrendsFilter, language: str) -> dict[str, Any]:
    """The most frequent themes as lines, the others added up: as a line too, unless it would press the
    named ones flat against the axis; then in words."""
    rows = [row for row in found.themes if row.total and row.slug != CATCH_ALL][:SERIES]
    if len(found.buckets) < 2 or not rows:
        return {}
    shown = {row.slug for row in rows}
    others = [row for row in found.themes if row.total and row.slug not in shown]
    series = [charts.Series(row.name(language), row.by_bucket) for row in rows]
    rest = [sum(column) for column in zip(*(row.by_bucket for row in others), strict=True)]
    highest = max(max(row.by_bucket) for row in rows)
    fits = bool(rest) and max(rest) <= HIGHEST_OTHERS * highest
    if fits:
        name = others[0].name(language) if len(others) == 1 else _("others")
        series.append(charts.Series(name, rest, "flat"))
    named = charts.date_labels(found.buckets, step=form.cleaned_data["period"], language=language)
    told = {"themes": len(others), "times": sum(rest)} if rest and not fits else None
    return {"figure": charts.line_figure(series, named), "others": told}


def _finding(found: trends.Trends, language: str) -> str:
    named = [row for row in found.themes if row.slug != CATCH_ALL and row.total]
    if not named:
        return ""
    first = named[0]
    risen = max(named, key=lambda row: row.total - row.before)
    words = {"theme": first.name(language), "n": first.total, "before": first.before}
    said = (
        _("“%(theme)s” comes up most: %(n)s times, and %(before)s in the equally long time before.") % words
    )
    if risen.slug != first.slug and risen.total - risen.before > 1:
        words = {"theme": risen.name(language), "n": risen.total, "before": risen.before}
        said += " " + _("“%(theme)s” rose most, from %(before)s to %(n)s.") % words
    return said


def _bars(
    found: trends.Trends, form: TrendsFilter, filters: dict[str, Any], language: str
) -> tuple[charts.Bar, ...]:
    """How whole comments felt, one bar a week or month; each leads to its comments."""
    step = form.cleaned_data["period"]
    named = charts.date_labels(found.buckets, step=step, language=language)
    ends = [*(first - timedelta(days=1) for first in found.buckets[1:]), found.end]
    rows = [
        charts.BarRow(label=label, url=_beneath(filters | {"from": first, "to": last}), **_by_name(counts))
        for label, first, last, counts in zip(named, found.buckets, ends, found.sentiment, strict=True)
    ]
    return charts.bars(rows)


def _by_name(counts: trends.Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in labels.POLARITIES}
