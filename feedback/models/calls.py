"""Calls that reached nobody."""

from django.db import models
from django.db.models import Q

from feedback.models.cases import Promise


class CallAttempt(models.Model):
    """Somebody called to ask about a promise, and nobody answered. The promise is as open as it was."""

    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()  # of this promise, from 1
    at = models.DateTimeField()
    by = models.ForeignKey("feedback.User", on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True, default="")  # "her sister says: on Friday"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["promise", "number"], name="each_attempt_counted_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="attempts_are_counted_from_one"),
        ]
