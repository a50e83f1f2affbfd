"""Rows that appear in an address carry an unguessable public id; money and words used by many rows."""

from django.db import models
from django.utils.translation import pgettext_lazy

from feedback.tokens import public_id


class Addressed(models.Model):
    public_id = models.CharField(
        pgettext_lazy("a row", "id"), max_length=16, unique=True, default=public_id, editable=False
    )

    class Meta:
        abstract = True


class MoneyField(models.DecimalField):
    """An amount in the currency of its row's `currency` column. VND has no minor unit."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_digits", 16)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(**kwargs)


class CurrencyField(models.CharField):
    """ISO 4217, three capitals."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", 3)
        kwargs.setdefault("default", "VND")
        super().__init__(**kwargs)


class Language(models.TextChoices):
    VI = "vi", "Tiếng Việt"
    EN = "en", "English"
