"""Totals kept by the job that reads, so that no page scans the raw rows."""

from django.db import models

ALL = "*"  # in `theme`: the comment as a whole; in `dimension` and `value`: no filter
CHANNEL_LANGUAGE = "channel/language"


class ThemeTotal(models.Model):
    """Mentions of one theme on one of the shop's own days, by polarity, for one value of one dimension.

    `dimension` "*" holds everything, "channel/language" one `value` such as "review/vi" each. `theme` "*"
    counts comments once each, by the sentiment of the whole text.
    """

    day = models.DateField()
    dimension = models.CharField(max_length=24)
    value = models.CharField(max_length=60)
    theme = models.CharField(max_length=40)
    negative = models.IntegerField(default=0)
    neutral = models.IntegerField(default=0)
    positive = models.IntegerField(default=0)
    unknown = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dimension", "value", "day", "theme"], name="one_total_per_day_and_theme"
            ),
            models.CheckConstraint(
                condition=models.Q(negative__gte=0, neutral__gte=0, positive__gte=0, unknown__gte=0),
                name="theme_total_not_negative",
            ),
        ]
