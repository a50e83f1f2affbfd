"""How many promises we keep: by month, by who made them, by what went wrong, and by touchpoint. Reads only.

A share is of the answered ones: kept / (kept + broken), with its 95 % interval. What is past its day and
unanswered stands beside it and is in no share: nobody knows yet. A call that reached nobody changes nothing.
What was taken back before its day, with a reason, is in no share either and is counted beside it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from feedback.intervals import wilson
from feedback.models import Promise, User

Row = Mapping[str, Any]
FEWEST = 5  # answers, below which no share is named
COLUMNS = ("by", "name", "kept", "broken", "unanswered", "withdrawn", "share", "low", "high")
_KEPT, _BROKEN, _WITHDRAWN = Q(state="kept"), Q(state="broken"), Q(state="withdrawn")
_UNKNOWN = (
    Q(decision=None) | ~Q(decision__facts__has_key="problem") | Q(decision__facts__problem=None)
)  # what went wrong
_NAME = ("first_name", "last_name", "username")
_COUNTED = ("kept", "broken", "unanswered", "withdrawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`name`: a month's first day, a person's name, a problem, a touchpoint; None: not known, or our team."""

    name: date | str | None
    kept: int
    broken: int
    unanswered: int
    withdrawn: int

    @property
    def n(self) -> int:
        return self.kept + self.broken

    @property
    def share(self) -> float | None:
        return self.kept / self.n if self.n >= FEWEST else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.kept, self.n) if self.n >= FEWEST else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Promises whose day lies from `start` to `end`. Months in order, groups with most promises first."""

    start: date
    end: date
    all: Line
    months: tuple[Line, ...]
    people: tuple[Line, ...]
    problems: tuple[Line, ...]
    touchpoints: tuple[Line, ...]

    @property
    def parts(self) -> dict[str, tuple[Line, ...]]:
        return {
            "month": self.months,
            "person": self.people,
            "problem": self.problems,
            "touchpoint": self.touchpoints,
        }


def kept(start: date, end: date, today: date, language: str) -> Kept:
    """Four queries, however many promises."""
    rows = _promised(start, end)
    counted = {name: Count("pk", filter=which) for name, which in _which(today).items()}

    def by(*columns: str) -> list[Row]:
        return list(rows.order_by().values(*columns).annotate(**counted))

    days = by("by_when")
    people = by("who__first_name", "who__last_name", "who__username")
    spoken = _spoken(language)
    return Kept(
        start=start,
        end=end,
        all=_line(None, days),
        months=_months(days, start, end),
        people=_grouped(people, _person),
        problems=_grouped(by("decision__facts__problem"), lambda row: row["decision__facts__problem"]),
        touchpoints=_grouped(by(spoken), lambda row: row[spoken]),
    )


def behind(
    start: date, end: date, today: date, which: str, *, by: str = "", name: str = "", language: str = "en"
) -> QuerySet[Promise]:
    """The promises that one number of the report counts: `which` of _COUNTED, or "answered". `by`: a part of
    the report, `name`: its line; "" is not known, or our team. One query, and one for a person."""
    rows = _promised(start, end)
    counts = _which(today)
    rows = rows.filter(counts["kept"] | counts["broken"] if which == "answered" else counts[which])
    if by == "person":
        named = User.objects.values("pk", *_NAME)
        keys = [one["pk"] for one in named if _name(*(one[part] for part in _NAME)) == name]
        rows = rows.filter(who__in=keys) if name else rows.filter(who=None)
    elif by == "problem":
        rows = rows.filter(decision__facts__problem=name) if name else rows.filter(_UNKNOWN)
    elif by:
        rows = rows.filter(**{_spoken(language): name} if name else {f"{_spoken(language)}__isnull": True})
    return rows.order_by("-by_when", "-pk")


def _promised(start: date, end: date) -> QuerySet[Promise]:
    rows = Promise.objects.filter(by_when__gte=start, by_when__lte=end)
    return rows.exclude(state=Promise.State.WITHDRAWN, withdrawn_why="")


def _which(today: date) -> dict[str, Q]:
    late = Q(state="open") & (Q(call_back_on__lte=today) | Q(first_call_on__lte=today))
    return {"kept": _KEPT, "broken": _BROKEN, "unanswered": late, "withdrawn": _WITHDRAWN}


def _spoken(language: str) -> str:
    return f"case__comment__touchpoint__name_{language if language in ('vi', 'en') else 'en'}"


def lines(found: Kept) -> Iterator[tuple[Any, ...]]:
    """For a file: as COLUMNS, None where nothing is said."""
    for by, its in {"all": (found.all,), **found.parts}.items():
        for line in its:
            low, high = line.interval or (None, None)
            yield (
                by,
                line.name,
                line.kept,
                line.broken,
                line.unanswered,
                line.withdrawn,
                line.share,
                low,
                high,
            )


def _line(name: date | str | None, rows: list[Row]) -> Line:
    sums: Counter[str] = Counter()
    for row in rows:
        sums.update({key: row[key] for key in _COUNTED})
    return Line(name=name, **{key: sums[key] for key in _COUNTED})


def _months(days: list[Row], start: date, end: date) -> tuple[Line, ...]:
    """Each month of the time, also the empty ones."""
    month, found = start.replace(day=1), []
    while month <= end:
        after = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
        found.append(_line(month, [row for row in days if month <= row["by_when"] < after]))
        month = after
    return tuple(found)


def _grouped(rows: list[Row], named: Callable[[Row], str | None]) -> tuple[Line, ...]:
    groups: dict[str | None, list[Row]] = {}
    for row in rows:
        groups.setdefault(named(row), []).append(row)
    lines = [_line(name, its) for name, its in groups.items()]
    return tuple(sorted(lines, key=lambda one: (-one.n, -one.unanswered, str(one.name))))


def _person(row: Row) -> str | None:
    return _name(*(row[f"who__{part}"] for part in _NAME))


def _name(first: str | None, last: str | None, username: str | None) -> str | None:
    """As `str(user)` has it."""
    return f"{first or ''} {last or ''}".strip() or username or None
