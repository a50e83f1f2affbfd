"""What the theme explorer shows, as tables and as data: one filter, the same numbers on the page, in files
and for programs. Reads only.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from feedback import alerts, charts, combinations, drawn, labels, selections
from feedback.buckets import Grain
from feedback.models import Alert, Combination, Location, Product, Touchpoint
from feedback.models.totals import ALL, Dimension
from feedback.models.words import Channel, WhyItCame
from feedback.reports import beside, splits, trends
from feedback.reports.kept_totals import Counts
from feedback.trend_forms import TrendsFilter
from feedback.workbooks import Chart, Kind, Sheet

CATCH_ALL = "general"  # says nothing about what to mend, so it is never named first
LINES = 5  # themes drawn over time
BARS = 12  # themes with a bar
LONGEST_NAME = 150  # letters of a file's
NOT_IN_NAMES = ("from", "to", "period", "split")  # said before, or seen at once
_WORDS: dict[str, dict[str, Any]] = {
    Dimension.CHANNEL: dict(Channel.choices),
    Dimension.WHY: dict(WhyItCame.choices),
    Dimension.LANGUAGE: labels.LANGUAGES,
    Dimension.LEVERAGE: labels.LEVERAGE,
}
_ROWS: dict[str, Any] = {
    Dimension.TOUCHPOINT: Touchpoint,
    Dimension.LOCATION: Location,
    Dimension.PRODUCT: Product,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`split`: only where it was asked for. `bursts`: of these days; left out if `found.is_less`."""

    form: TrendsFilter
    language: str
    found: trends.Trends
    split: splits.Split | None
    bursts: list[Alert]

    @property
    def themes(self) -> list[trends.ThemeRow]:
        return catch_all_last(self.found.themes)

    @property
    def name(self) -> str:
        """Of a file: what it is of."""
        form, whole = self.form, self.found
        days = self.split or whole
        chosen = {name: value for name, value in form.whole_address.items() if name not in NOT_IN_NAMES}
        if not whole.is_less:
            chosen.pop("without", None)
        words = [f"{name}-{value}" for name, value in chosen.items()]
        about = [form.cleaned_data["split"] or "themes", str(days.start), str(days.end), *words]
        return slugify("-".join(about))[:LONGEST_NAME].rstrip("-")


def tell(form: TrendsFilter, language: str) -> Told | Combination | None:
    """Of a valid form. A Combination, or None: several filters, of which the numbers are being counted, or
    have to be asked for."""
    in_bursts = bursts(form)
    numbers = found(form, in_bursts)
    if not isinstance(numbers, trends.Trends):
        return numbers
    split = split_of(form, is_less=numbers.is_less) if form.cleaned_data["split"] else None
    return Told(form=form, language=language, found=numbers, split=split, bursts=in_bursts)


def bursts(form: TrendsFilter) -> list[Alert]:
    """Of the days that are told; of what is filtered, those that may be in it. One query."""
    where = form.where
    if where.get(Dimension.CHANNEL, Channel.REVIEW) != Channel.REVIEW:
        return []
    source = where.get(Dimension.SOURCE)
    return [one for one in alerts.between(*form.told_days) if source in (None, one.source)]


def found(form: TrendsFilter, in_bursts: list[Alert]) -> trends.Trends | Combination | None:
    chosen, (_first, last) = form.cleaned_data, form.told_days
    is_less = in_bursts and chosen["without"]
    return combinations.by_theme(
        form.where,
        start=chosen["start"],
        end=chosen["end"],
        period=chosen["period"],
        at=timezone.now(),
        against=form.against if chosen["compare"] else None,
        less=alerts.in_bursts(form.first_day, last, where=form.where) if is_less else None,
    )


def filters(form: TrendsFilter, found: trends.Trends) -> dict[str, Any]:
    """What selects just the comments that were counted, for links: a product is told by whole months."""
    days = {"from": found.start, "to": found.end}
    return form.as_address | days | ({"without": "bursts"} if found.is_less else {})


def step(form: TrendsFilter) -> str:
    return Grain.MONTH if form.is_in_whole_months else form.cleaned_data["period"]


def split_step(form: TrendsFilter) -> str:
    """Of all products, months alone are kept."""
    is_by_months = not form.where and form.cleaned_data["split"] == Dimension.PRODUCT
    return Grain.MONTH if is_by_months else step(form)


def rest_name(split: splits.Split) -> str:
    """What is in no drawing: other values, comments of which it is not known, or both."""
    named = [rest_words(split.others)] if split.others else []
    return ", ".join([*named, *([rest_words(0)] if split.without.total else ())])


def rest_words(others: int) -> str:
    """So many other values; 0: not known."""
    if not others:
        return pgettext("value of a dimension", "not known")
    return ngettext("%(n)s other", "%(n)s others", others) % {"n": others}


def before_by_bucket(form: TrendsFilter, found: trends.Trends, theme: str) -> tuple[int | None, ...]:
    """How often in the days that the change is told from, by the buckets of the period; empty where these are
    too many to be read day by day, or a job counted them."""
    first, last = found.against
    if found.is_fixed or (last - first).days > beside.LONGEST:
        return ()
    if len(form.where) > 1:
        counted = combinations.now(form.where, first, last)
    else:
        ((dimension, value),) = form.where.items() or ((ALL, ALL),)
        counted = beside.kept(found, theme, dimension=dimension, value=value)
    less = alerts.in_bursts(first, last, where=form.where) if found.is_less else []
    return beside.by_bucket(found, theme, [*counted, *less])


def split_of(form: TrendsFilter, *, is_less: bool) -> splits.Split:
    """Of the same comments. Where something is filtered or left out, the rows are counted: the form sees to
    it that there are few."""
    chosen = form.cleaned_data
    by, theme, period = Dimension(chosen["split"]), chosen["theme"] or ALL, step(form)
    if form.where:
        start, end = form.told_days
        rows = selections.counted(selections.comments(form.where, start, end), by)
        less = alerts.in_bursts(start, end, where=form.where, by=by) if is_less else []
        return splits.told(theme, [*rows, *less], start, end, period=period)
    asked, days = (by, theme, chosen["start"], chosen["end"]), form.whole_months
    if is_less:
        return splits.by_value(*asked, period=period, less=alerts.in_bursts(*days, by=by))
    return drawn.while_totals_stay(
        ("split", *asked, period), lambda: splits.by_value(*asked, period=period), *days
    )


def value_names(
    dimension: Dimension, values: list[str], language: str
) -> tuple[dict[str, str], dict[str, str]]:
    """What a value is called, and how an address says it."""
    if dimension in _WORDS:
        return {value: str(words) for value, words in _WORDS[dimension].items()}, {}
    if dimension not in _ROWS:
        return {}, {}
    rows = list(_ROWS[dimension].objects.filter(pk__in=values))
    names = {str(row.pk): row.name_vi if language == "vi" else row.name_en for row in rows}
    skus = {str(row.pk): row.sku for row in rows} if dimension == Dimension.PRODUCT else {}
    return names, skus


def catch_all_last(rows: Iterable[trends.ThemeRow]) -> list[trends.ThemeRow]:
    """So that the first row of the table is the theme that the sentence above it names."""
    return sorted(rows, key=lambda row: row.slug == CATCH_ALL)


# As tables


def theme_table(told: Told) -> Iterator[list[Any]]:
    """With its head: one theme a line."""
    whole = told.found
    yield ["theme", "name", "from", "to", "all", *labels.POLARITIES, "before", *whole.buckets]
    for row in told.themes:
        counts = [getattr(row.counts, name) for name in labels.POLARITIES]
        about = [row.slug, row.name(told.language), whole.start, whole.end, row.total]
        yield [*about, *counts, row.before, *row.by_bucket]


def split_table(told: Told) -> Iterator[list[Any]]:
    """With its head: one value a line."""
    assert told.split is not None
    dimension = Dimension(told.form.cleaned_data["split"])
    split, days = told.split, (told.split.start, told.split.end)
    yield [dimension.value, "name", "theme", "from", "to", "all", *labels.POLARITIES, *split.buckets]
    theme = told.form.cleaned_data["theme"] or ALL
    for value, name, part in _parts(told, split):
        yield [value, name, theme, *days, part.counts.total, *_counts(part.counts), *part.by_bucket]
    for name, counts, by_bucket in _rest(split):
        yield ["", name, theme, *days, counts.total, *_counts(counts), *by_bucket]


def sheets(told: Told) -> list[Sheet]:
    """For people: in their words, with charts."""
    apart = [_split_sheet(told, told.split), _values_sheet(told, told.split)] if told.split else []
    return [_about(told), _over_time(told), _by_theme(told), *apart]


def _about(told: Told) -> Sheet:
    """What the numbers are of: days and filters."""
    whole, form = told.found, told.form
    first, last = whole.against
    return Sheet(
        name=_("What this is"),
        head=[_("What customers talk about"), ""],
        rows=[
            [_("First day"), whole.start],
            [_("Last day"), whole.end],
            [_("Before: first day"), first],
            [_("Before: last day"), last],
            *form.in_words,
            *([[_("Left out"), _("bad reviews that came at once")]] if whole.is_less else ()),
            [_("Comments"), whole.comments.total],
            [_("As of"), form.today],
        ],
    )


def _over_time(told: Told) -> Sheet:
    whole, rows = told.found, [row for row in told.themes if row.total]
    drawn = [row for row in rows if row.slug != CATCH_ALL][:LINES]
    felt = [str(words) for words in labels.POLARITIES.values()]
    first = _dates(whole.buckets, told)
    return Sheet(
        name=_("Over time"),
        head=[_("From"), _("First day"), *(row.name(told.language) for row in rows), *felt],
        rows=[
            [name, day, *(row.by_bucket[n] for row in rows), *_counts(whole.sentiment[n])]
            for n, (name, day) in enumerate(zip(first, whole.buckets, strict=True))
        ],
        charts=[
            Chart(
                kind=Kind.LINE, title=_("How often each theme comes up"),
                columns=[2 + rows.index(row) for row in drawn],
            ),
            Chart(
                kind=Kind.STACKED, title=_("How whole comments felt"),
                columns=[2 + len(rows) + n for n in range(len(felt))],
            ),
        ],
    )  # fmt: skip


def _by_theme(told: Told) -> Sheet:
    felt = [str(words) for words in labels.POLARITIES.values()]
    return Sheet(
        name=_("Themes"),
        head=[_("Theme"), _("times"), *felt, _("before that"), _("change")],
        rows=[
            [row.name(told.language), row.total, *_counts(row.counts), row.before, row.total - row.before]
            for row in told.themes
        ],
        charts=[
            Chart(
                kind=Kind.BARS,
                title=_("What is said of each theme"),
                columns=range(2, 2 + len(felt)),
                rows=BARS,
            )
        ],
    )


def _split_sheet(told: Told, split: splits.Split) -> Sheet:
    days = charts.date_labels(split.buckets, step=split_step(told.form), language=told.language)
    parts = list(_parts(told, split))
    rest = [rest_name(split)] if any(split.rest_by_bucket) else []
    by = str(labels.DIMENSIONS[Dimension(told.form.cleaned_data["split"])])
    return Sheet(
        name=_("Told apart"),
        head=[_("From"), _("First day"), *(name for _value, name, _part in parts), *rest],
        rows=[
            [
                name, day, *(part.by_bucket[n] for _value, _name, part in parts),
                *(split.rest_by_bucket[n] for _name in rest),
            ]
            for n, (name, day) in enumerate(zip(days, split.buckets, strict=True))
        ],
        charts=[
            Chart(
                kind=Kind.LINE, title=_("Told apart by %(dimension)s") % {"dimension": by},
                columns=range(2, 2 + min(len(parts), LINES)),
            )
        ],
    )  # fmt: skip


def _values_sheet(told: Told, split: splits.Split) -> Sheet:
    felt = [str(words) for words in labels.POLARITIES.values()]
    by = str(labels.DIMENSIONS[Dimension(told.form.cleaned_data["split"])])
    named = [(name, part.counts) for _value, name, part in _parts(told, split)]
    named += [(name, counts) for name, counts, _by_bucket in _rest(split)]
    return Sheet(
        name=_("Told apart, in all"),
        head=[by, _("First day"), _("Last day"), _("times"), *felt],
        rows=[[name, split.start, split.end, counts.total, *_counts(counts)] for name, counts in named],
    )


def _parts(told: Told, split: splits.Split) -> Iterator[tuple[str, str, splits.Part]]:
    """Each as an address says it, and by name."""
    dimension = Dimension(told.form.cleaned_data["split"])
    names, addresses = value_names(dimension, [part.value for part in split.parts], told.language)
    for part in split.parts:
        yield addresses.get(part.value, part.value), names.get(part.value, part.value), part


def _rest(split: splits.Split) -> Iterator[tuple[str, Counts, Sequence[int | None]]]:
    """What is in no part, by name. By bucket both are known together alone."""
    both = [(split.others, split.of_others), (0, split.without)]
    known = [(others, counts) for others, counts in both if counts.total]
    by_bucket = split.rest_by_bucket if len(known) == 1 else [None] * len(split.buckets)
    for others, counts in known:
        yield rest_words(others), counts, by_bucket


def _dates(days: tuple[date, ...], told: Told) -> tuple[str, ...]:
    return charts.date_labels(days, step=step(told.form), language=told.language)


def _counts(counts: Any) -> list[int]:
    return [getattr(counts, name) for name in labels.POLARITIES]


# As data


def as_data(told: Told) -> dict[str, Any]:
    """For programs: with the names of the columns of the table."""
    whole = told.found
    return {
        "filters": {name: str(value) for name, value in told.form.as_address.items()}
        | {"from": str(whole.start), "to": str(whole.end)},
        "start": whole.start,
        "end": whole.end,
        "buckets": whole.buckets,
        "comments": whole.comments.total,
        "comments_before": whole.comments_before,
        "sentiment": [_named(counts) for counts in whole.sentiment],
        "themes": [
            {
                "theme": row.slug,
                "name": row.name(told.language),
                "total": row.total,
                "before": row.before,
                "by_bucket": row.by_bucket,
                "negative_by_bucket": row.negative_by_bucket,
                **_named(row.counts),
            }
            for row in whole.themes
        ],
        "bursts": [
            {"source": one.source, "first": one.since, "last": one.until, "reviews": one.seen}
            for one in told.bursts
        ],
        "without_bursts": whole.is_less,
        "split": _split_data(told, told.split) if told.split else None,
    }


def _split_data(told: Told, split: splits.Split) -> dict[str, Any]:
    return {
        "by": told.form.cleaned_data["split"],
        "start": split.start,
        "end": split.end,
        "theme": told.form.cleaned_data["theme"],
        "buckets": split.buckets,
        "parts": [
            {
                "value": value,
                "name": name,
                "total": part.counts.total,
                "by_bucket": part.by_bucket,
                "negative_by_bucket": part.negative_by_bucket,
                **_named(part.counts),
            }
            for value, name, part in _parts(told, split)
        ],
        "other_values": split.others,
        "of_others": split.of_others.total,
        "of_none": split.without.total,
    }


def _named(counts: Any) -> dict[str, int]:
    return {name: getattr(counts, name) for name in labels.POLARITIES}
