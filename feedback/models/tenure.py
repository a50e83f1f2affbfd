"""What customers bring by year of staying: found by a job from all orders; no page looks for it."""

from django.db import models

from feedback.models.queue import Leasable, LeasableQuerySet


class Tenure(Leasable):
    """The one row: when the job looks the next time, and what it found the last time (tenure.Found)."""

    look_at = models.DateTimeField()
    found_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)

    objects = LeasableQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(models.Value(1), name="one_tenure")]
