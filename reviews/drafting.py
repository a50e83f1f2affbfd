"""Answer reviews that have been read: a Case for a complaint, a Decision, a draft that waits for a person."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from feedback import bulk, cases, journal, leases, shop
from feedback.models import Case, Comment, Decision, Shop
from feedback.models.words import Channel
from feedback.wording.compose import PUBLIC, compose
from feedback.wording.limit import Limit
from reviews import listing, routing
from reviews.models import Reply, Review, ReviewQuerySet, Source
from reviews.routing import Routing, route

_LANGUAGES = ("vi", "en")


def draft_many(reviews: Sequence[Review], now: datetime) -> None:
    """One transaction for the batch; everything is fetched with one query per table."""
    with journal.recording():
        spoken = _comments(reviews)
        complaints, others = _by_complaint(spoken.values())
        cases.settle_edited([one for one in others if one.channel == Channel.REVIEW], now)
        queues = {pk: _routing(comment) for pk, comment in spoken.items()}
        routes = {pk: queue.route.value for pk, queue in queues.items()}
        opened = cases.open_many(complaints, now, routes=routes) if complaints else {}
        decisions = cases.decide_many(list(spoken.values()), now, cases=opened)
        queues |= _disputed(decisions, spoken)
        _queue_cases(opened, queues, now)
        _queue_reviews(reviews, queues)
        drafts = _drafts(reviews, spoken, opened, decisions, queues, now)
        bulk.write(Reply, drafts)
        listing.follow([spoken[review.comment_id] for review in reviews if review.version > 1])
        leases.finish(reviews, state=Review.State.DRAFTED)
        journal.log("replies drafted", "reviews.reply", count=len(drafts), reviews=len(reviews))


def due(now: datetime) -> ReviewQuerySet:
    return Review.objects.to_answer()


# All that answering looks at: a review, its comment, the reading and the order have seventy columns.
_REVIEW = ("public_id", "comment", "source", "version", "state", "route", "routes", "wants_approver")
_READING = "lang sentiment complaint problem fault wish leverage flags corrected_sentiment corrected_problem"
_SPOKEN = (
    *("language", "score", "scale", "channel", "customer", "customer_claimed"),
    *("order", "order__currency", "order__total"),
    *(f"analysis__{column}" for column in _READING.split()),
)
ANSWER = leases.Job(name="answer reviews", due=due, run=draft_many, batch=500, columns=_REVIEW)


def answer_all() -> int:
    """Draft everything that waits, here and now. Returns how many reviews."""
    done = 0
    while taken := leases.run_once(ANSWER, timezone.now()):
        done += taken
    return done


def is_complaint(comment: Comment) -> bool:
    analysis = comment.analysis
    return routing.is_complaint(
        complaint=analysis.complaint,
        sentiment=analysis.final_sentiment,
        problem=analysis.final_problem,
        flags=analysis.flags,
        stars=comment.stars,
    )


def _by_complaint(spoken: Collection[Comment]) -> tuple[list[Comment], list[Comment]]:
    """What was a complaint before it was public, as an answer to a survey, stays the one case it is."""
    complaints: list[Comment] = []
    others: list[Comment] = []
    private = [one.pk for one in spoken if one.channel != Channel.REVIEW]
    told = set(
        Case.objects.filter(comment__among=private).values_list("comment", flat=True) if private else ()
    )
    for comment in spoken:
        (complaints if comment.pk in told or is_complaint(comment) else others).append(comment)
    return complaints, others


def words_of(reply_language: str, decision: Decision, source: Source, seed: str, here: Shop) -> str:
    """In public everybody is called as the shop calls those whom it does not know (L9)."""
    return compose(
        decision.decision,
        audience=PUBLIC,
        language=reply_language,
        problem=decision.facts["problem"],
        seed=seed,
        address=here.form_of_address,
        limit=limit_of(source),
        signature=here.signature(reply_language),
    )


def limit_of(source: Source) -> Limit | None:
    return Limit(kind=source.limit_kind, size=source.limit_size) if source.limit_size else None


def language_of(comment: Comment, of_the_shop: Shop) -> str:
    """The reviewer's language as read, else as the source says, else the shop's."""
    read = comment.analysis.lang
    return read if read in _LANGUAGES else comment.language or of_the_shop.language


def seed_of(review: Review, case: Case | None) -> str:
    """The same case always gets the same words, whatever is said around it."""
    return case.public_id if case else review.public_id


def _comments(reviews: Sequence[Review]) -> dict[int, Comment]:
    wanted = Comment.objects.filter(pk__among=[review.comment_id for review in reviews])
    return {comment.pk: comment for comment in wanted.select_related("analysis", "order").only(*_SPOKEN)}


def _routing(comment: Comment, dispute: str = "none") -> Routing:
    return route(comment.analysis.flags, dispute=dispute, leverage=comment.analysis.leverage)


def _disputed(decisions: Mapping[int, Decision], spoken: Mapping[int, Comment]) -> dict[int, Routing]:
    """A dispute may be known to the bank and not be spoken of: the fact changes the queue too."""
    return {
        pk: _routing(spoken[pk], decision.facts["dispute"])
        for pk, decision in decisions.items()
        if decision.facts["dispute"] in ("claimed", "open")
    }


def _queue_cases(opened: Mapping[int, Case], queues: Mapping[int, Routing], now: datetime) -> None:
    moved: dict[str, list[int]] = {}
    for comment_id, case in opened.items():
        if case.route != queues[comment_id].route or case.decided_at is None:
            case.route, case.decided_at = queues[comment_id].route.value, now
            moved.setdefault(case.route, []).append(case.pk)
    for route_word, ids in moved.items():
        Case.objects.filter(pk__among=ids).update(route=route_word, decided_at=now)


def _queue_reviews(reviews: Sequence[Review], queues: Mapping[int, Routing]) -> None:
    """One statement for each kind of routing in the batch: there are a handful."""
    moved: dict[Routing, list[int]] = {}
    for review in reviews:
        queue = queues[review.comment_id]
        wanted = (queue.route.value, [name.value for name in queue.routes], queue.wants_approver)
        if wanted != (review.route, review.routes or ["normal"], review.wants_approver):
            review.route, review.routes, review.wants_approver = wanted
            moved.setdefault(queue, []).append(review.pk)
    for queue, ids in moved.items():
        Review.objects.filter(pk__among=ids).update(
            route=queue.route.value,
            routes=[name.value for name in queue.routes],
            wants_approver=queue.wants_approver,
        )


def _drafts(
    reviews: Sequence[Review],
    spoken: Mapping[int, Comment],
    opened: Mapping[int, Case],
    decisions: Mapping[int, Decision],
    queues: Mapping[int, Routing],
    now: datetime,
) -> list[bulk.Columns]:
    """The columns of the replies."""
    here = shop.current()
    sources = Source.objects.in_bulk({review.source_id for review in reviews})
    kept = listing.columns(spoken.values())
    drafts: list[bulk.Columns] = []
    for review in reviews:
        source = sources[review.source_id]
        if not source.allows_reply:
            continue
        comment = spoken[review.comment_id]
        case, decision = opened.get(comment.pk), decisions[comment.pk]
        language = language_of(comment, here)
        words = words_of(language, decision, source, seed_of(review, case), here)
        drafts.append(
            {
                "review_id": review.pk,
                "review_version": review.version,
                "case_id": case.pk if case else None,
                "decision_id": decision.pk,
                "urgency": queues[comment.pk].urgency,
                "standing": decision.facts["standing"],
                "source_id": source.pk,
                "language": language,
                "drafted_text": words,
                "text": words,
                "needs_approver": decision.needs_approver or queues[comment.pk].wants_approver,
                "drafted_at": now,
                **kept[comment.pk],
            }
        )
    return drafts
