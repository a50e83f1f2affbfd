"""Take in files of contacts and of staffed hours: looked at first, then batch by batch by a job, each
once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import Q

from feedback import contacts, journal, leases, shop
from feedback import tables as sheets
from feedback.contacting import tables
from feedback.contacting.tables import BadRow, Hour, Plan, Row
from feedback.contacts import About, Outcome, Told
from feedback.models import Contact, ContactImport, User
from feedback.models.queue import LeasableQuerySet
from feedback.order_tables.cells import short_name

BATCH, PER_LEASE = 500, 20_000  # rows
MOST_BYTES = 20_000_000
MOST_FAULTS = 500
LOOKED_AT_ROWS = 20_000  # of a preview
SHOWN = 8
NOT_TAKEN_FOR = timedelta(days=1)
OTHER = "other"  # the reason of a row that names none
_State = ContactImport.State
_HOURS = ContactImport.Kind.HOURS


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would happen. `shown`: Rows or Hours. `new_reasons`: names that are no reason yet. `is_whole`:
    every row was looked at."""

    header: Sequence[str]
    shown: Sequence[Any]
    rows: int
    fine: int
    known: int
    outgoing: int
    new_reasons: Sequence[str]
    has_room: bool
    faults: Sequence[tuple[int, str, str]]  # row, name of the column, key
    refused: int
    is_whole: bool


def begin(
    content: bytes, *, file_name: str, by: User | None, now: datetime, channel: str = "phone", kind: str = ""
) -> ContactImport:
    """Kept to be looked at. `kind` "": told by the names of the columns. Raises tables.NoTable."""
    rows = sheets.rows(content)
    header = next(rows, [])
    kind = kind or tables.kind_of(header)
    columns = tables.guess(header, kind)
    place = columns.get("satisfied", -1)
    said = [row[place] for row in islice(rows, LOOKED_AT_ROWS) if 0 <= place < len(row)]
    return ContactImport.objects.create(
        kind=kind, file_name=file_name[:200], content=content, columns=columns, channel=channel,
        scale=tables.guess_scale(said).value, made_by=by, made_at=now,
    )  # fmt: skip


def is_ready(one: ContactImport) -> bool:
    """The columns that no row can do without are known."""
    return set(tables.NEEDED[one.kind]) <= one.columns.keys()


def preview(one: ContactImport, now: datetime) -> Preview:
    """Writes nothing."""
    rows = sheets.rows(bytes(one.content))
    header = next(rows)
    fine: list[Row | Hour] = []
    faults: list[tuple[int, str, str]] = []
    refused = count = 0
    for count, cells in enumerate(islice(rows, LOOKED_AT_ROWS), 1):
        try:
            fine.append(_read(cells, one, now))
        except BadRow as bad:
            refused += 1
            faults += [(count + 1, _called(header, one, fault.field), fault.key) for fault in bad.faults]
    contacts_in_it = [row for row in fine if isinstance(row, Row)]
    names = {row.reason for row in contacts_in_it if row.reason}
    new = sorted(names - contacts.known_reasons(names).keys())
    return Preview(
        header=header,
        shown=fine[:SHOWN],
        rows=count,
        fine=len(fine),
        known=_known(contacts_in_it),
        outgoing=sum(row.is_outgoing for row in contacts_in_it),
        new_reasons=new,
        has_room=contacts.room_for(new),
        faults=faults[:MOST_FAULTS],
        refused=refused,
        is_whole=next(rows, None) is None,
    )


def take(one: ContactImport, *, by: User | None) -> bool:
    """The job does it from now on. False: it does already."""
    with journal.recording():
        waiting = ContactImport.objects.filter(pk=one.pk, state=_State.LOOKED_AT)
        if not waiting.update(state=_State.WAITING):
            return False
        journal.log("import of contacts begun", one, by=by)
    return True


def to_take(now: datetime) -> LeasableQuerySet:
    """And those that nobody took: what is in the file is not kept longer than a day."""
    forgotten_ones = Q(state=_State.LOOKED_AT, made_at__lt=now - NOT_TAKEN_FOR)
    return ContactImport.objects.filter(Q(state=_State.WAITING) | forgotten_ones)


def run(imports: Sequence[ContactImport], now: datetime) -> None:
    for one in imports:
        if one.state == _State.LOOKED_AT:
            one.delete()
        else:
            _take_on(one, now)


IMPORT = leases.Job(name="import contacts", due=to_take, run=run, batch=1)


def _take_on(one: ContactImport, now: datetime) -> None:
    """Batch by batch, each with the place it came to, so that a kill costs nothing and doubles nothing."""
    rows = sheets.rows(bytes(one.content))
    header = next(rows)
    todo = enumerate(islice(rows, one.place, None), one.place + 1)
    for _batch in range(PER_LEASE // BATCH):
        batch = list(islice(todo, BATCH))
        if not batch:
            _finish(one, now)
            return
        with journal.recording():
            if not leases.renew([one], now):
                raise leases.LeaseLost(str(one.pk))
            _take_batch(one, header, batch, now)
    leases.finish([one])


def _take_batch(
    one: ContactImport, header: Sequence[str], batch: Sequence[tuple[int, Sequence[str]]], now: datetime
) -> None:
    read: list[Row | Hour] = []
    for number, cells in batch:
        try:
            read.append(_read(cells, one, now))
        except BadRow as bad:
            one.refused += 1
            room = MOST_FAULTS - len(one.faults)
            one.faults += [[number + 1, _called(header, one, f.field), f.key] for f in bad.faults][:room]
    if one.kind == _HOURS:
        _take_hours(one, [row for row in read if isinstance(row, Hour)])
    else:
        _take_contacts(one, [row for row in read if isinstance(row, Row)])
    one.rows = one.place = batch[-1][0]
    one.save(update_fields=["place", "rows", "created", "updated", "unchanged", "refused", "faults"])


def _take_contacts(one: ContactImport, rows: Sequence[Row]) -> None:
    outcomes = contacts.take_many(told_of(rows, by=one.made_by), by=one.made_by)
    one.created += outcomes.count(Outcome.CREATED)
    one.updated += outcomes.count(Outcome.UPDATED)
    one.unchanged += outcomes.count(Outcome.UNCHANGED)


def _take_hours(one: ContactImport, rows: Sequence[Hour]) -> None:
    people = hours_of(rows)
    changed = contacts.staff_hours(people, by=one.made_by)
    one.created += changed
    one.unchanged += len(people) - changed


def told_of(rows: Sequence[Row], *, by: User | None) -> list[Told]:
    """Rows with what they speak of found: reasons are made where the shop has room for them, else it is
    something else; orders, branches and people that nobody knows are left out."""
    about = About.of(
        orders=[row.order_number for row in rows], locations=[row.location for row in rows],
        people=[row.agent for row in rows], customers=[row.email for row in rows],
    )  # fmt: skip
    try:
        reasons = contacts.reasons_of({row.reason for row in rows if row.reason}, by=by)
    except contacts.TooManyReasons:
        reasons = contacts.known_reasons({row.reason for row in rows})
    return [_told(row, about, reasons.get(row.reason, OTHER)) for row in rows]


def _told(row: Row, about: About, reason: str) -> Told:
    order, customer = about.orders.get(row.order_number, (None, None))
    return Told(
        at=row.at, channel=row.channel, reason=reason, waited_seconds=row.waited, satisfied=row.satisfied,
        is_outgoing=row.is_outgoing, external_id=row.external_id, order_id=order,
        customer_id=customer or about.customers.get(row.email),
        location_id=about.locations.get(short_name(row.location)),
        handled_by_id=about.people.get(row.agent.casefold()),
    )  # fmt: skip


def hours_of(rows: Sequence[Hour]) -> dict[tuple[datetime, int | None], Decimal]:
    """By beginning and branch; of an hour that comes twice the last row counts."""
    about = About.of(locations=[row.location for row in rows])
    return {
        (contacts.hour_of(row.at), about.locations.get(short_name(row.location))): row.people for row in rows
    }


def _known(rows: Sequence[Row]) -> int:
    ids = sorted({row.external_id for row in rows if row.external_id})
    return Contact.objects.filter(external_id__among=ids).count() if ids else 0


def _finish(one: ContactImport, now: datetime) -> None:
    with journal.recording():
        leases.finish([one], state=_State.DONE, finished_at=now, content=b"")
        journal.log("import of contacts done", one, by=one.made_by, created=one.created, updated=one.updated,
                    unchanged=one.unchanged, refused=one.refused)  # fmt: skip


def _read(cells: Sequence[str], one: ContactImport, now: datetime) -> Row | Hour:
    plan = Plan(columns=one.columns, channel=one.channel, day_first=one.day_first, scale=one.scale)
    reading = tables.read_hour if one.kind == _HOURS else tables.read
    return reading(cells, plan, now=now, zone=shop.zone())


def _called(header: Sequence[str], one: ContactImport, field: str) -> str:
    """What the file calls it, else our own name."""
    place = one.columns.get(field, -1)
    return " ".join(header[place].split())[:60] if 0 <= place < len(header) else field
