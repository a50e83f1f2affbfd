"""What goes with each complaint, to see what to mend first: from what a job keeps."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from feedback import impact
from feedback.effects import FEWEST, Estimate
from feedback.models import Theme
from feedback.roles import REPORTS, allow
from feedback.templatetags.feedback import rounded
from feedback.views import downloads
from feedback.workbooks import Chart, Kind, Sheet

CATCH_ALL = "general"  # says nothing about what to mend
_FILE = "what-to-mend-first"
_ENDS = ("value", "low", "high")


@allow(REPORTS)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    kept = impact.newest()
    if kept is None:
        return render(request, "feedback/impact.html", {"found": None})
    found, at = kept
    rows = list(_rows(found, request.LANGUAGE_CODE))
    context = {
        "found": found,
        "found_at": at,
        "rows": rows,
        "drawn": _drawn(rows),
        "finding": _finding(rows),
        "fewest": FEWEST,
        "later": impact.LATER,
    }
    return render(request, "feedback/impact.html", context)


@allow(REPORTS)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    return downloads.csv_of(_lines(request.LANGUAGE_CODE), _FILE)


@allow(REPORTS)
@require_safe
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    kept = impact.newest()
    rows = list(_rows(kept[0], request.LANGUAGE_CODE)) if kept else []
    return downloads.workbook_of([_sheet(kept[0] if kept else None, rows)], _FILE)


def _lines(language: str) -> Iterator[list[Any]]:
    names = ("lost", "score", "without", "spent")
    columns = [f"{name}_{end}" for name in names for end in _ENDS]
    yield ["theme", "name", "from", "to", "complaints", *columns, "customers", "cases", "cost", "currency"]
    kept = impact.newest()
    for row in _rows(kept[0], language) if kept else ():
        one, found = row["theme"], kept[0]
        ends = [cell for name in names for cell in _cells(getattr(one, name))]
        yield [
            one.slug, row["name"], found.start, found.end, one.n, *ends, one.customers, one.cases,
            f"{one.cost:.2f}", found.currency,
        ]  # fmt: skip


def _sheet(found: impact.Found | None, rows: list[dict[str, Any]]) -> Sheet:
    """The table of the page. Of an interval, how far it reaches below and above."""
    points = _("points of the mean score")
    money = found.currency if found else ""
    return Sheet(
        name=_("What to mend first"),
        head=[
            _("Theme"), _("complaints"), points, _("interval below"), _("interval above"),
            _("score of one such comment"), _("mean without them"),
            _("spent later per customer, %(currency)s") % {"currency": money}, _("cases with concessions"),
            _("what these cost, %(currency)s") % {"currency": money},
        ],
        rows=[
            [
                row["name"], row["theme"].n, *_reach(row["lost"]), _value(row["score"]),
                _value(row["without"]), _value(row["spent"]), row["theme"].cases, row["theme"].cost,
            ]
            for row in rows
        ],
        charts=[
            Chart(
                kind=Kind.BARS, title=_("What goes with each complaint in the mean score"), columns=[2],
                rows=sum(row["lost"] is not None for row in rows), low=3, high=4,
            )
        ],
    )  # fmt: skip


def _reach(one: Estimate | None) -> list[float | None]:
    return [None] * 3 if one is None else [one.value, one.value - one.low, one.high - one.value]


def _value(one: Estimate | None) -> float | None:
    return one and one.value


def _cells(one: Estimate | None) -> list[float | str]:
    return ["", "", ""] if one is None else [round(getattr(one, end), 4) for end in _ENDS]


def _rows(found: impact.Found, language: str) -> Iterator[dict[str, Any]]:
    """In the order of the page, what says nothing about what to mend last; by the names of today."""
    names = {theme.slug: theme.name(language) for theme in Theme.objects.all()}
    beneath = reverse("comments")
    days = {"from": found.start, "to": found.end, "polarity": "negative", "scored": "1"}
    for one in sorted(found.themes, key=lambda one: one.slug == CATCH_ALL):
        yield {
            "theme": one,
            "name": names.get(one.slug, one.slug),
            "url": f"{beneath}?{urlencode(days | {'theme': one.slug})}",
            "lost": one.lost.times(-1) if one.lost else None,
            "score": one.score,
            "without": one.without,
            "spent": one.spent,
            "together": one.spent.times(one.customers) if one.spent else None,
        }


def _drawn(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Bars of what each goes with in the mean score, on one scale from nothing; the interval as a line."""
    known = [row for row in rows if row["lost"]]
    scale = max((max(row["lost"].high, 0) for row in known), default=0) or 1
    return [
        row
        | {
            "width": _share(row["lost"].value, scale),
            "start": _share(row["lost"].low, scale),
            "end": _share(row["lost"].high, scale),
        }
        for row in known
    ]


def _share(value: float, scale: float) -> float:
    return round(100 * max(value, 0) / scale, 1)


def _finding(rows: list[dict[str, Any]]) -> str:
    """The first that is surely more than chance."""
    sure = [row for row in rows if row["lost"] and row["lost"].low > 0]
    if not sure:
        return _("No complaint goes with a lower score so clearly that chance could not have done it.")
    first = sure[0]
    words = {
        "theme": first["name"],
        "points": rounded(first["lost"].value, 1),
        "low": rounded(first["lost"].low, 1),
        "high": rounded(first["lost"].high, 1),
    }
    return (
        _(
            "Look at “%(theme)s” first: with its complaints go %(points)s points of 100 of the mean score "
            "(95 %%: %(low)s to %(high)s)."
        )
        % words
    )
