"""RULE: the times that a shop allows its complaints, as a manager sets them (S1-7, L11). Values only.

Channels that are alike have their times together: in person; phone, text message and e-mail; pages, surveys
and reviews; letters.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from feedback.clocks import USUAL as _BY_CHANNEL
from feedback.clocks import Allowed, Severity

MOST_HOURS, MOST_DAYS, LEAST_MINUTES = 200, 60, 5
_MINUTE = timedelta(minutes=1)


class Way(StrEnum):
    """From what is answered soonest."""

    IN_PERSON = "in_person"
    NEAR = "near"
    ASKED = "asked"
    LETTER = "letter"


WAYS: Mapping[str, Way] = {
    "in_person": Way.IN_PERSON,
    "phone": Way.NEAR,
    "sms": Way.NEAR,
    "email": Way.NEAR,
    "form": Way.ASKED,
    "survey": Way.ASKED,
    "review": Way.ASKED,
    "letter": Way.LETTER,
}
_STANDS_FOR = {Way.IN_PERSON: "in_person", Way.NEAR: "phone", Way.ASKED: "form", Way.LETTER: "letter"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Of one way, in minutes – of plain time in person, else of office time – and working days. `answer` and
    `settle` by severity, the least first."""

    acknowledge: int
    answer: tuple[int, int, int]
    settle: tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """By way, in the order of Way."""

    waits: tuple[Wait, Wait, Wait, Wait]

    def of(self, way: Way) -> Wait:
        return self.waits[list(Way).index(way)]

    def allowed(self, channel: str, severity: str) -> Allowed:
        """Of a channel that is not known: as of a page."""
        way = WAYS.get(channel, Way.ASKED)
        wait, place = self.of(way), list(Severity).index(Severity(severity))
        return Allowed(
            answer=wait.answer[place] * _MINUTE,
            settle=wait.settle[place],
            at_once=way == Way.IN_PERSON,
            acknowledge=wait.acknowledge * _MINUTE,
        )

    def as_data(self) -> dict[str, Any]:
        return {
            way.value: {
                "acknowledge": wait.acknowledge,
                "answer": list(wait.answer),
                "settle": list(wait.settle),
            }
            for way, wait in zip(Way, self.waits, strict=True)
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Times":
        """Raises KeyError, ValueError for what `as_data` did not write."""
        one, two, three, four = (_wait(data[way.value]) for way in Way)
        return cls(waits=(one, two, three, four))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`key`: what is wrong; `name`: of the value it is about, as `names` has it."""

    name: str
    key: str


def names(way: Way) -> list[str]:
    """Of a form's fields: near_acknowledge, near_answer_minor, near_settle_serious …"""
    each = [f"{what}_{severity}" for what in ("answer", "settle") for severity in Severity]
    return [f"{way}_{name}" for name in ("acknowledge", *each)]


def faults(times: Times, law: int | None) -> Iterator[Fault]:
    """What S1-7 or the law does not allow. `law`: working days at the latest, None: no law says so."""
    for way, wait in zip(Way, times.waits, strict=True):
        yield from _order(way, wait)
        for severity, days in zip(Severity, wait.settle, strict=True):
            if law is not None and days > law:
                yield Fault(name=f"{way}_settle_{severity}", key="law")
    soon, near, _asked, letter = times.waits
    for way, first, then in ((Way.NEAR, soon, near), (Way.LETTER, near, letter)):
        for place, severity in enumerate(Severity):
            if then.answer[place] <= first.answer[place]:
                yield Fault(name=f"{way}_answer_{severity}", key="channel")
            if then.settle[place] < first.settle[place]:
                yield Fault(name=f"{way}_settle_{severity}", key="channel")


def _order(way: Way, wait: Wait) -> Iterator[Fault]:
    """The more serious is never later, and whoever is answered knows that we have it."""
    for what, values in (("answer", wait.answer), ("settle", wait.settle)):
        for place, severity in list(enumerate(Severity))[1:]:
            if values[place] > values[place - 1]:
                yield Fault(name=f"{way}_{what}_{severity}", key="severity")
    if wait.acknowledge > max(wait.answer):
        yield Fault(name=f"{way}_acknowledge", key="acknowledge")


def _wait(data: Mapping[str, Any]) -> Wait:
    a_minor, a_ordinary, a_serious = (int(one) for one in data["answer"])
    s_minor, s_ordinary, s_serious = (int(one) for one in data["settle"])
    return Wait(
        acknowledge=int(data["acknowledge"]),
        answer=(a_minor, a_ordinary, a_serious),
        settle=(s_minor, s_ordinary, s_serious),
    )


def _usual(way: Way, acknowledge: int) -> dict[str, Any]:
    rows = _BY_CHANNEL[_STANDS_FOR[way]]
    return {
        "acknowledge": acknowledge,
        "answer": [rows[severity].answer // _MINUTE for severity in Severity],
        "settle": [rows[severity].settle for severity in Severity],
    }


_TOLD = {Way.IN_PERSON: 15, Way.NEAR: 120, Way.ASKED: 240, Way.LETTER: 540}  # minutes; ours
USUAL = Times.from_data({way.value: _usual(way, _TOLD[way]) for way in Way})
