"""What web shops and payment services tell us: kept as it came, then worked on by a job, each once.

The page that hears it checks the signature, writes one row and answers. The job takes the rows in any order:
an order's newest word wins (feedback.purchases), and what comes before its order waits for it. What cannot be
used stays with its reason and can be tried again.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from feedback import (
    bulk,
    disputes,
    erasure,
    journal,
    leases,
    money,
    my_data,
    orders,
    purchases,
    refunds,
    shop,
)
from feedback.models import Customer, Delivery, Erasure, Order, OrderSource, User
from feedback.models.incoming import DeliveryQuerySet
from feedback.orders import BadOrder, PaidBackTooMuch
from feedback.purchases import Taken
from feedback.refunds import ABOVE_TOTAL, AboveTotal, Paid
from feedback.told import shopify, stripe, woocommerce
from feedback.told.facts import About, Contest, Fact, Ignored, Snapshot, Unusable, Whose, Wish, part, word

MOST_BYTES = 5_000_000
CLOCKS_DIFFER = timedelta(days=1)
PULLED = 50  # added to the rank of what was asked for: of one second, that was said last
_READERS = {"woocommerce": woocommerce.read, "shopify": shopify.read, "stripe": stripe.read}
_State = Delivery.State


def keep(
    source: OrderSource,
    *,
    topic: str,
    event_id: str,
    body: bytes,
    now: datetime,
    triggered_at: datetime | None,
) -> bool:
    """False: we have it. One statement that waits for nobody but who sends the same."""
    row = bulk.unsaved(
        Delivery, source_id=source.pk, topic=topic[:80], event_id=event_id[:120],
        digest=_digest(topic, body), body=body,
        received_at=now, triggered_at=triggered_at,
    )  # fmt: skip
    OrderSource.objects.filter(pk=source.pk).update(heard_at=now, missed=0)
    return bulk.insert_first(row, of="*")


def keep_aside(
    source: OrderSource, *, topic: str, body: bytes, reason: str, field: str, now: datetime,
    about: int | None = None, known_as: str = "",
) -> None:  # fmt: skip
    """Of an order that was asked for and cannot be used: listed as if it had been delivered."""
    row = bulk.unsaved(
        Delivery, source_id=source.pk, topic=topic, digest=_digest(topic, body), body=body, received_at=now,
        state=_State.UNUSABLE.value, reason=reason, field=field[:60], about=about, awaits_number=known_as,
    )  # fmt: skip
    bulk.insert_first(row, of="*")


def due(now: datetime) -> DeliveryQuerySet:
    return Delivery.objects.to_work()


def work(rows: Sequence[Delivery], now: datetime) -> None:
    """The job. All rows, or none: one that raises is then tried by itself."""
    sources = OrderSource.objects.in_bulk([row.source_id for row in rows])
    with journal.recording():
        told: list[tuple[Delivery, Taken]] = []
        wishes: list[tuple[Delivery, Wish]] = []
        for row in rows:
            row.source = sources[row.source_id]
            _work_on(row, told, wishes, now)
        _take_in(told, now)
        for row, wish in wishes:  # of somebody who may have come with these very orders
            _grant(row, wish, now)


WORK = leases.Job(name="work on deliveries", due=due, run=work, batch=100)


def fact_of(row: Delivery) -> Fact:
    """Raises Ignored, Unusable."""
    try:
        raw = json.loads(bytes(row.body), parse_float=Decimal)
    except (ValueError, RecursionError):
        raise Unusable("not_json") from None
    if not isinstance(raw, dict):
        raise Unusable("not_json")
    return _READERS[row.source.kind](row.topic, raw)


def taken(snapshot: Snapshot, source: OrderSource, now: datetime, *, is_pulled: bool = False) -> Taken:
    """Raises Unusable. A change in days to come would outweigh every true one after it."""
    if snapshot.changed_at > now + CLOCKS_DIFFER:
        raise Unusable("changed_in_future")
    raw = {name: value for name, value in snapshot.raw.items() if value is not None}
    raw = {name: value for name, value in raw.items() if name != "refunds" or value}
    try:
        one = orders.parse({**_plain(raw), "store": source.store}, now=now)
    except PaidBackTooMuch as bad:
        raise Unusable(ABOVE_TOTAL, bad.field) from None
    except BadOrder as bad:
        raise Unusable("bad_field", bad.field) from None
    content = json.dumps(raw, sort_keys=True, default=str).encode()
    rank = min(snapshot.rank + (PULLED if is_pulled else 0), 99)
    return replace(
        one,
        version=purchases.version_of(snapshot.changed_at, content, rank=rank),
        is_whole=True,
        refunds_are_all=snapshot.all_refunds,
    )


def retry(row: Delivery, *, by: User) -> bool:
    """Somebody wants it tried again: what cannot be used, what waits, what was given up."""
    with journal.recording():
        stuck = Delivery.objects.filter(pk=row.pk).filter(
            Q(state__in=[_State.UNUSABLE, _State.WAITS]) | Q(failed_at__isnull=False)
        )
        if not stuck.exclude(body=b"").update(state=_State.NEW, reason="", field=""):
            return False
        leases.try_again(row)
        journal.log("delivery tried again", row, by=by)
    return True


def stuck() -> DeliveryQuerySet:
    """Those that a person can do something about."""
    given_up = Q(failed_at__isnull=False, state=_State.NEW)
    return Delivery.objects.filter(Q(state__in=[_State.UNUSABLE, _State.ASKS]) | given_up)


def redact_shop(row: Delivery, *, by: User, now: datetime) -> int:
    """Everybody who bought at this store and nowhere else is forgotten, as Shopify asks when its shop leaves.
    How many; -1: somebody has decided already."""
    with journal.recording():
        asked = Delivery.objects.filter(pk=row.pk, state=_State.ASKS)
        if not asked.update(state=_State.DONE, done_at=now, body=b""):
            return -1
        here = Customer.objects.filter(orders__store=row.source.store, erased_at=None)
        elsewhere = Order.objects.exclude(store=row.source.store).values("customer")
        going = list(here.exclude(pk__in=elsewhere).distinct().order_by("pk"))
        for customer in going:
            erasure.ask(customer, how=Erasure.How.WEBSHOP, by=by)
        journal.log("store's customers redacted", row, by=by, customers=len(going))
    return len(going)


def decline(row: Delivery, *, by: User, now: datetime) -> bool:
    """The store stays: nobody is forgotten."""
    with journal.recording():
        asked = Delivery.objects.filter(pk=row.pk, state=_State.ASKS)
        if not asked.update(state=_State.IGNORED, done_at=now, body=b""):
            return False
        journal.log("store's customers stay", row, by=by)
    return True


def _digest(topic: str, body: bytes) -> str:
    return hashlib.sha256(topic.encode("utf-8", "replace") + b"\n" + body).hexdigest()


def _plain(value: Any) -> Any:
    """Numbers with a point, as our own interface takes them: in words."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _work_on(
    row: Delivery, told: list[tuple[Delivery, Taken]], wishes: list[tuple[Delivery, Wish]], now: datetime
) -> None:
    """Snapshots are gathered in `told`, wishes in theirs; everything else is done here."""
    fact: Fact | None = None
    try:
        fact = fact_of(row)
        if isinstance(fact, Snapshot):
            told.append((row, taken(fact, row.source, now)))
        elif isinstance(fact, Wish):
            wishes.append((row, fact))
        else:
            _apply(row, fact, now)
    except Ignored:
        _end(row, _State.IGNORED, now)
    except Unusable as bad:
        known = _spoken_of(fact, row.source) if isinstance(fact, Snapshot) else None
        if known is not None and isinstance(fact, Snapshot) and _is_settled(fact, known):
            _end(row, _State.IGNORED, now, about=known.pk)
        elif known is not None and bad.key == ABOVE_TOTAL:
            _put_by(row, known.pk, bad.field)
        else:
            leases.finish([row], state=_State.UNUSABLE, reason=bad.key, field=bad.field[:60], **_named(row))


def named(raw: Any) -> str:
    """By what people know the order that a delivery is about, even if it cannot be used; '' by nothing."""
    said = raw if isinstance(raw, Mapping) else {}
    told = part(part(said, "data"), "object") or said
    found = (word(told, name).strip() for name in ("number", "name", "order_number", "order_id", "id"))
    return next((one[:64] for one in found if one.isprintable() and one), "")


def _named(row: Delivery) -> dict[str, str]:
    try:
        said = named(json.loads(bytes(row.body)))
    except (ValueError, RecursionError):
        return {}
    return {"awaits_number": said} if said else {}


def _spoken_of(fact: Snapshot, source: OrderSource) -> Order | None:
    """The order of a word that cannot be used, if it is there: found as one that can be is."""
    in_store = Order.objects.filter(store=source.store)
    for name in ("external_id", "number"):
        said = str(fact.raw.get(name) or "").strip()
        if said and (found := in_store.filter(**{name: said}).order_by("pk").first()):
            return found
    return None


def _is_settled(fact: Snapshot, known: Order) -> bool:
    """A later word of the same order could be used: nothing is left to do about this one."""
    return known.version > purchases.version_of(fact.changed_at, rank=99)


def _take_in(told: Sequence[tuple[Delivery, Taken]], now: datetime) -> None:
    """All at once; where one says more paid back than its order's total, each by itself."""
    try:
        with transaction.atomic():
            written = purchases.take_many([one for _row, one in told], now=now)
    except AboveTotal as bad:
        if len(told) == 1:
            _put_by(told[0][0], bad.order_id, "refunds")
        else:
            for one_of_them in told:
                _take_in([one_of_them], now)
        return
    for (row, one), done in zip(told, written, strict=True):
        verb = {"created": "order received", "updated": "order updated"}.get(done.outcome)
        if verb:
            journal.log(verb, f"feedback.order:{done.order_id}")
        if one.consents:
            orders.note_consents(
                Order.objects.select_related("customer__merged_into").get(pk=done.order_id), one
            )
        _end(row, _State.DONE, now, about=done.order_id)


def _put_by(row: Delivery, order_id: int, field: str) -> None:
    """Listed as not to be used, and tried again by itself as soon as its order changes (refunds.wake)."""
    leases.finish([row], state=_State.UNUSABLE, reason=ABOVE_TOTAL, field=field[:60], about=order_id)


def _end(row: Delivery, state: str, now: datetime, **more: Any) -> None:
    leases.finish([row], state=state, body=b"", done_at=now, reason="", **more)


def _apply(row: Delivery, fact: About | Contest, now: datetime) -> None:
    """A refund, a delivery, a deletion or a dispute: of an order that may not be there yet."""
    order = _find(fact.whose, row.source)
    if order is None:
        _wait(row, fact.whose)
    elif isinstance(fact, Contest):
        _contest(row, fact, order, now)
    else:
        _change(row, fact, order, now)


def _find(whose: Whose, source: OrderSource) -> Order | None:
    """Locked. The source's own id goes before the payment, and that before a number somebody wrote down."""
    known = Order.objects.select_for_update(no_key=True)
    in_store = known.filter(store=source.store)
    found = in_store.filter(external_id=whose.external_id).first() if whose.external_id else None
    if found is None and whose.payments:
        found = known.filter(payment_ref__in=list(whose.payments)).order_by("pk").first()
    if found is None and whose.number:
        found = in_store.filter(number=whose.number).first()
    return found


def _wait(row: Delivery, whose: Whose) -> None:
    if not whose:
        raise Unusable("no_order_named")
    payments = [*whose.payments, "", ""]
    leases.finish(
        [row], state=_State.WAITS, reason="no_order", awaits_id=whose.external_id, awaits_number=whose.number,
        awaits_payment=payments[0], awaits_charge=payments[1],
    )  # fmt: skip


def _change(row: Delivery, fact: About, order: Order, now: datetime) -> None:
    """Through the same door as every word about an order."""
    if fact.is_deleted:
        _delete(row, order)
    said = {"number": order.number, "placed_at": order.placed_at.isoformat(), "currency": order.currency,
            "total": str(order.total), "refunds": list(fact.refunds), **fact.changes}  # fmt: skip
    try:
        one = orders.parse(_plain(said), now=now)
        changed = refunds.note([Paid(order_id=order.pk, currency=order.currency, refunds=one.refunds)])
    except (PaidBackTooMuch, AboveTotal) as above:
        _put_by(row, order.pk, getattr(above, "field", "refunds"))
        return
    except BadOrder as bad:
        raise Unusable(
            "other_currency" if bad.field.endswith("currency") else "bad_field", bad.field
        ) from None
    if delivered := _delivered(one, order):
        changed |= bool(Order.objects.filter(pk=order.pk).exclude(**delivered).update(**delivered))
    if changed:
        refunds.wake({order.pk})
    if changed or fact.is_deleted:
        journal.log("order updated", order)
    _end(row, _State.DONE, now, about=order.pk)


def _delivered(one: Taken, order: Order) -> dict[str, Any]:
    """Of several parcels the last one counts, whichever is told of first."""
    if order.delivered_on and (one.delivered_on or date.min) < order.delivered_on:
        return {} if order.carrier or not one.carrier else {"carrier": one.carrier}
    return {name: value for name in ("carrier", "delivered_on") if (value := getattr(one, name))}


def _delete(row: Delivery, order: Order) -> None:
    """Gone there: it counts for nothing, unless a later word brings it back."""
    version = purchases.version_of(row.received_at, b"", rank=99)
    older = Order.objects.filter(pk=order.pk, version__lt=version)
    older.filter(cancelled_at=None).update(cancelled_at=row.received_at)
    older.update(version=version)


def _contest(row: Delivery, fact: Contest, order: Order, now: datetime) -> None:
    try:
        disputes.hear(
            order,
            disputes.Told(
                external_id=fact.external_id, currency=fact.currency,
                amount=money.parse(fact.amount, fact.currency),
                fee=money.parse(fact.fee, fact.currency) if fact.fee else None, reason=fact.reason,
                opened_at=fact.opened_at, due_by=fact.due_by, outcome=fact.outcome, closed_at=fact.closed_at,
                version=purchases.version_of(fact.changed_at, bytes(row.body), rank=2 if fact.outcome else 1),
            ),
        )  # fmt: skip
    except money.BadAmount:
        raise Unusable("not_an_amount", "amount") from None
    except disputes.BadDispute as bad:
        raise Unusable("bad_field", bad.field) from None
    _end(row, _State.DONE, now, about=order.pk)


def _grant(row: Delivery, wish: Wish, now: datetime) -> None:
    """Shopify's three topics about privacy: a copy for one person, forgetting one, forgetting all. Of whom
    only an order is named that is not there yet, it waits for that."""
    if wish.kind == "shop_redact":
        leases.finish([row], state=_State.ASKS, reason="shop_redact")
        return
    customer = _customer(wish, row.source)
    if customer is None and wish.orders and not _have_come(wish, row.source):
        _wait(row, Whose(external_id=wish.orders[0][:64]))
        return
    if customer is not None and wish.kind == "redact":
        erasure.ask(customer, how=Erasure.How.WEBSHOP)
    elif customer is not None:
        with translation.override(shop.current().language):
            words = _("Through %(source)s: they ask for a copy of their data (request %(number)s).")
            my_data.request(customer, words % {"source": row.source.name, "number": wish.number or "–"}, now)
    _end(row, _State.DONE, now)


def _have_come(wish: Wish, source: OrderSource) -> bool:
    listed = list(wish.orders[:500])
    return Order.objects.filter(store=source.store, external_id__in=listed).exists()


def _customer(wish: Wish, source: OrderSource) -> Customer | None:
    known = Customer.objects.filter(erased_at=None)
    found = known.filter(email=wish.email).first() if wish.email else None
    if found is None and wish.orders:
        found = known.filter(
            orders__store=source.store, orders__external_id__in=list(wish.orders[:500])
        ).first()
    if found is None and wish.phone:
        found = known.filter(phone=wish.phone, email="").first()
    return (found.merged_into or found) if found else None
