"""The customers whom a definition of leaving would find today, while it is tried (S2-1)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from feedback import defections, shop
from feedback.defection.rules import Verdicts
from feedback.defection_forms import RuleForm, said
from feedback.models import Customer
from feedback.money import quantize
from feedback.roles import Role
from feedback.views import people_pages
from feedback.views.people_pages import Column, Found, Kind, Line, People

COLUMNS = (
    Column(name="pattern", label=gettext_lazy("Pattern"), kind=Kind.PATTERN),
    Column(name="last_bought_on", label=gettext_lazy("Last bought on"), kind=Kind.DAY),
    Column(name="left_since", label=gettext_lazy("Left since"), kind=Kind.DAY),
    Column(name="visits", label=gettext_lazy("Visits"), kind=Kind.NUMBER),
    Column(name="spent", label=gettext_lazy("Spent with us"), kind=Kind.MONEY),
)


def _form(given: Any, *, today: date) -> RuleForm:
    return RuleForm(given, categories=defections.categories())


def _flagged(form: RuleForm) -> Found:
    """The very trial of the page: the same orders, the same customers. The dearest first."""
    found, one_in = defections.trial(form.rule, timezone.now())
    spent = found.known.spent(-1, found.known.day)
    places = np.flatnonzero(found.is_gone)
    note = said(form.rule)
    if one_in > 1:
        note += ". " + _("One customer in %(n)s was looked at, as on the page before.") % {"n": one_in}
    return Found(
        title=_("Would be found today"),
        rows=places[np.lexsort((places, -spent[places]))].tolist(),
        lines=_lines(found, spent),
        currency=shop.current().currency,
        note=note,
    )


def _lines(found: Verdicts, spent: np.ndarray) -> Callable[[Sequence[int]], Iterator[Line]]:
    currency, language = shop.current().currency, get_language() or "vi"

    def lines(places: Sequence[int]) -> Iterator[Line]:
        keys = [int(one) for one in found.customers[np.asarray(places, np.int64)]]
        customers = Customer.objects.in_bulk(keys)
        for place, key in zip(places, keys, strict=True):
            last, since = (
                date.fromordinal(int(day)) for day in (found.known.last[place], found.since[place])
            )
            pattern = found.pattern(place).words(language, currency)
            amount = quantize(Decimal(str(round(float(spent[place]), 2))), currency)
            yield customers[key], [pattern, last, since, int(found.known.n[place]), amount]

    return lines


def _back(form: RuleForm) -> tuple[str, str]:
    return people_pages.url("defection_rule", **form.rule.as_data()), _("When has a customer left?")


FLAGGED = People(
    address="defection_rule_people",
    file="would-be-found",
    form=_form,
    find=_flagged,
    columns=COLUMNS,
    back=_back,
)
page, as_csv, as_xlsx = people_pages.views(FLAGGED, Role.MANAGER, Role.ADMINISTRATOR)
