"""What we may offer, by which rule and why. No id, time, text or person: equal facts give equal bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, Self

from feedback.policy.canonical import digest_of_plain, plain_fields


class Rule(StrEnum):
    """In the order in which they are tried."""

    DISPUTE = "dispute"
    STATUTORY_RIGHT = "statutory_right"
    OWN_FAULT = "own_fault"
    INVESTIGATE = "investigate"
    GOODWILL = "goodwill"
    STANDARD = "standard"
    NO_PROBLEM = "no_problem"


class Reason(StrEnum):
    """Why the rule fired, finer than the rule; `wording.explain` says it in a sentence."""

    DISPUTE_CLAIMED = "dispute_claimed"
    DISPUTE_ACCEPT = "dispute_accept"
    DISPUTE_CONTEST = "dispute_contest"
    STATUTORY_RIGHT = "statutory_right"
    OWN_FAULT = "own_fault"
    CARRIER_AS_OURS = "carrier_as_ours"
    FAULT_NOT_KNOWN = "fault_not_known"
    CARRIER_NOT_ASKED = "carrier_not_asked"
    GOODWILL = "goodwill"
    STANDARD = "standard"
    STANDARD_USED_UP = "standard_used_up"
    STANDARD_AT_LIMIT = "standard_at_limit"
    NO_PROBLEM = "no_problem"


class Advice(StrEnum):
    ACCEPT = "accept"
    CONTEST = "contest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One way to put it right; a decision's remedies are a choice, not a sum.

    `share`: of the harm that it makes good, 0 to 1. `amount`: what the customer gets in money, when known.
    `limit`: the most that it may cost us; None when no limit binds.
    """

    kind: str
    share: Decimal | None = None
    amount: Decimal | None = None
    limit: Decimal | None = None
    currency: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return plain_fields(self, _REMEDY)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        sums = {name: _decimal(data.get(name)) for name in ("share", "amount", "limit")}
        return cls(kind=str(data["kind"]), currency=data.get("currency"), **sums)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """What the shop owes next, within how many working days; a Promise row once the text is approved."""

    what: str
    within: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What we may offer, and what must happen before we do.

    `confirm_fault`: only the customer's text says whose fault it is; nothing is granted before a person or a
    record confirms it. `investigate_within`, `act_within`: working days. `keep_promise`: we broke a promise
    and still owe it. `answer_by`: the ways to answer that the source allows.
    """

    rule: str
    reason: str
    policy_version: str
    remedies: tuple[Remedy, ...] = ()
    alternatives: tuple[str, ...] = ()
    refusal: bool = False
    needs_approver: bool = False
    confirm_fault: bool = False
    investigate_within: int | None = None
    act_within: int | None = None
    dispute_advice: str | None = None
    safety: bool = False
    keep_promise: bool = False
    answer_by: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Safe for JSON, with the keys always in the same order."""
        before, after = _AROUND_REMEDIES
        remedies = [remedy.as_dict() for remedy in self.remedies]
        return plain_fields(self, before) | {"remedies": remedies} | plain_fields(self, after)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        given = {name: data[name] for name in _DECISION if name in data}
        given["remedies"] = tuple(Remedy.from_dict(item) for item in data.get("remedies", ()))
        for name in ("alternatives", "answer_by"):
            given[name] = tuple(given.get(name, ()))
        return cls(**given)

    @property
    def digest(self) -> str:
        return _digest(self)

    @property
    def concedes(self) -> bool:
        """Whether anything is offered that costs us: what an open dispute forbids."""
        return bool(self.remedies)

    @property
    def commitments(self) -> tuple[Commitment, ...]:
        """What an approved text promises; the recap of a private message says exactly these."""
        owed = []
        if self.investigate_within is not None:
            what = "check_dispute" if self.reason == Reason.DISPUTE_CLAIMED else "investigate"
            owed.append(Commitment(what=what, within=self.investigate_within))
        elif self.act_within is not None and (self.remedies or self.alternatives):
            owed.append(Commitment(what="carry_out", within=self.act_within))
        if self.keep_promise and self.act_within is not None:
            owed.append(Commitment(what="keep_promise", within=self.act_within))
        return tuple(owed)


_REMEDY = tuple(field.name for field in fields(Remedy))
_DECISION = tuple(field.name for field in fields(Decision))
_PLACE = _DECISION.index("remedies")
_AROUND_REMEDIES = _DECISION[:_PLACE], _DECISION[_PLACE + 1 :]


@lru_cache(maxsize=4096)
def _digest(decision: Decision) -> str:
    return digest_of_plain(decision.as_dict())


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
