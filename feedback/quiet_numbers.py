"""Telephone numbers that want no texts from us: kept as keyed hashes, as a no to mail is."""

from collections.abc import Iterable
from datetime import datetime

from feedback import consents, forgotten, incoming_texts, journal
from feedback.models import Customer, Forgotten, QuietNumber

VIA = "sms"


def stop(number: str, *, now: datetime) -> bool:
    """They said no: what its customers had agreed to is taken back with it. False: it was so before."""
    with journal.recording():
        row, is_new = QuietNumber.objects.get_or_create(digest=_digest(number), defaults={"since": now})
        for customer in Customer.objects.filter(phone__in=incoming_texts.spellings(number)).order_by("pk"):
            consents.withdraw(customer, consents.ADVERTISING, now=now, via=VIA)
        if is_new:
            journal.log("number stopped", row)
    return is_new


def start(number: str) -> bool:
    """They may be answered by text again; what they had agreed to they would have to agree to anew."""
    with journal.recording():
        row = QuietNumber.objects.filter(digest=_digest(number)).first()
        if row is None:
            return False
        journal.log("number started", row)
        row.delete()
    return True


def is_quiet(number: str) -> bool:
    return QuietNumber.objects.filter(digest=_digest(number)).exists()


def among(numbers: Iterable[str]) -> set[str]:
    """Those of them, as they are spelt here. One query."""
    spelt = {one: _digest(one) for one in numbers if one}
    known = QuietNumber.objects.filter(digest__among=sorted(set(spelt.values())))
    quiet = set(known.values_list("digest", flat=True))
    return {one for one, digest in spelt.items() if digest in quiet}


def _digest(number: str) -> str:
    plain = incoming_texts.number_of(number)
    return forgotten.digest(Forgotten.What.PHONE, incoming_texts.canonical(plain) if plain else number)
