"""Alerts: a theme came up more or less than it did, or bad reviews came all at once."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from feedback.models.addressed import Addressed
from feedback.models.queue import Leasable, LeasableQuerySet


class AlertQuerySet(models.QuerySet["Alert"]):
    def ongoing(self) -> Self:
        """Found lately, whatever was done about it."""
        return self.filter(ended_on=None)

    def to_look_at(self, today: date) -> Self:
        """Nobody has settled it, and it does not sleep."""
        awake = Q(snoozed_until=None) | Q(snoozed_until__lte=today)
        return self.ongoing().filter(awake, settled_at=None)

    def asleep(self, today: date) -> Self:
        """Nobody has settled it; it comes back by itself."""
        return self.ongoing().filter(snoozed_until__gt=today, settled_at=None)


class Alert(Addressed):
    """`theme`: its slug; "*": complaints as a whole; "": all comments; of a burst "". `since` is the first
    day of the change, `until` the last of a burst. `chance`: of so much on one day, had nothing changed.
    `counted_from`, `counted_until`: the days in which `seen` were counted when it was last found.

    `ended_on`: it was not found for a fortnight; found again, it is a new one.
    """

    class Kind(models.TextChoices):
        RISE = "rise", _("comes up more")
        FALL = "fall", _("comes up less")
        BURST = "burst", _("bad reviews all at once")

    kind = models.CharField(max_length=5, choices=Kind)
    theme = models.CharField(max_length=40, blank=True, default="")
    source = models.CharField(max_length=40, blank=True, default="")
    since = models.DateField()
    until = models.DateField(null=True)
    counted_from = models.DateField(null=True)
    counted_until = models.DateField(null=True)
    seen = models.PositiveIntegerField()
    expected = models.FloatField()
    ratio = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    chance = models.FloatField()
    found_on = models.DateField()
    last_found_on = models.DateField()
    ended_on = models.DateField(null=True)
    owner = models.ForeignKey("feedback.User", null=True, on_delete=models.SET_NULL, related_name="+")
    snoozed_until = models.DateField(null=True)
    snoozed_by = models.ForeignKey("feedback.User", null=True, on_delete=models.SET_NULL, related_name="+")
    settled_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True, default="")

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "theme", "source"], condition=Q(ended_on=None), name="one_ongoing_alert_each"
            ),
            models.CheckConstraint(
                condition=Q(kind="burst", until__isnull=False) & ~Q(source="")
                | Q(kind__in=["rise", "fall"], until=None, source=""),
                name="alert_of_a_burst_has_its_source",
            ),
            models.CheckConstraint(condition=Q(chance__gte=0, chance__lte=1), name="alert_chance"),
        ]
        indexes = [models.Index(fields=["-since"], name="alerts_by_day")]

    @property
    def is_open(self) -> bool:
        """It goes on, and nobody has settled it; it may sleep."""
        return self.ended_on is None and self.settled_at is None


class AlertClock(Leasable):
    """When the job looks the next time, and up to which day it has. The migration makes the one row."""

    look_at = models.DateTimeField()
    looked_on = models.DateField(null=True)

    objects = LeasableQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(models.Value(1), name="one_alert_clock")]
