"""Totals kept by the job that reads, so that no page scans the raw rows."""

from datetime import date

from django.db import models

from feedback.buckets import Grain

ALL = "*"  # in `theme`: the comment as a whole; in `dimension` and `value`: no filter


class Dimension(models.TextChoices):
    """What one may filter and split by. `value` is the word itself; a row's key where it stands for a row."""

    CHANNEL = "channel"
    SOURCE = "source"
    TOUCHPOINT = "touchpoint"
    LOCATION = "location"
    LANGUAGE = "language"
    WHY = "why"
    LEVERAGE = "leverage"
    PRODUCT = "product"


# A shop has thousands of products: by day they would be as many rows as comments.
GRAINS: dict[str, tuple[Grain, ...]] = {
    ALL: tuple(Grain),
    **{name: tuple(Grain) for name in Dimension.values},
    Dimension.PRODUCT: (Grain.MONTH,),
}


class ThemeTotal(models.Model):
    """Mentions of one theme in one of the shop's own days, weeks or months, by polarity, for one value of one
    dimension.

    `day` is the first of the week or month. `dimension` "*" holds everything. `theme` "*" counts comments
    once each, by the sentiment of the whole text. A comment without a value in a dimension is in none of
    its rows.
    """

    dimension = models.CharField(max_length=12)
    grain = models.CharField(max_length=5)
    theme = models.CharField(max_length=40)
    value = models.CharField(max_length=60)
    day = models.DateField()
    negative = models.IntegerField(default=0)
    neutral = models.IntegerField(default=0)
    positive = models.IntegerField(default=0)
    unknown = models.IntegerField(default=0)

    class Meta:
        constraints = [
            # In this order: all themes of one value are a seek each, all values of one theme are one.
            models.UniqueConstraint(
                fields=["dimension", "grain", "theme", "value", "day"], name="one_total_per_bucket"
            ),
            models.CheckConstraint(
                condition=models.Q(negative__gte=0, neutral__gte=0, positive__gte=0, unknown__gte=0),
                name="theme_total_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(grain__in=["day", "week", "month"]), name="theme_total_grain"
            ),
        ]


class TotalsStamp(models.Model):
    """Changes with every change of the totals of comments that were said in a month, in the same transaction:
    what was drawn of some months is right while all stamps of these are the same, and those of `EVERY_MONTH`.

    One row a month for each of some writers (`shard`), so that they need not wait for each other. Drawn at
    random: no other state has the same, nor one that was rolled back or came from a backup.
    """

    EVERY_MONTH = date.min  # what the totals mean has changed

    month = models.DateField()  # its first day
    shard = models.PositiveSmallIntegerField()
    stamp = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "shard"], name="one_stamp_of_a_month")]
