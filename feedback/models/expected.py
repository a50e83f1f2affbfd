"""What each customer is expected to buy: found by a job from all orders; no page looks for it (S2-7)."""

from django.db import models

from feedback.models.addressed import CurrencyField, MoneyField
from feedback.models.people import Customer
from feedback.models.queue import Leasable, LeasableQuerySet


class Expectation(Leasable):
    """The one row: when the job looks the next time, and what it learnt the last time (expected.Learnt)."""

    look_at = models.DateTimeField()
    found_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)

    objects = LeasableQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(models.Value(1), name="one_expectation")]


class ExpectedValue(models.Model):
    """One customer's, as it stood at `found_at`. `worth`: lifetime value then. `spend`: expected in the year
    after it, about `visits` × `basket`. `rate`: visits a year; `share`: what of these is thought to come.

    Nobody's history: a row that the job does not find again goes.
    """

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="+")
    found_at = models.DateTimeField()
    currency = CurrencyField()
    worth = MoneyField()
    spend = MoneyField()
    basket = MoneyField()
    visits = models.FloatField()
    rate = models.FloatField()
    share = models.FloatField()
    came = models.PositiveIntegerField()  # visits so far
    days = models.PositiveIntegerField()  # since the first
    years = models.PositiveSmallIntegerField(default=0, db_default=0)  # bits: defection.tenure.years_of
    is_gone = models.BooleanField()  # by the definition that counts
    is_by_library = models.BooleanField(default=False)  # BG/NBD: rate and share are the plain model's

    class Meta:
        indexes = [models.Index(fields=["currency", "worth"], name="expected_by_worth")]
