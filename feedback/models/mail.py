"""Mail as rows: written in the act's own transaction, sent later by a job."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from feedback.models.addressed import Addressed, Language
from feedback.models.people import Customer
from feedback.models.queue import Leasable, LeasableQuerySet


class MailAddress(models.Model):
    """What we may send to one address: unsubscribed or bounced addresses get nothing more of a class."""

    email = models.EmailField(max_length=254, unique=True)
    token_digest = models.CharField(max_length=64, unique=True)  # of /u/<token>/
    unsubscribed_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)


class OutgoingMail(Addressed, Leasable):
    """The body is blanked once it is sent: it may hold a secret link or a reward code."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        SUPPRESSED = "suppressed", _("not sent: the address does not want it")

    class Kind(models.TextChoices):
        SERVICE = "service", _("service")
        ADVERTISING = "advertising", _("offers a reward")

    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    to = models.EmailField(max_length=254, blank=True, default="")
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="mails"
    )
    language = models.CharField(max_length=2, choices=Language)
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True, default="")
    html = models.TextField(blank=True, default="")
    unsubscribe_url = models.CharField(max_length=300, blank=True, default="")
    about = models.CharField(max_length=60, blank=True, default="")  # "surveys.invitation:7"
    message_id = models.CharField(
        max_length=120, unique=True
    )  # fixed at writing: a repeat folds at the receiver
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = LeasableQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="mail_sent_has_its_time",
            )
        ]
        indexes = [models.Index(fields=["id"], condition=Q(state="waiting"), name="mails_to_send")]
