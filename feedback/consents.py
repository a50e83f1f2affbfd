"""What a customer agreed to: for which purpose, under which wording, when; and taken back as easily (L14)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from feedback import journal
from feedback.models import Consent, Customer, Order, User
from feedback.prepared import Prepared

ADVERTISING = "advertising"  # mail that offers something, a reward for answering included
PUBLISHING = "publishing"  # words of a survey on our own review page
PURPOSES = {ADVERTISING: _("mail with a reward"), PUBLISHING: _("showing your words on our review page")}
ON_THEIR_PAGE = "my-data-2026"  # the text beside the button of /my-data/, by its version
# What somebody agrees to who unsubscribed and wants mail again. A changed text is a new version beside it.
AGAIN = "mail-again-2026-11"
WORDINGS = {
    AGAIN: _(
        "The shop may ask me by mail how a purchase went, at times with a reward for the answer"
        " (advertising). I can stop this at the link in every such mail."
    )
}

_STANDING = Prepared(
    lambda customer: (
        Consent.objects.filter(customer=customer, withdrawn_at=None)
        .exclude(purpose=PUBLISHING)
        .order_by("given_at", "pk")
    ),
    int,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """`wording`: which text the customer saw, by the shop's own name for it. `given_at` is aware."""

    purpose: str
    wording: str
    channel: str
    given_at: datetime


def note(customer: Customer, given: Given, *, order: Order | None = None, by: User | None = None) -> bool:
    """Keep it, once for each purpose and moment; False: it was known. A later withdrawal outlives it."""
    with journal.recording():
        Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)  # no constraint keeps two apart
        same = Consent.objects.filter(customer=customer, purpose=given.purpose)
        if same.filter(given_at=given.given_at).exists():
            return False
        withdrawn = same.filter(withdrawn_at__gt=given.given_at).order_by("-withdrawn_at").first()
        consent = Consent.objects.create(
            customer=customer,
            order=order,
            purpose=given.purpose,
            wording=given.wording,
            channel=given.channel,
            given_at=given.given_at,
            withdrawn_at=withdrawn.withdrawn_at if withdrawn else None,
        )
        journal.log("consent given", consent, by=by, customer=customer.pk, purpose=given.purpose)
    return True


def withdraw(
    customer: Customer, purpose: str, *, now: datetime, via: str = "", by: User | None = None
) -> bool:
    """Take back all of this purpose; False: there was nothing to take back. `via`: where they said so."""
    if "\0" in purpose:  # PostgreSQL cannot be asked for it
        return False
    with journal.recording():
        Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        standing = list(Consent.objects.filter(customer=customer, purpose=purpose, withdrawn_at=None))
        for consent in standing:
            take_back(consent, now=now, via=via, by=by)
    return bool(standing)


def take_back(consent: Consent, *, now: datetime, via: str, by: User | None = None) -> None:
    """This one alone. Within `journal.recording`, with its customer locked."""
    consent.withdrawn_at, consent.withdrawn_via = now, via
    consent.save(update_fields=["withdrawn_at", "withdrawn_via"])
    journal.log("consent withdrawn", consent, by=by, customer=consent.customer_id, purpose=consent.purpose)


def leave(email: str, *, now: datetime, via: str) -> None:
    """An address said no by the link in a mail: what its customer had agreed to is taken back with it."""
    for customer in Customer.objects.filter(email=email.lower()):
        withdraw(customer, ADVERTISING, now=now, via=via)


def come_back(email: str, *, now: datetime, via: str) -> None:
    """An address that had said no agrees to `AGAIN` by the link in a mail: kept for its customer."""
    given = Given(purpose=ADVERTISING, wording=AGAIN, channel=via, given_at=now)
    for customer in Customer.objects.filter(email=email.lower(), erased_at=None, merged_into=None):
        note(customer, given)


def history(customer: Customer) -> models.QuerySet[Consent]:
    """All they ever agreed to, the newest first, with what was taken back, when and where."""
    return Consent.objects.filter(customer=customer).order_by("-given_at", "-pk")


def all_standing(customer: Customer) -> list[Consent]:
    """One of each purpose, the oldest first; but for words that are shown: they have a way of their own."""
    return list({one.purpose: one for one in _STANDING.all(customer.pk)}.values())


def standing(customer: Customer, purpose: str) -> Consent | None:
    given = Consent.objects.filter(customer=customer, purpose=purpose, withdrawn_at=None)
    return given.order_by("-given_at").first()
