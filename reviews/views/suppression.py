"""Proof that no review is suppressed: each shown, or hidden for a listed reason whatever its stars (L6)."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from feedback import labels
from feedback.intervals import wilson
from feedback.roles import DESK, allow
from feedback.views import downloads
from feedback.workbooks import Chart, Kind, Sheet
from reviews import account, account_words
from reviews.account import Row
from reviews.models import HIDDEN_FOR

_FILE = "shown-and-hidden"


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
def as_csv(request: HttpRequest) -> HttpResponseBase:
    return downloads.csv_of(_lines(), _FILE)


@allow(DESK)
@require_safe
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    """With a chart of how much is hidden of each kind, and how surely."""
    found = account.of_late()
    sheets = [_sheet(_("Stars"), found.stars), _sheet(_("Feeling"), found.felt)]
    return downloads.workbook_of(sheets, _FILE)


def _lines() -> Iterator[list[Any]]:
    found = account.of_late()
    yield ["kind", "value", "received", "shown", "hidden", *HIDDEN_FOR]
    for kind, rows in (("stars", found.stars), ("sentiment", found.felt)):
        for row in rows:
            yield [kind, row.kind or "", row.n, row.shown, row.all_hidden, *row.hidden.values()]


def _sheet(name: str, rows: tuple[Row, ...]) -> Sheet:
    head = [
        name, _("received"), pgettext("reviews", "shown"), _("hidden"), _("share hidden, %"),
        _("interval below"), _("interval above"), *(str(words) for words in HIDDEN_FOR.values()),
    ]  # fmt: skip
    lines = [
        [str(one["label"]), one["row"].n, one["row"].shown, one["row"].all_hidden, *_reach(one),
         *one["row"].hidden.values()]
        for one in _rows(rows)
    ]  # fmt: skip
    chart = Chart(
        kind=Kind.BARS, title=_("Share that is hidden, with its interval"), columns=[4], low=5, high=6
    )
    return Sheet(name=name, head=head, rows=lines, charts=[chart])


def _reach(one: dict[str, Any]) -> list[float | None]:
    """In per cent; of an interval, how far it reaches below and above."""
    share, low, high = one["share"], one["low"], one["high"]
    if share is None or low is None:
        return [None] * 3
    return [100 * share, 100 * (share - low), 100 * (high - share)]


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
