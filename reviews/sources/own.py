"""The shop's own review page: it shows every published reply, so there is nothing to send."""

from reviews.models import Reply, Source
from reviews.sources import Answer, Outcome


def publish(source: Source, reply: Reply) -> Outcome:
    return Outcome(answer=Answer.PUBLISHED)


def present_reply(source: Source, reply: Reply) -> Outcome | None:
    """Shown because it is published, so a reply that is not yet published is not there."""
    return publish(source, reply) if reply.state == Reply.State.PUBLISHED else None
