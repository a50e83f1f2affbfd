"""Forms of the pages on which a source is set up. What opens it is never typed there (connectors §0, 7)."""

from anyascii import anyascii
from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from feedback.webshop_address import WebshopAddressField
from reviews.models import Polling, Source


class PollingForm(forms.ModelForm):
    base_url = WebshopAddressField()

    class Meta:
        model = Polling
        fields = ["base_url", "reply_account", "every_minutes", "sweep_hours"]
        labels = {
            "reply_account": _("WordPress account that replies"),
            "every_minutes": _("Ask for new reviews every so many minutes"),
            "sweep_hours": _("Look for edited and deleted reviews every so many hours"),
        }
        help_texts = {
            "reply_account": _("Its name stands beside the replies. Leave it empty to read only."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["every_minutes"] = _between(self.fields["every_minutes"], 5, 1440)
        self.fields["sweep_hours"] = _between(self.fields["sweep_hours"], 1, 168)


class NewShopForm(PollingForm):
    name = forms.CharField(label=_("What do you call this place?"), max_length=120)
    field_order = ["name", "base_url", "reply_account", "every_minutes", "sweep_hours"]

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        self.slug = slugify(anyascii(name))[:40].strip("-")
        if not self.slug:
            raise forms.ValidationError(_("The source needs a name with letters or digits."))
        if Source.objects.filter(slug=self.slug).exists():
            raise forms.ValidationError(_("There is a source of this name already."))
        return name


def _between(field, least, most):
    made = forms.IntegerField(
        label=field.label, help_text=field.help_text, min_value=least, max_value=most, initial=field.initial
    )
    return made
