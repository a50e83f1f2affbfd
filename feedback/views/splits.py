"""The part of the trends page that tells the values of a dimension apart: small drawings on one scale."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.template.loader import render_to_string

from feedback import drawn, labels, small_charts, trend_tables
from feedback.models.totals import Dimension
from feedback.reports import splits
from feedback.trend_forms import TrendsFilter


def shown(form: TrendsFilter, language: str, about: Mapping[str, Any]) -> dict[str, Any]:
    """`about`: comments_url, where the comments of these days are; csv_url; one_theme, its name. Drawn anew
    when a total changed, or a value has another name."""
    dimension, found = Dimension(form.cleaned_data["split"]), trend_tables.split_of(form)
    values = [part.value for part in found.parts]
    names, addresses = trend_tables.value_names(dimension, values, language)
    told = {name: about.get(name, "") for name in ("csv_url", "xlsx_url", "one_theme")}

    def draw() -> dict[str, Any]:
        context = _context(form, found, names, addresses, about["comments_url"])
        html = render_to_string("feedback/_split.html", context | told)
        return context | {"drawn_split": html}

    key = ("drawn split", language, dimension, about["comments_url"], *told.values())
    return drawn.once(key, draw, (found, names, addresses))


def _context(
    form: TrendsFilter,
    found: splits.Split,
    names: Mapping[str, str],
    addresses: Mapping[str, str],
    comments: str,
) -> dict[str, Any]:
    dimension = Dimension(form.cleaned_data["split"])
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
