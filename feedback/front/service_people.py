"""The customers behind the report on service: solved the first time they told us, and not (S0-10)."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter

from feedback import api_people, shop, value
from feedback.api_reports import DAYS
from feedback.front import service_result
from feedback.front.service_page import ServiceFilter
from feedback.front.service_result import Told as OfCustomer
from feedback.models import Customer
from feedback.roles import REPORTS
from feedback.views import people_pages
from feedback.views.people_pages import Column, Found, Kind, Line, People

TITLES = {
    "solved": gettext_lazy("Solved the first time"),
    "unsolved": gettext_lazy("Not solved the first time"),
    "well": gettext_lazy("Say that it ended well"),
    "badly": gettext_lazy("Say that it ended badly"),
}
COLUMNS = (
    Column(name="last_told_on", label=gettext_lazy("Last told us on"), kind=Kind.DAY),
    Column(name="complaints", label=gettext_lazy("Complaints in these days"), kind=Kind.NUMBER),
    Column(name="solved_first_time", label=gettext_lazy("solved the first time"), kind=Kind.NUMBER),
    Column(name="lifetime_value", label=gettext_lazy("Lifetime value"), kind=Kind.MONEY),
)


class ServicePeopleFilter(ServiceFilter):
    """One number of that report, down to its customers: those not solved to begin with."""

    who = forms.ChoiceField(choices=list(TITLES.items()), required=False)

    def clean_who(self) -> str:
        return self.cleaned_data["who"] or "unsolved"


def _found(form: ServicePeopleFilter) -> Found:
    """Who told us last, first."""
    chosen = form.cleaned_data
    everybody = service_result.by_customer(service_result.told_in(chosen["start"], chosen["end"]))
    counted = list(filter(service_result.GROUPS[chosen["who"]], everybody))
    rows = [one for one in counted if not one.is_erased]
    return Found(
        title=str(TITLES[chosen["who"]]),
        rows=rows,
        lines=_lines,
        currency=shop.current().currency,
        erased=len(counted) - len(rows),
    )


def _lines(rows: Sequence[OfCustomer]) -> Iterator[Line]:
    keys = [one.customer for one in rows]
    customers, worth = Customer.objects.in_bulk(keys), value.lifetime_values(keys)
    for one in rows:
        yield customers[one.customer], [shop.day(one.last), one.n, one.solved, worth.get(one.customer)]


def _back(form: ServicePeopleFilter) -> tuple[str, str]:
    return f"{reverse('service')}?{urlencode(form.as_shown())}", _("What service earns and costs")


OF_SERVICE = People(
    address="service_people",
    file="service-customers",
    form=ServicePeopleFilter,
    find=_found,
    columns=COLUMNS,
    back=_back,
)
page, as_csv, as_xlsx = people_pages.views(OF_SERVICE, REPORTS)
Told = api_people.api(
    OF_SERVICE,
    REPORTS,
    parameters=[*DAYS, OpenApiParameter("who", str, enum=list(TITLES))],
    summary=gettext_lazy("List whose problem was solved the first time, or was not"),
)
