"""The filters of trends and of the comments beneath them, out of an address."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from django import forms
from django.db import connection
from django.db.models import Model
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from feedback import combinations, labels
from feedback.buckets import Grain
from feedback.forms import Choice, PeriodFilter, Select, ThemeForm, words_of_a_theme
from feedback.models import Alert, Location, Product, Proposal, Theme, ThemeTotal, Touchpoint, User
from feedback.models.totals import ALL, Dimension
from feedback.models.words import WhyItCame
from feedback.prepared import PreparedFigures
from feedback.reports import trends

MOST_DAYS = {Grain.DAY: 93, Grain.WEEK: 1100, Grain.MONTH: 3700}  # of a chart by days, weeks, months
PERIODS = [(Grain.WEEK.value, _("week")), (Grain.MONTH.value, _("month")), (Grain.DAY.value, _("day"))]


class Known(NamedTuple):
    """What there is to choose from: `used` as dimension and value of the totals, rows as key and names."""

    used: tuple[tuple[str, str], ...]
    touchpoints: tuple[tuple[str, str, str], ...]
    locations: tuple[tuple[str, str, str], ...]
    themes: tuple[tuple[str, str, str], ...]  # in their order


def known() -> Known:
    """As it stands now. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_names())
        rows = sorted(cursor.fetchall())
    named = [tuple(row[2:] for row in rows if row[0] == kind) for kind in _NAMED]
    return Known(tuple(_used.all()), *named)


class SelectionFilter(PeriodFilter):
    """What the totals are kept by. A product is named by its SKU: there are too many for a list."""

    source = Choice(label=_("Source"), required=False)
    touchpoint = Choice(label=_("Touchpoint"), required=False)
    location = Choice(label=_("Location"), required=False)
    why = Choice(
        label=_("Why it came"), required=False, choices=[("", _("for every reason")), *WhyItCame.choices]
    )
    leverage = Choice(
        label=_("Threat"), required=False, choices=[("", _("with and without")), *labels.LEVERAGE.items()]
    )
    product = forms.CharField(label=_("Product (SKU)"), required=False, max_length=80)

    NAMED: tuple[str, ...] = (*Dimension.values, "theme", "compare", "split")

    def __init__(self, data, *, today: date, choices: Known | None = None):
        """`choices`: `known()`, where somebody has asked already."""
        super().__init__(data, today=today)
        self.choices = choices or known()
        used = set(self.choices.used)
        sources = [(value, value) for name, value in self.choices.used if name == Dimension.SOURCE]
        self.fields["source"].choices = [("", _("every source")), *sources]
        for name, rows, every in (
            ("touchpoint", self.choices.touchpoints, _("every touchpoint")),
            ("location", self.choices.locations, _("every location")),
        ):
            named = _named(row for row in rows if (name, row[0]) in used)
            self.fields[name].choices = [("", every), *named]
        for name in ("source", "touchpoint", "location"):
            if len(self.fields[name].choices) == 1:
                self.fields[name].widget = forms.HiddenInput()  # nothing to choose

    def clean_product(self):
        """The SKU as it was given; its row stands in `self.product`."""
        sku = self.cleaned_data["product"]
        self.product = Product.objects.filter(sku=sku).first() if sku else None
        if sku and self.product is None:
            raise forms.ValidationError(_("There is no product of this SKU."))
        return sku

    @property
    def where(self) -> dict[str, str]:
        """Value by dimension, as the totals have it."""
        chosen = {name: self.cleaned_data[name] for name in Dimension.values if self.cleaned_data[name]}
        return chosen | ({Dimension.PRODUCT.value: str(self.product.pk)} if self.product else {})

    @property
    def in_words(self) -> list[tuple[str, str]]:
        """What is filtered, as people read it: the name of each filter and what was chosen."""
        chosen = {name: self.cleaned_data[name] for name in self.NAMED if self.cleaned_data.get(name)}
        fields = {name: self.fields[name] for name in chosen}
        return [
            (str(fields[name].label), str(dict(getattr(fields[name], "choices", ())).get(value, value)))
            for name, value in chosen.items()
        ]

    @property
    def as_address(self) -> dict[str, str]:
        """The same choice for a link: with the days, without what was left out."""
        chosen = self.cleaned_data
        days = {"from": chosen["start"], "to": chosen["end"]}
        return days | {name: chosen[name] for name in Dimension.values if chosen[name]}


def _without_bursts() -> forms.ChoiceField:
    """Told in words where it is used, with a link that changes it."""
    return forms.ChoiceField(
        label=_("Left out"),
        required=False,
        choices=[("", ""), ("bursts", _("bad reviews that came at once"))],
        widget=forms.HiddenInput,
    )


class TrendsFilter(SelectionFilter):
    """`compare`: the time that the change is told from. `split`: told apart by the values of a dimension;
    `theme`: of which that is, or everything."""

    MORE = ("source", "touchpoint", "location", "why", "leverage", "product")

    period = Choice(label=_("By"), required=False, choices=PERIODS)
    compare = Choice(
        label=_("Beside"),
        required=False,
        choices=[("", _("the time before")), ("year", _("the same days a year before"))],
    )
    split = Choice(
        label=_("Told apart by"), required=False, choices=[("", _("nothing")), *labels.DIMENSIONS.items()]
    )
    theme = Choice(label=_("Theme"), required=False)
    without = _without_bursts()

    def __init__(self, data, *, today: date, choices: Known | None = None):
        super().__init__(data, today=today, choices=choices)
        self.fields["theme"].choices = [("", _("every theme")), *_in_one_language(self.choices.themes)]

    @property
    def main_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in self.MORE]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """Behind one press, unless one of them is used."""
        return [field for field in self.visible_fields() if field.name in self.MORE]

    @property
    def uses_more(self) -> bool:
        return any(self.data.get(name) for name in self.MORE)

    @property
    def against(self) -> tuple[date, date]:
        """The days that the change is told from."""
        start, end = self.cleaned_data["start"], self.cleaned_data["end"]
        if self.cleaned_data["compare"] == "year":
            return _a_year_before(start), _a_year_before(end)
        return trends.before_that(start, end), start - timedelta(days=1)

    @property
    def is_in_whole_months(self) -> bool:
        """Nothing else is kept of a product alone."""
        return list(self.where) == [Dimension.PRODUCT]

    @property
    def whole_months(self) -> tuple[date, date]:
        return trends.whole_months(self.cleaned_data["start"], self.cleaned_data["end"])

    @property
    def told_days(self) -> tuple[date, date]:
        """The first and the last that the numbers are of."""
        chosen = self.cleaned_data
        return self.whole_months if self.is_in_whole_months else (chosen["start"], chosen["end"])

    @property
    def first_day(self) -> date:
        """Of all that is told, the time before too."""
        return trends.reach(*self.told_days, self.against)[0]

    @property
    def whole_address(self) -> dict[str, str]:
        """Everything that was chosen, for a link to the same page."""
        names = ("period", "compare", "split", "theme", "without")
        chosen = {name: self.cleaned_data[name] for name in names if self.cleaned_data[name]}
        return self.as_address | chosen

    def clean(self):
        """Weeks, if nothing is said and they can be told apart."""
        cleaned = super().clean()
        if self.errors:
            return cleaned
        days = (cleaned["end"] - cleaned["start"]).days
        usual = Grain.WEEK if days < MOST_DAYS[Grain.WEEK] else Grain.MONTH
        cleaned["period"] = cleaned["period"] or usual.value
        if days >= MOST_DAYS[cleaned["period"]]:
            self.add_error("period", _("So many points cannot be told apart: choose longer steps."))
        if cleaned["compare"] and days >= 365:
            self.add_error("compare", _("More than a year cannot be set beside the year before."))
        if cleaned["split"] and self.where:
            self._check_that_few()
        return cleaned

    def _check_that_few(self) -> None:
        """What is filtered and told apart is counted while somebody waits. One query."""
        if combinations.comments_between(*self.told_days) > combinations.AT_ONCE:
            words = _("Among at most %(n)s comments, what is filtered can be told apart: choose fewer days.")
            self.add_error("split", forms.ValidationError(words, params={"n": combinations.AT_ONCE}))


class CommentsFilter(SelectionFilter):
    """`polarity`: of the theme when one is chosen, else of the whole comment. `burst`: an alert's public id:
    only the bad reviews that came at once; its row stands in `of_burst`. `without`: not those of any burst.
    `scored`: only with a score."""

    theme = Choice(label=_("Theme"), required=False)
    polarity = Choice(
        label=_("Says"), required=False, choices=[("", _("everything")), *labels.POLARITIES.items()]
    )
    burst = forms.CharField(
        label=_("Burst of reviews"), required=False, max_length=40, widget=forms.HiddenInput
    )
    without = _without_bursts()
    scored = forms.ChoiceField(
        label=_("With a score"), required=False, choices=[("", ""), ("1", "")], widget=forms.HiddenInput
    )

    def __init__(self, data, *, today: date):
        super().__init__(data, today=today)
        self.fields["theme"].choices = [("", _("every theme")), *_in_one_language(self.choices.themes)]

    def clean_burst(self):
        public_id = self.cleaned_data["burst"]
        found = Alert.objects.filter(public_id=public_id, kind=Alert.Kind.BURST)
        self.of_burst = found.first() if public_id else None
        if public_id and self.of_burst is None:
            raise forms.ValidationError(_("There is no such burst of reviews."))
        return public_id

    @property
    def whole_address(self) -> dict[str, str]:
        """Everything that was chosen, for a link to the same comments."""
        names = ("theme", "polarity", "burst", "without", "scored")
        return self.as_address | {name: self.cleaned_data[name] for name in names if self.cleaned_data[name]}


class SaveForm(forms.Form):
    name = forms.CharField(label=_("Name of the view"), max_length=80)
    is_shared = forms.BooleanField(label=_("for everybody at the desk"), required=False)


class AlertForm(forms.Form):
    """What is done about an alert."""

    USUAL_DAYS = 7

    ACTS = ("take", "snooze", "wake", "settle", "hand over", "give back")

    act = forms.ChoiceField(
        choices=[(name, name) for name in ACTS],
        error_messages={
            name: _("This cannot be done with an alert.") for name in ("required", "invalid_choice")
        },
    )
    days = forms.TypedChoiceField(
        label=_("Until"),
        required=False,
        coerce=int,
        empty_value=USUAL_DAYS,
        choices=[(7, _("in a week")), (14, _("in two weeks")), (30, _("in a month"))],
        widget=Select,
        error_messages={"invalid_choice": _("Choose one of the times of the list.")},
    )
    note = forms.CharField(label=_("What it was"), required=False, max_length=300)
    to = Choice(
        label=_("Who looks after it"),
        required=False,
        error_messages={"invalid_choice": _("Choose a colleague of the list.")},
    )
    held_by = forms.CharField(required=False, max_length=40)

    def __init__(self, data=None, *, alert: Alert, colleagues: Mapping[str, User]):
        """`colleagues`: who may look after it, by public id. `held_by`: who did when the page was opened."""
        super().__init__(data, auto_id=f"%s-{alert.public_id}")
        self.colleagues = colleagues
        others = [(key, str(one)) for key, one in colleagues.items() if one.pk != alert.owner_id]
        self.fields["to"].choices = others

    def clean_to(self):
        return self.colleagues.get(self.cleaned_data["to"])

    def clean_held_by(self):
        """None for nobody, and for who has gone meanwhile: then somebody else was faster."""
        return self.colleagues.get(self.cleaned_data["held_by"])

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("act") == "hand over" and not cleaned.get("to") and "to" not in self.errors:
            self.add_error("to", _("Choose a colleague of the list."))
        return cleaned


class AcceptForm(ThemeForm):
    """A proposed theme as one of the shop's own. It has a name in the language in which it is spoken of."""

    note = forms.CharField(label=_("Why"), required=False, max_length=300)

    def __init__(self, data=None, *, proposal: Proposal):
        name = {f"name_{proposal.language}": proposal.name[:1].upper() + proposal.name[1:]}
        super().__init__(data, instance=Theme(**name, words=proposal.words))
        del self.fields["is_active"]


class AddWordsForm(forms.Form):
    """A proposed theme that belongs to one that is there."""

    prefix = "merge"
    into = forms.ModelChoiceField(Theme.objects.none(), label=_("Belongs to"), empty_label=None)
    words = words_of_a_theme()
    note = forms.CharField(label=_("Why"), required=False, max_length=300)

    def __init__(self, data=None, *, proposal: Proposal, language: str):
        in_use = Theme.objects.filter(merged_into=None, is_active=True)
        near = in_use.filter(slug=proposal.near).first()
        super().__init__(data, initial={"words": proposal.words, "into": near})
        self.fields["into"].queryset = in_use
        self.fields["into"].label_from_instance = lambda one: one.name(language)
        self.fields["words"].required = True


class IgnoreForm(forms.Form):
    """Why a proposed theme is none."""

    prefix = "ignore"
    note = forms.CharField(label=_("Why"), max_length=300)


def _a_year_before(day: date) -> date:
    """29 February is told from 28."""
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)


# Values of the last years that may be chosen, by dimension: of the kept months.
_used = PreparedFigures(
    lambda: (
        ThemeTotal.objects.filter(
            dimension__in=[Dimension.SOURCE, Dimension.TOUCHPOINT, Dimension.LOCATION],
            grain=Grain.MONTH,
            theme=ALL,
        )
        .order_by("dimension", "value")
        .values_list("dimension", "value")
        .distinct()
    )
)
_NAMED: dict[str, tuple[type[Model], str, str]] = {  # with the columns of their place and key
    "touchpoint": (Touchpoint, "0", "CAST(id AS varchar(20))"),
    "location": (Location, "0", "CAST(id AS varchar(20))"),
    "theme": (Theme, "position", "slug"),
}


@cache
def _names() -> str:
    """One query for all: each of them alone takes longer to ask than to answer."""
    return " UNION ALL ".join(
        f"SELECT '{kind}', {place}, {key}, name_vi, name_en FROM {model._meta.db_table}"  # noqa: S608 our own
        + (" WHERE merged_into_id IS NULL" if model is Theme else "")
        for kind, (model, place, key) in _NAMED.items()
    )


def _named(rows: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    return sorted(_in_one_language(rows), key=lambda one: one[1])


def _in_one_language(rows: Iterable[tuple]) -> list[tuple]:
    language = (get_language() or "")[:2]
    return [(key, name_vi if language == "vi" else name_en) for key, name_vi, name_en in rows]
