"""The parts of the trends page that are made of the totals: figure, bars, tables, and the words for them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from feedback import buckets, charts, labels, trend_tables
from feedback.buckets import Grain
from feedback.reports import trends
from feedback.reports.kept_totals import Counts
from feedback.trend_forms import TrendsFilter
from feedback.trend_tables import CATCH_ALL
from feedback.views import trend_files

HIGHEST_OTHERS = 1.5  # times the highest named line
MOST_BARS = 60
SERIES = 4  # lines with a name; the fifth adds up the others


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is told of the totals, and the page's parts that show it: the same for everybody at the desk."""

    context: dict[str, Any]
    above: SafeString
    below: SafeString


def draw(found: trends.Trends, form: TrendsFilter, language: str) -> Drawn:
    filters = form.as_address
    if found.start != form.cleaned_data["start"] or found.end != form.cleaned_data["end"]:
        filters |= {"from": found.start, "to": found.end}  # a product is told by whole months
    beneath = _beneath(filters)
    context = {
        "trends": found,
        "rows": [_row(row, beneath, language) for row in trend_tables.catch_all_last(found.themes)],
        **_figure(found, form, language),
        "finding": _finding(found, form, language),
        **_bars(found, form, filters, language),
        "step": form.cleaned_data["period"],
        "tiles": list(_tiles(found, filters)),
        "comments_change": found.comments.total - found.comments_before,
        "is_running": found.end >= form.today,
        "is_in_whole_months": filters["from"] != form.cleaned_data["start"]
        or filters["to"] != form.cleaned_data["end"],
        **trend_files.addresses(form),
        "comments_url": beneath,
        "is_beside_a_year": bool(form.cleaned_data["compare"]),
    }
    above, below = (render_to_string(f"feedback/_trends_{part}.html", context) for part in ("above", "below"))
    return Drawn(context, above, below)


def _beneath(filters: Mapping[str, Any], **more: Any) -> str:
    return f"{reverse('comments')}?{urlencode({**filters, **more})}"


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


def _row(row: trends.ThemeRow, beneath: str, language: str) -> dict[str, Any]:
    """`beneath`: where the comments of all themes are."""
    about = f"{beneath}&theme={quote(row.slug)}"
    counts = [
        {"name": name, "count": getattr(row.counts, name), "url": f"{about}&polarity={name}"}
        for name in labels.POLARITIES
    ]
    return {
        "name": row.name(language),
        "url": about,
        "total": row.total,
        "counts": counts,
        "before": row.before,
        "change": row.total - row.before,
    }


def _figure(found: trends.Trends, form: TrendsFilter, language: str) -> dict[str, Any]:
    """The most frequent themes as lines, the others added up: as a line too, unless it would press the
    named ones flat against the axis; then in words."""
    if chosen := form.cleaned_data["theme"]:
        return _figure_of_one(found, chosen, form, language)
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


def _figure_of_one(found: trends.Trends, slug: str, form: TrendsFilter, language: str) -> dict[str, Any]:
    """How often it comes up, and how often as a complaint."""
    row = next((row for row in found.themes if row.slug == slug), None)
    if row is None or len(found.buckets) < 2:
        return {}
    series = [
        charts.Series(row.name(language), row.by_bucket),
        charts.Series(str(labels.POLARITIES["negative"]), row.negative_by_bucket, "bad"),
    ]
    named = charts.date_labels(found.buckets, step=form.cleaned_data["period"], language=language)
    return {"figure": charts.line_figure(series, named), "others": None, "one_theme": row.name(language)}


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


def _bars(found: trends.Trends, form: TrendsFilter, filters: dict[str, Any], language: str) -> dict[str, Any]:
    """How whole comments felt, one bar a day, week or month; each leads to its comments. So many weeks that
    nobody would look at each are told by month."""
    step, felt = form.cleaned_data["period"], list(zip(found.buckets, found.sentiment, strict=True))
    if len(felt) > MOST_BARS:
        step, felt = Grain.MONTH, _by_month(felt, found.start)
    firsts = [first for first, _counts in felt]
    named = charts.date_labels(firsts, step=step, language=language)
    ends = [*(first - timedelta(days=1) for first in firsts[1:]), found.end]
    beneath = _beneath({name: value for name, value in filters.items() if name not in ("from", "to")})
    more = "&" if beneath[-1] != "?" else ""
    rows = [
        charts.BarRow(label=label, url=f"{beneath}{more}from={first}&to={last}", **_by_name(counts))
        for label, last, (first, counts) in zip(named, ends, felt, strict=True)
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
