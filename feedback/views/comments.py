"""What customers said, filtered as on the trends page: the words beneath every number."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.paginator import Paginator
from django.db.models import F, Prefetch, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback import shop
from feedback.forms import CommentsFilter
from feedback.models import Comment, Mention
from feedback.roles import DESK, allow

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text; marked pieces show why it was counted."""

    text: str
    is_marked: bool = False


@allow(DESK)
@require_safe
def comments(request: HttpRequest) -> HttpResponse:
    form = CommentsFilter(request.GET, today=shop.day(timezone.now()))
    if not form.is_valid():
        return render(request, "feedback/comments.html", {"form": form}, status=400)
    page = Paginator(_found(form.cleaned_data), PER_PAGE).get_page(request.GET.get("page"))
    theme = form.cleaned_data["theme"]
    for comment in page.object_list:
        mentions = comment.mentions.all()
        shown = [m for m in mentions if m.theme.slug == theme] if theme else mentions
        comment.segments = list(marked(comment.words, [word for m in shown for word in m.words]))
    filled = {form.add_prefix(name): value for name, value in form.cleaned_data.items()}
    context = {"form": CommentsFilter(filled, today=form.today), "page": page}
    return render(request, "feedback/comments.html", context)


def marked(text: str, words: Iterable[str]) -> Iterator[Segment]:
    """The text in pieces, the given words marked wherever they stand; together they are the text."""
    longest_first = sorted({word for word in words if word.strip()}, key=len, reverse=True)
    if not longest_first:
        yield Segment(text)
        return
    found = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
    end = 0
    for match in found.finditer(text):
        if match.start() > end:
            yield Segment(text[end : match.start()])
        yield Segment(match.group(), is_marked=True)
        end = match.end()
    if end < len(text):
        yield Segment(text[end:])


def _found(chosen: dict) -> QuerySet[Comment]:
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
        polarity = {"polarity": chosen["polarity"]} if chosen["polarity"] else {}
        mentions = Mention.objects.filter(theme__slug=chosen["theme"], **polarity)
        found = found.filter(pk__in=mentions.values("comment"))
    elif chosen["polarity"]:
        final = Coalesce(NullIf(F("analysis__corrected_sentiment"), Value("")), F("analysis__sentiment"))
        found = found.alias(final=final).filter(final=chosen["polarity"])
    mentions = Prefetch("mentions", Mention.objects.select_related("theme").order_by("theme__position"))
    found = found.select_related("analysis", "customer", "case").prefetch_related(mentions)
    return found.order_by("-said_at", "-pk")


def _first_moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=shop.zone())
