"""The customers whose lifetime value reaches a threshold (S3-3): whom the policy helps, or would."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from feedback import expected, facts, shop
from feedback.forms import AmountField
from feedback.models import ExpectedValue
from feedback.money import format_money
from feedback.roles import EVERYONE
from feedback.views import people_pages
from feedback.views.people_pages import Column, Found, Kind, Line, People

COLUMNS = (
    Column(name="lifetime_value", label=gettext_lazy("Lifetime value"), kind=Kind.MONEY),
    Column(name="visits", label=gettext_lazy("Visits"), kind=Kind.NUMBER),
    Column(name="expected", label=gettext_lazy("Expected in the next year"), kind=Kind.MONEY),
)


class ValuedFilter(forms.Form):
    """`threshold`: left out, the one that counts."""

    def __init__(self, data: Any, *, today: date):
        super().__init__(data)
        currency = shop.current().currency
        self.fields["threshold"] = AmountField(currency=currency, label=_("Valued from"), required=False)


def _valued(form: ValuedFilter) -> Found:
    currency, learnt = shop.current().currency, expected.learnt()
    sums = facts.live_terms(timezone.now())[1].money.get(currency)
    threshold = form.cleaned_data["threshold"]
    if threshold is None:
        threshold = sums.valued_from if sums else None
    if threshold is None or learnt is None:
        return people_pages.not_found_yet(_("Valued customers"), currency)
    return Found(
        title=_("Customers valued from %(sum)s on")
        % {"sum": format_money(threshold, currency, get_language() or "vi")},
        rows=expected.worth_at_least(threshold).select_related("customer").order_by("-worth", "-pk"),
        lines=_lines,
        currency=currency,
        at=learnt.at,
        note=_("Lifetime values as of the last night."),
    )


def _lines(rows: Sequence[ExpectedValue]) -> Iterator[Line]:
    for row in rows:
        yield row.customer, [row.worth, row.came, row.spend]


VALUED = People(
    address="valued",
    file="valued-customers",
    form=ValuedFilter,
    find=_valued,
    columns=COLUMNS,
    back=lambda form: (people_pages.url("thresholds"), _("Thresholds")),
)
page, as_csv, as_xlsx = people_pages.views(VALUED, EVERYONE)
