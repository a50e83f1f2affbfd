"""What customers said, filtered as on the trends page: the words beneath every number."""

from datetime import date, datetime, timedelta

from django.core.paginator import Paginator
from django.db.models import F, Prefetch, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback import marks, shop, totals
from feedback.forms import CommentsFilter
from feedback.models import Comment, Mention, Theme
from feedback.roles import DESK, allow

PER_PAGE = 30


@allow(DESK)
@require_safe
def comments(request: HttpRequest) -> HttpResponse:
    form = CommentsFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return render(request, "feedback/comments.html", {"form": form}, status=400)
    chosen, roots = form.cleaned_data, totals.roots()
    page = Paginator(_found(chosen, roots), PER_PAGE).get_page(request.GET.get("page"))
    names = {theme.slug: theme.name(request.LANGUAGE_CODE) for theme in Theme.objects.all()}
    for comment in page.object_list:
        _prepare(comment, chosen["theme"], roots, names)
    filled = {form.add_prefix(name): value for name, value in chosen.items()}
    context = {"form": CommentsFilter(filled, today=form.today), "page": page}
    return render(request, "feedback/comments.html", context)


def _prepare(comment: Comment, theme: str, roots: dict[str, str], names: dict[str, str]) -> None:
    """What the page shows: the words of the chosen theme marked, or of all; the themes as they count."""
    mentions = [(mention, roots[mention.theme.slug]) for mention in comment.mentions.all()]
    words = [word for mention, root in mentions if theme in ("", root) for word in mention.words]
    comment.segments = marks.pieces(comment.words, words=words, leverage=comment.analysis.leverage_spans)
    told = totals.merged(((mention.theme.slug, mention.final) for mention, _root in mentions), roots)
    comment.themes = [(names[slug], polarity) for slug, polarity in told.items()]


def _found(chosen: dict, roots: dict[str, str]) -> QuerySet[Comment]:
    """What the kept totals count, by the same rules: current versions, read, by the shop's own day."""
    found = Comment.objects.current().filter(
        read_at__isnull=False,
        said_at__gte=_first_moment(chosen["start"]),
        said_at__lt=_first_moment(chosen["end"] + timedelta(days=1)),
    )
    if chosen["channel"]:
        found = found.filter(channel=chosen["channel"])
    if chosen["language"]:
        found = found.filter(analysis__lang=chosen["language"])
    if chosen["theme"]:
        found = _about(found, chosen["theme"], chosen["polarity"], roots)
    elif chosen["polarity"]:
        final = Coalesce(NullIf(F("analysis__corrected_sentiment"), Value("")), F("analysis__sentiment"))
        found = found.alias(final=final).filter(final=chosen["polarity"])
    mentions = Mention.objects.counted().select_related("theme").order_by("theme__position")
    found = found.select_related("analysis", "customer", "case")
    return found.prefetch_related(Prefetch("mentions", mentions)).order_by("-said_at", "-pk")


def _about(found: QuerySet[Comment], theme: str, polarity: str, roots: dict[str, str]) -> QuerySet[Comment]:
    """Comments with this theme, or one that was merged into it; the strongest polarity counts."""
    members = [slug for slug, root in roots.items() if root == theme]
    mentions = Mention.objects.counted().filter(theme__slug__in=members)
    if not polarity:
        return found.filter(pk__in=mentions.values("comment"))
    found = found.filter(pk__in=mentions.filter(final=polarity).values("comment"))
    stronger = totals.STRONGEST_FIRST[: totals.STRONGEST_FIRST.index(polarity)]
    if len(members) == 1 or not stronger:
        return found
    return found.exclude(pk__in=mentions.filter(final__in=stronger).values("comment"))


def _first_moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=shop.zone())
