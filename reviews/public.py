"""The shop's own review page, for everybody: every review that is not hidden for a listed reason (L6)."""

from dataclasses import dataclass
from decimal import Decimal

from django.core.paginator import Paginator
from django.db.models import Avg, Count, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from feedback.personal_data import redact
from feedback.roles import public
from reviews.models import Reply, Review

PER_PAGE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How many reviews gave so many stars; `share` in percent of the most frequent number, for drawing."""

    stars: int
    count: int
    share: int


@public
@require_safe
def review_page(request: HttpRequest) -> HttpResponse:
    shown = Review.objects.shown()
    published = Reply.objects.filter(state=Reply.State.PUBLISHED).order_by("-review_version")
    newest = (
        shown.select_related("comment__analysis", "comment__product")
        .prefetch_related(Prefetch("replies", published, to_attr="published"))
        .order_by("-comment__said_at", "-pk")
    )
    page = Paginator(newest, PER_PAGE).get_page(request.GET.get("page"))
    for review in page.object_list:
        review.answer = review.published[0] if review.published else None
        review.language = _language(review)
        # Phone numbers, addresses and the like are covered, whoever wrote them there (L6, L9).
        review.title, review.text = redact(review.comment.title), redact(review.comment.text)
    rated = shown.filter(comment__score__isnull=False)
    figures = rated.aggregate(average=Avg("comment__score"), count=Count("pk"))
    bars = _bars(dict(rated.values_list("comment__score").annotate(n=Count("pk")).order_by()))
    rewarded = shown.filter(incentivised=True).count()
    context = {"page": page, "figures": figures, "bars": bars, "rewarded": rewarded}
    return render(request, "reviews/reviews.html", context)


def _bars(counts: dict[Decimal, int]) -> list[Bar]:
    by_stars = dict.fromkeys(range(5, 0, -1), 0)
    for score, count in counts.items():
        by_stars[round(score)] += count
    most = max(by_stars.values()) or 1
    return [Bar(stars=stars, count=n, share=round(100 * n / most)) for stars, n in by_stars.items()]


def _language(review: Review) -> str:
    """For the page's `lang`: as read, else as the source says; '' when nobody knows."""
    read = review.comment.analysis.lang if hasattr(review.comment, "analysis") else ""
    return read if read in ("vi", "en") else review.comment.language
