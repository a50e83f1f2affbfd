"""Who did what to what, when: append-only, hash-chained from row one, ids only, never text."""

from django.db import models


class Event(models.Model):
    """One act. `hash` covers the row and `previous`, so that a change anywhere breaks every later link."""

    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)  # "reviews.reply:12"
    by = models.ForeignKey("feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    data = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, unique=True)  # unique: the chain cannot fork
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "id"], name="events_of_a_subject")]

    def __str__(self):
        return f"{self.verb} {self.subject}"
