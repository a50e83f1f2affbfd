"""What the theme explorer shows, as tables and as data: one filter, the same numbers on the page, in files
and for programs. Reads only.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from feedback import alerts, charts, combinations, drawn, labels
from feedback.models import Alert, Combination, Location, Product, Touchpoint
from feedback.models.totals import ALL, Dimension
from feedback.models.words import Channel, WhyItCame
from feedback.reports import splits, trends
from feedback.trend_forms import TrendsFilter
from feedback.workbooks import Chart, Kind, Sheet

CATCH_ALL = "general"  # says nothing about what to mend, so it is never named first
LINES = 5  # themes drawn over time
BARS = 12  # themes with a bar
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
    """`split`: only where it was asked for. `bursts`: of these days, in the numbers or not."""

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
        """Of a file."""
        return f"{self.form.cleaned_data['split'] or 'themes'}-{self.found.start}-{self.found.end}"


def tell(form: TrendsFilter, language: str) -> Told | Combination | None:
    """Of a valid form. A Combination, or None: several filters, of which the numbers are being counted, or
    have to be asked for."""
    in_bursts = bursts(form)
    numbers = found(form, in_bursts)
    if not isinstance(numbers, trends.Trends):
        return numbers
    split = split_of(form) if form.cleaned_data["split"] else None
    return Told(form=form, language=language, found=numbers, split=split, bursts=in_bursts)


def bursts(form: TrendsFilter) -> list[Alert]:
    """Of these days; of what is filtered nothing is said."""
    chosen = form.cleaned_data
    return [] if form.where else alerts.between(chosen["start"], chosen["end"])


def found(form: TrendsFilter, in_bursts: list[Alert]) -> trends.Trends | Combination | None:
    chosen = form.cleaned_data
    is_less = in_bursts and chosen["without"]
    less = alerts.in_bursts(form.against[0], chosen["end"]) if is_less else ()
    return combinations.by_theme(
        form.where,
        start=chosen["start"],
        end=chosen["end"],
        period=chosen["period"],
        at=timezone.now(),
        against=form.against if chosen["compare"] else None,
        less=less,
    )


def split_of(form: TrendsFilter) -> splits.Split:
    chosen = form.cleaned_data
    asked = Dimension(chosen["split"]), chosen["theme"] or ALL, chosen["start"], chosen["end"]
    days = trends.whole_months(chosen["start"], chosen["end"])
    return drawn.while_totals_stay(
        ("split", *asked, chosen["period"]),
        lambda: splits.by_value(*asked, period=chosen["period"]),
        *days,
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
    yield [dimension.value, "name", "theme", "all", *labels.POLARITIES, *told.split.buckets]
    theme = told.form.cleaned_data["theme"] or ALL
    for name, part in _parts(told, told.split):
        counts = [getattr(part.counts, name) for name in labels.POLARITIES]
        yield [part.value, name, theme, part.counts.total, *counts, *part.by_bucket]


def sheets(told: Told) -> list[Sheet]:
    """For people: in their words, with charts."""
    return [_over_time(told), _by_theme(told), *([_split_sheet(told, told.split)] if told.split else ())]


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
    parts = list(_parts(told, split))
    by = str(labels.DIMENSIONS[Dimension(told.form.cleaned_data["split"])])
    return Sheet(
        name=_("Told apart"),
        head=[_("From"), _("First day"), *(name for name, _part in parts)],
        rows=[
            [name, day, *(part.by_bucket[n] for _name, part in parts)]
            for n, (name, day) in enumerate(zip(_dates(split.buckets, told), split.buckets, strict=True))
        ],
        charts=[
            Chart(
                kind=Kind.LINE, title=_("Told apart by %(dimension)s") % {"dimension": by},
                columns=range(2, 2 + min(len(parts), LINES)),
            )
        ],
    )  # fmt: skip


def _parts(told: Told, split: splits.Split) -> Iterator[tuple[str, splits.Part]]:
    dimension = Dimension(told.form.cleaned_data["split"])
    names, _addresses = value_names(dimension, [part.value for part in split.parts], told.language)
    for part in split.parts:
        yield names.get(part.value, part.value), part


def _dates(days: tuple[date, ...], told: Told) -> tuple[str, ...]:
    return charts.date_labels(days, step=told.form.cleaned_data["period"], language=told.language)


def _counts(counts: Any) -> list[int]:
    return [getattr(counts, name) for name in labels.POLARITIES]


# As data


def as_data(told: Told) -> dict[str, Any]:
    """For programs: with the names of the columns of the table."""
    whole = told.found
    return {
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
        "without_bursts": bool(told.bursts and told.form.cleaned_data["without"]),
        "split": _split_data(told, told.split) if told.split else None,
    }


def _split_data(told: Told, split: splits.Split) -> dict[str, Any]:
    return {
        "by": told.form.cleaned_data["split"],
        "theme": told.form.cleaned_data["theme"],
        "buckets": split.buckets,
        "parts": [
            {
                "value": part.value,
                "name": name,
                "total": part.counts.total,
                "by_bucket": part.by_bucket,
                "negative_by_bucket": part.negative_by_bucket,
                **_named(part.counts),
            }
            for name, part in _parts(told, split)
        ],
        "other_values": split.others,
        "of_others": split.of_others.total,
        "of_none": split.without.total,
    }


def _named(counts: Any) -> dict[str, int]:
    return {name: getattr(counts, name) for name in labels.POLARITIES}
