"""The shop's rules, versioned and append-only."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Policy(models.Model):
    """One version of the Terms. Live is the newest whose start has passed; without one, the shipped Terms."""

    version = models.PositiveIntegerField(unique=True)
    terms = models.JSONField()
    digest = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    # None: the Terms that came with the program
    author = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    comment = models.TextField()
    made_at = models.DateTimeField()
    advocate = models.ForeignKey(
        "feedback.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    advocate_comment = models.TextField(blank=True, default="")

    class Meta:
        verbose_name_plural = _("policies")

    def __str__(self):
        return f"{self.version}"
