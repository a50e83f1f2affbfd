"""Forms of the policy pages: a version in plain words, a file, an advocate's word, months and a threshold.

A field is called by its place in the policy (`money.VND.fee`): what Terms refuse is named there.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from feedback import labels, policy_words, shop
from feedback.forms import Day
from feedback.policy.facts import MOST, Problem
from feedback.policy.remedies import ALTERNATIVES, GOODWILL, OWN_FAULT
from feedback.policy.terms import CURRENCIES, LONGEST_COMMENT, LONGEST_SEARCH, BadTerms, Terms

MOST_BYTES = 100_000  # of a file; the shipped one has 5,000
MONTHS = (1, 3, 6, 12, 24, 36)
_LISTS: dict[str, tuple[frozenset[str], Mapping[str, Any], int]] = {
    "own_fault": (OWN_FAULT, labels.REMEDIES, 5),
    "goodwill_by_problem": (GOODWILL, labels.REMEDIES, 4),
    "alternatives": (ALTERNATIVES, labels.ALTERNATIVES, 4),
}
_DAYS = {"investigate": LONGEST_SEARCH, "check_dispute": LONGEST_SEARCH, "act": 30}
_COUNTS = {"earlier_at_most": (0, 1000), "window_days": (1, 3660)}
_SHARES = (
    "goodwill.share_of_order",
    "goodwill.assumed_margin",
    "costs.product_share",
    "costs.unsellable_share",
)
_HELP = {
    "valued_from": gettext_lazy("From here on goodwill applies; below it, the standard answer."),
    "goodwill_at_most": gettext_lazy("Besides this, never more than the customer has earned us."),
    "share_of_order": gettext_lazy("When the order's value is known."),
    "assumed_margin": gettext_lazy("When the shop did not tell us what its goods cost."),
}


class Ranked(forms.Widget):
    """Some places in a row, each a choice: the fitting one first. All of one name, in their order."""

    use_fieldset = True
    input_type = "ranked"

    def __init__(self, *, choices: list[tuple[str, Any]], places: int, empty: Any):
        super().__init__()
        self.choices, self.places, self.empty = choices, places, empty

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        sent = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        return [word for word in sent if word]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = list(value or [])
        places = max(self.places, len(chosen))
        chosen += [""] * (places - len(chosen))
        first = (attrs or {}).get("id", f"id_{name}")
        rows = [
            (
                first if place == 1 else f"{first}_{place}",
                name,
                _("Place %(n)s") % {"n": place},
                self._options(word, self.empty if place == 1 else "–"),
            )
            for place, word in enumerate(chosen, 1)
        ]
        return format_html_join("", '<select id="{}" name="{}" aria-label="{}">{}</select>', rows)

    def id_for_label(self, id_: str) -> str:
        return ""

    def _options(self, chosen: str, empty: Any) -> SafeString:
        rows = [(word, " selected" if word == chosen else "", said) for word, said in self.choices]
        return format_html('<option value="">{}</option>', empty) + format_html_join(
            "", '<option value="{}"{}>{}</option>', rows
        )


class Kinds(forms.Field):
    """A list of remedies; empty: as usual."""

    def __init__(self, *, section: str, is_usual: bool, **kwargs: Any):
        known, words, places = _LISTS[section]
        choices = [(kind, words[kind]) for kind in words if kind in known]
        empty = "–" if is_usual else pgettext_lazy("a list of remedies", "as usual")
        super().__init__(
            widget=Ranked(choices=choices, places=places, empty=empty), required=is_usual, **kwargs
        )


class TermsForm(forms.Form):
    """A whole version, filled in with `like`. `terms` once it is valid."""

    comment = forms.CharField(
        label=gettext_lazy("What changes, and why"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The advocate and everybody after you reads it."),
    )
    starts_on = forms.DateField(
        label=policy_words.FIELDS["starts_on"],
        required=False,
        widget=Day,
        help_text=gettext_lazy("Empty: as soon as it is adopted."),
    )
    ends_on = forms.DateField(
        label=policy_words.FIELDS["ends_on"],
        required=False,
        widget=Day,
        help_text=gettext_lazy("The last day; then the version before it counts again. Empty: no end."),
    )

    def __init__(self, data: Any = None, *, like: Mapping[str, Any], more: str = ""):
        super().__init__(data)
        self.more = more
        sent = {key.split(".")[1] for key in data or () if key.startswith("money.") and key.count(".") == 2}
        new = {more, *sent} & CURRENCIES
        known = sorted(like["money"], key=lambda code: code != shop.current().currency)
        self.currencies = [*known, *sorted(new - set(known))]
        for path, made in self._made(like):
            self.fields[path] = made
        self.terms: Terms | None = None

    def _made(self, like: Mapping[str, Any]) -> Iterator[tuple[str, forms.Field]]:
        for code in self.currencies:
            yield from _sums(code, like["money"].get(code, {}))
        for path in _SHARES:
            section, _dot, name = path.partition(".")
            yield path, _share(path, like[section][name])
        for name, (least, most) in _COUNTS.items():
            yield f"goodwill.{name}", _whole(f"goodwill.{name}", least, most, like["goodwill"][name])
        for name, most in _DAYS.items():
            yield f"windows.{name}", _whole(f"windows.{name}", 1, most, like["windows"][name])
        days = like["windows"].get("investigate_by_problem", {})
        for problem in Problem:
            path = f"windows.investigate_by_problem.{problem.value}"
            yield path, _whole(path, 1, LONGEST_SEARCH, days.get(problem.value), required=False)
        for section in _LISTS:
            for name in ("default", *(problem.value for problem in Problem)):
                yield (
                    f"{section}.{name}",
                    Kinds(
                        section=section,
                        is_usual=name == "default",
                        label=capfirst(
                            str(policy_words.USUAL if name == "default" else labels.PROBLEMS[name])
                        ),
                        initial=like[section].get(name),
                    ),
                )

    def groups(self) -> list[dict[str, Any]]:
        """The fields as the page shows them; one that holds an error is open."""
        first = self.currencies[0]
        parts: list[tuple[str, Any, bool]]
        parts = [
            (f"money.{code}", policy_words.field(f"money.{code}"), code in (first, self.more))
            for code in self.currencies
        ]
        parts += [(name, policy_words.SECTIONS[name], name == "goodwill") for name in ("goodwill", "windows")]
        parts += [(name, policy_words.SECTIONS[name], False) for name in ("costs", *_LISTS)]
        return [self._group(*part) for part in parts]

    def _group(self, start: str, title: Any, is_open: bool) -> dict[str, Any]:
        fields = [self[name] for name in self.fields if name.startswith(f"{start}.")]
        return {"title": title, "fields": fields, "is_open": is_open or any(one.errors for one in fields)}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self.terms = Terms.from_dict(self.raw())
            except BadTerms as bad:
                self.refuse(bad)
        return cleaned

    def refuse(self, bad: BadTerms) -> None:
        if bad.field in self.fields:
            self.add_error(bad.field, capfirst(policy_words.error(bad)))
        else:
            self.add_error(None, policy_words.named_error(bad))

    def raw(self) -> dict[str, Any]:
        """What was typed, as the data of a policy."""
        out: dict[str, Any] = {"version": "0", "comment": self.cleaned_data["comment"]}
        out |= {name: self.cleaned_data[name] for name in ("starts_on", "ends_on") if self.cleaned_data[name]}
        for path in self.fields:
            given = self.cleaned_data[path]
            if "." not in path or given in (None, "", []):
                continue
            *sections, name = path.split(".")
            table = out
            for section in sections:
                table = table.setdefault(section, {})
            table[name] = _as_written(path, given)
        return out


class FileForm(forms.Form):
    """A policy as a TOML file. `terms` once it is valid."""

    file = forms.FileField(
        label=gettext_lazy("A policy as a TOML file"),
        widget=forms.ClearableFileInput(attrs={"accept": ".toml,text/plain"}),
    )
    comment = forms.CharField(
        label=gettext_lazy("What changes, and why"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_file(self) -> Any:
        sent = self.cleaned_data["file"]
        if sent.size > MOST_BYTES:
            raise forms.ValidationError(_("At most 100 kB: this is no policy."))
        try:
            self.terms = Terms.from_toml(sent.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is not a text in UTF-8.")) from None
        except BadTerms as bad:
            raise forms.ValidationError(policy_words.named_error(bad)) from None
        return sent


class AdvocateForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("What it means for customers"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Kept with the version, and read by whoever adopts it. It is said once."),
    )


class MonthsForm(forms.Form):
    months = forms.TypedChoiceField(
        label=gettext_lazy("Cases of the last"),
        coerce=int,
        initial=6,
        choices=lambda: [
            (n, ngettext("%(n)s month", "%(n)s months", n) % {"n": n}) for n in MONTHS
        ],  # asked for each time: in the language of whoever looks
    )


class ThresholdForm(MonthsForm):
    """In the address of the page."""

    threshold = forms.DecimalField(
        label=gettext_lazy("Valued from"), required=False, min_value=0, max_value=MOST, decimal_places=2
    )


def _sums(code: str, given: Mapping[str, Any]) -> Iterator[tuple[str, forms.Field]]:
    for name, words in policy_words.SUMS.items():
        yield (
            f"money.{code}.{name}",
            forms.DecimalField(
                label=format_lazy("{} ({})", words, code),
                help_text=_HELP.get(name, ""),
                min_value=0,
                max_value=MOST,
                decimal_places=2,
                initial=given.get(name),
                widget=forms.NumberInput(attrs={"step": "any"}),
            ),
        )


def _share(path: str, given: Any) -> forms.Field:
    return forms.DecimalField(
        label=format_lazy("{} (%)", policy_words.FIELDS[path]),
        help_text=_HELP.get(path.rpartition(".")[2], ""),
        min_value=0,
        max_value=100,
        decimal_places=4,
        initial=policy_words.value(path, given, "en").removesuffix("%"),
        widget=forms.NumberInput(attrs={"step": "any"}),
    )


def _whole(path: str, least: int, most: int, given: Any, *, required: bool = True) -> forms.Field:
    label = policy_words.FIELDS.get(path) or capfirst(str(labels.PROBLEMS[path.rpartition(".")[2]]))
    return forms.IntegerField(label=label, min_value=least, max_value=most, initial=given, required=required)


def _as_written(path: str, given: Any) -> Any:
    """Sums and parts as texts, as in a policy file: no float ever comes near them."""
    if path in _SHARES:
        return f"{Decimal(given) / 100:f}"
    return f"{given:f}" if isinstance(given, Decimal) else given
