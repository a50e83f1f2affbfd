"""Form of the page on which asking for public reviews is planned."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback import shop
from reviews.models import PublicPlan
from reviews.platforms import forbids_asking

_BACK = timedelta(days=366)
_BETWEEN = {"delay": (7, 60), "apart_days": (30, 730), "every": (2, 1000), "percent": (1, 100)}


class PublicPlanForm(forms.ModelForm):
    url = forms.URLField(
        label=gettext_lazy("Address at which one writes a review there"),
        max_length=300,
        assume_scheme="https",
    )
    way = forms.ChoiceField(
        label=gettext_lazy("Whom of them"),
        choices=PublicPlan.Way.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Drawn by the order's place in line or by lot; how it went is never looked at."
        ),
    )

    class Meta:
        model = PublicPlan
        fields = ("url", "delay", "since", "way", "every", "percent", "apart_days")
        widgets = {"since": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        labels = {
            "delay": gettext_lazy("Working days after the delivery (7 or more)"),
            "since": gettext_lazy("From this day on"),
            "every": gettext_lazy("n, for every n-th"),
            "percent": gettext_lazy("Share in percent"),
            "apart_days": gettext_lazy(
                "Days in which a customer is asked once only, for all places together"
            ),
        }
        help_texts = {
            "delay": gettext_lazy("Later than your surveys ask: the two are letters of their own."),
            "since": gettext_lazy("What was delivered before it is not asked about."),
        }

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if not url.startswith(("https://", "http://")):
            raise forms.ValidationError(_("The address must begin with https://."))
        if forbids_asking(url):
            raise forms.ValidationError(_("This place forbids shops to ask for reviews. Nobody is asked."))
        return url

    def clean_since(self) -> date:
        since: date = self.cleaned_data["since"]
        today = shop.day(timezone.now())
        if not today - _BACK <= since <= today + _BACK:
            raise forms.ValidationError(_("Choose a day within a year from today."))
        return since

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name, (least, most) in _BETWEEN.items():
            value = given.get(name)
            if value is not None and not least <= value <= most:
                said = _("Choose a number from %(least)s to %(most)s.") % {"least": least, "most": most}
                self.add_error(name, said)
        return given

    def validate_constraints(self) -> None:
        """Said above, at the field and in words."""
