"""A form for files that are taken in: which column holds what."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _


class ColumnChoices(forms.Form):
    """A choice of the file's columns for each of `labels`; `columns` once it is valid."""

    labels: ClassVar[Mapping[str, Any]] = {}
    needed: ClassVar[Sequence[str]] = ()
    PREFIX = "column_"  # of a field that has the name of one of the form's own

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        header: Sequence[str],
        columns: Mapping[str, int],
        **given: Any,
    ):
        super().__init__(data, **given)
        own = list(self.fields)
        places = [(str(n), " ".join(name.split())[:60] or f"({n + 1})") for n, name in enumerate(header)]
        for name, label in self.labels.items():
            self.fields[self.PREFIX + name if name in own else name] = forms.ChoiceField(
                label=label,
                required=name in self.needed,
                choices=[("", _("– no column –")), *places],
                initial=str(columns[name]) if name in columns else "",
            )

    @property
    def columns(self) -> dict[str, int]:
        fields = {name: self.PREFIX + name for name in self.labels}
        chosen = {
            name: self.cleaned_data[field if field in self.fields else name] for name, field in fields.items()
        }
        return {name: int(place) for name, place in chosen.items() if place}
