"""RULE: how long a complaint may wait for its answer and its end, in the shop's own office hours (S1-7, L11).

The time allowed grows from the customer who stands before us to the letter; how serious a matter is taken to
be, before anybody has judged it, grows the same way. Times are aware; nothing here reads a clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from feedback.calendar import Calendar

NEGOTIATION_DAYS = 7  # working days: Law 19/2023/QH15, article 57(2)
LAWS: Mapping[str, int] = {"VN": NEGOTIATION_DAYS}  # by country: within how many working days at the latest
_NOTHING = timedelta(0)
_A_DAY = timedelta(days=1)


class Severity(StrEnum):
    """The least first."""

    MINOR = "minor"
    ORDINARY = "ordinary"
    SERIOUS = "serious"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The hours from `opens` up to `closes` of each working day, on the clocks of `zone`."""

    opens: time
    closes: time
    zone: ZoneInfo
    calendar: Calendar

    def __post_init__(self) -> None:
        if self.closes <= self.opens:
            raise ValueError("closes: must be later than opens")

    def later(self, start: datetime, work: timedelta) -> datetime:
        """The moment at which `work` of office time has passed since `start`. With none: `start`, or the next
        opening. Raises feedback.calendar.NeverOpen, ValueError."""
        if work < _NOTHING:
            raise ValueError("work: must not be negative")
        # In UTC: between two times of one zone Python reckons on the face of the clock.
        left, start = work, start.astimezone(UTC)
        for opening, closing in self._hours_from(start):
            begin = max(opening, start)
            if begin < closing and left <= closing - begin:
                return (begin + left).astimezone(self.zone)
            left -= max(closing - begin, _NOTHING)
        raise AssertionError("a calendar ends in NeverOpen")  # pragma: no cover

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Office time from `start` to `end`; none when `end` is not later."""
        passed, start, end = _NOTHING, start.astimezone(UTC), end.astimezone(UTC)
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            if self.calendar.is_working(day):
                opening, closing = self._hours_of(day)
                passed += max(min(closing, end) - max(opening, start), _NOTHING)
            day += _A_DAY
        return passed

    def opening(self, day: date) -> datetime:
        """When the office opens on `day`, or on the first working day after it."""
        return self._hours_of(self.calendar.later(day, 0))[0].astimezone(self.zone)

    def _hours_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = start.astimezone(self.zone).date()
        while True:
            day = self.calendar.later(day, 0)
            yield self._hours_of(day)
            day += _A_DAY

    def _hours_of(self, day: date) -> tuple[datetime, datetime]:
        """In UTC, so that an hour is an hour on the days on which clocks are put forward or back."""
        return (
            datetime.combine(day, self.opens, tzinfo=self.zone).astimezone(UTC),
            datetime.combine(day, self.closes, tzinfo=self.zone).astimezone(UTC),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """`answer`: until the first real answer, in office time, or in plain time where `at_once`: whoever stands
    before us finds us open. `settle`: working days until it is put right. `acknowledge`: until they know that
    we have it, as `answer`; None: no sooner than that."""

    answer: timedelta
    settle: int
    at_once: bool = False
    acknowledge: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """`answer_by` and `acknowledge_by`, never later: moments. `settle_on`: the last day, which itself is in
    time."""

    answer_by: datetime
    settle_on: date
    acknowledge_by: datetime


def _hours(answer: int, settle: int) -> Allowed:
    return Allowed(answer=timedelta(hours=answer), settle=settle)


def _minutes(answer: int, settle: int) -> Allowed:
    return Allowed(answer=timedelta(minutes=answer), settle=settle, at_once=True)


_MINOR, _ORDINARY, _SERIOUS = Severity
_NEAR = {_MINOR: _hours(8, 5), _ORDINARY: _hours(4, 3), _SERIOUS: _hours(2, 2)}
_ASKED = {_MINOR: _hours(16, 7), _ORDINARY: _hours(8, 7), _SERIOUS: _hours(4, 5)}
# By channel and severity: the order is S1-7's, the figures are ours.
USUAL: Mapping[str, Mapping[Severity, Allowed]] = {
    "in_person": {_MINOR: _minutes(60, 2), _ORDINARY: _minutes(30, 1), _SERIOUS: _minutes(15, 1)},
    "phone": _NEAR,
    "sms": _NEAR,
    "email": _NEAR,
    "form": _ASKED,
    "survey": _ASKED,
    "review": _ASKED,
    "letter": {_MINOR: _hours(24, 7), _ORDINARY: _hours(16, 7), _SERIOUS: _hours(9, 6)},
}
# What a complaint is taken for until a person has judged it: who takes the trouble of a letter means it.
FIRST_TAKEN_FOR: Mapping[str, Severity] = {"in_person": _MINOR, "letter": _SERIOUS}


def first_severity(channel: str, route: str = "normal") -> Severity:
    """A matter of safety is serious, however it came."""
    if route == "safety":
        return Severity.SERIOUS
    return FIRST_TAKEN_FOR.get(channel, Severity.ORDINARY)


def allowed(channel: str, severity: str) -> Allowed:
    """Of a channel that is not known: as of a form."""
    return USUAL.get(channel, _ASKED)[Severity(severity)]


def due(channel: str, severity: str, since: datetime, office: Office, law: int | None = None) -> Due:
    """By the usual times. `law`: working days at the latest, whatever the shop allows itself; None: no law
    says so. Raises feedback.calendar.NeverOpen."""
    return due_within(allowed(channel, severity), since, office, law)


@lru_cache(maxsize=1024)
def due_within(time_allowed: Allowed, since: datetime, office: Office, law: int | None = None) -> Due:
    days = time_allowed.settle if law is None else min(time_allowed.settle, law)
    answer, acknowledge = time_allowed.answer, time_allowed.acknowledge
    answer_by = _later(answer, time_allowed.at_once, since, office)
    sooner = answer if acknowledge is None else min(acknowledge, answer)
    return Due(
        answer_by=answer_by,
        settle_on=office.calendar.later(since.astimezone(office.zone).date(), days),
        acknowledge_by=_later(sooner, time_allowed.at_once, since, office) if sooner < answer else answer_by,
    )


def _later(work: timedelta, at_once: bool, since: datetime, office: Office) -> datetime:
    if at_once:
        return (since.astimezone(UTC) + work).astimezone(office.zone)
    return office.later(since, work)
