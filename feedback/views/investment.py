"""Investment check: why customers left, what mending each cause would bring, and what is decided (S2-5)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from feedback import defections, shop
from feedback.defection.investment import FEWEST, Line, Verdict
from feedback.defection_forms import CauseForm
from feedback.margins import Margin
from feedback.models import Defection
from feedback.money import format_money, quantize
from feedback.reports import investment, margin
from feedback.reports.investment import Investment
from feedback.roles import REPORTS, Role, allow, holds
from feedback.views import downloads
from feedback.workbooks import Chart, Kind, Sheet

VERDICTS = {
    Verdict.PAYS: gettext_lazy("it pays"),
    Verdict.LOW: gettext_lazy("low return"),
    Verdict.NO_COST: gettext_lazy("what it costs is not known"),
    Verdict.FEW: gettext_lazy("too few left for it"),
}
COLUMNS = ("cause", "customers", "spent_in_last_year", "lost_a_year", "keeps_percent", "returns_a_year",
           "cost_a_year", "left", "currency", "verdict", "decision", "what")  # fmt: skip
_TONES = {Verdict.PAYS: "good", Verdict.LOW: "bad"}


@allow(REPORTS)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return _show(request, CauseForm(currency=shop.current().currency, initial=_chosen(request)))


@allow(Role.MANAGER)
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    form = CauseForm(request.POST, currency=shop.current().currency)
    if not form.is_valid():
        return _show(request, form, status=400)
    defections.decide_cause(**form.cleaned_data, by=request.user, now=timezone.now())
    messages.success(request, _("Kept: this is what we do about it from now on."))
    return redirect("investment")


@allow(REPORTS)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    found, _margin = found_now()
    return downloads.csv_of([COLUMNS, *lines(found)], "investment-check")


@allow(REPORTS)
@require_safe
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    found, _margin = found_now()
    head = [
        _("Why they left"), _("customers"), _("spent in their last year"), _("lost in a year"),
        _("kept by mending, %"), _("mending brings in a year"), _("it costs in a year"), _("left over"),
        _("Currency"), _("verdict"), _("decided"), _("what we do"),
    ]  # fmt: skip
    rows = [[_name(line), *row[1:]] for line, row in zip(found.check.lines, lines(found), strict=True)]
    chart = Chart(kind=Kind.BARS, title=_("Lost in a year, by cause"), columns=[3])
    sheet = Sheet(name=_("Investment check"), head=head, rows=rows, charts=[chart] if rows else ())
    return downloads.workbook_of([sheet], "investment-check")


def _show(request: HttpRequest, form: CauseForm, *, status: int = 200) -> HttpResponse:
    found, taken = found_now()
    most = max((line.lost for line in found.check.lines), default=Decimal(0))
    rows = [_shown(found, line, most) for line in found.check.lines]
    context: dict[str, Any] = {
        "found": found,
        "rows": rows,
        "by_loss": sorted(rows, key=lambda row: -row["line"].lost),
        "findings": list(_findings(found, request.LANGUAGE_CODE)),
        "margin": taken,
        "currency": shop.current().currency,
        "fewest": FEWEST,
        "days": investment.DAYS,
        "form": form if holds(request, Role.MANAGER) else None,
    }
    return render(request, "feedback/investment.html", context, status=status)


def found_now() -> tuple[Investment, Margin]:
    now = timezone.now()
    taken = margin.of_shop(shop.current().currency, shop.day(now))
    return investment.report(shop.day(now), taken.share), taken


def _chosen(request: HttpRequest) -> dict[str, Any]:
    """`?cause=`: what the form begins with; what was decided about it before, to be changed."""
    cause = request.GET.get("cause", "")
    known = investment.newest().get(cause)
    if known is None:
        return {"cause": cause, "keeps": 50}
    cost = "" if known.cost is None else quantize(known.cost, known.currency)
    return {"cause": cause, "answer": known.answer, "what": known.what, "cost": cost, "keeps": known.keeps}


def _name(line: Line) -> str:
    return str(Defection.Cause(line.cause.name).label)


def _shown(found: Investment, line: Line, most: Decimal) -> dict[str, Any]:
    return {
        "line": line,
        "name": _name(line),
        "width": round(float(100 * line.lost / most), 1) if most else 0,
        "verdict": VERDICTS[line.verdict],
        "tone": _TONES.get(line.verdict, ""),
        "decision": found.decisions.get(line.cause.name),
    }


def lines(found: Investment) -> Iterator[list[Any]]:
    currency = shop.current().currency
    for line in found.check.lines:
        decided, cause = found.decisions.get(line.cause.name), line.cause
        amounts = (cause.spent, line.lost, line.returns, cause.cost, line.left)
        spent, lost, returns, cost, left = (None if a is None else quantize(a, currency) for a in amounts)
        yield [
            cause.name, cause.n, spent, lost, cause.keeps, returns, cost, left, currency, line.verdict.value,
            decided.answer if decided else "", decided.what if decided else "",
        ]  # fmt: skip


def _findings(found: Investment, language: str) -> Iterator[str]:
    """What is spent where little is lost; else the cause that would bring most."""
    currency = shop.current().currency
    for line, better in found.check.misplaced:
        yield _(
            "Low return: %(cost)s a year go into “%(cause)s”, for which %(n)s left; mending it brings "
            "%(returns)s."
        ) % {
            "cost": format_money(line.cause.cost or Decimal(0), currency, language),
            "cause": _name(line),
            "n": line.cause.n,
            "returns": format_money(line.returns, currency, language),
        }
        if better is not None:
            yield _("“%(better)s” loses more: mending it would bring %(more)s.") % {
                "better": _name(better),
                "more": format_money(better.returns, currency, language),
            }
    first = next(iter(found.check.lines), None)
    if first is not None and not found.check.misplaced and first.cause.n >= FEWEST:
        yield _("Most would be kept by mending “%(cause)s”: up to %(returns)s a year.") % {
            "cause": _name(first),
            "returns": format_money(first.returns, currency, language),
        }
