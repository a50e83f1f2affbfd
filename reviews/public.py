"""The shop's own review page, for everybody: every review that is not hidden for a listed reason (L6)."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, F, Prefetch, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from feedback.addressing import as_the_shop_does
from feedback.erasure import MADE_UP
from feedback.models import Comment
from feedback.personal_data import redact
from feedback.roles import public
from reviews.models import Reply, Review, Source

PER_PAGE = 20
# Counting a hundred thousand takes as long as ten pages: with so many, what was counted stands for a minute.
MANY, KEEP_SECONDS = 5_000, 60.0
_SENTIMENTS = ("positive", "neutral", "negative", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How many reviews are of one kind; `share` in percent of the most frequent kind, for drawing."""

    kind: int | str
    count: int
    share: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of all reviews that are shown. `average` is of those with stars, None without any."""

    count: int
    rated: int
    average: float | None
    rewarded: int
    stars: list[Bar]
    sentiments: list[Bar]


@public
@require_safe
@as_the_shop_does
def review_page(request: HttpRequest) -> HttpResponse:
    shown = Review.objects.shown()
    figures = _figures_of_late(shown)
    newest = shown.order_by("-said_at", "-pk")
    page = _Counted(newest, PER_PAGE, figures.count).get_page(request.GET.get("page"))
    page.object_list = _with_answers(page.object_list)
    for review in page.object_list:
        review.answer = review.published[0] if review.published else None
        review.language = _language(review)
        review.is_erased = review.external_id.startswith(MADE_UP)
        # Phone numbers, addresses and the like are covered, whoever wrote them there (L6, L9).
        review.title, review.text = redact(review.comment.title), redact(review.comment.text)
    context = {"page": page, "figures": figures, "hidden": _hidden()}
    return render(request, "reviews/reviews.html", context)


class _Counted(Paginator):
    """The number of rows is known already: it stands in the figures."""

    def __init__(self, rows: QuerySet[Review], per_page: int, count: int) -> None:
        super().__init__(rows, per_page)
        self.count = count


def _with_answers(few: Any) -> list[Any]:
    """The same few, in order. Their keys are told by an index alone, however far down the list they are."""
    published = Reply.objects.filter(state=Reply.State.PUBLISHED).order_by("-review_version")
    rows = Review.objects.filter(pk__in=few.values("pk")).order_by("-said_at", "-pk")
    rows = rows.prefetch_related(Prefetch("replies", published, to_attr="published"))
    return list(rows.select_related("comment__analysis"))


def _figures_of_late(shown: QuerySet[Review]) -> Figures:
    if _kept and time.monotonic() - _kept[0][0] < KEEP_SECONDS:
        return _kept[0][1]
    figures = _figures(shown)
    _kept[:] = [(time.monotonic(), figures)] if figures.count > MANY else []
    return figures


_kept: list[tuple[float, Figures]] = []  # the last ones and when they were counted; none while they are few


def _figures(shown: QuerySet[Review]) -> Figures:
    """One query, a few rows. What nobody could read is unknown, which is not neutral."""
    read = "comment__analysis__sentiment"
    corrected = "comment__analysis__corrected_sentiment"
    rows = (
        shown.annotate(felt=Coalesce(NullIf(F(corrected), Value("")), F(read), Value("unknown")))
        .values_list("comment__score", "comment__scale", "felt", "incentivised")
        .annotate(n=Count("pk"))
        .order_by()
    )
    stars, felt = dict.fromkeys(range(5, 0, -1), 0), dict.fromkeys(_SENTIMENTS, 0)
    rewarded, total = 0, 0.0
    for score, scale, sentiment, incentivised, n in rows:
        felt[sentiment] += n
        rewarded += n if incentivised else 0
        if scale == Comment.Scale.STARS:  # how likely somebody recommends us is no star
            stars[round(score)] += n
            total += float(score) * n
    rated = sum(stars.values())
    return Figures(
        count=sum(felt.values()),
        rated=rated,
        average=total / rated if rated else None,
        rewarded=rewarded,
        stars=_bars(stars),
        sentiments=_bars(felt),
    )


def _hidden() -> list[tuple[str, int]]:
    """How many of our own page are hidden, by reason (L6, differentiator 8)."""
    hidden = Review.objects.filter(source__kind=Source.Kind.OWN, hidden_at__isnull=False)
    counts = dict(hidden.values_list("hidden_reason").annotate(n=Count("pk")).order_by())
    labels = Review._meta.get_field("hidden_reason").choices or ()
    return [(str(label), counts[word]) for word, label in labels if word in counts]


def _bars(counts: Mapping[Any, int]) -> list[Bar]:
    most = max(counts.values()) or 1
    return [Bar(kind=kind, count=n, share=round(100 * n / most)) for kind, n in counts.items()]


def _language(review: Review) -> str:
    """For the page's `lang`: as read, else as the source says; '' when nobody knows."""
    read = review.comment.analysis.lang if hasattr(review.comment, "analysis") else ""
    return read if read in ("vi", "en") else review.comment.language
