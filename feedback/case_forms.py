"""Forms about a case: its private message, an override, a dispute."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from feedback import disputes, labels, money, procedure, shop
from feedback.forms import _IN_REACH, Choice, Day, Draft, ReportFilter
from feedback.message_plans import Plan, Planned, why_not_by, why_not_what
from feedback.models import Case, Dispute, Message, User
from feedback.policy.decision import Remedy
from feedback.roles import may_work_on_cases

_MOST = MaxValueValidator(money.LARGEST)
_AMOUNT = [MinValueValidator(Decimal(0)), _MOST]


class Amount(forms.DecimalField):
    """In the currency of the form; no decimals where it has none."""

    def __init__(self, *, label: Any, required: bool = False, help_text: Any = ""):
        super().__init__(
            label=label,
            required=required,
            max_digits=16,
            decimal_places=2,
            validators=_AMOUNT,
            help_text=help_text,
            widget=forms.NumberInput(attrs={"min": "0", "inputmode": "decimal"}),
        )


class MessageForm(forms.Form):
    """The words, what is granted with them, and what they promise; `plan` once it is valid."""

    ROWS = 3
    COSTS = {
        "product_cost": pgettext_lazy("cost part", "Goods"),
        "shipping_cost": pgettext_lazy("cost part", "Shipping"),
        "refund": pgettext_lazy("cost part", "Money to the customer"),
        "return_cost": pgettext_lazy("cost part", "Goods that come back unsellable"),
        "fee": pgettext_lazy("cost part", "Payment fee"),
    }

    text = Draft()
    edition = forms.IntegerField(min_value=0, max_value=10**6, widget=forms.HiddenInput)
    decision = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)
    remedy = forms.ChoiceField(label=_("Grant now"), required=False, widget=forms.RadioSelect)
    cost_reason = forms.CharField(label=_("Why it costs otherwise"), max_length=300, required=False)
    late_reason = forms.CharField(label=_("Why it may be later than usual"), max_length=300, required=False)
    by_mail = forms.ChoiceField(
        label=_("How it reaches them"), required=False, widget=forms.RadioSelect, initial="hand"
    )

    def __init__(
        self,
        data=None,
        *,
        remedies: Sequence[tuple[str, str]],
        currency: str,
        address: str,
        latest: date | None = None,
        is_given: bool = False,
        initial=None,
    ):
        self.currency, self.latest = currency, latest
        self.is_given, self.offers_any = is_given, bool(remedies)
        super().__init__(data, initial=initial, auto_id="id_message_%s")
        nothing = _("nothing more") if is_given else _("nothing yet: the customer chooses first")
        self.fields["remedy"].choices = [("", nothing), *remedies]
        ways = [("hand", _("I send it myself: chat, phone, letter …"))]
        if address:
            ways.insert(0, ("mail", _("by e-mail to %(address)s") % {"address": address}))
            self.fields["by_mail"].initial = "mail"
        self.fields["by_mail"].choices = ways
        for name, label in self.COSTS.items():
            self.fields[name] = Amount(label=label)
        staff = [("", _("our team")), *((user.pk, str(user)) for user in _staff())]
        for n in range(1, self.ROWS + 1):
            self.fields[f"what-{n}"] = forms.CharField(label=_("What"), max_length=300, required=False)
            self.fields[f"who-{n}"] = forms.ChoiceField(label=_("Who"), required=False, choices=staff)
            self.fields[f"by-{n}"] = forms.DateField(
                label=pgettext_lazy("a day", "By"), required=False, validators=_IN_REACH, widget=Day
            )

    @staticmethod
    def initial_of(plan: Plan, **more: Any) -> dict[str, Any]:
        given: dict[str, Any] = {"remedy": plan.remedy, "cost_reason": plan.cost_reason, **plan.costs, **more}
        given["late_reason"] = next((one.why for one in plan.promises if one.why), "")
        for n, one in enumerate(plan.promises, 1):
            given |= {f"what-{n}": one.what, f"who-{n}": one.who or "", f"by-{n}": one.by}
        return given

    def cost_fields(self):
        return [self[name] for name in self.COSTS]

    def promise_rows(self):
        return [(self[f"what-{n}"], self[f"who-{n}"], self[f"by-{n}"]) for n in range(1, self.ROWS + 1)]

    def clean(self):
        cleaned = super().clean()
        for n in range(1, self.ROWS + 1):
            what, by = cleaned.get(f"what-{n}"), cleaned.get(f"by-{n}")
            if what and not by and f"by-{n}" not in self.errors:
                self.add_error(f"by-{n}", _("Say by when."))
            if by and not what and f"what-{n}" not in self.errors:
                self.add_error(f"what-{n}", _("Say what is promised."))
            if what and (why := why_not_what(what)):
                self.add_error(f"what-{n}", why)
            if what and by and (why := why_not_by(by, self.latest, cleaned.get("late_reason", ""))):
                self.add_error(f"by-{n}", why)
        for name in self.COSTS:
            _fits(self, name, self.currency)
        return cleaned

    @property
    def plan(self) -> Plan:
        given = self.cleaned_data
        rows = [(given[f"what-{n}"], given[f"who-{n}"], given[f"by-{n}"]) for n in range(1, self.ROWS + 1)]
        return Plan(
            remedy=given["remedy"],
            costs={name: given[name] for name in self.COSTS if given[name]},
            cost_reason=given["cost_reason"].strip(),
            promises=tuple(
                Planned(what=what.strip(), who=int(who) if who else None, by=by, why=self._why(by))
                for what, who, by in rows
                if what
            ),
        )

    def _why(self, by: date) -> str:
        is_late = self.latest is not None and by > self.latest
        return self.cleaned_data["late_reason"].strip() if is_late else ""


class SentForm(forms.Form):
    channel = forms.ChoiceField(label=_("How it was sent"))

    def __init__(self, data=None, *, closed: Collection[str] = ()):
        super().__init__(data, auto_id="id_sent_%s")
        by_hand = [(word, label) for word, label in Message.Channel.choices if word not in closed]
        self.fields["channel"].choices = [("", _("choose …")), *by_hand]


class DiscardForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=300)
    edition = forms.IntegerField(min_value=1, max_value=10**6, widget=forms.HiddenInput)


class OverrideForm(forms.Form):
    LESS = "less"

    decision = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)
    remedy = forms.ChoiceField(label=_("Decide instead"))
    amount = Amount(label=_("What the customer gets, if it is money"))
    cost = Amount(label=_("What it will cost us"))
    reason = forms.CharField(label=_("Why"), max_length=300)

    def __init__(self, data=None, *, currency: str, initial=None):
        self.currency = currency
        super().__init__(data, initial=initial, auto_id="id_override_%s")
        self.fields["amount"].asked_when = ""  # its label says it
        self.fields["cost"].asked_when = _("(unless it is an alternative)")
        more = [(word, label) for word, label in labels.REMEDIES.items()]
        self.fields["remedy"].choices = [
            ("", _("choose …")),
            (_("More than the policy gives"), more),
            (_("Less than the policy gives"), [(self.LESS, _("no remedy, an alternative instead"))]),
        ]

    def clean(self):
        cleaned = super().clean()
        for name in ("amount", "cost"):
            _fits(self, name, self.currency)
        return cleaned


class DisputesFilter(ReportFilter):
    """Of disputes opened in these days; without any, of all."""

    currency = Choice(label=_("Currency"), required=False)

    def __init__(self, data: Any, *, today: date):
        super().__init__(data, today=today)
        known = Dispute.objects.order_by("currency").values_list("currency", flat=True).distinct()
        asked = str(data.get("currency", ""))  # that a report is in, though no dispute may be
        codes = {shop.current().currency, *known, *([asked] if money.is_currency(asked) else [])}
        choices = [("", _("every currency")), *((code, code) for code in sorted(codes))]
        self.fields["currency"].choices = choices

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        is_of_days = self.errors or chosen.get("start") or chosen.get("end")
        return super().clean() if is_of_days else chosen

    def rows(self) -> QuerySet[Dispute]:
        chosen = self.cleaned_data
        rows = Dispute.objects.all()
        if chosen["start"]:
            rows = disputes.opened_in(chosen["start"], chosen["end"])
        return rows.filter(currency=chosen["currency"]) if chosen["currency"] else rows


class DisputeForm(forms.Form):
    order_number = forms.CharField(label=_("Order number"), max_length=64)
    external_id = forms.CharField(
        label=_("Reference of the bank or payment provider"), max_length=120,
        help_text=_("The same reference again is the same dispute."),
    )  # fmt: skip
    amount = Amount(label=_("Amount in dispute"), required=True)
    fee = Amount(label=_("Fee the bank takes for it"))
    reason = forms.CharField(label=_("Reason the bank gives"), max_length=80, required=False)
    opened_on = forms.DateField(label=_("Opened on"), validators=_IN_REACH, widget=Day)
    due_on = forms.DateField(label=_("Answer due by"), required=False, validators=_IN_REACH, widget=Day)


class SeverityForm(forms.Form):
    """`known`: as it was on the page, so that nobody writes over somebody else's judgement unseen."""

    severity = forms.ChoiceField(label=_("How serious is it?"), choices=Case.Severity.choices)
    known = forms.ChoiceField(choices=Case.Severity.choices, widget=forms.HiddenInput)

    def __init__(self, data=None, *, case: Case | None = None):
        initial = {"severity": case.severity, "known": case.severity} if case else None
        super().__init__(data, initial=initial, auto_id="id_severity_%s")


class OwnerForm(forms.Form):
    """`known`: the key of the owner that was on the page; empty for the team."""

    to = forms.ModelChoiceField(
        User.objects.none(), label=_("Who looks after it"), required=False, empty_label=_("our team")
    )
    note = forms.CharField(label=_("What they should know"), max_length=300, required=False)
    known = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, data=None, *, case: Case | None = None):
        initial = {"to": case.owner_id, "known": case.owner_id} if case else None
        super().__init__(data, initial=initial, auto_id="id_owner_%s")
        self.fields["to"].queryset = _staff_rows()
        self.fields["to"].label_from_instance = str


class JoinForm(forms.Form):
    to = forms.SlugField(max_length=16)


class StepForm(forms.Form):
    step = forms.ChoiceField(label=_("Which step was done?"), choices=procedure.named(procedure.BY_HAND))


class EvidenceForm(forms.Form):
    attached = forms.MultipleChoiceField(required=False)

    def __init__(self, data=None, *, choices: Sequence[str]):
        super().__init__(data)
        self.fields["attached"].choices = [(key, key) for key in choices]


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("How it ended"), choices=Dispute.Outcome.choices, widget=forms.RadioSelect
    )
    fee = Amount(label=_("Fee in the end"))


def _fits(form: forms.Form, name: str, currency: str) -> None:
    amount = form.cleaned_data.get(name)
    if amount is not None and amount != money.quantize(amount, currency):
        form.add_error(name, _("%(code)s has no such decimals.") % {"code": currency})


def _staff():
    return _staff_rows()[:200]


def _staff_rows():
    return User.objects.filter(is_active=True, pk__in=may_work_on_cases()).order_by("first_name", "username")


def labelled(remedies: Sequence[Remedy], costs: Sequence[str]) -> list[tuple[str, str]]:
    """The choices of the grant, each with what it costs us."""
    return [
        (
            one.kind,
            f"{labels.known(labels.REMEDIES, one.kind)} · {cost}"
            if cost
            else str(labels.known(labels.REMEDIES, one.kind)),
        )
        for one, cost in zip(remedies, costs, strict=True)
    ]
