"""What customers ask for about their own data: the link to it, requests, erasures; how long we keep it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from feedback.models.addressed import Addressed, Language
from feedback.models.people import Customer
from feedback.models.queue import Leasable, LeasableQuerySet
from feedback.models.words import Comment


class DataAsked(Leasable):
    """Somebody asked for the link to an address. Written whoever it is; the job answers those it knows."""

    email = models.EmailField(max_length=254)
    language = models.CharField(max_length=2, choices=Language)
    asked_at = models.DateTimeField()

    objects = LeasableQuerySet.as_manager()


class DataLink(models.Model):
    """A secret link to one customer's data, by its digest. `new_email`: it also proves that address."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="data_links")
    digest = models.CharField(max_length=64, unique=True)
    new_email = models.EmailField(max_length=254, blank=True, default="")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()


class DataRequest(Addressed):
    """What the customer cannot set right themselves: a person of the shop looks at it and answers."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="data_requests")
    words = models.TextField()
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True, default="")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="data_request_settled_by_somebody",
            )
        ]
        indexes = [models.Index(fields=["asked_at"], condition=Q(settled_at=None), name="data_requests_open")]


class ErasureQuerySet(LeasableQuerySet):
    def unfinished(self):
        return self.filter(finished_at=None)


class Erasure(Addressed, Leasable):
    """One person's data on its way out: stopped → emptied → checked once more → finished. Holds no words."""

    class Stage(models.TextChoices):
        ASKED = "asked", pgettext_lazy("erasure", "asked for")
        STOPPED = "stopped", pgettext_lazy("erasure", "nothing goes out any more")
        EMPTIED = "emptied", pgettext_lazy("erasure", "emptied, to be looked at once more")
        FINISHED = "finished", pgettext_lazy("erasure", "finished")

    class How(models.TextChoices):
        PAGE = "page", _("on their own page")
        EMAIL = "email", _("by e-mail")
        PHONE = "phone", _("by phone")
        LETTER = "letter", _("by letter")
        IN_PERSON = "in_person", _("in person")
        AUTHORITY = "authority", _("through an authority")
        WEBSHOP = "webshop", _("through the web shop")
        RETENTION = "retention", _("nobody: its time is over")

    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="erasures"
    )
    # Words of somebody whom no customer stands for, such as a review under a name that nobody knows.
    comment = models.ForeignKey(
        Comment, null=True, blank=True, on_delete=models.PROTECT, related_name="erasures"
    )
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.ASKED)
    how = models.CharField(max_length=10, choices=How)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    emptied_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    emptied = models.PositiveIntegerField(default=0)  # rows of which words or contact data went
    deleted = models.PositiveIntegerField(default=0)  # rows

    objects = ErasureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(customer__isnull=False, comment=None) | Q(customer=None, comment__isnull=False),
                name="erasure_of_one_person",
            ),
            models.CheckConstraint(
                condition=Q(stage="finished", finished_at__isnull=False)
                | (~Q(stage="finished") & Q(finished_at=None)),
                name="erasure_finished_has_its_time",
            ),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(finished_at=None), name="one_erasure_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["comment"], condition=Q(finished_at=None), name="one_erasure_of_a_comment_at_a_time"
            ),
        ]

    def __str__(self):
        return self.public_id


class Forgotten(models.Model):
    """A keyed hash of an address, a number or a review's id: an import does not bring it back."""

    class What(models.TextChoices):
        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("phone")
        REVIEW = "review", _("review")

    what = models.CharField(max_length=6, choices=What)
    digest = models.CharField(max_length=64, unique=True)
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="forgotten"
    )
    at = models.DateTimeField()


class Keeping(Leasable):
    """How long one class of data is kept (feedback.retention.RULES), and when that was last seen to."""

    rule = models.SlugField(max_length=20, unique=True)
    days = models.PositiveSmallIntegerField(null=True, blank=True)  # None: no end of its own
    next_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)  # rows, the last time

    objects = LeasableQuerySet.as_manager()

    def __str__(self):
        return self.rule
