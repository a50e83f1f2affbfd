"""Contacts by hour, weekday and reason: how many, how long they waited, how many were satisfied, and where
that differs by more than chance (S0-9). Reads the kept totals and the staffed hours; two queries.

Shares are of those who said whether they were satisfied, with 95 % intervals (Wilson). Hours and weekdays are
the shop's own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from feedback import contact_totals, shop
from feedback.contacting import patterns
from feedback.contacting.patterns import Counts, Patterns
from feedback.intervals import wilson
from feedback.models import ContactTotal, StaffedHour
from feedback.models.totals import ALL, Dimension

FEWEST = 10  # answers, below which no share is named


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One hour, weekday, reason or cell. `people`: answered on average in an hour, where that is known; None
    elsewhere. `staffed`: hours of which it is known, with `staffed_n` contacts in them."""

    n: int
    known: int
    satisfied: int
    waited: int
    seconds: int
    staffed: int = 0
    people_hours: float = 0.0
    staffed_n: int = 0

    @property
    def share(self) -> float | None:
        return self.satisfied / self.known if self.known >= FEWEST else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.satisfied, self.known) if self.known >= FEWEST else None

    @property
    def wait(self) -> float | None:
        """Seconds, on average."""
        return self.seconds / self.waited if self.waited else None

    @property
    def people(self) -> float | None:
        return self.people_hours / self.staffed if self.staffed else None

    @property
    def per_person(self) -> float | None:
        """Contacts for one person in an hour."""
        return self.staffed_n / self.people_hours if self.people_hours else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """`cells` by weekday (0 Monday) and hour; `reasons` those with most contacts first. `found` None: not
    looked for."""

    start: date
    end: date
    all: Line
    hours: Sequence[int]
    weekdays: Sequence[int]
    by_hour: dict[int, Line]
    by_weekday: dict[int, Line]
    by_reason: dict[str, Line]
    cells: dict[tuple[int, int], Line]
    found: Patterns
    lines: Sequence[tuple[int, int, str, Line]] = field(default=())  # weekday, hour, reason


def report(start: date, end: date, *, dimension: str = ALL, value: str = ALL, reason: str = "") -> Hours:
    """`dimension` and `value`: as in ContactTotal. `reason`: of these alone."""
    counts = _counts(start, end, dimension, value, reason)
    staff = _staffed(start, end, int(value) if dimension == Dimension.LOCATION else None)
    size = len(counts.reasons) or 1
    hours = sorted({int(hour) for hour in np.unique(counts.hour)})
    weekdays = sorted({int(day) for day in np.unique(counts.weekday)})
    of = _Lines(counts, staff)
    return Hours(
        start=start,
        end=end,
        all=of.line(np.ones(len(counts.n), bool)),
        hours=range(hours[0], hours[-1] + 1) if hours else (),
        weekdays=weekdays,
        by_hour={hour: of.line(counts.hour == hour, hour=hour) for hour in hours},
        by_weekday={day: of.line(counts.weekday == day, weekday=day) for day in weekdays},
        by_reason=_by_reason(counts),
        cells=of.cells(),
        lines=_lines(counts, size),
        found=patterns.look(counts),
    )


Staff = dict[tuple[int, int], tuple[int, float, set[int]]]  # hours, people-hours, days as numbers


class _Lines:
    """Sums over rows, with the staffed hours of the same hours of the week."""

    def __init__(self, counts: Counts, staff: Staff) -> None:
        self.counts, self.staff = counts, staff
        self.seen = self._in_staffed_hours()

    def _in_staffed_hours(self) -> np.ndarray:
        """Contacts of rows whose hour of that very day was staffed by what is known."""
        known = {(day * 24 + hour) for (_w, hour), (_n, _p, days) in self.staff.items() for day in days}
        slots = self.counts.day * 24 + self.counts.hour
        return np.isin(slots, np.fromiter(known, dtype=np.int64, count=len(known))) * self.counts.n

    def line(self, rows: Any, *, weekday: int | None = None, hour: int | None = None) -> Line:
        """`weekday`, `hour`: of which the rows are, for the staffed hours; None: any."""
        mine = [one for (day, at), one in self.staff.items() if weekday in (None, day) and hour in (None, at)]
        return Line(
            **_sums(self.counts, rows),
            staffed=sum(n for n, _people, _days in mine),
            people_hours=sum(people for _n, people, _days in mine),
            staffed_n=int(self.seen[rows].sum()),
        )

    def cells(self) -> dict[tuple[int, int], Line]:
        counts = self.counts
        place = counts.weekday * 24 + counts.hour
        sums = {name: np.bincount(place, weights=getattr(counts, name)) for name in _SUMMED}
        seen = np.bincount(place, weights=self.seen)
        found = {}
        for at in np.unique(place):
            weekday, hour = divmod(int(at), 24)
            n, people, _days = self.staff.get((weekday, hour), (0, 0.0, set()))
            found[weekday, hour] = Line(
                **{name: int(sums[name][at]) for name in _SUMMED},
                staffed=n, people_hours=people, staffed_n=int(seen[at]),
            )  # fmt: skip
        return found


_SUMMED = ("n", "known", "satisfied", "waited", "seconds")


def _sums(counts: Counts, rows: np.ndarray) -> dict[str, int]:
    return {name: int(getattr(counts, name)[rows].sum()) for name in _SUMMED}


def _by_reason(counts: Counts) -> dict[str, Line]:
    lines = {name: Line(**_sums(counts, counts.reason == place)) for place, name in enumerate(counts.reasons)}
    return dict(sorted(lines.items(), key=lambda one: (-one[1].n, one[0])))


def _lines(counts: Counts, size: int) -> list[tuple[int, int, str, Line]]:
    """Every hour of every weekday for every reason in which there was a contact."""
    place = (counts.weekday * 24 + counts.hour) * size + counts.reason
    sums = {name: np.bincount(place, weights=getattr(counts, name)) for name in _SUMMED}
    return [
        (
            int(at) // (24 * size),
            int(at) // size % 24,
            counts.reasons[int(at) % size],
            Line(**{name: int(sums[name][at]) for name in _SUMMED}),
        )
        for at in np.unique(place)
    ]


def _counts(start: date, end: date, dimension: str, value: str, reason: str) -> Counts:
    rows = ContactTotal.objects.filter(
        dimension=dimension, value=value, day__gte=start, day__lte=end, n__gt=0
    )
    rows = rows.filter(reason=reason) if reason else rows
    wanted = ("day", "hour", "reason", *contact_totals.FIGURES)
    columns = list(zip(*rows.order_by("day", "hour", "reason").values_list(*wanted), strict=True))
    columns = columns or [() for _ in wanted]
    names = sorted(set(columns[2]))
    places = {name: place for place, name in enumerate(names)}
    figures = [np.array(column, dtype=np.float64) for column in columns[3:]]
    steps = len(contact_totals.KNOWN)
    day = np.array([one.toordinal() for one in columns[0]], dtype=np.int64)
    return Counts(
        reasons=names,
        day=day,
        weekday=(day + 6) % 7,
        hour=np.array(columns[1], dtype=np.int64),
        reason=np.array([places[name] for name in columns[2]], dtype=np.int64),
        n=figures[0], known=figures[1], satisfied=figures[2], waited=figures[3], seconds=figures[4],
        known_by_wait=np.stack(figures[5 : 5 + steps], 1),
        satisfied_by_wait=np.stack(figures[5 + steps :], 1),
    )  # fmt: skip


def _staffed(start: date, end: date, location: int | None) -> Staff:
    """People by hour of the week: of one location, or of all together."""
    zone = shop.zone()
    rows: Iterable = StaffedHour.objects.filter(
        starts_at__gte=shop.start_of(start), starts_at__lt=shop.start_of(end + timedelta(days=1))
    ).values_list("starts_at", "location", "people")
    by_hour: dict[tuple[int, int], float] = {}
    for at, where, people in rows:
        if location is None or where == location:
            there = at.astimezone(zone)
            key = (there.date().toordinal(), there.hour)
            by_hour[key] = by_hour.get(key, 0.0) + float(people)
    found: Staff = {}
    for (day, hour), people in by_hour.items():
        key = ((day + 6) % 7, hour)
        n, total, days = found.get(key, (0, 0.0, set()))
        days.add(day)
        found[key] = (n + 1, total + people, days)
    return found
