"""Calls, messages and visits, complaints or not, and the hours that were staffed (S0-9)."""

from django.db import models
from django.db.models import Q

from feedback.models.addressed import Addressed
from feedback.models.people import Customer, Location
from feedback.models.words import Channel, Comment


class Contact(Addressed):
    at = models.DateTimeField()
    channel = models.CharField(max_length=12, choices=Channel)
    reason = models.SlugField(max_length=40)
    waited_seconds = models.PositiveIntegerField(null=True, blank=True)
    satisfied = models.BooleanField(null=True, blank=True)
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts"
    )
    comment = models.OneToOneField(
        Comment, null=True, blank=True, on_delete=models.PROTECT, related_name="contact"
    )
    location = models.ForeignKey(Location, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    handled_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    external_id = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="each_contact_once"
            )
        ]
        indexes = [models.Index(fields=["at"], name="contacts_by_time")]


class StaffedHour(models.Model):
    """How many people answered in one clock hour of the shop's own zone."""

    starts_at = models.DateTimeField()
    location = models.ForeignKey(Location, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    people = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["starts_at", "location"], name="each_staffed_hour_once"),
            models.UniqueConstraint(
                fields=["starts_at"], condition=Q(location=None), name="each_staffed_hour_once_for_all"
            ),
            models.CheckConstraint(condition=Q(people__gte=0), name="staffed_people_not_negative"),
        ]
