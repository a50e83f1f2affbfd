"""What a person does with a reply: save, approve, reject, take back, correct a fact, draft again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from feedback import proofreading
from feedback.forms import FactForm
from feedback.labels import FACT_CHOICES
from feedback.policy.facts import BadFacts
from feedback.roles import allow
from feedback.wording.compose import DoesNotFit
from reviews import desk, replies
from reviews.forms import DraftForm, ReasonForm
from reviews.models import Reply
from reviews.views import kept
from reviews.views.reply import EDITORS, Tried, back_to, edition_of, find, refuse, show, stale


@allow(*EDITORS)
@require_POST
def save(request: HttpRequest, public_id: str) -> HttpResponse:
    reply, form = find(public_id), DraftForm(request.POST)
    if not form.is_valid():
        return _unreadable(request, reply, form)
    text = proofreading.one_line_break(form.cleaned_data["text"])
    text = proofreading.with_own_words(text, request.POST.get("instead", ""), reply.language)
    try:
        replies.edit(reply, text, by=request.user, edition=form.cleaned_data["edition"])
    except replies.Stale as late:
        return stale(request, late.reply, text)
    except replies.NotAllowed as error:
        return refuse(request, find(public_id), text, error.why, form.cleaned_data["edition"])
    messages.success(request, _("Saved."))
    return back_to(request, reply)


@allow(*EDITORS)
@require_POST
def approve(request: HttpRequest, public_id: str) -> HttpResponse:
    """What was typed is saved first, so that a refusal loses no word."""
    reply, form = find(public_id), DraftForm(request.POST)
    if not form.is_valid():
        return _unreadable(request, reply, form)
    text, edition = form.cleaned_data["text"], form.cleaned_data["edition"]
    following = _following(request, reply)
    try:
        edition = replies.edit(reply, text, by=request.user, edition=edition)
        replies.approve(reply, by=request.user, edition=edition)
    except replies.Stale as late:
        if late.reply.state == Reply.State.APPROVED and late.reply.approved_by == request.user:
            return redirect(following)  # pressed twice
        return stale(request, late.reply, text)
    except replies.NotAllowed as error:
        return refuse(request, find(public_id), text, error.why, edition, status=403)
    except replies.Blocked:
        problem = _("Not approved: the words marked ✕ below cannot go out. What you wrote is saved.")
        return show(request, find(public_id), Tried(problem=problem), status=422)
    return redirect(following)


@allow(*EDITORS)
@require_POST
def reject(request: HttpRequest, public_id: str) -> HttpResponse:
    reply, form = find(public_id), ReasonForm(request.POST, auto_id="reject_%s")
    if not form.is_valid():
        return show(request, reply, Tried(rejecting=form), status=400)
    given = form.cleaned_data
    following = _following(request, reply, is_done=False)
    try:
        replies.discard(reply, reason=given["reason"], by=request.user, edition=given["edition"])
    except replies.Stale as late:
        return stale(request, late.reply, "")
    except replies.NotAllowed as error:
        form.add_error("reason", error.why)
        return show(request, reply, Tried(rejecting=form), status=400)
    messages.success(request, _("Rejected. The reason is kept with the reply."))
    return redirect(following)


@allow(*EDITORS)
@require_POST
def take_back(request: HttpRequest, public_id: str) -> HttpResponse:
    reply = find(public_id)
    try:
        replies.take_back(reply, by=request.user)
        messages.success(request, _("The approval is taken back. The reply waits again."))
    except replies.Stale:
        messages.warning(request, _("Too late: the reply is on its way already."))
    return redirect("reply", public_id)


@allow(*EDITORS)
@require_POST
def correct_fact(request: HttpRequest, public_id: str) -> HttpResponse:
    reply, name = find(public_id), request.POST.get("name", "")
    if name not in FACT_CHOICES:
        return show(request, reply, Tried(problem=_("This fact cannot be set by hand.")), status=400)
    form = FactForm(request.POST, name=name)
    if not form.is_valid():
        return show(request, reply, Tried(correcting=form), status=400)
    given, edition = form.cleaned_data, edition_of(request)
    try:
        replies.correct_fact(
            reply, name, given["value"], reason=given["reason"], by=request.user, edition=edition
        )
    except replies.Stale as late:
        return stale(request, late.reply, "")
    except (BadFacts, replies.NotAllowed, DoesNotFit) as error:
        form.add_error(None, _said(error))
        return show(request, reply, Tried(correcting=form), status=400)
    messages.success(request, _("Kept, decided again, and drafted anew."))
    return back_to(request, reply)


@allow(*EDITORS)
@require_POST
def draft_again(request: HttpRequest, public_id: str) -> HttpResponse:
    reply = find(public_id)
    try:
        if reply.state == Reply.State.DRAFT:
            replies.draft_again(reply, by=request.user, edition=edition_of(request))
        else:
            reply = replies.answer_again(reply, by=request.user)
    except replies.Stale as late:
        return stale(request, late.reply, "")
    except DoesNotFit as error:
        return show(request, reply, Tried(problem=_said(error)), status=400)
    messages.success(request, _("Drafted anew."))
    return back_to(request, reply)


def _unreadable(request: HttpRequest, reply: Reply, form: DraftForm) -> HttpResponse:
    problem = next(iter(form.errors.values()))[0]
    return refuse(request, reply, request.POST.get("text", ""), problem, edition_of(request))


def _following(request: HttpRequest, reply: Reply, *, is_done: bool = True) -> str:
    """Where to go after this one: the next that waits, with a way to undo what was just done."""
    chosen = kept.chosen(request)
    around = desk.neighbours(reply, chosen, timezone.now())
    place = around.index(reply)
    others = around[place + 1 :] or around[:place][::-1]
    there = reverse("reply", args=[others[0].public_id]) if others else reverse("replies")
    tail = kept.tail(chosen)
    if not is_done:
        return there + tail
    return f"{there}{tail}{'&' if tail else '?'}{urlencode({'done': reply.public_id})}"


def _said(error: Exception) -> Any:
    if isinstance(error, DoesNotFit):
        return _("The limit of this source is too small for an honest answer.")
    return getattr(error, "why", None) or getattr(error, "message", "")
