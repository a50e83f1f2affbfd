"""Whom we were asked to forget, as keyed hashes: an import of old rows does not bring them back.

The key is the program's SECRET_KEY: who has the database alone cannot try addresses. With another key the
hashes mean nothing any more, as do the links in old mails.
"""

import hmac
import unicodedata
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.utils.crypto import salted_hmac

from feedback.models import Customer, Forgotten

What = Forgotten.What


def digest(what: str, said: str) -> str:
    spelt = unicodedata.normalize("NFC", said).strip()
    if what == What.EMAIL:
        spelt = spelt.lower()
    elif what == What.PHONE:
        spelt = "".join(letter for letter in spelt if letter.isdigit())
    return hmac.digest(_key(settings.SECRET_KEY), f"{what}:{spelt}".encode(), "sha256").hex()


def note(what: str, said: Iterable[str], customer: Customer | None, at: datetime) -> None:
    """Erased again later, the later moment counts."""
    for one in said:
        Forgotten.objects.update_or_create(
            digest=digest(what, one), defaults={"what": what, "customer": customer, "at": at}
        )


def customer_of(email: str, phone: str, at: datetime) -> Customer | None:
    """The nameless row of somebody who was erased after `at`, when this (an order) happened. What happened
    later is a new acquaintance."""
    hashes = [digest(What.EMAIL, email)] if email else [digest(What.PHONE, phone)] if phone else []
    found = Forgotten.objects.filter(digest__in=hashes, at__gte=at).exclude(customer=None)
    first = found.select_related("customer__merged_into").first()
    return (first.customer.merged_into or first.customer) if first and first.customer else None


def review_key(source: str, external_id: str) -> str:
    return f"{source}\n{external_id}"


def reviews_among(source: str, external_ids: Collection[str]) -> set[str]:
    """Those of the ids at this source whose authors asked us to forget them."""
    if not Forgotten.objects.filter(what=What.REVIEW).exists():
        return set()
    hashes = {digest(What.REVIEW, review_key(source, one)): one for one in external_ids}
    known = Forgotten.objects.filter(digest__among=list(hashes)).values_list("digest", flat=True)
    return {hashes[one] for one in known}


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return salted_hmac("feedback.forgotten", "", secret=secret, algorithm="sha256").digest()
