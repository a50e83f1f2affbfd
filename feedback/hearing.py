"""Hear a delivery out: from whom it is, whether that is true, what it is called. Reads the raw body only."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feedback import credentials
from feedback.models import OrderSource
from feedback.told import signatures, stripe

SECRET = "HOOK_SECRET"  # noqa: S105 the name of a variable
Headers = Mapping[str, str]


class Unsigned(ValueError):
    """It is not from whom it says."""


class Ping(ValueError):
    """Only asks whether somebody is there."""


class Unreadable(ValueError):
    """Signed, but nothing that we could know again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    topic: str
    event_id: str
    triggered_at: datetime | None = None


def hear(source: OrderSource, headers: Headers, body: bytes, now: datetime) -> Heard:
    """Raises Unsigned, Ping, Unreadable."""
    return _DOORS[OrderSource.Kind(source.kind)](source, headers, body, now)


def _woocommerce(source: OrderSource, headers: Headers, body: bytes, now: datetime) -> Heard:
    """A new webhook first sends `webhook_id=12` without a signature (connectors §5)."""
    signature = headers.get("x-wc-webhook-signature", "")
    if not signature and body.startswith(b"webhook_id=") and body[11:].isdigit() and len(body) < 40:
        raise Ping
    if not signatures.base64_of_body(body, signature, credentials.values(source.slug, SECRET)):
        raise Unsigned
    return Heard(
        topic=_said(headers, "x-wc-webhook-topic"), event_id=_said(headers, "x-wc-webhook-delivery-id")
    )


def _shopify(source: OrderSource, headers: Headers, body: bytes, now: datetime) -> Heard:
    """`X-Shopify-Event-Id` is the same for every copy of one event (connectors §6)."""
    signature = headers.get("x-shopify-hmac-sha256", "")
    if not signatures.base64_of_body(body, signature, credentials.values(source.slug, SECRET)):
        raise Unsigned
    return Heard(
        topic=_said(headers, "x-shopify-topic"),
        event_id=_said(headers, "x-shopify-event-id") or _said(headers, "x-shopify-webhook-id"),
        triggered_at=_moment(_said(headers, "x-shopify-triggered-at")),
    )


def _stripe(source: OrderSource, headers: Headers, body: bytes, now: datetime) -> Heard:
    """The event's own id; the signature holds the time, five minutes at most (connectors §7)."""
    secrets = credentials.values(source.slug, SECRET)
    if not signatures.stripe(body, headers.get("stripe-signature", ""), secrets, now):
        raise Unsigned
    try:
        raw: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable from None
    topic, event_id = stripe.event(raw) if isinstance(raw, dict) else ("", "")
    if not event_id:
        raise Unreadable
    return Heard(topic=topic, event_id=event_id)


_DOORS: dict[OrderSource.Kind, Callable[[OrderSource, Headers, bytes, datetime], Heard]] = {
    OrderSource.Kind.WOOCOMMERCE: _woocommerce,
    OrderSource.Kind.SHOPIFY: _shopify,
    OrderSource.Kind.STRIPE: _stripe,
}


def _said(headers: Headers, name: str) -> str:
    given = headers.get(name, "")
    return given[:120] if given.isprintable() and given.isascii() else ""


def _moment(written: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo and 1970 < found.year < 9000 else None
