"""The customers behind the tenure curve: who has a year behind them, and who bought in it (S2-7)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback import defections, expected, listed, shop, tenure
from feedback.defection.tenure import LONGEST, in_year
from feedback.models import ExpectedValue
from feedback.money import quantize
from feedback.roles import REPORTS
from feedback.views import people_pages
from feedback.views.people_pages import Column, Found, Kind, Line, People

ALL, STAYED = "all", "stayed"
COLUMNS = (
    Column(name="first_bought_on", label=gettext_lazy("First bought on"), kind=Kind.DAY),
    Column(name="visits", label=gettext_lazy("Visits in that year"), kind=Kind.NUMBER),
    Column(name="spent", label=gettext_lazy("Spent in that year"), kind=Kind.MONEY),
    Column(name="spent_in_first_year", label=gettext_lazy("Spent in the first year"), kind=Kind.MONEY),
)


class YearFilter(forms.Form):
    """`year` of staying, the first to begin with; `who`: all who have it behind them, or who bought in it."""

    year = forms.IntegerField(min_value=1, max_value=LONGEST, required=False)
    who = forms.ChoiceField(choices=[(ALL, ALL), (STAYED, STAYED)], required=False)

    def __init__(self, data: Any, *, today: date):
        super().__init__(data)

    def clean_year(self) -> int:
        return self.cleaned_data["year"] or 1

    def clean_who(self) -> str:
        return self.cleaned_data["who"] or STAYED


def _found(form: YearFilter) -> Found | None:
    found, number = tenure.newest(), form.cleaned_data["year"]
    if found is None or not found.years or expected.learnt() is None:
        return people_pages.not_found_yet(_("What staying brings"), shop.current().currency)
    year = next((one for one in found.years if one.number == number), None)
    if year is None:
        return None
    stayed = form.cleaned_data["who"] == STAYED
    kept = listed.find(tenure.LISTS, tenure.list_of(number, stayed=stayed), expected.of_these)
    title = _("Customers who bought in year %(n)s") if stayed else _("Customers with year %(n)s behind them")
    return Found(
        title=title % {"n": number},
        rows=kept or expected.in_their_year(number, shop.day(found.at), stayed=stayed),
        lines=_lines(number, found.currency),
        currency=found.currency,
        counted=year.stayed if stayed else year.n,
        at=found.at,
    )


def _lines(number: int, currency: str) -> Callable[[Sequence[ExpectedValue]], Iterator[Line]]:
    def lines(rows: Sequence[ExpectedValue]) -> Iterator[Line]:
        histories = defections.load_of([one.customer_id for one in rows])
        places = {key: place for place, key in enumerate(histories.customers.tolist())}
        for row in rows:
            place = places.get(row.customer_id)
            first = shop.day(row.found_at) - timedelta(days=row.days)
            if place is None:
                yield row.customer, [first, None, None, None]
                continue
            visits, spent = in_year(histories, place, number)
            sums = [_money(spent, currency), _money(in_year(histories, place, 1)[1], currency)]
            yield row.customer, [first, visits, *sums]

    return lines


def _money(amount: float, currency: str) -> Decimal:
    return quantize(Decimal(str(round(amount, 2))), currency)


OF_YEAR = People(
    address="tenure_people",
    file="customers-by-year",
    form=YearFilter,
    find=_found,
    columns=COLUMNS,
    back=lambda form: (people_pages.url("tenure"), _("What staying brings")),
)
page, as_csv, as_xlsx = people_pages.views(OF_YEAR, REPORTS)
