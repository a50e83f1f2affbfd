"""Customer cards: the shop's own numbers, by which a till knows who buys (S2-2)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from feedback.models.access import User
from feedback.models.people import Customer


class Card(models.Model):
    class State(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("a customer card", "in use")
        BLOCKED = "blocked", pgettext_lazy("a customer card", "blocked")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="cards")
    number = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    blocked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(state="active"), name="one_active_card_per_customer"
            ),
            models.CheckConstraint(
                condition=Q(state="active", blocked_at=None) | Q(state="blocked", blocked_at__isnull=False),
                name="card_blocked_has_its_time",
            ),
        ]
