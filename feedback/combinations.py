"""Trends of what several filters select at once: no totals are kept of that, so the raw rows are counted.

Few comments at once, on the page. More by a job, in windows of days, and what it found is kept.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from feedback import buckets, leases, selections, shop
from feedback.models import Combination, Theme
from feedback.models.combinations import CombinationQuerySet
from feedback.models.totals import ALL
from feedback.reports import trends
from feedback.reports.kept_totals import NAMES, Counts, Row, Span, rows

AT_ONCE = 5_000  # comments of the period, of all filters, that a page looks through
STEP = 20_000  # of one window
LONGEST_STEP = 31  # days
MOST_WAITING = 20
KEPT_DAYS = 30
FRESH = timedelta(hours=6)  # what reaches today is counted anew when it is asked for again later
BEFORE = "before"
_DAY = timedelta(days=1)


class Full(RuntimeError):
    """So many wait to be counted that no more are taken."""


def comments_between(start: date, end: date) -> int:
    """Of all filters, from the kept totals. One query."""
    span = Span(start=start, end=end, grain=buckets.Grain.MONTH, together=True)
    return sum(row.counts.total for row in rows([ALL], [span]))


def now(where: selections.Where, since: date, end: date) -> list[Row]:
    """Counted here, day by day; for at most `AT_ONCE` comments. Three queries."""
    return selections.counted(selections.comments(where, since, end))


def find(where: selections.Where, *, start: date, end: date, grain: str) -> Combination | None:
    return Combination.objects.filter(digest=_digest(where, start, end, grain)).first()


def ask(where: selections.Where, *, since: date, start: date, end: date, grain: str) -> Combination:
    """Put it into the queue; one that is kept and still right stays. Raises Full."""
    at = timezone.now()
    comments = comments_between(since, end)
    with transaction.atomic():
        Combination.objects.filter(asked_at__lt=at - timedelta(days=KEPT_DAYS)).delete()
        digest = _digest(where, start, end, grain)
        known = Combination.objects.select_for_update(no_key=True).filter(digest=digest).first()
        if known is not None and not is_old(known, at):
            return known
        if known is not None:
            known.delete()
        elif Combination.objects.unfinished().count() >= MOST_WAITING:
            raise Full
        days = {"since": since, "start": start, "end": end, "grain": grain, "past": since - _DAY}
        made, _is_new = Combination.objects.get_or_create(
            digest=digest, defaults={"where": dict(where), "comments": comments, "asked_at": at, **days}
        )
        return made


def is_old(asked: Combination, at: datetime) -> bool:
    """Its days were not over when it was counted, and that is some hours ago."""
    if asked.failed_at is not None:
        return True
    counted = asked.finished_at
    return counted is not None and shop.day(counted) <= asked.end and at - counted > FRESH


def by_theme(
    where: selections.Where,
    *,
    start: date,
    end: date,
    period: str,
    at: datetime,
    against: tuple[date, date] | None = None,
    less: Sequence[Row] | None = None,
) -> trends.Trends | Combination | None:
    """The trends, where they can be told now; else what is being counted, or None: it has to be asked for.

    One value of one dimension, or everything, comes from the kept totals. `less`: as of trends.by_theme; from
    what a job counted nothing can be taken out, since words may have been corrected after it. Raises
    trends.BadPeriod.
    """
    trends.checked(start, end)
    if len(where) < 2:
        ((dimension, value),) = where.items() or ((ALL, ALL),)
        return trends.by_theme(
            start, end, dimension=dimension, value=value, period=period, against=against, less=less
        )
    found: list[Row] = []
    is_fixed = False
    for first, last in [(start, end), *([against] if against else ())]:
        these = _several(where, first, last, period, at)
        if not isinstance(these, tuple):
            return these
        found, is_fixed = [*found, *these[0]], is_fixed or these[1]
    is_less = less is not None and not is_fixed
    names = {theme.slug: theme for theme in Theme.objects.order_by("slug")}
    rows_of_both = [*found, *(less or ())] if is_less else found
    told = trends.told(names, rows_of_both, start, end, period, against=against)
    return replace(told, is_less=is_less, is_fixed=is_fixed)


def _several(
    where: selections.Where, start: date, end: date, period: str, at: datetime
) -> tuple[list[Row], bool] | Combination | None:
    """Of these days and the equally long time before: whether a job counted them; as by_theme where that is
    not known."""
    asked = find(where, start=start, end=end, grain=period)
    if asked is not None and asked.finished_at is None:
        return asked
    if asked is not None and not is_old(asked, at):
        return list(kept(asked)), True
    since = trends.before_that(start, end)
    return (now(where, since, end), False) if comments_between(since, end) <= AT_ONCE else None


def ask_for(
    where: selections.Where, *, start: date, end: date, grain: str, against: tuple[date, date] | None
) -> Combination:
    """All that `by_theme` needs of several filters; the first that is not counted yet. Raises Full."""
    asked = [
        ask(where, since=trends.before_that(first, last), start=first, end=last, grain=grain)
        for first, last in [(start, end), *([against] if against else ())]
    ]
    return next((one for one in asked if one.finished_at is None), asked[0])


def kept(asked: Combination) -> Iterator[Row]:
    """What the job found, in the shape of the kept totals; the time before as of its last day."""
    for theme, by_bucket in asked.result.items():
        for first, counts in by_bucket.items():
            day = asked.start - _DAY if first == BEFORE else date.fromisoformat(first)
            yield Row(theme, ALL, day, Counts(*counts))


def due(at: datetime) -> CombinationQuerySet:
    return Combination.objects.unfinished()


def step(taken: Sequence[Combination], at: datetime) -> None:
    """The job: some days of one, then the worker looks after other work. It goes on where it was."""
    (asked,) = taken
    first = asked.past + _DAY
    last, looked_at = _window(first, asked.end)
    found = _added(asked, now(asked.where, first, last))
    ended = {"finished_at": timezone.now()} if last >= asked.end else {}
    with transaction.atomic():
        leases.finish(taken, past=last, result=found, looked_at=F("looked_at") + looked_at, **ended)


COUNT = leases.Job(name="count a combination", due=due, run=step, batch=1)


def _window(first: date, end: date) -> tuple[date, int]:
    """Its last day, and how many comments it has: whole days, at least one, `STEP` comments if there are."""
    longest = min(end, first + timedelta(days=LONGEST_STEP - 1))
    by_day = {row.day: row.counts.total for row in rows([ALL], [Span(start=first, end=longest, grain="day")])}
    last, seen = first, by_day.get(first, 0)
    while last < longest and seen + by_day.get(last + _DAY, 0) <= STEP:
        last += _DAY
        seen += by_day.get(last, 0)
    return last, seen


def _added(asked: Combination, found: Iterable[Row]) -> dict[str, dict[str, list[int]]]:
    result = {theme: dict(by_bucket) for theme, by_bucket in asked.result.items()}
    for theme, _value, day, counts in found:
        first = max(buckets.first_day(day, asked.grain), asked.start)
        place = BEFORE if day < asked.start else first.isoformat()
        by_bucket = result.setdefault(theme, {})
        known = by_bucket.get(place, [0] * len(NAMES))
        by_bucket[place] = [a + b for a, b in zip(known, counts, strict=True)]
    return result


def _digest(where: Mapping[str, str], start: date, end: date, grain: str) -> str:
    asked = [sorted(where.items()), start.isoformat(), end.isoformat(), grain]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()
