"""RULE: how a complaint is answered, by the way it came (the channel table of article 001)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Next(StrEnum):
    MEET = "meet"  # face to face: another letter, or a call, may hurt more
    AT_ONCE = "at_once"  # they stand before us: put it right now
    QUICK = "quick"  # say today what we can do
    USUAL = "usual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """`closed`: ways of Message.Channel by which no answer goes out."""

    next: Next
    closed: frozenset[str] = frozenset()


_QUICK = Advice(next=Next.QUICK)
TABLE: Mapping[str, Advice] = {
    "letter": Advice(next=Next.MEET, closed=frozenset({"letter", "phone"})),
    "in_person": Advice(next=Next.AT_ONCE),
    "phone": _QUICK,
    "email": _QUICK,
    "sms": _QUICK,
}
POST_TAKES = 3  # working days until a letter of ours is with them
MEETING_WITHIN = 2  # working days until the meeting that a formal letter is answered with


def advice(channel: str) -> Advice:
    return TABLE.get(channel, Advice(next=Next.USUAL))
