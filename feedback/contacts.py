"""Take in calls, messages and visits, each once, and the hours that were staffed (S0-9).

What another program tells of a contact later – that the customer was satisfied, say – is added to what is
known; what it leaves out stays as it was.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from anyascii import anyascii
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.text import slugify

from feedback import bulk, contact_totals, journal, shop
from feedback.models import (
    Case,
    Comment,
    Contact,
    ContactReason,
    Customer,
    Event,
    Location,
    Order,
    StaffedHour,
    User,
)
from feedback.tokens import public_id

MOST_REASONS = 40  # of a shop: each is a column in the report
_NOTED = "contact noted"
LATE_FOR = 30  # days after which a late order is no news any more
_LATER = ("at", "channel", "reason", "waited_seconds", "satisfied", "location_id", "order_id", "customer_id",
          "handled_by_id")  # fmt: skip


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class TooManyReasons(ValueError):
    """There would be more than MOST_REASONS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One contact. None and "": not known. `external_id` makes it the same one again. `waited_seconds` from
    when they began until somebody answered."""

    at: datetime
    channel: str
    reason: str
    waited_seconds: int | None = None
    satisfied: bool | None = None
    is_outgoing: bool = False
    external_id: str = ""
    location_id: int | None = None
    order_id: int | None = None
    customer_id: int | None = None
    handled_by_id: int | None = None


def take_many(told: Sequence[Told], *, by: User | None = None) -> list[Outcome]:
    """In their order; one journal entry. Of an external id that comes twice, the last one counts."""
    with journal.recording():
        # In one order, so that two files of the same calls cannot wait for each other.
        named = {one.external_id: one for one in told if one.external_id}
        named = {name: named[name] for name in sorted(named)}
        made = bulk.write_new(Contact, [_columns(one) for one in named.values()], of=("external_id",))
        known = {name: one for name, one in named.items() if name not in made}
        nameless = [one for one in told if not one.external_id]
        bulk.write(Contact, [_columns(one) for one in nameless])
        fresh = [_row(one) for one in (*nameless, *(named[name] for name in made))]
        changed = _tell_later(known)
        contact_totals.change(
            after=[*fresh, *(after for _before, after in changed.values())],
            before=[before for before, _after in changed.values()],
        )
        outcomes = [_outcome(one, named, made, changed) for one in told]
        counts = {name.value: outcomes.count(name) for name in (Outcome.CREATED, Outcome.UPDATED)}
        if any(counts.values()):
            journal.log("contacts taken", "feedback.contact", by=by, **counts)
    return outcomes


def note(told: Told, *, by: User) -> Contact:
    """One that somebody of the shop had: noted by hand."""
    with journal.recording():
        contact = _row(told)
        contact.handled_by = by
        contact.save(force_insert=True)
        contact_totals.change(after=[contact])
        journal.log(_NOTED, contact, by=by, channel=told.channel)
    return contact


def noted_lately(contact: Contact, *, minutes: int) -> bool:
    """Whether it was noted by hand so few minutes ago: `at` says when it was, the journal when that was."""
    since = timezone.now() - timedelta(minutes=minutes)
    noted = Event.objects.filter(subject=f"feedback.contact:{contact.pk}", verb=_NOTED, at__gte=since)
    return noted.exists()


def take_back(contact: Contact, *, by: User) -> None:
    """A slip of the finger, within minutes: the row goes, and its figures."""
    with journal.recording():
        mine = Contact.objects.select_for_update(no_key=True).filter(pk=contact.pk, handled_by=by)
        row = mine.first()
        if row is None:
            return
        contact_totals.change(after=[], before=[row])
        journal.log("contact taken back", row, by=by)
        row.delete()


def _tell_later(known: Mapping[str, Told]) -> dict[str, tuple[Contact, Contact]]:
    """Before and after, of those of which something else is known now. Locked in the order of their keys."""
    rows = Contact.objects.select_for_update(no_key=True).filter(external_id__among=sorted(known))
    changed: dict[str, tuple[Contact, Contact]] = {}
    for row in rows.order_by("pk") if known else ():
        told = known[row.external_id]
        news = {name: getattr(told, name) for name in _LATER if getattr(told, name) is not None}
        news = {name: value for name, value in news.items() if getattr(row, name) != value}
        if news:
            before = _copy(row)
            for name, value in news.items():
                setattr(row, name, value)
            row.save(update_fields=[name.removesuffix("_id") for name in news])
            changed[row.external_id] = (before, row)
    return changed


def _copy(row: Contact) -> Contact:
    return bulk.unsaved(Contact, **{name: getattr(row, name) for name in (*_LATER, "is_outgoing")})


def _row(told: Told) -> Contact:
    return bulk.unsaved(Contact, **_columns(told))


def _columns(told: Told) -> dict[str, Any]:
    given = {name: getattr(told, name) for name in (*_LATER, "is_outgoing", "external_id")}
    return given | {"public_id": public_id()}


def _outcome(
    one: Told, named: Mapping[str, Told], made: Mapping[Any, int], changed: Mapping[str, Any]
) -> Outcome:
    if not one.external_id:
        return Outcome.CREATED
    if named[one.external_id] is not one:
        return Outcome.UNCHANGED  # a later line of the same says more
    if one.external_id in made:
        return Outcome.CREATED
    return Outcome.UPDATED if one.external_id in changed else Outcome.UNCHANGED


def staff_hours(people: Mapping[tuple[datetime, int | None], Decimal], *, by: User | None = None) -> int:
    """How many answered in each clock hour, by its beginning and location; what was said before is replaced.
    How many hours are other than they were."""
    with journal.recording():
        rows = StaffedHour.objects.select_for_update(no_key=True)
        known = {
            (row.starts_at, row.location_id): row
            for row in rows.filter(starts_at__in={at for at, _where in people}).order_by("pk")
        }
        changed = [(known[key], n) for key, n in people.items() if key in known and known[key].people != n]
        for row, n in changed:
            row.people = n
        StaffedHour.objects.bulk_update([row for row, _n in changed], ["people"], batch_size=500)
        fresh = [
            StaffedHour(starts_at=key[0], location_id=key[1], people=n)
            for key, n in people.items()
            if key not in known
        ]
        StaffedHour.objects.bulk_create(fresh, batch_size=500)
        if fresh or changed:
            journal.log("staffed hours noted", "feedback.staffedhour", by=by, hours=len(fresh) + len(changed))
    return len(fresh) + len(changed)


def hour_of(moment: datetime) -> datetime:
    """The beginning of its clock hour in the shop's zone."""
    return moment.astimezone(shop.zone()).replace(minute=0, second=0, microsecond=0)


def slug_of(name: str) -> str:
    return slugify(anyascii(name))[:40].strip("-")


def reasons_of(names: Iterable[str], *, by: User | None = None) -> dict[str, str]:
    """The slug for each name that a file or a program uses: of a reason that is known by its slug or by
    either of its names, else of a new one. Raises TooManyReasons."""
    wanted = sorted({" ".join(name.split())[:80] for name in names})
    found = known_reasons(wanted)
    missing = {name: slug_of(name) for name in wanted if name not in found}
    fresh = {slug: name for name, slug in missing.items() if slug}
    if not fresh:
        return found
    if ContactReason.objects.count() + len(fresh) > MOST_REASONS:
        raise TooManyReasons
    with journal.recording():
        rows = [ContactReason(slug=slug, name_vi=name, name_en=name) for slug, name in fresh.items()]
        ContactReason.objects.bulk_create(rows, ignore_conflicts=True)
        journal.log("reasons of contacts made", "feedback.contactreason", by=by, slugs=sorted(fresh))
    return found | {name: slug for name, slug in missing.items() if slug}


def known_reasons(names: Iterable[str]) -> dict[str, str]:
    """Without making any."""
    by_name: dict[str, str] = {}
    for reason in ContactReason.objects.all():
        for said in (reason.slug, slug_of(reason.name_vi), slug_of(reason.name_en)):
            by_name.setdefault(said, reason.slug)
    return {name: by_name[slug_of(name)] for name in names if slug_of(name) in by_name}


def room_for(names: Iterable[str]) -> bool:
    """Whether so many new reasons may be made."""
    return ContactReason.objects.count() + len({slug_of(name) for name in names}) <= MOST_REASONS


def reason_names(language: str) -> dict[str, str]:
    return {reason.slug: reason.name(language) for reason in ContactReason.objects.all()}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What rows of a file or a program speak of, found with a query each."""

    orders: Mapping[str, tuple[int, int]]  # by number: the order, its customer
    locations: Mapping[str, int]
    people: Mapping[str, int]
    customers: Mapping[str, int]  # by e-mail, of those we know

    @classmethod
    def of(
        cls, *, orders: Iterable[str] = (), locations: Iterable[str] = (), people: Iterable[str] = (),
        customers: Iterable[str] = (),
    ) -> "About":  # fmt: skip
        numbers, emails = sorted(set(orders) - {""}), sorted(set(customers) - {""})
        known = Order.objects.filter(number__among=numbers) if numbers else Order.objects.none()
        by_number: dict[str, list[tuple[int, int]]] = {}
        for number, pk, customer in known.values_list("number", "pk", "customer_id"):
            by_number.setdefault(number, []).append((pk, customer))
        theirs = Customer.objects.filter(email__among=emails, erased_at=None) if emails else None
        return cls(
            orders={number: same[0] for number, same in by_number.items() if len(same) == 1},
            locations=dict(Location.objects.values_list("code", "pk")) if set(locations) - {""} else {},
            people={name.casefold(): pk for name, pk in User.objects.values_list("username", "pk")}
            if set(people) - {""}
            else {},
            customers=dict(theirs.values_list("email", "pk")) if theirs is not None else {},
        )


def late_orders(now: datetime) -> QuerySet[Order]:
    """Orders past their promised day of which nobody has heard a word, and whom nobody has called about it:
    we call first. The longest waiting first; of the last month."""
    today = shop.day(now)
    return late_between(late_since(today), today)


def late_since(today: date) -> date:
    """The first promised day that is still looked at."""
    return today - timedelta(days=LATE_FOR)


def late_between(since: date, today: date) -> QuerySet[Order]:
    """Of those promised for `since` or a later day, before today."""
    late = Order.objects.filter(
        promised_on__lt=today, promised_on__gte=since, delivered_on=None,
        cancelled_at=None, customer__erased_at=None,
    )  # fmt: skip
    return (
        late.exclude(Exists(Contact.objects.filter(order=OuterRef("pk"))))
        .exclude(Exists(Case.objects.filter(order=OuterRef("pk"))))
        .exclude(Exists(Comment.objects.filter(order=OuterRef("pk"), superseded_by=None)))
        .order_by("promised_on", "pk")
    )
