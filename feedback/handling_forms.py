"""Forms about how a complaint is handled. `known`: as it stood on the page."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from feedback import handling, judging, message_plans, on_the_spot, shop
from feedback.case_forms import Amount, _fits
from feedback.forms import _IN_REACH, Choice, Day
from feedback.improvement_forms import owners
from feedback.models import Case, Handling, User

DONE_IN, MEASURED_IN = timedelta(days=14), timedelta(days=44)
_NOBODY = "none"


class ArchetypeForm(forms.Form):
    archetype = Choice(
        label=_("Handle them as"), choices=[*Handling.Archetype.choices, (_NOBODY, _("none of these"))]
    )
    why = forms.CharField(label=_("Why"), max_length=300)
    known = forms.CharField(max_length=10, required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, row: Handling | None = None):
        known = row.final if row else ""
        super().__init__(
            data, auto_id="id_archetype_%s", initial={"archetype": known or _NOBODY, "known": known}
        )

    def clean_archetype(self):
        chosen = self.cleaned_data["archetype"]
        return "" if chosen == _NOBODY else chosen


class VerdictForm(forms.Form):
    """True: then what is done about it belongs to it."""

    verdict = Choice(label=_("Is it true?"), choices=Handling.Verdict.choices, widget=forms.RadioSelect)
    evidence = forms.CharField(
        label=_("What shows it"),
        widget=forms.Textarea(attrs={"rows": 2}),
        validators=[MaxLengthValidator(500)],
    )
    action = forms.CharField(
        label=_("If it is true: what is done so that it does not happen again"),
        max_length=300,
        required=False,
    )
    cause = Choice(
        label=_("What it comes from"), choices=[("", _("choose …")), *Case.Cause.choices], required=False
    )
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Who does it"), required=False, empty_label=_("choose …")
    )
    due_on = forms.DateField(label=_("Done by"), required=False, validators=_IN_REACH, widget=Day)
    known = forms.CharField(max_length=5, required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, row: Handling | None = None, by: User | None = None):
        today = shop.day(timezone.now())
        initial: dict[str, Any] = {"due_on": today + DONE_IN, "owner": by.pk if by else None}
        if row:
            initial |= {"known": row.verdict, "verdict": row.verdict, "evidence": row.evidence}
        super().__init__(data, auto_id="id_verdict_%s", initial=initial)
        self.fields["owner"].queryset = owners()
        self.fields["owner"].label_from_instance = str
        self.fields["action"].asked_when = ""  # its label says it
        for name in ("cause", "owner", "due_on"):
            self.fields[name].asked_when = _("(if it is true)")

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("verdict") == Handling.Verdict.TRUE:
            for name in ("action", "cause", "owner", "due_on"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("What is true is put right: say what is done about it."))
        return cleaned

    def improvement(self, case: Case, problem: str) -> dict[str, Any] | None:
        given = self.cleaned_data
        if given["verdict"] != Handling.Verdict.TRUE:
            return None
        return {
            "action": given["action"],
            "owner": given["owner"],
            "due_on": given["due_on"],
            "measure_on": given["due_on"] + (MEASURED_IN - DONE_IN),
            "cause": given["cause"],
            "problem": problem,
            "touchpoint": case.comment.touchpoint,
        }


class WorthForm(forms.Form):
    worth = Choice(
        label=_("Are they worth winning back?"), choices=Handling.Worth.choices, widget=forms.RadioSelect
    )
    why = forms.CharField(label=_("Why"), max_length=300)
    known = forms.CharField(max_length=8, required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, row: Handling | None = None):
        initial = {"worth": row.worth, "why": row.worth_why, "known": row.worth} if row else None
        super().__init__(data, auto_id="id_worth_%s", initial=initial)


class OurSideForm(forms.Form):
    words = forms.CharField(
        label=_("What our own people say of it"),
        help_text=_("Ask whoever was there. What the records show stands under What we know."),
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[MaxLengthValidator(1000)],
    )
    known = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, row: Handling | None = None):
        initial = {"words": row.our_side, "known": judging.as_of(row.our_side)} if row else None
        super().__init__(data, auto_id="id_side_%s", initial=initial)


class StopForm(forms.Form):
    why = forms.CharField(label=pgettext_lazy("stopping a contact", "What happened"), max_length=300)

    def __init__(self, data=None):
        super().__init__(data, auto_id="id_stop_%s")


class FirstTime(forms.RadioSelect):
    """`is_off`: "yes" cannot be chosen."""

    is_off = False

    def create_option(self, name, value, *args, **more):
        option = super().create_option(name, value, *args, **more)
        if self.is_off and value == "yes":
            option["attrs"]["disabled"] = True
        return option


class SpotForm(forms.Form):
    """What they get here and now, and what was done about the cause."""

    remedy = Choice(label=_("What they get"), choices=(), widget=forms.RadioSelect)
    cost = Amount(label=_("What it costs us, if it does not stand beside it"))
    first_time = Choice(
        label=_("Is it solved?"),
        choices=[
            ("yes", _("Solved the first time they told us")),
            ("no", _("Solved, but they had to tell us more than once")),
        ],
        widget=FirstTime,
    )
    cause_removed = forms.CharField(
        label=_("What was done so that it does not happen again?"), max_length=300
    )
    root_cause = Choice(
        label=_("What did it come from?"), choices=[("", _("not known")), *Case.Cause.choices], required=False
    )
    by = forms.DateField(
        label=_("If it is still to follow: by when?"),
        help_text=_(
            "Leave it empty if they have it in their hands. Else it is a promise, and we call the day after."
        ),
        required=False,
        validators=_IN_REACH,
        widget=Day,
    )
    follows = forms.CharField(
        label=_("What follows"),
        help_text=_("Empty: what they get, as above."),
        max_length=300,
        required=False,
    )
    decision = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def __init__(
        self,
        data=None,
        *,
        remedies: Sequence[tuple[str, str]],
        currency: str,
        latest: date | None = None,
        is_far: bool = False,
        is_told_again: bool = False,
        initial=None,
    ):
        """`is_far`: on the phone, where nothing is handed over."""
        self.currency, self.latest, self.is_far = currency, latest, is_far
        super().__init__(data, auto_id="id_spot_%s", initial=initial)
        self.fields["remedy"].choices = remedies
        if is_told_again:
            self.fields["first_time"].widget.is_off = True
            self.fields["first_time"].help_text = handling.NOT_FIRST

    def clean(self):
        cleaned = super().clean()
        _fits(self, "cost", self.currency)
        by, follows = cleaned.get("by"), cleaned.get("follows")
        if by and (why := message_plans.why_not_by(by, self.latest)):
            self.add_error("by", why)
        if follows and (why := message_plans.why_not_what(follows)):
            self.add_error("follows", why)
        is_to_come = follows or (self.is_far and str(cleaned.get("remedy")) not in on_the_spot.HANDED_OVER)
        if is_to_come and not by and "by" not in self.errors:
            self.add_error("by", _("Say by when they have it."))
        return cleaned
