"""How orders come in from elsewhere: files of them."""

from django.db import models
from django.utils.translation import pgettext_lazy

from feedback.models.access import User
from feedback.models.addressed import Addressed, CurrencyField
from feedback.models.queue import Leasable, LeasableQuerySet


class OrderImport(Addressed, Leasable):
    """A file of orders: looked at, then taken in by a job. What was refused can be tried again."""

    class State(models.TextChoices):
        LOOKED_AT = "looked_at", pgettext_lazy("a file of orders", "looked at")
        WAITING = "waiting", pgettext_lazy("a file of orders", "being taken in")
        DONE = "done", pgettext_lazy("a file of orders", "taken in")

    state = models.CharField(max_length=10, choices=State, default=State.LOOKED_AT)
    file_name = models.CharField(max_length=200)
    store = models.SlugField(max_length=40)  # of orders whose row names none
    currency = CurrencyField()  # the same
    day_first = models.BooleanField(default=True)  # 03/04 is the third of April
    header = models.JSONField(default=list)
    header_digest = models.CharField(max_length=64)  # by which the columns are known again
    columns = models.JSONField(default=dict)  # field -> place of the column in the file
    are_together = models.BooleanField(default=False)  # rows of one order follow each other within one part
    place = models.PositiveIntegerField(default=0)  # rows done
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)  # orders
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)  # rows
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = LeasableQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["header_digest"], name="imports_with_these_columns")]

    def __str__(self):
        return self.file_name


class OrderImportPart(models.Model):
    """Some rows of the file, packed: they go once they are taken in. Those that were refused stay a while."""

    of = models.ForeignKey(OrderImport, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    is_refused = models.BooleanField(default=False)
    rows = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of", "is_refused", "number"], name="one_part_per_number")
        ]
