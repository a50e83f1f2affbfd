"""From which lifetime value a customer is helped: what each threshold would have cost, and kept."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from babel.numbers import format_decimal
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from feedback import charts, expected, facts, policy_words, shop, trials
from feedback.policy.canonical import plain
from feedback.policy.replay import Step
from feedback.policy_forms import ThresholdForm
from feedback.roles import EVERYONE, allow
from feedback.views import downloads, people_pages

_NAMES = ("threshold", "customers", "cases", "spent", "earned", "kept")
COLUMNS = (*_NAMES, "currency")


@allow(EVERYONE)
@require_safe
def thresholds(request: HttpRequest) -> HttpResponse:
    form = ThresholdForm(filled(request.GET))
    if not form.is_valid():
        return render(request, "feedback/thresholds.html", {"form": form}, status=400)
    now, currency = timezone.now(), shop.current().currency
    _version, live = facts.live_terms(now)
    sums = live.money.get(currency)
    given = form.cleaned_data
    found = trials.thresholds(live, given["months"], now, more=given["threshold"])
    context = {
        "form": form,
        "found": found,
        "steps": [(one, _helped_url(one, given["months"])) for one in found.steps],
        "asked_url": _helped_url(found.asked, given["months"]) if found.asked else "",
        "cases_url": people_pages.url("threshold_cases", months=given["months"]),
        "currency": currency,
        "threshold": sums.valued_from if sums else None,
        "most": trials.MOST_CASES,
        "valued": expected.valued(sums.valued_from) if sums else None,
        "now": next((one for one in found.steps if sums and one.threshold == sums.valued_from), None),
        "files_query": urlencode({"months": given["months"]}),
        **_curves(found.steps, currency, request.LANGUAGE_CODE),
    }
    return render(request, "feedback/thresholds.html", context)


def _helped_url(step: Step, months: int) -> str:
    return people_pages.url("threshold_helped", months=months, threshold=plain(step.threshold))


@allow(EVERYONE)
@require_safe
def thresholds_csv(request: HttpRequest) -> HttpResponseBase:
    return _file(request, downloads.csv_of)


@allow(EVERYONE)
@require_safe
def thresholds_xlsx(request: HttpRequest) -> HttpResponseBase:
    return _file(request, downloads.xlsx_of)


def _file(request: HttpRequest, write: downloads.Write) -> HttpResponseBase:
    form = ThresholdForm(filled(request.GET))
    if not form.is_valid():
        wrong = [f"{name}: {' '.join(errors)}" for name, errors in form.errors.items()]
        return HttpResponse("\n".join(wrong), status=400, content_type="text/plain; charset=utf-8")
    live = facts.live_terms(timezone.now())[1]
    found = trials.thresholds(live, form.cleaned_data["months"], timezone.now())
    return write([COLUMNS, *lines(found.steps)], "thresholds")


def lines(steps: Sequence[Step]) -> Iterator[list[Any]]:
    """For a file: as COLUMNS."""
    currency = shop.current().currency
    for step in steps:
        yield [*(plain(getattr(step, name)) for name in _NAMES), currency]


def _curves(steps: list[Step], currency: str, language: str) -> dict[str, Any]:
    """Two drawings: on one axis the greater line would press the smaller one flat."""
    unit = charts.in_units(float(max(steps[-1].threshold, *(one.spent for one in steps))))
    names = [format_decimal(one.threshold / unit, locale=language) for one in steps]
    spent = charts.Series(pgettext("money", "spent"), [float(one.spent) / unit for one in steps], "warn")
    kept = charts.Series(pgettext("money", "kept"), [float(one.kept) / unit for one in steps], "brand")
    return {
        "unit": policy_words.unit(unit, currency),
        "spent_figure": charts.line_figure([spent], names),
        # A drawing starts at zero: where help costs more than was earned, the table alone says it.
        "kept_figure": charts.line_figure([kept], names) if min(one.kept for one in steps) >= 0 else None,
    }


def filled(given: Any) -> dict[str, str]:
    return {"months": given.get("months") or "6", "threshold": given.get("threshold", "")}
