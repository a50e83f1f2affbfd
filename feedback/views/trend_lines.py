"""The lines of the trends page, and their points as tables whose numbers open their comments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from feedback import buckets, charts, labels, trend_tables
from feedback.models.totals import ALL
from feedback.reports import beside, trends
from feedback.trend_forms import TrendsFilter
from feedback.trend_tables import CATCH_ALL

HIGHEST_OTHERS = 1.5  # times the highest named line
MOST_LINKED = 60  # points of a line, of which each is a link
SERIES = 4  # lines with a name; the fifth adds up the others
_DAY = timedelta(days=1)
Days = tuple[date, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A line. `about`: what selects its comments, None where nothing does; `days`: of each of its points."""

    series: charts.Series
    about: Mapping[str, str] | None
    days: Sequence[Days]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """What all lines of a page share: its numbers, its filters, and the reader's language."""

    found: trends.Trends
    form: TrendsFilter
    filters: Mapping[str, Any]
    language: str

    @property
    def is_open(self) -> bool:
        return is_open(self.found.buckets[-1], self.found.end, self.step, self.form.today)

    @property
    def step(self) -> str:
        return trend_tables.step(self.form)

    @property
    def labels(self) -> tuple[str, ...]:
        return charts.date_labels(self.found.buckets, step=self.step, language=self.language)

    @property
    def days(self) -> list[Days]:
        return days_of(self.found.buckets, self.found.end)

    def drawn(self, lines: Sequence[Told]) -> dict[str, Any]:
        series = [one.series for one in lines]
        return {
            "figure": charts.line_figure(series, self.labels, is_open=self.is_open),
            "points": points(lines, self.labels, self.days, self.filters),
        }


def is_open(first: date, end: date, step: str, today: date) -> bool:
    """The last bucket is not of a whole day, week or month, or of one that goes on."""
    return buckets.after(first, step) - _DAY > end or end >= today


def days_of(firsts: Sequence[date], end: date) -> list[Days]:
    """From each to the day before the next one."""
    lasts = [*(first - _DAY for first in firsts[1:]), end]
    return [(first, max(first, last)) for first, last in zip(firsts, lasts, strict=True)]


def beneath(filters: Mapping[str, Any], **more: Any) -> str:
    return f"{reverse('comments')}?{urlencode({**filters, **more})}"


def points(
    lines: Sequence[Told], names: Sequence[str], days: Sequence[Days], filters: Mapping[str, Any]
) -> dict[str, Any]:
    """As a table: `heads` and `rows` for drawings.point_rows. Of very many points no number is a link, but
    each row is."""
    is_linked = len(names) <= MOST_LINKED
    return {
        "heads": [one.series.label for one in lines],
        "rows": [
            {
                "label": name,
                "url": beneath(filters, **_between(days[n])),
                "cells": [
                    (
                        one.series.points[n],
                        beneath(filters, **one.about, **_between(one.days[n]))
                        if is_linked and one.about is not None
                        else "",
                    )
                    for one in lines
                ],
            }
            for n, name in enumerate(names)
        ],
    }


def _between(days: Days) -> dict[str, date]:
    return {"from": days[0], "to": days[1]}


def figure(lines: Lines) -> dict[str, Any]:
    """The most frequent themes as lines, the others added up: as a line too, unless it would press the
    named ones flat against the axis; then in words."""
    if chosen := lines.form.cleaned_data["theme"]:
        return _figure_of_one(lines, chosen)
    found, language = lines.found, lines.language
    rows = [row for row in found.themes if row.total and row.slug != CATCH_ALL][:SERIES]
    if len(found.buckets) < 2 or not rows:
        return {}
    shown = {row.slug for row in rows}
    others = [row for row in found.themes if row.total and row.slug not in shown]
    told = [_told(lines, row.name(language), row.by_bucket, {"theme": row.slug}) for row in rows]
    rest = [sum(column) for column in zip(*(row.by_bucket for row in others), strict=True)]
    highest = max(max(row.by_bucket) for row in rows)
    fits = bool(rest) and max(rest) <= HIGHEST_OTHERS * highest
    if fits:
        one = others[0] if len(others) == 1 else None
        name, about = (one.name(language), {"theme": one.slug}) if one else (_("others"), None)
        told.append(_told(lines, name, rest, about, tone="flat"))
    in_words = {"themes": len(others), "times": sum(rest)} if rest and not fits else None
    return lines.drawn(told) | {"others": in_words}


def _figure_of_one(lines: Lines, slug: str) -> dict[str, Any]:
    """How often it comes up, before too, and how often as a complaint."""
    row = next((row for row in lines.found.themes if row.slug == slug), None)
    if row is None or len(lines.found.buckets) < 2:
        return {}
    name = row.name(lines.language)
    negative = str(labels.POLARITIES["negative"])
    told = [
        _told(lines, name, row.by_bucket, {"theme": slug}),
        *_before(lines, slug),
        _told(lines, negative, row.negative_by_bucket, {"theme": slug, "polarity": "negative"}, tone="bad"),
    ]
    return lines.drawn(told) | {"others": None, "one_theme": name}


def all_beside(lines: Lines) -> dict[str, Any]:
    """All comments, and those of the year before as a second line, where that is asked for."""
    is_asked = lines.form.cleaned_data["compare"] and not lines.form.cleaned_data["theme"]
    if not is_asked or len(lines.found.buckets) < 2:
        return {}
    before = list(_before(lines, ALL))
    if not before:
        return {}
    counts = [one.total for one in lines.found.sentiment]
    return {"beside": lines.drawn([_told(lines, _("these days"), counts, {}), *before])}


def _before(lines: Lines, theme: str) -> Iterable[Told]:
    """The second line, so that it is a dashed one."""
    counts = trend_tables.before_by_bucket(lines.form, lines.found, theme)
    if not any(counts):
        return
    moved = beside.moved(lines.found)
    name = _("a year before") if lines.form.cleaned_data["compare"] else _("time before")
    yield Told(
        series=charts.Series(name, counts, "ink"),
        about={} if theme == ALL else {"theme": theme},
        days=days_of(moved, lines.found.against[1]),
    )


def _told(
    lines: Lines, name: str, counts: Sequence[int], about: Mapping[str, str] | None, *, tone: str = ""
) -> Told:
    return Told(series=charts.Series(name, counts, tone), about=about, days=lines.days)
