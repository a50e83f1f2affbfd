"""Views of the trends that somebody gave a name, for themselves or for everybody at the desk."""

from typing import Self

from django.db import models
from django.db.models import Q

from feedback.models.addressed import Addressed


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def seen_by(self, user: object) -> Self:
        return self.filter(Q(owner=user) | Q(is_shared=True))


class SavedView(Addressed):
    """`query`: what stands behind the question mark, of the known filters alone. `days`: so many up to today,
    instead of its own; None: the days that it was saved with."""

    owner = models.ForeignKey("feedback.User", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    query = models.JSONField()
    days = models.PositiveSmallIntegerField(null=True)
    is_shared = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="each_saved_view_has_its_name"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_a_name"),
        ]
