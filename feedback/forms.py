"""Forms of the kernel's pages."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordResetForm
from django.contrib.auth.tokens import default_token_generator
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.utils import flatatt
from django.http import HttpResponse
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.html import format_html, format_html_join
from django.utils.http import urlsafe_base64_encode
from django.utils.safestring import mark_safe
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from rest_framework.throttling import BaseThrottle

from feedback import journal, labels, limits, mail, money, themes
from feedback.corrections import Said
from feedback.incoming_texts import number_of
from feedback.models import Analysis, ApiToken, Case, Mention, Theme
from feedback.models.words import Channel
from feedback.orthography import INVISIBLE
from feedback.reports import trends
from feedback.text.common_words import is_too_common

FAILURES = 10
LEAST_DIGITS = 6  # of a telephone's number
FORGIVEN_AFTER = 15 * 60  # seconds
# What shows nothing, but for the signs that colour an emoji.
_unseen = re.compile(f"(?![\\ufe0f\U0001f3fb-\U0001f3ff])[{INVISIBLE}]")
_SELECTED = mark_safe(" selected")
_IN_REACH = [  # Django's own words speak of numbers
    MinValueValidator(date(1990, 1, 1), _("Choose a day from %(limit_value)s on.")),
    MaxValueValidator(date(2200, 1, 1), _("Choose a day up to %(limit_value)s.")),
]


class Day(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)


class Select(forms.Select):
    """Writes its options itself, in no groups: Django's renders a template for each, seventy a page."""

    def render(self, name, value, attrs=None, renderer=None):
        chosen = self.format_value(value)
        options = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((key, _SELECTED if str(key) in chosen else "", label) for key, label in self.choices),
        )
        attributes = flatatt(self.build_attrs(self.attrs, attrs))
        return format_html('<select name="{}"{}>\n{}\n</select>', name, attributes, options)


class Choice(forms.ChoiceField):
    widget = Select


class EmailField(forms.EmailField):
    default_error_messages = {"invalid": _("This is no e-mail address. One looks like name@example.com.")}


class PhoneField(forms.CharField):
    """As people write one: 090 123 45 67, +84 (90) 123-4567. Kept as it was typed; "abc" is none."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})
    default_error_messages = {"invalid": _("This is no phone number. One looks like 090 123 45 67.")}

    def __init__(self, **kwargs):
        super().__init__(**{"max_length": 32, "required": False} | kwargs)

    def clean(self, value):
        said = super().clean(value)
        if said and len(number_of(said).removeprefix("+")) < LEAST_DIGITS:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return said


class AddressField(forms.CharField):
    """Where a letter reaches somebody: lines as they stand on the envelope, no empty ones."""

    widget = forms.Textarea

    def __init__(self, **kwargs):
        super().__init__(**{"max_length": 300, "required": False} | kwargs)
        self.widget.attrs |= {"rows": 3, "autocomplete": "off"}

    def clean(self, value):
        lines = (" ".join(line.split()) for line in super().clean(value).splitlines())
        return "\n".join(line for line in lines if line)


class AmountField(forms.CharField):
    """As people write it: 50.000, 50,000, 12,50. Above zero."""

    def __init__(self, *, currency: str, **kwargs):
        self.currency = currency
        super().__init__(max_length=40, **kwargs)
        self.widget.attrs["inputmode"] = "decimal"

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            amount = money.read_amount(text, self.currency)
        except money.BadAmount:
            raise forms.ValidationError(
                _("This is not an amount in %(currency)s."), params={"currency": self.currency}
            ) from None
        if amount <= 0:
            raise forms.ValidationError(_("The amount must be above zero."))
        return amount


class LogIn(AuthenticationForm):
    """At most ten wrong passwords per name and address in a quarter of an hour."""

    error_messages = {
        "invalid_login": _("This name and password do not belong together. Capital and small letters count."),
        "inactive": _("This account is switched off."),
        "throttled": _("Too many wrong passwords. Wait a quarter of an hour, then try again."),
    }

    def clean(self):
        who = self._who()
        if limits.so_far("login", who) >= FAILURES:
            raise forms.ValidationError(self.error_messages["throttled"], code="throttled")
        try:
            cleaned = super().clean()
        except forms.ValidationError:
            limits.count("login", who, seconds=FORGIVEN_AFTER)
            raise
        limits.forget("login", who)
        return cleaned

    def _who(self) -> str:
        """Kept as a digest: the cache never holds a name that somebody typed, which may be a password."""
        name = str(self.cleaned_data.get("username", "")).casefold()
        return f"{name}\n{BaseThrottle().get_ident(self.request)}"


class ForgottenPassword(PasswordResetForm):
    """A link by mail to each active account with this address. Asked five times an hour from one place."""

    MOST, A_WHILE = 5, 3600

    def __init__(self, *args, request, **kwargs):
        self.request = request
        super().__init__(*args, **kwargs)
        email = self.fields["email"]
        email.label, email.error_messages["invalid"] = (
            _("Your e-mail"),
            EmailField.default_error_messages["invalid"],
        )

    def clean(self):
        who = BaseThrottle().get_ident(self.request)
        if limits.is_past("password-reset", who, most=self.MOST, seconds=self.A_WHILE):
            raise forms.ValidationError(_("Too many tries from here. Wait an hour, then try again."))
        return super().clean()

    def save(self, **_of_django):  # type: ignore[override]
        for user in self.get_users(self.cleaned_data["email"]):
            with journal.recording():
                mail.write(
                    to=user.email,
                    template="password",
                    context={"username": user.get_username(), "url": self._link(user)},
                    language=user.language or get_language()[:2],
                    about=f"feedback.user:{user.pk}",
                )
                journal.log("password asked for", user)

    @staticmethod
    def _link(user) -> str:
        uid, token = urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)
        return settings.BASE_URL + reverse("password_reset_confirm", args=[uid, token])


class PeriodFilter(forms.Form):
    """`from`, `to`, `channel`, `language` of an address. What is left out is filled with the usual."""

    start = forms.DateField(label=_("From"), required=False, validators=_IN_REACH, widget=Day)
    end = forms.DateField(label=_("To"), required=False, validators=_IN_REACH, widget=Day)
    channel = Choice(label=_("Channel"), required=False, choices=[("", _("every channel")), *Channel.choices])
    language = Choice(
        label=_("Language"), required=False, choices=[("", _("every language")), *labels.LANGUAGES.items()]
    )

    usual_days = 84

    def __init__(self, data, *, today: date):
        self.today = today
        super().__init__(data)

    def add_prefix(self, field_name):
        return {"start": "from", "end": "to"}.get(field_name, field_name)

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        end = cleaned["end"] = cleaned["end"] or max(self.today, cleaned["start"] or self.today)
        start = cleaned["start"] = cleaned["start"] or end - timedelta(days=self.usual_days - 1)
        if start > end:
            self.add_error("end", _("This day is before the first one."))
        elif (end - start).days > trends.LONGEST_DAYS:
            self.add_error("start", _("At most ten years fit on one page."))
        return cleaned

    def filled(self) -> "PeriodFilter":
        """The same form; what was left out stands filled in."""
        self.data = {self.add_prefix(name): value for name, value in self.cleaned_data.items()}
        return self

    def as_text(self) -> HttpResponse:
        lines = [f"{self.add_prefix(name)}: {' '.join(errors)}" for name, errors in self.errors.items()]
        return HttpResponse("\n".join(lines), status=400, content_type="text/plain; charset=utf-8")


class ReportFilter(PeriodFilter):
    """Days alone."""

    channel = None
    language = None

    def as_shown(self) -> dict[str, date]:
        """The address that says the same, with the usual days filled in."""
        return {"from": self.cleaned_data["start"], "to": self.cleaned_data["end"]}


class ChosenForm(forms.Form):
    """Filters, or an order of a list, out of an address."""

    def as_chosen(self) -> "ChosenForm":
        """The same form; what was left out stands filled in."""
        self.data = self.cleaned_data
        return self


class CaseFilter(ChosenForm):
    TO_DO = "to_do"

    state = Choice(
        label=_("State"),
        required=False,
        choices=[(TO_DO, _("to do")), ("all", _("every state")), *Case.State.choices],
    )
    route = Choice(label=_("Route"), required=False, choices=[("", _("every route")), *Case.Route.choices])
    problem = Choice(
        label=_("Problem"), required=False, choices=[("", _("every problem")), *labels.PROBLEMS.items()]
    )
    due = forms.BooleanField(label=_("Due today or late"), required=False)
    shown = forms.BooleanField(label=_("Shown to a manager"), required=False)
    owner = Choice(label=_("Who looks after it"), required=False)

    NOBODY = "0"

    def __init__(self, data=None, *, people: Iterable[tuple[int, str]]):
        """`people`: key and name of those to choose from."""
        super().__init__(data)
        named = [(str(key), name) for key, name in people]
        self.fields["owner"].choices = [("", _("everybody")), (self.NOBODY, _("nobody yet")), *named]

    def clean_state(self):
        return self.cleaned_data["state"] or self.TO_DO


class FactForm(forms.Form):
    """One fact set by a person, with the reason."""

    name = forms.CharField(widget=forms.HiddenInput)
    value = Choice(required=False)
    reason = forms.CharField(label=_("Why"), max_length=300)

    def __init__(self, data=None, *, name: str, value: object = None):
        self.fact = name
        initial = {"name": name, "value": self.as_choice(value)}
        super().__init__(data, initial=initial, auto_id=f"id_{name}_%s")
        self.fields["value"].label = labels.known(labels.FACTS, name)
        self.fields["value"].choices = labels.FACT_CHOICES[name]
        self.fields["value"].required = "" not in dict(labels.FACT_CHOICES[name])  # no right by law is ""

    @staticmethod
    def as_choice(value: object) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(value or "")


def _as_pills(words: Iterable[str]) -> list[tuple[str, str]]:
    return [(word, format_lazy("{} {}", labels.SIGNS[word], labels.POLARITIES[word])) for word in words]


class CorrectionForm(forms.Form):
    """What a text says, as a person reads it; `said` once it is valid. One field for each theme that counts
    now, and room for some more."""

    ROOM = 2  # for themes that nobody found yet
    THEME = "theme-"
    SIDES = ("negative", "neutral", "positive")

    sentiment = Choice(
        label=_("How they feel, on the whole"), choices=_as_pills(SIDES), widget=forms.RadioSelect
    )
    problem = Choice(label=_("What went wrong"), choices=list(labels.PROBLEMS.items()))
    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**6)

    def __init__(
        self, data: Mapping | None = None, *, analysis: Analysis, themes: Mapping[str, str], names: Mapping
    ):
        """`themes`: slug and polarity of those that count now; `names` of all to choose from, by slug."""
        initial = {"sentiment": analysis.final_sentiment, "problem": analysis.final_problem}
        super().__init__(data, initial=initial | {"edition": analysis.edition})
        sent = [key.removeprefix(self.THEME) for key in data or () if key.startswith(self.THEME)]
        self.themes = [slug for slug in dict.fromkeys([*themes, *sent]) if slug in names]
        for slug in self.themes:
            sides = [*_as_pills(self.SIDES), (Mention.GONE, _("not there"))]
            if themes.get(slug, Mention.GONE) not in dict(sides):  # unknown: a select would show the first
                sides.insert(0, ("", "–"))
            self.fields[self.THEME + slug] = Choice(label=names[slug], choices=sides)
            self.initial[self.THEME + slug] = themes.get(slug)
        others = [(slug, name) for slug, name in names.items() if slug not in self.themes]
        for number in range(1, self.ROOM + 1):
            self.fields[f"more-{number}"] = Choice(
                label=_("One more theme"), required=False, choices=[("", _("another theme …")), *others]
            )
            self.fields[f"more-{number}-side"] = Choice(
                label=_("What they say of it"), required=False, choices=[("", "–"), *_as_pills(self.SIDES)]
            )

    def theme_fields(self):
        return [self[self.THEME + slug] for slug in self.themes]

    def more_fields(self):
        return [(self[f"more-{n}"], self[f"more-{n}-side"]) for n in range(1, self.ROOM + 1)]

    def clean(self):
        cleaned = super().clean()
        for number in range(1, self.ROOM + 1):
            if cleaned.get(f"more-{number}") and not cleaned.get(f"more-{number}-side"):
                self.add_error(f"more-{number}-side", _("Say what they think of it."))
        return cleaned

    @property
    def said(self) -> Said:
        given = self.cleaned_data
        themes = {slug: given[self.THEME + slug] for slug in self.themes}
        more = {
            given[f"more-{n}"]: given[f"more-{n}-side"] for n in range(1, self.ROOM + 1) if given[f"more-{n}"]
        }
        kept = {slug: side for slug, side in (themes | more).items() if side != Mention.GONE}
        return Said(sentiment=given["sentiment"], problem=given["problem"], themes=kept)


class MoveForm(forms.Form):
    """What a person does with a case. `first_time`: solved the first time the customer told us (S0-1)."""

    to = Choice(choices=[("waiting", ""), ("resolved", ""), ("closed", ""), ("open", "")])
    first_time = Choice(label=_("Is it solved?"), choices=[("", ""), ("yes", ""), ("no", "")], required=False)
    cause_removed = forms.CharField(
        label=_("What was done so that it does not happen again?"),
        max_length=300,
        required=False,  # of the other moves
        widget=forms.TextInput(attrs={"required": True}),
    )
    root_cause = Choice(
        label=_("What did it come from?"), choices=[("", _("not known")), *Case.Cause.choices], required=False
    )
    is_told = forms.BooleanField(label=_("The customer knows how it ended"), required=False)
    keeps_promises = forms.BooleanField(
        label=_("It is solved, and what we promised stays promised"), required=False
    )
    closed_why = Choice(
        label=_("Why is it closed without being solved?"),
        choices=[("", _("choose …")), *Case.ClosedWhy.choices],
        required=False,  # of the other moves
        widget=forms.Select(attrs={"required": True}),
    )
    still_promised = forms.BooleanField(label=_("What we promised stays promised"), required=False)

    def __init__(self, data=None):
        super().__init__(data)
        self.fields["closed_why"].asked_when = ""

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("to") == "resolved":
            if not cleaned.get("first_time"):
                self.add_error("first_time", _("Say whether it was solved the first time they told us."))
            if not cleaned.get("cause_removed") and "cause_removed" not in self.errors:
                self.add_error(
                    "cause_removed", _("Say what was done about the cause, or that nothing could be.")
                )
        return cleaned


class Draft(forms.CharField):
    """Words to be looked at and changed on a page. NUL, which no database keeps and nobody sees, is taken out
    without a word: the lint reads past it, and so it is one and the same text for both."""

    widget = forms.Textarea

    def __init__(self, **kwargs):
        super().__init__(required=False, strip=False, max_length=20_000, **kwargs)

    def to_python(self, value):
        return super().to_python(value).replace("\0", "")


class Lines(forms.CharField):
    """One a line, each once; a list. A line without a letter, or one that is `too_common`, is named."""

    widget = forms.Textarea

    def __init__(self, *, longest: int, most: int, too_common: Callable[[str], bool] | None = None, **kwargs):
        # Not stripped, so that lines are counted as they stand on the page.
        super().__init__(required=False, max_length=longest * most, strip=False, **kwargs)
        self.longest, self.most, self.too_common = longest, most, too_common

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value):
        typed = enumerate((_visible(line) for line in super().clean(value).splitlines()), 1)
        lines = [(number, line) for number, line in typed if line]
        kept = list(dict.fromkeys(line for _number, line in lines))
        if len(kept) > self.most:
            raise forms.ValidationError(_("At most %(most)s lines.") % {"most": self.most})
        if any(len(line) > self.longest for line in kept):
            raise forms.ValidationError(_("At most %(most)s letters in a line.") % {"most": self.longest})
        if faults := [fault for number, line in lines if (fault := self._fault(number, line))]:
            raise forms.ValidationError(faults)
        return kept

    def _fault(self, number: int, line: str) -> str:
        said = {"number": number, "line": line}
        if not any(map(str.isalpha, line)):
            return _("Line %(number)s, “%(line)s”: there is no letter in it.") % said
        if self.too_common and self.too_common(line):
            return (
                _(
                    "Line %(number)s, “%(line)s”: too common a word; nearly every comment would get this "
                    "theme. Say more, as customers would."
                )
                % said
            )
        return ""


class ThemeName(forms.CharField):
    """What people see is all there is: nothing hidden, nothing that turns the writing around."""

    def clean(self, value):
        name = " ".join(super().clean(value).split())
        if _visible(name) != name:
            raise forms.ValidationError(_("This name holds a character that cannot be seen. Type it anew."))
        if not any(map(str.isalnum, name)):
            raise forms.ValidationError(_("A name needs a letter or a digit."))
        return name


def _visible(line: str) -> str:
    return " ".join(_unseen.sub("", line).split())


def words_of_a_theme() -> Lines:
    return Lines(
        label=_("Words that show it, one a line"),
        longest=60,
        most=themes.MOST_WORDS,
        too_common=is_too_common,
        help_text=_("As customers write them, in both languages: “giao chậm”, “arrived late”. Used at once."),
    )


class NewThemeForm(forms.Form):
    name_vi = ThemeName(label=_("Name in Vietnamese"), max_length=80)
    name_en = ThemeName(label=_("Name in English"), max_length=80)
    words = words_of_a_theme()


class ThemeForm(NewThemeForm):
    examples = Lines(
        label=_("Example sentences, one a line"),
        longest=300,
        most=200,
        help_text=_("Made up by you, as a customer might say it. The next training learns from them."),
    )
    is_active = forms.BooleanField(
        label=_("In use"),
        required=False,
        help_text=_("Without the tick no new comment gets it; what was counted stays."),
    )

    def __init__(self, data=None, *, instance: Theme):
        columns = ("name_vi", "name_en", "words", "examples", "is_active")
        super().__init__(data, initial={name: getattr(instance, name) for name in columns})


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(Theme.objects.none(), label=_("Is the same as"), empty_label=None)

    def __init__(self, data=None, *, theme: Theme, language: str):
        super().__init__(data)
        self.fields["into"].queryset = Theme.objects.filter(merged_into=None).exclude(pk=theme.pk)
        self.fields["into"].label_from_instance = lambda one: one.name(language)


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Which program is it for?"), max_length=80, help_text=_("For example “Web shop”.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"), choices=ApiToken.Scope.choices, widget=forms.CheckboxSelectMultiple
    )
