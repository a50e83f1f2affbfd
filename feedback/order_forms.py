"""Forms for files of orders, and for where orders come from."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from feedback import money, shop, web
from feedback.forms import Choice, ChosenForm
from feedback.models import Delivery, OrderSource
from feedback.order_tables.cells import short_name
from feedback.order_words import LABELS
from feedback.table_forms import ColumnChoices

NEEDED = ("number", "placed_at")
DAYS = [("day", _("day first: 31/03/2026")), ("month", _("month first: 03/31/2026"))]


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


class ColumnsForm(ColumnChoices):
    """Which column holds what; `columns` once it is valid."""

    labels = LABELS
    needed = NEEDED

    store = forms.CharField(
        label=_("Store of rows that name none"),
        max_length=40,
        help_text=_("Orders of two stores may have the same number."),
    )
    currency = forms.CharField(label=_("Currency of rows that name none"), max_length=3)
    dates = forms.ChoiceField(label=_("How days are written"), choices=DAYS)

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


class OrderSourceForm(forms.ModelForm):
    """A web shop or a payment service. Its secrets are not typed in here."""

    class Meta:
        model = OrderSource
        fields = ["name", "slug", "kind", "base_url", "store", "every_minutes", "is_active"]
        help_texts = {
            "slug": _("Letters, digits and -: part of the address that the shop sends to."),
            "base_url": _("Of the shop, with https://. Without it the shop tells us, but is never asked."),
            "store": _("Under which its orders are kept. For a payment service: the store it is paid for."),
        }

    def __init__(self, data: Mapping[str, Any] | None = None, *, instance: OrderSource | None = None):
        super().__init__(data, instance=instance)
        self.fields["every_minutes"].min_value = 5
        self.fields["every_minutes"].widget.attrs |= {"min": 5, "max": 1440}
        if instance is not None:
            del self.fields["kind"], self.fields["slug"]

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"]).lower()
        if slug.startswith("mail-"):
            raise forms.ValidationError(_("Such names belong to mail services."))
        return slug

    def clean_every_minutes(self) -> int:
        minutes: int = self.cleaned_data["every_minutes"]
        if not 5 <= minutes <= 1440:
            raise forms.ValidationError(_("Between 5 minutes and a day (1440)."))
        return minutes

    def clean_base_url(self) -> str:
        said = str(self.cleaned_data["base_url"]).strip().rstrip("/")
        try:
            place = urlsplit(said)
            fine = not said or (place.hostname and place.scheme in ("https", "http") and place.port != 0)
        except ValueError:
            fine = False
        if not fine or (said and place.scheme == "http" and not web.is_local(said)):
            raise forms.ValidationError(_("This is no address such as https://shop.example."))
        return said


class DeliveriesFilter(ChosenForm):
    STUCK = "stuck"
    state = Choice(
        label=_("State"),
        required=False,
        choices=[("", _("every state")), (STUCK, _("not used yet")), *Delivery.State.choices],
    )
    source = Choice(label=_("Source"), required=False)

    def __init__(self, data: Mapping[str, Any]):
        super().__init__(data)
        known = OrderSource.objects.order_by("name").values_list("slug", "name")
        self.fields["source"].choices = [("", _("every source")), *known]
