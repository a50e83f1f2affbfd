"""Forms for answers that another program kept."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from feedback.models.words import WhyItCame
from surveys import importing
from surveys.models import AnswerImport

LABELS = {
    "score": _("Score"),
    "said_at": _("When it was answered"),
    "comment": _("Comment"),
    "external_id": _("Id of the answer there"),
    "email": _("E-mail of the customer"),
    "language": _("Language"),
}
NO_TABLE = {
    "empty": _("The file is empty."),
    "a_spreadsheet": _("This spreadsheet file cannot be read. Save it as XLSX or as CSV (UTF-8)."),
    "too_big": _("This spreadsheet file is too big. Save it as CSV (UTF-8)."),
    "not_text": _("The file is neither UTF-8 nor windows-1258 text. Save it as CSV (UTF-8)."),
    "no_head": _("The first row must hold the names of the columns."),
}
FAULTS = {
    "missing": _("is missing"),
    "not_a_score": _("is no whole number of this scale"),
    "not_a_moment": _("is no date such as 2026-03-31, 2026-03-31 14:05 or 31/03/2026"),
    "in_future": _("is in the future"),
    "not_an_address": _("is no e-mail address"),
    "too_long": _("is too long"),
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


class ColumnsForm(forms.Form):
    """Which column holds what; `columns` once it is valid."""

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, header: Sequence[str], columns: Mapping[str, int]
    ):
        super().__init__(data)
        places = [(str(n), " ".join(name.split())[:60] or f"({n + 1})") for n, name in enumerate(header)]
        for name, label in LABELS.items():
            needed = name in ("score", "said_at")
            self.fields[name] = forms.ChoiceField(
                label=label,
                required=needed,
                choices=[("", _("– no column –")), *places],
                initial=str(columns[name]) if name in columns else "",
            )

    @property
    def columns(self) -> dict[str, int]:
        return {name: int(place) for name, place in self.cleaned_data.items() if place}
