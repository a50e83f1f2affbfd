"""Threads of mail: a case's own signed token, which comes back with the answer to our letter.

It stands in the address that an answer goes to and in the Message-ID. What else a mail says it answers to can
be made up by anybody, and counts for nothing.
"""

import re
from collections.abc import Iterable
from email.utils import parseaddr

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from feedback import tokens
from feedback.models import Case

_SIGNED = 10  # letters: 50 bits, and a wrong one opens nothing but a case of its own
_LENGTH = tokens.PUBLIC_ID_LENGTH + _SIGNED
_AMONG = re.compile(rf"(?<![0-9a-z])([0-9a-hjkmnp-tv-z]{{{_LENGTH}}})(?![0-9a-z])", re.IGNORECASE)


def token(case: Case) -> str:
    """26 small letters and digits: which case, and that we said so."""
    return case.public_id + _signature(case.public_id)


def address(thread: str) -> str:
    """Where an answer goes: INBOUND_ADDRESS with the token behind a plus; "" where no mail comes in."""
    name, at, host = settings.INBOUND_ADDRESS.partition("@")
    return f"{name}+{thread}{at}{host}" if at and thread else ""


def find(texts: Iterable[str]) -> Case | None:
    """The case of the first token in these addresses and headers that we signed ourselves."""
    for text in texts:
        for found in _AMONG.findall(text[:2000]):
            name, signature = (
                found[: tokens.PUBLIC_ID_LENGTH].lower(),
                found[tokens.PUBLIC_ID_LENGTH :].lower(),
            )
            if constant_time_compare(signature, _signature(name)):
                case = Case.objects.select_related("customer", "comment").filter(public_id=name).first()
                if case is not None:
                    return case
    return None


def is_ours(email: str) -> bool:
    """An address that our own mail goes out from, or comes in to."""
    name, _at, host = email.lower().partition("@")
    ours = {parseaddr(one)[1].lower() for one in (settings.DEFAULT_FROM_EMAIL, settings.INBOUND_ADDRESS)}
    return f"{name.partition('+')[0]}@{host}" in ours - {""}


def _signature(public_id: str) -> str:
    keyed = salted_hmac("feedback.threads", public_id, algorithm="sha256")
    return tokens.derived(keyed.digest())[:_SIGNED].lower()
