"""Ask the sources that answer over the web for reviews: page by page, each page committed with its place.

A source that does not answer is asked again a few times, ever later, and then left in peace for a while:
one alarm, not thousands. The same peace holds for publishing there (X10, X13, X14).
"""

import logging
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from feedback import journal, labels, leases
from feedback.models.queue import LeasableQuerySet
from feedback.prepared import Prepared
from reviews import intake, sources
from reviews.models import Polling, PollingQuerySet, Review, Source, UnreadableReview
from reviews.records import ReviewRecord
from reviews.sources import Ask, Away, Gone, Page, Reader, Trouble, Unreadable

logger = logging.getLogger(__name__)
Stage = Polling.Stage
TRIES = 6  # of one page, before the source is left in peace
LEFT_IN_PEACE = timedelta(minutes=30)
OVERDUE = timedelta(hours=24)  # since the last whole pass
LOOKS = 20  # at single reviews, in one lease
_WAITS = (5, 15, 45, 120, 300)  # seconds
_MARGIN = timedelta(seconds=1)  # Retry-After counts whole seconds
_dice = random.SystemRandom()
WORDS: Mapping[str, Promise | str] = labels.TROUBLES | {
    Trouble.NO_CREDENTIALS: _("Its key, or the account that replies, is not set in the environment."),
    Trouble.NONSENSE: _("It answers, but not as a WooCommerce shop does. Is the address right?"),
}


def fetch(pollings: Sequence[Polling], now: datetime) -> None:
    for polling in pollings:
        _fetch(polling, now)


def due(now: datetime) -> PollingQuerySet:
    return Polling.objects.to_fetch(now)


# Looking at twenty single reviews, each up to a minute, must end before the lease does.
FETCH = leases.Job(name="fetch reviews", due=due, run=fetch, batch=1, lease=timedelta(minutes=30))


def take_again(rows: Sequence[UnreadableReview], now: datetime) -> None:
    """A person asked for another try at a review that could not be kept."""
    for row in rows:
        source = Source.objects.select_related("polling").get(pk=row.source_id)
        try:  # before anything is locked: the shop may take its time
            found = sources.reader(source).look(source, row.external_id, now)
        except Gone:
            row.delete()
            continue
        except Away as away:
            stumbled(source, away, now)
            leases.let_go([row])
            continue
        with journal.recording():
            if isinstance(found, Unreadable):
                _put_aside(source, [found], now)
            else:
                _take_in(source, [found], None, now)


def again_due(now: datetime) -> LeasableQuerySet:
    rested = Q(source__polling__quiet_until=None) | Q(source__polling__quiet_until__lte=now)
    return UnreadableReview.objects.filter(rested, source__is_active=True)


TAKE_AGAIN = leases.Job(name="read review again", due=again_due, run=take_again, batch=1)


def stumbled(source: Source, away: Away, now: datetime) -> None:
    """No usable answer, while fetching or publishing: wait, and after some tries raise one alarm."""
    with journal.recording():
        polling = Polling.objects.select_for_update(no_key=True).get(source=source)
        polling.misses += 1
        polling.trouble = away.trouble.value
        polling.quiet_until = now + _pause(polling.misses, away.wait)
        if polling.misses >= TRIES and polling.alarmed_at is None:
            polling.alarmed_at = now
            journal.log("source does not answer", source, trouble=polling.trouble)
            logger.warning("source %s does not answer: %s", source.slug, polling.trouble)
        polling.save(update_fields=["misses", "trouble", "quiet_until", "alarmed_at"])


def answered(source: Source) -> None:
    """It did: what was wrong is over."""
    with journal.recording():
        polling = Polling.objects.select_for_update(no_key=True).filter(source=source, misses__gt=0).first()
        if polling is None:
            return
        if polling.alarmed_at:
            journal.log("source answers again", source)
        Polling.objects.filter(pk=polling.pk).update(misses=0, trouble="", quiet_until=None, alarmed_at=None)


def took_no_reply(source: Source, away: Away, now: datetime) -> None:
    """The account that replies is not let in. The replies wait, one alarm is raised, and reading goes on."""
    with journal.recording():
        polling = Polling.objects.select_for_update(no_key=True).get(source=source)
        if not polling.reply_trouble:
            journal.log("source takes no replies", source, trouble=away.trouble.value)
        polling.reply_trouble = away.trouble.value
        polling.replies_quiet_until = now + LEFT_IN_PEACE
        polling.save(update_fields=["reply_trouble", "replies_quiet_until"])


def takes_replies(source: Source) -> None:
    """Its door is open (again)."""
    there = Polling.objects.filter(source=source).exclude(reply_trouble="", replies_quiet_until=None)
    there.update(reply_trouble="", replies_quiet_until=None)


def is_overdue(polling: Polling, now: datetime) -> bool:
    """Nobody has heard of this source for too long, whatever the reason: a stopped worker, too."""
    return polling.source.is_active and polling.polled_at is not None and now - polling.polled_at > OVERDUE


def alarms(now: datetime) -> list[Polling]:
    """The sources that somebody should look at: they do not answer, or nobody has asked them for long."""
    return _ALARMS.all(now - OVERDUE)


def wrong(since: datetime) -> QuerySet[Polling]:
    """The same as rows; `since`: not asked from then on is long."""
    return Polling.objects.filter(_WRONG | Q(source__is_active=True, polled_at__lt=since))


_WRONG = Q(alarmed_at__isnull=False) | ~Q(reply_trouble="")
_ALARMS = Prepared(
    lambda since: wrong(since).select_related("source").order_by("source__name"),
    datetime,
)


def words_of(trouble: str) -> str | Promise:
    """What is the matter, for people."""
    return WORDS[Trouble(trouble)]


def fetch_soon(polling: Polling) -> None:
    """A person does not want to wait for the next round. What the source asked for is still kept."""
    Polling.objects.filter(pk=polling.pk).update(next_at=None)


def _pause(misses: int, asked: timedelta | None) -> timedelta:
    usual = LEFT_IN_PEACE if misses >= TRIES else timedelta(seconds=_WAITS[misses - 1])
    return max(usual * _dice.uniform(0.75, 1.25), (asked or timedelta(0)) + _MARGIN)


def _fetch(polling: Polling, now: datetime) -> None:
    source = Source.objects.select_related("polling").get(pk=polling.source_id)
    door, begun = sources.reader(source), time.monotonic()
    if polling.stage == Stage.RESTING:
        polling = _begin(polling, now)
    try:
        if polling.stage == Stage.MISSING:
            _look_for_missing(polling, source, door, now)
        else:
            _keep(polling, source, door.fetch(source, _ask(polling, now)), now)
    except Away as away:
        stumbled(source, away, now + timedelta(seconds=time.monotonic() - begun))
        leases.let_go([polling])


def _begin(polling: Polling, now: datetime) -> Polling:
    sweeps = polling.swept_at is None or now - polling.swept_at >= timedelta(hours=polling.sweep_hours)
    polling.stage, polling.began_at, polling.cursor = (Stage.SWEEP if sweeps else Stage.NEWS), now, {}
    polling.save(update_fields=["stage", "began_at", "cursor"])
    return polling


def _ask(polling: Polling, now: datetime) -> Ask:
    return Ask(now=now, sweep=polling.stage == Stage.SWEEP, cursor=polling.cursor, bookmark=polling.bookmark)


def _keep(polling: Polling, source: Source, page: Page, now: datetime) -> None:
    """The page and our place after it, in one transaction."""
    with journal.recording():
        _take_in(source, page.records, polling.began_at if polling.stage == Stage.SWEEP else None, now)
        _put_aside(source, page.unreadable, now, polling.began_at)
        if page.cursor is not None:
            leases.finish([polling], cursor=dict(page.cursor), next_at=now)
        elif polling.stage == Stage.SWEEP:
            leases.finish(
                [polling], stage=Stage.MISSING, cursor={}, next_at=now, bookmark=page.bookmark[:200]
            )
        else:
            _rest(polling, now, bookmark=page.bookmark[:200])
        answered(source)


def _rest(polling: Polling, now: datetime, **changes: Any) -> None:
    pause = timedelta(minutes=polling.every_minutes) * _dice.uniform(0.95, 1.05)
    leases.finish([polling], stage=Stage.RESTING, cursor={}, polled_at=now, next_at=now + pause, **changes)


def _take_in(
    source: Source, records: Sequence[ReviewRecord], seen_at: datetime | None, now: datetime
) -> None:
    ids = [record.external_id for record in records]
    intake.receive_many(source, records, now=now)
    intake.note_present(source, ids, seen_at)
    UnreadableReview.objects.filter(source=source, external_id__in=ids).delete()


def _put_aside(
    source: Source, found: Iterable[Unreadable], now: datetime, seen_at: datetime | None = None
) -> None:
    """A dead letter each; what we had of the review before stays as it is (X13)."""
    for each in found:
        reason = f"{FETCH.name}: {each.reason}"[:300]
        row, is_new = UnreadableReview.objects.get_or_create(
            source=source,
            external_id=each.external_id[:200],
            defaults={"first_at": now, "last_at": now, "failed_at": now, "failure": reason},
        )
        if not is_new:
            UnreadableReview.objects.filter(pk=row.pk).update(
                last_at=now, failed_at=row.failed_at or now, failure=reason, leased_by="", leased_until=None
            )
        intake.note_present(source, [each.external_id], seen_at)


def _look_for_missing(polling: Polling, source: Source, door: Reader, now: datetime) -> None:
    """A page that shifts while it is read hides a review as well as a deletion does: ask for each."""
    missing = Review.objects.filter(source=source).not_seen_since(polling.began_at).order_by("pk")
    reviews = list(missing[:LOOKS])
    for review in reviews:
        _look_at(source, door, review, polling.began_at, now)
        answered(source)
    if len(reviews) == LOOKS:
        leases.finish([polling], next_at=now)
    else:
        _rest(polling, now, swept_at=polling.began_at)


def _look_at(source: Source, door: Reader, review: Review, seen_at: datetime | None, now: datetime) -> None:
    try:
        found = door.look(source, review.external_id, now)
    except Gone:
        intake.note_deleted(review, now)
        return
    if isinstance(found, Unreadable):
        _put_aside(source, [found], now, seen_at)
    else:
        _take_in(source, [found], seen_at, now)
