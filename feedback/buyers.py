"""Who bought: the customer of an order by card, e-mail or phone; many at once, nobody twice.

Without any of these each order is its own customer. Somebody who was erased is not brought back (L15).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.db import connection
from django.db.models import Min

from feedback import bulk, card_numbers, forgotten, tokens
from feedback.models import Card, Customer, Forgotten, Order

_TABLE = Customer._meta.db_table
_LOCK_KEY = 0x6275796572  # "buyer": PostgreSQL's advisory lock of new customers without an e-mail


class Named(Protocol):
    """What an order says of who bought."""

    @property
    def email(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def card_number(self) -> str: ...
    @property
    def placed_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Buyer:
    customer_id: int
    is_erased: bool = False
    is_new: bool = False  # made just now


@dataclass(slots=True)
class _Known:
    by_card: Mapping[str, tuple[int, bool]] = field(default_factory=dict)
    by_email: Mapping[str, tuple[int, bool]] = field(default_factory=dict)
    by_phone: Mapping[str, tuple[int, bool]] = field(default_factory=dict)
    forgotten: Mapping[str, tuple[int, datetime]] = field(default_factory=dict)
    by_earlier: Mapping[str, tuple[int, bool]] = field(default_factory=dict)

    def of(self, one: Named) -> Buyer | None:
        found = self.by_card.get(card_numbers.plain(one.card_number)) if one.card_number else None
        if found is None and one.email:
            found = self.by_email.get(one.email)
        elif found is None and one.phone:
            found = self.by_phone.get(one.phone)
        elif found is None and one.card_number:
            found = self.by_earlier.get(one.card_number)
        if found:
            return Buyer(found[0], is_erased=found[1])
        gone = self.forgotten.get(one.email or one.phone)
        return Buyer(gone[0], is_erased=True) if gone and gone[1] >= one.placed_at else None


def digest(one: Named) -> str:
    """Whom the source named, as a keyed hash; '' when nobody. Another one later: the order has moved."""
    said = one.email or one.phone
    if not (said or one.card_number):
        return ""
    return forgotten.digest("buyer", f"{said}\x1f{one.card_number}")


def of(orders: Sequence[Named]) -> list[Buyer]:
    """The customer of each, made where there is none; in a transaction. Some queries, however many orders.
    What the orders say of them is the caller's to `note`."""
    known = _known(orders)
    found = [known.of(one) for one in orders]
    new = [place for place, buyer in enumerate(found) if buyer is None]
    if new:
        made = _make([orders[place] for place in new])
        for place, buyer in zip(new, made, strict=True):
            found[place] = buyer
    return [buyer for buyer in found if buyer]


def let_go(buyers: Iterable[Buyer]) -> None:
    """Those made just now who bought nothing after all."""
    keys = [one.customer_id for one in buyers if one.is_new]
    if keys:
        Customer.objects.filter(pk__in=keys, orders=None).delete()


def left(customer_id: int, placed_at: datetime) -> None:
    """An order of that time has moved to another customer. Of whom nothing is left is not kept either."""
    customer = Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    if customer.erased_at is None and customer.merged_into_id is None and not _has_anything(customer):
        customer.delete()
        return
    first = Order.objects.filter(customer=customer).aggregate(first=Min("placed_at"))["first"]
    if first and customer.since == placed_at:
        Customer.objects.filter(pk=customer_id).update(since=first)


def _has_anything(customer: Customer) -> bool:
    return any(
        way.related_model._base_manager.filter(**{way.field.name: customer.pk}).exists()
        for way in Customer._meta.related_objects
    )


def _known(orders: Sequence[Named]) -> _Known:
    emails = sorted({one.email for one in orders if one.email})
    phones = sorted({one.phone for one in orders if one.phone and not one.email})
    by_email = _rows("email", emails) if emails else {}
    by_phone = _rows("phone", phones, email="") if phones else {}
    strange = [said for said in emails if said not in by_email]
    gone = _forgotten(strange, [one for one in phones if one not in by_phone])
    by_card, by_earlier = _by_card(orders)
    return _Known(by_card, by_email, by_phone, gone, by_earlier)


def _by_card(
    orders: Sequence[Named],
) -> tuple[dict[str, tuple[int, bool]], dict[str, tuple[int, bool]]]:
    """Of cards in use; and of numbers that are no card of ours, but came with an order before. A blocked card
    finds nobody."""
    said = sorted({one.card_number for one in orders if one.card_number})
    if not said:
        return {}, {}
    cards = Card.objects.filter(number__among=sorted({card_numbers.plain(one) for one in said}))
    rows = cards.values_list("number", "state", "customer", "customer__merged_into")
    ours = {number: (state, into or key) for number, state, key, into in rows}
    by_card = {number: (key, False) for number, (state, key) in ours.items() if state == Card.State.ACTIVE}
    strange = [one for one in said if card_numbers.plain(one) not in ours]
    earlier = Order.objects.filter(card_number__among=strange, customer__erased_at=None).order_by("-pk")
    found = earlier.values_list("card_number", "customer", "customer__merged_into") if strange else ()
    return by_card, {number: (into or key, False) for number, key, into in found}


def _rows(column: str, values: Sequence[str], **more: str) -> dict[str, tuple[int, bool]]:
    """Who they are now, where they were merged. The oldest row of a number that several have."""
    rows = Customer.objects.filter(**{f"{column}__among": values}, **more).order_by("-pk")
    columns = (column, "pk", "erased_at", "merged_into", "merged_into__erased_at")
    return {
        said: (into, into_erased is not None) if into else (key, erased is not None)
        for said, key, erased, into, into_erased in rows.values_list(*columns)
    }


def _forgotten(emails: Sequence[str], phones: Sequence[str]) -> dict[str, tuple[int, datetime]]:
    if not (emails or phones) or not Forgotten.objects.exists():
        return {}
    hashes = {forgotten.digest(forgotten.What.EMAIL, one): one for one in emails}
    hashes |= {forgotten.digest(forgotten.What.PHONE, one): one for one in phones}
    rows = Forgotten.objects.filter(digest__among=list(hashes)).exclude(customer=None)
    columns = ("digest", "customer", "customer__merged_into", "at")
    return {hashes[spelt]: (into or key, at) for spelt, key, into, at in rows.values_list(*columns)}


def _make(orders: Sequence[Named]) -> list[Buyer]:
    """By e-mail, by phone, by a card that nobody knows, and one for each order that names none of them."""
    by_email = _first([one for one in orders if one.email], "email")
    by_phone = _first([one for one in orders if one.phone and not one.email], "phone")
    rest = [one for one in orders if not (one.email or one.phone)]
    by_card = _first([one for one in rest if one.card_number], "card_number")
    keys = _make_with_email(by_email) if by_email else {}
    numbers = _make_with_phone(by_phone) if by_phone else {}
    carded = dict(zip(by_card, bulk.write(Customer, [_row(one) for one in by_card.values()]), strict=True))
    made = iter(bulk.write(Customer, [_row(one) for one in rest if not one.card_number]))

    def key(one: Named) -> int:
        if one.email or one.phone:
            return keys[one.email] if one.email else numbers[one.phone]
        return carded[one.card_number] if one.card_number else next(made)

    return [Buyer(key(one), is_new=True) for one in orders]


def _make_with_email(first: Mapping[str, Named]) -> dict[str, int]:
    """Somebody else may be making the same customer: who comes second takes theirs."""
    rows = [_row(first[email]) for email in sorted(first)]
    keys: dict[str, int] = bulk.write_new(Customer, rows, of=("email",))
    if others := [email for email in first if email not in keys]:
        keys |= {email: key for email, (key, _erased) in _rows("email", others).items()}
    return keys


def _make_with_phone(first: Mapping[str, Named]) -> dict[str, int]:
    """No constraint keeps two of one number apart, since families share one: stand in line."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_KEY])
    known = {phone: key for phone, (key, _erased) in _rows("phone", list(first), email="").items()}
    new = [first[phone] for phone in sorted(first) if phone not in known]
    made = bulk.write(Customer, [_row(one) for one in new])
    return known | {one.phone: key for one, key in zip(new, made, strict=True)}


def _first(orders: Sequence[Named], column: str) -> dict[str, Named]:
    """The earliest order of each: whose name counts when several are new at once. What it leaves out, the
    others say (`note`)."""
    earliest: dict[str, Named] = {}
    for one in orders:
        said = getattr(one, column)
        if said not in earliest or one.placed_at < earliest[said].placed_at:
            earliest[said] = one
    return earliest


def _row(one: Named) -> dict[str, Any]:
    return {
        "public_id": tokens.public_id(),
        "name": one.name,
        "email": one.email,
        "phone": one.phone,
        "language": one.language,
        "since": one.placed_at,
    }


def note(pairs: Sequence[tuple[int, Named]], also: Sequence[tuple[int, Named]]) -> None:
    """They were a customer from their first order on, whichever comes in first; and what an earlier one left
    out, another says. `also`: of orders that were there before, so that only the latter counts.

    Call it after every order of the transaction was locked: orders go before customers."""
    earliest: dict[int, datetime] = {}
    for key, one in pairs:
        earliest[key] = min(one.placed_at, earliest.get(key, one.placed_at))
    keys = sorted(earliest.keys() | {key for key, _one in also})
    if not keys:
        return
    rows = Customer.objects.filter(pk__among=keys, erased_at=None).order_by("pk")
    known = list(rows.values_list("pk", "since", "email", "name", "phone"))
    blank = {key: email for key, _since, email, name, phone in known if not (name and phone)}
    names, phones = _left_out(blank, [*pairs, *also]) if blank else ({}, {})
    changed: list[tuple[int, datetime, str, str]] = []
    for key, since, _email, name, phone in known:
        at = min(since, earliest.get(key, since))
        said = (at, name or names.get(key, ""), phone or phones.get(key, ""))
        if said != (since, name, phone):
            changed.append((key, *said))
    if changed:
        _amend(changed)


def _left_out(
    blank: Mapping[int, str], pairs: Sequence[tuple[int, Named]]
) -> tuple[dict[int, str], dict[int, str]]:
    """Names and numbers, each of the earliest order that says one. `blank`: their e-mail by key. An order
    with a lent card says nothing of its owner: another e-mail came with it."""
    speaking = [
        (key, one) for key, one in pairs if (one.name or one.phone) and one.email in ("", blank.get(key))
    ]
    names: dict[int, str] = {}
    phones: dict[int, str] = {}
    for key, one in sorted(speaking, key=lambda pair: pair[1].placed_at):
        for found, word in ((names, one.name), (phones, one.phone)):
            if key in blank and word:
                found.setdefault(key, word)
    return names, phones


_AMENDED = f"""WITH said AS (
    SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[])
    AS said(id, at, word, number)
), known AS (
    SELECT id, at, word, number FROM {_TABLE} JOIN said USING (id) WHERE erased_at IS NULL
    ORDER BY id FOR NO KEY UPDATE OF {_TABLE}
)
UPDATE {_TABLE} SET since = LEAST(since, at),
    name = CASE WHEN name = '' THEN word ELSE name END,
    phone = CASE WHEN phone = '' THEN number ELSE phone END
FROM known WHERE {_TABLE}.id = known.id"""  # noqa: S608 the table's own name
_AMENDED_ON_SQLITE = f"""UPDATE {_TABLE} SET since = CASE WHEN since > %s THEN %s ELSE since END,
    name = CASE WHEN name = '' THEN %s ELSE name END, phone = CASE WHEN phone = '' THEN %s ELSE phone END
WHERE id = %s AND erased_at IS NULL"""  # noqa: S608 the table's own name


def _amend(said: Sequence[tuple[int, datetime, str, str]]) -> None:
    """Keys in their order, in which others lock them, too; nothing that is known is overwritten."""
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_AMENDED, [list(column) for column in zip(*said, strict=True)])
            return
        rows = [(adapt(at), adapt(at), name, phone, key) for key, at, name, phone in said]
        cursor.executemany(_AMENDED_ON_SQLITE, rows)
