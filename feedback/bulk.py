"""Insert many rows at once, some times faster than bulk_create.

bulk_create asks every field of every row how it wants to be saved, and SQLite gets a thousand parameters at a
time. Here each column is asked once, and what is in memory is taken as it is: call it with values made by our
own code, which have the right types already. Constraints hold; there is no save() and there are no signals.
Inside a transaction there is no savepoint either: who goes on after an IntegrityError makes one.

PostgreSQL gets a list for each column, in its own spelling (`_spelt`), instead of a value for each field: to
write these out, find their places and have them read back took most of the time of an import.
"""

import gc
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models.base import ModelState

Row = TypeVar("Row", bound=models.Model)
Columns = Mapping[str, Any]  # by attribute name: "customer_id", not "customer"
_PARAMETERS = 30_000  # SQLite takes 32,766, PostgreSQL 65,535
_LONGEST_LIST = 5_000
# Of PostgreSQL: types of columns whose values we know how to spell in a list, and the type of its items.
# A list of varchar(16) would cut words to that length; as text, what is too long stays an error.
_ITEMS = {"varchar": "text"} | {
    kind: kind
    for kind in ("text", "bigint", "integer", "smallint", "boolean", "double precision", "numeric", "date",
                 "timestamp with time zone", "jsonb")
}  # fmt: skip
_PAGES_OF_THE_LOG = 60_000
_COUNTING, _batches = threading.Lock(), [0]  # the worker does two at once


@contextmanager
def uncollected() -> Iterator[None]:
    """For one batch: rows by the thousand make Python look for cycles again and again, where there are none.
    That took a good part of the time of an import."""
    with _COUNTING:
        _batches[0] += 1
        gc.disable()
    try:
        yield
    finally:
        with _COUNTING:
            _batches[0] -= 1
            if not _batches[0]:
                gc.enable()


@contextmanager
def written_back_rarely() -> Iterator[None]:
    """For a file of a million rows: their keys lie all over SQLite's indexes, so that each batch touches most
    pages of them. Written back from its log after 240 MB instead of 16, a page is written once for many."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_autocheckpoint")
        (usual,) = cursor.fetchone()
        cursor.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_OF_THE_LOG}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA wal_autocheckpoint = {usual}")


def unsaved(model: type[Row], **columns: Any) -> Row:
    """model(**columns) for rows by the thousand: columns by attribute name, taken as they are.

    Django's own takes ten times as long, asking each field and sending two signals that nobody here hears.
    """
    row = model.__new__(model)
    row.__dict__ = dict.fromkeys([_key_of(model)]) | columns
    for column in _columns(model, connection.vendor):
        if column.name not in columns:
            row.__dict__[column.name] = column.default()
    row._state = ModelState()
    return row


def insert(rows: Sequence[Row]) -> list[Row]:
    """Write the rows, all of one model, and give them their keys."""
    rows = list(rows)
    if rows:
        keys = write(type(rows[0]), [row.__dict__ for row in rows])
        for row, key in zip(rows, keys, strict=True):
            row.pk, row._state.adding, row._state.db = key, False, connection.alias
    return rows


def write(model: type[models.Model], rows: Sequence[Columns]) -> list[Any]:
    """Write rows that are no objects yet; their keys, in order. Columns left out get their default."""
    return [key for (key,) in _write(model, rows)]


def write_new(model: type[models.Model], rows: Sequence[Columns], *, of: Sequence[str]) -> dict[Any, int]:
    """Write those rows that are not there yet, whichever unique constraint says so. Their keys, by the value
    of the column `of`, or by a tuple of several. Who is writing the same row just now is waited for."""
    back = _write(model, rows, "*", tuple(of))
    return {value[0] if len(value) == 1 else tuple(value): key for key, *value in back}


def write_over(model: type[models.Model], rows: Sequence[Columns], *, of: str) -> None:
    """Write rows; where one with the same value in the unique column `of` is there, it becomes as the new one
    in every other column. No value twice in `rows`."""
    _write(model, rows, of, is_over=True)


def _write(
    model: type[models.Model],
    rows: Sequence[Columns],
    unique: str = "",
    also: tuple[str, ...] = (),
    *,
    is_over: bool = False,
) -> list[tuple[Any, ...]]:
    """What the statement gives back of each row: its key, and the columns `also`."""
    columns = _columns(model, connection.vendor)
    items = _items(model) if connection.vendor == "postgresql" else ()
    size = _LONGEST_LIST if items else _PARAMETERS // len(columns)
    back: list[tuple[Any, ...]] = []
    together = nullcontext() if connection.in_atomic_block else transaction.atomic()
    with together, connection.cursor() as cursor:
        for part in _parts(rows, size):
            if items:
                lists = [_spelt(column.of(part)) for column in columns]
                cursor.execute(_statement_of_lists(model, items, unique, also, is_over), lists)
            else:
                statement = _statement(model, len(part), unique, also, is_over)
                cursor.execute(statement, _values(columns, part))
            back += cursor.fetchall()
    return back


def insert_first(row: models.Model, *, of: str) -> bool:
    """Write the row unless there is one with the same value in the unique column `of` ("*": any): then False.

    Who is writing such a row just now is waited for. It needs no savepoint, as an IntegrityError would.
    """
    model = type(row)
    with connection.cursor() as cursor:
        cursor.execute(_statement(model, 1, of), _values(_columns(model, connection.vendor), [row.__dict__]))
        found = cursor.fetchone()
    if found:
        row.pk, row._state.adding, row._state.db = found[0], False, connection.alias
    return found is not None


@dataclass(frozen=True, slots=True)
class _Column:
    """`adapt`: what the database needs done to a value; None: nothing."""

    name: str
    adapt: Callable[[Any], Any] | None
    default: Callable[[], Any]

    def of(self, rows: Sequence[Columns]) -> list[Any]:
        """Its values in the rows. One that many rows share, as the moment of an import, is adapted once."""
        name, default, adapt = self.name, self.default, self.adapt
        values = [row[name] if name in row else default() for row in rows]
        if adapt is None:
            return values
        adapted: dict[int, Any] = {}
        for value in values:
            if id(value) not in adapted:
                adapted[id(value)] = adapt(value)
        return [adapted[id(value)] for value in values]


def _values(columns: Sequence[_Column], rows: Sequence[Columns]) -> list[Any]:
    return list(chain.from_iterable(zip(*(column.of(rows) for column in columns), strict=True)))


def _parts(rows: Sequence[Columns], size: int) -> Iterator[Sequence[Columns]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


@lru_cache(maxsize=64)
def _statement(
    model: type[models.Model],
    count: int,
    unique: str = "",
    also: tuple[str, ...] = (),
    is_over: bool = False,
) -> str:
    """`unique`: a column whose conflicts leave the row out; "*": any. `also`: columns given back, too.
    `is_over`: a conflict writes the row over."""
    one = f"({', '.join(['%s'] * len(_fields(model)))})"
    return _inserting(model, f"VALUES {', '.join([one] * count)}", unique, also, is_over)


@lru_cache(maxsize=64)
def _statement_of_lists(
    model: type[models.Model], items: tuple[str, ...], unique: str, also: tuple[str, ...], is_over: bool
) -> str:
    """As `_statement`, with a list for each column: always the same, however many rows."""
    lists = ", ".join(f"%s::{item}[]" for item in items)
    return _inserting(model, f"SELECT * FROM unnest({lists})", unique, also, is_over)  # noqa: S608


def _inserting(
    model: type[models.Model], rows: str, unique: str, also: tuple[str, ...], is_over: bool
) -> str:
    quote = connection.ops.quote_name
    names = [quote(str(field.column)) for field in _fields(model)]
    columns = ", ".join(names)
    table, key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
    conflict = "" if unique == "*" else f" ({quote(unique)})"
    done = ", ".join(f"{name} = EXCLUDED.{name}" for name in names if name != quote(unique))
    unless = f" ON CONFLICT{conflict} DO {f'UPDATE SET {done}' if is_over else 'NOTHING'}" if unique else ""
    back = ", ".join([key, *map(quote, also)])
    return f"INSERT INTO {table} ({columns}) {rows}{unless} RETURNING {back}"


@lru_cache(maxsize=64)
def _items(model: type[models.Model]) -> tuple[str, ...]:
    """PostgreSQL's type of the items of each column's list; none where a column's values cannot be spelt."""
    kinds = [str(field.db_type(connection)).split("(")[0] for field in _fields(model)]
    return tuple(_ITEMS[kind] for kind in kinds) if all(kind in _ITEMS for kind in kinds) else ()


def _spelt(values: Sequence[Any]) -> str:
    """A list as PostgreSQL reads it: {"a","say \\"b\\"",NULL}."""
    words = [value if value is None or isinstance(value, str) else _said(value) for value in values]
    said = [word for word in words if word is not None]
    if len(said) == len(words):
        joined = '","'.join(said)
        if "\\" not in joined and joined.count('"') == 2 * (len(words) - 1):
            return f'{{"{joined}"}}'
    return "{" + ",".join(["NULL" if word is None else _quoted(word) for word in words]) + "}"


def _said(value: Any) -> str:
    """A number, a day, a moment, yes or no; JSON as Django wraps it for PostgreSQL."""
    return value.dumps(value.obj) if hasattr(value, "dumps") else str(value)


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _key_of(model: type[models.Model]) -> str:
    return str(model._meta.pk.attname)


def _fields(model: type[models.Model]) -> list[models.Field]:
    """A key that the database gives is left to it; one that the row brings (a one-to-one) is written."""
    return [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]


@lru_cache(maxsize=64)
def _columns(model: type[models.Model], vendor: str) -> list[_Column]:
    return [_Column(field.attname, _adapter(field), field.get_default) for field in _fields(model)]


def _json_adapter(field: models.JSONField) -> Callable[[Any], Any]:
    nothing = connection.ops.adapt_json_value([], field.encoder)  # what most rows hold

    def adapt(value: Any) -> Any:
        if value == []:
            return nothing
        return None if value is None else connection.ops.adapt_json_value(value, field.encoder)

    return adapt


def _adapter(field: models.Field) -> Callable[[Any], Any] | None:
    ops = connection.ops
    if connection.vendor == "postgresql" and not isinstance(field, models.JSONField):
        return None
    match field:
        case models.DateTimeField():
            return ops.adapt_datetimefield_value
        case models.DateField():
            return ops.adapt_datefield_value
        case models.JSONField():
            return _json_adapter(field)
        case models.DecimalField():
            return lambda value: field.get_db_prep_save(value, connection)
    return None
