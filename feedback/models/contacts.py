"""Calls, messages and visits, complaints or not, and the hours that were staffed (S0-9)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from feedback.models.access import User
from feedback.models.addressed import Addressed
from feedback.models.people import Customer, Location, Order
from feedback.models.queue import Leasable, LeasableQuerySet
from feedback.models.words import Channel, Comment


class ContactReason(models.Model):
    """Why somebody got in touch, in the shop's own words. `Contact.reason` holds its slug."""

    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    place = models.PositiveSmallIntegerField(_("place in the list"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name, verbose_name_plural = _("reason of contacts"), _("reasons of contacts")
        ordering = ["place", "slug"]

    def __str__(self):
        return self.name_en

    def name(self, language: str) -> str:
        return self.name_vi if language == "vi" else self.name_en


class Contact(Addressed):
    """One call, message or visit. `order`: the one it was about; `satisfied` None: nobody knows."""

    at = models.DateTimeField()
    channel = models.CharField(max_length=12, choices=Channel)
    reason = models.SlugField(max_length=40)
    waited_seconds = models.PositiveIntegerField(null=True, blank=True)
    satisfied = models.BooleanField(null=True, blank=True)
    is_outgoing = models.BooleanField(
        default=False, db_default=False
    )  # we got in touch: in no figure of S0-9
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts"
    )
    order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts")
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


class ContactTotal(models.Model):
    """Contacts of one hour of one of the shop's own days, for one reason, by one value of one dimension.

    `dimension` "*" holds all of them; "channel" and "location" those of `value`, the word or the row's key.
    Who does not say whether they were satisfied is in `n` and not in `known`. The numbered columns are
    `known` and `satisfied` by step of feedback.contacting.waits, where the wait is known.
    """

    dimension = models.CharField(max_length=12)
    value = models.CharField(max_length=24)
    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=40)
    n = models.IntegerField(default=0)
    known = models.IntegerField(default=0)
    satisfied = models.IntegerField(default=0)
    waited = models.IntegerField(default=0)
    seconds = models.BigIntegerField(default=0)
    known_0 = models.IntegerField(default=0)
    known_1 = models.IntegerField(default=0)
    known_2 = models.IntegerField(default=0)
    known_3 = models.IntegerField(default=0)
    known_4 = models.IntegerField(default=0)
    satisfied_0 = models.IntegerField(default=0)
    satisfied_1 = models.IntegerField(default=0)
    satisfied_2 = models.IntegerField(default=0)
    satisfied_3 = models.IntegerField(default=0)
    satisfied_4 = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dimension", "value", "day", "hour", "reason"], name="one_contact_total_per_hour"
            ),
            models.CheckConstraint(
                condition=Q(
                    satisfied__gte=0,
                    known__gte=F("satisfied"),
                    n__gte=F("known"),
                    waited__gte=0,
                    seconds__gte=0,
                ),
                name="contact_total_adds_up",
            ),
            models.CheckConstraint(condition=Q(hour__lte=23), name="contact_total_hour"),
        ]


class ContactImport(Addressed, Leasable):
    """A file of contacts or of staffed hours: looked at, then taken in by a job, row by row."""

    class State(models.TextChoices):
        LOOKED_AT = "looked_at", pgettext_lazy("a file of contacts", "looked at")
        WAITING = "waiting", pgettext_lazy("a file of contacts", "being taken in")
        DONE = "done", pgettext_lazy("a file of contacts", "taken in")

    class Kind(models.TextChoices):
        CONTACTS = "contacts", _("calls, messages and visits")
        HOURS = "hours", _("how many people answered, hour by hour")

    class Scale(models.TextChoices):
        YES_NO = "yes_no", _("yes or no")
        FIVE = "five", _("1 to 5: satisfied from 4")
        TEN = "ten", _("1 to 10: satisfied from 8")

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.CONTACTS)
    state = models.CharField(max_length=10, choices=State, default=State.LOOKED_AT)
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()  # emptied once it is taken in
    day_first = models.BooleanField(default=True)  # 03/04 is the third of April
    scale = models.CharField(max_length=10, choices=Scale, default=Scale.YES_NO)
    channel = models.CharField(
        max_length=12, choices=Channel, default=Channel.PHONE
    )  # of rows that name none
    columns = models.JSONField(default=dict)  # field -> place of the column in the file
    place = models.PositiveIntegerField(default=0)  # rows done
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=list)  # [[row, column, what is wrong], …], the first ones
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = LeasableQuerySet.as_manager()

    def __str__(self):
        return self.file_name
