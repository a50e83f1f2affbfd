"""Where customers leave: found by a job from all orders; and the targets that staff have besides (S2-6)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from feedback.models.defections import Defection
from feedback.models.people import Location
from feedback.models.queue import Leasable, LeasableQuerySet


class DefectionSplit(Leasable):
    """The one row: when the job looks the next time, and what it found the last time (leaving.Found)."""

    look_at = models.DateTimeField()
    found_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)

    objects = LeasableQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(models.Value(1), name="one_defection_split")]


class StaffTarget(models.Model):
    """What staff are measured or rewarded by besides who stays: some of it makes customers leave (S2-6)."""

    class Pushes(models.TextChoices):
        SELL_MORE = "sell_more", _("to sell more at each visit")
        BE_QUICK = "be_quick", _("to be done with each customer sooner")
        TAKE_LESS_BACK = "less_back", _("to take less back, or give less")
        DISCOUNT_LESS = "no_discount", _("to give fewer discounts")
        NONE = "none", _("none of these")

    AGAINST = {
        Pushes.SELL_MORE: Defection.Cause.PRESSURE,
        Pushes.BE_QUICK: Defection.Cause.STAFF,
        Pushes.TAKE_LESS_BACK: Defection.Cause.PRODUCT,
        Pushes.DISCOUNT_LESS: Defection.Cause.CHEAPER,
    }

    name = models.CharField(max_length=120)
    pushes = models.CharField(max_length=11, choices=Pushes)
    location = models.ForeignKey(Location, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey("feedback.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="staff_target_has_a_name")]
