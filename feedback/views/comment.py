"""One comment: the words, what the machine read in them, and what a person says of it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from feedback import corrections, labels, marks
from feedback.forms import CorrectionForm
from feedback.models import Comment, Event, Mention, Theme
from feedback.roles import DESK, Role, allow, holds
from feedback.views.own_data import ERASERS, EraseForm
from feedback.views.ways_back import came_from

ACT = (Role.STAFF, Role.APPROVER, Role.MANAGER)


@allow(DESK)
@require_safe
def comment_page(request: HttpRequest, public_id: str) -> HttpResponse:
    return _show(request, _comment(public_id))


@allow(*ACT)
@require_POST
def correct(request: HttpRequest, public_id: str) -> HttpResponse:
    comment = _comment(public_id)
    if not _may_be_corrected(comment):
        return _stale(request, comment)
    form = _form(request, comment, request.POST)
    if not form.is_valid():
        return _show(request, comment, form=form, status=400)
    try:
        corrections.correct(comment, form.said, by=request.user, edition=form.cleaned_data["edition"])
    except corrections.Stale:
        return _stale(request, comment)
    messages.success(
        request, _("Kept. The figures count what you said, and the next training learns from it.")
    )
    return redirect(_address(request, public_id))


@allow(*ACT)
@require_POST
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    comment, edition = _comment(public_id), request.POST.get("edition", "")
    try:
        if not (edition.isascii() and edition.isdigit() and len(edition) < 9):
            raise corrections.Stale(public_id)
        corrections.withdraw(comment, by=request.user, edition=int(edition))
    except corrections.Stale:
        return _stale(request, comment)
    messages.success(request, _("Taken back. What the machine read counts again."))
    return redirect(_address(request, public_id))


def _show(
    request: HttpRequest, comment: Comment, *, form: CorrectionForm | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "comment": comment,
        "back": came_from(request.GET),
        "history": _history(comment),
    }
    if comment.read_at is not None:
        mentions = list(comment.mentions.select_related("theme").order_by("theme__position"))
        words = [
            word for mention in mentions for word in mention.words if mention.final_polarity != Mention.GONE
        ]
        context |= {
            "segments": marks.pieces(comment.words, words=words, leverage=comment.analysis.leverage_spans),
            "mentions": mentions,
            "may_correct": holds(request, *ACT) and _may_be_corrected(comment),
        }
    if context.get("may_correct"):
        context["form"] = form or _form(request, comment)
    if comment.customer is None and comment.words and holds(request, *ERASERS):
        context["erase_form"] = EraseForm(auto_id="erase_%s")
    return render(request, "feedback/comment.html", context, status=status)


def _stale(request: HttpRequest, comment: Comment) -> HttpResponse:
    """409: how it stands now, to look at again. Nothing was written over."""
    messages.warning(request, _("Somebody else was faster. This is how it stands now; please look again."))
    return _show(request, _comment(comment.public_id), status=409)


def _may_be_corrected(comment: Comment) -> bool:
    return comment.read_at is not None and comment.superseded_by_id is None


def _comment(public_id: str) -> Comment:
    found = Comment.objects.select_related(
        "analysis__corrected_by", "customer", "case", "product", "superseded_by", "typed"
    )
    return get_object_or_404(found, public_id=public_id)


def _form(request: HttpRequest, comment: Comment, data: Mapping | None = None) -> CorrectionForm:
    names = {
        theme.slug: theme.name(request.LANGUAGE_CODE) for theme in Theme.objects.filter(merged_into=None)
    }
    return CorrectionForm(data, analysis=comment.analysis, themes=corrections.themes_of(comment), names=names)


def _history(comment: Comment) -> list[dict[str, Any]]:
    """Who said what of it, oldest first."""
    events = (
        Event.objects.filter(subject=f"feedback.comment:{comment.pk}").select_related("by").order_by("id")
    )
    return [
        {
            "at": event.at,
            "by": event.by,
            "what": labels.known(labels.EVENTS, event.verb),
            "sentiment": event.data.get("sentiment", ""),
            "problem": event.data.get("problem", ""),
        }
        for event in events
    ]


def _address(request: HttpRequest, public_id: str) -> str:
    back = came_from(request.GET)
    return reverse("comment", args=[public_id]) + (f"?{urlencode({'next': back})}" if back else "")
