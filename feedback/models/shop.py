"""The one shop of this installation."""

from datetime import time

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from feedback.models.addressed import CurrencyField, Language


class ClockTimes(models.Model):
    """How long complaints may wait, as a manager set it; the newest version counts (S1-7). The
    database lets no row be changed or removed: migration 0053.

    `times`: as feedback.clock_times writes them. What was opened before keeps its clocks.
    """

    version = models.PositiveIntegerField(unique=True)  # from 1, one after the other
    times = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("feedback.User", on_delete=models.PROTECT, related_name="+")


class FormOfAddress(models.TextChoices):
    NEUTRAL = "", "anh/chị"
    GUEST = "quý khách", "quý khách"


class Shop(models.Model):
    """One row. Days, money and words of the pages follow it (decision 9: no tenant column)."""

    name = models.CharField(_("name of the shop"), max_length=120)
    currency = CurrencyField(verbose_name=_("currency"))
    zone = models.CharField(_("time zone"), max_length=64, default="Asia/Ho_Chi_Minh")
    language = models.CharField(_("first language"), max_length=2, choices=Language, default=Language.VI)
    country = models.CharField(_("country"), max_length=2, default="VN")
    open_weekdays = models.CharField(max_length=7, default="12345")  # 1 Monday to 7 Sunday
    opens_at = models.TimeField(_("opens at"), default=time(8), db_default=time(8))
    closes_at = models.TimeField(_("closes at"), default=time(18), db_default=time(18))
    reply_address = models.EmailField(_("e-mail for customers"), blank=True, default="")
    phone = models.CharField(_("telephone"), max_length=40, blank=True, default="", db_default="")
    postal_address = models.CharField(_("postal address"), max_length=250, blank=True, default="")
    # How Vietnamese replies and messages call somebody of whom we do not know better (S1-9).
    form_of_address = models.CharField(
        _("how customers are addressed in Vietnamese"),
        max_length=12,
        choices=FormOfAddress,
        blank=True,
        default="",
        db_default="",
    )
    # What a customer card takes off at the till (S2-2).
    card_percent = models.DecimalField(max_digits=4, decimal_places=1, default=0, db_default=0)
    signature_vi = models.CharField(_("signature in Vietnamese"), max_length=120, blank=True, default="")
    signature_en = models.CharField(_("signature in English"), max_length=120, blank=True, default="")
    is_demo = models.BooleanField(default=False)
    set_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("shop"), _("shops")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="one_shop_per_installation"),
            models.CheckConstraint(condition=~Q(open_weekdays=""), name="shop_open_on_some_weekday"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="shop_closes_after_it_opens"
            ),
            models.CheckConstraint(
                condition=Q(form_of_address__in=FormOfAddress.values), name="shop_has_a_known_form_of_address"
            ),
        ]

    def __str__(self):
        return self.name

    def signature(self, language: str) -> str:
        return (self.signature_vi if language == "vi" else self.signature_en) or self.name


class OwnDay(models.Model):
    """A day on which the shop is open, or closed, against the rule of its week and the public holidays."""

    day = models.DateField(_("day"), unique=True)
    is_open = models.BooleanField(_("open"), default=False)
    name = models.CharField(_("why"), max_length=80, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("day of our own"), _("days of our own")
        ordering = ["day"]

    def __str__(self):
        return f"{self.day:%Y-%m-%d}"
