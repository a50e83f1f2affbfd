"""The part of the trends page that tells the values of a dimension apart: small drawings on one scale."""

import csv
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse

from feedback import labels, small_charts
from feedback.models import Location, Product, Touchpoint
from feedback.models.totals import ALL, Dimension
from feedback.models.words import Channel, WhyItCame
from feedback.reports import splits
from feedback.spreadsheets import harmless
from feedback.trend_forms import TrendsFilter

_WORDS: dict[str, dict[str, Any]] = {
    Dimension.CHANNEL: dict(Channel.choices),
    Dimension.WHY: dict(WhyItCame.choices),
    Dimension.LANGUAGE: labels.LANGUAGES,
    Dimension.LEVERAGE: labels.LEVERAGE,
}
_ROWS = {Dimension.TOUCHPOINT: Touchpoint, Dimension.LOCATION: Location, Dimension.PRODUCT: Product}


def shown(form: TrendsFilter, language: str, comments: str) -> dict[str, Any]:
    """`comments`: where the comments of these days are."""
    dimension, found = Dimension(form.cleaned_data["split"]), _found(form)
    names, addresses = _names(dimension, [part.value for part in found.parts], language)
    highest = max((max(part.by_bucket) for part in found.parts), default=0)
    theme = form.cleaned_data["theme"]
    about = f"&theme={theme}" if theme else ""
    rows = [
        {
            "name": names.get(part.value, part.value),
            "counts": part.counts,
            "share": part.counts.negative / part.counts.total,
            "drawing": small_charts.small(part.by_bucket, part.negative_by_bucket, highest=highest),
            "comments": f"{comments}&{dimension.value}={quote(addresses.get(part.value, part.value))}{about}",
        }
        for part in found.parts
    ]
    return {"split": found, "split_rows": rows, "highest": highest, "split_by": labels.DIMENSIONS[dimension]}


def as_csv(form: TrendsFilter, language: str) -> HttpResponse:
    """One value a line; nothing in it that a spreadsheet would run as a formula."""
    dimension, found = Dimension(form.cleaned_data["split"]), _found(form)
    names, _addresses = _names(dimension, [part.value for part in found.parts], language)
    response = HttpResponse(
        "\ufeff",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{dimension}-{found.start}-{found.end}.csv"'},
    )
    write = csv.writer(response).writerow
    write([dimension.value, "name", "theme", "all", *labels.POLARITIES, *found.buckets])
    theme = form.cleaned_data["theme"] or "*"
    for part in found.parts:
        counts = [getattr(part.counts, name) for name in labels.POLARITIES]
        about = [part.value, names.get(part.value, part.value), theme, part.counts.total]
        write([harmless(cell) for cell in [*about, *counts, *part.by_bucket]])
    return response


def _found(form: TrendsFilter) -> splits.Split:
    chosen = form.cleaned_data
    return splits.by_value(
        Dimension(chosen["split"]), chosen["theme"] or ALL, chosen["start"], chosen["end"],
        period=chosen["period"],
    )  # fmt: skip


def _names(dimension: Dimension, values: list[str], language: str) -> tuple[dict[str, str], dict[str, str]]:
    """What a value is called, and how an address says it."""
    if dimension in _WORDS:
        return {value: str(words) for value, words in _WORDS[dimension].items()}, {}
    if dimension not in _ROWS:
        return {}, {}
    rows = list(_ROWS[dimension].objects.filter(pk__in=values))
    names = {str(row.pk): row.name_vi if language == "vi" else row.name_en for row in rows}
    skus = {str(row.pk): row.sku for row in rows} if dimension == Dimension.PRODUCT else {}
    return names, skus
