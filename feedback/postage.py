"""How much mail that asks goes out, and when: hours and daily caps for each class of mail (decision 12).

A question without a reward is one class, mail that offers a reward (advertising) the other. What somebody
waits for, such as a code or a new password, is in neither and goes out at once.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.db.models import Count, F

from feedback import journal, shop
from feedback.hours import Hours
from feedback.models import MailClass, OutgoingMail, User

ASKING = (OutgoingMail.Kind.QUESTION, OutgoingMail.Kind.ADVERTISING)
OWN = Hours(opens=time(8), closes=time(21))
A_DAY = timedelta(hours=24)


def of(kind: str) -> MailClass:
    """As the shop has set it; unsaved before it has."""
    return MailClass.objects.filter(kind=kind).first() or _unset(kind)


def hours(kind: str) -> Hours:
    return _hours(of(kind))


def kinds_open(now: datetime) -> list[str]:
    """The kinds of mail that may be given to the server at this moment, in one query."""
    local, calendar = now.astimezone(shop.zone()), shop.calendar()
    rows = MailClass.objects.in_bulk(list(ASKING), field_name="kind")
    open_in = {kind: _hours(rows.get(kind) or _unset(kind)) for kind in ASKING}
    closed = {kind for kind, hours in open_in.items() if not hours.is_open(local, calendar)}
    return [kind for kind in OutgoingMail.Kind.values if kind not in closed]


def next_opening(kind: str, moment: datetime) -> datetime:
    """Raises feedback.calendar.NeverOpen."""
    return hours(kind).next_opening(moment.astimezone(shop.zone()), shop.calendar())


def set_class(kind: str, *, by: User | None = None, **columns: object) -> None:
    with journal.recording():
        made, _is_new = MailClass.objects.update_or_create(kind=kind, defaults=columns)
        said = {name: value if value is None else str(value) for name, value in columns.items()}
        journal.log("hours of mail set", made, by=by, kind=kind, **said)


@dataclass(slots=True)
class Allowance:
    """What may still be written of one kind at this moment. `take` counts; `keep` notes it in the row."""

    row: MailClass
    now: datetime
    is_open: bool
    left: int | None  # None: no cap
    written: Counter[int]  # by customer, within a day
    taken: int = field(default=0)

    def take(self, customer: int) -> datetime | None:
        """None: write it now. Else when to ask again: at the next opening, or on another day."""
        if not self.is_open:
            return next_opening(self.row.kind, self.now)
        if self.left == 0 or self.written[customer] >= self.row.per_address:
            return _hours(self.row).tomorrow(self.now.astimezone(shop.zone()), shop.calendar())
        self.written[customer] += 1
        self.taken += 1
        if self.left is not None:
            self.left -= 1
        return None

    def give_back(self, customer: int) -> None:
        """It was not written after all."""
        self.written[customer] -= 1
        self.taken -= 1
        if self.left is not None:
            self.left += 1

    def keep(self) -> None:
        if self.taken:
            MailClass.objects.filter(pk=self.row.pk).update(counted=F("counted") + self.taken)


def allowance(kind: str, customers: Collection[int], now: datetime) -> Allowance:
    """Within a transaction. Who else writes this kind waits here, so that a cap holds for all together."""
    today = shop.day(now)
    MailClass.objects.get_or_create(kind=kind, defaults=_defaults(kind))
    row = MailClass.objects.select_for_update(no_key=True).get(kind=kind)
    if row.counted_on != today:
        row.counted_on, row.counted = today, 0
        row.save(update_fields=["counted_on", "counted"])
    local = now.astimezone(shop.zone())
    return Allowance(
        row=row,
        now=now,
        is_open=_hours(row).is_open(local, shop.calendar()),
        left=None if row.per_day is None else max(row.per_day - row.counted, 0),
        written=_written(kind, customers, now),
    )


def _written(kind: str, customers: Collection[int], now: datetime) -> Counter[int]:
    of_a_day = OutgoingMail.objects.filter(
        kind=kind, customer__in=list(customers), made_at__gt=now - A_DAY
    ).exclude(state=OutgoingMail.State.SUPPRESSED)
    counts: Sequence[tuple[int | None, int]] = list(
        of_a_day.values_list("customer").annotate(n=Count("pk")).values_list("customer", "n")
    )
    return Counter({customer: n for customer, n in counts if customer is not None})


def _hours(row: MailClass) -> Hours:
    return Hours(opens=row.opens, closes=row.closes, working_days_only=row.working_days_only)


def _defaults(kind: str) -> dict[str, object]:
    return {"kind": kind, "opens": OWN.opens, "closes": OWN.closes}


def _unset(kind: str) -> MailClass:
    return MailClass(kind=kind, opens=OWN.opens, closes=OWN.closes)
