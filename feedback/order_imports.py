"""Take in files of orders: looked at first, then part by part by a job, each order once.

A file lies in the database in packed parts of some thousand rows. A part, its orders, its count and its end
are one transaction: a kill costs nothing and doubles nothing. Rows that cannot be used stay, with what is
wrong with each, to be downloaded or tried again.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import groupby, islice
from typing import Any, BinaryIO

from django.db import DataError, IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from feedback import bulk, buyers, journal, leases, order_parts, purchases, refunds, shop, tables
from feedback.models import Order, OrderImport, User
from feedback.models.queue import LeasableQuerySet
from feedback.order_parts import Numbered
from feedback.order_tables import columns, reading
from feedback.order_tables.cells import are_days_apart
from feedback.order_tables.columns import BadRows, Fault, Plan, Return, Sale
from feedback.order_words import FAULTS, ROW, WRONG
from feedback.purchases import Outcome, Taken
from feedback.refunds import ABOVE_TOTAL, IN_ALL, AboveTotal, Paid, PaidBack

PER_LEASE = 10  # parts
LOOKED_AT_PARTS = 2  # of a preview
SHOWN, MOST_FAULTS = 8, 500
NOT_TAKEN_FOR = timedelta(days=1)
_State = OrderImport.State


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """`field` is what the file calls the column, else our own name for it; `key` says what is wrong."""

    row: int
    field: str
    key: str


class Stuck(RuntimeError):
    """A part could not be taken in; a worker tries it again. The message says what failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would happen. `is_whole`: every row was looked at."""

    shown: Sequence[Taken]
    rows: int
    orders: int
    known: int
    returns: int
    refused: int
    faults: Sequence[RowFault]
    is_whole: bool


@dataclass(slots=True, kw_only=True)
class _Read:
    """A part of the file, understood. `refused`: a row and what is wrong."""

    taken: list[tuple[Taken, list[Numbered]]]
    returns: list[tuple[Return, Numbered]]
    refused: list[tuple[Numbered, tuple[Fault, ...]]]


def begin(
    file: BinaryIO, *, file_name: str, by: User | None, now: datetime, store: str = "", currency: str = "",
    day_first: bool | None = None,
) -> OrderImport:  # fmt: skip
    """Kept to be looked at. Columns of these names are read as they were the last time. Raises NoTable."""
    rows = tables.rows(file, strict=True)
    header = [" ".join(name.split())[:80] for name in next(rows)]
    digest = sha256(json.dumps(header).encode()).hexdigest()
    last = _last(digest)
    one = OrderImport(
        file_name=file_name[:200], made_by=by, made_at=now, header=header, header_digest=digest,
        store=store or (last.store if last else "shop"),
        currency=currency or (last.currency if last else shop.current().currency),
        day_first=day_first if day_first is not None else last.day_first if last else True,
        columns=last.columns if last else columns.guess(header),
    )  # fmt: skip
    packed = [order_parts.packed(part) for part in order_parts.cut(rows)]
    one.rows = sum(count for count, _content in packed)
    with transaction.atomic():
        one.save(force_insert=True)
        order_parts.keep(one, packed)
    return one


def plan_of(one: OrderImport) -> Plan:
    return Plan(columns=one.columns, currency=one.currency, store=one.store, day_first=one.day_first)


def is_ready(one: OrderImport) -> bool:
    """The columns that no order can do without are known."""
    named = one.columns.keys()
    return {"number", "placed_at"} <= named and bool({"total", "price"} & named)


def preview(one: OrderImport, now: datetime) -> Preview:
    """Writes nothing."""
    parts = one.parts.filter(is_refused=False).order_by("number")[:LOOKED_AT_PARTS]
    rows = [row for part in parts for row in order_parts.unpacked(part)]
    read = _read(rows, plan_of(one), now)
    taken = [order for order, _rows in read.taken]
    return Preview(
        shown=taken[:SHOWN],
        rows=len(rows),
        orders=len({(order.store, order.number) for order in taken}),
        known=_known(taken),
        returns=len(read.returns),
        refused=len(read.refused),
        faults=list(islice(_faults(one, sorted(read.refused, key=lambda row: row[0][0])), MOST_FAULTS)),
        is_whole=len(rows) == one.rows,
    )


def take(one: OrderImport, *, by: User | None, now: datetime) -> bool:
    """The job does it from now on. False: it does already."""
    with journal.recording():
        waiting = OrderImport.objects.filter(pk=one.pk, state=_State.LOOKED_AT)
        if not waiting.update(state=_State.WAITING, began_at=now):
            return False
        journal.log("import of orders begun", one, by=by, rows=one.rows)
    return True


def try_again(one: OrderImport, *, by: User | None, now: datetime) -> bool:
    """The rows that were refused go through once more: an order may have come since."""
    with journal.recording():
        row = OrderImport.objects.select_for_update(no_key=True).get(pk=one.pk)
        again = row.parts.filter(is_refused=True)
        if row.state != _State.DONE or not again.exists():
            return False
        rows = sum(again.values_list("rows", flat=True))
        again.update(is_refused=False)
        OrderImport.objects.filter(pk=row.pk).update(
            state=_State.WAITING, place=0, rows=rows, refused=0, are_together=False, began_at=now,
            finished_at=None,
        )  # fmt: skip
        journal.log("import of orders tried again", row, by=by, rows=rows)
    return True


def refused_rows(one: OrderImport) -> Iterator[list[str]]:
    """As a table to be corrected and sent again: the file's own columns, the row, what was wrong with it."""
    yield [*one.header, str(ROW), str(WRONG)]
    for cells, wrong in faults(one):
        padded = [*cells, *[""] * (len(one.header) - len(cells))][: len(one.header)]
        said = "; ".join(f"{fault.field}: {FAULTS[fault.key]}".removeprefix(": ") for fault in wrong)
        yield [*padded, str(wrong[0].row) if wrong else "", said]


def faults(one: OrderImport) -> Iterator[tuple[Sequence[str], Sequence[RowFault]]]:
    """The rows that were refused, as they stood in the file, each with what is wrong."""
    for part in one.parts.filter(is_refused=True).order_by("number").iterator(chunk_size=4):
        for number, cells, wrong in order_parts.unpacked_refused(part):
            yield cells, [_fault(one, number, Fault(field=name, key=key)) for name, key in wrong]


def to_take(now: datetime) -> LeasableQuerySet:
    """And those that nobody took: what is in the file is not kept longer than a day."""
    forgotten_ones = Q(state=_State.LOOKED_AT, made_at__lt=now - NOT_TAKEN_FOR)
    return OrderImport.objects.filter(Q(state=_State.WAITING) | forgotten_ones)


def run(imports: Sequence[OrderImport], now: datetime) -> None:
    for one in imports:
        if one.state == _State.LOOKED_AT:
            one.delete()
        else:
            _take_on(one, now)


IMPORT = leases.Job(name="import orders", due=to_take, run=run, batch=1)


def _last(digest: str) -> OrderImport | None:
    alike = OrderImport.objects.filter(header_digest=digest).exclude(state=_State.LOOKED_AT)
    return alike.order_by("-pk").first()


def _take_on(one: OrderImport, now: datetime) -> None:
    plan = plan_of(one)
    if not one.are_together:
        order_parts.bring_together(one, plan)
    with bulk.written_back_rarely():
        for _part in range(PER_LEASE):
            with bulk.uncollected():
                if not _take_part(one, plan, now):
                    _finish(one, now)
                    return
    leases.finish([one])


def _take_part(one: OrderImport, plan: Plan, now: datetime) -> bool:
    """The next part in one transaction with its end; False: there is none. It is read before: SQLite has one
    writer at a time. Nobody else can have taken it while the lease is ours."""
    part = one.parts.filter(is_refused=False).order_by("number").first()
    if part is None:
        return False
    read = _read(order_parts.unpacked(part), plan, now)
    with journal.recording():
        if not leases.renew([one], timezone.now()):
            raise leases.LeaseLost(str(one.pk))
        outcomes = _write(read, now)
        one.created += outcomes.count(Outcome.CREATED)
        one.updated += outcomes.count(Outcome.UPDATED)
        one.unchanged += outcomes.count(Outcome.UNCHANGED) + outcomes.count(Outcome.OLDER)
        one.refused += len(read.refused)
        one.place += part.rows
        part.delete()
        order_parts.keep_refused(one, read.refused)
        one.save(update_fields=["created", "updated", "unchanged", "refused", "place"])
        journal.log("orders imported", one, by=one.made_by, created=outcomes.count(Outcome.CREATED),
                    updated=outcomes.count(Outcome.UPDATED))  # fmt: skip
    return True


def _finish(one: OrderImport, now: datetime) -> None:
    with journal.recording():
        leases.finish([one], state=_State.DONE, finished_at=timezone.now())
        journal.log("import of orders done", one, by=one.made_by, created=one.created, updated=one.updated,
                    unchanged=one.unchanged, refused=one.refused)  # fmt: skip


def _read(rows: Sequence[Numbered], plan: Plan, now: datetime) -> _Read:
    read, zone = _Read(taken=[], returns=[], refused=[]), shop.zone()
    for group in _groups(rows, plan):
        if wrong := group[0][2:]:
            faults_of = tuple(Fault(field=name, key=key) for name, key in wrong[0])
            read.refused.append((group[0], faults_of))
            continue
        try:
            made = reading.read([row[1] for row in group], plan, now=now, zone=zone)
        except BadRows as bad:
            read.refused += [(row, bad.faults) for row in group]
            continue
        if isinstance(made, Return):
            read.returns.append((made, group[0]))
        else:
            read.taken.append((taken_of(made, plan, group), group))
    _set_apart(read)
    return read


def _set_apart(read: _Read) -> None:
    """Two stores, or two years of one till, may give the same number: the second order is not to take the
    place of the first in silence."""
    there = _there([one for one, _rows in read.taken])
    alone: list[tuple[Taken, list[Numbered]]] = []
    for one, rows in read.taken:
        known = there.setdefault((one.store, one.number), one)
        if known is not one and _is_another(one, known):
            read.refused += [(row, (Fault(field="number", key="another_order"),)) for row in rows]
        else:
            alone.append((one, rows))
    read.taken = alone


def _is_another(one: Taken, known: Taken | Order) -> bool:
    """Day, sum and customer differ, or nobody is named: what is put right later leaves one of them."""
    if one.external_id and one.external_id == known.external_id:
        return False
    if one.total == known.total or not are_days_apart(one.placed_at, known.placed_at, shop.zone()):
        return False
    said, before = (both.buyer if isinstance(both, Order) else buyers.digest(both) for both in (one, known))
    return not said or said != before


def _there(taken: Sequence[Taken]) -> dict[tuple[str, str], Taken | Order]:
    """The orders of these numbers that we have. A query for each store."""
    columns = ("store", "number", "external_id", "placed_at", "total", "buyer")
    found: dict[tuple[str, str], Taken | Order] = {}
    for store, numbers in _numbers(taken).items():
        rows = Order.objects.filter(store=store, number__among=sorted(numbers)).only(*columns)
        found |= {(row.store, row.number): row for row in rows}
    return found


def _groups(rows: Sequence[Numbered], plan: Plan) -> Iterator[list[Numbered]]:
    """The rows of one order; each by itself where the file has one row an order."""
    if not plan.has_lines:
        yield from ([row] for row in rows)
        return
    for _key, group in groupby(rows, key=order_parts.keys(plan)):
        yield list(group)


def taken_of(sale: Sale, plan: Plan, rows: Sequence[Numbered]) -> Taken:
    words = sale.words
    version = ""
    if sale.updated_at:
        version = purchases.version_of(sale.updated_at, json.dumps([row[1] for row in rows]).encode())
    paid = []
    if sale.refunded and sale.refunded_at:
        name, why = words.get("refund_id") or IN_ALL, words.get("refund_reason", "")
        paid = [PaidBack(external_id=name, amount=sale.refunded, refunded_at=sale.refunded_at, reason=why)]
    same: dict[str, Any] = {name: words[name] for name in _SAME if name in words}
    return Taken(
        **same, store=words.get("store") or plan.store, placed_at=sale.placed_at, currency=sale.currency,
        total=sale.total, discount=sale.discount, version=version, is_live=sale.is_live,
        promised_on=sale.promised_on, delivered_on=sale.delivered_on, cancelled_at=sale.cancelled_at,
        lines=sale.lines, refunds=paid,
    )  # fmt: skip


_SAME = ("number", "external_id", "payment_ref", "name", "email", "phone", "language", "location",
         "card_number", "country", "carrier")  # fmt: skip


def _write(read: _Read, now: datetime) -> list[Outcome]:
    try:
        with transaction.atomic():
            outcomes = [one.outcome for one in purchases.take_many([t for t, _rows in read.taken], now=now)]
    except (IntegrityError, DataError, AboveTotal):  # one of them: the others are not to suffer
        outcomes = _write_one_by_one(read, now)
    return outcomes + [outcome for back, row in read.returns if (outcome := _give_back(back, row, read))]


def _write_one_by_one(read: _Read, now: datetime) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for taken, rows in read.taken:
        try:
            with transaction.atomic():
                outcomes += [one.outcome for one in purchases.take_many([taken], now=now)]
        except AboveTotal:
            wrong = "refunded" if taken.refunds else "total"
            read.refused += [(row, (Fault(field=wrong, key=ABOVE_TOTAL),)) for row in rows]
        except (IntegrityError, DataError):
            read.refused += [(row, (Fault(field="", key="cannot_be_kept"),)) for row in rows]
    return outcomes


def _give_back(back: Return, row: Numbered, read: _Read) -> Outcome | None:
    """A slip about goods that came back waits among the refused rows for an order that is not there yet, or
    whose total does not hold it."""
    orders = Order.objects.select_for_update(no_key=True)
    order = orders.filter(store=back.store, number=back.number).first()
    if order is None or order.currency != back.currency:
        wrong = ("refund_of", "no_such_order") if order is None else ("currency", "other_currency")
        read.refused.append((row, (Fault(field=wrong[0], key=wrong[1]),)))
        return None
    paid = PaidBack(
        external_id=back.external_id, amount=back.amount, refunded_at=back.refunded_at, reason=back.reason
    )
    try:
        is_new = refunds.note([Paid(order_id=order.pk, currency=back.currency, refunds=[paid])])
    except AboveTotal:
        read.refused.append((row, (Fault(field=back.stands_in, key=ABOVE_TOTAL),)))
        return None
    if is_new:
        refunds.wake({order.pk})
    return Outcome.UPDATED if is_new else Outcome.UNCHANGED


def _known(taken: Sequence[Taken]) -> int:
    stores = _numbers(taken).items()
    found = (Order.objects.filter(store=store, number__among=sorted(n)) for store, n in stores)
    return sum(rows.count() for rows in found)


def _numbers(taken: Sequence[Taken]) -> dict[str, set[str]]:
    """Those of each store."""
    stores: dict[str, set[str]] = {}
    for one in taken:
        stores.setdefault(one.store, set()).add(one.number)
    return stores


def _faults(one: OrderImport, refused: Sequence[tuple[Numbered, tuple[Fault, ...]]]) -> Iterator[RowFault]:
    for row, wrong in refused:
        for fault in wrong:
            yield _fault(one, row[0], fault)


def _fault(one: OrderImport, row: int, fault: Fault) -> RowFault:
    place = one.columns.get(fault.field, -1)
    name = one.header[place] if 0 <= place < len(one.header) else fault.field
    return RowFault(row=row, field=name or fault.field, key=fault.key)


def take_all(
    one: OrderImport,
    *,
    by: User | None,
    now: datetime,
    on_progress: Callable[[int], None] = lambda rows: None,
) -> None:
    """In this process, from beginning to end, as a command does; a worker may help. `on_progress` gets how
    many rows are done. Raises Stuck."""
    take(one, by=by, now=now)
    while OrderImport.objects.filter(pk=one.pk, state=_State.WAITING, failed_at=None).exists():
        if not leases.run_once(IMPORT):
            time.sleep(0.2)  # somebody else has it just now
        one.refresh_from_db()
        if one.tries:
            raise Stuck(one.failure)
        on_progress(one.place)
