"""RULE: whom a plan asks about an order, for a survey or for a public review, and why not the others. Values
only.

What may be looked at stands in `Candidate`: no refund, dispute, complaint, answer or rating has a place
there, so that no plan can pick the contented (L4, decision 15). Who is drawn follows from the order's number
in line or its random name alone, and can be worked out again from the log.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

HUNDRED = 100


class Way(StrEnum):
    """How many of those that fit are asked."""

    EVERYONE = "everyone"
    EVERY_NTH = "every_nth"
    SHARE = "share"


class Outcome(StrEnum):
    INVITED = "invited"
    CANCELLED = "cancelled"
    TOO_LATE = "too_late"
    NOT_MEANT = "not_meant"  # the plan's conditions
    NOT_DRAWN = "not_drawn"
    ERASED = "erased"
    ASKED_BEFORE = "asked_before"  # about this order
    INSIDER = "insider"  # L10
    NO_ADDRESS = "no_address"
    STOPPED = "stopped"  # unsubscribed, or complained
    CAME_BACK = "came_back"
    NOT_AGREED = "not_agreed"  # to mail that offers a reward (L14)
    ASKED_LATELY = "asked_lately"  # the same customer, by any survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the plan would do at this moment, in counts. `is_cut`: more orders wait than were looked at."""

    counts: Mapping[str, int]
    looked_at: int
    is_cut: bool

    @property
    def invited(self) -> int:
        return self.counts.get(Outcome.INVITED, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The log worked out anew: `wrong` names the orders of rows that do not follow from their own rule."""

    drawn: int
    of: int
    wrong: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """All that deciding may look at. `name` is the order's random public id."""

    name: str
    is_cancelled: bool = False
    is_too_late: bool = False
    fits: bool = True
    is_erased: bool = False
    was_asked: bool = False
    is_insider: bool = False
    has_address: bool = True
    has_stopped: bool = False
    came_back: bool = False
    has_agreed: bool = True
    was_asked_lately: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """`every`: of EVERY_NTH; `percent` and `seed`: of SHARE."""

    way: Way = Way.EVERYONE
    every: int = 2
    percent: int = HUNDRED
    seed: str = ""

    @property
    def rule(self) -> str:
        """As the log keeps it, so that a later change of the plan cannot change what was decided."""
        match self.way:
            case Way.EVERY_NTH:
                return f"every_nth:{self.every}"
            case Way.SHARE:
                return f"share:{self.percent}:{self.seed}"
        return str(self.way)

    @classmethod
    def of(cls, rule: str) -> "Draw":
        """Raises ValueError."""
        way, *rest = rule.split(":")
        match Way(way), rest:
            case Way.EVERY_NTH, [every]:
                return cls(way=Way.EVERY_NTH, every=int(every))
            case Way.SHARE, [percent, seed]:
                return cls(way=Way.SHARE, percent=int(percent), seed=seed)
            case Way.EVERYONE, []:
                return cls()
        raise ValueError(rule)

    def takes(self, name: str, place: int) -> bool:
        """`place`: the how-manieth order that fitted the plan, from 1."""
        match self.way:
            case Way.EVERY_NTH:
                return place % self.every == 0
            case Way.SHARE:
                return lot(self.seed, name) * HUNDRED < self.percent
        return True


def lot(seed: str, name: str) -> Fraction:
    """From 0 up to 1, without 1: the same for the same seed and order, and even over all orders."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return Fraction(int.from_bytes(digest[:8]), 2**64)


def before_the_draw(one: Candidate) -> Outcome | None:
    """Who is no candidate at all, and takes no place in the line; None: to be drawn."""
    if one.is_cancelled:
        return Outcome.CANCELLED
    if one.is_too_late:
        return Outcome.TOO_LATE
    if not one.fits:
        return Outcome.NOT_MEANT
    return None


def after_the_draw(one: Candidate) -> Outcome:
    """What keeps somebody who was drawn from being asked: the law, their wish, or that they were asked."""
    reasons = (
        (one.is_erased, Outcome.ERASED),
        (one.was_asked, Outcome.ASKED_BEFORE),
        (one.is_insider, Outcome.INSIDER),
        (not one.has_address, Outcome.NO_ADDRESS),
        (one.has_stopped, Outcome.STOPPED),
        (one.came_back, Outcome.CAME_BACK),
        (not one.has_agreed, Outcome.NOT_AGREED),
        (one.was_asked_lately, Outcome.ASKED_LATELY),
    )
    return next((outcome for holds, outcome in reasons if holds), Outcome.INVITED)
