"""How much of what they buy customers buy with us, as they said it: for a definition of defection (S2-1)."""

from django.db import models
from django.db.models import Q

from feedback.models.people import Customer


class WalletShare(models.Model):
    """`percent` of their visits are with us. Told again, it is another row; the newest counts."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    percent = models.PositiveSmallIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(percent__lte=100), name="wallet_share_is_a_share")]
