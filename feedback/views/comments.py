"""What customers said, filtered as on the trends page: the words beneath every number."""

from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback import marks, selections, shop, totals
from feedback.models import Comment, Mention, Theme
from feedback.roles import DESK, allow
from feedback.trend_forms import CommentsFilter

PER_PAGE = 30


@allow(DESK)
@require_safe
def comments(request: HttpRequest) -> HttpResponse:
    form = CommentsFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return render(request, "feedback/comments.html", {"form": form}, status=400)
    chosen, roots = form.cleaned_data, totals.roots()
    page = Paginator(_found(form, roots), PER_PAGE).get_page(request.GET.get("page"))
    names = {theme.slug: theme.name(request.LANGUAGE_CODE) for theme in Theme.objects.all()}
    for comment in page.object_list:
        _prepare(comment, chosen["theme"], roots, names)
    context = {"form": form.filled(), "page": page}
    return render(request, "feedback/comments.html", context)


def _prepare(comment: Comment, theme: str, roots: dict[str, str], names: dict[str, str]) -> None:
    """What the page shows: the words of the chosen theme marked, or of all; the themes as they count."""
    mentions = [(mention, roots[mention.theme.slug]) for mention in comment.mentions.all()]
    words = [word for mention, root in mentions if theme in ("", root) for word in mention.words]
    comment.segments = marks.pieces(comment.words, words=words, leverage=comment.analysis.leverage_spans)
    told = totals.merged(((mention.theme.slug, mention.final) for mention, _root in mentions), roots)
    comment.themes = [(names[slug], polarity) for slug, polarity in told.items()]


def _found(form: CommentsFilter, roots: dict[str, str]) -> QuerySet[Comment]:
    chosen = form.cleaned_data
    found = selections.comments(form.where, chosen["start"], chosen["end"])
    if chosen["theme"]:
        found = _about(found, chosen["theme"], chosen["polarity"], roots)
    elif chosen["polarity"]:
        found = found.alias(final=selections.FINAL).filter(final=chosen["polarity"])
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
