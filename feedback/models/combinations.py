"""Trends of comments that several filters select at once, counted by a job and kept."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from feedback.buckets import Grain
from feedback.models.queue import Leasable, LeasableQuerySet


class CombinationQuerySet(LeasableQuerySet):
    def unfinished(self) -> Self:
        return self.filter(finished_at=None)


class Combination(Leasable):
    """`where`: value by dimension. `result`: theme → first day of bucket → counts by polarity, in the order
    negative, neutral, positive, unknown; of the days before `start` theme → "before" → the same.

    `past`: up to this day everything is counted.
    """

    digest = models.CharField(max_length=64, unique=True)  # of all that was asked
    where = models.JSONField()
    since = models.DateField()  # the first day of the time before
    start = models.DateField()
    end = models.DateField()
    grain = models.CharField(max_length=5)
    past = models.DateField()
    result = models.JSONField(default=dict)
    comments = models.PositiveIntegerField()  # to look through, as the totals had it when it was asked
    looked_at = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = CombinationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(start__lte=F("end")), name="combination_has_days"),
            models.CheckConstraint(
                condition=Q(grain__in=[grain.value for grain in Grain]), name="combination_grain"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(finished_at=None), name="combinations_to_count"),
        ]
