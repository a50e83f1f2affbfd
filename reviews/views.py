"""The staff desk: what waits, one reply with its case, and what a person does with it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from feedback import fact_sheet, proofreading
from feedback.forms import FactForm
from feedback.labels import FACT_CHOICES
from feedback.policy.decision import Decision as Decided
from feedback.policy.facts import BadFacts
from feedback.roles import DESK, Role, allow, holds
from feedback.wording.compose import DoesNotFit, explain
from reviews import desk, drafting, replies
from reviews.forms import DraftForm, QueueFilter, ReasonForm
from reviews.models import Reply
from reviews.uploads import IMPORTERS

PER_PAGE = 30
EDITORS = (Role.STAFF, Role.APPROVER)


@allow(DESK)
@require_safe
def reply_list(request: HttpRequest) -> HttpResponse:
    form = QueueFilter(request.GET)
    if not form.is_valid():
        return render(request, "reviews/replies.html", {"form": form}, status=400)
    rows = desk.found(form.cleaned_data, timezone.now())
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": QueueFilter(form.cleaned_data),
        "page": page,
        "kept": _kept(form),
        "done": _done(request),
        "may_import": holds(request, *IMPORTERS),
    }
    return render(request, "reviews/replies.html", context)


@allow(DESK)
@require_safe
def reply_page(request: HttpRequest, public_id: str) -> HttpResponse:
    return _show(request, _reply(public_id))


@allow(*EDITORS)
@require_POST
def save(request: HttpRequest, public_id: str) -> HttpResponse:
    reply, form = _reply(public_id), DraftForm(request.POST)
    if not form.is_valid():
        return _refuse(request, reply, form)
    text = proofreading.one_line_break(form.cleaned_data["text"])
    text = proofreading.with_own_words(text, request.POST.get("instead", ""), reply.language)
    try:
        replies.edit(reply, text, by=request.user, edition=form.cleaned_data["edition"])
    except replies.Stale as stale:
        return _stale(request, stale.reply, text)
    except replies.NotAllowed as error:
        return _show(request, reply, typed=text, problem=error.why, status=400)
    messages.success(request, _("Saved."))
    return _back(request, reply)


@allow(*EDITORS)
@require_POST
def approve(request: HttpRequest, public_id: str) -> HttpResponse:
    """What was typed is saved first, so that a refusal loses no word."""
    reply, form = _reply(public_id), DraftForm(request.POST)
    if not form.is_valid():
        return _refuse(request, reply, form)
    text, edition = form.cleaned_data["text"], form.cleaned_data["edition"]
    following = _following(request, reply)
    try:
        edition = replies.edit(reply, text, by=request.user, edition=edition)
        replies.approve(reply, by=request.user, edition=edition)
    except replies.Stale as stale:
        if stale.reply.state == Reply.State.APPROVED and stale.reply.approved_by == request.user:
            return redirect(following)  # pressed twice
        return _stale(request, stale.reply, text)
    except replies.NotAllowed as error:
        return _show(request, _reply(public_id), typed=text, problem=error.why, status=403)
    except replies.Blocked:
        problem = _("Not approved: the words marked ✕ below cannot go out. What you wrote is saved.")
        return _show(request, _reply(public_id), problem=problem, status=422)
    return redirect(following)


@allow(*EDITORS)
@require_POST
def reject(request: HttpRequest, public_id: str) -> HttpResponse:
    reply, form = _reply(public_id), ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, reply, rejecting=form, status=400)
    given = form.cleaned_data
    following = _following(request, reply, is_done=False)
    try:
        replies.discard(reply, reason=given["reason"], by=request.user, edition=given["edition"])
    except replies.Stale as stale:
        return _stale(request, stale.reply, "")
    except replies.NotAllowed as error:
        form.add_error("reason", error.why)
        return _show(request, reply, rejecting=form, status=400)
    messages.success(request, _("Rejected. The reason is kept with the reply."))
    return redirect(following)


@allow(*EDITORS)
@require_POST
def take_back(request: HttpRequest, public_id: str) -> HttpResponse:
    reply = _reply(public_id)
    try:
        replies.take_back(reply, by=request.user)
        messages.success(request, _("The approval is taken back. The reply waits again."))
    except replies.Stale:
        messages.warning(request, _("Too late: the reply is on its way already."))
    return redirect("reply", public_id)


@allow(*EDITORS)
@require_POST
def correct_fact(request: HttpRequest, public_id: str) -> HttpResponse:
    reply, name = _reply(public_id), request.POST.get("name", "")
    if name not in FACT_CHOICES:
        return _show(request, reply, problem=_("This fact cannot be set by hand."), status=400)
    form = FactForm(request.POST, name=name)
    if not form.is_valid():
        return _show(request, reply, correcting=form, status=400)
    given, edition = form.cleaned_data, _edition(request)
    try:
        replies.correct_fact(
            reply, name, given["value"], reason=given["reason"], by=request.user, edition=edition
        )
    except replies.Stale as stale:
        return _stale(request, stale.reply, "")
    except (BadFacts, replies.NotAllowed, DoesNotFit) as error:
        form.add_error(None, _said(error))
        return _show(request, reply, correcting=form, status=400)
    messages.success(request, _("Kept, decided again, and drafted anew."))
    return _back(request, reply)


@allow(*EDITORS)
@require_POST
def draft_again(request: HttpRequest, public_id: str) -> HttpResponse:
    reply = _reply(public_id)
    try:
        if reply.state == Reply.State.DRAFT:
            replies.draft_again(reply, by=request.user, edition=_edition(request))
        else:
            reply = replies.answer_again(reply, by=request.user)
    except replies.Stale as stale:
        return _stale(request, stale.reply, "")
    except DoesNotFit as error:
        return _show(request, reply, problem=_said(error), status=400)
    messages.success(request, _("Drafted anew."))
    return _back(request, reply)


@allow(*EDITORS)
@require_POST
def lint(request: HttpRequest, public_id: str) -> HttpResponse:
    """The findings for what is being typed, as a piece of a page. Nothing is saved."""
    reply, form = _reply(public_id), DraftForm(request.POST)
    text = form.cleaned_data.get("text", "") if form.is_valid() else request.POST.get("text", "")[:20_000]
    return render(request, "reviews/_lint.html", _looked_at(reply, text))


def _show(
    request: HttpRequest,
    reply: Reply,
    *,
    typed: str | None = None,
    problem: Any = "",
    correcting: FactForm | None = None,
    rejecting: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    form = QueueFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else _USUAL
    around = desk.neighbours(reply, chosen, timezone.now())
    place = around.index(reply)
    decided = Decided.from_dict(reply.decision.decision)
    text = reply.text if typed is None else typed
    is_draft = reply.state == Reply.State.DRAFT
    context: dict[str, Any] = {
        "reply": reply,
        "review": reply.review,
        "comment": reply.review.comment,
        "around": around,
        "following": around[place + 1] if place + 1 < len(around) else None,
        "preceding": around[place - 1] if place else None,
        "kept": _kept(form),
        "segments": desk.segments(reply.review),
        "leverage": desk.leverage(reply.review),
        "facts": list(fact_sheet.shown(reply.decision, request.LANGUAGE_CODE, correcting)),
        "correcting": correcting,
        "decided": decided,
        "why": explain(decided, request.LANGUAGE_CODE),
        "history": desk.history(reply),
        "reason": desk.reason(reply),
        "may_edit": is_draft and replies.may_edit(request.user),
        "may_act": replies.may_edit(request.user),
        "why_not": replies.why_not(reply, request.user) if is_draft else "",
        "text": text,
        "problem": problem,
        "rejecting": rejecting or ReasonForm(initial={"edition": reply.edition}),
        "is_rejecting": rejecting is not None,
        "done": _done(request),
    }
    return render(request, "reviews/reply.html", context | _looked_at(reply, text), status=status)


def _stale(request: HttpRequest, reply: Reply, mine: str) -> HttpResponse:
    """409: somebody was faster. Both texts, so that nothing typed is lost (C5)."""
    words = replies.clean(mine[: replies.LONGEST])
    context = {
        "reply": reply,
        "mine": words,
        "differences": desk.differences(reply.text, words) if words and words != reply.text else [],
        "is_draft": reply.state == Reply.State.DRAFT,
        "reason": desk.reason(reply),
    }
    return render(request, "reviews/stale.html", context, status=409)


def _refuse(request: HttpRequest, reply: Reply, form: DraftForm) -> HttpResponse:
    problem = next(iter(form.errors.values()))[0]
    return _show(request, reply, typed=request.POST.get("text", "")[:20_000], problem=problem, status=400)


def _looked_at(reply: Reply, text: str) -> dict[str, Any]:
    limit = drafting.limit_of(reply.review.source)
    words = proofreading.one_line_break(text)
    return proofreading.shown(words, replies.findings(reply, words), limit)


def _reply(public_id: str) -> Reply:
    return get_object_or_404(Reply.objects.with_all_around(), public_id=public_id)


_USUAL = {"state": Reply.State.DRAFT, "source": "", "route": "", "sentiment": "", "language": "", "age": ""}


def _kept(form: QueueFilter) -> str:
    """The filters as the tail of an address, without what is usual."""
    chosen = form.cleaned_data if form.is_valid() else {}
    kept = {name: value for name, value in chosen.items() if value and value != _USUAL[name]}
    return f"?{urlencode(kept)}" if kept else ""


def _back(request: HttpRequest, reply: Reply) -> HttpResponse:
    return redirect(f"{reverse('reply', args=[reply.public_id])}{_kept(QueueFilter(request.GET))}")


def _following(request: HttpRequest, reply: Reply, *, is_done: bool = True) -> str:
    """Where to go after this one: the next that waits, with a way to undo what was just done."""
    form = QueueFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else _USUAL
    around = desk.neighbours(reply, chosen, timezone.now())
    place = around.index(reply)
    others = around[place + 1 :] or around[:place][::-1]
    there = reverse("reply", args=[others[0].public_id]) if others else reverse("replies")
    kept = _kept(form)
    if not is_done:
        return there + kept
    return f"{there}{kept}{'&' if kept else '?'}{urlencode({'done': reply.public_id})}"


def _done(request: HttpRequest) -> Reply | None:
    """The reply that was approved on the page before this one, while that can be undone."""
    public_id = request.GET.get("done", "")
    if not public_id.isalnum():
        return None
    return Reply.objects.filter(public_id=public_id, approved_by=request.user).first()


def _edition(request: HttpRequest) -> int:
    given = request.POST.get("edition", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0


def _said(error: Exception) -> Any:
    if isinstance(error, DoesNotFit):
        return _("The limit of this source is too small for an honest answer.")
    return getattr(error, "why", None) or getattr(error, "message", "")
