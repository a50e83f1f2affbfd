"""REPORT: how steady customers find us – per touchpoint, and per customer from one dealing to the next – and
where that became less so while the mean stayed (S0-8). Reads only.

The days asked for stand beside as many days before. One mark a person and time, the newest; who is not known
is somebody else each time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import mean, stdev
from typing import Any

import numpy as np

from feedback.models import Customer, Touchpoint
from surveys import dealings, steadiness
from surveys.dealings import Dealing
from surveys.steadiness import Change, Marks, Verdict

FEWEST_OF_ONE = 3  # marks of one customer, for a spread of theirs to be shown
WIDEST = 20  # customers shown
EVERYWHERE, SAME_PEOPLE = "*", "customers"  # rows that are no touchpoint
COLUMNS = (
    "touchpoint", "name", "people_before", "people", "mean_before", "mean", "spread_before", "spread",
    "spread_low", "spread_high", "times", "times_low", "times_high", "chance", "verdict",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`slug`: a touchpoint's, EVERYWHERE or SAME_PEOPLE. `change` None: too few people."""

    slug: str
    name: str
    change: Change | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Swing:
    """One customer's marks in both times together, in hundredths."""

    customer: int
    n: int
    mean: float
    spread: float
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """`rows`: all together, the same people, then each touchpoint of which enough is known, the largest rise
    first, then the others. `swings`: customers whose marks lie farthest apart."""

    start: date
    end: date
    before: date
    rows: Sequence[Row]
    swings: Sequence[Swing]
    is_cut: bool

    @property
    def rising(self) -> list[Row]:
        return [row for row in self.rows if row.verdict == Verdict.RISING]


def report(start: date, end: date, language: str) -> Consistency:
    """Said from `start` to `end`, both included, beside as many days before. Seventeen queries at most."""
    before = start - timedelta(days=(end - start).days + 1)
    told = dealings.read(before, start - timedelta(days=1)), dealings.read(start, end)
    found = [(one, is_now) for is_now, its in enumerate(told) for one in its.rows if one.mark is not None]
    places = {one.slug: one.name(language) for one in Touchpoint.objects.all()}
    named = [slug for slug in places if any(one.touchpoint == slug for one, _is_now in found)]
    changes: list[tuple[str, str, Change | None]] = [
        (EVERYWHERE, "", _change(found)),
        (SAME_PEOPLE, "", steadiness.change_within(list(_within(found)))),
        *(
            (slug, places[slug], _change([one for one in found if one[0].touchpoint == slug]))
            for slug in named
        ),
    ]
    said = steadiness.verdicts([change for _slug, _name, change in changes])
    rows = [
        Row(slug=slug, name=name, change=change, verdict=verdict)
        for (slug, name, change), verdict in zip(changes, said, strict=True)
    ]
    return Consistency(
        start=start, end=end, before=before, rows=[*rows[:2], *sorted(rows[2:], key=_rank)],
        swings=_swings(one for one, _is_now in found), is_cut=any(its.is_cut for its in told),
    )  # fmt: skip


def lines(found: Consistency) -> Iterator[tuple[Any, ...]]:
    """For a file: as COLUMNS, None where nothing is said."""
    for row in found.rows:
        one = row.change
        if one is None:
            yield (row.slug, row.name, *([None] * (len(COLUMNS) - 3)), row.verdict.value)
            continue
        yield (
            row.slug, row.name, one.n_was, one.n_now, one.mean_was, one.mean_now, one.was.value,
            one.now.value, one.now.low, one.now.high, _finite(one.times.value), one.times.low,
            _finite(one.times.high), one.chance, row.verdict.value,
        )  # fmt: skip


def customers(found: Consistency) -> dict[int, Customer]:
    return Customer.objects.in_bulk([one.customer for one in found.swings])


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _rank(row: Row) -> tuple[bool, float, str]:
    return row.change is None, -(row.change.times.value if row.change else 0), row.name


def _change(found: Sequence[tuple[Dealing, int]]) -> Change | None:
    """Of one mark a person and time: the first that comes, which is the newest."""
    newest: dict[tuple[int | str, int], Dealing] = {}
    for place, (one, is_now) in enumerate(sorted(found, key=lambda pair: pair[0].day, reverse=True)):
        newest.setdefault((one.customer or f"somebody {place}", is_now), one)
    scales = sorted({one.scale for one in newest.values()})
    return steadiness.change(
        Marks(
            mark=np.array([one.mark for one in newest.values()], dtype=float),
            scale=np.array([scales.index(one.scale) for one in newest.values()], dtype=np.int64),
            is_now=np.array([is_now for _who, is_now in newest], dtype=bool),
        )
    )


def _within(found: Iterable[tuple[Dealing, int]]) -> Iterator[tuple[Sequence[float], bool]]:
    """The marks of each customer with two or more in a time, of the scale that they used most."""
    by_person: dict[tuple[int, int], dict[str, list[float]]] = {}
    for one, is_now in found:
        if one.customer is not None and one.mark is not None:
            by_person.setdefault((one.customer, is_now), {}).setdefault(one.scale, []).append(one.mark)
    for (_who, is_now), scales in by_person.items():
        marks = max(scales.values(), key=len)
        if len(marks) > 1:
            yield marks, bool(is_now)


def _swings(found: Iterable[Dealing]) -> list[Swing]:
    by_customer: dict[int, list[float]] = {}
    for one in found:
        if one.customer is not None and one.mark is not None:
            by_customer.setdefault(one.customer, []).append(one.mark)
    swings = [
        Swing(customer=who, n=len(its), mean=mean(its), spread=stdev(its), lowest=min(its), highest=max(its))
        for who, its in by_customer.items()
        if len(its) >= FEWEST_OF_ONE and min(its) < max(its)
    ]
    return sorted(swings, key=lambda one: (-one.spread, -one.n, one.customer))[:WIDEST]
