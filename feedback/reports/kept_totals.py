"""Rows of the kept totals for a period, whole weeks and months as one row each. One query."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import add, sub
from typing import NamedTuple

from django.db import connection

from feedback import buckets
from feedback.models import ThemeTotal
from feedback.models.totals import ALL

NAMES = ("negative", "neutral", "positive", "unknown")
_TABLE = ThemeTotal._meta.db_table


class Counts(NamedTuple):
    """Added and taken away as numbers are: three years of weeks are thousands of these."""

    negative: int = 0
    neutral: int = 0
    positive: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        return sum(self)

    def __sub__(self, other: "Counts") -> "Counts":
        return Counts(*map(sub, self, other))

    def __add__(self, other: "Counts") -> "Counts":  # type: ignore[override]
        return Counts(*map(add, self, other))


class Row(NamedTuple):
    """`day`: the first of a whole week or month, or any day of the cut one that the counts belong to."""

    theme: str
    value: str
    day: date
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days from `start` to `end`, both included, in buckets of `grain`, or as one sum (`together`)."""

    start: date
    end: date
    grain: str
    together: bool = False


def rows(
    themes: Sequence[str],
    spans: Iterable[Span],
    *,
    dimension: str = ALL,
    values: Sequence[str] | None = (ALL,),
) -> Iterator[Row]:
    """`values` None: all of the dimension's. A row for each theme, value and bucket that has one."""
    if not themes or (values is not None and not values):
        return
    parts, parameters = [], []
    for span in spans:
        for grain, first, last in buckets.pieces(span.start, span.end, span.grain):
            is_cut = grain != span.grain
            parts.append(_part(len(themes), None if values is None else len(values), span.together or is_cut))
            parameters += [dimension, grain.value, *themes, *(values or ()), first, last]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), parameters)
        days: dict[str | date, date] = {}
        for row in cursor.fetchall():
            told = row[2]
            day = days.get(told)
            if day is None:
                day = days[told] = date.fromisoformat(told) if isinstance(told, str) else told
            yield Row._make((row[0], row[1], day, Counts._make(row[3:])))


def _part(themes: int, values: int | None, together: bool) -> str:
    """Every placeholder is bound; the index is one_total_per_bucket."""
    of_values = "" if values is None else f"AND value IN ({_places(values)}) "
    picked = (
        "MIN(day), " + ", ".join(f"SUM({name})" for name in NAMES) if together else f"day, {', '.join(NAMES)}"
    )
    return (
        f"SELECT theme, value, {picked} FROM {_TABLE} WHERE dimension = %s AND grain = %s "  # noqa: S608
        f"AND theme IN ({_places(themes)}) {of_values}AND day BETWEEN %s AND %s"
        + (" GROUP BY theme, value" if together else "")
    )


def _places(count: int) -> str:
    return ", ".join(["%s"] * count)
