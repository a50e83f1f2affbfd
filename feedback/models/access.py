"""Who may log in, and which programs may call the API."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from feedback.models.addressed import Addressed


class User(Addressed, AbstractUser):
    """A person who works for the shop. A person who buys is a Customer."""

    language = models.CharField(
        _("language of the pages"),
        max_length=2,
        blank=True,
        default="",
        choices=[("vi", "Tiếng Việt"), ("en", "English")],
    )

    # Of the secret address of their calendar (feedback.calendar_feed); None: there is none.
    feed_digest = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    feed_made_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("person"), _("people")

    def __str__(self):
        return self.get_full_name() or self.username


class ApiToken(models.Model):
    """A program's key: stored as a digest, shown once, limited to its scopes."""

    class Scope(models.TextChoices):
        ORDERS = "orders", _("Send orders")
        REVIEWS = "reviews", _("Send reviews")
        DISPUTES = "disputes", _("Send disputes")
        CONTACTS = "contacts", _("Send contacts and staffed hours")
        ANSWERS = "answers", _("Ask and answer surveys")
        REWARDS = "rewards", _("Check and redeem rewards")
        TRENDS = "trends", _("Read theme trends")
        COMMENTS = "comments", _("Read what customers said")
        POLICY = "policy", _("Read the policy")
        REPORTS = "reports", _("Read reports")

    name = models.CharField(_("name"), max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("what it may do"), default=list)
    made_by = models.ForeignKey(
        User, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+", null=True
    )
    made_at = models.DateTimeField(_("made at"))
    last_used_on = models.DateField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("key for a program"), _("keys for programs")

    def __str__(self):
        return self.name
