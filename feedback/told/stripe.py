"""RULE: what Stripe tells us (connectors §7): disputes about payments."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from feedback.told.facts import Contest, Fact, Ignored, Unusable, Whose, needed_id, part, parts, unix, word

# Stripe's own lists; ISK and UGX have no decimals, but are written as if they had two.
_WHOLE = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
_THOUSANDTHS = frozenset("BHD JOD KWD OMR TND".split())
_OUTCOMES = {"won": "won", "lost": "lost", "warning_closed": "won", "prevented": "won"}


def event(raw: Mapping[str, Any]) -> tuple[str, str]:
    """Its topic and its id, by which it is known again."""
    return word(raw, "type")[:80], word(raw, "id")[:120]


def read(topic: str, raw: Mapping[str, Any]) -> Fact:
    """Raises Ignored, Unusable."""
    said = part(part(raw, "data"), "object")
    if not topic.startswith("charge.dispute.") or word(said, "object") not in ("dispute", ""):
        raise Ignored(topic)
    changed_at = unix(raw, "created")
    opened_at = unix(said, "created") or changed_at
    if changed_at is None or opened_at is None:
        raise Unusable("missing", "created")
    currency, status = word(said, "currency").upper(), word(said, "status")
    is_open = status.endswith(("needs_response", "under_review"))
    if not is_open and status not in _OUTCOMES:
        raise Unusable("unknown_status", "status")
    facts = part(said, "metadata")
    payments = [one[:80] for one in (word(said, "charge"), word(said, "payment_intent")) if one]
    return Contest(
        whose=Whose(payments=payments, number=(word(facts, "order_number") or word(facts, "order_id"))[:64]),
        external_id=needed_id(said, "id"),
        amount=_amount(said, "amount", currency),
        currency=currency,
        opened_at=opened_at,
        changed_at=changed_at,
        reason=word(said, "reason")[:80],
        fee=_fee(said, currency),
        due_by=unix(part(said, "evidence_details"), "due_by"),
        outcome="" if is_open else _OUTCOMES[status],
        closed_at=None if is_open else changed_at,
    )


def _amount(raw: Mapping[str, Any], name: str, currency: str) -> str:
    """Of minor units: cents, but whole đồng."""
    given = raw.get(name)
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given < 10**15:
        raise Unusable("not_an_amount", name)
    digits = 0 if currency in _WHOLE else 3 if currency in _THOUSANDTHS else 2
    return str(Decimal(given).scaleb(-digits))


def _fee(said: Mapping[str, Any], currency: str) -> str:
    """What the bank took for it, where it is in the currency of the dispute; '' when it is not said."""
    moved = parts(said, "balance_transactions")
    fees = [one.get("fee") for one in moved if word(one, "currency").upper() == currency]
    whole = [one for one in fees if isinstance(one, int) and not isinstance(one, bool)]
    if not whole or sum(whole) < 0:
        return ""
    return _amount({"fee": sum(whole)}, "fee", currency)
