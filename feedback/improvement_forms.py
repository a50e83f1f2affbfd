"""Forms about how a case ended: whether they are satisfied, and a line of the work plan."""

from django import forms
from django.core.validators import MaxLengthValidator
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from feedback import labels, satisfaction
from feedback.forms import _IN_REACH, Choice, Day
from feedback.models import Case, Touchpoint, User
from feedback.roles import may_own_improvements

PROBLEMS = [(word, label) for word, label in labels.PROBLEMS.items() if word != "none"]


class SatisfiedForm(forms.Form):
    """The customer's, by the link; and what somebody of the shop heard."""

    words = forms.CharField(
        label=_("Would you like to tell us more?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[MaxLengthValidator(satisfaction.LONGEST)],
    )
    satisfied = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])


def owners() -> QuerySet[User]:
    """Who may be given a line of the work plan."""
    people = User.objects.filter(is_active=True, pk__in=may_own_improvements())
    return people.order_by("first_name", "username")


class ImprovementForm(forms.Form):
    action = forms.CharField(label=_("What is done about it"), max_length=300)
    problem = Choice(label=_("Problem"), choices=PROBLEMS)
    touchpoint = forms.ModelChoiceField(
        Touchpoint.objects.filter(is_active=True), label=_("Where it happens"), required=False,
        to_field_name="slug", empty_label=_("everywhere"),
    )  # fmt: skip
    cause = Choice(label=_("What it comes from"), choices=[("", _("choose …")), *Case.Cause.choices])
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Who does it"), empty_label=_("choose …"), to_field_name="pk"
    )
    due_on = forms.DateField(label=_("Done by"), validators=_IN_REACH, widget=Day)
    measure_on = forms.DateField(label=_("Measured again on"), validators=_IN_REACH, widget=Day)
    case = forms.SlugField(required=False, max_length=16, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="id_plan_%s", **kwargs)
        language = (get_language() or "")[:2]
        self.fields["touchpoint"].label_from_instance = lambda touchpoint: touchpoint.name(language)
        self.fields["owner"].queryset = owners()
        self.fields["owner"].label_from_instance = str

    def clean(self):
        cleaned = super().clean()
        due_on, measure_on = cleaned.get("due_on"), cleaned.get("measure_on")
        if due_on and measure_on and measure_on <= due_on:
            self.add_error("measure_on", _("This must be after the day by which it is done."))
        return cleaned
