"""The customers behind the months of the report on silence (S4-3)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter

from feedback import api_people, listed, shop
from feedback.front import headlines, silence
from feedback.models import Customer
from feedback.roles import REPORTS
from feedback.views import people_pages
from feedback.views.people_pages import Column, Found, Kind, Line, People

TITLES = {
    "all": gettext_lazy("Customers who bought in %(month)s"),
    "silent": gettext_lazy("Customers who bought in %(month)s and said nothing"),
    "silent_again": gettext_lazy("Customers who said nothing after %(month)s and bought again"),
    "heard_again": gettext_lazy("Customers who said something after %(month)s and bought again"),
}
COLUMNS = (
    Column(name="last_bought_on", label=gettext_lazy("Last bought in the month"), kind=Kind.DAY),
    Column(name="orders", label=gettext_lazy("Orders in the month"), kind=Kind.NUMBER),
    Column(name="bought_again_on", label=gettext_lazy("Bought again on"), kind=Kind.DAY),
    Column(name="customer_since", label=gettext_lazy("Customer since"), kind=Kind.DAY),
)


class MonthFilter(forms.Form):
    """`month`: its first day; the newest to begin with. `who`: whom the number counts; else the silent."""

    month = forms.DateField(required=False)
    who = forms.ChoiceField(choices=[(name, name) for name in silence.WHO], required=False)

    def __init__(self, data: Any, *, today: date):
        super().__init__(data)

    def clean_who(self) -> str:
        return self.cleaned_data["who"] or "silent"


def _found(form: MonthFilter) -> Found | None:
    """Only of the months that the report shows, and where the days after are over."""
    row = headlines.newest(shop.day(timezone.now())).get("silent")
    currency = shop.current().currency
    if row is None or not row.data["months"]:
        return people_pages.not_found_yet(_("Those who say nothing"), currency)
    months = {one.first: one for one in map(silence.Month.from_data, row.data["months"])}
    month, who = months.get(form.cleaned_data["month"] or max(months)), form.cleaned_data["who"]
    counted = month.counts(who) if month else None
    if month is None or counted is None:
        return None
    kept = listed.find(silence.LISTS, silence.list_of(month.first, who), listed.customers)
    return Found(
        title=str(TITLES[who]) % {"month": month.first.strftime("%m/%Y")},
        rows=kept or silence.customers(month.first, who),
        lines=_lines(month.first),
        currency=currency,
        counted=counted,
        at=row.found_at,
    )


def _lines(first: date) -> Callable[[Sequence[Customer]], Iterator[Line]]:
    def lines(rows: Sequence[Customer]) -> Iterator[Line]:
        keys = [one.pk for one in rows]
        bought, later = silence.bought(first, keys), silence.bought_later(first, keys)
        for one in rows:
            last, n = bought.get(one.pk, (None, 0))
            yield one, [last, n, later.get(one.pk), shop.day(one.since)]

    return lines


BY_MONTH = People(
    address="silence_people",
    file="silent-by-month",
    form=MonthFilter,
    find=_found,
    columns=COLUMNS,
    back=lambda form: (people_pages.url("silence"), _("Those who say nothing")),
)
page, as_csv, as_xlsx = people_pages.views(BY_MONTH, REPORTS)
Silent = api_people.api(
    BY_MONTH,
    REPORTS,
    parameters=[
        OpenApiParameter("month", date, description=gettext_lazy("Its first day; else the newest.")),
        OpenApiParameter("who", str, enum=list(silence.WHO), description=gettext_lazy("Else the silent.")),
    ],
    summary=gettext_lazy("List who bought in a month and said nothing"),
)
