"""The rows of a file of orders, in packed parts: cut, kept, and brought together by order."""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from django.db import transaction

from feedback import bulk, tables
from feedback.models import OrderImport, OrderImportPart
from feedback.order_tables import columns
from feedback.order_tables.columns import Fault, Plan

ROWS = 2_000  # of a part
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


def key_of(row: Numbered, plan: Plan) -> Any:
    """Rows with the same key are one order; a row without a number is alone."""
    if len(row) > 2 or not columns.at(row[1], plan.columns, "number"):
        return row[0]
    return columns.key_of(row[1], plan)


def bring_together(one: OrderImport, plan: Plan) -> None:
    """Before the first part is taken in: no order may lie in two parts, or in two places.

    Where each order is one row, there is nothing to do. Else the rows are put in the order in which their
    orders first appear; a file that has them so already is only cut elsewhere.
    """
    parts = one.parts.filter(is_refused=False)
    anew: list[tuple[int, bytes]] = []
    if plan.has_lines:
        rows = _in_line(one, plan) if _are_apart(one, plan) else _rows(one)
        anew = [packed(part) for part in _recut(rows, plan)]
    with transaction.atomic():
        if plan.has_lines:
            parts.delete()
            keep(one, anew)
        OrderImport.objects.filter(pk=one.pk).update(are_together=True)
    one.are_together = True


def _rows(one: OrderImport) -> Iterator[Numbered]:
    keys = one.parts.filter(is_refused=False).order_by("number").values_list("pk", flat=True)
    for key in list(keys):
        yield from unpacked(OrderImportPart.objects.get(pk=key))


def _are_apart(one: OrderImport, plan: Plan) -> bool:
    """Some order has rows in two places. Kept in mind: a number for each order."""
    seen: set[int] = set()
    for key, _group in groupby(_rows(one), key=lambda row: key_of(row, plan)):
        if hash(key) in seen:
            return True
        seen.add(hash(key))
    return False


def _in_line(one: OrderImport, plan: Plan) -> Iterator[Numbered]:
    """All of an order's rows at the place of its first. Memory: the file, which has its limit."""
    held: dict[Any, list[str]] = {}
    for row in _rows(one):
        held.setdefault(key_of(row, plan), []).append(json.dumps(row))
    for group in held.values():
        yield from map(json.loads, group)


def _recut(rows: Iterator[Numbered], plan: Plan) -> Iterator[list[Numbered]]:
    part: list[Numbered] = []
    last: Any = None
    for row in rows:
        key = key_of(row, plan)
        if len(part) >= ROWS and key != last:
            yield part
            part = []
        part.append(row)
        last = key
    if part:
        yield part
