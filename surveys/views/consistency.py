"""How far customers can rely on us: the spread of what they find, beside the time before (S0-8)."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest

from feedback import charts
from feedback.roles import REPORTS
from feedback.views import report_pages
from feedback.views.report_pages import Report
from surveys import consistency, consistency_words, dealings, steadiness
from surveys.consistency import Consistency
from surveys.result_forms import ConsistencyFilter


def _context(request: HttpRequest, form: ConsistencyFilter, found: Consistency) -> dict[str, Any]:
    people = consistency.customers(found)
    return {
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
        **_figure(found),
    }


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


def _table(found: Consistency) -> Iterator[Sequence[Any]]:
    yield consistency.COLUMNS
    for line in consistency.lines(found):
        yield [round(cell, 4) if isinstance(cell, float) else cell for cell in line]


page, as_csv, as_xlsx = report_pages.views(
    Report(
        address="consistency",
        template="surveys/consistency.html",
        file="consistency",
        form=ConsistencyFilter,
        find=ConsistencyFilter.report,
        shown=_context,
        table=_table,
    ),
    REPORTS,
)
