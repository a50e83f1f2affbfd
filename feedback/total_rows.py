"""Write rows of the kept totals: many at once, by how much each changes. Only feedback.totals knows what."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from django.db import connection

from feedback.models import ThemeTotal

POLARITIES = ("negative", "neutral", "positive", "unknown")


class Key(NamedTuple):
    """`day`: the first of a week or month. The fields stand in the order of the tests that compare them."""

    day: date
    dimension: str
    value: str
    theme: str
    grain: str


def change(rows: Sequence[tuple]) -> None:
    """Rows as Key and by how much, sorted by `IN_THE_INDEX`; the caller holds the transaction.

    What only grows is written at once. Else the rows are made or locked first: PostgreSQL looks at the
    constraint of a row that is to be inserted before it finds the one that is there, and a negative number
    would not pass.
    """
    if all(min(row[5:]) >= 0 for row in rows):
        _execute(_ADD, rows)
        return
    _execute(_ADD, [(*row[:5], 0, 0, 0, 0) for row in rows])
    _execute(_CHANGE, rows)


def _execute(statement: "_Statement", rows: Sequence[tuple]) -> None:
    """One statement, or one for some thousand rows: a statement a row is most of the time else."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(statement.of_arrays, [list(column) for column in zip(*rows, strict=True)])
            return
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            cursor.execute(
                _of_rows(statement.of_rows, len(part)),
                [value for day, *rest in part for value in (day.isoformat(), *rest)],
            )


@lru_cache(maxsize=20)
def _of_rows(statement: str, count: int) -> str:
    return statement.format(rows=", ".join([_ROW] * count))


class _Statement(NamedTuple):
    of_rows: str  # with a place for them
    of_arrays: str


IN_THE_INDEX = itemgetter(*(Key._fields.index(name) for name in "dimension grain theme value day".split()))
_AT_ONCE = 3000  # rows: SQLite takes 32,766 parameters
_ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
_TABLE = ThemeTotal._meta.db_table
_COLUMNS = ", ".join((*Key._fields, *POLARITIES))
_ARRAYS = (
    "%s::date[], %s::text[], %s::text[], %s::text[], %s::text[], %s::int[], %s::int[], %s::int[], %s::int[]"
)
_GROWN = ", ".join(f"{name} = {_TABLE}.{name} + excluded.{name}" for name in POLARITIES)
_UPSERT = f"ON CONFLICT (dimension, grain, theme, value, day) DO UPDATE SET {_GROWN}"
_MORE = ", ".join(f"{name} = {_TABLE}.{name} + given.{name}" for name in POLARITIES)
_SAME = " AND ".join(f"{_TABLE}.{name} = given.{name}" for name in Key._fields)
_ADD = _Statement(
    f"INSERT INTO {_TABLE} ({_COLUMNS}) VALUES {{rows}} {_UPSERT}",  # noqa: S608
    f"INSERT INTO {_TABLE} ({_COLUMNS}) SELECT * FROM unnest({_ARRAYS}) {_UPSERT}",  # noqa: S608
)
_CHANGE = _Statement(
    f"WITH given ({_COLUMNS}) AS (VALUES {{rows}}) "  # noqa: S608
    f"UPDATE {_TABLE} SET {_MORE} FROM given WHERE {_SAME}",
    f"UPDATE {_TABLE} SET {_MORE} FROM unnest({_ARRAYS}) AS given ({_COLUMNS}) WHERE {_SAME}",  # noqa: S608
)
