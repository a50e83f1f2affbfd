"""What an erasure does to reviews beside the columns: no reply goes out, no import brings the words back."""

from datetime import datetime

from django.db.models import F

from feedback import forgotten, journal, leases
from feedback.belongings import Rows
from feedback.erasure import MADE_UP, Part
from reviews import searching
from reviews.models import Hold, Reply, Review, Source, UnreadableReview
from reviews.sources import file

ERASED = "erased"  # why an answer ended


def line(rows: Rows, now: datetime) -> None:
    """Behind whoever takes reviews in from there: they locked the source first, then reviews and words."""
    sources = Source.objects.filter(reviews__in=list(rows.get("reviews.Review", ()))).order_by("pk")
    held = Source.objects.filter(pk__in=list(sources.values_list("pk", flat=True))).order_by("pk")
    list(held.select_for_update(no_key=True).values("pk"))


def stop(rows: Rows, now: datetime) -> None:
    """Whoever approves or publishes waits at the review: they find the reply ended, or we it going out."""
    keys = list(rows.get("reviews.Review", ()))
    reviews = Review.objects.filter(pk__among=keys).order_by("pk")
    list(reviews.select_for_update(of=("self",), no_key=True).values("pk"))
    # Nobody drafts an answer to words that are gone.
    reviews.update(state=Review.State.DRAFTED, leased_by="", leased_until=None)
    for reply in Reply.objects.filter(review__in=keys, state__in=Reply.UNSENT):
        _end(reply, now)


def is_going_out(rows: Rows, now: datetime) -> bool:
    """In a worker's hands. What lies between two tries is ended: what stands at the source stays there."""
    theirs = Reply.objects.filter(
        review__in=list(rows.get("reviews.Review", ())), state__in=[*Reply.ON_THE_WAY, *Reply.UNSENT]
    )
    leases.take_over_from_the_dead(theirs)
    held = theirs.filter(leased_until__gte=now)
    with journal.recording():
        for reply in theirs.exclude(pk__in=held.values("pk")):
            _end(reply, now)
    return held.exists()


def files(rows: Rows, now: datetime) -> None:
    reviews = Review.objects.filter(pk__among=list(rows.get("reviews.Review", ())))
    for source in Source.objects.filter(reviews__in=reviews).distinct():
        file.forget(source, set(reviews.filter(source=source).values_list("external_id", flat=True)))


def first(rows: Rows, now: datetime) -> None:
    reviews = Review.objects.filter(pk__among=list(rows.get("reviews.Review", ()))).select_related("source")
    for review in reviews.select_related("comment__customer"):
        key = forgotten.review_key(review.source.slug, review.external_id)
        if not review.external_id.startswith(MADE_UP):
            forgotten.note(forgotten.What.REVIEW, [key], review.comment.customer, now)
        UnreadableReview.objects.filter(source=review.source, external_id=review.external_id).delete()
    # A sweep need not ask the source for a review that it knows under another name.
    reviews.filter(source__kind__in=Source.POLLED, deleted_at=None).update(deleted_at=now)


def last(rows: Rows, now: datetime) -> None:
    if rows.get("reviews.SearchText"):
        searching.let_go_of_old_words()


PART = Part(line=line, stop=stop, is_going_out=is_going_out, files=files, first=first, last=last)


def _end(reply: Reply, now: datetime) -> None:
    """Compare and set. A question that was open about it ends too."""
    unsent = Reply.objects.filter(pk=reply.pk, state=reply.state, edition=reply.edition)
    ended = {
        "state": Reply.State.DISCARDED,
        "reason": ERASED,
        "held": "",
        "leased_by": "",
        "leased_until": None,
    }
    if unsent.update(edition=F("edition") + 1, **ended):
        Hold.objects.filter(reply=reply, ended_at=None).delete()
        journal.log("reply discarded", reply, reason=ERASED)
