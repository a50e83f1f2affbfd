"""What complaints come from, and what was done about it: root cause and problem, with the lines of the work
plan and what measuring them again showed (S1-15, S1-13). Reads only, three queries however many cases.

Counted are complaints that ended in the days asked for; those that were joined to another count there.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from feedback import shop
from feedback.intervals import wilson
from feedback.models import Case, Decision, Improvement

FEWEST = 5  # below which no share is named
UNKNOWN = ""
COLUMNS = (
    "cause", "problem", "complaints", "solved_first_time", "asked_first_time", "satisfied", "asked_satisfied",
    "to_do", "done", "measured", "complaints_before", "complaints_after",
)  # fmt: skip


@dataclass(slots=True)
class Tally:
    """Of one cause, or one cause and problem. `first_of`, `satisfied_of`: of how many it is known. `before`,
    `after`: complaints in as many days before and after what was done, of the `measured` lines together."""

    cause: str
    problem: str = ""
    n: int = 0
    first: int = 0
    first_of: int = 0
    satisfied: int = 0
    satisfied_of: int = 0
    to_do: int = 0
    done: int = 0
    measured: int = 0
    before: int = 0
    after: int = 0

    @property
    def satisfied_share(self) -> float | None:
        return self.satisfied / self.satisfied_of if self.satisfied_of >= FEWEST else None

    @property
    def first_share(self) -> float | None:
        return self.first / self.first_of if self.first_of >= FEWEST else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """`causes`: each of S1-15 and UNKNOWN, with most complaints first; `problems`: beneath each, the same."""

    start: date
    end: date
    n: int
    causes: Sequence[Tally]
    problems: Mapping[str, Sequence[Tally]] = field(default_factory=dict)

    def share(self, tally: Tally) -> float | None:
        return tally.n / self.n if self.n >= FEWEST else None

    def interval(self, tally: Tally) -> tuple[float, float] | None:
        return wilson(tally.n, self.n) if self.n >= FEWEST else None

    @property
    def lines(self) -> Iterator[Tally]:
        for cause in self.causes:
            yield from self.problems.get(cause.cause, ())


def report(start: date, end: date) -> Causes:
    """Ended from `start` to `end`, both included; the work plan's lines as they stand now."""
    ended = Case.objects.filter(
        resolved_at__gte=shop.start_of(start), resolved_at__lt=shop.start_of(end + timedelta(days=1)),
        joined_to=None,
    )  # fmt: skip
    rows = list(ended.values_list("comment", "root_cause", "reason", "resolved_first_time", "satisfied"))
    current = Decision.objects.filter(comment__among=[row[0] for row in rows], is_current=True)
    decided = dict(current.values_list("comment", "facts__problem"))
    found: dict[tuple[str, str], Tally] = {}
    for comment, cause, heard, first, satisfied in rows:
        problem = decided.get(comment) or heard or ""
        _count(found.setdefault((cause, problem), Tally(cause, problem)), first, satisfied)
    _plan(found)
    return _report(start, end, len(rows), found)


def _count(tally: Tally, first: bool | None, satisfied: bool | None) -> None:
    tally.n += 1
    tally.first_of += first is not None
    tally.first += bool(first)
    tally.satisfied_of += satisfied is not None
    tally.satisfied += bool(satisfied)


def _plan(found: dict[tuple[str, str], Tally]) -> None:
    """Lines of the work plan, under their cause and problem, whether or not a complaint of it ended."""
    rows = Improvement.objects.exclude(state=Improvement.State.DROPPED)
    for cause, problem, state, before, after in rows.values_list(
        "cause", "problem", "state", "before", "after"
    ):
        tally = found.setdefault((cause, problem), Tally(cause, problem))
        tally.to_do += state == Improvement.State.OPEN
        tally.done += state == Improvement.State.DONE
        if state == Improvement.State.MEASURED:
            tally.measured += 1
            tally.before += before or 0
            tally.after += after or 0


_SUMMED = (
    "n", "first", "first_of", "satisfied", "satisfied_of", "to_do", "done", "measured", "before", "after",
)  # fmt: skip


def _report(start: date, end: date, n: int, found: Mapping[tuple[str, str], Tally]) -> Causes:
    problems: dict[str, list[Tally]] = {}
    for tally in sorted(found.values(), key=lambda one: (-one.n, one.problem)):
        problems.setdefault(tally.cause, []).append(tally)
    causes = []
    for cause in (*Case.Cause.values, UNKNOWN):
        sums: Counter[str] = Counter()
        for one in problems.get(cause, ()):
            sums.update({name: getattr(one, name) for name in _SUMMED})
        whole = Tally(cause)
        for name in _SUMMED:
            setattr(whole, name, sums[name])
        causes.append(whole)
    causes.sort(key=lambda one: (one.cause == UNKNOWN, -one.n))
    return Causes(start=start, end=end, n=n, causes=causes, problems=problems)


def lines(found: Causes) -> Iterator[tuple[Any, ...]]:
    """For a file: as COLUMNS."""
    for one in found.lines:
        yield (
            one.cause or "unknown", one.problem or "unknown", one.n, one.first, one.first_of, one.satisfied,
            one.satisfied_of, one.to_do, one.done, one.measured, one.before, one.after,
        )  # fmt: skip
