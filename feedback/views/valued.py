"""The customers whose lifetime value reaches a threshold (S3-3): whom the policy helps, or would; and whose
complaints of the last months it would have helped at each threshold."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from feedback import expected, facts, listed, shop, trials
from feedback.forms import AmountField
from feedback.models import Customer, ExpectedValue
from feedback.money import format_money
from feedback.policy.facts import MOST
from feedback.policy.replay import Helped
from feedback.policy_forms import ThresholdForm
from feedback.roles import EVERYONE
from feedback.views import people_pages
from feedback.views.people_pages import Column, Found, Kind, Line, People

COLUMNS = (
    Column(name="lifetime_value", label=gettext_lazy("Lifetime value"), kind=Kind.MONEY),
    Column(name="visits", label=gettext_lazy("Visits"), kind=Kind.NUMBER),
    Column(name="expected", label=gettext_lazy("Expected in the next year"), kind=Kind.MONEY),
)
HELPED_COLUMNS = (
    Column(name="lifetime_value", label=gettext_lazy("Lifetime value then"), kind=Kind.MONEY),
    Column(name="cases", label=gettext_lazy("Cases helped"), kind=Kind.NUMBER),
    Column(name="spent", label=gettext_lazy("Help cost"), kind=Kind.MONEY),
    Column(name="earned", label=gettext_lazy("Earned us so far"), kind=Kind.MONEY),
)


class ValuedFilter(forms.Form):
    """`threshold`: left out, the one that counts."""

    def __init__(self, data: Any, *, today: date):
        super().__init__(data)
        currency = shop.current().currency
        self.fields["threshold"] = AmountField(currency=currency, label=_("Valued from"), required=False)


class HelpedFilter(ThresholdForm):
    """`threshold`: left out, the one that counts; `months`: as on the page."""

    def __init__(self, data: Any, *, today: date):
        super().__init__({"months": "6", **{name: said for name, said in data.items() if said}})
        # The page's steps are quarters of the threshold that counts.
        self.fields["threshold"] = forms.DecimalField(
            required=False, min_value=0, max_value=MOST, decimal_places=4
        )


def _valued(form: ValuedFilter) -> Found:
    currency, learnt = shop.current().currency, expected.learnt()
    sums = facts.live_terms(timezone.now())[1].money.get(currency)
    threshold = form.cleaned_data["threshold"]
    if threshold is None:
        threshold = sums.valued_from if sums else None
    if threshold is None or learnt is None:
        return people_pages.not_found_yet(_("Valued customers"), currency)
    rows = expected.worth_at_least(threshold)
    return Found(
        title=_("Customers valued from %(sum)s on")
        % {"sum": format_money(threshold, currency, get_language() or "vi")},
        rows=_kept(threshold, rows.count()) or rows.select_related("customer").order_by("-worth", "-pk"),
        lines=_lines,
        currency=currency,
        at=learnt.at,
        note=_("Lifetime values as of the last night."),
    )


def _kept(threshold: Decimal, n: int) -> listed.Listed | None:
    """Those from the threshold on are the first of all, `n` of them still there: whoever was erased or made
    one with somebody since then keeps their place in the list, and pushes nobody off its end."""
    currency = shop.current().currency

    def rows(keys: Sequence[int]) -> dict[int, ExpectedValue]:
        return {key: one for key, one in expected.of_these(keys).items() if one.worth >= threshold}

    kept = listed.find(expected.LISTS, currency, rows)
    if kept is None:
        return None
    gone = max(0, kept.n - ExpectedValue.objects.filter(currency=currency).count())
    return replace(kept, n=min(kept.n, n + gone), still_so=n)


def _lines(rows: Sequence[ExpectedValue]) -> Iterator[Line]:
    for row in rows:
        yield row.customer, [row.worth, row.came, row.spend]


def _helped(form: HelpedFilter) -> Found:
    """Whoever was erased since, or made no customer of the case known, is counted and in no row."""
    now, currency = timezone.now(), shop.current().currency
    live = facts.live_terms(now)[1]
    sums, threshold = live.money.get(currency), form.cleaned_data["threshold"]
    if threshold is None:
        threshold = sums.valued_from if sums else Decimal(0)
    everybody = trials.helped(live, form.cleaned_data["months"], now, threshold)
    keys = [one.who for one in everybody if isinstance(one.who, int)]
    known = set(Customer.objects.filter(pk__among=keys, erased_at=None).values_list("pk", flat=True))
    nobody = len(everybody) - len(keys)
    words = ngettext(
        "%(n)s case more is of nobody we know.", "%(n)s cases more are of nobody we know.", nobody
    )
    return Found(
        title=_("Customers helped if valued from %(sum)s on")
        % {"sum": format_money(threshold, currency, get_language() or "vi")},
        rows=[one for one in everybody if one.who in known],
        lines=_helped_lines,
        currency=currency,
        note=words % {"n": nobody} if nobody else "",
        erased=len(keys) - len(known),
    )


def _helped_lines(rows: Sequence[Helped]) -> Iterator[Line]:
    customers = Customer.objects.in_bulk([one.who for one in rows])
    for one in rows:
        yield customers[one.who], [one.value, one.cases, one.spent, one.earned]


def _back_to_thresholds(form: HelpedFilter) -> tuple[str, str]:
    return people_pages.url("thresholds", months=form.cleaned_data["months"]), _("Thresholds")


VALUED = People(
    address="valued",
    file="valued-customers",
    form=ValuedFilter,
    find=_valued,
    columns=COLUMNS,
    back=lambda form: (people_pages.url("thresholds"), _("Thresholds")),
)
HELPED = People(
    address="threshold_helped",
    file="customers-helped",
    form=HelpedFilter,
    find=_helped,
    columns=HELPED_COLUMNS,
    back=_back_to_thresholds,
)
page, as_csv, as_xlsx = people_pages.views(VALUED, EVERYONE)
helped, helped_csv, helped_xlsx = people_pages.views(HELPED, EVERYONE)
