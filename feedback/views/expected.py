"""What customers are expected to buy (S2-7): the sum, from whom, and how the trial on the past went."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from feedback import charts, expected, shop
from feedback.defection import bgnbd
from feedback.defection.expected import Model
from feedback.models import ExpectedValue
from feedback.roles import EVERYONE, REPORTS, allow, holds
from feedback.views import downloads
from feedback.workbooks import Sheet

PER_PAGE = 40
KINDS = {
    "1": gettext_lazy("came once"),
    "1 gone": gettext_lazy("came once, has left"),
    "2": gettext_lazy("two or three visits"),
    "2 gone": gettext_lazy("two or three visits, has left"),
    "4": gettext_lazy("four visits or more"),
    "4 gone": gettext_lazy("four visits or more, has left"),
}
COLUMNS = ("customer", "lifetime_value", "expected", "currency", "visits_expected", "visits", "days", "rate",
           "share", "basket", "has_left")  # fmt: skip


@allow(EVERYONE)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    learnt, rows = expected.learnt(), _rows()
    sums = rows.aggregate(n=Count("pk"), spend=Sum("spend"), visits=Sum("visits"))
    context: dict[str, Any] = {
        "learnt": learnt,
        "n": sums["n"],
        "spend": expected.about(float(sums["spend"] or 0), shop.current().currency),
        "visits": round(sums["visits"] or 0),
        "currency": shop.current().currency,
        "page": Paginator(rows.order_by("-spend", "pk"), PER_PAGE).get_page(request.GET.get("page")),
        "may_take": holds(request, *REPORTS),
        "fewest": bgnbd.FEWEST,
        **(_trial(learnt.model) if learnt else {}),
    }
    return render(request, "feedback/expected.html", context)


@allow(REPORTS)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    return downloads.csv_of(_lines(), "expected")


@allow(REPORTS)
@require_safe
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    head, *rows = _lines()
    sheet = Sheet(name=_("Expected in the next year"), head=head, rows=rows)
    return downloads.workbook_of([sheet], "expected")


def _rows() -> Any:
    return ExpectedValue.objects.filter(currency=shop.current().currency).select_related("customer")


def _lines() -> Iterator[list[Any]]:
    yield list(COLUMNS)
    for one in _rows().order_by("-spend", "pk").iterator(chunk_size=2000):
        yield [
            one.customer.public_id, one.worth, one.spend, one.currency, _short(one.visits), one.came,
            one.days, _short(one.rate), _short(one.share), one.basket, int(one.is_gone),
        ]  # fmt: skip


def _short(figure: float) -> Decimal:
    return round(Decimal(figure), 2)


def _trial(model: Model) -> dict[str, Any]:
    """What was foretold on the past beside what came, by kind of customer."""
    if model.tried is None:
        return {}
    kinds = [(KINDS[kind], stay) for kind, stay in model.stays.items()]
    rows = [
        charts.RangeRow(
            label=str(kind),
            was=charts.Measured(value=stay.foretold),
            now=charts.Measured(value=float(stay.came)),
        )
        for kind, stay in kinds
    ]
    return {"kinds": kinds, "figure": charts.range_figure(rows)}
