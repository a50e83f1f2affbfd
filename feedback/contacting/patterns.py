"""RULE: at which hours, on which weekdays and for which reasons are people who contact us less satisfied, and
does waiting move with it (S0-9)? Counts by day, hour and reason in, findings out. NumPy, no rows, no clock.

Hours, weekdays and reasons are each set beside all others within what else differs: hours among contacts of
the same weekday and reason, and so on (a regression with a level of its own for each such group). How sure a
gap is, is told by how it differs from day to day, since people of one day are no independent witnesses. Then
each hour of each weekday for each reason is set beside what its hour, its weekday and its reason let expect.

All these looks together are controlled for their number: of what is told, at most one in twenty is chance in
the long run, and in a year in which nothing differs, something is told with one chance in twenty
(Benjamini and Hochberg 1995). docs/methods.md has the whole of it, benchmarks/contacts.py the figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from feedback import tails
from feedback.contacting import waits

FALSE_SHARE = 0.05
SMALLEST, SMALLEST_CELL = 0.02, 0.05  # of a share: a smaller gap is not worth a person's morning
BESIDE = 0.01  # chance below which an hour beside those that are told is told with them
MOVES = 0.01  # chance below which waiting is said to move with a gap
FEWEST, FEWEST_DAYS, FEWEST_IN_ALL = 50, 8, 200  # answers of a line, its days, answers of the whole
FEWEST_IN_CELL, FEWEST_CELL_DAYS = 20, 5
KINDS = ("hours", "weekdays", "reason")
_WEEK, _HOURS, _STEPS = 7, 24, len(waits.NAMES)
_Z = 1.96
Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """One row an hour of a day and a reason in which there was a contact; all arrays of one length.

    `day`: any number of the day, `weekday` 0 Monday to 6, `hour` 0 to 23 of the shop's zone, `reason`: a
    place in `reasons`. `n` contacts; `known` of them with a word on satisfaction, `satisfied` of those;
    `waited`: with a known wait, of `seconds` together. `known_by_wait`, `satisfied_by_wait`: the same by step
    of `waits`, a column each.
    """

    reasons: Sequence[str]
    day: Places
    weekday: Places
    hour: Places
    reason: Places
    n: Numbers
    known: Numbers
    satisfied: Numbers
    waited: Numbers
    seconds: Numbers
    known_by_wait: Numbers
    satisfied_by_wait: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """By how much those inside differ from those outside, all else alike, with its 95 % interval. `chance`:
    of so much or more, if nothing differs."""

    size: float
    low: float
    high: float
    chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Sums of the contacts inside or outside. `hours`: different hours of different days among them."""

    n: int
    known: int
    satisfied: int
    waited: int
    seconds: int
    hours: int

    @property
    def share(self) -> float | None:
        return self.satisfied / self.known if self.known else None

    @property
    def wait(self) -> float | None:
        return self.seconds / self.waited if self.waited else None

    @property
    def per_hour(self) -> float:
        return self.n / self.hours if self.hours else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`gap`: by how many seconds they wait longer. `moves`: so surely, and in the direction that goes with
    the satisfaction. `alike`: what is left of the gap in satisfaction among people who waited alike."""

    gap: Gap
    alike: Gap
    moves: bool

    def explained(self, whole: Gap) -> float:
        """Which part of the gap goes with waiting: 0 to 1."""
        return min(1.0, max(0.0, 1 - self.alike.size / whole.size)) if whole.size else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`kind`: hours, weekdays, reason or cell. `hours`, `weekdays`, `reasons`: which, empty where any."""

    kind: str
    hours: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()
    gap: Gap
    inside: Side
    outside: Side
    waiting: Waiting | None = None
    expected: float | None = None  # the share that a cell's hour, weekday and reason let expect

    @property
    def is_low(self) -> bool:
        return self.gap.size < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """`looks`: how many places were looked at. `slope`: by how much satisfaction differs from one step of
    waiting to the next, within one hour of the week and reason; None: too little is known of waiting."""

    findings: Sequence[Finding]
    looks: int
    is_enough: bool
    slope: Gap | None = field(default=None)


def look(counts: Counts) -> Patterns:
    if counts.known.sum() < FEWEST_IN_ALL or len(np.unique(counts.day)) < 2 * FEWEST_DAYS:
        return Patterns(findings=(), looks=0, is_enough=False)
    lines = [line for kind in KINDS for line in _lines(counts, kind)]
    cells = _cells(counts)
    chances = [*(gap.chance for _kind, _place, gap in lines), *(cell.chance for cell in cells)]
    told = set(tails.false_discoveries(chances, FALSE_SHARE))
    found = [line for place, line in enumerate(lines) if place in told and abs(line[2].size) >= SMALLEST]
    odd = [
        cell for place, cell in enumerate(cells, len(lines))
        if place in told and abs(cell.share - cell.expected) >= SMALLEST_CELL
    ]  # fmt: skip
    slope = _slope(counts)
    bands = [finding for kind in KINDS for finding in _bands(counts, kind, found, slope)]
    odd_ones = sorted((_odd(counts, cell) for cell in odd), key=lambda one: one.gap.size)
    return Patterns(findings=[*bands, *odd_ones], looks=len(chances), is_enough=True, slope=slope)


Line = tuple[str, int, Gap]


def _axis(counts: Counts, kind: str) -> tuple[Places, Places]:
    """What is told apart, and the groups within which: the same weekday and reason, and so on."""
    reasons = max(len(counts.reasons), 1)
    if kind == "hours":
        return counts.hour, counts.weekday * reasons + counts.reason
    if kind == "weekdays":
        return counts.weekday, counts.hour * reasons + counts.reason
    return counts.reason, counts.weekday * _HOURS + counts.hour


def _lines(counts: Counts, kind: str) -> list[Line]:
    """Each hour, weekday or reason of which enough is known, beside the others."""
    axis, groups = _axis(counts, kind)
    asked = counts.known > 0
    found: list[Line] = []
    for place in np.unique(axis):
        inside = axis == place
        if counts.known[inside].sum() < FEWEST or counts.known[~inside].sum() < FEWEST:
            continue
        freedom = _freedom(counts.day[asked], inside[asked], is_days=kind == "weekdays")
        if freedom >= FEWEST_DAYS - 1:
            gap = _gap(inside, groups, counts.day, counts.known, counts.satisfied, freedom)
            found.append((kind, int(place), gap))
    return found


def _freedom(day: Places, inside: npt.NDArray[np.bool_], *, is_days: bool) -> int:
    """Days that bear witness, less one: of whole days, those of the smaller side."""
    here = len(np.unique(day[inside]))
    return (min(here, len(np.unique(day[~inside]))) if is_days else here) - 1


def _gap(x: Any, groups: Places, day: Places, weight: Numbers, total: Numbers, freedom: int) -> Gap:
    """The regression of total / weight on `x` within groups; its spread by day (Liang and Zeger 1986).

    `weight`: how many observations a row stands for, `total`: their sum.
    """
    value = np.asarray(x, dtype=float)
    in_group = np.bincount(groups, weights=weight)
    nonzero = np.maximum(in_group, 1e-9)
    x_mean = np.bincount(groups, weights=weight * value) / nonzero
    y_mean = np.bincount(groups, weights=total) / nonzero
    apart = value - x_mean[groups]
    scale = float((weight * apart * apart).sum())
    if scale < 1e-9:
        return Gap(size=0.0, low=0.0, high=0.0, chance=1.0)
    size = float((apart * (total - weight * y_mean[groups])).sum()) / scale
    # What each day adds beside that gap: under it as under none, days differ by chance.
    rest = apart * (total - weight * (y_mean[groups] + size * apart))
    by_day = np.bincount(day - day.min(), weights=rest)
    spread = sqrt(float((by_day * by_day).sum()) * (freedom + 1) / freedom) / scale
    if spread < 1e-12:
        return Gap(size=size, low=size, high=size, chance=1.0)
    reach = tails.student_bound(freedom) * spread
    return Gap(size=size, low=size - reach, high=size + reach, chance=tails.student(size / spread, freedom))


def _slope(counts: Counts) -> Gap | None:
    """Satisfaction by step of waiting, within one hour of the week and one reason."""
    known = counts.known_by_wait
    if known.sum() < FEWEST_IN_ALL:
        return None
    reasons = max(len(counts.reasons), 1)
    groups = _cell_of(counts, reasons)
    rows = len(groups)
    steps = np.tile(np.arange(_STEPS), rows)
    return _gap(
        steps, np.repeat(groups, _STEPS), np.repeat(counts.day, _STEPS), known.ravel(),
        counts.satisfied_by_wait.ravel(), max(len(np.unique(counts.day)) - 1, 1),
    )  # fmt: skip


def _bands(counts: Counts, kind: str, found: Sequence[Line], slope: Gap | None) -> list[Finding]:
    """What lies side by side and differs alike is one finding. Where some are lower, that the others are
    higher is the same news."""
    lines = [(place, gap.size < 0) for its, place, gap in found if its == kind]
    has_low = any(is_low for _place, is_low in lines)
    places = sorted(place for place, is_low in lines if is_low is has_low)
    axis, _groups = _axis(counts, kind)
    if kind != "reason":
        places = _with_neighbours(counts, kind, places, is_low=has_low)
    return [_finding(counts, kind, band, np.isin(axis, band), slope) for band in _runs(kind, places)]


def _with_neighbours(counts: Counts, kind: str, places: Sequence[int], *, is_low: bool) -> list[int]:
    """With the hours (weekdays) beside them that differ as surely from all that stay outside. Beside all
    others, as they are looked at first, the last hour of a bad evening is half hidden by the hours before."""
    axis, groups = _axis(counts, kind)
    told, tried = set(places), set[int]()
    while beside := {at + step for at in told for step in (-1, 1)} - told - tried:
        for place in sorted(beside):
            tried.add(place)
            if _differs(counts, kind, axis, groups, place, told - {place}, is_low=is_low):
                told.add(place)
    return sorted(told)


def _differs(
    counts: Counts, kind: str, axis: Places, groups: Places, place: int, apart: set[int], *, is_low: bool
) -> bool:
    """From the places that are neither it nor among `apart`."""
    rows = ~np.isin(axis, list(apart))
    inside, known = axis[rows] == place, counts.known[rows]
    if known[inside].sum() < FEWEST or known[~inside].sum() < FEWEST:
        return False
    asked = known > 0
    freedom = _freedom(counts.day[rows][asked], inside[asked], is_days=kind == "weekdays")
    if freedom < FEWEST_DAYS - 1:
        return False
    gap = _gap(inside, groups[rows], counts.day[rows], known, counts.satisfied[rows], freedom)
    return gap.chance < BESIDE and abs(gap.size) >= SMALLEST and (gap.size < 0) is is_low


def _runs(kind: str, places: Sequence[int]) -> list[tuple[int, ...]]:
    found: list[list[int]] = []
    for place in places:
        if kind != "reason" and found and place == found[-1][-1] + 1:
            found[-1].append(place)
        else:
            found.append([place])
    return [tuple(run) for run in found]


def _finding(
    counts: Counts, kind: str, band: tuple[int, ...], inside: npt.NDArray[np.bool_], slope: Gap | None
) -> Finding:
    _axis_of, groups = _axis(counts, kind)
    freedom = max(_freedom(counts.day, inside, is_days=kind == "weekdays"), 1)
    gap = _gap(inside, groups, counts.day, counts.known, counts.satisfied, freedom)
    return Finding(
        kind=kind,
        hours=band if kind == "hours" else (),
        weekdays=band if kind == "weekdays" else (),
        reasons=tuple(counts.reasons[place] for place in band) if kind == "reason" else (),
        gap=gap,
        inside=side(counts, inside),
        outside=side(counts, ~inside),
        waiting=_waiting(counts, inside, groups, gap, freedom, slope),
    )


def side(counts: Counts, inside: npt.NDArray[np.bool_]) -> Side:
    slots = np.unique(counts.day[inside] * _HOURS + counts.hour[inside])
    return Side(
        n=int(counts.n[inside].sum()),
        known=int(counts.known[inside].sum()),
        satisfied=int(counts.satisfied[inside].sum()),
        waited=int(counts.waited[inside].sum()),
        seconds=int(counts.seconds[inside].sum()),
        hours=len(slots),
    )


def _waiting(
    counts: Counts, inside: npt.NDArray[np.bool_], groups: Places, whole: Gap, freedom: int, slope: Gap | None
) -> Waiting | None:
    if slope is None or counts.waited[inside].sum() < FEWEST or counts.waited[~inside].sum() < FEWEST:
        return None
    gap = _gap(inside, groups, counts.day, counts.waited, counts.seconds, freedom)
    alike = _gap(
        np.repeat(inside, _STEPS),
        np.repeat(groups, _STEPS) * _STEPS + np.tile(np.arange(_STEPS), len(groups)),
        np.repeat(counts.day, _STEPS), counts.known_by_wait.ravel(), counts.satisfied_by_wait.ravel(),
        freedom,
    )  # fmt: skip
    goes_along = gap.size * whole.size < 0 and gap.chance < MOVES
    matters = slope.size < 0 and slope.chance < MOVES
    return Waiting(gap=gap, alike=alike, moves=bool(goes_along and matters))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """An hour of a weekday for one reason. `expected`: its share by the three together. `inflated`: how many
    times the variance of chance, since people of one day are alike."""

    place: int
    known: float
    share: float
    expected: float
    inflated: float
    chance: float


def _cells(counts: Counts) -> list[_Cell]:
    """Those of which enough is known, each beside what its hour, weekday and reason let expect."""
    reasons = max(len(counts.reasons), 1)
    cell, size = _cell_of(counts, reasons), _WEEK * _HOURS * reasons
    known: Numbers = np.bincount(cell, weights=counts.known, minlength=size).astype(np.float64)
    satisfied: Numbers = np.bincount(cell, weights=counts.satisfied, minlength=size).astype(np.float64)
    days = np.bincount(cell, weights=counts.known > 0, minlength=size)
    squares = np.bincount(cell, weights=counts.known * counts.known, minlength=size)
    expected = _expected(known, satisfied, reasons)
    alike = _alike_by_day(counts, expected[cell])
    found = []
    for place in np.flatnonzero((known >= FEWEST_IN_CELL) & (days >= FEWEST_CELL_DAYS)):
        inflated = 1 + alike * max(squares[place] / known[place] - 1, 0)
        found.append(
            _Cell(
                place=int(place),
                known=float(known[place]),
                share=float(satisfied[place] / known[place]),
                expected=float(expected[place]),
                inflated=float(inflated),
                chance=tails.binomial(
                    float(satisfied[place] / inflated), float(known[place] / inflated), float(expected[place])
                ),
            )
        )
    return found


def _cell_of(counts: Counts, reasons: int) -> Places:
    return (counts.weekday * _HOURS + counts.hour) * reasons + counts.reason


def _odd(counts: Counts, cell: _Cell) -> Finding:
    reasons = max(len(counts.reasons), 1)
    inside = _cell_of(counts, reasons) == cell.place
    size = cell.share - cell.expected
    reach = _Z * sqrt(cell.expected * (1 - cell.expected) * cell.inflated / cell.known)
    return Finding(
        kind="cell",
        weekdays=(cell.place // (_HOURS * reasons),),
        hours=(cell.place // reasons % _HOURS,),
        reasons=(counts.reasons[cell.place % reasons],) if counts.reasons else (),
        gap=Gap(size=size, low=size - reach, high=size + reach, chance=cell.chance),
        inside=side(counts, inside),
        outside=side(counts, ~inside),
        expected=cell.expected,
    )


def _expected(known: Numbers, satisfied: Numbers, reasons: int) -> Numbers:
    """The share of each cell by weekday, hour and reason added up (weighted least squares)."""
    place = np.arange(len(known))
    weekday, hour, reason = place // (_HOURS * reasons), place // reasons % _HOURS, place % reasons
    columns = np.zeros((len(known), _WEEK + _HOURS + reasons))
    columns[place, weekday] = columns[place, _WEEK + hour] = columns[place, _WEEK + _HOURS + reason] = 1
    root = np.sqrt(known)
    shares = satisfied / np.maximum(known, 1)
    fit = np.linalg.lstsq(columns * root[:, None], shares * root, rcond=None)[0]
    return np.clip(columns @ fit, 0.01, 0.99)


def _alike_by_day(counts: Counts, expected: Numbers) -> float:
    """How alike people of one day are: 0 as chance has it, up to 1 (the intraclass correlation)."""
    day = counts.day - counts.day.min()
    off = np.bincount(day, weights=counts.satisfied - counts.known * expected)
    due = np.bincount(day, weights=counts.known * expected * (1 - expected))
    often = np.bincount(day, weights=counts.known)
    asked = often > 0
    excess = float((off[asked] ** 2).sum() / max(due[asked].sum(), 1e-9)) - 1
    size = float((often[asked] ** 2).sum() / often[asked].sum()) - 1
    return min(1.0, max(0.0, excess / size)) if size > 0 else 0.0
