"""The rows of a file of orders, in packed parts: cut, kept, and brought together by order."""

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum, auto
from itertools import chain
from typing import Any

from django.db import transaction

from feedback import bulk, tables
from feedback.models import OrderImport, OrderImportPart
from feedback.order_tables.columns import Fault, Plan

ROWS = 4_000  # of a part
# The number of a row as a spreadsheet has it, and its cells. A third: [field, key] pairs, refused as it is.
Numbered = list[Any]


def cut(rows: Iterator[list[str]]) -> Iterator[list[Numbered]]:
    """The table's rows without its head. A quote that is never closed becomes a row that is refused."""
    part: list[Numbered] = []
    number = 1
    try:
        for number, cells in enumerate(rows, 2):
            part.append([number, cells])
            if len(part) == ROWS:
                yield part
                part = []
    except tables.NoTable:
        part.append([number + 1, [], [["", "never_closed"]]])
    if part:
        yield part


def packed(part: Sequence[Numbered]) -> tuple[int, bytes]:
    """How many rows, and they."""
    return len(part), zlib.compress(json.dumps(part, ensure_ascii=True).encode(), 1)


def unpacked(part: OrderImportPart) -> list[Numbered]:
    """A row that was refused for good, as one with a quote that never ends, brings its faults along."""
    rows: list[Numbered] = json.loads(zlib.decompress(bytes(part.content)))
    return [row if len(row) == 2 or row[1] == [] else row[:2] for row in rows]


def unpacked_refused(part: OrderImportPart) -> Iterator[tuple[int, list[str], list[list[str]]]]:
    yield from json.loads(zlib.decompress(bytes(part.content)))


def keep(one: OrderImport, parts: Iterable[tuple[int, bytes]], *, is_refused: bool = False) -> None:
    there = one.parts.filter(is_refused=is_refused).order_by("-number")
    last = there.values_list("number", flat=True).first()
    rows = [
        {"of_id": one.pk, "number": number, "is_refused": is_refused, "rows": count, "content": content}
        for number, (count, content) in enumerate(parts, (last or 0) + 1)
    ]
    for start in range(0, len(rows), 20):
        bulk.write(OrderImportPart, rows[start : start + 20])


def keep_refused(one: OrderImport, refused: Sequence[tuple[Numbered, Sequence[Fault]]]) -> None:
    """In the order of the file."""
    rows = sorted(
        ([row[0], row[1], [[fault.field, fault.key] for fault in wrong]] for row, wrong in refused),
        key=lambda row: row[0],
    )
    if rows:
        keep(one, [packed(rows)], is_refused=True)


def keys(plan: Plan) -> Callable[[Numbered], Any]:
    """The key of a row: rows with the same key are one order; a row without a number is alone."""
    number_at, store_at = plan.columns.get("number", -1), plan.columns.get("store", -1)

    def key(row: Numbered) -> Any:
        cells = row[1]
        number = cells[number_at].strip() if 0 <= number_at < len(cells) and len(row) == 2 else ""
        if not number:
            return row[0]
        store = cells[store_at].strip() if 0 <= store_at < len(cells) else ""
        return f"{store or plan.store}\x1f{number}"

    return key


def bring_together(one: OrderImport, plan: Plan) -> None:
    """Before the first part is taken in: no order may lie in two parts, or in two places.

    Where each order is one row, there is nothing to do. Else the rows are put in the order in which their
    orders first appear; a file that has them so already is only cut elsewhere, and only if a cut went through
    an order.
    """
    parts = one.parts.filter(is_refused=False)
    lie = _lie(one, plan) if plan.has_lines else _Lie.WHOLE
    anew: list[tuple[int, bytes]] = []
    if lie is not _Lie.WHOLE:
        rows = _in_line(one, plan) if lie is _Lie.APART else chain.from_iterable(_kept(one))
        anew = [packed(part) for part in _recut(rows, plan)]
    with transaction.atomic():
        if lie is not _Lie.WHOLE:
            parts.delete()
            keep(one, anew)
        OrderImport.objects.filter(pk=one.pk).update(are_together=True)
    one.are_together = True


class _Lie(Enum):
    """How the rows of the orders lie in the parts."""

    WHOLE = auto()  # each order in one place, in one part
    CUT = auto()  # some order goes on in the next part
    APART = auto()  # some order has rows in two places


def _kept(one: OrderImport) -> Iterator[list[Numbered]]:
    """Part by part."""
    keys = one.parts.filter(is_refused=False).order_by("number").values_list("pk", flat=True)
    for key in list(keys):
        yield unpacked(OrderImportPart.objects.get(pk=key))


def _lie(one: OrderImport, plan: Plan) -> _Lie:
    """Kept in mind: a number for each order."""
    seen: set[int] = set()
    key_of, last, found = keys(plan), None, _Lie.WHOLE
    for part in _kept(one):
        for place, key in enumerate(map(key_of, part)):
            if key == last:
                found = found if place else _Lie.CUT
                continue
            if hash(key) in seen:
                return _Lie.APART
            seen.add(hash(key))
            last = key
    return found


def _in_line(one: OrderImport, plan: Plan) -> Iterator[Numbered]:
    """All of an order's rows at the place of its first. Memory: the file, which has its limit."""
    held: dict[Any, list[str]] = {}
    key_of = keys(plan)
    for row in chain.from_iterable(_kept(one)):
        held.setdefault(key_of(row), []).append(json.dumps(row))
    for group in held.values():
        yield from map(json.loads, group)


def _recut(rows: Iterator[Numbered], plan: Plan) -> Iterator[list[Numbered]]:
    part: list[Numbered] = []
    key_of, last = keys(plan), None
    for row in rows:
        key = key_of(row)
        if len(part) >= ROWS and key != last:
            yield part
            part = []
        part.append(row)
        last = key
    if part:
        yield part
