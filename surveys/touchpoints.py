"""REPORT: the touchpoint map – where in dealing with us people are delighted, satisfied, indifferent or not
satisfied, what is wrong there, and what the work plan holds for it (S1-13). Reads only.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Any

from feedback import improvements, tails
from feedback.intervals import wilson
from feedback.models import Improvement, Touchpoint
from surveys import dealings
from surveys.dealings import Dealing
from surveys.experience import Felt

FEWEST = 10  # below which no share is named
FALSE_SHARE = 0.05
COLUMNS = (
    "touchpoint", "name", "n",
    *(f"{one}{what}" for one in Felt for what in ("", "_share", "_low", "_high")),
    "problem", "problem_n", "planned",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`slug` "": nobody said where. `problem`: the one most often told by those not satisfied, `problem_n`
    times; "" for none. `planned`: lines of the work plan that are still open, the first due first."""

    slug: str
    name: str
    key: int | None  # of the touchpoint's row; None where nobody said
    counts: dict[Felt, int]
    problem: str
    problem_n: int
    planned: Sequence[Improvement]

    @property
    def n(self) -> int:
        return sum(self.counts.values())

    def share(self, felt: Felt) -> float | None:
        return self.counts[felt] / self.n if self.n >= FEWEST else None

    def interval(self, felt: Felt) -> tuple[float, float] | None:
        return wilson(self.counts[felt], self.n) if self.n >= FEWEST else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """`rows`: every touchpoint in use or heard of, the largest share of dissatisfied first, then those with
    too few, then what names none. `worst`: rows where it is larger than at all others by more than chance."""

    start: date
    end: date
    all: Row
    rows: Sequence[Row]
    worst: Sequence[Row]
    untold: int
    is_cut: bool


def report(start: date, end: date, language: str) -> Map:
    """Nine queries at most, however many were heard."""
    found = dealings.read(start, end)
    places = {one.slug: one for one in Touchpoint.objects.all()}
    planned = list(improvements.to_do())
    by_place: dict[str, list[Dealing]] = {slug: [] for slug, one in places.items() if one.is_active}
    for one in found.rows:
        by_place.setdefault(one.touchpoint, []).append(one)
    rows = [_row(slug, places.get(slug), its, planned, language) for slug, its in by_place.items()]
    rows.sort(key=_rank)
    whole = _row("", None, found.rows, (), language)
    placed = _row("", None, (one for one in found.rows if one.touchpoint), (), language)
    return Map(
        start=start, end=end, all=whole, rows=rows, worst=_worse(rows, placed),
        untold=found.untold, is_cut=found.is_cut,
    )  # fmt: skip


def lines(found: Map) -> Iterator[tuple[Any, ...]]:
    """For a file: as COLUMNS, None where nothing is said."""
    for row in found.rows:
        cells: list[Any] = [row.slug, row.name, row.n]
        for felt in Felt:
            cells += [row.counts[felt], row.share(felt), *(row.interval(felt) or (None, None))]
        yield (*cells, row.problem, row.problem_n, len(row.planned))


def _row(
    slug: str, place: Touchpoint | None, its: Iterable[Dealing], planned: Iterable[Improvement], language: str
) -> Row:
    counts: Counter[Felt] = Counter()
    problems: Counter[str] = Counter()
    for one in its:
        counts[one.felt] += 1
        if one.felt == Felt.DISSATISFIED and one.problem:
            problems[one.problem] += 1
    problem, times = min(problems.items(), key=lambda found: (-found[1], found[0]), default=("", 0))
    return Row(
        slug=slug, name=place.name(language) if place else slug, key=place.pk if place else None,
        counts={felt: counts[felt] for felt in Felt}, problem=problem, problem_n=times,
        planned=[one for one in planned if place and one.touchpoint_id == place.pk],
    )  # fmt: skip


def _rank(row: Row) -> tuple[bool, bool, float, int, str]:
    share = row.share(Felt.DISSATISFIED)
    return (not row.slug, share is None, -(share or 0), -row.n, row.name)


def _worse(rows: Sequence[Row], whole: Row) -> list[Row]:
    """Beside all others of which the place is known; of what is told at most one in twenty is chance."""
    looked = [row for row in rows if _is_looked_at(row, whole)]
    told = tails.false_discoveries([_chance(row, whole) for row in looked], FALSE_SHARE)
    return [looked[place] for place in told if _above(looked[place], whole) > 0]


def _is_looked_at(row: Row, whole: Row) -> bool:
    return bool(row.slug) and row.n >= FEWEST and whole.n - row.n >= FEWEST


def _above(row: Row, whole: Row) -> float:
    """By how much its share of dissatisfied is above that of all the others."""
    count, all_of = row.counts[Felt.DISSATISFIED], whole.counts[Felt.DISSATISFIED]
    return count / row.n - (all_of - count) / (whole.n - row.n)


def _chance(row: Row, whole: Row) -> float:
    """Of a difference so large on either side, if there is none: two shares with one spread."""
    share = whole.counts[Felt.DISSATISFIED] / whole.n
    spread = sqrt(share * (1 - share) * (1 / row.n + 1 / (whole.n - row.n)))
    return tails.student(_above(row, whole) / spread, whole.n - 2) if spread else 1.0
