"""Write purchases, many at a time: each order once, the newest word of its source wins, whatever comes first.

An order is known by its store and number, or by the id it has there. Said again without a version, what is
named is changed and the rest is kept; with one (`Taken.version`), an older word changes nothing. So any order
of arrival, with any doubles, leaves the same rows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from itertools import groupby
from typing import Any

from django.db import transaction

from feedback import bulk, buyers, refunds, tokens
from feedback.consents import Given
from feedback.models import Location, Order, OrderLine, Product
from feedback.order_tables.columns import Line as Line
from feedback.refunds import Paid, PaidBack


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    OLDER = "older"  # than what we know


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An order as a shop system sends it. Times are aware; amounts fit the currency.

    `version` (see `version_of`): how new this word of the source is; "": it counts as newest. `is_whole`:
    what is not named is not there; else it is not known. `is_live`: it is certainly not cancelled.
    `refunds_are_all`: there are no others.
    """

    number: str
    placed_at: datetime
    currency: str
    total: Decimal
    store: str = "shop"
    external_id: str = ""
    payment_ref: str = ""
    version: str = ""
    is_whole: bool = False
    is_live: bool = False
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    location: str = ""
    card_number: str = ""
    country: str = ""
    carrier: str = ""
    discount: Decimal | None = None
    promised_on: date | None = None
    delivered_on: date | None = None
    cancelled_at: datetime | None = None
    terms_shown_at: datetime | None = None
    lines: Sequence[Line] = field(default=())
    consents: Sequence[Given] = field(default=())
    refunds: Sequence[PaidBack] = field(default=())
    refunds_are_all: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    order_id: int
    outcome: Outcome


def version_of(changed_at: datetime, content: bytes = b"", *, rank: int = 0) -> str:
    """The later wins; of one moment the higher rank (0 to 99), then whichever, but always the same."""
    at = changed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return f"{at}/{rank:02d}/{sha256(content).hexdigest()[:12]}"


def take_many(taken: Sequence[Taken], *, now: datetime) -> list[Written]:
    """Store them, in one transaction; what became of each, in order. Consents and Events are the caller's.

    Raises AboveTotal when more would have been paid back on an order than its total; none is stored then.
    """
    done: dict[int, Written] = {}
    said = _Said([], [])
    with transaction.atomic():
        for places in _rounds(taken):
            batch = [taken[place] for place in places]
            done.update(zip(places, _take(batch, now, said), strict=True))
        refunds.wake({one.order_id for one in done.values() if one.outcome is Outcome.UPDATED})
        buyers.note(said.of_new, said.of_known)
    return [done[place] for place in range(len(taken))]


def _rounds(taken: Sequence[Taken]) -> Iterator[list[int]]:
    """Places in the list, so that no order is twice in one round."""
    rounds: list[list[int]] = []
    seen: dict[tuple[str, str, str], int] = {}
    for place, one in enumerate(taken):
        names = [(one.store, "number", one.number)]
        if one.external_id:
            names.append((one.store, "id", one.external_id))
        number = max(seen.get(name, 0) for name in names)
        seen.update(dict.fromkeys(names, number + 1))
        if number == len(rounds):
            rounds.append([])
        rounds[number].append(place)
    yield from rounds


@dataclass(frozen=True, slots=True)
class _Said:
    """What orders say of customers, by key; noted last, so that no customer is locked before an order is."""

    of_new: list[tuple[int, Taken]]
    of_known: list[tuple[int, Taken]]


def _take(batch: Sequence[Taken], now: datetime, said: _Said) -> list[Written]:
    known = _known(batch)
    asked = [
        place
        for place, one in enumerate(batch)
        if place not in known or (_is_moved(one, known[place].buyer) and not _is_older(one, known[place]))
    ]
    asked_of = set(asked)
    said.of_known.extend(
        (row.customer, one)
        for place, row in known.items()
        if place not in asked_of and ((one := batch[place]).name or one.phone) and not _is_older(one, row)
    )
    who = dict(zip(asked, buyers.of([batch[place] for place in asked]), strict=True))
    said.of_new.extend((who[place].customer_id, batch[place]) for place in asked)
    locations = _locations(batch)
    fresh = [place for place in asked if place not in known]
    created = _create({place: batch[place] for place in fresh}, who, locations, now)
    done = {place: Written(key, Outcome.CREATED) for place, key in created.items()}
    left = [(place, one) for place, one in enumerate(batch) if place not in created]
    if left:
        done |= _change(left, who, locations)
    # Made for an order that somebody else wrote at the same moment, or that turned out to be older.
    buyers.let_go(who[place] for place in asked if place not in created)
    return [done[place] for place in range(len(batch))]


def _create(
    fresh: Mapping[int, Taken], who: Mapping[int, buyers.Buyer], locations: Mapping[str, int], now: datetime
) -> dict[int, int]:
    """Keys of the orders that were not there, by place; without those that somebody else wrote just now."""
    ids = iter(tokens.public_ids(len(fresh)))
    rows = {place: _new_row(one, who[place], locations, now, next(ids)) for place, one in fresh.items()}
    in_line = sorted(rows, key=lambda place: (fresh[place].store, fresh[place].number))
    keys = bulk.write_new(Order, [rows[place] for place in in_line], of=("public_id",))
    created = {place: keys[row["public_id"]] for place, row in rows.items() if row["public_id"] in keys}
    _add_lines((key, fresh[place]) for place, key in created.items())
    paid = ((key, fresh[place]) for place, key in created.items() if fresh[place].refunds)
    refunds.note([Paid(order_id=key, currency=one.currency, refunds=one.refunds) for key, one in paid])
    return created


@dataclass(frozen=True, slots=True)
class _Known:
    pk: int
    buyer: str
    version: str
    customer: int


def _known(batch: Sequence[Taken]) -> dict[int, _Known]:
    """The orders that are there, by their place in the batch. The source's id goes before the number."""
    found: dict[tuple[str, str, str], _Known] = {}
    for store, ones in _by_store(batch):
        rows = Order.objects.filter(store=store)
        ids = [one.external_id for one in ones if one.external_id]
        numbered = rows.filter(number__among=[one.number for one in ones])
        columns = ("number", "external_id", "pk", "buyer", "version", "customer_id")
        for number, _id, *rest in numbered.values_list(*columns):
            found[store, "number", number] = _Known(*rest)
        for _number, there, *rest in rows.filter(external_id__among=ids).values_list(*columns) if ids else ():
            found[store, "id", there] = _Known(*rest)
    places: dict[int, _Known] = {}
    for place, one in enumerate(batch):
        row = found.get((one.store, "id", one.external_id)) if one.external_id else None
        if row := row or found.get((one.store, "number", one.number)):
            places[place] = row
    return places


def _by_store(batch: Sequence[Taken]) -> Iterator[tuple[str, list[Taken]]]:
    for store, ones in groupby(sorted(batch, key=lambda one: one.store), key=lambda one: one.store):
        yield store, list(ones)


def _is_older(one: Taken, known: _Known | Order) -> bool:
    return one.version != "" and one.version < known.version


def _is_moved(one: Taken, buyer: str) -> bool:
    """Its source names another customer than before. What it never named cannot have changed."""
    return bool(buyer) and (said := buyers.digest(one)) != "" and said != buyer


def _new_row(
    one: Taken, who: buyers.Buyer, locations: Mapping[str, int], now: datetime, public_id: str
) -> dict[str, Any]:
    row = {name: value for name, value in _columns(one, who, locations).items() if value is not None}
    return row | {"public_id": public_id, "customer_id": who.customer_id, "received_at": now}


def _columns(one: Taken, who: buyers.Buyer | None, locations: Mapping[str, int]) -> dict[str, Any]:
    """What the source says of the order, by attribute name. A purchase stays for the books when its customer
    was erased; who it was does not come back (L15)."""
    is_erased = who is not None and who.is_erased
    return {
        "store": one.store,
        "number": one.number,
        "external_id": one.external_id,
        "payment_ref": one.payment_ref,
        "version": one.version,
        "buyer": "" if is_erased else buyers.digest(one),
        "placed_at": one.placed_at,
        "currency": one.currency,
        "total": one.total,
        "discount": one.discount,
        "location_id": locations.get(one.location),
        "card_number": "" if is_erased else one.card_number,
        "country": one.country,
        "carrier": one.carrier,
        "promised_on": one.promised_on,
        "delivered_on": one.delivered_on,
        "cancelled_at": one.cancelled_at,
        "terms_shown_at": one.terms_shown_at,
    }


# What the source's whole word may leave out, for it came by another way or in a word of its own: how it was
# delivered is told apart from the order, and may be told before it.
_NEVER_EMPTIED = {"external_id", "payment_ref", "version", "buyer", "location_id", "discount", "card_number",
                  "carrier", "promised_on", "delivered_on", "terms_shown_at"}  # fmt: skip


def _change(
    batch: Sequence[tuple[int, Taken]], who: Mapping[int, buyers.Buyer], locations: Mapping[str, int]
) -> dict[int, Written]:
    """Orders that are there: locked, compared, and written where they say something new."""
    known = _known([one for _place, one in batch])
    keys = {place: known[number].pk for number, (place, _one) in enumerate(batch)}
    locked = Order.objects.select_for_update(no_key=True, of=("self",)).select_related("customer")
    orders = {order.pk: order for order in locked.filter(pk__among=sorted(keys.values())).order_by("pk")}
    done: dict[int, Written] = {}
    newer: list[tuple[int, Taken, Order]] = []
    lowered: set[int] = set()
    for place, one in batch:
        order = orders[keys[place]]
        if _is_older(one, order):
            done[place] = Written(order.pk, Outcome.OLDER)
        else:
            newer.append((place, one, order))
    lined = _change_lines([(order, one) for _place, one, order in newer])
    for place, one, order in newer:
        changes = _changes(one, order, who.get(place), locations)
        if changes:
            _move(order, changes)
            Order.objects.filter(pk=order.pk).update(**changes)
            if changes.get("total", order.total) < order.total:
                lowered.add(order.pk)
        is_new = bool(changes.keys() - {"version", "buyer"}) or order.pk in lined
        done[place] = Written(order.pk, Outcome.UPDATED if is_new else Outcome.UNCHANGED)
    for place, one in batch:
        is_newest = done[place].outcome is not Outcome.OLDER
        if _pay_back_too(orders[keys[place]], one, is_newest) and is_newest:
            done[place] = Written(keys[place], Outcome.UPDATED)
    refunds.check(lowered)
    return done


def _pay_back_too(order: Order, one: Taken, is_newest: bool) -> bool:
    """An older word may still say of a refund that it is older than we thought."""
    if not one.refunds and not one.refunds_are_all:
        return False
    said = Paid(
        order_id=order.pk,
        currency=one.currency if is_newest else order.currency,
        refunds=one.refunds,
        are_all=one.refunds_are_all and is_newest,
        is_older=not is_newest,
    )
    return refunds.note([said])


def _changes(
    one: Taken, order: Order, who: buyers.Buyer | None, locations: Mapping[str, int]
) -> dict[str, Any]:
    """Attribute names and values that differ from the row."""
    gone = buyers.Buyer(order.customer_id, is_erased=True) if order.customer.erased_at else None
    said = _columns(one, gone, locations)
    if who is not None and gone is None and _is_moved(one, order.buyer):
        said["customer_id"] = who.customer_id
    if not one.is_whole:
        said = {name: value for name, value in said.items() if value not in ("", None)}
        if one.is_live:
            said["cancelled_at"] = None
    else:
        said = {name: v for name, v in said.items() if v not in ("", None) or name not in _NEVER_EMPTIED}
    return {name: value for name, value in said.items() if getattr(order, name) != value}


def _move(order: Order, changes: Mapping[str, Any]) -> None:
    """The customer it leaves stays only if something of theirs is left."""
    moved = changes.get("customer_id")
    if moved is None:
        return
    left = order.customer_id
    Order.objects.filter(pk=order.pk).update(customer_id=moved)
    buyers.left(left, order.placed_at)


def _add_lines(pairs: Iterable[tuple[int, Taken]]) -> None:
    """Of new orders."""
    given = [(key, line) for key, one in pairs for line in one.lines]
    if not given:
        return
    skus = sorted({line.sku for _key, line in given if line.sku})
    products = dict(Product.objects.filter(sku__among=skus).values_list("sku", "pk")) if skus else {}
    bulk.write(
        OrderLine,
        [
            {
                "order_id": key,
                "product_id": products.get(line.sku),
                "sku": line.sku,
                "name": line.name,
                "category": line.category,
                "quantity": line.quantity,
                "price": line.price,
                "cost": line.cost,
            }
            for key, line in given
        ],
    )


def _change_lines(pairs: Sequence[tuple[Order, Taken]]) -> set[int]:
    """Lines that are said differently now are written anew. The orders of these."""
    speaking = [(order, one) for order, one in pairs if one.lines or one.is_whole]
    if not speaking:
        return set()
    kept: dict[int, list[tuple[Any, ...]]] = {}
    rows = OrderLine.objects.filter(order__among=[order.pk for order, _one in speaking]).order_by("pk")
    for key, *line in rows.values_list("order_id", "sku", "name", "category", "quantity", "price", "cost"):
        kept.setdefault(key, []).append(tuple(line))
    changed = [
        (order, one)
        for order, one in speaking
        if kept.get(order.pk, [])
        != [(line.sku, line.name, line.category, line.quantity, line.price, line.cost) for line in one.lines]
    ]
    if changed:
        OrderLine.objects.filter(order__among=[order.pk for order, _one in changed]).delete()
        _add_lines((order.pk, one) for order, one in changed)
    return {order.pk for order, _one in changed}


def _locations(batch: Sequence[Taken]) -> dict[str, int]:
    codes = {one.location for one in batch if one.location}
    found = dict(Location.objects.filter(code__in=codes).values_list("code", "pk")) if codes else {}
    for code in sorted(codes - found.keys()):
        named = {"name_vi": code, "name_en": code}
        found[code] = Location.objects.get_or_create(code=code, defaults=named)[0].pk
    return found
