"""The database row is the queue: the columns of a row that a job can lease."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from feedback.models import among  # noqa: F401 registers the lookup


class LeasableQuerySet(models.QuerySet):
    def free(self, now: datetime) -> Self:
        """Rows nobody holds, that may be tried (again) at `now` and have not been given up."""
        return self.filter(
            Q(leased_until=None) | Q(leased_until__lt=now),
            Q(retry_at=None) | Q(retry_at__lte=now),
            failed_at=None,
        )

    def given_up(self) -> Self:
        """The dead letters: rows a job tried until its tries ran out, with the reason in `failure`."""
        return self.exclude(failed_at=None)


class Leasable(models.Model):
    """A row with something to do. What is to be done stands in the model's own status column."""

    leased_by = models.CharField(max_length=120, blank=True, default="", editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    retry_at = models.DateTimeField(null=True, blank=True, editable=False)
    failed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The kind of error and where, never a customer's words.
    failure = models.CharField(max_length=300, blank=True, default="", editable=False)

    class Meta:
        abstract = True
