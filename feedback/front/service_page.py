"""What service earned and cost, and who heard of it: page, CSV, XLSX, and the same for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from feedback import money, word_of_mouth
from feedback.forms import AmountField
from feedback.front import service_result
from feedback.front.service_result import Report as Service
from feedback.roles import REPORTS
from feedback.views import report_pages
from feedback.views.report_pages import Report
from surveys.resampling import Estimate
from surveys.result_forms import RecoveryFilter

COSTS: dict[str, Promise | str] = {
    "remedies": gettext_lazy("Remedies given"),
    "disputes": gettext_lazy("Disputes: fees, and what was lost"),
    "rewards": gettext_lazy("Rewards of surveys, redeemed"),
    "handling": gettext_lazy("Handling the cases"),
}


class ServiceFilter(RecoveryFilter):
    """`cost`: of handling one case, whatever became of it. `win`: of winning one new customer."""

    def __init__(self, data: Any, *, today: date):
        super().__init__(data, today=today)
        self.fields["cost"].label = _("Cost of handling one case")
        self.fields["win"] = AmountField(
            label=_("Cost of winning one new customer"), required=False,
            currency=self.fields["cost"].currency,
        )  # fmt: skip

    def result(self) -> Service:
        chosen = self.cleaned_data
        return service_result.report(
            chosen["start"],
            chosen["end"],
            currency=chosen["currency"],
            today=self.today,
            margin=None if chosen["margin"] is None else Decimal(chosen["margin"]) / 100,
            cost=chosen["cost"],
            win=chosen["win"],
        )

    def as_shown(self) -> dict[str, Any]:
        win = self.cleaned_data["win"]
        return super().as_shown() | ({} if win is None else {self.add_prefix("win"): win})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table, drawn too. `share`: of the largest, 0 to 100. `kind`: earned, cost, left."""

    label: Promise | str
    kind: str
    value: Decimal
    share: float
    low: Decimal | None = None
    high: Decimal | None = None
    url: str = ""


def _context(request: HttpRequest, form: ServiceFilter, found: Service) -> dict[str, Any]:
    return {
        "balance": found.balance,
        "finding": finding(found, get_language()),
        "rows": _rows(found, form),
        "recovery_url": f"{reverse('recovery')}?{urlencode(_of_recovery(form))}",
        "heard": word_of_mouth,
        **{
            f"{who}_url": f"{reverse('service_people')}?{urlencode(form.as_shown() | {'who': who})}"
            for who in service_result.GROUPS
        },
        "told_url": _cases_url(form),
        "unsaid_url": _cases_url(form, who="unsaid"),
        "worth": found.worth,
    }


def finding(found: Service, language: str) -> str:
    """The page in a sentence."""
    balance = found.balance
    if balance.left is None:
        return _(
            "What service earned cannot be told yet: too few customers have answered a survey of orders."
        )
    is_loss = balance.left.value < 0
    words = {
        "left": _money(
            service_result.sum_of(abs(balance.left.value), found.currency), found.currency, language
        ),
        **_interval(balance.left, is_loss, found.currency, language),
    }
    if balance.verdict == "earns":
        return _("Service earned %(left)s more than it cost (95 %% interval %(low)s to %(high)s).") % words
    if balance.verdict == "costs":
        return _("Service cost %(left)s more than it earned (95 %% interval %(low)s to %(high)s).") % words
    if is_loss:
        return (
            _("Service seems to have cost %(left)s more than it earned, but that may be chance "
              "(95 %% interval %(low)s to %(high)s).") % words
        )  # fmt: skip
    return (
        _("Service seems to have earned %(left)s more than it cost, but that may be chance "
          "(95 %% interval %(low)s to %(high)s).") % words
    )  # fmt: skip


def _interval(one: Estimate, is_loss: bool, currency: str, language: str) -> dict[str, str]:
    """A loss is said as a sum above zero, and so are its ends, the other way round."""
    ends = (one.low, one.high) if not is_loss else tuple(end and -end for end in (one.high, one.low))
    said = [
        "?" if end is None else _money(service_result.sum_of(end, currency), currency, language)
        for end in ends
    ]
    return dict(zip(("low", "high"), said, strict=True))


def _money(amount: Decimal, currency: str, language: str) -> str:
    return money.format_money(amount, currency, language)


def _rows(found: Service, form: ServiceFilter) -> list[Row]:
    balance = found.balance
    drawn = [one.value for one in (balance.earned, balance.left) if one is not None]
    largest = max((abs(float(one)) for one in [*balance.costs.values(), *drawn]), default=0.0)

    def row(label: Promise | str, kind: str, value: Decimal, **more: Any) -> Row:
        share = round(100 * abs(float(value)) / largest, 2) if largest else 0.0
        return Row(label=label, kind=kind, value=value, share=share, **more)

    rows = []
    if balance.earned is not None:
        rows.append(row(_("Earned with those solved"), "earned", **_sums(balance.earned, found.currency)))
    urls = _cost_urls(form)
    rows += [row(COSTS[name], "cost", spent, url=urls.get(name, "")) for name, spent in balance.costs.items()]
    if balance.left is not None:
        rows.append(row(_("What is left"), "left", **_sums(balance.left, found.currency)))
    return rows


def _sums(one: Estimate, currency: str) -> dict[str, Decimal | None]:
    """An end that is zero is known; one that cannot be told is None."""
    ends = {"value": one.value, "low": one.low, "high": one.high}
    return {name: None if end is None else service_result.sum_of(end, currency) for name, end in ends.items()}


def _of_recovery(form: ServiceFilter) -> dict[str, Any]:
    """Without the costs: there it is that of solving one, here of handling any."""
    return {name: value for name, value in form.as_shown().items() if name not in ("cost", "win")}


def _cost_urls(form: ServiceFilter) -> dict[str, str]:
    """Where each sum is made up of its rows, over the same days."""
    chosen = form.cleaned_data
    days = urlencode({"from": chosen["start"], "to": chosen["end"]})
    return {
        "remedies": f"{reverse('concessions')}?{days}",
        "disputes": f"{reverse('disputes')}?{days}&{urlencode({'currency': chosen['currency']})}",
        "rewards": f"{reverse('reward_costs')}?{days}",
        "handling": _cases_url(form),
    }


def _cases_url(form: ServiceFilter, **who: str) -> str:
    return f"{reverse('service_cases')}?{urlencode(form.as_shown() | who)}"


def _found(form: ServiceFilter, language: str) -> Service:
    return form.result()


def _table(found: Service) -> list[Sequence[Any]]:
    return [service_result.COLUMNS, *service_result.lines(found)]


page, as_csv, as_xlsx = report_pages.views(
    Report(
        address="service",
        template="feedback/service.html",
        file="service",
        form=ServiceFilter,
        find=_found,
        shown=_context,
        table=_table,
    ),
    REPORTS,
)
