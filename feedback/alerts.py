"""Look every day whether a theme changed or bad reviews came at once; tell managers; keep who looks after
it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.text import Truncator

from feedback import discovery, journal, leases, mail, selections, shop, totals
from feedback.buckets import Grain
from feedback.detection import bursts, changes, episodes
from feedback.models import Alert, AlertClock, Comment, Mention, Theme, User
from feedback.models.alerts import AlertQuerySet
from feedback.models.queue import LeasableQuerySet
from feedback.models.totals import ALL
from feedback.models.words import CommentQuerySet
from feedback.prepared import Prepared
from feedback.reports.kept_totals import Counts, Row, Span, rows
from feedback.roles import Role

EVERY = timedelta(hours=1)
HISTORY = changes.YEAR + changes.BASE + changes.LONGEST
LOW = 2  # stars of a bad review, at most
MOST_BURSTS = 100  # taken out of one page
MOST_NAMED = 5  # in one mail
MOST_TOLD = 2  # examples of each, in one mail
LONGEST_TOLD = 280  # characters
_DAY = timedelta(days=1)
_Kind = Alert.Kind
NOWHERE: selections.Where = MappingProxyType({})


class Stale(RuntimeError):
    """It is over, or somebody was faster: has it, let it sleep, settled it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What one day's look tells, as columns of an Alert; `key` is what it is about."""

    key: tuple[str, str, str]  # kind, theme, source
    columns: dict[str, Any]


def due(now: datetime) -> LeasableQuerySet[AlertClock]:
    return AlertClock.objects.filter(look_at__lte=now)


def find(clocks: Sequence[AlertClock], now: datetime) -> None:
    """The job: once for each day that is over, and each hour for bursts. Done twice it tells nothing
    twice."""
    (clock,) = clocks
    day = shop.day(now) - _DAY
    with journal.recording():
        leases.finish(clocks, look_at=now + EVERY, looked_on=day)
        new = _keep(list(_bursts(now)), shop.day(now))
        if clock.looked_on is None or clock.looked_on < day:
            new += _keep(_changes(day), shop.day(now))  # what came in bursts is no change of a theme
        _tell(new, now)


FIND = leases.Job(name="look for alerts", due=due, run=find, batch=1)


def look_now(now: datetime) -> None:
    """Here, at once, as if it were `now`: for the demo shop and for tests."""
    AlertClock.objects.update(look_at=now)
    leases.run_once(FIND, now)


def _changes(day: date) -> list[_Told]:
    """Complaints by theme, complaints as a whole, and all comments: up to `day`, without what came in
    bursts."""
    slugs = list(Theme.objects.filter(merged_into=None).order_by("slug").values_list("slug", flat=True))
    start = day - timedelta(days=HISTORY - 1)
    found = [*rows([ALL, *slugs], [Span(start=start, end=day, grain=Grain.DAY)]), *in_bursts(start, day)]
    if not found:
        return []
    start = max(start, min(row.day for row in found))  # before it the shop was not there
    width, place = (day - start).days + 1, {slug: number for number, slug in enumerate([*slugs, ALL])}
    counts, whole = np.zeros((len(place), width)), np.zeros(width)
    for row in found:
        at = (row.day - start).days
        if row.theme in place and at >= 0:
            counts[place[row.theme], at] += row.counts.negative
            whole[at] += row.counts.total if row.theme == ALL else 0
    findings = changes.look(counts, whole)
    about = [*place, ""]  # the last finding is of all comments
    told = (findings[number] for number in changes.discoveries(findings))
    names = (about[number] for number in changes.discoveries(findings))
    return [_as_told(name, one, day) for name, one in zip(names, told, strict=True) if one is not None]


def _as_told(theme: str, one: changes.Finding, day: date) -> _Told:
    kind = _Kind.RISE if one.is_rise else _Kind.FALL
    columns = {
        "since": day - timedelta(days=one.days - 1), "counted_from": day - timedelta(days=one.days - 1),
        "counted_until": day, "seen": round(one.seen), "expected": one.expected,
        "ratio": one.ratio, "low": one.low, "high": one.high, "chance": one.chance,
    }  # fmt: skip
    return _Told(key=(kind.value, theme, ""), columns=columns)


def _bursts(now: datetime) -> Iterable[_Told]:
    since = now - bursts.LOOKED_AT - bursts.BASE
    moments: dict[str, list[datetime]] = {}
    bad = _bad_reviews().filter(said_at__gte=since, said_at__lte=now).order_by("said_at")
    for source, at in bad.values_list("source", "said_at"):
        moments.setdefault(source, []).append(at)
    for source, its in moments.items():
        one = bursts.find(its, now)
        if one is None:
            continue
        first, last = shop.day(one.first), shop.day(one.last)
        # Told by whole days, as its reviews are shown: on these days some may have come before it began.
        seen = sum(first <= shop.day(moment) <= last for moment in its)
        expected = one.per_day * ((last - first).days + 1)
        ratio = seen / max(expected, 0.5)
        columns = {
            "since": first, "until": last, "counted_from": first, "counted_until": last, "seen": seen,
            "expected": expected, "ratio": ratio, "low": ratio, "high": ratio,
            "chance": bursts.tail(one.n, max(one.expected, 1e-3)),
        }  # fmt: skip
        yield _Told(key=(_Kind.BURST.value, "", source), columns=columns)


def _bad_reviews() -> CommentQuerySet:
    return Comment.objects.current().filter(channel="review", scale="stars_5", score__lte=LOW)


def _keep(told: Sequence[_Told], today: date) -> list[Alert]:
    """The new ones. What is found again is brought up to date; what was not for long is over."""
    ongoing = {
        (one.kind, one.theme, one.source): one
        for one in Alert.objects.ongoing().select_for_update(no_key=True).order_by("pk")
    }
    for key, one in list(ongoing.items()):
        if episodes.is_over(one.last_found_on.toordinal(), today.toordinal()):
            Alert.objects.filter(pk=one.pk).update(ended_on=today)
            del ongoing[key]
    new = []
    for one_told in told:
        known = ongoing.get(one_told.key)
        if known is None:
            kind, theme, source = one_told.key
            made = Alert.objects.create(
                kind=kind, theme=theme, source=source, found_on=today, last_found_on=today, **one_told.columns
            )
            journal.log("alert found", made, by=None, kind=kind, theme=theme, source=source)
            new.append(made)
        else:
            columns = one_told.columns | {"since": min(known.since, one_told.columns["since"])}
            Alert.objects.filter(pk=known.pk).update(last_found_on=today, **columns)
    return new


def _tell(new: Sequence[Alert], now: datetime) -> None:
    """Managers with an address hear of all that is new, in one letter."""
    if not new:
        return
    held = User.groups.through.objects.filter(user=OuterRef("pk"), group__name=Role.MANAGER)
    managers = User.objects.filter(Exists(held), is_active=True).exclude(email="")
    themes = list(Theme.objects.all())
    told = [_in_a_letter(one) for one in new[:MOST_NAMED]]
    for user in managers:
        language = user.language or shop.current().language
        mail.write(
            to=user.email,
            template="alerts",
            context={
                "name": user.get_short_name() or user.get_username(),
                "n": len(new),
                "more": max(0, len(new) - MOST_NAMED),
                "url": f"{settings.BASE_URL}{reverse('alerts')}",
                "alerts": told,
                "themes": {theme.slug: theme.name(language) for theme in themes},
            },
            language=language,
            about=f"feedback.user:{user.pk}",
            now=now,
        )


def _in_a_letter(one: Alert) -> dict[str, Any]:
    """With its own address and the newest who said so: short, personal data covered, nobody insulted."""
    newest = said_of(one).exclude(text="").select_related("analysis").order_by("-said_at", "-pk")
    fit = [comment for comment in newest[: 5 * MOST_TOLD] if not comment.is_abusive]
    return {
        "alert": one,
        "url": f"{settings.BASE_URL}{reverse('alerts')}#a-{one.public_id}",
        "examples": [_on_one_line(discovery.shown(comment)) for comment in fit[:MOST_TOLD]],
    }


def _on_one_line(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(LONGEST_TOLD)


# What people do about it


def take(alert: Alert, *, by: User) -> None:
    """`by` looks after it. Raises Stale."""
    free = Alert.objects.ongoing().filter(owner=None, settled_at=None)
    _change(free, alert, "alert taken", by=by, owner=by)


def hand_over(alert: Alert, to: User, *, held_by: User | None, by: User) -> None:
    """`to` looks after it from now on; `held_by`: who did when the page was opened. Raises Stale."""
    held = Alert.objects.ongoing().filter(owner=held_by, settled_at=None)
    _change(held.exclude(owner=to), alert, "alert handed over", by=by, owner=to)


def give_back(alert: Alert, *, by: User) -> None:
    """Nobody looks after it any more. Raises Stale where `by` does not."""
    _change(
        Alert.objects.ongoing().filter(owner=by, settled_at=None),
        alert,
        "alert given back",
        by=by,
        owner=None,
    )


def snooze(alert: Alert, until: date, *, by: User, today: date) -> None:
    """It is not shown before that day, and goes on being counted. Raises Stale."""
    columns = {"snoozed_until": until, "snoozed_by": by}
    _change(Alert.objects.to_look_at(today), alert, "alert snoozed", by=by, **columns)


def wake(alert: Alert, *, by: User, today: date) -> None:
    """It is shown again at once. Raises Stale."""
    columns = {"snoozed_until": None, "snoozed_by": None}
    _change(Alert.objects.asleep(today), alert, "alert woken", by=by, **columns)


def settle(alert: Alert, note: str, *, by: User, now: datetime) -> None:
    """It was looked at. It comes again only as a new one, after a quiet fortnight. Raises Stale."""
    unsettled = Alert.objects.ongoing().filter(settled_at=None)
    columns = {"settled_at": now, "note": note, "owner": Coalesce("owner", Value(by.pk))}
    _change(unsettled, alert, "alert settled", by=by, **columns)


def _change(open_to_it: AlertQuerySet, alert: Alert, verb: str, *, by: User, **columns: Any) -> None:
    """Compare and set: of several who press at once, one does it."""
    with journal.recording():
        if not open_to_it.filter(pk=alert.pk).update(**columns):
            raise Stale
        journal.log(verb, alert, by=by)


# In and out of the trend


def between(start: date, end: date) -> list[Alert]:
    """The bursts that touch these days, the newest first. One query."""
    return _touching.all(start, end)


_touching = Prepared(
    lambda start, end: Alert.objects.filter(kind=_Kind.BURST, since__lte=end, until__gte=start).order_by(
        "-since", "pk"
    )[:MOST_BURSTS],
    date,
    date,
)


def touching(start: date, end: date) -> list[Alert]:
    """Whose time touches these days, whatever was done about them: first what is open, then the surest."""
    last = Coalesce("until", "counted_until", "last_found_on")
    found = Alert.objects.annotate(last=last).filter(since__lte=end, last__gte=start)
    return sorted(found, key=lambda one: (not one.is_open, one.chance, one.pk))


def counted_in(alert: Alert) -> tuple[date, date]:
    """The first and the last day in which `seen` were counted."""
    return alert.counted_from or alert.since, alert.counted_until or alert.last_found_on


def said_of(alert: Alert) -> QuerySet[Comment]:
    """Just those that were counted."""
    if alert.kind == _Kind.BURST:
        return said_in(alert).filter(read_at__isnull=False)
    first, last = counted_in(alert)
    found = selections.comments({}, first, last)
    if bursts := between(first, last):
        found = found.exclude(pk__in=said_in(*bursts).values("pk"))
    if alert.theme in ("", ALL):
        return found if not alert.theme else found.filter(analysis__sentiment="negative")
    members = [slug for slug, root in totals.roots().items() if root == alert.theme]
    mentions = Mention.objects.counted().filter(Q(final="negative"), theme__slug__in=members)
    return found.filter(pk__in=mentions.values("comment"))


def said_in(*these: Alert) -> CommentQuerySet:
    """The reviews of them: the bad ones of their sources and days."""
    its = [
        Q(
            source=one.source,
            said_at__gte=shop.start_of(one.since),
            said_at__lt=shop.start_of(one.until + _DAY),
        )
        for one in these
        if one.until is not None
    ]
    return _bad_reviews().filter(reduce(or_, its)) if its else Comment.objects.none()


def in_bursts(start: date, end: date, *, where: selections.Where = NOWHERE, by: str = ALL) -> list[Row]:
    """What the bursts of these days add to the totals, as rows below nothing: added up, they are out of it.
    As selections.counted, of what `where` selects. Four queries, one where there are none; nothing is hidden,
    both trends can be seen."""
    these = between(start, end)
    if not these:
        return []
    said = selections.among(said_in(*these), where, start, end)
    return [row._replace(counts=Counts() - row.counts) for row in selections.counted(said, by)]
