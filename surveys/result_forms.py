"""Filters of a survey's results."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from feedback.forms import ReportFilter
from feedback.models.addressed import Language
from feedback.models.words import WhyItCame

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
