"""Take reviews in, each once per source and external id; an edit is a new version with a new Comment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any

from django.db import OperationalError, connection
from django.db.models import F
from django.utils import timezone

from feedback import bulk, comments, forgotten, journal, tokens
from feedback.models import Case, Comment, Location, Order, Product
from feedback.models.words import Channel, WhyItCame
from reviews.models import Reply, Review, SearchText, Source
from reviews.records import ReviewRecord, is_older
from reviews.searching import words_of

BATCH = 1000
EDITED, DELETED = "review was edited", "review was deleted"  # why an answer ended
_TRIES, _DEADLOCK_DETECTED = 3, "40P01"


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(slots=True, kw_only=True)
class Received:
    """What became of the records, by external id."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def count(self, outcome: Outcome) -> int:
        return sum(found is outcome for found in self.outcomes.values())


def receive_many(source: Source, records: Iterable[ReviewRecord], *, now: datetime | None = None) -> Received:
    """Batches are transactions: what came in before a crash stays, and the same records again add nothing.

    An external id that comes twice in one batch counts once: as its newest record says where the source tells
    when it was edited, else as its last. What is older than what we have changes nothing, nor does what an
    author who was erased has said there (L15).
    """
    received = Received()
    for batch in _batches(records):
        with bulk.uncollected():
            received.outcomes |= _insist(source, _newest(batch), now or timezone.now())
    return received


def note_deleted(review: Review, now: datetime) -> None:
    """It is gone at its source. Its open answers end; its words stay and count: they were said (L6)."""
    with journal.recording():
        there = Review.objects.select_for_update(no_key=True).filter(pk=review.pk, deleted_at=None)
        if there.update(deleted_at=now, leased_by="", leased_until=None):
            _discard_answers(review, DELETED)
            journal.log("review deleted at its source", review, version=review.version)


def note_present(source: Source, external_ids: Iterable[str], seen_at: datetime | None) -> None:
    """The source shows them (in the sweep that began at `seen_at`). What had been deleted is back."""
    with journal.recording():
        there = Review.objects.filter(source=source, external_id__among=list(external_ids))
        for review in there.select_for_update(of=("self",), no_key=True).exclude(deleted_at=None):
            answered = review.replies.filter(review_version=review.version)
            is_answered = answered.exclude(state=Reply.State.DISCARDED).exists()
            review.state = review.state if is_answered else Review.State.RECEIVED
            review.deleted_at = None
            review.save(update_fields=["deleted_at", "state"])
            journal.log("review is back at its source", review, version=review.version)
        if seen_at:
            there.update(seen_at=seen_at)


def foresee(source: Source, records: Iterable[ReviewRecord]) -> Received:
    """What `receive_many` would do, without doing it. A source that is not saved yet knows no review."""
    received = Received()
    for batch in _batches(records):
        latest = _newest(batch)
        received.outcomes |= _forget(source, latest)
        ids = list(latest)
        known = Review.objects.filter(source=source.pk, external_id__among=ids)
        was = {row.external_id: row for row in known.only("external_id", "digest", "edited_at")}
        for key, record in latest.items():
            if key not in was:
                received.outcomes[key] = Outcome.CREATED
            else:
                received.outcomes[key] = Outcome.UPDATED if _is_edit(was[key], record) else Outcome.UNCHANGED
    return received


def _forget(source: Source, latest: dict[str, ReviewRecord]) -> dict[str, Outcome]:
    """Take out of `latest` what is not to come back."""
    gone = forgotten.reviews_among(source.slug, latest.keys())
    for key in gone:
        del latest[key]
    return dict.fromkeys(gone, Outcome.UNCHANGED)


def _newest(batch: Iterable[ReviewRecord]) -> dict[str, ReviewRecord]:
    newest: dict[str, ReviewRecord] = {}
    for record in batch:
        other = newest.get(record.external_id)
        if other is None or not is_older(record.edited_at, other.edited_at):
            newest[record.external_id] = record
    return newest


def _is_edit(review: Review, record: ReviewRecord) -> bool:
    return review.digest != record.digest and not is_older(record.edited_at, review.edited_at)


def _insist(source: Source, records: Mapping[str, ReviewRecord], now: datetime) -> dict[str, Outcome]:
    """Again, when PostgreSQL ended this transaction to resolve a deadlock with a job that answers reviews."""
    for _ in range(_TRIES):
        try:
            return _receive(source, records, now)
        except OperationalError as error:
            ended_a_deadlock = getattr(error.__cause__, "sqlstate", "") == _DEADLOCK_DETECTED
            if not ended_a_deadlock or connection.in_atomic_block:
                raise
    return _receive(source, records, now)


def _receive(source: Source, latest: Mapping[str, ReviewRecord], now: datetime) -> dict[str, Outcome]:
    with journal.recording():
        # Two imports of one file stand in line here; a unique constraint alone would fail the second. So does
        # an erasure: whose words they are is looked up in this transaction, not before.
        Source.objects.select_for_update(no_key=True).get(pk=source.pk)
        wanted = dict(latest)
        outcomes = _forget(source, wanted)
        return outcomes | _take(source, list(wanted.values()), now)


def _take(source: Source, records: Sequence[ReviewRecord], now: datetime) -> dict[str, Outcome]:
    with journal.recording():
        known = {
            review.external_id: review
            for review in Review.objects.select_for_update(of=("self",), no_key=True)
            .filter(source=source, external_id__among=[record.external_id for record in records])
            .select_related("comment", "source")
        }
        fresh = [record for record in records if record.external_id not in known]
        edited = [
            (known[record.external_id], record)
            for record in records
            if record.external_id in known and _is_edit(known[record.external_id], record)
        ]
        about = _About.of([*fresh, *(record for _review, record in edited)])
        made = _create(source, fresh, about, now)
        # Before their answers and cases, as who corrects or reads them anew does: nobody waits in a circle.
        comments.hold([review.comment for review, _record in edited])
        words = [(review.comment, _new_version(review, record, about, now)) for review, record in edited]
        comments.supersede_many(words)
        _note_disclosures(known, records)
        if fresh or edited:
            # Their keys: nobody else makes reviews of this source meanwhile (see _receive).
            keys: dict[str, Any] = {"first": made[0], "last": made[-1]} if made else {}
            journal.log("reviews received", source, created=len(fresh), updated=len(edited), **keys)
    outcomes = dict.fromkeys((record.external_id for record in records), Outcome.UNCHANGED)
    outcomes |= dict.fromkeys((record.external_id for record in fresh), Outcome.CREATED)
    return outcomes | {record.external_id: Outcome.UPDATED for _review, record in edited}


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """The orders, products and locations that a batch speaks of, found with one query each."""

    orders: Mapping[str, Order]
    products: Mapping[str, int]
    locations: Mapping[str, int]

    @classmethod
    def of(cls, records: Sequence[ReviewRecord]) -> "_About":
        numbers = {record.order_number for record in records} - {""}
        skus = {record.product_sku for record in records} - {""}
        codes = {record.location for record in records} - {""}
        return cls(
            orders=_unambiguous(Order.objects.filter(number__in=numbers)) if numbers else {},
            products=dict(Product.objects.filter(sku__in=skus).values_list("sku", "pk")) if skus else {},
            locations=dict(Location.objects.filter(code__in=codes).values_list("code", "pk"))
            if codes
            else {},
        )


def _unambiguous(orders: Iterable[Order]) -> dict[str, Order]:
    """By number; a number that two stores gave out is nobody's."""
    found: dict[str, list[Order]] = {}
    for order in orders:
        found.setdefault(order.number, []).append(order)
    return {number: same[0] for number, same in found.items() if len(same) == 1}


def _create(source: Source, records: Sequence[ReviewRecord], about: _About, now: datetime) -> Sequence[int]:
    """The keys of the reviews, rising."""
    ids = iter(tokens.public_ids(2 * len(records)))
    words = [_comment(source, record, about, now) | {"public_id": next(ids)} for record in records]
    keys = bulk.write(Comment, words)
    reviews = bulk.write(
        Review,
        [
            {
                "public_id": next(ids),
                "source_id": source.pk,
                "external_id": record.external_id,
                "digest": record.digest,
                "comment_id": key,
                "said_at": record.said_at,
                "url": record.url,
                "verified": record.verified,
                "incentivised": bool(record.incentivised),
                "edited_at": record.edited_at,
            }
            for record, key in zip(records, keys, strict=True)
        ],
    )
    bulk.write(
        SearchText,
        [
            {"review_id": pk, "words": words_of(record.title, record.text, record.author)}
            for pk, record in zip(reviews, records, strict=True)
        ],
    )
    return sorted(reviews)


def _comment(source: Source, record: ReviewRecord, about: _About, now: datetime) -> dict[str, Any]:
    """The columns of its Comment."""
    order = about.orders.get(record.order_number)
    return comments.columns(
        text=record.text,
        title=record.title,
        author=record.author,
        language=record.language,
        score=record.stars,
        scale=_STARS if record.stars else _NO_SCORE,
        channel=_REVIEW,
        source=source.slug,
        why=_PAID if record.incentivised else _UNSOLICITED,
        said_at=record.said_at,
        received_at=now,
        order_id=order.pk if order else None,
        customer_id=order.customer_id if order else None,
        product_id=about.products.get(record.product_sku),
        location_id=about.locations.get(record.location),
    )


# As the database keeps them: a member of Django's choices would be turned into its value for every row.
_STARS, _NO_SCORE = Comment.Scale.STARS.value, Comment.Scale.NONE.value
_REVIEW, _PAID, _UNSOLICITED = Channel.REVIEW.value, WhyItCame.PAID.value, WhyItCame.UNSOLICITED.value


def _new_version(review: Review, record: ReviewRecord, about: _About, now: datetime) -> Comment:
    """The author edited it: the new words. Hidden stays hidden, published published; open answers end."""
    old = review.comment
    new = Comment(**_comment(review.source, record, about, now))
    new.order_id = new.order_id or old.order_id
    new.customer_id = new.customer_id or old.customer_id
    new.save(force_insert=True)
    review.comment, review.digest, review.state = new, record.digest, Review.State.RECEIVED
    review.said_at = new.said_at
    review.version += 1
    review.url = record.url or review.url
    review.leased_by, review.leased_until, review.tries = "", None, 0
    review.retry_at, review.failed_at, review.failure = None, None, ""
    review.save()
    words = words_of(record.title, record.text, record.author)
    SearchText.objects.update_or_create(review=review, defaults={"words": words})
    # A complaint that is still being put right goes on under the newer words.
    Case.objects.filter(comment=old, state__in=[Case.State.OPEN, Case.State.WAITING]).update(
        comment=new, state=Case.State.OPEN, decided_at=None
    )
    journal.log("review edited", review, version=review.version)
    _discard_answers(review, EDITED)
    return new


def _discard_answers(review: Review, reason: str) -> None:
    """Compare and set: an answer that is on its way already is left to the publishing job."""
    for reply in Reply.objects.filter(review=review, state__in=Reply.UNSENT):
        if Reply.objects.filter(pk=reply.pk, state__in=Reply.UNSENT).update(
            state=Reply.State.DISCARDED,
            reason=reason,
            edition=F("edition") + 1,
            leased_by="",
            leased_until=None,
        ):
            journal.log("reply discarded", reply, reason=reason)


def _note_disclosures(known: Mapping[str, Review], records: Sequence[ReviewRecord]) -> None:
    """A source may learn later that a review was rewarded or verified: shown, whatever the version (L5)."""
    changed = []
    for record in records:
        review = known.get(record.external_id)
        if review is None:
            continue
        incentivised = review.incentivised if record.incentivised is None else record.incentivised
        verified = review.verified if record.verified is None else record.verified
        older = record.edited_at is None or is_older(record.edited_at, review.edited_at)
        edited_at = review.edited_at if older else record.edited_at
        told = (incentivised, verified, edited_at)
        if told != (review.incentivised, review.verified, review.edited_at):
            review.incentivised, review.verified, review.edited_at = told
            changed.append(review)
    if changed:
        Review.objects.bulk_update(changed, ["incentivised", "verified", "edited_at"], batch_size=200)


def _batches(records: Iterable[ReviewRecord]) -> Iterator[list[ReviewRecord]]:
    iterator = iter(records)
    while batch := list(islice(iterator, BATCH)):
        yield batch
