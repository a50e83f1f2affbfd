"""Are the clocks kept: told that we have it, answered, put right, and asked on its day whether a promise was
kept; by channel, person, severity and month (S1-7, L11, S0-6). Reads only, eight queries however many cases.

A share is kept / (kept + late), with its 95 % interval. Late is also what is still undone past its time; what
may yet be in time is *running* and in no share, nor is what was closed in time unsolved. Cases count by the
day they were told, call-backs by the day they were first due on, whenever they are tried again; a call that
reached nobody counts as made.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Least, TruncDate, TruncMonth

from feedback import shop
from feedback.intervals import wilson
from feedback.models import CallAttempt, Case, Promise

FEWEST = 5  # kept or late, below which no share is named
COLUMNS = ("by", "name", "clock", "kept", "late", "running", "share", "low", "high")
Row = Mapping[str, Any]


class Clock(StrEnum):
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    SETTLED = "settled"
    CALLED_BACK = "called_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    kept: int
    late: int
    running: int

    @property
    def n(self) -> int:
        return self.kept + self.late

    @property
    def share(self) -> float | None:
        return self.kept / self.n if self.n >= FEWEST else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.kept, self.n) if self.n >= FEWEST else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`name`: a channel, a severity, a person's name, a month's first day; None: nobody's yet."""

    name: date | str | None
    tallies: Mapping[Clock, Tally]

    @property
    def n(self) -> int:
        return sum(one.n + one.running for one in self.tallies.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class ClocksKept:
    """Months in order, severities the least first, the others with most clocks first."""

    start: date
    end: date
    all: Line
    months: Sequence[Line]
    channels: Sequence[Line]
    people: Sequence[Line]
    severities: Sequence[Line]

    @property
    def parts(self) -> dict[str, Sequence[Line]]:
        return {
            "month": self.months,
            "channel": self.channels,
            "person": self.people,
            "severity": self.severities,
        }


_PERSON = ("first_name", "last_name", "username")


def report(start: date, end: date, now: datetime) -> ClocksKept:
    """Told from `start` to `end`, both included; cases that were joined to another are answered there."""
    begins, ends = shop.start_of(start), shop.start_of(end + timedelta(days=1))
    zone, today = shop.zone(), shop.day(now)
    cases = Case.objects.filter(opened_at__gte=begins, opened_at__lt=ends, joined_to=None).annotate(
        # Whoever was answered knows that we have it.
        known_at=Coalesce("acknowledged_at", "answered_at"),
        ended_on=TruncDate("resolved_at", tzinfo=zone),
        closed_on=TruncDate("closed_at", tzinfo=zone),
        month=TruncMonth("opened_at", tzinfo=zone),
    )
    promises = (
        Promise.objects.alias(call_on=Coalesce("first_call_on", "call_back_on"))
        .filter(call_on__gte=start, call_on__lte=end)
        .exclude(state=Promise.State.WITHDRAWN)
        .annotate(asked_on=TruncDate(_asked_at(), tzinfo=zone), month=TruncMonth("call_on"))
    )

    def by(of_case: Sequence[str], of_promise: Sequence[str], name: Callable[[tuple[Any, ...]], Any]) -> Any:
        rows = [
            *(
                _named(row, of_case, name)
                for row in cases.order_by().values(*of_case).annotate(**_cases(now, today))
            ),
            *(
                _named(row, of_promise, name)
                for row in promises.order_by().values(*of_promise).annotate(**_promises(today))
            ),
        ]
        return _lines(rows)

    months = by(["month"], ["month"], lambda key: _day(key[0]))
    severities = by(["severity"], ["case__severity"], lambda key: key[0])
    order = list(Case.Severity.values)
    return ClocksKept(
        start=start,
        end=end,
        all=_line(None, [_sums_of(line) for line in months]),
        months=sorted(months, key=lambda line: str(line.name)),
        channels=_most_first(by(["comment__channel"], ["case__comment__channel"], lambda key: key[0])),
        people=_most_first(by([f"owner__{c}" for c in _PERSON], [f"who__{c}" for c in _PERSON], _person)),
        severities=sorted(severities, key=lambda line: order.index(str(line.name))),
    )


def lines(found: ClocksKept) -> Iterator[tuple[Any, ...]]:
    """For a file: as COLUMNS, None where nothing is said."""
    for by, its in {"all": [found.all], **found.parts}.items():
        for line in its:
            for clock, one in line.tallies.items():
                low, high = one.interval or (None, None)
                yield by, line.name, clock.value, one.kept, one.late, one.running, one.share, low, high


def _cases(now: datetime, today: date) -> dict[str, Count]:
    def clock(name: str, done: str, until: str, limit: Any) -> dict[str, Count]:
        """`done`: when it was; `until`: by when it had to be; `limit`: what is past by now."""
        has = Q(**{f"{until}__isnull": False})
        undone = Q(**{f"{done}__isnull": True})
        return {
            f"{name}_kept": Count("pk", filter=has & Q(**{f"{done}__lte": F(until)})),
            f"{name}_late": Count(
                "pk", filter=has & (Q(**{f"{done}__gt": F(until)}) | undone & Q(**{f"{until}__lt": limit}))
            ),
            f"{name}_running": Count("pk", filter=has & undone & Q(**{f"{until}__gte": limit})),
        }

    return (
        clock(Clock.ACKNOWLEDGED, "known_at", "acknowledge_by", now)
        | clock(Clock.ANSWERED, "answered_at", "answer_by", now)
        | _settled(today)
    )


def _settled(today: date) -> dict[str, Count]:
    """Closed without being solved is never settled in time: closed past its day it is late, else nothing."""
    has, unsolved = Q(due_on__isnull=False), Q(ended_on=None)
    late = Q(ended_on__gt=F("due_on")) | unsolved & Q(closed_on__gt=F("due_on"))
    open_ = unsolved & Q(closed_on=None)
    return {
        f"{Clock.SETTLED}_kept": Count("pk", filter=has & Q(ended_on__lte=F("due_on"))),
        f"{Clock.SETTLED}_late": Count("pk", filter=has & (late | open_ & Q(due_on__lt=today))),
        f"{Clock.SETTLED}_running": Count("pk", filter=has & open_ & Q(due_on__gte=today)),
    }


def _asked_at() -> Least:
    """The first call or letter, else when it was answered. SQLite: nothing is less than what is not there."""
    first = CallAttempt.objects.filter(promise=OuterRef("pk"), number=1).values("at")
    called, ways = Subquery(first), ("asked_at", "settled_at")
    return Least(Coalesce(called, *ways), Coalesce(ways[0], called, ways[1]))


def _promises(today: date) -> dict[str, Count]:
    undone = Q(asked_on=None)
    return {
        f"{Clock.CALLED_BACK}_kept": Count("pk", filter=Q(asked_on__lte=F("call_on"))),
        f"{Clock.CALLED_BACK}_late": Count(
            "pk", filter=Q(asked_on__gt=F("call_on")) | undone & Q(call_on__lt=today)
        ),
        f"{Clock.CALLED_BACK}_running": Count("pk", filter=undone & Q(call_on__gte=today)),
    }


Named = tuple[Any, Mapping[str, int]]


def _named(row: Row, columns: Sequence[str], name: Callable[[tuple[Any, ...]], Any]) -> Named:
    return name(tuple(row[column] for column in columns)), row


def _lines(rows: Sequence[Named]) -> list[Line]:
    groups: dict[Any, list[Mapping[str, int]]] = {}
    for name, counts in rows:
        groups.setdefault(name, []).append(counts)
    return [_line(name, its) for name, its in groups.items()]


def _line(name: Any, its: Sequence[Mapping[str, int]]) -> Line:
    def total(clock: Clock, what: str) -> int:
        return sum(counts.get(f"{clock}_{what}", 0) for counts in its)

    return Line(
        name=name,
        tallies={
            clock: Tally(
                kept=total(clock, "kept"), late=total(clock, "late"), running=total(clock, "running")
            )
            for clock in Clock
        },
    )


def _sums_of(line: Line) -> dict[str, int]:
    return {
        f"{clock}_{what}": getattr(one, what)
        for clock, one in line.tallies.items()
        for what in ("kept", "late", "running")
    }


def _most_first(found: Sequence[Line]) -> list[Line]:
    return sorted(found, key=lambda line: (-line.n, str(line.name)))


def _person(key: tuple[Any, ...]) -> str | None:
    """As `str(user)` has it."""
    first, last, username = key
    return f"{first or ''} {last or ''}".strip() or username or None


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
