"""Charts and long tables as markup, each written in one go: a template needs a node for every number."""

import html
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import template
from django.template.defaultfilters import floatformat
from django.utils.safestring import SafeString, mark_safe

from feedback.charts import Bar, Line, LineChart
from feedback.templatetags.feedback import signed

register = template.Library()
_NOUGHT = '<span class="note">0</span>'


@register.simple_tag
def line_drawing(kind: str, chart: LineChart, finding: str, unit: str = "") -> SafeString:
    """A drawing of feedback.charts.line_figure. `finding`: its accessible name; `unit`: after each number."""
    size, told = f"0 0 {chart.width} {chart.height}", escape(unit)
    opened = f'<svg class="{escape(kind)}" viewBox="{size}" role="img" aria-label="{escape(finding)}">'
    parts = [opened, *_grid(chart, told), *_dates(chart)]
    for line in chart.lines:
        parts.extend(_line(line, chart.label_x, told))
    return mark_safe("\n".join([*parts, "</svg>"]))  # noqa: S308 every word is escaped


@register.simple_tag
def bar_rows(bars: Iterable[Bar]) -> SafeString:
    """Rows of feedback.charts.bars, with the numbers beside each bar."""
    return mark_safe("\n".join(map(_bar_row, bars)))  # noqa: S308 every word is escaped


@register.simple_tag
def theme_rows(rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """Rows of feedback.views.trends: a theme, how often, how it felt; each number leads to its comments."""
    return mark_safe("\n".join(map(_theme_row, rows)))  # noqa: S308 every word is escaped


def escape(words: object) -> str:
    """Django's own looks first whether it may wait with that: some hundred times a page."""
    return html.escape(str(words))


def _grid(chart: LineChart, unit: str) -> Iterator[str]:
    for tick in chart.ticks:
        kind = "grid" if tick.value else "zero"
        yield (
            f'<line class="{kind}" x1="{chart.left}" x2="{chart.right}" y1="{tick.at}" y2="{tick.at}"/>'
            f'<text x="{chart.left}" dx="-6" y="{tick.at}" dy="4" text-anchor="end">'
            f"{floatformat(tick.value, '-2g')}{unit}</text>"
        )


def _dates(chart: LineChart) -> Iterator[str]:
    for label in chart.dates:
        place = f'x="{label.at}" y="{chart.height}" dy="-6"'
        yield f'<text {place} text-anchor="middle">{escape(label.text)}</text>'


def _line(line: Line, label_x: float, unit: str) -> Iterator[str]:
    tone = escape(line.tone)
    yield f'<path class="line p{line.pattern} {tone}" d="{line.path}"/>'
    if line.open_path:
        yield f'<path class="line p{line.pattern} {tone} open" d="{line.open_path}"/>'
    for x, y in line.dots:
        is_open = " open" if line.open_path and x == line.end_x else ""
        yield f'<circle class="dot {tone}{is_open}" cx="{x}" cy="{y}" r="3.5"/>'
    if line.is_moved:
        yield f'<path class="leader" d="M{line.end_x} {line.end_y}L{label_x} {line.label_y}"/>'
    title = f"<title>{escape(line.label)}</title>" if line.name != line.label else ""
    words = f"{escape(line.name)} {floatformat(line.value, '-1g')}{unit}{title}"
    yield f'<text class="end {tone}" x="{label_x}" dx="3" y="{line.label_y}" dy="4">{words}</text>'


def _bar_row(bar: Bar) -> str:
    row = bar.row
    drawn = "".join(
        f'<rect class="{part.kind}" x="{part.x}" y="0" width="{part.width}" height="10"/>'
        for part in bar.segments
    )
    cells = "".join(
        f'<td class="n {name}">{getattr(row, name)}</td>'
        for name in ("negative", "neutral", "positive", "unknown")
    )
    return (
        f'<tr><th scope="row">{_link(row.url, row.label)}</th>'
        f'<td class="bar-cell"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" '
        f'focusable="false">{drawn}</svg></td>{cells}<td class="n">{row.total}</td></tr>'
    )


def _theme_row(row: Mapping[str, Any]) -> str:
    cells = "".join(_number(cell["count"], cell["url"]) for cell in row["counts"])
    return (
        f'<tr><th scope="row">{_link(row["url"], row["name"])}</th>{_number(row["total"], row["url"])}{cells}'
        f'{_number(row["before"], row["before_url"])}<td class="n">{signed(row["change"])}</td></tr>'
    )


@register.simple_tag
def point_rows(rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """Rows of feedback.views.trend_points: a day, week or month, and a number of each line."""
    return mark_safe("\n".join(map(_point_row, rows)))  # noqa: S308 every word is escaped


@register.simple_tag
def number(count: int, url: str) -> SafeString:
    """A cell whose number opens its comments."""
    return mark_safe(_number(count, url))  # noqa: S308 every word is escaped


def _point_row(row: Mapping[str, Any]) -> str:
    cells = "".join(_number(count, url) for count, url in row["cells"])
    return f'<tr><th scope="row">{_link(row["url"], row["label"])}</th>{cells}</tr>'


def _number(count: int | None, url: str) -> str:
    """Where there are none, nothing is to be opened."""
    if count is None:
        return '<td class="n"></td>'
    return f'<td class="n">{_link(url, count) if count else _NOUGHT}</td>'


def _link(url: str, words: object) -> str:
    return f'<a href="{escape(url)}">{escape(words)}</a>' if url else escape(words)
