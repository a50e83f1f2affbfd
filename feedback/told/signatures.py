"""RULE: is a delivery from whom it says? Over the raw body, in constant time (connectors §5 – §7).

Several secrets may stand at once while one takes the place of another.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(seconds=300)  # of Stripe's own libraries


def base64_of_body(body: bytes, signature: str, secrets: Iterable[str]) -> bool:
    """WooCommerce and Shopify: base64 of HMAC-SHA256 over the raw body.

    The last letter holds two bits that say nothing: only the one spelling with both at zero is right.
    """
    try:
        written = signature.encode("ascii")
        given = base64.b64decode(written, validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return False
    if base64.b64encode(given) != written:
        return False
    return _is_any(body, [given], secrets)


def stripe(body: bytes, header: str, secrets: Iterable[str], now: datetime) -> bool:
    """`t=<unix>,v1=<hex>[,v1=…]` over "t.body", within five minutes: an older one was kept and sent again."""
    parts = [part.strip().partition("=") for part in header.split(",")[:50]]
    times = [value for name, _equals, value in parts if name == "t"]
    given = [_hex(value) for name, _equals, value in parts if name == "v1"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit() and len(times[0]) <= 11):
        return False
    said_at = datetime.fromtimestamp(int(times[0]), UTC)
    if abs(now - said_at) > TOLERANCE:
        return False
    return _is_any(times[0].encode() + b"." + body, [one for one in given if one], secrets)


def _hex(written: str) -> bytes:
    try:
        return bytes.fromhex(written) if len(written) == 64 and written.isascii() else b""
    except ValueError:
        return b""


def _is_any(signed: bytes, given: Iterable[bytes], secrets: Iterable[str]) -> bool:
    offered = list(given)
    right = False
    for secret in secrets:
        own = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
        for one in offered:
            right |= hmac.compare_digest(own, one)
    return right
