"""What customers said, filtered as on the trends page: the words beneath every number."""

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback import comment_tables, marks, shop, totals
from feedback.models import Comment, Mention, Theme
from feedback.roles import DESK, REPORTS, allow, holds
from feedback.spreadsheets import MEDIA_TYPE
from feedback.trend_forms import CommentsFilter

PER_PAGE = 30
KINDS: dict[str, tuple[Callable[[CommentsFilter], Iterator[str] | Iterator[bytes]], str]] = {
    "csv": (comment_tables.as_csv, "text/csv; charset=utf-8"),
    "xlsx": (comment_tables.as_xlsx, MEDIA_TYPE),
    "json": (comment_tables.as_json, "application/json"),
}


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
    query = urlencode(form.whole_address)
    context = {
        "form": form.filled(),
        "page": page,
        "burst": form.of_burst,
        "without": chosen["without"],
        "with_url": _other(form, "without"),
        "scored": chosen["scored"],
        "unscored_url": _other(form, "scored"),
        "files": [(kind, f"{reverse('comments_export', args=[kind])}?{query}") for kind in KINDS]
        if holds(request, *REPORTS)
        else [],
    }
    return render(request, "feedback/comments.html", context)


@allow(REPORTS)
@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """All of them to take along, as many as there are, without who said it."""
    if kind not in KINDS:
        raise Http404
    form = CommentsFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return form.as_text()
    write, media_type = KINDS[kind]
    days = f"{form.cleaned_data['start']}-{form.cleaned_data['end']}"
    headers = {"Content-Disposition": f'attachment; filename="comments-{days}.{kind}"'}
    return StreamingHttpResponse(write(form), content_type=media_type, headers=headers)


def _other(form: CommentsFilter, name: str) -> str:
    """The same comments but for one filter."""
    rest = {one: value for one, value in form.whole_address.items() if one != name}
    return f"{reverse('comments')}?{urlencode(rest)}"


def _prepare(comment: Comment, theme: str, roots: dict[str, str], names: dict[str, str]) -> None:
    """What the page shows: the words of the chosen theme marked, or of all; the themes as they count."""
    mentions = [(mention, roots[mention.theme.slug]) for mention in comment.mentions.all()]
    words = [word for mention, root in mentions if theme in ("", root) for word in mention.words]
    comment.segments = marks.pieces(comment.words, words=words, leverage=comment.analysis.leverage_spans)
    told = totals.merged(((mention.theme.slug, mention.final) for mention, _root in mentions), roots)
    comment.themes = [(names[slug], polarity) for slug, polarity in told.items()]


def _found(form: CommentsFilter, roots: dict[str, str]) -> QuerySet[Comment]:
    mentions = Mention.objects.counted().select_related("theme").order_by("theme__position")
    found = comment_tables.chosen(form, roots).select_related("analysis", "customer", "case")
    return found.prefetch_related(Prefetch("mentions", mentions)).order_by("-said_at", "-pk")
