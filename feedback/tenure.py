"""Find what a customer brings in each year of staying (S2-7), from all orders. Once a day, by a job."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction

from feedback import defections, leases, shop
from feedback.defection.tenure import Year, curve
from feedback.models import Tenure
from feedback.models.queue import LeasableQuerySet

EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Money in `currency`, as spent: not yet what it earned."""

    at: datetime
    currency: str
    years: Sequence[Year]


def due(now: datetime) -> LeasableQuerySet[Tenure]:
    return Tenure.objects.filter(look_at__lte=now)


def find(rows: Sequence[Tenure], now: datetime) -> None:
    """The job. Done twice it writes the same."""
    years = [asdict(one) for one in curve(defections.load(), shop.day(now).toordinal())]
    with transaction.atomic():
        result = {"currency": shop.current().currency, "years": years}
        leases.finish(rows, look_at=now + EVERY, found_at=now, result=result)


FIND = leases.Job(
    name="find what customers bring by year", due=due, run=find, batch=1, lease=timedelta(minutes=30)
)


def find_now(now: datetime) -> None:
    """Here, at once: for the demo shop and for tests."""
    if not Tenure.objects.update(look_at=now):
        Tenure.objects.create(look_at=now)
    leases.run_once(FIND, now)


def newest() -> Found | None:
    """None before the job has looked, or when the shop's currency has changed since. One query."""
    row = Tenure.objects.exclude(found_at=None).first()
    if row is None or row.found_at is None or row.result.get("currency") != shop.current().currency:
        return None
    years = [Year(**one) for one in row.result["years"]]
    return Found(at=row.found_at, currency=row.result["currency"], years=years)
