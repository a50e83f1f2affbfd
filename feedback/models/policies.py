"""The shop's rules, versioned and append-only."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Policy(models.Model):
    """One version of the Terms. Live is the newest whose start has passed; without one, the shipped Terms."""

    version = models.PositiveIntegerField(_("version"), unique=True)
    terms = models.JSONField(_("terms"))
    digest = models.CharField(_("fingerprint"), max_length=64)
    starts_at = models.DateTimeField(_("in force from"))
    # None: the Terms that came with the program
    author = models.ForeignKey(
        "feedback.User",
        verbose_name=_("adopted by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    comment = models.TextField(_("why"))
    made_at = models.DateTimeField(_("made at"))
    advocate = models.ForeignKey(
        "feedback.User",
        verbose_name=_("spoke for the customers"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    advocate_comment = models.TextField(_("what they said for them"), blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("policy"), _("policies")

    def __str__(self):
        return f"{self.version}"
