"""What complaints come from, and whether what was done about it helped (S1-15)."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from feedback import labels
from feedback.forms import ReportFilter
from feedback.models import Case
from feedback.reports import causes
from feedback.reports.causes import Causes, Tally
from feedback.roles import REPORTS
from feedback.templatetags.feedback import percent
from feedback.views import report_pages
from feedback.views.report_pages import Report

_UNKNOWN = pgettext_lazy("a cause or problem", "not known")


def _context(request: HttpRequest, form: ReportFilter, found: Causes) -> dict[str, Any]:
    return {
        "causes": [_shown(found, one) for one in found.causes],
        "lines": [(_cause(one), _problem(one), one) for one in found.lines],
        "finding": _finding(found),
        "fewest": causes.FEWEST,
    }


def _shown(found: Causes, one: Tally) -> dict[str, Any]:
    share = found.share(one)
    return {
        "name": _cause(one),
        "one": one,
        "share": share,
        "interval": found.interval(one),
        "width": round(100 * share, 1) if share else 0,
    }


def _cause(one: Tally) -> str:
    return str(dict(Case.Cause.choices).get(one.cause, _UNKNOWN))


def _problem(one: Tally) -> str:
    return labels.known(labels.PROBLEMS, one.problem) if one.problem else str(_UNKNOWN)


def _finding(found: Causes) -> str:
    """The cause that most come from; "" where too few ended, or nobody said of most what it was."""
    most = max(found.causes, key=lambda one: one.n, default=None)
    if most is None or not most.cause or found.share(most) is None or not most.n:
        return ""
    low, high = found.interval(most) or (0.0, 1.0)
    words = {"cause": _cause(most), "share": percent(found.share(most)), "n": found.n}
    words |= {"low": percent(low), "high": percent(high)}
    return (
        _("Most of the %(n)s that ended came from: %(cause)s – %(share)s (95 %%: %(low)s to %(high)s).")
        % words
    )


def _found(form: ReportFilter, language: str) -> Causes:
    return causes.report(form.cleaned_data["start"], form.cleaned_data["end"])


def _table(found: Causes) -> list[Sequence[Any]]:
    return [causes.COLUMNS, *causes.lines(found)]


page, as_csv, as_xlsx = report_pages.views(
    Report(
        address="causes",
        template="feedback/causes.html",
        file="causes",
        form=ReportFilter,
        find=_found,
        shown=_context,
        table=_table,
    ),
    REPORTS,
)
