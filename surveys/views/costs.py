"""What rewards cost and what is still owed: for whoever keeps the books."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from feedback import charts, money
from feedback.roles import REPORTS
from feedback.views import report_pages
from feedback.views.report_pages import Report
from surveys import liability
from surveys.liability import Report as RewardCosts
from surveys.result_forms import MonthsFilter


def _context(request: HttpRequest, form: MonthsFilter, found: RewardCosts) -> dict[str, Any]:
    labels = _labels(found)
    return {"months": list(zip(labels, found.months, strict=True))[::-1], **_figure(found, labels)}


def _found(form: MonthsFilter, language: str) -> RewardCosts:
    return liability.report(form.cleaned_data["start"], form.cleaned_data["end"])


def _table(found: RewardCosts) -> list[Sequence[Any]]:
    return [liability.COLUMNS, *liability.lines(found)]


def _labels(found: RewardCosts) -> tuple[str, ...]:
    return charts.date_labels([month.first for month in found.months], step="month", language=get_language())


def _figure(found: RewardCosts, labels: tuple[str, ...]) -> dict[str, Any]:
    highest = max(
        (max(m.total.issued_worth, m.total.outstanding_worth) for m in found.months), default=liability.NONE
    )
    if len(found.months) < 2 or not highest:
        return {}
    unit = charts.in_units(float(highest))
    series = [
        charts.Series(str(words), [float(getattr(m.total, name)) / unit for m in found.months])
        for name, words in (
            ("outstanding_worth", _("still outstanding")),
            ("issued_worth", _("given out")),
            ("redeemed_worth", _("redeemed")),
        )
    ]
    last = found.months[-1].total
    words = {
        "owed": money.format_money(last.outstanding_worth, found.currency, get_language()),
        "n": last.outstanding,
    }
    return {
        "figure": charts.line_figure(series, labels, others=_("others")),
        "unit_words": unit_words(unit, found.currency),
        "finding": ngettext(
            "At the end %(n)s code worth %(owed)s can still be redeemed.",
            "At the end %(n)s codes worth %(owed)s can still be redeemed.",
            last.outstanding,
        )
        % words,
    }


def unit_words(unit: int, currency: str) -> str:
    if unit == 1_000_000:
        return _("in millions of %(currency)s") % {"currency": currency}
    if unit == 1_000:
        return _("in thousands of %(currency)s") % {"currency": currency}
    return _("in %(currency)s") % {"currency": currency}


page, as_csv, as_xlsx = report_pages.views(
    Report(
        address="reward_costs",
        template="surveys/costs.html",
        file="rewards",
        form=MonthsFilter,
        find=_found,
        shown=_context,
        table=_table,
    ),
    REPORTS,
)
