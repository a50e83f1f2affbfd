"""How Svix (Resend) and Amazon SNS sign what they tell: values in, yes or no out.

What Mailgun, MailerSend and SendGrid sign, django-anymail looks at; for these two it would want whole
libraries of the services.
"""

import binascii
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

SKEW = timedelta(minutes=5)  # Svix signs each attempt anew
_SVIX_KEY = "whsec_"
_SNS_HOST = re.compile(r"sns\.[a-z0-9-]{3,30}\.amazonaws\.com(\.cn)?")
_HASHES = {"1": hashes.SHA1, "2": hashes.SHA256}  # by SignatureVersion
_NOTICE = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_SUBSCRIPTION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


def svix_key(written: str) -> bytes:
    """`whsec_` and base64. Raises ValueError."""
    if not written.startswith(_SVIX_KEY):
        raise ValueError("a signing secret of Svix begins with whsec_")
    return b64decode(written.removeprefix(_SVIX_KEY), validate=True)


def is_of_svix(body: bytes, headers: Mapping[str, str], key: bytes, now: datetime) -> bool:
    """docs.svix.com, verifying payloads."""
    return is_signed(body, headers, key, now, prefix="svix")


def is_signed(
    body: bytes, headers: Mapping[str, str], key: bytes, now: datetime, *, prefix: str = "webhook"
) -> bool:
    """standardwebhooks.com: one good signature of those named is enough (keys are changed)."""
    name, moment = headers.get(f"{prefix}-id", ""), headers.get(f"{prefix}-timestamp", "")
    if not name or not (moment.isascii() and moment.isdigit()) or len(moment) > 12:
        return False
    if abs(now.timestamp() - int(moment)) > SKEW.total_seconds():
        return False
    signed = hmac.digest(key, f"{name}.{moment}.".encode() + body, "sha256")
    wanted = b"v1," + b64encode(signed)
    given = headers.get(f"{prefix}-signature", "").split()
    return any(hmac.compare_digest(wanted, one.encode(errors="replace")) for one in given)


def sns_place(url: Any) -> str | None:
    """The host of Amazon's that an address of SNS leads to; None: it leads elsewhere."""
    try:
        place = urlsplit(str(url))
        is_plain = place.port is None and not place.username
    except ValueError:
        return None
    host = place.netloc
    return host if place.scheme == "https" and is_plain and _SNS_HOST.fullmatch(host) else None


def is_of_sns(message: Mapping[str, Any], certificate: bytes) -> bool:
    """docs.aws.amazon.com/sns, verifying signatures. `certificate`: PEM, from `sns_place`. False as well when
    either of them is not what it should be."""
    kind = _HASHES.get(str(message.get("SignatureVersion")))
    try:
        key = x509.load_pem_x509_certificate(certificate).public_key()
        signature = b64decode(str(message.get("Signature")), validate=True)
        if kind is None or not isinstance(key, rsa.RSAPublicKey):
            return False
        key.verify(signature, _signed(message), padding.PKCS1v15(), kind())
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def _signed(message: Mapping[str, Any]) -> bytes:
    names = _NOTICE if message.get("Type") == "Notification" else _SUBSCRIPTION
    there = [name for name in names if message.get(name) is not None]
    return "".join(f"{name}\n{message[name]}\n" for name in there).encode(errors="surrogatepass")
