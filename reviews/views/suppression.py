"""Proof that no review is suppressed: each shown, or hidden for a listed reason whatever its stars (L6)."""

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from feedback import labels
from feedback.intervals import wilson
from feedback.roles import DESK, allow
from feedback.spreadsheets import harmless
from reviews import account, account_words
from reviews.account import Row
from reviews.models import HIDDEN_FOR


@allow(DESK)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    found = account.of_late()
    context = {
        "account": found,
        "stars": list(_rows(found.stars)),
        "felt": list(_rows(found.felt)),
        "reasons": [(HIDDEN_FOR[reason], n) for reason, n in found.reasons.items()],
        "findings": account_words.findings(found),
        "end_of_log": account.end_of_log(),
    }
    return render(request, "reviews/suppression.html", context)


@allow(DESK)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    found = account.of_late()
    response = HttpResponse(
        "\ufeff",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="shown-and-hidden.csv"'},
    )
    write = csv.writer(response).writerow
    write(["kind", "value", "received", "shown", "hidden", *HIDDEN_FOR])
    for kind, rows in (("stars", found.stars), ("sentiment", found.felt)):
        for row in rows:
            cells = [kind, row.kind or "", row.n, row.shown, row.all_hidden, *row.hidden.values()]
            write([harmless(cell) for cell in cells])
    return response


def _rows(rows: tuple[Row, ...]) -> Iterator[dict[str, Any]]:
    """With the share that is hidden and its interval, drawn on one scale."""
    ends = [wilson(row.all_hidden, row.n) for row in rows]
    scale = max((high for _low, high in filter(None, ends)), default=0) or 1
    for row, interval in zip(rows, ends, strict=True):
        share = row.all_hidden / row.n if row.n else None
        low, high = interval or (None, None)
        yield {
            "row": row,
            "label": _("without stars") if row.kind == 0 else labels.POLARITIES.get(str(row.kind), row.kind),
            "share": share,
            "low": low,
            "high": high,
            "width": round(100 * (share or 0) / scale, 1),
            "from": round(100 * (low or 0) / scale, 1),
            "to": round(100 * (high or 0) / scale, 1),
        }
