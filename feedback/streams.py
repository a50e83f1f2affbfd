"""Go through a whole table once, millions of rows, without the database putting them aside first."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_MEMORY = "64MB"  # a million customers to join with fit into it; the server gives it back at the end


@contextmanager
def streamed() -> Iterator[None]:
    """All rows of what is iterated in here are read.

    Outside a transaction PostgreSQL copies all rows of a cursor into a file before it hands out the first
    one, and with 4 MB for a join it sorts these into files too. SQLite hands out rows as it finds them; a
    transaction there would keep everybody from writing.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{_MEMORY}'; SET LOCAL cursor_tuple_fraction = 1")
        yield
