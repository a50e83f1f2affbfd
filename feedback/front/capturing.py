"""Take in what a customer told us, by whatever way it came: a Comment, a Case where somebody should look at
it, and word to the customer that we have it."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from feedback import acknowledgement, cases, comments, forgotten, journal, pictures, procedure
from feedback.models import Case, Comment, Customer, Order, Touchpoint, User
from feedback.models.words import WhyItCame
from feedback.text import reader
from reviews.routing import route

DESK = "desk"  # the source of what staff wrote down
SAME_AGAIN = timedelta(minutes=10)  # a second press of the button is not a second complaint
PRAISE = "none"  # the reason of what is no complaint
_LOCK_KEY = 0x74656C6C  # "tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`reason` and `severity` "": nobody said. `is_checked`: we know that it is this customer. `pictures`: as
    feedback.pictures draws them."""

    channel: str
    text: str
    touchpoint: Touchpoint | None = None
    reason: str = ""
    severity: str = ""
    order: Order | None = None
    name: str = ""
    email: str = ""
    phone: str = ""
    wish: str = ""
    is_checked: bool = False
    pictures: Sequence[bytes] = ()
    said_at: datetime | None = None


def note(told: Told, *, by: User, now: datetime) -> tuple[Comment, Case | None]:
    """What somebody of the shop heard or read. The same again within minutes is what is there already."""
    with journal.recording():
        one_at_a_time(told.text)
        known = _again(told, now)
        if known is not None:
            return known, Case.objects.filter(comment=known).first()
        comment = _comment(told, now)
        pictures.enclose(comment, told.pictures, now)
        if told.reason == PRAISE:
            journal.log("comment noted", comment, by=by, channel=told.channel)
            return comment, None
        reading = reader.read(comment.text)
        flags = [*reading.flags, *(["safety"] if told.reason == "safety" else [])]
        case = cases.open_case(
            comment, now=now, by=by, wish=comments.clean(told.wish), severity=told.severity,
            reason=told.reason, route=route(flags).route,
        )  # fmt: skip
        _acknowledge(case, reading.lang, now=now, by=by)
    return comment, case


def _acknowledge(case: Case, lang: str, *, now: datetime, by: User) -> None:
    if case.comment.channel in acknowledgement.IN_THEIR_PRESENCE:
        procedure.acknowledge(case, now=now, by=by, via=case.comment.channel)
    acknowledgement.by_mail(case, now=now, lang=lang)


def customer_of(*, email: str = "", phone: str = "", name: str = "", now: datetime) -> Customer | None:
    """By an address or a number that nobody has checked: it says where to answer, until somebody has."""
    email = email.lower()
    if email:
        known = Customer.objects.filter(email=email).first()
    elif phone:
        known = Customer.objects.filter(phone=phone).order_by("merged_into", "pk").first()
    else:
        return None
    known = known or forgotten.customer_of(email, phone, now)
    if known is None:
        fresh = {"name": comments.clean(name), "phone": phone, "since": now}
        if not email:
            return Customer.objects.create(**fresh)
        known, _is_new = Customer.objects.get_or_create(email=email, defaults=fresh)
    return known.merged_into or known


def one_at_a_time(text: str) -> None:
    """Two presses at once: the second waits until the first is kept. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        words = zlib.crc32(comments.clean(text).encode()) - 2**31  # PostgreSQL's integers have a sign
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_KEY, words])


def _again(told: Told, now: datetime) -> Comment | None:
    same = Comment.objects.filter(
        source=DESK, channel=told.channel, text=comments.clean(told.text), touchpoint=told.touchpoint,
        order=told.order, received_at__gt=now - SAME_AGAIN,
    )  # fmt: skip
    return same.exclude(text="").first()


def _comment(told: Told, now: datetime) -> Comment:
    customer = told.order.customer if told.order else None
    customer = customer or customer_of(email=told.email, phone=told.phone, name=told.name, now=now)
    return comments.record(
        text=told.text,
        author=told.name or (customer.name if customer else ""),
        channel=told.channel,
        source=DESK,
        why=WhyItCame.UNSOLICITED,
        said_at=told.said_at or now,
        received_at=now,
        touchpoint=told.touchpoint,
        customer=customer,
        customer_claimed=customer is not None and not told.is_checked,
        order=told.order,
        location=told.order.location if told.order else None,
    )
