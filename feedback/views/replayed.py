"""Past cases under another version: the replay as the page shows it, and as CSV."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from feedback import charts, labels, policy_words, shop, trials
from feedback.models import Policy, PolicyTrial
from feedback.money import format_money
from feedback.roles import EVERYONE, allow
from feedback.views import downloads

LARGEST = 2**31 - 1  # version that the column holds
_CHANGED = ("problem", "standing", "standing_after", "differs")
_ANSWERS = (("rule", "remedy"), ("rule_after", "remedy_after"))
_SPENT = ("cost_before", "cost_after", "cost_unknown")
_SUMS = ("before", "after", "unknown")


@allow(EVERYONE)
@require_safe
def replay_csv(request: HttpRequest, version: int) -> HttpResponseBase:
    """The changes, one row for each kind of change; then the sums by month."""
    trial = of(get_object_or_404(Policy, version=version)).first() if version <= LARGEST else None
    if trial is None:
        raise Http404
    found = trial.result
    rows: list[list[Any]] = [[*_CHANGED, "answer", "answer_after", "cases", *_SPENT, "named"]]
    for row in found["changes"]:
        answers = (f"{row[rule]} {row[remedy]}".strip() for rule, remedy in _ANSWERS)
        sums = (row["spent"][name] for name in _SUMS)
        rows.append([*(row[name] for name in _CHANGED), *answers, row["n"], *sums, " ".join(row["named"])])
    rows += [[], ["month", *_SPENT]]
    rows += [[month, *(sums[name] for name in _SUMS)] for month, sums in found["months"].items()]
    return downloads.csv_of(rows, f"policy-{version}-replay")


def of(policy: Policy) -> Any:
    """Those that are done, the newest first."""
    done = PolicyTrial.objects.filter(policy=policy, kind=PolicyTrial.Kind.BACKTEST, result__isnull=False)
    return done.order_by("-finished_at", "-pk")


def shown(trial: PolicyTrial, language: str) -> dict[str, Any]:
    found, currency = trial.result, trial.result["currency"]
    months = list(found["months"])
    sides = (("before", found["against"], "flat"), ("after", trial.policy.version, "brand"))
    sums = {side: _sums(found, months, side) for side, _version, _tone in sides}
    unit = charts.in_units(max([*sums["before"], *sums["after"], 0.0]))
    series = [
        charts.Series(_("version %(n)s:") % {"n": version}, [one / unit for one in sums[side]], tone)
        for side, version, tone in sides
    ]
    until = datetime.fromisoformat(found["until"])
    is_open = months[-1:] == [shop.day(until).strftime("%Y-%m")]
    before, after = (Decimal(found["spent"][name]) for name in ("before", "after"))
    return {
        "replay": found,
        "saved": abs(before - after),
        "is_dearer": after > before,
        "currency": currency,
        "unit": policy_words.unit(unit, currency),
        "rows": [_row(row, language) for row in found["changes"]],
        "months": [(month, *(found["months"][month][name] for name in _SUMS)) for month in months],
        "figure": charts.line_figure(series, _month_names(months, language), is_open=is_open)
        if len(months) > 1
        else None,
        "is_open": is_open,
        "since": until - (trial.months or 1) * trials.MONTH,
        "until": until,
        "finding": _cost_finding(trial, before, after, language),
    }


def _month_names(months: Iterable[str], language: str) -> tuple[str, ...]:
    return charts.date_labels(
        [date.fromisoformat(f"{one}-01") for one in months], step="month", language=language
    )


def _sums(found: Mapping[str, Any], months: Iterable[str], name: str) -> list[float]:
    return [float(found["months"][month][name]) for month in months]


def _cost_finding(trial: PolicyTrial, before: Decimal, after: Decimal, language: str) -> str:
    """By their numbers: which one counts may have changed since."""
    currency = trial.result["currency"]
    said = _("Help in these cases: %(before)s under version %(old)s, %(after)s under version %(new)s.")
    return said % {
        "before": format_money(before, currency, language),
        "old": trial.result["against"],
        "after": format_money(after, currency, language),
        "new": trial.policy.version,
    }


def _row(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    standing, after = (labels.known(labels.STANDINGS, row[name]) for name in ("standing", "standing_after"))
    return {
        "problem": labels.known(labels.PROBLEMS, row["problem"]),
        "standing": standing,
        "standing_after": "" if row["standing"] == row["standing_after"] else after,
        "before": policy_words.rule_and_remedy(row["rule"], row["remedy"]),
        "after": policy_words.rule_and_remedy(row["rule_after"], row["remedy_after"]),
        "differs": policy_words.DIFFERS[row["differs"]],
        "n": row["n"],
        "cost": Decimal(row["spent"]["after"]) - Decimal(row["spent"]["before"]),
        "named": list(enumerate(row["named"], 1)),
        "more": row["n"] - len(row["named"]),
    }
