"""Forms of the pages that plan invitations."""

import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback import comments, shop
from surveys import conditions, editing
from surveys.conditions import About, BadCondition
from surveys.models import Entrance, Invitation, Plan, Selection

LONGEST_DELAY = {Plan.Unit.WORKING_DAYS: 60, Plan.Unit.HOURS: 720}
BACK = timedelta(days=366)
FIRST_YEAR, LAST_YEAR = 1990, 9000  # a day has no beginning before the first year, none after the last
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


class PlanForm(forms.ModelForm):
    """The conditions come as lines of tests, as in the builder; `clean` puts them into the plan."""

    event = forms.ChoiceField(
        label=gettext_lazy("Ask after"), choices=Plan.Event.choices, widget=forms.RadioSelect
    )
    unit = forms.ChoiceField(label=gettext_lazy("Counted in"), choices=Plan.Unit.choices)
    way = forms.ChoiceField(
        label=gettext_lazy("Whom of them"),
        choices=Plan.Way.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Drawn by the order's place in line or by lot; how it went is never looked at."
        ),
    )

    class Meta:
        model = Plan
        fields = (
            "event", "delay", "unit", "since", "way", "every", "percent", "cooldown_days", "reminders",
            "reminder_days",
        )  # fmt: skip
        widgets = {"since": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        labels = {
            "delay": gettext_lazy("How long after"),
            "since": gettext_lazy("From this day on"),
            "every": gettext_lazy("n, for every n-th"),
            "percent": gettext_lazy("Share in percent"),
            "cooldown_days": gettext_lazy(
                "Days in which a customer is asked once only, by all surveys together"
            ),
            "reminders": gettext_lazy("Reminders at most (0 to 3)"),
            "reminder_days": gettext_lazy("Working days before each reminder"),
        }
        help_texts = {
            "since": gettext_lazy(
                "What happened before it is not asked about: from today on, the preview finds nobody yet."
            )
        }

    def clean_since(self) -> date:
        since: date = self.cleaned_data["since"]
        today = shop.day(timezone.now())
        if not today - BACK <= since <= today + BACK:
            raise forms.ValidationError(_("Choose a day within a year from today."))
        return since

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        unit, delay = given.get("unit"), given.get("delay")
        if unit == Plan.Unit.HOURS and given.get("event") not in (None, Plan.Event.ORDERED):
            self.add_error("unit", _("Only of an order the hour is known. Count in working days here."))
        if unit and delay is not None and delay > LONGEST_DELAY[unit]:
            self.add_error("delay", _("At most %(most)s.") % {"most": LONGEST_DELAY[unit]})
        for name, least, most in (("cooldown_days", 0, 365), ("reminders", 0, 3), ("reminder_days", 1, 30),
                                  ("every", 2, 1000), ("percent", 1, 100)):  # fmt: skip
            value = given.get(name)
            if value is not None and not least <= value <= most:
                self.add_error(
                    name, _("Choose a number from %(least)s to %(most)s.") % {"least": least, "most": most}
                )
        self._put_conditions()
        return given

    def validate_constraints(self) -> None:
        """Said above, at the field and in words."""

    def _put_conditions(self) -> None:
        raw = editing.condition({name: comments.clean(str(value)) for name, value in self.data.items()})
        self.instance.conditions = raw
        if raw is None:
            return
        try:
            found = conditions.load(raw)
        except BadCondition as error:
            self.add_error(None, _("The conditions: %(why)s.") % {"why": _(error.message) % error.given})
            return
        if any(check.about != About.FACT for check in found.checks):
            self.add_error(None, _("The conditions: only facts of the order can be asked for."))


class EntranceForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("What is it?"), choices=Entrance.Kind.choices, widget=forms.RadioSelect
    )
    name = forms.CharField(label=gettext_lazy("Its name, for us"), max_length=80)
    site = forms.CharField(
        label=gettext_lazy("Address of the web page, for a frame"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("For example https://shop.example. Only pages there can show it."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        is_frame = given.get("kind") == Entrance.Kind.FRAME
        given["site"] = _origin(given.get("site", "")) if is_frame else ""
        if is_frame and not given["site"]:
            self.add_error("site", _("Write the beginning of its address, such as https://shop.example."))
        return given


class LinksForm(forms.Form):
    first = forms.DateField(
        label=gettext_lazy("Orders placed from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    last = forms.DateField(
        label=gettext_lazy("Up to and with"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            self.add_error("last", _("It must not be before the first day."))
        if last and last.year >= LAST_YEAR:
            self.add_error("last", _("Choose a day within a year from today."))
        if first and first.year < FIRST_YEAR:
            self.add_error("first", _("That is too long ago."))
        return given


def _origin(address: str) -> str:
    """ "https://shop.example" of any address there; '' when it is none. It goes into a header as it is."""
    try:
        found = urlsplit(address.strip())
        host, port = found.hostname or "", found.port
    except ValueError:
        return ""
    if found.scheme != "https" or not _HOST.fullmatch(host):
        return ""
    return f"https://{host}" + (f":{port}" if port else "")


class AskedFilter(forms.Form):
    """Which recipients to list; what cannot be is as if nothing was chosen."""

    state = forms.ChoiceField(
        label=gettext_lazy("What became of it"),
        required=False,
        choices=[
            ("", gettext_lazy("all")),
            *Invitation.State.choices,
            ("answered", gettext_lazy("answered")),
            ("started", gettext_lazy("started")),
        ],
    )


class LogFilter(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        required=False,
        choices=[("", gettext_lazy("all")), *Selection.Outcome.choices],
    )
