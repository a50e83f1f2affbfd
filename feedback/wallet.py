"""How much of what they buy customers buy with us, by their own word: noted, and read (S2-1)."""

from collections.abc import Iterable
from datetime import datetime

import numpy as np
from django.db.models.functions import Coalesce

from feedback import bulk, shop
from feedback.defection.histories import Whole
from feedback.models import Customer, WalletShare


def note(customer: Customer, percent: int, *, now: datetime) -> None:
    """In the transaction of who asks. `percent`: 0 to 100 of their visits."""
    WalletShare.objects.create(customer=customer, percent=percent, told_at=now)


def note_many(said: Iterable[tuple[int, int, datetime]]) -> None:
    """Customer, per cent and when they said it, each; in the transaction of who asks. One statement."""
    rows = [{"customer_id": who, "percent": percent, "told_at": at} for who, percent, at in said]
    if rows:
        bulk.write(WalletShare, rows)


def told() -> Whole:
    """A row each: customer, day as an ordinal, per cent. One query."""
    rows = WalletShare.objects.annotate(root=Coalesce("customer__merged_into", "customer")).order_by(
        "told_at", "pk"
    )
    zone = shop.zone()
    found = [
        (who, at.astimezone(zone).toordinal(), percent)
        for who, at, percent in rows.values_list("root", "told_at", "percent").iterator(chunk_size=5000)
    ]
    return np.array(found, np.int64).reshape(len(found), 3)
