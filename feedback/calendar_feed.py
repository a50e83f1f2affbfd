"""What one person has to do, as a calendar that their phone fetches by a secret address (RFC 5545).

It holds what was promised, with links, and no customer's name or words: calendars are shared.
The address is shown once; who makes a new one, or takes it back, ends the old one.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from feedback import journal, shop, tokens
from feedback.models import Case, Defection, Promise, User
from feedback.roles import DESK, Role, roles_of

MOST = 500  # of each kind: a calendar is no archive
_A_DAY = timedelta(days=1)


def make(user: User, now: datetime) -> str:
    """The secret of a new address; the one before ends."""
    token = tokens.mint()
    with journal.recording():
        User.objects.filter(pk=user.pk).update(feed_digest=tokens.digest(token), feed_made_at=now)
        journal.log("calendar opened", user, by=user)
    return token


def revoke(user: User) -> None:
    with journal.recording():
        User.objects.filter(pk=user.pk).update(feed_digest=None, feed_made_at=None)
        journal.log("calendar closed", user, by=user)


def whose(token: str) -> User | None:
    """Nobody's, once they work here no more."""
    normal = tokens.normalise(token)
    if not normal:
        return None
    return User.objects.filter(feed_digest=tokens.digest(normal), is_active=True).first()


def as_ics(user: User, now: datetime) -> bytes:
    """Open promises of theirs, the call-backs after them, the last days of cases they look after, and who
    stopped buying and is theirs to ask."""
    language = user.language or shop.current().language
    with translation.override(language):
        calendar = Calendar()
        calendar.add("prodid", "-//feedback//what is to be done//")
        calendar.add("version", "2.0")
        calendar.add("x-wr-calname", _("What you have to do: %(shop)s") % {"shop": shop.current().name})
        for uid, day, words, path in _entries(user):
            calendar.add_component(_event(uid, day, words, f"{settings.BASE_URL}{path}", now))
    return bytes(calendar.to_ical())


def _entries(user: User) -> Iterator[tuple[str, date, str, str]]:
    """Its own name, its day, what it says, where it leads."""
    for promise in _owed(user).order_by("by_when", "pk")[:MOST]:
        path, said = reverse("promise", args=[promise.pk]), {"what": promise.what}
        # The promise is worded to the customer: whoever reads it here is the one who does it.
        keep = (
            _("Keep our promise: “%(what)s”") if promise.who_id else _("Keep the team’s promise: “%(what)s”")
        )
        ask = _("Ask the customer whether we kept it: “%(what)s”")
        yield f"promise-{promise.pk}", promise.by_when, keep % said, path
        yield f"call-{promise.pk}", promise.call_back_on, ask % said, path
    mine = Case.objects.unsettled().filter(owner=user).order_by("due_on", "pk")
    for public_id, due_on in mine.values_list("public_id", "due_on")[:MOST]:
        path = reverse("case", args=[public_id])
        if due_on is not None:
            yield f"case-{public_id}", due_on, _("A complaint must be settled today"), path
    if roles_of(user).isdisjoint(DESK):
        return
    to_ask = Defection.objects.filter(state=Defection.State.OPEN, owner=user).order_by("contact_by", "pk")
    for public_id, contact_by in to_ask.values_list("public_id", "contact_by")[:MOST]:
        path = reverse("defection", args=[public_id])
        yield f"defection-{public_id}", contact_by, _("Ask a customer why they stopped buying"), path


def _owed(user: User) -> QuerySet[Promise]:
    """Theirs; the team's about cases that they look after; for the front line also what is nobody's."""
    theirs = Q(who=user) | Q(who=None, case__owner=user)
    if Role.FRONT_LINE in roles_of(user):
        theirs |= Q(who=None, case__owner=None)
    return Promise.objects.unsettled().filter(theirs)


def _event(uid: str, day: date, words: str, url: str, now: datetime) -> Event:
    """A whole day, which does not make the person busy."""
    event = Event()
    host = settings.BASE_URL.split("://", 1)[1].split("/", 1)[0]
    event.add("uid", f"{uid}@{host}")
    event.add("dtstamp", now)
    event.add("dtstart", day)
    event.add("dtend", day + _A_DAY)
    event.add("summary", words)
    event.add("url", url)
    event.add("description", url)
    event.add("transp", "TRANSPARENT")
    return event
