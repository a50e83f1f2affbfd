"""The page of one reply: the words, what is known, the decision, the draft, and who did what."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from feedback import fact_sheet, proofreading
from feedback.forms import FactForm
from feedback.policy.decision import Decision as Decided
from feedback.prepared import Prepared
from feedback.roles import DESK, Role, allow, holds
from feedback.wording.compose import explain
from reviews import desk, drafting, replies, twin
from reviews.forms import AnswerForm, DraftForm, HideForm, HoldForm, ReasonForm
from reviews.hiding import HIDERS
from reviews.holds import may_answer
from reviews.models import Reply, Source
from reviews.views import kept

EDITORS = (Role.STAFF, Role.APPROVER)
_FOUND = Prepared(lambda public_id: Reply.objects.with_all_around().filter(public_id=public_id), str)
COLLECTORS = (Role.STAFF, Role.APPROVER, Role.MANAGER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What somebody sent that was not done: shown again, with what is wrong with it."""

    text: str | None = None
    problem: Any = ""
    correcting: FactForm | None = None
    rejecting: ReasonForm | None = None
    asking: HoldForm | None = None
    handing_up: HoldForm | None = None
    answering: AnswerForm | None = None


@allow(DESK)
@require_safe
def reply_page(request: HttpRequest, public_id: str) -> HttpResponse:
    return show(request, find(public_id))


@allow(*EDITORS)
@require_POST
def lint(request: HttpRequest, public_id: str) -> HttpResponse:
    """The findings for what is being typed, as a piece of a page. Nothing is saved."""
    reply, form = find(public_id), DraftForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else request.POST.get("text", "")
    return render(request, "reviews/_lint.html", _looked_at(reply, text))


def show(request: HttpRequest, reply: Reply, tried: Tried = Tried(), *, status: int = 200) -> HttpResponse:
    text = reply.text if tried.text is None else tried.text
    context = _around(request, reply) | _known(request, reply, tried) | _may(request, reply, tried)
    context |= {"text": text, "problem": tried.problem, "done": just_done(request)}
    return render(request, "reviews/reply.html", context | _looked_at(reply, text), status=status)


def stale(request: HttpRequest, reply: Reply, mine: str) -> HttpResponse:
    """409: somebody was faster. Both texts, so that nothing typed is lost (C5)."""
    words = replies.tidy(mine)
    is_comparable = len(words) <= replies.LONGEST
    context = {
        "reply": reply,
        "mine": words if words != reply.text else "",
        "differences": desk.differences(reply.text, words) if words and is_comparable else [],
        "is_draft": reply.state == Reply.State.DRAFT,
        "reason": desk.reason(reply),
    }
    return render(request, "reviews/stale.html", context, status=409)


def refuse(
    request: HttpRequest, reply: Reply, text: str, problem: Any, edition: int, *, status: int = 400
) -> HttpResponse:
    """Words that cannot be kept are given back whole, whatever their length. Where somebody else was faster
    besides, both are shown: what is sent from here must not go over theirs unseen. `edition` 0: not said."""
    if edition and edition != reply.edition:
        return stale(request, reply, text)
    return show(request, reply, Tried(text=text, problem=problem), status=status)


def find(public_id: str) -> Reply:
    reply = _FOUND.first(public_id)
    if reply is None:
        raise Http404
    return reply


def back_to(request: HttpRequest, reply: Reply) -> HttpResponse:
    tail = kept.tail(kept.chosen(request))
    return redirect(f"{reverse('reply', args=[reply.public_id])}{tail}")


def edition_of(request: HttpRequest) -> int:
    given = request.POST.get("edition", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0


def just_done(request: HttpRequest) -> Reply | None:
    """The reply that was approved on the page before this one, while that can be undone."""
    public_id = request.GET.get("done", "")
    if not public_id.isalnum():
        return None
    return Reply.objects.filter(public_id=public_id, approved_by=request.user).first()


def _around(request: HttpRequest, reply: Reply) -> dict[str, Any]:
    chosen = kept.chosen(request)
    around = desk.neighbours(reply, chosen, timezone.now())
    place = around.index(reply)
    return {
        "around": around,
        "following": around[place + 1] if place + 1 < len(around) else None,
        "preceding": around[place - 1] if place else None,
        "kept": kept.tail(chosen),
    }


def _known(request: HttpRequest, reply: Reply, tried: Tried) -> dict[str, Any]:
    review = reply.review
    decided = Decided.from_dict(reply.decision.decision)
    former = desk.former_replies(reply)
    analysis = getattr(review.comment, "analysis", None)
    return {
        "reply": reply,
        "review": review,
        "comment": review.comment,
        "segments": desk.segments(review),
        "leverage": desk.leverage(review),
        "is_abusive": analysis is not None and "abuse" in analysis.flags,
        "twins": twin.of(reply),
        "facts": list(fact_sheet.shown(reply.decision, request.LANGUAGE_CODE, tried.correcting)),
        "correcting": tried.correcting,
        "decided": decided,
        "why": explain(decided, request.LANGUAGE_CODE),
        "history": desk.history(reply),
        "reason": desk.reason(reply),
        "versions": desk.former_versions(review),
        "former": former,
        "standing_text": next((one for one in former if one.state == Reply.State.PUBLISHED), None),
    }


def _may(request: HttpRequest, reply: Reply, tried: Tried) -> dict[str, Any]:
    """What this person may do here, with the forms for it."""
    is_draft = reply.state == Reply.State.DRAFT
    hold, edition = desk.open_hold(reply) if is_draft else None, {"edition": reply.edition}
    asking = HoldForm(initial=edition, auto_id="ask_%s")
    handing_up = HoldForm(initial=edition, auto_id="up_%s", upwards=True)
    answering = AnswerForm(initial=edition, auto_id="answer_%s", fact=hold.fact if hold else "")
    may_act = replies.may_edit(request.user)
    why_not = replies.why_not(reply, request.user) if is_draft else ""
    return {
        "may_edit": is_draft and may_act,
        "may_act": may_act,
        "may_hide": holds(request, *HIDERS) and reply.review.source.kind == Source.Kind.OWN,
        "may_collect": holds(request, *COLLECTORS),
        "why_not": why_not,
        "is_shut": bool(why_not) and why_not is not replies.OWN_WORDS,
        "rejecting": tried.rejecting or ReasonForm(initial=edition, auto_id="reject_%s"),
        "is_rejecting": tried.rejecting is not None,
        "hold": hold,
        "may_answer": hold is not None and may_answer(hold, request.user),
        "may_take_back": hold is not None and hold.asked_by_id == request.user.pk,
        "asking": tried.asking or asking,
        "is_asking": tried.asking is not None,
        "handing_up": tried.handing_up or handing_up,
        "is_handing_up": tried.handing_up is not None,
        "answering": tried.answering or answering,
        "hiding": HideForm(auto_id="hide_%s"),
    }


def _looked_at(reply: Reply, text: str) -> dict[str, Any]:
    limit = drafting.limit_of(reply.review.source)
    words = proofreading.one_line_break(text)
    # What is longer cannot be kept anyway, and would take long to look through.
    return proofreading.shown(words, replies.findings(reply, words[: replies.LONGEST]), limit)
