"""Forms of the desk and of the import page."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from feedback import labels
from feedback.models import Case
from feedback.models.addressed import Language
from reviews.models import Reply, Source


class QueueFilter(forms.Form):
    """What of the desk's list is shown; usually what waits for a person."""

    ALL = "all"
    AGES = [("", _("any age")), ("1", _("over a day")), ("3", _("over three days")), ("7", _("over a week"))]

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[*Reply.State.choices, (ALL, _("every state"))]
    )
    source = forms.ChoiceField(label=_("Source"), required=False)
    route = forms.ChoiceField(
        label=_("Route"), required=False, choices=[("", _("every route")), *Case.Route.choices]
    )
    sentiment = forms.ChoiceField(
        label=_("Says"), required=False, choices=[("", _("everything")), *labels.POLARITIES.items()]
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("every language")), *((code, labels.LANGUAGES[code]) for code in Language.values)],
    )
    age = forms.ChoiceField(label=_("Waiting"), required=False, choices=AGES)

    def __init__(self, data):
        super().__init__(data)
        sources = Source.objects.order_by("name").values_list("slug", "name")
        self.fields["source"].choices = [("", _("every source")), *sources]

    def clean_state(self):
        return self.cleaned_data["state"] or Reply.State.DRAFT


class DraftForm(forms.Form):
    """The words and the edition that were on the page. Emptiness is the lint's to say."""

    text = forms.CharField(required=False, strip=False, max_length=20_000)
    edition = forms.IntegerField(min_value=1)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=300)
    edition = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("CSV or JSONL file"),
        help_text=_(
            "It needs the columns id, date, and text or stars. English and Vietnamese names will do."
        ),
    )
    source = forms.CharField(
        label=_("Where the reviews come from"),
        max_length=120,
        help_text=_("The name of a place you know already, or of a new one."),
    )
    dry_run = forms.BooleanField(label=_("Only say what would happen"), required=False)

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MAX_BYTES:
            size = settings.IMPORT_MAX_BYTES // 1_000_000
            raise forms.ValidationError(
                _("This file is larger than %(size)s MB. Use manage.py import_reviews for it.")
                % {"size": size}
            )
        return file
