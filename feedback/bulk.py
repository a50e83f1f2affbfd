"""Insert many rows at once. Measured on SQLite with 27 columns: 0.02 ms a row, where bulk_create takes 0.07.

bulk_create asks every field of every row how it wants to be saved, and SQLite gets a thousand parameters at a
time. Here each column is asked once, and what is in memory is taken as it is: call it with rows made by our
own code, whose values have the right types already.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection, models, transaction

Row = TypeVar("Row", bound=models.Model)
_PARAMETERS = 30_000  # SQLite takes 32,766, PostgreSQL 65,535


def insert(rows: Sequence[Row]) -> list[Row]:
    """Write the rows, all of one model, and give them their keys. Constraints hold; no save(), no signals."""
    rows = list(rows)
    if not rows:
        return rows
    model = type(rows[0])
    columns, width = _columns(model, connection.vendor), len(_fields(model))
    with transaction.atomic(), connection.cursor() as cursor:
        for part in _parts(rows, _PARAMETERS // width):
            values = [
                row.__dict__[name] if adapt is None else adapt(row.__dict__[name])
                for row in part
                for name, adapt in columns
            ]
            cursor.execute(_statement(model, len(part)), values)
            for row, (key,) in zip(part, cursor.fetchall(), strict=True):
                row.pk, row._state.adding, row._state.db = key, False, connection.alias
    return rows


def _parts(rows: list[Row], size: int) -> Iterator[list[Row]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


@lru_cache(maxsize=64)
def _statement(model: type[models.Model], count: int) -> str:
    quote = connection.ops.quote_name
    fields = _fields(model)
    columns = ", ".join(quote(str(field.column)) for field in fields)
    one = f"({', '.join(['%s'] * len(fields))})"
    table, key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
    return f"INSERT INTO {table} ({columns}) VALUES {', '.join([one] * count)} RETURNING {key}"  # noqa: S608


def _fields(model: type[models.Model]) -> list[models.Field]:
    """A key that the database gives is left to it; one that the row brings (a one-to-one) is written."""
    return [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]


@lru_cache(maxsize=64)
def _columns(model: type[models.Model], vendor: str) -> list[tuple[str, Callable[[Any], Any] | None]]:
    return [(field.attname, _adapter(field)) for field in _fields(model)]


def _adapter(field: models.Field) -> Callable[[Any], Any] | None:
    """What the database needs done to a value of this column; None: nothing."""
    ops = connection.ops
    match field:
        case models.DateTimeField():
            return ops.adapt_datetimefield_value
        case models.DateField():
            return ops.adapt_datefield_value
        case models.JSONField():
            return lambda value: field.get_db_prep_value(value, connection)
        case models.DecimalField():
            return lambda value: field.get_db_prep_save(value, connection)
    return None
