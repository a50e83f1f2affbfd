"""What a customer brings in each year of staying: the tenure curve (S2-7), from what a job keeps."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from feedback import charts, shop, tenure
from feedback.defection.tenure import FEWEST, Year
from feedback.margins import Margin
from feedback.money import quantize
from feedback.reports import margin
from feedback.roles import REPORTS, allow
from feedback.tenure import Found
from feedback.views import downloads
from feedback.workbooks import Chart, Kind, Sheet

COLUMNS = ("spent", "low", "high", "spent_in_first_year", "earned")


@allow(REPORTS)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    found = tenure.newest()
    taken = _margin(found)
    years = found.years if found else []
    context: dict[str, Any] = {
        "found": found,
        "rows": [(one, _amounts(one, taken.share, found.currency)) for one in years] if found else [],
        "margin": taken,
        "fewest": FEWEST,
    }
    told = [one for one in years if one.mean is not None]
    if len(told) > 1:
        names = [_("year %(n)s") % {"n": one.number} for one in told]
        lines = [
            charts.Series(_("that year"), [_earned(one.mean, taken.share) for one in told], "p1"),
            charts.Series(_("their first"), [_earned(one.first, taken.share) for one in told], "p2"),
        ]
        context |= {"figure": charts.line_figure(lines, names), "finding": _finding(told)}
    return render(request, "feedback/tenure.html", context)


@allow(REPORTS)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    found = tenure.newest()
    share = _margin(found).share
    lines: list[list[Any]] = [["year", "n", "stayed", *COLUMNS, "currency"]]
    for one in found.years if found else ():
        amounts = _amounts(one, share, found.currency)
        told = [amounts.get(name, "") for name in COLUMNS]
        lines.append([one.number, one.n, one.stayed, *told, found.currency])
    return downloads.csv_of(lines, "tenure")


@allow(REPORTS)
@require_safe
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    found = tenure.newest()
    share = _margin(found).share
    rows = [
        [_("year %(n)s") % {"n": one.number}, one.n, one.stayed]
        + [_amounts(one, share, found.currency).get(name) for name in COLUMNS]
        for one in (found.years if found else ())
    ]
    head = [
        _("Year of staying"), _("customers with it behind them"), _("bought in it"), _("spent in it"),
        _("interval from"), _("interval to"), _("the same people in their first year"), _("earned in it"),
    ]  # fmt: skip
    chart = Chart(kind=Kind.LINE, title=_("What a customer brings by year of staying"), columns=[3, 6])
    sheet = Sheet(name=_("Year of staying"), head=head, rows=rows, charts=[chart] if rows else ())
    return downloads.workbook_of([sheet], "tenure")


def _margin(found: Found | None) -> Margin:
    return margin.of_shop(found.currency if found else shop.current().currency, shop.day(timezone.now()))


def _amounts(one: Year, share: Decimal, currency: str) -> dict[str, Decimal]:
    """By COLUMNS, in the currency's own decimals; empty where too few stayed."""
    if one.mean is None:
        return {}
    told = {"spent": one.mean, "low": one.low, "high": one.high, "spent_in_first_year": one.first}
    amounts = {name: quantize(Decimal(amount or 0), currency) for name, amount in told.items()}
    return amounts | {"earned": quantize(Decimal(one.mean) * share, currency)}


def _earned(amount: float | None, share: Decimal) -> float | None:
    return None if amount is None else round(amount * float(share))


def _finding(told: list[Year]) -> str:
    """Of the last year that can be told beside the first year of the same people."""
    last = told[-1]
    if not last.first or last.mean is None or last.low is None or last.high is None:
        return _("What a customer earns the shop in each year of staying")
    percent = {"percent": round(abs(last.mean / last.first - 1) * 100), "n": last.number}
    if last.low > last.first:
        return _("In year %(n)s a customer brings %(percent)s %% more than in their own first year") % percent
    if last.high < last.first:
        return _("In year %(n)s a customer brings %(percent)s %% less than in their own first year") % percent
    return _("Year %(n)s brings about as much as the same people’s first year") % percent
