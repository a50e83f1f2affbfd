"""The complaints behind the report on service: all that were told, and those that ended without a word
(S0-10, S4-4)."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter

from feedback import api_people, shop
from feedback.api_reports import DAYS
from feedback.front import service_result
from feedback.front.service_page import ServiceFilter
from feedback.models import Case
from feedback.roles import REPORTS
from feedback.views import people_pages
from feedback.views.people_pages import Column, Found, Kind, Line, Of, People

ALL, UNSAID = "all", "unsaid"
TITLES = {
    ALL: gettext_lazy("Complaints told in these days"),
    UNSAID: gettext_lazy("Complaints that ended, and nobody said how"),
}
COLUMNS = (
    Column(name="told_on", label=gettext_lazy("Told us on"), kind=Kind.DAY),
    Column(name="customer", label=gettext_lazy("Customer"), kind=Kind.CUSTOMER),
    Column(name="state", label=gettext_lazy("State"), kind=Kind.CHOICE),
    Column(name="solved_first_time", label=gettext_lazy("solved the first time"), kind=Kind.YES),
    Column(name="ended_well", label=gettext_lazy("say that it ended well"), kind=Kind.YES),
)


class ServiceCasesFilter(ServiceFilter):
    """One number of that report, down to its complaints: all to begin with."""

    who = forms.ChoiceField(choices=list(TITLES.items()), required=False)

    def clean_who(self) -> str:
        return self.cleaned_data["who"] or ALL


def _found(form: ServiceCasesFilter) -> Found:
    chosen = form.cleaned_data
    told = service_result.told_in(chosen["start"], chosen["end"])
    rows = service_result.unsaid(told) if chosen["who"] == UNSAID else told
    return Found(
        title=str(TITLES[chosen["who"]]),
        rows=rows.order_by("-opened_at", "-pk"),
        lines=_lines,
        currency=shop.current().currency,
    )


def _lines(rows: Sequence[Case]) -> Iterator[Line]:
    """Customers are looked up of these alone: to join a million before sorting takes half a second."""
    prefetch_related_objects(rows, "comment", "customer")
    for one in rows:
        yield one, [
            shop.day(one.opened_at), people_pages.whose(one), Case.State(one.state), one.resolved_first_time,
            one.satisfied,
        ]  # fmt: skip


def _back(form: ServiceCasesFilter) -> tuple[str, str]:
    return f"{reverse('service')}?{urlencode(form.as_shown())}", _("What service earns and costs")


OF_SERVICE: People = People(
    address="service_cases",
    file="service-complaints",
    form=ServiceCasesFilter,
    find=_found,
    columns=COLUMNS,
    back=_back,
    of=Of.CASE,
)
page, as_csv, as_xlsx = people_pages.views(OF_SERVICE, REPORTS)
parameters: list[Any] = [*DAYS, OpenApiParameter("who", str, enum=list(TITLES))]
Cases = api_people.api(
    OF_SERVICE,
    REPORTS,
    parameters=parameters,
    summary=gettext_lazy("List the complaints of the report on service"),
)
