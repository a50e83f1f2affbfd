"""Forms for answers that another program kept."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from feedback import table_words
from feedback.models.words import WhyItCame
from feedback.table_forms import ColumnChoices
from surveys import importing
from surveys.models import AnswerImport

LABELS = {
    "score": _("Score"),
    "said_at": _("When it was answered"),
    "comment": _("Comment"),
    "external_id": _("Id of the answer there"),
    "email": _("E-mail of the customer"),
    "language": _("Language"),
    "share": _("How much of it they buy with us, in %"),
}
FAULTS = table_words.FAULTS | {
    "not_a_score": _("is no whole number of this scale"),
    "not_a_share": _("is no whole per cent from 0 to 100"),
    "not_a_moment": _("is no date such as 2026-03-31, 2026-03-31 14:05 or 31/03/2026"),
}


class AnswersForm(forms.Form):
    name = forms.CharField(
        label=_("What shall these answers be called?"),
        max_length=80,
        help_text=_("Files of the same name go to the same results; the same answer twice counts once."),
    )
    file = forms.FileField(label=_("CSV or XLSX file, as Delighted, Retently and others export it"))
    scale = forms.ChoiceField(label=_("What do the scores mean?"), choices=AnswerImport.Scale)
    why = forms.ChoiceField(
        label=_("Why did these customers answer?"),
        choices=WhyItCame,
        initial=WhyItCame.INVITED,
        widget=forms.RadioSelect,
        help_text=_("They are never counted together with others without saying so."),
    )

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if importing.slug_of(name) == "imported":
            raise forms.ValidationError(_("A name needs a letter or a digit."))
        return name

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size and file.size > importing.MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB. Send it in parts."))
        return file


class ColumnsForm(ColumnChoices):
    """Which column holds what; `columns` once it is valid."""

    labels = LABELS
    needed = ("score", "said_at")
