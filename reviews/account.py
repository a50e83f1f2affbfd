"""The account of our own review page: what came, what is shown, what is hidden for which reason (L6).

Reads only. Counting a hundred thousand takes a while: with so many, what was counted stands for a minute.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.db.models import BooleanField, Count, F, Q, QuerySet, Value
from django.db.models.expressions import ExpressionWrapper
from django.db.models.functions import Coalesce, NullIf

from feedback.models import Comment, Event
from reviews.hiding import REASONS
from reviews.independence import Table, Tested, tested
from reviews.models import Review, Source
from reviews.showing import FROM_SURVEY

MANY, KEEP_SECONDS = 5_000, 60.0
LOW = 2  # stars of a low review, at most
FELT = ("positive", "neutral", "negative", "unknown")
_HID, _SHOWED = "review hidden", "review shown again"


@dataclass(slots=True)
class Row:
    """Of one kind – so many stars, or what is felt – how many are shown, and hidden for which reason."""

    kind: int | str  # 1 to 5, 0 without stars; or a word of FELT
    shown: int = 0
    hidden: dict[str, int] = field(default_factory=lambda: dict.fromkeys(REASONS, 0))

    @property
    def all_hidden(self) -> int:
        return sum(self.hidden.values())

    @property
    def n(self) -> int:
        return self.shown + self.all_hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`received` = shown + hidden + taken_back, each review in one of them. `logged`: how many came by the
    audit trail; `unlogged`: hidden ones of whose hiding, for this reason, it knows nothing.

    `average`: of all shown with stars; `average_of_all` with the hidden ones; None without any.
    """

    received: int
    taken_back: int
    logged: int
    unlogged: int
    stars: tuple[Row, ...]
    felt: tuple[Row, ...]
    verified: int
    rewarded: int
    from_surveys: int
    average: float | None
    average_of_all: float | None
    by_stars: Tested | None
    by_words: Tested | None

    @property
    def shown(self) -> int:
        return sum(row.shown for row in self.stars)

    @property
    def hidden(self) -> int:
        return sum(row.all_hidden for row in self.stars)

    @property
    def rated(self) -> int:
        return sum(row.shown for row in self.stars if row.kind)

    @property
    def reasons(self) -> dict[str, int]:
        return {reason: sum(row.hidden[reason] for row in self.stars) for reason in REASONS}

    @property
    def is_whole(self) -> bool:
        """Nothing vanished: what the log saw coming is there, and what is hidden was hidden in the open."""
        return self.received == self.logged and not self.unlogged


def of_late() -> Account:
    if _kept and time.monotonic() - _kept[0][0] < KEEP_SECONDS:
        return _kept[0][1]
    found = count()
    _kept[:] = [(time.monotonic(), found)] if found.received > MANY else []
    return found


_kept: list[tuple[float, Account]] = []  # the last one and when it was counted; none while there are few


def forget() -> None:
    """After one was hidden or shown, and between tests."""
    _kept.clear()


def count() -> Account:
    """Six queries, however many there are."""
    stars, felt = {kind: Row(kind) for kind in (5, 4, 3, 2, 1, 0)}, {kind: Row(kind) for kind in FELT}
    taken_back = verified = rewarded = 0
    for score, scale, sentiment, reason, is_gone, incentivised, is_verified, n in _counts():
        if is_gone:
            taken_back += n
            continue
        kind = round(score) if scale == Comment.Scale.STARS else 0
        for row in (stars[kind], felt[sentiment]):
            if reason:
                row.hidden[reason] += n
            else:
                row.shown += n
        if not reason:
            verified += n if is_verified else 0
            rewarded += n if incentivised else 0
    there = sum(row.n for row in stars.values())
    return Account(
        received=there + taken_back, taken_back=taken_back, logged=_logged(), unlogged=_unlogged(),
        stars=tuple(stars.values()), felt=tuple(felt.values()), verified=verified, rewarded=rewarded,
        from_surveys=Review.objects.shown().filter(external_id__startswith=FROM_SURVEY).count(),
        average=_average(stars, lambda row: row.shown), average_of_all=_average(stars, lambda row: row.n),
        by_stars=_test(stars, low=range(1, LOW + 1), others=range(LOW + 1, 6)),
        by_words=_test(felt, low=["negative"], others=["positive", "neutral"]),
    )  # fmt: skip


def end_of_log() -> str:
    """The audit trail's last link: whoever notes it down can have it checked later that nothing was cut off
    (`manage.py verify_audit --noted …`)."""
    return Event.objects.order_by("-id").values_list("hash", flat=True).first() or ""


def _counts() -> Iterator[tuple]:
    """One query, some rows for each kind of review."""
    read, corrected = "comment__analysis__sentiment", "comment__analysis__corrected_sentiment"
    rows = Review.objects.filter(source__kind=Source.Kind.OWN).annotate(
        felt=Coalesce(NullIf(F(corrected), Value("")), F(read), Value("unknown")),
        is_gone=ExpressionWrapper(Q(deleted_at__isnull=False), output_field=BooleanField()),
    )
    columns = ("comment__score", "comment__scale", "felt", "hidden_reason", "is_gone", "incentivised")
    yield from rows.values_list(*columns, "verified").annotate(n=Count("pk")).order_by()


def _average(stars: Mapping[int, Row], of: Callable[[Row], int]) -> float | None:
    rated = sum(of(row) for kind, row in stars.items() if kind)
    return sum(int(kind) * of(row) for kind, row in stars.items()) / rated if rated else None


def _test(rows: Mapping, *, low: Iterable, others: Iterable) -> Tested | None:
    low, others = [rows[kind] for kind in low], [rows[kind] for kind in others]
    return tested(
        Table(
            low_hidden=sum(row.all_hidden for row in low),
            low_shown=sum(row.shown for row in low),
            high_hidden=sum(row.all_hidden for row in others),
            high_shown=sum(row.shown for row in others),
        )
    )


def _logged() -> int:
    """As the audit trail has it: what came to our own sources, and answers that their authors let us show."""
    sources = Source.objects.filter(kind=Source.Kind.OWN).values_list("pk", flat=True)
    names = [f"reviews.source:{pk}" for pk in sources]
    received = Event.objects.filter(subject__in=names, verb="reviews received").values_list("data", flat=True)
    shown = _of_reviews().filter(verb="answer shown as a review").count()
    return sum(data.get("created", 0) for data in received) + shown


def _unlogged() -> int:
    hidden = Review.objects.filter(source__kind=Source.Kind.OWN, hidden_at__isnull=False)
    reasons = {f"reviews.review:{pk}": reason for pk, reason in hidden.values_list("pk", "hidden_reason")}
    last: dict[str, str] = {}
    acts = _of_reviews().filter(verb__in=[_HID, _SHOWED]).order_by("pk")
    for subject, verb, data in acts.values_list("subject", "verb", "data").iterator(2000):
        last[subject] = data.get("reason", "") if verb == _HID else ""
    return sum(last.get(subject) != reason for subject, reason in reasons.items())


def _of_reviews() -> QuerySet[Event]:
    """By the index of subjects."""
    return Event.objects.filter(subject__gte="reviews.review:", subject__lt="reviews.review;")
