"""What the reader was taught by this shop: trained engines, and the reading anew of what was read before."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from feedback.models.queue import Leasable, LeasableQuerySet


class EngineQuerySet(LeasableQuerySet):
    def to_train(self):
        return self.filter(state=Engine.State.TRAINING)


class Engine(Leasable):
    """The shipped engine, taught by this shop's corrections. No row is active: the shipped one reads."""

    class State(models.TextChoices):
        TRAINING = "training", _("being trained")
        READY = "ready", _("ready")
        REFUSED = "refused", _("not used: it reads worse")
        FAILED = "failed", _("came to nothing")

    state = models.CharField(max_length=8, choices=State, default=State.TRAINING)
    is_active = models.BooleanField(default=False)
    name = models.CharField(max_length=40, blank=True, default="")  # "linear-2+7", as in Analysis.engine
    base = models.CharField(max_length=40, blank=True, default="")  # the shipped engine that it adapts
    delta = models.BinaryField(null=True, blank=True)
    # {"before": {"sentiment", "themes", "problem"}, "after": {…}, "seen", "unseen"}, shares from 0 to 1
    report = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    trained_at = models.DateTimeField(null=True, blank=True)

    objects = EngineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_active"], condition=Q(is_active=True), name="one_active_engine"
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="training"), name="one_training_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(state="ready", delta__isnull=False),
                name="no_engine_reads_that_is_not_ready",
            ),
        ]

    def __str__(self):
        return self.name or f"{self._meta.model_name} {self.pk}"


class RereadingQuerySet(LeasableQuerySet):
    def unfinished(self):
        return self.filter(finished_at=None)


class Rereading(Leasable):
    """Old comments read anew, from the first to the one that was the last when it was asked for."""

    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    past = models.BigIntegerField(default=0)  # up to this comment's key it is done
    last = models.BigIntegerField()
    total = models.PositiveIntegerField()  # comments
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)  # of those done, how many read otherwise now
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = RereadingQuerySet.as_manager()

    class Meta:
        constraints = [
            # One true constant in the index: at most one row is unfinished.
            models.UniqueConstraint(
                models.Value(1), condition=Q(finished_at=None), name="one_rereading_at_a_time"
            ),
        ]
