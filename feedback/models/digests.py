"""Who gets the weekly letter, and when the next one goes."""

from django.db import models

from feedback.models.queue import Leasable, LeasableQuerySet


class Digest(Leasable):
    """One reader's. `send_at` None: they do not want it. `week`: the Monday of the last one that was written;
    no week is written twice. `token_digest`: of the way out in each letter."""

    user = models.OneToOneField("feedback.User", on_delete=models.CASCADE, related_name="digest")
    send_at = models.DateTimeField(null=True, blank=True)
    week = models.DateField(null=True)
    token_digest = models.CharField(max_length=64, unique=True)

    objects = LeasableQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["send_at"], condition=models.Q(send_at__isnull=False), name="digests_to_send"
            )
        ]
