"""RULE: what a delivery comes to: an order as it is now, a refund, a dispute, a wish about personal data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


class Unusable(ValueError):
    """`key` says what is wrong (feedback.order_words.UNUSABLE); `field` names where, quoting nobody."""

    def __init__(self, key: str, field: str = "") -> None:
        super().__init__(f"{key} {field}".strip())
        self.key = key
        self.field = field


class Ignored(ValueError):
    """True, but nothing to us: a test order, a topic that says nothing of orders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """An order as its shop has it now: `raw` as feedback.orders.parse takes it. `rank` orders words of the
    same moment. `all_refunds`: it names every refund there is."""

    raw: Mapping[str, Any]
    changed_at: datetime
    rank: int = 0
    all_refunds: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Which order it is about, by whatever its source knows of it; '' where it knows nothing."""

    external_id: str = ""
    number: str = ""
    payments: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.external_id or self.number or self.payments)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Something that changes one order: `changes` as feedback.orders.parse names them."""

    whose: Whose
    refunds: Sequence[Mapping[str, Any]] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)
    is_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A dispute as its bank has it. `amount` and `fee` as written, in `currency`. `outcome` '' while open."""

    whose: Whose
    external_id: str
    amount: str
    currency: str
    opened_at: datetime
    changed_at: datetime
    reason: str = ""
    fee: str = ""
    due_by: datetime | None = None
    outcome: str = ""
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """`kind`: data_request, redact (one person) or shop_redact (everybody)."""

    kind: str
    email: str = ""
    phone: str = ""
    orders: Sequence[str] = ()  # ids at the source
    number: str = ""  # of the request there


_CANNOT_BE_STORED = re.compile("[\x00\ud800-\udfff]")
Fact = Snapshot | About | Contest | Wish


def moment(raw: Mapping[str, Any], name: str, *, is_utc: bool = False) -> datetime | None:
    """ISO 8601; a time without a zone is UTC where the source says so. Raises Unusable."""
    given = raw.get(name)
    if given in (None, ""):
        return None
    try:
        found = datetime.fromisoformat(given) if isinstance(given, str) and given.isascii() else None
    except ValueError:
        found = None
    if found is None or (found.tzinfo is None and not is_utc) or not 1970 <= found.year <= 9000:
        raise Unusable("not_a_moment", name)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def unix(raw: Mapping[str, Any], name: str) -> datetime | None:
    given = raw.get(name)
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= 32_503_680_000:
        raise Unusable("not_a_moment", name)
    return datetime.fromtimestamp(given, UTC)


def word(raw: Mapping[str, Any], name: str) -> str:
    """A text or a whole number as text; '' for anything else. Without what no database keeps."""
    given = raw.get(name)
    if isinstance(given, bool) or not isinstance(given, str | int):
        return ""
    return _CANNOT_BE_STORED.sub("", str(given))


def part(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    given = raw.get(name)
    return given if isinstance(given, Mapping) else {}


def parts(raw: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    given = raw.get(name)
    return [one for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []


def needed_id(raw: Mapping[str, Any], name: str) -> str:
    found = word(raw, name).strip()
    if not found or len(found) > 64 or not found.isprintable():
        raise Unusable("missing", name)
    return found
