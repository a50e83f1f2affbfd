"""The customers whom a definition of leaving would find today, and whom each figure of its trial on the past
counts, while it is tried (S2-1)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from feedback import defections, shop
from feedback.defection.backtests import WEEKS, Tried, Who
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
PAST_COLUMNS = (
    *COLUMNS,
    Column(name="bought_again_on", label=gettext_lazy("Bought again on"), kind=Kind.DAY),
    Column(name="alerts", label=gettext_lazy("Alerts"), kind=Kind.NUMBER),
    Column(name="false_alarms", label=gettext_lazy("False alarms"), kind=Kind.NUMBER),
    Column(name="sooner_by", label=gettext_lazy("Found so many days sooner"), kind=Kind.NUMBER),
)
FOUND, ALL = "found", "all"
_FOUND_OFTEN = gettext_lazy(
    "Somebody may be found more than once: %(n)s in %(weeks)s weeks. All is told as of that day: who bought "
    "between an alert and that day has it as their last purchase."
)
TITLES = {
    Who.FLAGGED: gettext_lazy("Would have been found on %(day)s"),
    Who.RIGHT: gettext_lazy("Would have been found on %(day)s, and bought nothing after"),
    Who.CAME_BACK: gettext_lazy("Would have been found on %(day)s, and bought all the same"),
    Who.MISSED: gettext_lazy("Would not have been found on %(day)s, and bought nothing after"),
    Who.STOPPED: gettext_lazy("Customers of %(day)s who bought nothing after"),
    Who.KNOWN: gettext_lazy("Customers of %(day)s"),
    Who.ALERTS: gettext_lazy("Alerts of the eight weeks up to %(day)s"),
    Who.FALSE_ALARMS: gettext_lazy("False alarms of the eight weeks up to %(day)s"),
}


class TodayForm(RuleForm):
    """A rule, and whom of those it looks at today: those it would find, to begin with, or all."""

    def __init__(self, data: Any, *, categories: Sequence[str]):
        super().__init__(data, categories=categories)
        self.fields["who"] = forms.ChoiceField(choices=[(FOUND, FOUND), (ALL, ALL)], required=False)

    def clean_who(self) -> str:
        return self.cleaned_data["who"] or FOUND


class PastForm(RuleForm):
    """A rule, and whom of its trial: those it would have found, to begin with. `on`: the day it is tried on,
    the last one that can be to begin with."""

    def __init__(self, data: Any, *, categories: Sequence[str], today: date):
        super().__init__(data, categories=categories)
        self.today = today
        self.fields["who"] = forms.ChoiceField(
            choices=[(one.value, one.value) for one in Who], required=False
        )
        self.fields["on"] = forms.DateField(required=False)

    def clean_who(self) -> Who:
        return Who(self.cleaned_data["who"] or Who.FLAGGED)

    def clean(self):
        cleaned = super().clean()
        on = None if self.errors else cleaned["on"]
        if on and not self._is_over(on):
            self.add_error("on", _("The days after it must be over."))
        return cleaned

    def _is_over(self, on: date) -> bool:
        return date(1970, 1, 1) <= on <= self.today - timedelta(days=self.rule.judged_by)


def _form(given: Any, *, today: date) -> TodayForm:
    return TodayForm(given, categories=defections.categories())


def _past_form(given: Any, *, today: date) -> PastForm:
    return PastForm(given, categories=defections.categories(), today=today)


def _flagged(form: TodayForm) -> Found:
    """The very trial of the page: the same orders, the same customers. The dearest first."""
    found, one_in = defections.trial(form.rule, timezone.now())
    is_all = form.cleaned_data["who"] == ALL
    rows, spent = _dearest_first(found, np.ones_like(found.is_gone) if is_all else found.is_gone)
    return Found(
        title=_("Looked at today") if is_all else _("Would be found today"),
        rows=rows,
        lines=_lines(found, spent),
        currency=shop.current().currency,
        note=_note(form, one_in),
    )


def _on_the_past(form: PastForm) -> Found:
    """The very test of the page."""
    tested, one_in = defections.trial_on_the_past(form.rule, timezone.now(), on=form.cleaned_data["on"])
    who, currency = form.cleaned_data["who"], shop.current().currency
    if tested is None:
        return Found(title=_("Tried on the past"), rows=[], lines=lambda rows: (), currency=currency,
                     note=_("The shop's past is too short to try it on."))  # fmt: skip
    rows, spent = _dearest_first(tested.verdicts, tested.of(who))
    words = [_note(form, one_in)]
    if who in (Who.ALERTS, Who.FALSE_ALARMS):
        n = int((tested.alerts if who == Who.ALERTS else tested.false_alarms).sum())
        words.append(str(_FOUND_OFTEN) % {"n": n, "weeks": WEEKS})
    return Found(
        title=str(TITLES[who]) % {"day": date_format(date.fromordinal(tested.verdicts.known.day))},
        rows=rows,
        lines=_past_lines(tested, spent),
        currency=currency,
        note=" ".join(words),
    )


def _note(form: RuleForm, one_in: int) -> str:
    sentence = capfirst(f"{said(form.rule)}.")
    if one_in == 1:
        return sentence
    looked_at = _("One customer in %(n)s was looked at, as on the page before.") % {"n": one_in}
    return f"{sentence} {looked_at}"


def _dearest_first(found: Verdicts, whom: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Their places, and what everybody had spent by then."""
    spent, places = found.known.spent(-1, found.known.day), np.flatnonzero(whom)
    return places[np.lexsort((places, -spent[places]))].tolist(), spent


def _lines(found: Verdicts, spent: np.ndarray) -> Callable[[Sequence[int]], Iterator[Line]]:
    currency, language = shop.current().currency, get_language() or "vi"

    def lines(places: Sequence[int]) -> Iterator[Line]:
        keys = [int(one) for one in found.customers[np.asarray(places, np.int64)]]
        customers = Customer.objects.in_bulk(keys)
        for place, key in zip(places, keys, strict=True):
            last = date.fromordinal(int(found.known.last[place]))
            # Of those it does not find the day stands for nothing.
            since = date.fromordinal(int(found.since[place])) if found.is_gone[place] else None
            pattern = found.pattern(place).words(language, currency)
            amount = quantize(Decimal(str(round(float(spent[place]), 2))), currency)
            yield customers[key], [pattern, last, since, int(found.known.n[place]), amount]

    return lines


def _past_lines(tested: Tried, spent: np.ndarray) -> Callable[[Sequence[int]], Iterator[Line]]:
    """How much sooner is told of those it would have found rightly: the page's is the middle one of them."""
    of, known = _lines(tested.verdicts, spent), tested.verdicts.known
    is_right = tested.of(Who.RIGHT)

    def lines(places: Sequence[int]) -> Iterator[Line]:
        for place, (customer, cells) in zip(places, of(places), strict=True):
            again = known.histories.next_visit(int(known.at[place]), known.day)
            yield customer, [
                *cells, None if again is None else date.fromordinal(again), int(tested.alerts[place]),
                int(tested.false_alarms[place]), int(tested.lead[place]) if is_right[place] else None,
            ]  # fmt: skip

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
ON_THE_PAST = People(
    address="defection_rule_past",
    file="definition-tried-customers",
    form=_past_form,
    find=_on_the_past,
    columns=PAST_COLUMNS,
    back=_back,
)
page, as_csv, as_xlsx = people_pages.views(FLAGGED, Role.MANAGER, Role.ADMINISTRATOR)
past, past_csv, past_xlsx = people_pages.views(ON_THE_PAST, Role.MANAGER, Role.ADMINISTRATOR)
