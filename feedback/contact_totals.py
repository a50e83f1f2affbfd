"""Keep the totals of contacts by hour: what comes is added, what becomes known later changes them (S0-9).

The caller holds the transaction. Contacts that we began ourselves are in none: nobody waited for us there.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from django.db import connection

from feedback import shop
from feedback.contacting import waits
from feedback.models import Contact, ContactTotal
from feedback.models.totals import ALL, Dimension

KNOWN = tuple(f"known_{step}" for step in range(len(waits.NAMES)))
SATISFIED = tuple(f"satisfied_{step}" for step in range(len(waits.NAMES)))
FIGURES = ("n", "known", "satisfied", "waited", "seconds", *KNOWN, *SATISFIED)


class Key(NamedTuple):
    dimension: str
    value: str
    day: date
    hour: int
    reason: str


Changes = dict[Key, list[int]]  # by how much, in the order of FIGURES


def change(*, after: Sequence[Contact], before: Sequence[Contact] = ()) -> None:
    """By what the same contacts were before, and are now."""
    found: Changes = {}
    for contacts, sign in ((after, 1), (before, -1)):
        for key, figures in _figures(contacts):
            counts = found.setdefault(key, [0] * len(FIGURES))
            for place, figure in enumerate(figures):
                counts[place] += sign * figure
    _apply({key: counts for key, counts in found.items() if any(counts)}, is_new=not before)


def recount() -> dict[Key, list[int]]:
    """What the totals must be, from the raw rows. For proof, not for pages."""
    found: Changes = {}
    for key, figures in _figures(Contact.objects.order_by("pk").iterator(chunk_size=2000)):
        found[key] = [a + b for a, b in zip(found.get(key, [0] * len(FIGURES)), figures, strict=True)]
    return found


def kept() -> dict[Key, list[int]]:
    """As they stand, in the shape of `recount`, without rows that have come down to nothing."""
    rows = ContactTotal.objects.values_list(*Key._fields, *FIGURES).iterator()
    return {Key(*row[:5]): list(row[5:]) for row in rows if any(row[5:])}


def rebuild() -> None:
    ContactTotal.objects.all().delete()
    _apply(recount())


def _figures(contacts: Iterable[Contact]) -> Iterator[tuple[Key, Sequence[int]]]:
    zone = shop.zone()
    for one in contacts:
        if one.is_outgoing:
            continue
        at, figures = one.at.astimezone(zone), _of(one)
        values = {ALL: ALL, Dimension.CHANNEL.value: one.channel, Dimension.LOCATION.value: one.location_id}
        for dimension, value in values.items():
            if value:
                yield Key(dimension, str(value), at.date(), at.hour, one.reason), figures


def _of(one: Contact) -> list[int]:
    known, satisfied = one.satisfied is not None, one.satisfied is True
    waited = one.waited_seconds is not None
    figures = [1, known, satisfied, waited, one.waited_seconds or 0, *[0] * (2 * len(KNOWN))]
    if waited and known:
        step = len(figures) - 2 * len(KNOWN) + waits.step(one.waited_seconds or 0)
        figures[step] = 1
        figures[step + len(KNOWN)] = int(satisfied)
    return [int(figure) for figure in figures]


def _apply(changes: Changes, *, is_new: bool = True) -> None:
    """In one order of the rows, so that two workers cannot wait for each other. Rows are made or locked
    before anything is taken away: PostgreSQL looks at the constraint of a row that is to be inserted before
    it finds the one that is there, and less than nothing would not pass."""
    rows = [(*key, *counts) for key, counts in sorted(changes.items())]
    if not rows:
        return
    if is_new:  # whole contacts: what is to be inserted adds up by itself
        _execute(_ADD, rows)
        return
    _execute(_ADD, [(*key, *[0] * len(FIGURES)) for key in sorted(changes)])
    _execute(_CHANGE, rows)


def _execute(statement: "_Statement", rows: Sequence[tuple]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(statement.of_arrays, [list(column) for column in zip(*rows, strict=True)])
        else:
            cursor.executemany(statement.of_a_row, rows)


class _Statement(NamedTuple):
    of_a_row: str
    of_arrays: str


_TABLE = ContactTotal._meta.db_table
_COLUMNS = ", ".join((*Key._fields, *FIGURES))
_KINDS = {"day": "date", "hour": "int", "seconds": "bigint"}
_ARRAYS = ", ".join(
    f"%s::{_KINDS.get(name, 'int' if name in FIGURES else 'text')}[]" for name in (*Key._fields, *FIGURES)
)
_HOLES = ", ".join(["%s"] * (len(Key._fields) + len(FIGURES)))
_GROWN = ", ".join(f"{name} = {_TABLE}.{name} + excluded.{name}" for name in FIGURES)
_UPSERT = f"ON CONFLICT ({', '.join(Key._fields)}) DO UPDATE SET {_GROWN}"
_MORE = ", ".join(f"{name} = {_TABLE}.{name} + given.{name}" for name in FIGURES)
_SAME = " AND ".join(f"{_TABLE}.{name} = given.{name}" for name in Key._fields)
_ADD = _Statement(
    f"INSERT INTO {_TABLE} ({_COLUMNS}) VALUES ({_HOLES}) {_UPSERT}",  # noqa: S608
    f"INSERT INTO {_TABLE} ({_COLUMNS}) SELECT * FROM unnest({_ARRAYS}) {_UPSERT}",  # noqa: S608
)
_CHANGE = _Statement(
    f"WITH given ({_COLUMNS}) AS (VALUES ({_HOLES})) UPDATE {_TABLE} SET {_MORE} FROM given WHERE {_SAME}",  # noqa: S608
    f"UPDATE {_TABLE} SET {_MORE} FROM unnest({_ARRAYS}) AS given ({_COLUMNS}) WHERE {_SAME}",  # noqa: S608
)
