"""The complaints that the page of thresholds looks at (S3-3)."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from feedback import shop, trials
from feedback.models import Case
from feedback.policy.replay import Past
from feedback.policy_forms import MonthsForm
from feedback.roles import EVERYONE
from feedback.views import people_pages
from feedback.views.people_pages import Column, Found, Kind, Line, Of, People

COLUMNS = (
    Column(name="told_on", label=gettext_lazy("Told us on"), kind=Kind.DAY),
    Column(name="customer", label=gettext_lazy("Customer"), kind=Kind.CUSTOMER),
    Column(name="state", label=gettext_lazy("State"), kind=Kind.CHOICE),
    Column(name="lifetime_value", label=gettext_lazy("Lifetime value then"), kind=Kind.MONEY),
)


class LookedAtFilter(MonthsForm):
    """`months`: as on the page."""

    def __init__(self, data: Any, *, today: date):
        super().__init__({"months": data.get("months") or "6"})


def _found(form: LookedAtFilter) -> Found:
    months = form.cleaned_data["months"]
    rows, is_all = trials.looked_at(months, timezone.now())
    words = ngettext("Cases of the last month", "Cases of the last %(n)s months", months)
    there_are_more = _("There are more: only the newest %(most)s are looked at.")
    return Found(
        title=words % {"n": months},
        rows=rows,
        lines=_lines,
        currency=shop.current().currency,
        note="" if is_all else there_are_more % {"most": trials.MOST_CASES},
    )


def _lines(rows: Sequence[Past]) -> Iterator[Line]:
    """The lifetime value is the one that was decided by, where that was in the shop's currency."""
    currency = shop.current().currency
    found = {one.public_id: one for one in Case.objects.filter(public_id__in=[one.name for one in rows])}
    prefetch_related_objects(list(found.values()), "comment", "customer")
    for row in rows:
        one = found[row.name]
        value = row.facts.lifetime_value if row.facts.currency == currency else None
        yield one, [shop.day(one.opened_at), people_pages.whose(one), Case.State(one.state), value]


def _back(form: LookedAtFilter) -> tuple[str, str]:
    return people_pages.url("thresholds", months=form.cleaned_data["months"]), _("Thresholds")


LOOKED_AT = People(
    address="threshold_cases",
    file="cases-looked-at",
    form=LookedAtFilter,
    find=_found,
    columns=COLUMNS,
    back=_back,
    of=Of.CASE,
)
page, as_csv, as_xlsx = people_pages.views(LOOKED_AT, EVERYONE)
