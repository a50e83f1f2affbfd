"""Take a review off our own page, for one of the listed reasons alone, and put it back (L6)."""

from django.utils import timezone

from feedback import journal
from feedback.models import User
from feedback.roles import Role
from reviews.models import HIDDEN_FOR, Review, Source

HIDERS = (Role.APPROVER, Role.MANAGER)
REASONS = tuple(HIDDEN_FOR)


class Stale(RuntimeError):
    """Somebody hid or showed it before, or it stands on no page of ours."""


def hide(review: Review, *, reason: str, by: User) -> None:
    """`reason` is one of REASONS; none of them asks whether the review is good or bad."""
    if reason not in REASONS:
        raise ValueError(reason)
    ours = Review.objects.filter(pk=review.pk, source__kind=Source.Kind.OWN, hidden_at=None)
    with journal.recording():
        if not ours.update(hidden_at=timezone.now(), hidden_reason=reason):
            raise Stale
        journal.log("review hidden", review, by=by, reason=reason)


def show(review: Review, *, by: User) -> None:
    with journal.recording():
        hidden = Review.objects.filter(pk=review.pk, hidden_at__isnull=False)
        if not hidden.update(hidden_at=None, hidden_reason=""):
            raise Stale
        journal.log("review shown again", review, by=by)
