"""Are the clocks kept: told that we have it, answered, put right, called back (S1-7, L11)."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from feedback import charts
from feedback.forms import ReportFilter
from feedback.models import Case
from feedback.models.words import Channel
from feedback.reports import clocks_kept
from feedback.reports.clocks_kept import Clock, ClocksKept, Line
from feedback.roles import REPORTS
from feedback.templatetags.feedback import percent
from feedback.views import report_pages
from feedback.views.report_pages import Report

NAMES = {
    Clock.ACKNOWLEDGED: pgettext_lazy("a clock", "Told that we have it"),
    Clock.ANSWERED: pgettext_lazy("a clock", "First answer"),
    Clock.SETTLED: pgettext_lazy("a clock", "Put right"),
    Clock.CALLED_BACK: pgettext_lazy("a clock", "Called back"),
}


def _context(request: HttpRequest, form: ReportFilter, found: ClocksKept) -> dict[str, Any]:
    months = charts.date_labels(
        [one.name for one in found.months], step="month", language=request.LANGUAGE_CODE
    )
    return {
        "clocks": list(NAMES.values()),
        "tiles": [(NAMES[clock], one) for clock, one in found.all.tallies.items()],
        "groups": list(_groups(found, months)),
        "fewest": clocks_kept.FEWEST,
        "finding": _finding(found),
        **_figure(found, months),
    }


def _groups(found: ClocksKept, months: Sequence[str]) -> Iterator[tuple[str, str, list[Any]]]:
    channels, severities = dict(Channel.choices), dict(Case.Severity.choices)
    yield "channels", _("By channel"), [(channels.get(one.name, one.name), one) for one in found.channels]
    yield "people", _("By person"), [(one.name or _("our team"), one) for one in found.people]
    yield "severities", _("By severity"), [(severities.get(one.name), one) for one in found.severities]
    yield "months", _("By month"), list(zip(months, found.months, strict=True))[::-1]


def _finding(found: ClocksKept) -> str:
    """What is told and answered in time, in one sentence; "" where too little is known."""
    answered, settled = found.all.tallies[Clock.ANSWERED], found.all.tallies[Clock.SETTLED]
    if answered.interval is None or settled.share is None:
        return ""
    words = {"answered": percent(answered.share), "n": answered.n, "settled": percent(settled.share)}
    words |= {"low": percent(answered.interval[0]), "high": percent(answered.interval[1])}
    return (
        _(
            "%(answered)s of %(n)s complaints were answered in time (95 %%: %(low)s to %(high)s), "
            "%(settled)s put right by their last day."
        )
        % words
    )


def _figure(found: ClocksKept, months: Sequence[str]) -> dict[str, Any]:
    every = [charts.Series(str(NAMES[clock]), _points(found.months, clock)) for clock in Clock]
    series = [one for one in every if sum(point is not None for point in one.points) > 1]
    return {"figure": charts.line_figure(series, months)} if series else {}


def _points(months: Sequence[Line], clock: Clock) -> list[float | None]:
    shares = [one.tallies[clock].share for one in months]
    return [None if share is None else share * 100 for share in shares]


def _found(form: ReportFilter, language: str) -> ClocksKept:
    return clocks_kept.report(form.cleaned_data["start"], form.cleaned_data["end"], timezone.now())


def _table(found: ClocksKept) -> list[Sequence[Any]]:
    return [clocks_kept.COLUMNS, *clocks_kept.lines(found)]


page, as_csv, as_xlsx = report_pages.views(
    Report(
        address="clocks_kept",
        template="feedback/clocks_kept.html",
        file="clocks",
        form=ReportFilter,
        find=_found,
        shown=_context,
        table=_table,
    ),
    REPORTS,
)
