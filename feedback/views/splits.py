"""The part of the trends page that tells the values of a dimension apart: small drawings on one scale."""

from typing import Any
from urllib.parse import quote

from feedback import labels, small_charts, trend_tables
from feedback.models.totals import Dimension
from feedback.trend_forms import TrendsFilter


def shown(form: TrendsFilter, language: str, comments: str) -> dict[str, Any]:
    """`comments`: where the comments of these days are."""
    dimension, found = Dimension(form.cleaned_data["split"]), trend_tables.split_of(form)
    values = [part.value for part in found.parts]
    names, addresses = trend_tables.value_names(dimension, values, language)
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
