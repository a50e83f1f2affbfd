"""From which lifetime value a customer is helped: what each threshold would have cost, and kept."""

from typing import Any
from urllib.parse import urlencode

from babel.numbers import format_decimal
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from feedback import charts, facts, policy_words, shop, trials
from feedback.policy.canonical import plain
from feedback.policy.replay import Step
from feedback.policy_forms import ThresholdForm
from feedback.roles import EVERYONE, allow
from feedback.views.replayed import write_csv

_NAMES = ("threshold", "customers", "cases", "spent", "earned", "kept")


@allow(EVERYONE)
@require_safe
def thresholds(request: HttpRequest) -> HttpResponse:
    form = ThresholdForm(_filled(request.GET))
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
        "currency": currency,
        "threshold": sums.valued_from if sums else None,
        "most": trials.MOST_CASES,
        "csv_url": f"{reverse('thresholds_csv')}?{urlencode({'months': given['months']})}",
        **_curves(found.steps, currency, request.LANGUAGE_CODE),
    }
    return render(request, "feedback/thresholds.html", context)


@allow(EVERYONE)
@require_safe
def thresholds_csv(request: HttpRequest) -> HttpResponse:
    form = ThresholdForm(_filled(request.GET))
    if not form.is_valid():
        lines = [f"{name}: {' '.join(errors)}" for name, errors in form.errors.items()]
        return HttpResponse("\n".join(lines), status=400, content_type="text/plain; charset=utf-8")
    now, currency = timezone.now(), shop.current().currency
    _version, live = facts.live_terms(now)
    steps = trials.thresholds(live, form.cleaned_data["months"], now).steps
    rows = [[*(plain(getattr(step, name)) for name in _NAMES), currency] for step in steps]
    return write_csv("thresholds.csv", [[*_NAMES, "currency"], *rows])


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


def _filled(given: Any) -> dict[str, str]:
    return {"months": given.get("months") or "6", "threshold": given.get("threshold", "")}
