"""Forms at the till: find a card, issue one, book what was bought with it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from feedback import cards, money, shop
from feedback.orders import BadOrder, receipt_number


class CardSearch(forms.Form):
    q = forms.CharField(
        label=_("Number of the card"),
        max_length=100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "autofocus": True}),
        help_text=_("Typed or scanned; spaces do not matter."),
    )


class IssueForm(forms.Form):
    number = forms.CharField(
        label=_("Number that is printed on the card"),
        required=False,
        max_length=64,
        help_text=_("Leave it empty for a new number."),
    )


class BookForm(forms.Form):
    number = forms.CharField(label=_("Number of the receipt"), max_length=64)
    amount = forms.CharField(label=_("Amount before the discount"), max_length=40)

    def clean_number(self) -> str:
        try:
            return receipt_number(self.cleaned_data["number"])
        except BadOrder as bad:
            raise forms.ValidationError(bad.message) from None

    def clean_amount(self) -> Decimal:
        currency = shop.current().currency
        try:
            amount = money.read_amount(self.cleaned_data["amount"], currency)
        except money.BadAmount:
            raise forms.ValidationError(
                _("This is not an amount in %(currency)s.") % {"currency": currency}
            ) from None
        if amount <= 0:
            raise forms.ValidationError(_("This must be a number above zero."))
        return amount


class PercentForm(forms.Form):
    percent = forms.DecimalField(
        label=_("What a card takes off, in per cent"),
        min_value=Decimal(0),
        max_value=cards.MOST_PERCENT,
        max_digits=4,
        decimal_places=1,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"percent": shop.current().card_percent})
