"""The part of the trends page that tells the values of a dimension apart: small drawings on one scale."""

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language

from feedback import charts, drawn, labels, small_charts, trend_tables
from feedback.models.totals import Dimension
from feedback.reports import splits
from feedback.reports.kept_totals import Counts
from feedback.trend_forms import TrendsFilter
from feedback.views import trend_lines


def shown(form: TrendsFilter, language: str, about: Mapping[str, Any]) -> dict[str, Any]:
    """`about`: trends, the numbers that are told apart; csv_url, xlsx_url; one_theme, its name. Drawn anew
    when a total changed, or a value has another name."""
    whole = about["trends"]
    dimension, found = (
        Dimension(form.cleaned_data["split"]),
        trend_tables.split_of(form, is_less=whole.is_less),
    )
    values = [part.value for part in found.parts]
    names, addresses = trend_tables.value_names(dimension, values, language)
    told = {name: about.get(name, "") for name in ("csv_url", "xlsx_url", "one_theme")}
    filters = trend_tables.filters(form, whole) | {"from": found.start, "to": found.end}

    step = trend_tables.split_step(form)
    is_open = trend_lines.is_open(found.buckets[-1], found.end, step, form.today)

    def draw() -> dict[str, Any]:
        context = _context(form, found, names, addresses, filters)
        is_otherwise = (found.start, found.end) != (whole.start, whole.end)
        more = {"is_in_whole_months": is_otherwise, "is_open": is_open, "step": step}
        html = render_to_string("feedback/_split.html", context | told | more)
        return context | {"drawn_split": html}

    key = ("drawn split", language, dimension, tuple(filters.items()), is_open, step, *told.values())
    return drawn.once(key, draw, (found, names, addresses))


def _context(
    form: TrendsFilter,
    found: splits.Split,
    names: Mapping[str, str],
    addresses: Mapping[str, str],
    filters: dict[str, Any],
) -> dict[str, Any]:
    dimension = Dimension(form.cleaned_data["split"])
    highest = max((max(part.by_bucket) for part in found.parts), default=0)
    theme = form.cleaned_data["theme"]
    about = {"theme": theme} if theme else {}
    selected = {part.value: {dimension.value: addresses.get(part.value, part.value)} for part in found.parts}
    rows = [
        {
            "name": names.get(part.value, part.value),
            "counts": part.counts,
            "cells": _cells(part.counts, filters | about | selected[part.value]),
            "share": part.counts.negative / part.counts.total,
            "drawing": small_charts.small(part.by_bucket, part.negative_by_bucket, highest=highest),
            "comments": trend_lines.beneath(filters, **about, **selected[part.value]),
        }
        for part in found.parts
    ]
    words = {"split": found, "split_rows": rows, "highest": highest, "split_by": labels.DIMENSIONS[dimension]}
    return words | {"split_points": _points(form, found, names, selected, filters | about)}


def _cells(counts: Counts, filters: dict[str, Any]) -> list[tuple[int, str]]:
    """All, then by polarity, each with where its comments are."""
    by_polarity = [
        (getattr(counts, name), trend_lines.beneath(filters, polarity=name)) for name in labels.POLARITIES
    ]
    return [(counts.total, trend_lines.beneath(filters)), *by_polarity]


def _points(
    form: TrendsFilter,
    found: splits.Split,
    names: Mapping[str, str],
    selected: Mapping[str, Mapping[str, str]],
    filters: dict[str, Any],
) -> dict[str, Any]:
    """The numbers of the drawings, and what no drawing has."""
    days = trend_lines.days_of(found.buckets, found.end)
    lines = [
        trend_lines.Told(
            series=charts.Series(names.get(part.value, part.value), part.by_bucket),
            about=selected[part.value],
            days=days,
        )
        for part in found.parts
    ]
    if any(found.rest_by_bucket):
        rest = charts.Series(trend_tables.rest_name(found), found.rest_by_bucket)
        lines.append(trend_lines.Told(series=rest, about=None, days=days))
    step = trend_tables.split_step(form)
    words = charts.date_labels(found.buckets, step=step, language=get_language() or "")
    return trend_lines.points(lines, words, days, filters)
