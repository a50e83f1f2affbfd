"""Answers to surveys that their authors let us show: reviews of our own page, once each, while allowed.

The review stands on the very Comment of the answer, which was read and counted when it was given: it is in
the totals once, has one case if it has one, and goes with its author. Else it is a review like any other.
"""

from collections.abc import Sequence

from django.utils import timezone

from feedback import journal, tokens
from feedback.models import PublishPermission
from reviews import intake
from reviews.models import Review, SearchText, Source
from reviews.searching import words_of

OWN_PAGE = "own-page"
FROM_SURVEY = "survey-"  # how its name at our own page begins


def follow(permissions: Sequence[PublishPermission]) -> None:
    """Told in the transaction in which an author allowed it or took it back (settings)."""
    with journal.recording():
        known = Review.objects.filter(comment__in=[one.comment_id for one in permissions])
        there = {review.comment_id: review for review in known.select_related("source")}
        for permission in permissions:
            review = there.get(permission.comment_id)
            if permission.consent.withdrawn_at is not None:
                if review is not None:
                    intake.note_deleted(review, timezone.now())
            elif review is None:
                _show(permission)
            else:
                intake.note_present(review.source, [review.external_id], None)


def _show(permission: PublishPermission) -> None:
    comment = permission.comment
    review = Review.objects.create(
        source=_own_page(),
        external_id=f"{FROM_SURVEY}{comment.public_id}",
        digest=tokens.digest(comment.words),
        comment=comment,
        said_at=comment.said_at,
        verified=comment.order_id is not None,
        incentivised=permission.is_rewarded,
    )
    SearchText.objects.create(review=review, words=words_of(comment.title, comment.text, comment.author))
    journal.log("answer shown as a review", review, comment=comment.pk, incentivised=review.incentivised)


def _own_page() -> Source:
    """The first there is; else one is made, so that nobody's permission waits for a set-up."""
    first = Source.objects.filter(kind=Source.Kind.OWN).order_by("pk").first()
    if first is not None:
        return first
    defaults = {"name": OWN_PAGE, "kind": Source.Kind.OWN}
    return Source.objects.get_or_create(slug=OWN_PAGE, defaults=defaults)[0]
