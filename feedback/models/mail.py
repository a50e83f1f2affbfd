"""Mail as rows: written in the act's own transaction, sent later by a job."""

from datetime import time

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from feedback.models.addressed import Addressed, Language
from feedback.models.people import Customer
from feedback.models.queue import Leasable, LeasableQuerySet
from feedback.models.words import Comment


class MailAddress(models.Model):
    """What we may send to one address: once unsubscribed, bounced or complained, nothing that asks."""

    email = models.EmailField(max_length=254, unique=True)
    token_digest = models.CharField(max_length=64, unique=True)  # of /u/<token>/
    unsubscribed_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    complained_at = models.DateTimeField(null=True, blank=True)  # reported as spam to their mail provider
    # They took their no back at the link; news from before that is old news.
    asked_again_at = models.DateTimeField(null=True, blank=True)
    asked_again_wording = models.CharField(max_length=40, blank=True, default="", db_default="")


class OutgoingMail(Addressed, Leasable):
    """The body is blanked once it is sent: it may hold a secret link or a reward code."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        SUPPRESSED = "suppressed", _("not sent: the address does not want it")

    class Kind(models.TextChoices):
        SERVICE = "service", _("service")  # what somebody waits for: at any hour
        QUESTION = "question", _("asks without a reward")
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
    # Of the case that it is about: an answer to it comes back there (feedback.threads).
    thread = models.CharField(max_length=32, blank=True, default="", db_default="")
    about = models.CharField(max_length=60, blank=True, default="")  # "surveys.invitation:7"
    message_id = models.CharField(
        max_length=120, unique=True
    )  # fixed at writing: a repeat folds at the receiver
    made_at = models.DateTimeField()
    sending_at = models.DateTimeField(null=True, blank=True)  # given to the server; only the lease ends it
    sent_at = models.DateTimeField(null=True, blank=True)
    came_back_at = models.DateTimeField(null=True, blank=True)  # the address does not exist, or complained

    objects = LeasableQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="mail_sent_has_its_time",
            )
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(failed_at__isnull=False), name="mails_given_up"),
            models.Index(fields=["id"], condition=Q(state="waiting"), name="mails_to_send"),
            models.Index(fields=["id"], condition=Q(came_back_at__isnull=False), name="mails_that_came_back"),
        ]


class MailClass(models.Model):
    """When and how much of one kind of mail that asks goes out (decision 12). No row: `feedback.postage`'s
    own hours. `counted` of the shop's day `counted_on` were written, all addresses together."""

    kind = models.CharField(max_length=12, unique=True, choices=OutgoingMail.Kind)
    opens = models.TimeField(_("from"))
    closes = models.TimeField(_("until"))
    working_days_only = models.BooleanField(_("on working days only"), default=False)
    per_day = models.PositiveIntegerField(_("most in a day"), null=True, blank=True)
    per_address = models.PositiveSmallIntegerField(_("most to one address in a day"), default=1)
    counted_on = models.DateField(null=True, editable=False)
    counted = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="mail_class_closes_later"),
            models.CheckConstraint(
                condition=Q(per_address__gte=1) & (Q(per_day=None) | Q(per_day__gte=1)),
                name="mail_class_sends_some",
            ),
            # Decree 91/2020/ND-CP, article 13: three a day to one address, and no hour of the night.
            models.CheckConstraint(
                condition=~Q(kind="advertising")
                | Q(opens__gte=time(7), closes__lte=time(22), per_address__lte=3),
                name="advertising_within_the_law",
            ),
        ]


class IncomingMail(models.Model):
    """That a mail or a text came in, once however often it is delivered. Its words are a Comment."""

    class WhyNot(models.TextChoices):
        """Why nobody looks at it."""

        TAKEN = "", _("taken in")
        AUTOMATIC = "automatic", _("an automatic answer")
        OURS = "ours", _("our own mail")
        EMPTY = "empty", _("nothing to read")
        FLOOD = "flood", _("too many from one address")
        WANTS = "wants", _("a word about texts alone: no more, or again")

    digest = models.CharField(max_length=64, unique=True)  # of what the sender calls it
    received_at = models.DateTimeField()
    comment = models.OneToOneField(
        Comment, null=True, blank=True, on_delete=models.PROTECT, related_name="incoming"
    )
    why_not = models.CharField(max_length=10, choices=WhyNot, blank=True, default="")
    left_out = models.PositiveSmallIntegerField(default=0)  # attachments that are no pictures, or too many

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(why_not="") & Q(comment__isnull=False)) | (~Q(why_not="") & Q(comment=None)),
                name="incoming_mail_is_kept_or_says_why_not",
            )
        ]
        indexes = [models.Index(fields=["received_at"], name="incoming_mail_by_time")]


class QuietNumber(models.Model):
    """A telephone number whose owner wants no texts from us: a keyed hash, as feedback.forgotten makes."""

    digest = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField()
