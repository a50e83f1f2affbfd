"""How many promises we keep, and whose."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from feedback import charts, labels, shop
from feedback.forms import ReportFilter
from feedback.reports import promises
from feedback.roles import REPORTS
from feedback.views import report_pages
from feedback.views.report_pages import Report


def _context(request: HttpRequest, form: ReportFilter, found: promises.Kept) -> dict[str, Any]:
    months = charts.date_labels(
        [one.name for one in found.months], step="month", language=request.LANGUAGE_CODE
    )
    return {
        "all_url": _url(found.start, found.end),
        "groups": [
            (part, title, [(words, one, _line_url(found, by, one)) for words, one in its])
            for part, by, title, its in _groups(found)
        ],
        "months": [
            (words, one, _month_url(found, one)) for words, one in zip(months, found.months, strict=True)
        ][::-1],
        "fewest": promises.FEWEST,
        "finding": _finding(found),
        **_figure(found, months),
    }


def _url(start: date, end: date, **line: str) -> str:
    """Of the promises behind a line; what they show is still to be said."""
    return f"{reverse('promises')}?{urlencode({'since': start, 'until': end, **line})}"


def _line_url(found: promises.Kept, by: str, one: promises.Line) -> str:
    return _url(found.start, found.end, by=by, name=str(one.name or ""))


def _month_url(found: promises.Kept, one: promises.Line) -> str:
    assert isinstance(one.name, date)
    last = (one.name.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return _url(max(one.name, found.start), min(last, found.end))


def _found(form: ReportFilter, language: str) -> promises.Kept:
    chosen = form.cleaned_data
    return promises.kept(chosen["start"], chosen["end"], shop.day(timezone.now()), language)


def _table(found: promises.Kept) -> list[Sequence[Any]]:
    return [promises.COLUMNS, *promises.lines(found)]


def _groups(found: promises.Kept) -> list[tuple[str, str, str, list[tuple[str, promises.Line]]]]:
    team, unknown = _("our team"), _("not known")
    return [
        ("people", "person", _("By person"), [(str(one.name or team), one) for one in found.people]),
        (
            "problems",
            "problem",
            _("By problem"),
            [
                (labels.known(labels.PROBLEMS, str(one.name)) if one.name else unknown, one)
                for one in found.problems
            ],
        ),
        (
            "touchpoints",
            "touchpoint",
            _("By touchpoint"),
            [(str(one.name or unknown), one) for one in found.touchpoints],
        ),
    ]


def _finding(found: promises.Kept) -> str:
    whole = found.all
    if whole.share is None or whole.interval is None:
        return ""
    low, high = whole.interval
    words = {
        "share": floatformat(whole.share * 100, "-1g"),
        "low": floatformat(low * 100, "0"),
        "high": floatformat(high * 100, "0"),
        "n": whole.n,
    }
    return _("%(share)s %% of %(n)s answered promises were kept (95 %%: %(low)s to %(high)s).") % words


def _figure(found: promises.Kept, months: tuple[str, ...]) -> dict[str, Any]:
    shares = [None if one.share is None else one.share * 100 for one in found.months]
    if sum(share is not None for share in shares) < 2:
        return {}
    return {"figure": charts.line_figure([charts.Series(_("kept"), shares)], months)}


page, as_csv, as_xlsx = report_pages.views(
    Report(
        address="promises_kept",
        template="feedback/promises_kept.html",
        file="promises",
        form=ReportFilter,
        find=_found,
        shown=_context,
        table=_table,
    ),
    REPORTS,
)
