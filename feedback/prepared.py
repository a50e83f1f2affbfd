"""Queries that are built once and run often: select_related of a row with five others beside it spends most
of its time on finding the words of its statement again, three times for each survey that is answered.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=models.Model)
_HERE = "the value goes here"


class Prepared(Generic[Row]):
    """`query` makes the queryset for one text value, the same but for that value, without annotations."""

    def __init__(self, query: Callable[[str], models.QuerySet[Row]]):
        self._query = query

    def first(self, value: str) -> Row | None:
        """The row as the queryset would give it, with all that it selects beside it."""
        built = self._built
        with connection.cursor() as cursor:
            cursor.execute(built.sql, [value if one == _HERE else one for one in built.parameters])
            found = cursor.fetchone()
        return built.row(found) if found else None

    @cached_property
    def _built(self) -> "_Built[Row]":
        return _Built(self._query(_HERE)[:1])


class _Built(Generic[Row]):
    """What QuerySet works out anew each time: see django.db.models.query.ModelIterable."""

    def __init__(self, queryset: models.QuerySet[Row]):
        # A connection of its own, never opened: what is built here serves every thread.
        compiler = queryset.query.get_compiler(connection=connections.create_connection(DEFAULT_DB_ALIAS))
        self.sql, self.parameters = compiler.as_sql()
        columns, fields = compiler.select, compiler.klass_info["select_fields"]
        self._model = queryset.model
        self._own = slice(fields[0], fields[-1] + 1)
        self._names = [column[0].target.attname for column in columns[self._own]]
        self._beside = get_related_populators(  # the type stubs already know Django 6's further argument
            compiler.klass_info, columns, DEFAULT_DB_ALIAS
        )  # type: ignore[call-arg]
        self._converters = compiler.get_converters([column[0] for column in columns])

    def row(self, found: tuple) -> Row:
        values = list(found)
        for place, (converters, expression) in self._converters.items():
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        row = self._model.from_db(DEFAULT_DB_ALIAS, self._names, values[self._own])
        for other in self._beside:
            other.populate(values, row)
        return row
