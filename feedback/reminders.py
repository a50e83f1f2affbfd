"""Promises remind of themselves: before their day whoever made them, after it a manager as well (a job).

Whoever is told gets one letter for all that is due. A reminder ends nothing: only an answer does.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.urls import reverse

from feedback import journal, leases, mail, shop
from feedback.models import Defection, Promise, User
from feedback.models.queue import LeasableQuerySet
from feedback.roles import DESK, Role, roles_of

BEFORE, AFTER, NOT_YET = "before", "after", "not yet"
_A_WEEK = 7
MOST = 200  # customers to be asked, in one letter


def first(by_when: date, now: datetime) -> datetime:
    """When the office opens on the last working day before the promised one; at once where that is over."""
    office = shop.office()
    for days in range(1, _A_WEEK + 1):
        day = by_when - timedelta(days=days)
        if office.calendar.is_working(day):
            return max(office.opening(day), now)
    return max(office.opening(by_when), now)


def due(now: datetime) -> LeasableQuerySet:
    return Promise.objects.filter(settled_at=None, remind_at__lte=now)


def remind(promises: Sequence[Promise], now: datetime) -> None:
    """Before its day: whoever promised. Once its call-back day has begun: they, and the managers."""
    today, told = shop.day(now), []
    with journal.recording():
        for promise in promises:
            is_over = promise.call_back_on <= today
            then = None if is_over else shop.office().opening(promise.call_back_on)
            leases.finish([promise], remind_at=then, reminders=F("reminders") + 1)
            journal.log("promise reminded of", f"feedback.case:{promise.case_id}", promise=promise.pk)
            told.append((promise, AFTER if is_over else BEFORE))
        _tell(told, now)


REMIND = leases.Job(
    name="remind of promises",
    due=due,
    run=remind,
    batch=200,
    columns=("by_when", "call_back_on", "what", "who", "case"),
)


def not_yet(promise: Promise, owner: User | None, now: datetime) -> None:
    """The customer said by the link that it is not done: whoever looks after the case hears of it at once;
    where nobody does, or cannot be reached, the managers."""
    people = User.objects.filter(is_active=True).exclude(email="")
    theirs = people.filter(pk=owner.pk) if owner else people.none()
    for user in theirs or people.filter(groups__name=Role.MANAGER):
        _write(user, [(promise, NOT_YET)], now)


def of_contacts(now: datetime) -> None:
    """Whoever is to ask, today or since earlier, why customers stopped buying gets one letter of all of them,
    once for each, when the office opens (S2-3). With nobody's name: a letter may be passed on."""
    today = shop.day(now)
    if not shop.office().calendar.is_working(today) or now < shop.office().opening(today):
        return
    with journal.recording():
        due = Defection.objects.filter(state="open", contact_by__lte=today, reminded_on=None)
        rows = list(
            due.select_for_update(no_key=True, of=("self",)).select_related("owner").order_by("pk")[:MOST]
        )
        Defection.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_on=today)
        for row in rows:
            journal.log("defection reminded of", row, owner=row.owner_id)
        for owner in {row.owner_id: row.owner for row in rows}.values():
            if owner.is_active and owner.email and not roles_of(owner).isdisjoint(DESK):
                _write_of_contacts(owner, [row for row in rows if row.owner_id == owner.pk], now)


def _write_of_contacts(user: User, theirs: Sequence[Defection], now: datetime) -> None:
    mail.write(
        to=user.email,
        template="contacts_due",
        context={
            "name": user.get_short_name() or user.get_username(),
            "n": len(theirs),
            "customers": [
                {
                    "since": row.since,
                    "contact_by": row.contact_by,
                    "url": f"{settings.BASE_URL}{reverse('defection', args=[row.public_id])}",
                }
                for row in theirs
            ],
        },
        language=user.language or shop.current().language,
        about=f"feedback.user:{user.pk}",
        now=now,
    )


def _tell(told: Sequence[tuple[Promise, str]], now: datetime) -> None:
    people = list(User.objects.filter(is_active=True).exclude(email=""))
    managers = set(
        User.objects.filter(is_active=True, groups__name=Role.MANAGER).values_list("pk", flat=True)
    )
    reachable = {user.pk for user in people}
    for user in people:
        theirs = [one for one in told if user.pk in _whom(*one, reachable, managers)]
        if theirs:
            _write(user, theirs, now)


def _whom(promise: Promise, when: str, reachable: set[int], managers: set[int]) -> set[int]:
    """Where nobody in particular promised, or somebody who cannot be reached: the managers."""
    mine = {promise.who_id} & reachable if promise.who_id else set()
    return mine | managers if when == AFTER or not mine else mine


def _write(user: User, theirs: Sequence[tuple[Promise, str]], now: datetime) -> None:
    mail.write(
        to=user.email,
        template="promises_due",
        context={
            "name": user.get_short_name() or user.get_username(),
            "n": len(theirs),
            "promises": [
                {
                    "what": promise.what,
                    "by_when": promise.by_when,
                    "is_over": when == AFTER,
                    "is_not_yet": when == NOT_YET,
                    "url": f"{settings.BASE_URL}{reverse('promise', args=[promise.pk])}",
                }
                for promise, when in theirs
            ],
        },
        language=user.language or shop.current().language,
        about=f"feedback.user:{user.pk}",
        now=now,
    )
