"""Forms of the desk and of the import page."""

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from feedback import labels
from feedback.forms import Choice, ChosenForm, Draft
from feedback.models import Case, Theme
from feedback.models.addressed import Language
from reviews.models import Hold, Reply, Review, Source
from reviews.searching import has_a_word


class QueueFilter(ChosenForm):
    """What of the desk's list is shown; usually what waits for a person."""

    ALL = "all"
    AGES = [("", _("any age")), ("1", _("over a day")), ("3", _("over three days")), ("7", _("over a week"))]
    NEEDS = [
        ("", _("anything")),
        ("approver", _("an approver")),
        ("leverage", _("a look at leverage")),
        ("answer", _("an answer to a question")),
        ("edited", _("another look: the review was edited")),
    ]
    SORTS = [
        ("", _("as usual")),
        ("urgent", _("most urgent first")),
        ("oldest", _("longest waiting first")),
        ("newest", _("newest first")),
    ]

    q = forms.CharField(
        label=_("Words of the review"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = Choice(label=_("State"), required=False, choices=[*Reply.State.choices, (ALL, _("every state"))])
    source = Choice(label=_("Source"), required=False)
    route = Choice(label=_("Route"), required=False, choices=[("", _("every route")), *Case.Route.choices])
    sentiment = Choice(
        label=_("Says"), required=False, choices=[("", _("everything")), *labels.POLARITIES.items()]
    )
    language = Choice(
        label=_("Language"),
        required=False,
        choices=[("", _("every language")), *((code, labels.LANGUAGES[code]) for code in Language.values)],
    )
    theme = Choice(label=_("Theme"), required=False)
    standing = Choice(
        label=_("Standing"),
        required=False,
        choices=[("", _("every customer")), *labels.STANDINGS.items()],
    )
    age = Choice(label=_("Waiting"), required=False, choices=AGES)
    needs = Choice(label=_("Needs"), required=False, choices=NEEDS)
    sort = Choice(label=_("Order of the list"), required=False, choices=SORTS)

    field_order = (
        "q", "state", "needs", "route", "source", "theme", "sentiment", "standing", "language", "age", "sort"
    )  # fmt: skip

    def __init__(self, data):
        super().__init__(data)
        sources = Source.objects.order_by("name").values_list("slug", "name")
        self.fields["source"].choices = [("", _("every source")), *sources]
        language = (get_language() or "")[:2]
        themes = Theme.objects.filter(is_active=True, merged_into=None)
        named = [(theme.slug, theme.name(language)) for theme in themes]
        self.fields["theme"].choices = [("", _("every theme")), *named]

    def clean_q(self):
        typed = " ".join(self.cleaned_data["q"].split())
        if typed and not has_a_word(typed):
            raise forms.ValidationError(_("Type a word: signs alone are not looked for."))
        return typed

    def clean_state(self):
        return self.cleaned_data["state"] or Reply.State.DRAFT


class DraftForm(forms.Form):
    """The words and the edition that were on the page. Emptiness is the lint's to say."""

    text = Draft()
    edition = forms.IntegerField(min_value=1)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=300)
    edition = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class HoldForm(forms.Form):
    """A question about a fact, or the hand of somebody higher."""

    fact = Choice(label=_("About"), required=False)
    whom = Choice(label=_("Whom to ask"), choices=Hold.Whom.choices)
    words = forms.CharField(label=_("What do you need to know?"), max_length=500, widget=forms.Textarea)
    edition = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args, upwards=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["words"].widget.attrs["rows"] = 3
        if upwards:
            del self.fields["fact"]
            self.fields["whom"].label = _("Who should decide")
            self.fields["whom"].choices = [one for one in Hold.Whom.choices if one[0] not in Hold.ASKED]
            self.fields["words"].label = _("Why")
            return
        facts = [(name, labels.FACTS[name]) for name in labels.FACT_CHOICES]
        self.fields["fact"].choices = [("", _("something else")), *facts]
        self.fields["whom"].choices = [one for one in Hold.Whom.choices if one[0] in Hold.ASKED]


class AnswerForm(forms.Form):
    """What came back; for a question about a fact also what the fact is now."""

    value = Choice(label=_("So the fact is"), required=False)
    words = forms.CharField(label=_("The answer"), max_length=500, widget=forms.Textarea)
    edition = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args, fact="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["words"].widget.attrs["rows"] = 3
        choices = [choice for choice in labels.FACT_CHOICES.get(fact, []) if choice[0]]
        if not choices:
            del self.fields["value"]
            return
        self.fields["value"].label = labels.FACTS[fact]
        self.fields["value"].choices = [("", _("leave it as it is")), *choices]


class HideForm(forms.Form):
    reason = Choice(
        label=_("Why it may not be shown"), choices=Review._meta.get_field("hidden_reason").choices
    )


class SavedFilterForm(forms.Form):
    name = forms.CharField(label=_("Name of this list"), max_length=60)


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("CSV or JSONL file"),
        help_text=_(
            "It needs the columns id, date, and text or stars. English and Vietnamese names will do."
        ),
    )
    source = forms.CharField(
        label=_("Where the reviews come from"),
        max_length=120,
        help_text=_("The name of a place you know already, or of a new one."),
    )
    dry_run = forms.BooleanField(label=_("Only say what would happen"), required=False)

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MAX_BYTES:
            size = settings.IMPORT_MAX_BYTES // 1_000_000
            raise forms.ValidationError(
                _("This file is larger than %(size)s MB. Use manage.py import_reviews for it.")
                % {"size": size}
            )
        return file
