"""Forms of the defection pages: the rule, what a customer said, what is done about it; the rule in words."""

from collections.abc import Sequence
from typing import Any

from babel.numbers import format_decimal
from django import forms
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from feedback.defection.rules import LONGEST, BadRule, Kind, Rule
from feedback.forms import AmountField, Choice
from feedback.models import Defection, DefectionRule, Location, StaffTarget

KINDS = {
    Kind.INTERVAL: _("is away much longer than usual for them"),
    Kind.DAYS: _("is away for a number of days"),
    Kind.VISITS: _("comes much less often"),
    Kind.SPEND: _("spends much less"),
    Kind.SHARE: _("says that they mostly buy elsewhere"),
    Kind.CHANCE: _("will most likely not come again"),
}
_USUAL = Rule(kind=Kind.INTERVAL)
# What to start from: their words, and the settings that differ from the usual ones.
PRESETS: Sequence[tuple[Any, dict[str, Any]]] = (
    (_("Twice their usual interval, and at least 45 days"), {"kind": "interval", "times": 2, "at_least": 45}),
    (_("90 days without a purchase"), {"kind": "days", "days": 90}),
    (_("Half of the visits go elsewhere, by their own word"), {"kind": "share", "share": 50, "days": 365}),
    (_("Comes half as often as before"), {"kind": "visits", "drop": 50, "periods": 1, "days": 90}),
    (_("Spends a third of what they used to"), {"kind": "spend", "drop": 67, "periods": 1, "days": 90}),
    (_("More likely gone than not, by our own past"), {"kind": "chance", "percent": 50, "days": 90}),
)


class Number(forms.IntegerField):
    def __init__(self, low: int, high: int, **kwargs: Any):
        super().__init__(min_value=low, max_value=high, required=False, **kwargs)
        self.widget.attrs["inputmode"] = "numeric"


class RuleForm(forms.Form):
    """The shop's definition, out of an address. What is left out takes its usual value; `rule` once it is
    valid. `OF`: which kinds a field is for; the page hides the others where the browser can."""

    OF = {
        "times": "interval",
        "at_least": "interval",
        "at_most": "interval",
        "once_days": "interval",
        "once_visits": "interval",
        "drop": "visits spend",
        "periods": "visits spend",
        "percent": "chance",
        "share": "share",
        "days": "days visits spend chance share",
    }

    kind = forms.ChoiceField(
        label=_("A customer has left who …"), choices=list(KINDS.items()), widget=forms.RadioSelect
    )
    times = forms.FloatField(
        label=_("Times their usual interval"),
        min_value=0.1,
        max_value=100,
        required=False,
        help_text=_("Who came but once is measured by the interval that is usual in the shop."),
        widget=forms.NumberInput(attrs={"step": "0.1", "inputmode": "decimal"}),
    )
    at_least = Number(1, LONGEST, label=_("But at least so many days away"))
    at_most = Number(1, LONGEST, label=_("And at most so many days"))
    once_days = Number(
        0,
        LONGEST,
        label=_("Days for who came but once"),
        help_text=_("0: the usual interval of the shop counts for them too."),
    )
    once_visits = Number(
        1,
        1000,
        label=_("Customers count as new up to this many visits"),
        help_text=_("Two visits show one interval: that is no habit yet."),
    )
    drop = Number(1, 100, label=_("Less by so many per cent"))
    periods = Number(1, 60, label=_("Number of periods"))
    percent = Number(1, 99, label=_("At least so likely, in per cent"))
    share = Number(
        0,
        99,
        label=_("At most so many of 100 visits are with us"),
        help_text=_("A survey asks it: “Of ten times that you buy, how many are with us?”"),
    )
    days = Number(
        1,
        LONGEST,
        label=_("Days"),
        help_text=_("Days away, of one period, or ahead; or for which an answer counts."),
    )
    category = Choice(label=_("Only what they buy of"), required=False)
    least = Number(1, 1000, label=_("Leave out who came fewer times than"))
    judged_by = Number(
        1,
        LONGEST,
        label=_("Try it on the past: was it right?"),
        help_text=_("It was, when the customer bought nothing in so many days after."),
    )

    def __init__(self, data: Any = None, *, categories: Sequence[str]):
        super().__init__(data)
        named = [(name, name) for name in categories]
        self.fields["category"].choices = [("", _("everything we sell")), *named]
        self._say_what_is_usual()

    def _say_what_is_usual(self) -> None:
        """Every rule has these numbers: whoever leaves one out takes the usual one, and reads which."""
        usual = _USUAL.as_data()
        for name, field in self.fields.items():
            if name != "kind":
                number = "" if name == "category" else format_decimal(usual[name], locale=_locale())
                words = gettext("(left empty: %(n)s)") % {"n": number} if number else ""
                field.asked_when = words

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        usual = _USUAL.as_data()
        given = {name: usual.get(name) if value is None else value for name, value in cleaned.items()}
        try:
            self.rule = Rule.from_data(given | {"times": float(given["times"])})
        except BadRule as error:
            self.add_error(error.field, gettext(error.template) % error.params)
        return cleaned

    @property
    def parts(self) -> list[tuple[str, forms.BoundField]]:
        """The fields but the first, each with the kinds that it is for."""
        return [(self.OF.get(name, "every"), self[name]) for name in self.fields if name != "kind"]


def as_form(rule: Rule, categories: Sequence[str]) -> RuleForm:
    """Filled in."""
    return RuleForm(rule.as_data(), categories=categories)


class ContactForm(forms.Form):
    """What the customer said (S2-4), or nothing yet: then it is handed to somebody."""

    owner: Any = forms.ModelChoiceField(label=_("Who asks them"), queryset=None, empty_label=None)
    cause = forms.ChoiceField(
        label=_("Why they left"),
        required=False,
        choices=[("", _("not asked yet")), *Defection.Cause.choices],
        help_text=_("Ask why, and why again, until it is something we can change."),
    )
    said = forms.CharField(
        label=_("In their own words"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, owners: Any, initial: Any = None):
        super().__init__(data, initial=initial)
        self.fields["owner"].queryset = owners


class InterviewForm(forms.Form):
    """The exit interview, filled in by staff on the phone (S2-4): the cause, and why, up to five times."""

    WHYS = 5

    cause = forms.ChoiceField(
        label=_("Why did they stop buying?"), choices=Defection.Cause.choices, widget=forms.RadioSelect
    )
    said = forms.CharField(
        label=_("In their own words"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None, *, row: Defection):
        known = dict(enumerate(row.whys.splitlines()))
        initial = {"cause": row.cause, "said": row.said}
        super().__init__(data, initial=initial | {f"why_{n}": said for n, said in known.items()})
        for n in range(self.WHYS):
            label = _("Why is that?") if n == 0 else _("And why is that?")
            self.fields[f"why_{n}"] = forms.CharField(label=label, required=False, max_length=200)
        self.fields["why_0"].help_text = _("Stop asking once it is something that we can change.")

    @property
    def whys(self) -> str:
        """A line each; one that was left out between two is no line."""
        lines = (self.cleaned_data[f"why_{n}"] for n in range(self.WHYS))
        return "\n".join(" ".join(line.split()) for line in lines if line)


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("What we do about it"), choices=Defection.Answer.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("Why"), max_length=300)


class CauseForm(forms.Form):
    """What is done about all who leave for one cause, and what that costs (S2-4, S2-5)."""

    cause = forms.ChoiceField(
        label=_("Why they left"),
        choices=[one for one in Defection.Cause.choices if one[0] != Defection.Cause.NOT_SAID],
    )
    answer = forms.ChoiceField(
        label=_("What we do about it"), choices=Defection.Answer.choices, widget=forms.RadioSelect
    )
    what = forms.CharField(
        label=_("In words"),
        max_length=200,
        help_text=_("What exactly, or why nothing: “lower the price of small bowls”."),
    )
    keeps = forms.IntegerField(
        label=_("It would keep so many of 100 who would have left"),
        min_value=1,
        max_value=100,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, data: Any = None, *, currency: str, initial: Any = None):
        super().__init__(data, initial=initial)
        self.fields["cost"] = AmountField(
            currency=currency,
            label=_("What it costs in a year"),
            required=False,
            help_text=_("Empty: not known."),
        )


class RewardForm(forms.Form):
    """What a team's reward would be if a part of it hung on who stays; out of an address."""

    tied = Number(1, 100, label=_("Of which hang on who stays, in per cent"), initial=30)

    def __init__(self, data: Any, *, currency: str):
        given = {"tied": data.get("tied") or "30", "pool": data.get("pool", "")}
        super().__init__(given)
        self.fields["pool"] = AmountField(
            currency=currency, label=_("A team’s reward, if all goes well"), required=False
        )
        self.order_fields(["pool", "tied"])


class TargetForm(forms.Form):
    """Something else that staff are measured or rewarded by (S2-6)."""

    name = forms.CharField(
        label=_("In words"), max_length=120, help_text=_("For example “three items on each receipt”.")
    )
    pushes = forms.ChoiceField(
        label=_("It pushes staff …"), choices=StaffTarget.Pushes.choices, widget=forms.RadioSelect
    )
    location: Any = forms.ModelChoiceField(
        label=_("Where"), queryset=Location.objects.none(), required=False, empty_label=_("everywhere")
    )

    def __init__(self, data: Any = None, *, language: str):
        super().__init__(data)
        column = "name_vi" if language == "vi" else "name_en"
        self.fields["location"].queryset = Location.objects.order_by(column)


class ReplacedForm(forms.Form):
    """By which definition, and which look of the job, the page said that alerts hold no more."""

    rule = forms.ModelChoiceField(queryset=DefectionRule.objects.all())
    judged_at = forms.CharField(max_length=40)

    @classmethod
    def of(cls, version: DefectionRule) -> dict[str, str]:
        """What its hidden fields hold."""
        return {
            "rule": str(version.pk),
            "judged_at": str(version.judged_at and version.judged_at.isoformat()),
        }

    def version(self) -> DefectionRule | None:
        """None once the job has looked again."""
        found: DefectionRule = self.cleaned_data["rule"]
        return found if self.of(found)["judged_at"] == self.cleaned_data["judged_at"] else None


class DefectionFilter(forms.Form):
    TO_DO, OUTDATED, NOT_BACK, TOLD, UNASKED = "to_do", "outdated", "not_back", "told", "unasked"
    state = Choice(
        label=_("State"),
        required=False,
        choices=[
            (TO_DO, _("still going on")),
            (OUTDATED, _("holds no more since the definition changed")),
            (NOT_BACK, _("found in the last year, not come back")),
            (TOLD, _("found in the last year, said why")),
            ("all", _("all")),
            *Defection.State.choices,
        ],
    )
    cause = Choice(
        label=_("Why they left"),
        required=False,
        choices=[("", _("any reason")), (UNASKED, _("not asked yet")), *Defection.Cause.choices],
    )
    answer = Choice(
        label=_("What was decided"),
        required=False,
        choices=[("", _("anything, or nothing yet")), *Defection.Answer.choices],
    )


def said(rule: Rule) -> str:
    """The rule as one sentence in the reader's language."""
    what = _SAID[rule.kind](rule)
    if rule.category:
        what = gettext("%(what)s, of %(category)s alone") % {"what": what, "category": rule.category}
    if rule.least > 1:
        what = gettext("%(what)s; who came fewer than %(n)s times is left out") % {
            "what": what,
            "n": rule.least,
        }
    return what


def _locale() -> str:
    return (get_language() or "vi")[:2]


def _interval(rule: Rule) -> str:
    times = format_decimal(rule.times, locale=_locale())
    what = gettext("no purchase for more than %(times)s times their usual interval") % {"times": times}
    if rule.at_least > 1:
        what += gettext(", and at least %(n)s days") % {"n": rule.at_least}
    if rule.at_most < LONGEST:
        what += gettext(", at most %(n)s days") % {"n": rule.at_most}
    return what + _while_new(rule)


def _while_new(rule: Rule) -> str:
    times, n = rule.once_visits, rule.once_days
    if n and times == 1:
        return gettext("; %(n)s days for who came but once") % {"n": n}
    if n:
        return gettext("; %(n)s days for who came at most %(times)s times") % {"n": n, "times": times}
    if times > 1:
        return gettext("; by the shop’s usual interval for who came at most %(times)s times") % {
            "times": times
        }
    return ""


def _days(rule: Rule) -> str:
    return ngettext(
        "no purchase for more than %(n)s day", "no purchase for more than %(n)s days", rule.days
    ) % {"n": rule.days}


def _visits(rule: Rule) -> str:
    words = gettext("%(drop)s%% fewer visits in %(n)s × %(days)s days than in as many days before")
    return words % {"drop": rule.drop, "n": rule.periods, "days": rule.days}


def _spend(rule: Rule) -> str:
    words = gettext("%(drop)s%% less spent in %(n)s × %(days)s days than in as many days before")
    return words % {"drop": rule.drop, "n": rule.periods, "days": rule.days}


def _chance(rule: Rule) -> str:
    words = gettext(
        "at least %(percent)s%% likely not to buy in the next %(days)s days, by the shop's own past"
    )
    return words % {"percent": rule.percent, "days": rule.days}


def _share(rule: Rule) -> str:
    words = gettext("says that at most %(share)s of 100 visits are with us, in the last %(days)s days")
    return words % {"share": rule.share, "days": rule.days}


_SAID = {
    Kind.INTERVAL: _interval,
    Kind.DAYS: _days,
    Kind.VISITS: _visits,
    Kind.SPEND: _spend,
    Kind.CHANCE: _chance,
    Kind.SHARE: _share,
}
