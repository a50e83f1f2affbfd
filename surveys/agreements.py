"""What somebody agreed to, to be taken back behind the link of their survey: no log-in, one press (L14, L16).

Given there by a question, at the counter or with an order: whichever way, it can be taken back here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from feedback import consents
from feedback.models import Customer
from feedback.models.words import Channel
from surveys.models import Invitation, Response
from surveys.questions import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """`words`: the question's own, as they were read; else what the purpose is called."""

    purpose: str
    words: str | Promise
    given_at: datetime


def whose(invitation: Invitation) -> Customer | None:
    """Who agrees by this survey; None: nobody knows them, or they were erased."""
    customer = invitation.customer
    customer = (customer.merged_into or customer) if customer else None
    return None if customer is None or customer.erased_at else customer


def of(invitation: Invitation, response: Response) -> Sequence[Agreed]:
    """What stands, the oldest first. Words on the review page have a part of the page of their own."""
    customer = whose(invitation)
    if customer is None:
        return []
    standing = consents.all_standing(customer)
    if not standing:
        return []
    asked = response.answers.filter(kind=Kind.CONSENT, value="yes").values_list("question", "words")
    words: dict[str, str | Promise] = {wording(response, question): said for question, said in asked}
    return [
        Agreed(
            purpose=one.purpose,
            words=words.get(one.wording, consents.PURPOSES.get(one.purpose, one.purpose)),
            given_at=one.given_at,
        )
        for one in standing
    ]


def take_back(invitation: Invitation, purpose: str, now: datetime) -> bool:
    customer = whose(invitation)
    if customer is None or purpose == consents.PUBLISHING:
        return False
    return consents.withdraw(customer, purpose, now=now, via=Channel.SURVEY.value)


def wording(response: Response, question: str) -> str:
    """Which text a consent names: of this version of the survey, by its question."""
    return f"survey-version-{response.version_id}:{question}"[:64]
