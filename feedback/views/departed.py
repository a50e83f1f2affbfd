"""The customers behind the rate of defection: all who left, a cohort of first purchase, or a part of it."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from feedback import defections, departed, leaving, shop
from feedback.defection.leaving import Part
from feedback.leaving import CATEGORY, FIT, LOCATION, PRODUCT, PROMISE
from feedback.models import Customer, Departed
from feedback.money import quantize
from feedback.reports import defections as report
from feedback.roles import DESK, REPORTS
from feedback.views import leaving as leaving_page
from feedback.views import people_pages
from feedback.views.people_pages import Column, Found, Kind, Line, People

COLUMNS = (
    Column(name="last_bought_on", label=gettext_lazy("Last bought on"), kind=Kind.DAY),
    Column(name="usual_days", label=gettext_lazy("Usual days between visits"), kind=Kind.NUMBER),
    Column(name="left_since", label=gettext_lazy("Left since"), kind=Kind.DAY),
    Column(name="visits", label=gettext_lazy("Visits"), kind=Kind.NUMBER),
    Column(name="spent", label=gettext_lazy("Spent with us"), kind=Kind.MONEY),
)
WHO = {
    "left": gettext_lazy("Customers who left: %(part)s"),
    "all": gettext_lazy("Customers: %(part)s"),
    "complained": gettext_lazy("Customers who complained: %(part)s"),
    "others": gettext_lazy("Customers set beside: %(part)s"),
    "others_left": gettext_lazy("Customers who left, of those set beside: %(part)s"),
    "others_complained": gettext_lazy("Customers who complained, of those set beside: %(part)s"),
}
LEFT_OR_ALL = ("left", "all")
KINDS = (LOCATION, CATEGORY, PRODUCT, PROMISE, FIT)


class DepartedFilter(forms.Form):
    """`quarter`: the first day of the quarter of their first purchase; left out: all. `who`: of those whom
    the rate counts, who left, to begin with, or all."""

    quarter = forms.DateField(label=gettext_lazy("First bought in"), required=False)
    who = forms.ChoiceField(choices=[(one, one) for one in LEFT_OR_ALL], required=False)

    def __init__(self, data: Any, *, today: date):
        super().__init__(data)

    def clean_quarter(self) -> date | None:
        quarter = self.cleaned_data["quarter"]
        if quarter and (quarter.day, quarter.month % 3) != (1, 1):
            raise ValidationError(_("A quarter has its first day as its name: 2026-07-01."))
        return quarter


class PartFilter(forms.Form):
    """One part of the shop: `kind` and `key` as in the report's files, `group` of its buyers. `who` of them:
    those who left, to begin with."""

    kind = forms.ChoiceField(choices=[(one, one) for one in KINDS])
    key = forms.CharField(max_length=200, required=False)
    group = forms.CharField(max_length=10, required=False)
    who = forms.ChoiceField(choices=[(one, one) for one in WHO], required=False)

    def __init__(self, data: Any, *, today: date):
        super().__init__(data)


def quarter_words(first: date) -> str:
    return _("Q%(quarter)s %(year)s") % {"quarter": (first.month + 2) // 3, "year": first.year}


def lines(rows: Sequence[Departed]) -> Iterator[Line]:
    for row in rows:
        usual = None if row.usual is None else round(row.usual)
        yield row.customer, [row.last_on, usual, row.since, row.visits, row.spent]


def _left(form: DepartedFilter) -> Found | None:
    version, quarter = defections.in_force(), form.cleaned_data["quarter"]
    rate = report.rate(version) if version else None
    if version is None or rate is None:
        return people_pages.not_found_yet(_("Customers who left"), shop.current().currency)
    quarters = {one.first: one for one in rate.quarters}
    cohort = quarters.get(quarter) if quarter else rate.whole
    if cohort is None:
        return None
    is_all = form.cleaned_data["who"] == "all"
    start, end = (quarter, (quarter + timedelta(days=100)).replace(day=1)) if quarter else (None, None)
    return Found(
        title=_left_title(quarter, is_all=is_all),
        rows=departed.listed_of(quarter, is_all=is_all)
        or (leaving.newcomers(start, end) if is_all else departed.first_bought(start, end)),
        lines=_of_customers if is_all else lines,
        currency=shop.current().currency,
        counted=cohort.n if is_all else cohort.left,
        at=version.judged_at,
    )


def _left_title(quarter: date | None, *, is_all: bool) -> str:
    if quarter is None:
        return _("Customers whom the rate counts") if is_all else _("Customers who left")
    if is_all:
        return _("Customers who first bought in %(quarter)s") % {"quarter": quarter_words(quarter)}
    return _("Customers who first bought in %(quarter)s and left") % {"quarter": quarter_words(quarter)}


def _of_part(form: PartFilter) -> Found | None:
    found, chosen = leaving.newest(), form.cleaned_data
    wanted = (chosen["kind"], chosen["key"], chosen["group"])
    parts = found.parts if found else ()
    part = next((one for one in parts if (one.kind, one.key, one.group) == wanted), None)
    if found is None or part is None:
        return None
    who = chosen["who"] or "left"
    whom = leaving.beside if who.startswith("others") else leaving.bought_in
    rows, of_rows = departed.now().filter(whom("customer", *wanted)), lines
    if not who.endswith("left"):
        complained = who.endswith("complained")
        rows, of_rows = leaving.customers(whom("pk", *wanted), complained=complained), _of_customers
    return Found(
        title=str(WHO[who]) % {"part": leaving_page.part_words(part, get_language() or "vi")},
        rows=leaving.listed_of(who, *wanted) or rows,
        lines=of_rows,
        currency=shop.current().currency,
        counted=_counted(part)[who],
        at=found.at,
    )


def _counted(part: Part) -> dict[str, int]:
    return {
        "left": part.left, "all": part.n, "complained": part.complained, "others": part.others_n,
        "others_left": part.others_left, "others_complained": part.others_complained,
    }  # fmt: skip


def _of_customers(rows: Sequence[Customer]) -> Iterator[Line]:
    """The same of whoever may still be here: then they left since no day. Five queries."""
    keys, currency = [one.pk for one in rows], shop.current().currency
    known = defections.load_of(keys).on(shop.day(timezone.now()).toordinal())
    places = {key: place for place, key in enumerate(known.histories.customers[known.at].tolist())}
    spent = known.spent(-1, known.day)
    since = dict(Departed.objects.filter(customer__among=keys).values_list("customer", "since"))
    for one in rows:
        place = places.get(one.pk)
        if place is None:
            yield one, [None] * len(COLUMNS)
            continue
        usual = float(known.usual[place])
        amount = quantize(Decimal(str(round(float(spent[place]), 2))), currency)
        yield one, [
            date.fromordinal(int(known.last[place])), None if usual != usual else round(usual),
            since.get(one.pk), int(known.n[place]), amount,
        ]  # fmt: skip


def _back(form: PartFilter) -> tuple[str, str]:
    if form.cleaned_data["kind"] in (PROMISE, FIT):
        return people_pages.url("fit"), _("What does not fit whom")
    return people_pages.url("leaving"), _("Where customers leave")


LEFT = People(
    address="departed",
    file="customers-who-left",
    form=DepartedFilter,
    find=_left,
    columns=COLUMNS,
    back=lambda form: (people_pages.url("defections"), _("Who stopped buying")),
)
OF_PART = People(
    address="leaving_people",
    file="customers-who-left",
    form=PartFilter,
    find=_of_part,
    columns=COLUMNS,
    back=_back,
)
page, as_csv, as_xlsx = people_pages.views(LEFT, DESK)
part, part_csv, part_xlsx = people_pages.views(OF_PART, REPORTS)
