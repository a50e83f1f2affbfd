"""Forms of the managers' pages and of the set-up."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from feedback import comments
from feedback.forms import AmountField
from feedback.models import Order
from feedback.models.addressed import Language
from surveys import drafts, editing, spoken_faults
from surveys.definitions import BadDefinition
from surveys.models import Survey


class SurveyForm(forms.ModelForm):
    """Within the transaction that saves it: the survey's row stays locked while its budget is looked at."""

    class Meta:
        model = Survey
        fields = (
            "slug",
            "name",
            "state",
            "reward_amount",
            "reward_currency",
            "reward_days",
            "reward_minimum_order",
            "budget",
            "days_to_answer",
        )

    def clean_budget(self) -> Decimal | None:
        budget: Decimal | None = self.cleaned_data["budget"]
        used = Survey.objects.select_for_update(no_key=True).get(pk=self.instance.pk).budget_used
        if budget is not None and budget < used:
            raise forms.ValidationError(
                _("%(used)s is already promised or spent; the budget cannot be lower.") % {"used": used}
            )
        return budget

    def clean_state(self) -> str:
        state: str = self.cleaned_data["state"]
        if (
            state == Survey.State.LIVE
            and not self.instance.versions.filter(published_at__isnull=False).exists()
        ):
            raise forms.ValidationError(_("It has no published questions yet."))
        return state


class RewardForm(forms.Form):
    """One reward for everybody who answers: there is no field for which answer (L1)."""

    reward_days = forms.IntegerField(label=_("The code is good for, in days"), min_value=7, max_value=730)
    days_to_answer = forms.IntegerField(label=_("Days to answer"), min_value=1, max_value=365)

    def __init__(self, *args: Any, currency: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        said = {"currency": currency}
        self.fields["reward_amount"] = AmountField(
            currency=currency,
            label=_("Reward for an answer, in %(currency)s") % said,
            help_text=_("Everybody who answers gets it, whatever they say. Without it, nobody gets any."),
            required=False,
        )
        self.fields["reward_minimum_order"] = AmountField(
            currency=currency,
            label=_("The least order for the code, in %(currency)s") % said,
            help_text=_("Empty: any order."),
            required=False,
        )
        self.fields["budget"] = AmountField(
            currency=currency,
            label=_("The most that all rewards together may come to, in %(currency)s") % said,
            help_text=_("Empty: no limit. When it is used up, the page says so before anybody answers."),
            required=False,
        )
        self.order_fields(["reward_amount", "budget", "reward_minimum_order", "reward_days"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        reward, budget = given.get("reward_amount"), given.get("budget")
        if reward and budget and budget < reward:
            self.add_error("budget", _("This is less than one reward."))
        given["reward_minimum_order"] = given.get("reward_minimum_order") or Decimal(0)
        return given


class NameForm(forms.Form):
    name = forms.CharField(label=_("What is the survey called?"), max_length=120)


class StartForm(NameForm):
    template = forms.ChoiceField(
        label=_("Start from"),
        required=False,
        widget=forms.RadioSelect,
        initial="post_purchase",
        choices=[
            (
                "post_purchase",
                _("After a purchase: any problem, was it solved, would you recommend us"),
            ),
            ("delivery", _("A delivery: in time, whole, polite")),
            ("service_contact", _("A contact with us: solved, easy, well served")),
            ("exit_interview", _("Why somebody stays away: five times why")),
            ("relationship", _("Relationship: would you recommend us, and why")),
            ("", _("Nothing: I write my own questions")),
        ],
    )


class ImportForm(forms.Form):
    """A file that `export` made, here or in another installation, finished or not; `definition` is its
    content. What is missing in it the builder names."""

    LARGEST = 1_000_000  # bytes
    name = forms.CharField(label=_("What is the survey called?"), max_length=120)
    file = forms.FileField(label=_("File of questions (.json)"))

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size and file.size > self.LARGEST:
            raise forms.ValidationError(_("The file is larger than a survey can be (1 MB)."))
        try:
            found = json.loads(file.read().decode("utf-8-sig"))
        except (ValueError, RecursionError):
            raise forms.ValidationError(
                _("This is no file of questions: it cannot be read as JSON.")
            ) from None
        try:
            drafts.check(found)
        except BadDefinition as fault:
            raise forms.ValidationError(_why_not(fault, found)) from None
        except (ValueError, RecursionError):
            raise forms.ValidationError(_("This is no file of questions.")) from None
        self.cleaned_data["definition"] = {
            name: found[name] for name in ("title", "questions") if name in found
        }
        return file


def _why_not(fault: BadDefinition, found: object) -> str:
    """In the words of the builder, with its place in the file behind."""
    questions = editing.questions_of(found) if isinstance(found, Mapping) else []
    said = spoken_faults.said(fault, questions, (get_language() or "en")[:2])
    return comments.clean(f"{said.where}: {said.words} ({said.path})")


class InvitationForm(forms.Form):
    """One order to ask about; `clean_order` gives the Order."""

    order = forms.CharField(
        label=_("Order number"),
        max_length=105,
        help_text=_("Where two stores have the same number: store/number."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("the customer's")), *Language.choices],
    )

    def clean_order(self) -> Order:
        number = self.cleaned_data["order"].strip().lstrip("#")
        found = list(Order.objects.filter(number=number).select_related("customer")[:2])
        if not found and "/" in number:
            store, _slash, rest = number.partition("/")
            found = list(Order.objects.filter(store=store, number=rest).select_related("customer"))
        if not found:
            raise forms.ValidationError(_("We have no order of this number."))
        if len(found) > 1:
            raise forms.ValidationError(
                _("Several stores have this number. Write the store before it: store/number.")
            )
        return found[0]
