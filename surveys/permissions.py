"""Ask, after the reward is settled, whether what was written may stand on the shop's review page (L14, L5).

Whoever wrote anything is asked, whatever it says; nothing about the reward looks at the answer (L1).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from feedback import consents, permissions
from feedback.models import Comment, Customer
from feedback.models.words import Channel
from feedback.prepared import Prepared
from surveys import rewards
from surveys.models import Answer, Invitation, Response, Reward

# What was agreed to, by the version that the consent names. A changed text is a new version beside the old.
WORDING = "publish-2026-11"
WORDINGS: Mapping[str, str | Promise] = {
    WORDING: _(
        "The shop may show the words that I tick on its own review page, without my name. If a reward was"
        " promised for this survey, it says so there. I can take this back at this link."
    )
}


_TOLD = Prepared(
    lambda response: (
        Answer.objects.filter(response=response)
        .exclude(comment=None)
        .exclude(comment__text="")
        .select_related("comment__publish_permission__consent")
        .order_by("pk")
    ),
    int,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Words of an answer that is finished. `is_shown`: their author allows it."""

    question: str
    words: str  # of the question, as it was asked
    comment: Comment
    is_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`texts`: all that was written. `may_ask`: there is something to allow."""

    texts: Sequence[Text]
    may_ask: bool
    is_shown: bool


def of(invitation: Invitation, response: Response, reward: Reward | None) -> Asked:
    """Somebody we invited by name; of others nobody knows whether they bought. Not before a reward is
    certain: not while a person looks at the order first, nor where the reward was refused. One query."""
    if _whose(invitation) is None:
        return Asked(texts=(), may_ask=False, is_shown=False)
    told = _TOLD.all(response.pk)
    texts = [
        Text(question=one.question, words=one.words, comment=one.comment, is_shown=_is_shown(one.comment))
        for one in told
        if one.comment is not None
    ]
    is_settled = (
        reward is None or rewards.was_released(reward) or bool(reward.code and not reward.revoked_for)
    )
    may_ask = is_settled and any(not one.is_shown for one in texts)
    return Asked(texts=texts, may_ask=may_ask, is_shown=any(one.is_shown for one in texts))


def allow(
    invitation: Invitation, response: Response, reward: Reward | None, ticked: Collection[str], now: datetime
) -> bool:
    """`ticked`: ids of questions; what is none of this response's is passed over."""
    asked = of(invitation, response, reward)
    words = [one.comment for one in asked.texts if one.question in ticked]
    customer = _whose(invitation)
    if not words or not asked.may_ask or customer is None:
        return False
    given = consents.Given(
        purpose=consents.PUBLISHING, wording=WORDING, channel=Channel.SURVEY.value, given_at=now
    )
    return permissions.allow(customer, words, given, is_rewarded=reward is not None)


def take_back(invitation: Invitation, response: Response, now: datetime) -> bool:
    """All that is shown of this response."""
    customer = _whose(invitation)
    if customer is None:
        return False
    words = [one.comment for one in of(invitation, response, None).texts]
    return permissions.take_back(customer, words, now=now, via=Channel.SURVEY.value)


def _whose(invitation: Invitation) -> Customer | None:
    """As they are kept now; None: nobody knows them, or they were erased."""
    customer = invitation.customer
    customer = (customer.merged_into or customer) if customer else None
    return None if customer is None or customer.erased_at is not None else customer


def _is_shown(comment: Comment) -> bool:
    try:
        return comment.publish_permission.consent.withdrawn_at is None
    except Comment.publish_permission.RelatedObjectDoesNotExist:
        return False
