"""The recovery return as plain cells and as data for programs: the same numbers as on the page."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from feedback import money
from feedback.reports import margin as own_margin
from surveys.recovery import Report
from surveys.resampling import Estimate
from surveys.spending import MONTHS, Comparison, Group, Middle

COLUMNS = (
    "section", "cohort", "beside", "currency", "n", "still_open", "bought_again", "figure",
    "value", "low", "high", "why_not",
)  # fmt: skip
_SUMS = ("after", "before", "middle_after", "middle_before")
_NAMED = {
    "after": "mean_after",
    "before": "mean_before",
    "middle_after": "median_after",
    "middle_before": "median_before",
}


def lines(report: Report) -> Iterator[list[Any]]:
    """One figure a line. Shares as they are (−0.8), sums with the decimals of the currency."""
    for group in report.found.groups:
        head = ["cohort", group.cohort.value, "", report.currency, group.n, group.still_open, group.bought]
        for name in _SUMS:
            yield [*head, _NAMED[name], *_sums(getattr(group, name), report.currency), group.why_not]
        yield [*head, "change", *_shares(group.change), group.why_not]
    for one in report.found.comparisons:
        head = ["comparison", one.one.value, one.other.value, report.currency, "", "", ""]
        yield [*head, "after", *_shares(one.after), one.why_not]
        yield [*head, "before", *_shares(one.before), one.why_not]
        yield [*head, "beyond", *_sums(one.beyond, report.currency), one.why_not]
    if stake := report.found.stake:
        head = ["stake", "not_resolved", "", report.currency, "", "", ""]
        for name in ("each", "lost", "open_now"):
            yield [*head, name, *_sums(getattr(stake, name), report.currency), ""]
        taken = report.margin
        share = ["" if end is None else end for end in (taken.share, taken.low, taken.high)]
        yield ["margin", taken.source.value, "", "", taken.orders, "", "", "margin", *share, ""]


def as_data(report: Report) -> dict[str, Any]:
    found, currency = report.found, report.currency
    return {
        "start": report.start,
        "end": report.end,
        "currency": currency,
        "months": MONTHS,
        "cohorts": [_group(group, currency) for group in found.groups],
        "comparisons": [_comparison(one, currency) for one in found.comparisons],
        "stake": None
        if found.stake is None
        else {
            "margin": str(round(Decimal(str(found.stake.margin)), 4)),
            "margin_from": own_margin.as_data(report.margin),
            "cost": None if found.stake.cost is None else _worth(found.stake.cost, currency),
            "verdict": found.stake.verdict,
            **{
                name: _estimate(_sums(getattr(found.stake, name), currency))
                for name in ("each", "lost", "open_now")
            },
        },
        "other_currencies": dict(sorted(report.others.items())),
        "is_cut": report.is_cut,
    }


def _group(group: Group, currency: str) -> dict[str, Any]:
    return {
        "cohort": group.cohort.value,
        "n": group.n,
        "still_open": group.still_open,
        "bought_again": group.bought,
        "why_not": group.why_not,
        **{_NAMED[name]: _estimate(_sums(getattr(group, name), currency)) for name in _SUMS},
        "change": _estimate(_shares(group.change)),
    }


def _comparison(one: Comparison, currency: str) -> dict[str, Any]:
    return {
        "cohort": one.one.value,
        "beside": one.other.value,
        "why_not": one.why_not,
        "after": _estimate(_shares(one.after)),
        "before": _estimate(_shares(one.before)),
        "beyond": _estimate(_sums(one.beyond, currency)),
    }


def _estimate(cells: list[Any]) -> Mapping[str, Any] | None:
    value, low, high = (None if cell == "" else cell for cell in cells)
    return None if value is None else {"value": value, "low": low, "high": high}


def _sums(one: Estimate | Middle | None, currency: str) -> list[Any]:
    if one is None:
        return ["", "", ""]
    return ["" if end is None else _worth(end, currency) for end in (one.value, one.low, one.high)]


def _shares(one: Estimate | None) -> list[Any]:
    if one is None:
        return ["", "", ""]
    return ["" if end is None else round(end, 4) for end in (one.value, one.low, one.high)]


def _worth(amount: float, currency: str) -> Decimal:
    return money.quantize(Decimal(str(round(amount, 2))), currency)
