"""What customers asked for beside what they were given (S4-6)."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from feedback import labels
from feedback.forms import ReportFilter
from feedback.models import Case
from feedback.reports import wishes
from feedback.reports.wishes import Given, Tally, Wishes
from feedback.roles import REPORTS
from feedback.templatetags.feedback import percent
from feedback.views import report_pages
from feedback.views.report_pages import Report
from feedback.wishes import CALLED, NAMED, TOLD, Outcome

PER_PAGE = 20
OUTCOMES = {
    Outcome.AS_WISHED: pgettext_lazy("a wish and what was given", "as they wished"),
    Outcome.OTHERWISE: pgettext_lazy("a wish and what was given", "something else"),
    Outcome.NOTHING: pgettext_lazy("a wish and what was given", "nothing"),
}


def _context(request: HttpRequest, form: ReportFilter, found: Wishes) -> dict[str, Any]:
    wish = request.GET.get("wish", "")
    wish = wish if wish in NAMED else ""
    rows = Paginator(wishes.listed(found.start, found.end, wish), PER_PAGE).get_page(request.GET.get("page"))
    return {
        "wishes": [_shown(one) for one in found.wishes],
        "finding": _finding(found),
        "page": rows,
        "rows": list(_compared(list(rows.object_list))),
        "chosen": labels.WISHES[wish] if wish else "",
        "fewest": wishes.FEWEST,
    }


def compared(case: Case) -> dict[str, Any] | None:
    """For the page of one case; None as long as no wish is known that could be compared."""
    return next(_compared([case]), None) if case.wished in NAMED else None


def _compared(rows: list[Case]) -> Any:
    got = wishes.given([case.pk for case in rows])
    for case in rows:
        outcome = got[case.pk].beside(case.wished or "none")
        yield {
            "case": case,
            "wished": labels.WISHES[case.wished or "none"],
            "given": _given(case, got[case.pk]),
            "outcome": OUTCOMES[outcome],
            "is_as_wished": outcome is Outcome.AS_WISHED,
        }


def _given(case: Case, got: Given) -> list[str]:
    said = [str(labels.known(labels.REMEDIES, one)) for one in got.remedies]
    if got.was_called and (not said or case.wished == CALLED):
        said.append(_("we spoke to them"))
    if got.was_written_to and (not said or case.wished in TOLD):
        said.append(_("a message"))
    return said


def _shown(one: Tally) -> dict[str, Any]:
    said = {outcome.value: (one.satisfied[outcome], one.asked[outcome]) for outcome in Outcome}
    return {
        "wish": one.wish,
        "name": labels.WISHES[one.wish],
        "one": one,
        "as_wished": one.by[Outcome.AS_WISHED],
        "otherwise": one.by[Outcome.OTHERWISE],
        "nothing": one.by[Outcome.NOTHING],
        "satisfied": said,
        "width": round(100 * one.share, 1) if one.share else 0,
    }


def _finding(found: Wishes) -> str:
    """ "" where too few said what they wished for."""
    share, interval = found.all.share, found.all.interval
    if share is None or interval is None:
        return ""
    words = {
        "n": found.all.n,
        "share": percent(share),
        "low": percent(interval[0]),
        "high": percent(interval[1]),
    }
    return (
        _("Of %(n)s that ended and named a wish, %(share)s got just that (95 %%: %(low)s to %(high)s).")
        % words
    )


def _found(form: ReportFilter, language: str) -> Wishes:
    return wishes.report(form.cleaned_data["start"], form.cleaned_data["end"])


def _table(found: Wishes) -> list[Sequence[Any]]:
    return [wishes.COLUMNS, *wishes.lines(found)]


page, as_csv, as_xlsx = report_pages.views(
    Report(
        address="wishes",
        template="feedback/wishes.html",
        file="wishes",
        form=ReportFilter,
        find=_found,
        shown=_context,
        table=_table,
    ),
    REPORTS,
)
