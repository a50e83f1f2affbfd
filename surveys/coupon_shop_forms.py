"""Forms of the pages on which a web shop for codes is connected. What opens it is never typed there."""

from typing import Any

from anyascii import anyascii
from babel.numbers import get_currency_name
from django import forms
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from feedback import shop
from feedback.webshop_address import WebshopAddressField
from surveys.models import CouponShop, Survey


class CouponShopForm(forms.ModelForm):
    base_url = WebshopAddressField(
        help_text=_("Its first page, such as https://shop.example; for Shopify https://name.myshopify.com.")
    )
    currency = forms.ChoiceField(
        label=_("Currency of the shop"), help_text=_("Codes of other currencies are left alone.")
    )

    class Meta:
        model = CouponShop
        fields = ["base_url", "currency"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = (get_language() or "en")[:2]
        ours = Survey.objects.exclude(reward_amount=None).values_list("reward_currency", flat=True)
        codes = dict.fromkeys([shop.current().currency, *sorted(set(ours)), self.instance.currency])
        self.fields["currency"].choices = [  # type: ignore[attr-defined]
            (code, f"{get_currency_name(code, locale=language)} ({code})") for code in codes if code
        ]


class NewCouponShopForm(CouponShopForm):
    name = forms.CharField(label=_("What do you call this shop?"), max_length=120)
    with_earlier = forms.BooleanField(
        label=_("Make coupons of the codes that customers hold already, too"), required=False, initial=True
    )
    field_order = ["kind", "name", "base_url", "currency", "with_earlier"]

    class Meta(CouponShopForm.Meta):
        fields = ["kind", "base_url", "currency"]
        labels = {"kind": _("Kind of shop")}
        widgets = {"kind": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = CouponShop.Kind.choices  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        self.slug = slugify(anyascii(name))[:40].strip("-")
        if not self.slug:
            raise forms.ValidationError(_("The shop needs a name with letters or digits."))
        if CouponShop.objects.filter(slug=self.slug).exists():
            raise forms.ValidationError(_("There is a shop of this name already."))
        return name


class LeavingForm(forms.Form):
    """What becomes of the coupons that are in the shop."""

    coupons = forms.ChoiceField(
        label=_("The coupons that are there"),
        choices=[
            ("stay", _("stay good there until they end; whoever uses one there has used the code")),
            ("take_out", _("are taken out; the codes stay good at the counter")),
        ],
        widget=forms.RadioSelect,
        initial="stay",
    )
