"""What reviews let go of when its time is over (feedback.retention)."""

from django.utils.translation import gettext_lazy as _

from feedback.lapsed import Sign
from feedback.retention import emptying
from reviews.models import Reply, UnreadableReview

# What is being said to them; the words that it answers may be old.
SIGNS = (
    Sign(
        rows=lambda before: Reply.objects.filter(state__in=Reply.ON_THE_WAY),
        customer="review__comment__customer",
    ),
)
RULES = (
    emptying(
        name="unreadable",
        label="reviews.UnreadableReview",
        columns=("external_id",),
        what=_("Reviews that could not be kept: their number at the source"),
        since=_("after they first came"),
        becomes=_("nothing"),
        past=lambda before: UnreadableReview.objects.filter(first_at__lt=before),
    ),
)
