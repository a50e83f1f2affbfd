"""Forms of the pages on which staff check, redeem and revoke codes. None of them asks for words about it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from feedback.forms import AmountField
from surveys.models import Reward


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=100,
        help_text=_("Capital or small letters, with or without spaces: as it comes."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class RedeemForm(forms.Form):
    """`total` is in the currency of the code."""

    order = forms.CharField(label=_("Number of the order or receipt"), max_length=64)

    def __init__(self, data: Mapping[str, Any] | None = None, *, currency: str):
        super().__init__(data)
        self.fields["total"] = AmountField(
            currency=currency, label=_("What the order comes to, in %(currency)s") % {"currency": currency}
        )

    def clean_order(self) -> str:
        order = str(self.cleaned_data["order"]).strip().lstrip("#").strip()
        if not order:  # else two orders without a number would pass for one
            raise forms.ValidationError(self.fields["order"].error_messages["required"], code="required")
        return order


class TakeBackForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why is the redemption taken back?"),
        widget=forms.RadioSelect,
        choices=[
            ("wrong_code", _("another code was meant")),
            ("order_cancelled", _("the order was not made in the end")),
            ("goods_returned", _("the goods came back")),
            ("by_mistake", _("it was pressed by mistake")),
        ],
    )


class RevokeForm(forms.Form):
    """Facts of the order and the person, and nothing else: what somebody said is never one (L1)."""

    fact = forms.ChoiceField(label=_("Which of these is so?"), widget=forms.RadioSelect, choices=Reward.Fact)
