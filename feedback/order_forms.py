"""Forms for files of orders."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from feedback import money, shop
from feedback.order_tables.cells import short_name
from feedback.order_words import LABELS

NEEDED = ("number", "placed_at")
_DAYS = [("day", _("day first: 31/03/2026")), ("month", _("month first: 03/31/2026"))]


class OrdersForm(forms.Form):
    """A file, and what its rows leave out. Left empty, it is as with the last file of these columns."""

    file = forms.FileField(
        label=_("CSV or XLSX file"),
        help_text=_(
            "As your web shop, your till or your sales program exports it: one row an order, or one row for "
            "each product of an order."
        ),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MAX_BYTES:
            size = settings.IMPORT_MAX_BYTES // 1_000_000
            raise forms.ValidationError(
                _("This file is larger than %(size)s MB. Use manage.py import_orders for it.")
                % {"size": size}
            )
        return file


class ColumnsForm(forms.Form):
    """Which column holds what; `columns` once it is valid."""

    store = forms.CharField(
        label=_("Store of rows that name none"),
        max_length=40,
        help_text=_("Orders of two stores may have the same number."),
    )
    currency = forms.CharField(label=_("Currency of rows that name none"), max_length=3)
    dates = forms.ChoiceField(label=_("How days are written"), choices=_DAYS)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        header: Sequence[str],
        columns: Mapping[str, int],
        **given: Any,
    ):
        super().__init__(data, **given)
        places = [(str(n), name or f"({n + 1})") for n, name in enumerate(header)]
        for name, label in LABELS.items():
            self.fields[name] = forms.ChoiceField(
                label=label,
                required=name in NEEDED,
                choices=[("", _("– no column –")), *places],
                initial=str(columns[name]) if name in columns else "",
            )
        # "store" and "currency" are columns, too: those of rows that name none have names of their own.
        for name in ("store", "currency"):
            self.fields[f"column_{name}"] = self.fields.pop(name)
            self.fields[name] = self.base_fields[name]
        self.order_fields(["store", "currency", "dates"])

    def clean_store(self) -> str:
        slug = short_name(self.cleaned_data["store"])
        if not slug:
            raise forms.ValidationError(_("A name needs a letter or a digit."))
        return slug

    def clean_currency(self) -> str:
        code = self.cleaned_data["currency"].strip().upper() or shop.current().currency
        if not money.is_currency(code):
            raise forms.ValidationError(_("“%(code)s” is not a currency.") % {"code": code})
        return code

    @property
    def columns(self) -> dict[str, int]:
        given = {name.removeprefix("column_"): place for name, place in self.cleaned_data.items()
                 if name in LABELS.keys() - {"store", "currency"} or name.startswith("column_")}  # fmt: skip
        return {name: int(place) for name, place in given.items() if place}
