"""Queries that are built once and run often: what Django asks of a row with five others beside it, or of
figures over several tables, costs it some times more to put into words than the database needs to answer.

PostgreSQL in turn needs longer to plan such a query than to answer it, so it is told to keep its plans
(`prepare_threshold` in the settings; psycopg prepares what a connection asks for often). What never changes
stands in the statement itself: by it the planner knows that an index of a few rows is enough.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.query import get_related_populators

from feedback.models.among import list_parameter

Row = TypeVar("Row", bound=models.Model)
_ADAPT: dict[type, Callable[[Any], Any]] = {
    str: lambda text: text,
    int: lambda number: number,
    date: lambda day: connection.ops.adapt_datefield_value(day),
    datetime: lambda moment: connection.ops.adapt_datetimefield_value(moment),
    list: lambda keys: list_parameter(keys, connection.vendor),  # for `pk__among`, and not empty
}


_PLACE = re.compile("%s|%%")
_Parameter = tuple[int | None, Any]  # the place of a value, or else what it always is


class _Statement:
    """A queryset's words, with the places of its values."""

    def __init__(self, query: Callable[..., models.QuerySet[Any]], kinds: Sequence[type]):
        # A connection of its own, never opened: what is built here serves every thread.
        signs = [_sign(kind, place) for place, kind in enumerate(kinds)]
        queryset = query(*signs)
        compiler = queryset.query.get_compiler(connection=connections.create_connection(DEFAULT_DB_ALIAS))
        self.compiler, self.model = compiler, queryset.model
        self.sql, parameters = compiler.as_sql()
        adapted = [_ADAPT[kind](sign) for kind, sign in zip(kinds, signs, strict=True)]
        self._adapt = [_ADAPT[kind] for kind in kinds]
        places = [(adapted.index(one), None) if one in adapted else (None, one) for one in parameters]
        self.sql, self._parameters = _with_constants(self.sql, places)
        self._converters = compiler.get_converters([column[0] for column in compiler.select])

    def run(self, values: Sequence[Any]) -> list[list[Any]]:
        with _cursor() as cursor:
            _ask(cursor, self.sql, self.parameters(values))
            return [self._converted(found) for found in cursor.fetchall()]

    def parameters(self, values: Sequence[Any]) -> list[Any]:
        given = [adapt(value) for adapt, value in zip(self._adapt, values, strict=True)]
        return [fixed if place is None else given[place] for place, fixed in self._parameters]

    def _converted(self, found: Sequence[Any]) -> list[Any]:
        values = list(found)
        for place, (converters, expression) in self._converters.items():
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        return values


class Prepared(Generic[Row]):
    """`query` makes the queryset for values of these `kinds` (str, int, date, aware datetime, list of whole
    numbers): the same but for them, whichever they are, and without annotations."""

    def __init__(self, query: Callable[..., models.QuerySet[Row]], *kinds: type):
        self._query, self._kinds = query, kinds

    def first(self, *values: Any) -> Row | None:
        """The row as the queryset would give it, with all that it selects beside it."""
        return next(iter(self.all(*values)), None)

    def all(self, *values: Any) -> list[Row]:
        built = self._built
        return [built.row(found) for found in built.statement.run(values)]

    @cached_property
    def _built(self) -> "_Built[Row]":
        return _Built(_Statement(self._query, self._kinds))


class PreparedFigures:
    """The same for a queryset of `values_list`, which gives tuples and may have annotations."""

    def __init__(self, query: Callable[..., models.QuerySet[Any, Any]], *kinds: type):
        self._query, self._kinds = query, kinds

    def all(self, *values: Any) -> list[tuple[Any, ...]]:
        return [tuple(found) for found in self._statement.run(values)]

    @cached_property
    def _statement(self) -> _Statement:
        return _Statement(self._query, self._kinds)


class PreparedCounts:
    """How many rows several querysets have, in one query: each takes the same values, of these `kinds`."""

    def __init__(self, queries: Sequence[Callable[..., models.QuerySet[Any]]], *kinds: type):
        self._queries, self._kinds = queries, kinds

    def __call__(self, *values: Any) -> tuple[int, ...]:
        sql, statements = self._built
        with _cursor() as cursor:
            _ask(cursor, sql, [one for each in statements for one in each.parameters(values)])
            return tuple(cursor.fetchone())

    @cached_property
    def _built(self) -> tuple[str, list[_Statement]]:
        statements = [
            _Statement(lambda *signs, query=query: query(*signs).values("pk"), self._kinds)
            for query in self._queries
        ]
        counts = [f"(SELECT COUNT(*) FROM ({one.sql}) AS counted)" for one in statements]  # noqa: S608
        return f"SELECT {', '.join(counts)}", statements


class _Built(Generic[Row]):
    """What QuerySet works out anew each time: see django.db.models.query.ModelIterable."""

    def __init__(self, statement: _Statement):
        self.statement = statement
        columns, known = statement.compiler.select, statement.compiler.klass_info
        self._own = slice(known["select_fields"][0], known["select_fields"][-1] + 1)
        self._names = [column[0].target.attname for column in columns[self._own]]
        self._beside = get_related_populators(  # the type stubs already know Django 6's further argument
            known, columns, DEFAULT_DB_ALIAS
        )  # type: ignore[call-arg]

    def row(self, values: list[Any]) -> Row:
        row: Row = self.statement.model.from_db(DEFAULT_DB_ALIAS, self._names, values[self._own])
        for other in self._beside:
            other.populate(values, row)
        return row


def _cursor() -> Any:
    """One whose statements PostgreSQL may keep; Django's own sends each anew. With Django's wrappers around
    it, which count and log."""
    if connection.vendor != "postgresql":
        return connection.cursor()
    from django.db.backends.postgresql.base import ServerBindingCursor  # needs the driver

    here: Any = connection
    here.ensure_connection()
    binding: Any = ServerBindingCursor
    return here._prepare_cursor(binding(here.connection))


def _ask(cursor: Any, sql: str, parameters: Sequence[Any]) -> None:
    """And write it into Django's log of queries: of a kept plan psycopg no longer knows the words."""
    cursor.execute(sql, parameters)
    if connection.queries_logged and not connection.queries_log[-1]["sql"]:
        connection.queries_log[-1]["sql"] = sql


def _with_constants(sql: str, parameters: Sequence[_Parameter]) -> tuple[str, list[_Parameter]]:
    """Parameters that are always the same, written into the statement where that is plain."""
    left, rest = iter(parameters), []

    def put(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return found[0]
        place, constant = next(left)
        written = None if place is not None else _written(constant)
        if written is None:
            rest.append((place, constant))
        return "%s" if written is None else written

    return _PLACE.sub(put, sql), rest


def _written(constant: Any) -> str | None:
    if type(constant) is int:
        return str(constant)
    if type(constant) is str and re.fullmatch(r"[\w .,:-]*", constant, re.ASCII):
        return f"'{constant}'"
    return None


def _sign(kind: type, place: int) -> Any:
    """Stands for a value while the statement is built; nothing else in it is the same."""
    if kind in (int, list):
        number = 2_000_000_011 + place
        return number if kind is int else [number]
    if kind is date:
        return date(9000, 2, 1) + timedelta(days=place)
    return (
        datetime(9000, 1, 1, second=place, tzinfo=UTC) if kind is datetime else f"the value {place} goes here"
    )
