"""Forms of the pages of promises: which are listed, what somebody heard, why one holds no more."""

from datetime import date
from typing import Any, Self

from django import forms
from django.core.validators import MaxLengthValidator
from django.db.models import QuerySet
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from feedback import call_backs, promises
from feedback.models import Promise
from feedback.reports import promises as report

_LATE = Promise.WithdrawnWhy.DECLINED
_HEARD = (Promise.Via.PHONE, Promise.Via.SHOP)
_VIA = [(value, label) for value, label in Promise.Via.choices if value != Promise.Via.LINK]


class PromiseFilter(forms.Form):
    """Which promises are listed; all filters are in the address. `since` and `until`: of those that the
    report counts over these days of the promise, alone; `by` and `name`: of one of its lines."""

    TO_ASK, COMING, SETTLED, TAKEN_BACK = "ask", "coming", "settled", "taken_back"
    KEPT, BROKEN, UNANSWERED = "kept", "broken", "unanswered"
    COUNTED = {SETTLED: "answered", TAKEN_BACK: "withdrawn"}  # as the report calls them
    show = forms.ChoiceField(
        label=pgettext_lazy("promises", "Which"),
        choices=[
            (TO_ASK, _("to ask about")),
            (COMING, _("still to come")),
            (SETTLED, _("answered")),
            (KEPT, pgettext_lazy("promises", "kept")),
            (BROKEN, pgettext_lazy("promises", "not kept")),
            (UNANSWERED, _("past their day, and nobody has said")),
            (TAKEN_BACK, pgettext_lazy("promises", "taken back")),
        ],
        required=False,
    )
    mine = forms.BooleanField(label=_("only mine"), required=False)
    since = forms.DateField(required=False, widget=forms.HiddenInput)
    until = forms.DateField(required=False, widget=forms.HiddenInput)
    by = forms.ChoiceField(
        choices=[(one, one) for one in ("person", "problem", "touchpoint")],
        required=False,
        widget=forms.HiddenInput,
    )
    name = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)

    def clean_show(self) -> str:
        return self.cleaned_data["show"] or self.TO_ASK

    def rows(self, user: Any, today: date) -> QuerySet[Promise]:
        rows = self._counted(today) if self.is_of_report else self._all(today)
        return rows.filter(who=user) if self.cleaned_data["mine"] else rows

    @property
    def is_of_report(self) -> bool:
        given, show = self.cleaned_data, self.cleaned_data["show"]
        return bool(given["since"] and given["until"]) or show in (self.KEPT, self.BROKEN, self.UNANSWERED)

    def _counted(self, today: date) -> QuerySet[Promise]:
        given = self.cleaned_data
        which = self.COUNTED.get(given["show"], given["show"])
        if which in (self.TO_ASK, self.COMING):
            return self._all(today)
        start, end = given["since"] or date.min, given["until"] or date.max
        line = {"by": given["by"], "name": given["name"], "language": get_language() or "vi"}
        return report.behind(start, end, today, which, **line)

    def _all(self, today: date) -> QuerySet[Promise]:
        match self.cleaned_data["show"]:
            case self.COMING:
                rows = promises.coming(today)
            case self.SETTLED:
                rows = promises.settled()
            case self.TAKEN_BACK:
                rows = promises.taken_back()
            case _:
                rows = promises.to_ask(today)
        return rows


class AnswerForm(forms.Form):
    """What somebody of the shop heard, and how."""

    via = forms.ChoiceField(label=_("How do you know?"), choices=_VIA, initial=Promise.Via.PHONE)
    told = forms.CharField(
        label=_("What did they say?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[MaxLengthValidator(promises.LONGEST)],
    )
    kept = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])

    def __init__(self, *args: Any, is_stopped: bool, **kwargs: Any) -> None:
        """`is_stopped`: nobody of ours talks to them, so nobody heard it (S1-11)."""
        super().__init__(*args, **kwargs)
        if is_stopped:
            via = self.fields["via"]
            via.choices = [(word, label) for word, label in _VIA if word not in _HEARD]
            via.initial = Promise.Via.WRITING


class WithdrawForm(forms.Form):
    """Why a promise holds no more."""

    why = forms.ChoiceField(
        label=_("Why does it hold no more?"), choices=[("", _("choose …")), *Promise.WithdrawnWhy.choices]
    )

    def offer(self, promise: Promise, today: date) -> Self:
        """After its day only what still counts then can be chosen."""
        if promise.by_when < today:
            self.fields["why"].choices = [
                (value, label) for value, label in self.fields["why"].choices if value in ("", _LATE)
            ]
        return self


class NotReachedForm(forms.Form):
    """Nobody picked up."""

    note = forms.CharField(
        label=_("A note"),
        required=False,
        validators=[MaxLengthValidator(call_backs.LONGEST)],
    )


class CustomersAnswerForm(forms.Form):
    told = forms.CharField(
        label=_("Would you like to tell us more?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[MaxLengthValidator(promises.LONGEST)],
    )
    kept = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
