"""Filters of a survey's results."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from feedback import shop
from feedback.forms import AmountField, Choice, ReportFilter
from feedback.models.addressed import Language
from feedback.models.words import WhyItCame
from surveys import consistency, recovery, recovery_words, touchpoints, voices, voices_words
from surveys.cohorts import Cohort

MOST_DAYS = 92  # side by side in one drawing


class MonthsFilter(ReportFilter):
    """A year of days."""

    usual_days = 365


class ResultsFilter(ReportFilter):
    """`period`: what is one point of the drawing; `part`: what the table tells apart."""

    usual_days = 365

    why = forms.ChoiceField(
        label=_("Why they came"), required=False, choices=[("", _("all of them")), *WhyItCame.choices]
    )
    language = forms.ChoiceField(  # type: ignore[assignment]
        label=_("Language"), required=False, choices=[("", _("every language")), *Language.choices]
    )
    period = forms.ChoiceField(
        label=_("Over time by"),
        required=False,
        choices=[("month", _("month")), ("week", _("week")), ("day", _("day"))],
    )
    part = forms.ChoiceField(
        label=_("Side by side"),
        required=False,
        choices=[
            ("why", _("why they came")),
            ("product", _("product")),
            ("touchpoint", _("touchpoint")),
            ("location", _("location")),
            ("channel", _("how they were asked")),
            ("language", _("language")),
        ],
    )
    question = forms.SlugField(required=False, max_length=40, widget=forms.HiddenInput)

    def clean_period(self) -> str:
        return self.cleaned_data["period"] or "month"

    def clean_part(self) -> str:
        return self.cleaned_data["part"] or "why"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and cleaned.get("period") == "day" and end - start > timedelta(days=MOST_DAYS):
            self.add_error("period", _("By day, three months fit on one page. Choose weeks, or fewer days."))
        return cleaned

    def as_shown(self) -> dict[str, Any]:
        return {self.add_prefix(name): value for name, value in self.cleaned_data.items() if value}

    @property
    def chosen(self) -> dict[str, str]:
        """Of `counting.PARTS`."""
        return {name: self.cleaned_data[name] for name in ("why", "language") if self.cleaned_data[name]}


class RecoveryFilter(ReportFilter):
    """Of orders placed in these days. `margin` in per cent; without one the shop's own, else the
    policy's."""

    usual_days = 487  # a year, and the months that still run

    currency = Choice(label=_("Currency"), required=False)
    margin = forms.IntegerField(label=_("Margin in %"), required=False, min_value=1, max_value=100)
    cost = AmountField(label=_("Cost of solving one case"), required=False, currency="VND")

    def __init__(self, data: Any, *, today: date):
        super().__init__(data, today=today)
        known = recovery.currencies()
        self.fields["currency"].choices = [(one, one) for one in known]  # type: ignore[attr-defined]
        chosen = str(data.get("currency", ""))
        self.fields["cost"].currency = chosen if chosen in known else known[0]  # type: ignore[attr-defined]

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"] or shop.current().currency

    def report(self) -> recovery.Report:
        chosen = self.cleaned_data
        return recovery.report(
            chosen["start"],
            chosen["end"],
            currency=chosen["currency"],
            today=self.today,
            margin=None if chosen["margin"] is None else Decimal(chosen["margin"]) / 100,
            cost=chosen["cost"],
        )

    def as_shown(self) -> dict[str, Any]:
        shown = ("start", "end", "currency", "margin", "cost")
        return {
            self.add_prefix(name): self.cleaned_data[name]
            for name in shown
            if self.cleaned_data[name] is not None
        }


class RecoveryPeopleFilter(RecoveryFilter):
    """One number of that report, down to its customers."""

    cohort = Choice(label=_("Group"), required=False, choices=recovery_words.COHORTS)
    who = Choice(
        label=_("Who"),
        required=False,
        choices=[
            ("counted", _("counted")),
            ("bought", _("bought again")),
            ("gone", _("did not buy again")),
            ("open", _("months still run")),
        ],
    )

    def clean_cohort(self) -> str:
        """Those whom the report is about to begin with."""
        return self.cleaned_data["cohort"] or Cohort.NOT_RESOLVED.value

    def clean_who(self) -> str:
        return self.cleaned_data["who"] or "counted"

    def as_shown(self) -> dict[str, Any]:
        return super().as_shown() | {name: self.cleaned_data[name] for name in ("cohort", "who")}


class TouchpointsFilter(ReportFilter):
    """When it was said."""

    usual_days = 182

    def report(self, language: str) -> touchpoints.Map:
        return touchpoints.report(self.cleaned_data["start"], self.cleaned_data["end"], language)


class ConsistencyFilter(ReportFilter):
    """When it was said; as many days before stand beside."""

    usual_days = 91

    def report(self, language: str) -> consistency.Consistency:
        return consistency.report(self.cleaned_data["start"], self.cleaned_data["end"], language)


class VoicesFilter(ReportFilter):
    """Of orders placed in these days; `measure` is what the silent are estimated in."""

    usual_days = 365

    measure = Choice(label=_("Estimated in"), required=False)

    def __init__(self, data: Any, *, today: date):
        super().__init__(data, today=today)
        self.fields["measure"].choices = [  # type: ignore[attr-defined]
            (name, voices_words.MEASURES[name]) for name in voices.measures()
        ]

    def clean_measure(self) -> str:
        return self.cleaned_data["measure"] or voices.measures()[0]

    def report(self) -> voices.Report:
        chosen = self.cleaned_data
        return voices.report(chosen["start"], chosen["end"], measure=chosen["measure"], today=self.today)

    def as_shown(self) -> dict[str, Any]:
        return super().as_shown() | {"measure": self.cleaned_data["measure"]}


class VoicesPeopleFilter(VoicesFilter):
    """One number of that report, down to its customers."""

    EVERYBODY = "everybody"

    group = Choice(
        label=_("Group"), required=False, choices=[*voices_words.GROUPS, (EVERYBODY, _("all buyers"))]
    )
    who = Choice(
        label=_("Who"),
        required=False,
        choices=[
            ("all", _("all")),
            ("followed", _("followed")),
            ("again", _("bought again")),
            ("gone", _("did not buy again")),
            ("stopped", _("bought nothing since")),
            ("asked", _("asked about their order")),
            ("unasked", _("never asked about it")),
            ("answered", _("answered")),
            ("late", _("answered after a reminder")),
            ("promised", _("answered, promised a reward")),
            ("open", _("may still speak")),
        ],
    )

    def clean_group(self) -> str:
        return self.cleaned_data["group"] or voices.Group.SILENT.value

    def clean_who(self) -> str:
        return self.cleaned_data["who"] or "stopped"

    def as_shown(self) -> dict[str, Any]:
        return super().as_shown() | {name: self.cleaned_data[name] for name in ("group", "who")}
