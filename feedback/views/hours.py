"""When people are satisfied: contacts by hour, weekday and reason, with volume and waiting time (S0-9)."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from babel.dates import get_day_names
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from feedback import contacts, hours_words
from feedback.contact_forms import HoursFilter
from feedback.contact_words import WEEKDAYS
from feedback.reports import hours
from feedback.reports.hours import Hours, Line
from feedback.roles import DESK, Role, holds
from feedback.views import contact_imports, report_pages
from feedback.views.report_pages import Report

COLUMNS = ("weekday", "hour", "reason", "contacts", "known", "satisfied", "share", "low", "high",
           "wait_known", "mean_wait_seconds")  # fmt: skip
LEVELS = 5  # shades of the map


def _context(request: HttpRequest, form: HoursFilter, found: Hours) -> dict[str, Any]:
    names, shown = contacts.reason_names(request.LANGUAGE_CODE), form.as_shown()
    show = form.cleaned_data["show"] or "share"
    return {
        "findings": findings(found, names),
        "show": show,
        "shows": [
            (name, words, f"?{urlencode(shown | {'show': name})}")
            for name, words in HoursFilter.SHOWS.items()
            if name != "per_person" or found.all.people_hours
        ],
        "show_words": HoursFilter.SHOWS[show],
        "map": heat(found, show),
        "weekdays": [(WEEKDAYS[day], _short(day)) for day in range(7)],
        "by_hour": [(f"{hour}:00", line) for hour, line in found.by_hour.items()],
        "by_weekday": [(WEEKDAYS[day], line) for day, line in found.by_weekday.items()],
        "by_reason": [(names.get(slug, slug), line) for slug, line in found.by_reason.items()],
        "fewest": hours.FEWEST,
        "may_import": holds(request, *contact_imports.IMPORTERS),
        "may_note": holds(request, Role.FRONT_LINE, Role.STAFF, Role.APPROVER, Role.MANAGER),
    }


def findings(found: Hours, names: dict[str, str]) -> list[dict[str, Any]]:
    return [
        hours_words.said(one, found.all.n, names, _per_person(found, one)) for one in found.found.findings
    ]


def rows(found: Hours) -> Iterator[tuple[Any, ...]]:
    """A line for each hour of each weekday and reason; weekdays from 1, Monday."""
    for weekday, hour, reason, line in found.lines:
        low, high = line.interval or (None, None)
        yield (
            weekday + 1, hour, reason, line.n, line.known, line.satisfied,
            line.share, low, high, line.waited, None if line.wait is None else round(line.wait, 1),
        )  # fmt: skip


def heat(found: Hours, show: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """The map: a row an hour, a cell a weekday, each with its words and its shade (1 to 5; 0: nothing)."""
    cells = {place: _value(line, show) for place, line in found.cells.items()}
    known = [value for value in cells.values() if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    return [
        (
            f"{hour}:00",
            [
                _cell(found.cells.get((day, hour)), cells.get((day, hour)), show, low, high)
                for day in range(7)
            ],
        )
        for hour in found.hours
    ]


def _value(line: Line, show: str) -> float | None:
    if show == "n":
        return float(line.n)
    return {"share": line.share, "wait": line.wait, "per_person": line.per_person}[show]


def _cell(line: Line | None, value: float | None, show: str, low: float, high: float) -> dict[str, Any]:
    if line is None or value is None:
        few = _("too few to say") if line else ""
        return {"words": "·" if line is not None else "", "level": 0, "title": few}
    part = (value - low) / (high - low) if high > low else 0.5
    level = 1 + min(LEVELS - 1, int(part * LEVELS))
    words = {
        "share": hours_words.share, "wait": hours_words.clock, "n": lambda n: str(int(n)),
        "per_person": lambda n: f"{n:.0f}" if n >= 10 else f"{n:.1f}",
    }[show](value)  # fmt: skip
    return {"words": words, "level": level, "title": _title(line)}


def _title(line: Line) -> str:
    """All that is known of a cell, for whoever points at it."""
    parts = [_("%(n)s contacts") % {"n": line.n}]
    if line.share is not None and line.interval is not None:
        low, high = (hours_words.share(end) for end in line.interval)
        words = {"share": hours_words.share(line.share), "n": line.known, "low": low, "high": high}
        parts.append(_("%(share)s of %(n)s satisfied (95 %%: %(low)s to %(high)s)") % words)
    if line.wait is not None:
        parts.append(_("waited %(time)s") % {"time": hours_words.clock(line.wait)})
    return ", ".join(parts)


def _short(weekday: int) -> str:
    """Mon, T2: as narrow as a phone's column."""
    names = get_day_names("abbreviated", locale=(get_language() or "vi")[:2])
    return str(names[weekday]).replace("Th ", "T")


def _per_person(found: Hours, one: Any) -> tuple[float | None, float | None] | None:
    """Contacts for one person in an hour, inside and outside: where hours are told apart."""
    if one.kind not in ("hours", "weekdays"):
        return None
    lines = found.by_hour if one.kind == "hours" else found.by_weekday
    places = one.hours or one.weekdays
    sides = [[line for at, line in lines.items() if (at in places) is side] for side in (True, False)]
    rates = []
    for side in sides:
        people = sum(line.people_hours for line in side)
        rates.append(sum(line.staffed_n for line in side) / people if people else None)
    return rates[0], rates[1]


def _found(form: HoursFilter, language: str) -> Hours:
    chosen = form.cleaned_data
    dimension, value = form.dimension
    return hours.report(
        chosen["start"], chosen["end"], dimension=dimension, value=value, reason=chosen["reason"]
    )


def _table(found: Hours) -> list[Sequence[Any]]:
    return [COLUMNS, *rows(found)]


page, as_csv, as_xlsx = report_pages.views(
    Report(
        address="hours",
        template="feedback/hours.html",
        file="contacts",
        form=HoursFilter,
        find=_found,
        shown=_context,
        table=_table,
    ),
    DESK,
)
