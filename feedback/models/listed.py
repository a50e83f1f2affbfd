"""Customers whom a job counted, in the order in which they are listed."""

from django.db import models


class ListedCustomers(models.Model):
    """One part of a list: `customers` holds their keys, eight bytes each (feedback.listed). `of`: which
    report's, `key`: which of its numbers. `n`: how many the whole list has, as it stood at `found_at`.

    Nobody's history: the job that finds another list writes it over.
    """

    of = models.CharField(max_length=16)
    key = models.CharField(max_length=260)
    part = models.PositiveIntegerField()
    n = models.PositiveIntegerField()
    found_at = models.DateTimeField()
    customers = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "key", "part"], name="one_part_of_a_list")]
