"""Forms of the first run. Amounts are read as people write them: 50.000, 50,000, 12,50."""

import zoneinfo

from babel.core import get_global
from babel.numbers import get_currency_name
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from feedback.forms import AmountField, EmailField
from feedback.models import Comment, Shop

CURRENCIES = ["VND", "USD", "EUR", "GBP", "AUD", "CAD", "SGD", "THB", "MYR", "IDR", "JPY", "KRW", "CNY"]
NEAR = ["Asia/Ho_Chi_Minh", "Asia/Bangkok", "Asia/Singapore", "Europe/London", "America/New_York"]
CONTINENTS = set("Africa America Antarctica Asia Atlantic Australia Europe Indian Pacific".split())
_FORMER_NAMES = set(get_global("zone_aliases"))


def _is_a_place(zone: str) -> bool:
    """Not Etc/GMT+7 or US/Central, nor the former name of another zone."""
    return zone.split("/")[0] in CONTINENTS and zone not in _FORMER_NAMES


class ShopForm(forms.ModelForm):
    currency = forms.ChoiceField(label=_("Currency"))
    zone = forms.ChoiceField(label=_("Time zone"))

    class Meta:
        model = Shop
        fields = [
            "name",
            "currency",
            "zone",
            "language",
            "form_of_address",
            "reply_address",
            "postal_address",
            "phone",
        ]
        field_classes = {"reply_address": EmailField}
        labels = {
            "name": _("What is the shop called?"),
            "language": _("Language of your customers"),
            "form_of_address": _("What do Vietnamese replies call a customer you do not know?"),
            "reply_address": _("E-mail address for customers"),
            "postal_address": _("Postal address"),
            "phone": _("Telephone"),
        }
        help_texts = {
            "form_of_address": _("Whoever told us how they like to be called is called that, in private."),
            "reply_address": _("Answers to our mail arrive here."),
            "postal_address": _(
                "Stands at the foot of mail that offers a reward, as the law wants it, and on letters: there "
                "you ask whoever wrote one to meet you."
            ),
            "phone": _("Stands on letters, for whoever would rather call."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        language = (get_language() or "en")[:2]
        codes = dict.fromkeys([*CURRENCIES, self.instance.currency])
        self.fields["currency"].choices = [
            (code, f"{get_currency_name(code, locale=language)} ({code})") for code in codes
        ]
        rest = sorted(name for name in zoneinfo.available_timezones() if _is_a_place(name))
        zones = dict.fromkeys([*NEAR, self.instance.zone, *rest])
        self.fields["zone"].choices = [(name, name.replace("_", " ")) for name in zones]
        if Comment.objects.exists():
            self.fields["zone"].disabled = True
            self.fields["zone"].help_text = _("Fixed by now: the daily totals are counted in this zone.")

    def clean(self):
        """A browser sends nothing of a field that is fixed; whoever sends another zone is told so."""
        cleaned = super().clean()
        sent = self.data.get("zone", "")
        if self.fields["zone"].disabled and sent not in ("", self.instance.zone):
            self.add_error("zone", _("The time zone is fixed by now and was not changed."))
        return cleaned


class SourcesForm(forms.Form):
    own_page = forms.BooleanField(
        label=_("Our own review page"),
        help_text=_("A public page of this installation, where your replies appear at once."),
        required=False,
    )
    file_name = forms.CharField(
        label=_("A place whose reviews come as a file"),
        help_text=_(
            "Its name, such as “Google” or “Shopee”. You import a file; our replies lie ready to paste."
        ),
        max_length=120,
        required=False,
    )

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("own_page") and not cleaned.get("file_name") and not self.errors:
            raise forms.ValidationError(_("Choose at least one place; more can follow later."))
        return cleaned


class SurveyForm(forms.Form):
    name = forms.CharField(label=_("What is the survey called?"), max_length=120)
    reward_days = forms.IntegerField(
        label=_("The code is good for, in days"), min_value=7, max_value=730, initial=90
    )

    def __init__(self, *args, currency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reward_amount"] = AmountField(
            currency=currency,
            label=_("Reward for an answer, in %(currency)s") % {"currency": currency},
            help_text=_("Everybody who answers gets it, whatever they say. Without it, nobody gets any."),
            required=False,
        )
        self.fields["budget"] = AmountField(
            currency=currency,
            label=_("The most that all rewards together may come to, in %(currency)s")
            % {"currency": currency},
            required=False,
        )
        self.order_fields(["name", "reward_amount", "reward_days", "budget"])

    def clean(self):
        cleaned = super().clean()
        reward, budget = cleaned.get("reward_amount"), cleaned.get("budget")
        if reward and budget and budget < reward:
            self.add_error("budget", _("This is less than one reward."))
        return cleaned
