"""Which version of the policy is in force; the Terms that come with the program are one like any other."""

from datetime import datetime

from feedback import journal
from feedback.models import Policy
from feedback.policy.terms import Terms


def live(now: datetime) -> Policy | None:
    """The newest version whose start has passed; None before anything was decided here."""
    return Policy.objects.filter(starts_at__lte=now).order_by("-version").first()


def in_force(now: datetime) -> tuple[Policy, Terms]:
    """What to decide by. While the shop has no policy of its own, the shipped Terms become the next version
    whenever an update of the program brings other ones: what was decided before stays provable."""
    policy, shipped = live(now), Terms.shipped()
    if policy is None or (policy.author_id is None and policy.digest != shipped.digest):
        policy = _adopt(shipped, 1 if policy is None else policy.version + 1, now)
    return policy, Terms.from_dict(policy.terms)


def _adopt(shipped: Terms, version: int, now: datetime) -> Policy:
    with journal.recording():
        policy, created = Policy.objects.get_or_create(
            version=version,
            defaults={
                "terms": shipped.as_dict(),
                "digest": shipped.digest,
                "starts_at": now,
                "made_at": now,
                "comment": shipped.comment,
            },
        )
        if created:
            journal.log("policy adopted", policy, version=version, digest=shipped.digest)
    return policy
