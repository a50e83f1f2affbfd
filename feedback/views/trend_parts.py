"""The parts of the trends page that are made of the totals: figure, bars, tables, and the words for them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from feedback import buckets, charts, labels, trend_tables
from feedback.buckets import Grain
from feedback.reports import trends
from feedback.reports.kept_totals import Counts
from feedback.trend_forms import TrendsFilter
from feedback.trend_tables import CATCH_ALL
from feedback.views import trend_files, trend_lines
from feedback.views.trend_lines import beneath, days_of

MOST_BARS = 60


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is told of the totals, and the page's parts that show it: the same for everybody at the desk."""

    context: dict[str, Any]
    above: SafeString
    below: SafeString


def draw(found: trends.Trends, form: TrendsFilter, language: str) -> Drawn:
    filters = trend_tables.filters(form, found)
    lines = trend_lines.Lines(found=found, form=form, filters=filters, language=language)
    first, last = found.against
    before = filters | {"from": first, "to": last}
    context = {
        "trends": found,
        "rows": [_row(row, filters, before, language) for row in trend_tables.catch_all_last(found.themes)],
        **trend_lines.figure(lines),
        **trend_lines.all_beside(lines),
        "finding": _finding(found, form, language),
        **_bars(found, lines.step, filters, language),
        "step": lines.step,
        "tiles": list(_tiles(found, filters)),
        "comments_change": found.comments.total - found.comments_before,
        "is_open": lines.is_open,
        "is_running": found.end >= form.today,
        **trend_files.addresses(form),
        "comments_url": beneath(filters),
        "is_beside_a_year": bool(form.cleaned_data["compare"]),
    }
    above, below = (render_to_string(f"feedback/_trends_{part}.html", context) for part in ("above", "below"))
    return Drawn(context, above, below)


def _tiles(found: trends.Trends, filters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """How whole comments felt, as shares."""
    counts = found.comments
    for name in labels.POLARITIES:
        if n := getattr(counts, name):
            yield {
                "label": labels.POLARITIES[name],
                "sign": labels.SIGNS[name],
                "count": n,
                "share": n / counts.total,
                "url": beneath(filters, polarity=name),
            }


def _row(
    row: trends.ThemeRow, filters: Mapping[str, Any], before: Mapping[str, Any], language: str
) -> dict[str, Any]:
    """`before`: the filters of the time before."""
    about = f"&theme={quote(row.slug)}"
    here = beneath(filters) + about
    counts = [
        {"name": name, "count": getattr(row.counts, name), "url": f"{here}&polarity={name}"}
        for name in labels.POLARITIES
    ]
    return {
        "name": row.name(language),
        "url": here,
        "total": row.total,
        "counts": counts,
        "before": row.before,
        "before_url": beneath(before) + about,
        "change": row.total - row.before,
    }


def _finding(found: trends.Trends, form: TrendsFilter, language: str) -> str:
    named = [row for row in found.themes if row.slug != CATCH_ALL and row.total]
    if chosen := form.cleaned_data["theme"]:
        named = [row for row in found.themes if row.slug == chosen and row.total]
    if not named:
        return ""
    first = named[0]
    risen = max(named, key=lambda row: row.total - row.before)
    words = {"theme": first.name(language), "n": first.total, "before": first.before}
    if form.cleaned_data["compare"]:
        said = _("“%(theme)s” comes up %(n)s times, and %(before)s in the same days a year before.") % words
    elif chosen:
        said = _("“%(theme)s” comes up %(n)s times, and %(before)s in the time before.") % words
    else:
        said = (
            _("“%(theme)s” comes up most: %(n)s times, and %(before)s in the equally long time before.")
            % words
        )
    if risen.slug != first.slug and risen.total - risen.before > 1:
        words = {"theme": risen.name(language), "n": risen.total, "before": risen.before}
        said += " " + _("“%(theme)s” rose most, from %(before)s to %(n)s.") % words
    return said


def _bars(found: trends.Trends, step: str, filters: dict[str, Any], language: str) -> dict[str, Any]:
    """How whole comments felt, one bar a day, week or month; each leads to its comments. So many weeks that
    nobody would look at each are told by month."""
    felt = list(zip(found.buckets, found.sentiment, strict=True))
    if len(felt) > MOST_BARS:
        step, felt = Grain.MONTH, _by_month(felt, found.start)
    firsts = [first for first, _counts in felt]
    named = charts.date_labels(firsts, step=step, language=language)
    rows = [
        charts.BarRow(label=label, url=beneath(filters | {"from": first, "to": last}), **_by_name(counts))
        for label, (first, last), (_first, counts) in zip(
            named, days_of(firsts, found.end), felt, strict=True
        )
    ]
    return {"bars": charts.bars(rows), "bars_step": str(step)}


def _by_month(felt: list[tuple[date, Counts]], start: date) -> list[tuple[date, Counts]]:
    """Whole weeks: a week counts in the month that it begins in, and a month begins with its first week."""
    months: dict[date, tuple[date, Counts]] = {}
    for first, counts in felt:
        month = max(buckets.first_day(first, Grain.MONTH), start)
        began, so_far = months.get(month, (first, Counts()))
        months[month] = began, so_far + counts
    return list(months.values())


def _by_name(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in labels.POLARITIES}
