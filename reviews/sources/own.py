"""The shop's own review page: it shows every published reply, so there is nothing to send."""

from reviews.models import Reply, Review, Source
from reviews.sources import Answer, Outcome


def publish(source: Source, reply: Reply) -> Outcome:
    return Outcome(answer=Answer.PUBLISHED)


def present_reply(source: Source, review: Review) -> str | None:
    shown = Reply.objects.filter(review=review, state=Reply.State.PUBLISHED).order_by("-review_version")
    return shown.values_list("text", flat=True).first()
