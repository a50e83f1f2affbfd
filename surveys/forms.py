"""Forms of the managers' pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from feedback.models import Order
from feedback.models.addressed import Language


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
