"""What complaints come from, and whether what was done about it helped (S1-15)."""

from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from feedback import labels, shop
from feedback.forms import ReportFilter
from feedback.models import Case
from feedback.reports import causes
from feedback.reports.causes import Causes, Tally
from feedback.roles import REPORTS, allow
from feedback.spreadsheets import MEDIA_TYPE, as_workbook
from feedback.templatetags.feedback import percent
from feedback.views import file_pages

_UNKNOWN = pgettext_lazy("a cause or problem", "not known")


@allow(REPORTS)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    form = ReportFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return render(request, "feedback/causes.html", {"form": form}, status=400)
    found, query = _found(form), urlencode(form.as_shown())
    context = {
        "form": ReportFilter(form.as_shown(), today=form.today),
        "report": found,
        "causes": [_shown(found, one) for one in found.causes],
        "lines": [(_cause(one), _problem(one), one) for one in found.lines],
        "finding": _finding(found),
        "fewest": causes.FEWEST,
        "csv_url": f"{reverse('causes_csv')}?{query}",
        "xlsx_url": f"{reverse('causes_xlsx')}?{query}",
    }
    return render(request, "feedback/causes.html", context)


@allow(REPORTS)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    form = ReportFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return form.as_text()
    found = _found(form)
    return file_pages.csv_of([causes.COLUMNS, *causes.lines(found)], _name(found))


@allow(REPORTS)
@require_safe
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    form = ReportFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return form.as_text()
    found = _found(form)
    headers = {"Content-Disposition": f'attachment; filename="{_name(found)}.xlsx"'}
    return FileResponse(
        as_workbook([causes.COLUMNS, *causes.lines(found)]), content_type=MEDIA_TYPE, headers=headers
    )


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


def _found(form: ReportFilter) -> Causes:
    return causes.report(form.cleaned_data["start"], form.cleaned_data["end"])


def _name(found: Causes) -> str:
    return f"causes-{found.start}-{found.end}"
