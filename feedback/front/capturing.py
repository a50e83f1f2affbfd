"""Take in what a customer told us, by whatever way it came: a Comment, a Case where somebody should look at
it, and word to the customer that we have it."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models
from django.db.models import F
from django.db.models.functions import Coalesce

from feedback import acknowledgement, cases, comments, forgotten, journal, pictures, procedure
from feedback.incoming_texts import canonical, number_of, spellings
from feedback.models import Case, Comment, Customer, Event, Order, Touchpoint, User
from feedback.models.words import WhyItCame
from feedback.text import reader
from reviews.routing import route

DESK = "desk"  # the source of what staff wrote down
SAME_AGAIN = timedelta(minutes=10)  # a second press of the button is not a second complaint
MOST_ALIKE = 20  # whose pictures are compared
PRAISE = "none"  # the reason of what is no complaint
_LOCK_KEY = 0x74656C6C  # "tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`reason` and `severity` "": nobody said. `is_checked`: we know that it is this customer. `pictures`: as
    feedback.pictures draws them. `said_at` None: when it was received; `received_at` None: now, else not in
    the future."""

    channel: str
    text: str
    touchpoint: Touchpoint | None = None
    reason: str = ""
    severity: str = ""
    order: Order | None = None
    name: str = ""
    email: str = ""
    phone: str = ""
    postal_address: str = ""
    wish: str = ""
    is_checked: bool = False
    pictures: Sequence[bytes] = ()
    said_at: datetime | None = None
    received_at: datetime | None = None


def note(told: Told, *, by: User, now: datetime) -> tuple[Comment, Case | None]:
    """What somebody of the shop heard or read. The same again within minutes is what is there already."""
    with journal.recording():
        one_at_a_time(told.text)
        said = _said(told, now)
        known = _again(told, said, by=by, now=now)
        if known is not None:
            return known, Case.objects.filter(comment=known).first()
        comment = _comment(told, said, now)
        pictures.enclose(comment, told.pictures, now)
        if told.reason == PRAISE:
            journal.log("comment noted", comment, by=by, channel=told.channel)
            return comment, None
        reading = reader.read(comment.text)
        flags = [*reading.flags, *(["safety"] if told.reason == "safety" else [])]
        case = cases.open_case(
            comment, now=now, by=by, wish=comments.clean(told.wish), severity=told.severity,
            reason=told.reason, route=route(flags).route, received_at=comment.received_at,
        )  # fmt: skip
        _acknowledge(case, reading.lang, now=now, by=by)
    return comment, case


def _acknowledge(case: Case, lang: str, *, now: datetime, by: User) -> None:
    """Whoever spoke with one of us knew it then, whenever it was noted."""
    if case.comment.channel in acknowledgement.IN_THEIR_PRESENCE:
        procedure.acknowledge(case, now=case.opened_at, by=by, via=case.comment.channel)
    acknowledgement.by_mail(case, now=now, lang=lang)


def customer_of(*, email: str = "", phone: str = "", name: str = "", now: datetime) -> Customer | None:
    """By an address or a number that nobody has checked: it says where to answer, until somebody has."""
    email = email.lower()
    if email:
        known = Customer.objects.filter(email=email).first()
    elif phone:
        known = Customer.objects.filter(phone__in=_written(phone)).order_by("merged_into", "pk").first()
    else:
        return None
    known = known or forgotten.customer_of(email, phone, now)
    if known is None:
        fresh = {"name": comments.clean(name), "phone": phone, "since": now}
        if not email:
            return Customer.objects.create(**fresh)
        known, _is_new = Customer.objects.get_or_create(email=email, defaults=fresh)
    return known.merged_into or known


def order_of(number: str, *, email: str = "", phone: str = "") -> Order | None:
    """The one with this number whose customer has this address or telephone. None: no such order, or it is
    somebody else's, or there are several; whoever typed it is told the same."""
    if not number or not (email or phone):
        return None
    same = models.Q(email=email.lower()) if email else models.Q()
    same |= models.Q(phone__in=_written(phone)) if phone else models.Q()
    theirs = set(
        Customer.objects.filter(same, erased_at=None).values_list(Coalesce("merged_into", "pk"), flat=True)
    )
    found = Order.objects.filter(number__iexact=number, customer__erased_at=None)
    rows = found.select_related("customer", "location").order_by("pk")[:MOST_ALIKE]
    mine = [one for one in rows if _is_of(one.customer, theirs, phone)]
    return mine[0] if len(mine) == 1 else None


def _is_of(customer: Customer, theirs: set[int], phone: str) -> bool:
    if (customer.merged_into_id or customer.pk) in theirs:
        return True
    return is_same_phone(customer.phone, phone)


def is_same_phone(one: str, other: str) -> bool:
    """However they are written: 090 123 45 67 and +84901234567. Of nothing: False."""
    numbers = {canonical(number) if (number := number_of(said)) else "" for said in (one, other)}
    return len(numbers) == 1 and "" not in numbers


def _written(phone: str) -> list[str]:
    number = number_of(phone)
    return [phone, *(spellings(number) if number else ())]


def one_at_a_time(text: str) -> None:
    """Two presses at once: the second waits until the first is kept. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        words = zlib.crc32(comments.clean(text).encode()) - 2**31  # PostgreSQL's integers have a sign
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_KEY, words])


def _again(told: Told, said: dict[str, Any], *, by: User, now: datetime) -> Comment | None:
    """Pressed twice by the same person: all of it the same. Two customers may say the same words."""
    same = Comment.objects.filter(**said, said_at=told.said_at or F("received_at"))
    if told.received_at:
        same = same.filter(received_at=told.received_at)
    else:
        same = same.filter(received_at__gt=now - SAME_AGAIN)
    if told.reason == PRAISE:
        same = same.filter(case=None)
    else:
        same = same.filter(case__reason=told.reason, case__wish=comments.clean(told.wish))
        same = same.filter(case__severity=told.severity) if told.severity else same
    for known in same.select_related("case").order_by("-pk")[:MOST_ALIKE]:
        drawn = known.enclosures.order_by("position").values_list("content", flat=True)
        kept = known.case if hasattr(known, "case") else known
        noted = Event.objects.filter(
            subject=f"{kept._meta.label_lower}:{kept.pk}", by=by, at__gt=now - SAME_AGAIN
        )
        if list(map(bytes, drawn)) == list(told.pictures) and noted.exists():
            return known
    return None


def _said(told: Told, now: datetime) -> dict[str, Any]:
    """What is kept of it in its Comment."""
    customer = told.order.customer if told.order else None
    customer = customer or customer_of(email=told.email, phone=told.phone, name=told.name, now=now)
    if told.postal_address:
        customer = _by_letter(customer, told, now)
    return {
        "text": comments.clean(told.text),
        "author": comments.clean(told.name or (customer.name if customer else "")),
        "channel": told.channel,
        "source": DESK,
        "touchpoint": told.touchpoint,
        "customer": customer,
        "customer_claimed": customer is not None and not told.is_checked,
        "order": told.order,
    }


def _by_letter(customer: Customer | None, told: Told, now: datetime) -> Customer:
    """Where to answer a letter. What we know of a customer stays, unless somebody checked that it is them."""
    address = comments.clean(told.postal_address)
    if customer is None:
        name = comments.clean(told.name)
        alone = Customer.objects.filter(name=name, postal_address=address, email="", phone="", erased_at=None)
        known = alone.order_by("merged_into", "pk").first()
        return known or Customer.objects.create(name=name, postal_address=address, since=now)
    free = Customer.objects.filter(pk=customer.pk, erased_at=None)
    if not told.is_checked:
        free = free.filter(postal_address="")
    if free.update(postal_address=address):
        customer.postal_address = address
    return customer


def _comment(told: Told, said: dict[str, Any], now: datetime) -> Comment:
    received_at = told.received_at or now
    return comments.record(
        why=WhyItCame.UNSOLICITED,
        said_at=told.said_at or received_at,
        received_at=received_at,
        location=told.order.location if told.order else None,
        **said,
    )
