"""REPORT: what customers said, chosen as on its page: for the page itself, for files and for programs.

Read in batches, so that a hundred thousand comments need no more memory than five hundred. Who said it is not
in it: no name, no address, no order.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from itertools import chain
from typing import Any

from django.db.models import Q

from feedback import alerts, selections, shop, totals
from feedback.models import Mention
from feedback.models.words import CommentQuerySet
from feedback.spreadsheets import harmless, streamed_workbook
from feedback.trend_forms import CommentsFilter

BATCH = 500
COLUMNS = (
    "id", "said_at", "received_at", "channel", "source", "why_it_came", "language", "touchpoint",
    "location", "product", "score", "scale", "sentiment", "threat", "themes", "case", "title", "text",
)  # fmt: skip
Place = tuple[datetime, int]  # of the last comment of a batch: when it was said, and its key
_FIELDS = (
    "pk", "said_at", "received_at", "public_id", "channel", "source", "why", "analysis__lang",
    "touchpoint__slug", "location__code", "product__sku", "score", "scale", "final",
    "analysis__leverage", "case__public_id", "title", "text",
)  # fmt: skip


def chosen(form: CommentsFilter, roots: dict[str, str]) -> CommentQuerySet:
    """By a valid form; in no order. `roots`: of totals.roots."""
    given = form.cleaned_data
    found = selections.comments(form.where, given["start"], given["end"])
    if form.of_burst:
        found = found.filter(pk__in=alerts.said_in(form.of_burst).values("pk"))
    if given["without"]:
        bursts = alerts.between(given["start"], given["end"])
        found = found.exclude(pk__in=alerts.said_in(*bursts).values("pk")) if bursts else found
    if given["scored"]:
        found = found.exclude(score=None)
    if given["theme"]:
        return _about(found, given["theme"], given["polarity"], roots)
    if given["polarity"]:
        return found.alias(final=selections.FINAL).filter(final=given["polarity"])
    return found


def _about(found: CommentQuerySet, theme: str, polarity: str, roots: dict[str, str]) -> CommentQuerySet:
    """Comments with this theme, or one that was merged into it; the strongest polarity counts."""
    members = [slug for slug, root in roots.items() if root == theme]
    mentions = Mention.objects.counted().filter(theme__slug__in=members)
    if not polarity:
        return found.filter(pk__in=mentions.values("comment"))
    found = found.filter(pk__in=mentions.filter(Q(final=polarity)).values("comment"))
    stronger = totals.STRONGEST_FIRST[: totals.STRONGEST_FIRST.index(polarity)]
    if len(members) == 1 or not stronger:
        return found
    return found.exclude(pk__in=mentions.filter(Q(final__in=stronger)).values("comment"))


def batch(
    form: CommentsFilter, after: Place | None, *, most: int = BATCH
) -> tuple[list[dict[str, Any]], Place | None]:
    """The newest first: the next `most` after that place, and the place after which to go on; None: that was
    all. Three queries."""
    roots = totals.roots()
    found = chosen(form, roots).annotate(final=selections.FINAL)
    if after:
        said_at, key = after
        found = found.filter(said_at__lte=said_at).exclude(Q(said_at=said_at, pk__gte=key))
    rows = list(found.order_by("-said_at", "-pk").values_list(*_FIELDS)[: most + 1])
    shown = rows[:most]
    themes: dict[int, list[tuple[str, str]]] = {}
    for key, slug, polarity in Mention.objects.filter(comment__among=[row[0] for row in shown]).told():
        themes.setdefault(key, []).append((slug, polarity))
    zone = shop.zone()
    made = [_made(row, totals.merged(themes.get(row[0], ()), roots), zone) for row in shown]
    return made, (shown[-1][1], shown[-1][0]) if len(rows) > most else None


def rows(form: CommentsFilter) -> Iterator[dict[str, Any]]:
    """All that were chosen, one by one."""
    place: Place | None = None
    while True:
        made, place = batch(form, place)
        yield from made
        if place is None:
            return


def as_csv(form: CommentsFilter) -> Iterator[str]:
    yield "\ufeff" + _line(COLUMNS)
    for one in rows(form):
        yield _line([harmless(cell) for cell in _cells(one)])


def as_json(form: CommentsFilter) -> Iterator[str]:
    """One object; its `comments` come one by one."""
    given = form.cleaned_data
    yield f'{{"from": "{given["start"]}", "to": "{given["end"]}", "comments": ['
    comma = ""
    for one in rows(form):
        yield comma + json.dumps(one, ensure_ascii=False, default=_plain)
        comma = ",\n"
    yield "]}\n"


def as_xlsx(form: CommentsFilter) -> Iterator[bytes]:
    """Rows written as they come; texts stay texts, whatever they begin with."""
    return streamed_workbook(chain([COLUMNS], map(_cells, rows(form))))


def _made(row: Sequence[Any], themes: dict[str, str], zone: tzinfo) -> dict[str, Any]:
    _key, said_at, received_at, public_id, *between, case, title, text = row
    told = [{"theme": slug, "polarity": polarity} for slug, polarity in themes.items()]
    times = [at.astimezone(zone).isoformat(timespec="minutes") for at in (said_at, received_at)]
    return dict(zip(COLUMNS, [public_id, *times, *between, told, case, title, text], strict=True))


def _cells(one: dict[str, Any]) -> list[Any]:
    themes = "; ".join(f"{each['theme']}: {each['polarity']}" for each in one["themes"])
    return ["" if cell is None else cell for cell in (one | {"themes": themes}).values()]


def _plain(value: Any) -> Any:
    """A score: whole where it is."""
    assert isinstance(value, Decimal)
    return int(value) if value == int(value) else float(value)


def _line(cells: Sequence[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
