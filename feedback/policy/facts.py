"""All that a decision may look at. No field for tone, threat, stars or person, and there must be none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from typing import Any, Self

from feedback.policy.canonical import digest_of_plain, plain_fields


class Problem(StrEnum):
    LATE = "late"
    NOT_RECEIVED = "not_received"
    DELIVERED_NOT_RECEIVED = "delivered_not_received"
    DAMAGED = "damaged"
    DEFECTIVE = "defective"
    NOT_AS_DESCRIBED = "not_as_described"
    MISSING_FEATURE = "missing_feature"
    WRONG_ITEM = "wrong_item"
    MISSING_ITEM = "missing_item"
    WRONG_ADDRESS = "wrong_address"
    TERMS_NOT_READ = "terms_not_read"
    CHANGE_OF_MIND = "change_of_mind"
    STAFF_CONDUCT = "staff_conduct"
    WAITING = "waiting"
    OVERCHARGED = "overcharged"
    REFUND_PENDING = "refund_pending"
    PUSHED_TO_BUY = "pushed_to_buy"
    SAFETY = "safety"
    OTHER = "other"
    NONE = "none"


class Fault(StrEnum):
    OURS = "ours"
    CARRIER = "carrier"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"
    NONE = "none"


class FaultFrom(StrEnum):
    TEXT = "text"
    RECORD = "record"
    PERSON = "person"
    NONE = "none"


class Standing(StrEnum):
    VALUED = "valued"
    REGULAR = "regular"
    UNKNOWN = "unknown"


class Dispute(StrEnum):
    """CLAIMED: only the customer's text says that one is open; nothing is offered until that is checked."""

    NONE = "none"
    CLAIMED = "claimed"
    OPEN = "open"
    CLOSED = "closed"


class Right(StrEnum):
    REFUND = "refund"
    REPLACEMENT = "replacement"
    REPAIR = "repair"
    PRICE_REDUCTION = "price_reduction"


class Answer(StrEnum):
    """A way in which the source lets us answer."""

    PUBLIC_REPLY = "public_reply"
    PRIVATE_MESSAGE = "private_message"


class BadFacts(ValueError):
    """A fact that cannot be: `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


MOST = Decimal(10) ** 15
"""Larger sums are slips of the keyboard, in any currency."""

_WORDS: dict[str, frozenset[str]] = {
    "problem": frozenset(Problem),
    "fault": frozenset(Fault),
    "fault_from": frozenset(FaultFrom),
    "standing": frozenset(Standing),
    "dispute": frozenset(Dispute),
}
_RIGHTS = frozenset(Right)
_ANSWERS = frozenset(Answer)
_MONEY = ("lifetime_value", "order_value", "margin")
_YES_OR_NO = ("investigated", "promise_broken")
_CURRENCY = re.compile("[A-Z]{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One complaint as the policy sees it.

    `lifetime_value` and `order_value` are in `currency`; None: not known. `margin` is what this customer has
    earned us so far, in the same currency; a number from -1 to 1 is read as a share of the lifetime value.
    `earlier_concessions` counts those inside the policy's window.

    `currency` is no fact about the complaint but the unit of the three sums, without which they say nothing:
    decision 3 names the sums, the interfaces a Decimal with its currency. No rule asks which one it is; it
    only says which of the policy's sums stand beside the order's. A test gives two currencies the same sums,
    and gets the same decisions.
    """

    problem: str
    fault: str = Fault.UNKNOWN
    fault_from: str = FaultFrom.NONE
    investigated: bool = False
    standing: str = Standing.UNKNOWN
    lifetime_value: Decimal | None = None
    order_value: Decimal | None = None
    margin: Decimal | None = None
    currency: str = "VND"
    dispute: str = Dispute.NONE
    statutory_right: str | None = None
    promise_broken: bool = False
    earlier_concessions: int = 0
    source_allows: tuple[str, ...] = (Answer.PRIVATE_MESSAGE, Answer.PUBLIC_REPLY)

    def __post_init__(self) -> None:
        for name, words in _WORDS.items():
            if (word := getattr(self, name)) not in words:
                raise BadFacts(name, f"“{word}” is not one of {', '.join(sorted(words))}")
        if self.statutory_right is not None and self.statutory_right not in _RIGHTS:
            raise BadFacts("statutory_right", f"“{self.statutory_right}” is not a right we know")
        for name in _MONEY:
            _check_sum(name, getattr(self, name))
        for name in _YES_OR_NO:
            if not isinstance(getattr(self, name), bool):
                raise BadFacts(name, "must be true or false")
        _check_rest(self)

    def as_dict(self) -> dict[str, Any]:
        return dict(_as_dict(self))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Sums may be numbers or strings; what is missing is not known. BadFacts names the field."""
        if unknown := sorted(set(data) - set(NAMES)):
            raise BadFacts(unknown[0], "is not a fact that a decision may look at")
        if "problem" not in data:
            raise BadFacts("problem", "is missing")
        given = dict(data)
        for name in _MONEY:
            if name in given:
                given[name] = _sum(name, given[name])
        if "source_allows" in given:
            given["source_allows"] = _allowed(given["source_allows"])
        return cls(**given)

    @property
    def digest(self) -> str:
        return _digest(self)


NAMES: tuple[str, ...] = tuple(field.name for field in fields(Facts))


@lru_cache(maxsize=4096)
def _as_dict(facts: Facts) -> dict[str, Any]:
    return plain_fields(facts, NAMES)


@lru_cache(maxsize=4096)
def _digest(facts: Facts) -> str:
    return digest_of_plain(_as_dict(facts))


def _sum(name: str, value: Any) -> Decimal | None:
    if value is None or isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise BadFacts(name, "must be a number")
    try:
        return Decimal(str(value).strip())
    except InvalidOperation:
        raise BadFacts(name, f"“{str(value)[:40]}” is not a number") from None


def _check_sum(name: str, value: Decimal | None) -> None:
    if value is None:
        return
    if not isinstance(value, Decimal) or not value.is_finite():
        raise BadFacts(name, "must be a number")
    exponent = value.as_tuple().exponent
    if abs(value) > MOST or (isinstance(exponent, int) and exponent < -12):
        raise BadFacts(name, "is out of range")
    if name == "order_value" and value < 0:
        raise BadFacts(name, "must not be negative")


def _check_rest(facts: Facts) -> None:
    count = facts.earlier_concessions
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= 10_000:
        raise BadFacts("earlier_concessions", "must be a whole number from 0 up")
    code = facts.currency
    if not isinstance(code, str) or not _CURRENCY.fullmatch(code):
        raise BadFacts("currency", "must be a code of three capital letters, as VND or USD")
    if not isinstance(facts.source_allows, tuple) or not set(facts.source_allows) <= _ANSWERS:
        raise BadFacts("source_allows", f"may hold {', '.join(sorted(_ANSWERS))}")


def _allowed(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
        raise BadFacts("source_allows", "must be a list of words")
    return tuple(sorted(set(value)))
