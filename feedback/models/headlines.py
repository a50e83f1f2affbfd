"""The figures of the morning page: found by a job, one row a figure and day; no page looks for them."""

from django.db import models

from feedback.models.queue import Leasable, LeasableQuerySet


class Headline(models.Model):
    """`value` with its 95 % interval, of `n`; `before`: the same of the time before, found in the same way.

    `data`: what the page says beside it. The last row of a day stays: so a figure has a past.
    """

    day = models.DateField()
    name = models.CharField(max_length=16)
    value = models.FloatField()
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.PositiveIntegerField()
    before = models.FloatField(null=True)
    data = models.JSONField(default=dict)
    found_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "day"], name="one_headline_per_day"),
            models.CheckConstraint(
                condition=models.Q(low=None, high=None)
                | models.Q(low__lte=models.F("value"), high__gte=models.F("value")),
                name="headline_within_its_interval",
            ),
        ]


class HeadlineClock(Leasable):
    """When the job looks for the figures the next time. The migration that knows it makes the one row."""

    look_at = models.DateTimeField()

    objects = LeasableQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(models.Value(1), name="one_headline_clock")]
