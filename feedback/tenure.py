"""Find what a customer brings in each year of staying (S2-7), from all orders. Once a day, by a job."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction

from feedback import defections, leases, listed, shop
from feedback.defection.histories import Histories, Whole
from feedback.defection.tenure import Year, curve, members
from feedback.models import Tenure
from feedback.models.queue import LeasableQuerySet

EVERY = timedelta(days=1)
LISTS = "tenure"  # feedback.listed


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
    histories, today = defections.load(), shop.day(now).toordinal()
    years = [asdict(one) for one in curve(histories, today)]
    listed.keep(LISTS, _lists(histories, today, len(years)), now)
    with transaction.atomic():
        result = {"currency": shop.current().currency, "years": years}
        leases.finish(rows, look_at=now + EVERY, found_at=now, result=result)


FIND = leases.Job(
    name="find what customers bring by year", due=due, run=find, batch=1, lease=timedelta(minutes=30)
)


def _lists(histories: Histories, today: int, years: int) -> Iterator[tuple[str, Whole]]:
    for number in range(1, years + 1) if listed.are_many(histories) else ():
        everybody, stayed = members(histories, today, number)
        yield list_of(number, stayed=False), everybody
        yield list_of(number, stayed=True), stayed


def list_of(number: int, *, stayed: bool) -> str:
    """The key of the list of those who had that year behind them, or of who bought in it."""
    return f"{number} stayed" if stayed else str(number)


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
