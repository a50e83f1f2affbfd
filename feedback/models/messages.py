"""What we wrote to a customer in private about a case, and what was granted with it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from feedback.models.addressed import Addressed, Language
from feedback.models.authors import Authored, four_eyes
from feedback.models.cases import Case, Decision
from feedback.models.mail import OutgoingMail


class Message(Addressed, Authored):
    """Our private message: draft → approved → sending (by mail) or sent (by hand), or discarded.

    A draft exists from the first save; before that the page composes one each time. Whether a mail really
    went is the mail row's to say.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("message", "draft")
        APPROVED = "approved", pgettext_lazy("message", "approved, to be sent by hand")
        SENDING = "sending", pgettext_lazy("message", "handed to the mail")
        SENT = "sent", pgettext_lazy("message", "sent by hand")
        DISCARDED = "discarded", pgettext_lazy("message", "discarded")

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        ZALO = "zalo", "Zalo"
        MESSENGER = "messenger", "Messenger"
        SMS = "sms", "SMS"
        PHONE = "phone", _("by phone")
        IN_PERSON = "in_person", _("in person")
        LETTER = "letter", _("letter")
        OTHER = "other", _("another way")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="messages")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    language = models.CharField(max_length=2, choices=Language)
    drafted_text = models.TextField()  # as composed
    text = models.TextField()  # as it will go out
    edition = models.PositiveIntegerField(default=1)  # raised by each edit: compare-and-set
    remedy = models.CharField(max_length=24, blank=True, default="")  # what is granted with it, if anything
    costs = models.JSONField(default=dict)  # the remedy's cost parts, by column of Concession
    cost_reason = models.CharField(max_length=300, blank=True, default="")
    promises = models.JSONField(default=list)  # what, who (id of a User or None), by (ISO day)
    needs_approver = models.BooleanField(default=False)
    drafted_at = models.DateTimeField()
    edited_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    channel = models.CharField(max_length=10, choices=Channel, blank=True, default="")
    mail = models.OneToOneField(
        OutgoingMail, null=True, blank=True, on_delete=models.PROTECT, related_name="message"
    )
    sent_by = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True, default="")  # of our no

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "discarded"])
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="no_message_goes_out_unapproved",
            ),
            four_eyes("message_needs_four_eyes"),
            models.CheckConstraint(
                condition=(Q(state="sent") & Q(sent_by__isnull=False, sent_at__isnull=False) & ~Q(channel=""))
                | (~Q(state="sent") & Q(sent_by=None, sent_at=None)),
                name="message_sent_by_hand_says_how",
            ),
            models.CheckConstraint(
                condition=Q(state="sending", mail__isnull=False) | (~Q(state="sending") & Q(mail=None)),
                name="message_sending_has_its_mail",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=["draft", "approved"]),
                name="one_message_at_work_per_case",
            ),
        ]

    def __str__(self):
        return self.public_id

    @property
    def how_far(self):
        """As a person reads it; of a mail, what became of it."""
        if self.state != self.State.SENDING or self.mail is None:
            return self.get_state_display()
        if self.mail.state == OutgoingMail.State.SENT:
            return pgettext_lazy("message", "sent by e-mail")
        if self.mail.state == OutgoingMail.State.SUPPRESSED or self.mail.failed_at:
            return pgettext_lazy("message", "could not be delivered by e-mail")
        return self.get_state_display()

    @property
    def failed(self) -> bool:
        """The mail did not get through: somebody has to reach the customer otherwise."""
        return self.mail is not None and bool(
            self.mail.state == OutgoingMail.State.SUPPRESSED or self.mail.failed_at
        )
