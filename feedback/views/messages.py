"""The private message of a case: what staff do with it, each button one act."""

from typing import Any

from django.contrib import messages as notes
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from feedback import addressee, case_message, message_plans, messages, shop
from feedback.case_forms import DiscardForm, SentForm
from feedback.models import Case, Decision, Message
from feedback.roles import Role, allow
from feedback.views import case_page

EDITORS = (Role.STAFF, Role.APPROVER)
APPROVED, SENT = Message.State.APPROVED, Message.State.SENT


@allow(*EDITORS)
@require_POST
def save(request: HttpRequest, public_id: str) -> HttpResponse:
    case, decision, form = _given(request, public_id)
    if decision is None:
        return _nothing_to_say(request, case)
    if not form.is_valid():
        return _unreadable(request, case, form)
    try:
        messages.edit(
            case, decision, form.cleaned_data["text"], form.plan, by=request.user, edition=_edition(form)
        )
    except messages.Stale as stale:
        return _stale(request, case, form, stale)
    except messages.NotAllowed as error:
        return _refuse(request, case, form=form, problem=error.why, status=400)
    notes.success(request, _("Saved."))
    return _back(case)


@allow(*EDITORS)
@require_POST
def compose_again(request: HttpRequest, public_id: str) -> HttpResponse:
    case, decision, form = _given(request, public_id)
    if decision is None:
        return _nothing_to_say(request, case)
    if not form.is_valid():
        return _unreadable(request, case, form)
    current = (
        Decision.objects.select_related("policy").filter(comment=case.comment_id, is_current=True).first()
    )
    if current is None:
        return _nothing_to_say(request, case)
    try:
        messages.compose_again(
            case,
            current,
            case_message.fitting(form.plan, case, current),
            by=request.user,
            edition=_edition(form),
        )
    except messages.Stale as stale:
        return _stale(request, case, form, stale)
    notes.success(request, _("Put into words again, with what is granted and promised."))
    return _back(case)


@allow(*EDITORS)
@require_POST
def approve(request: HttpRequest, public_id: str) -> HttpResponse:
    """What was typed is saved first, so that a refusal loses no word."""
    case, decision, form = _given(request, public_id)
    if decision is None:
        return _nothing_to_say(request, case)
    if not form.is_valid():
        return _unreadable(request, case, form)
    given, kept = form.cleaned_data, None
    try:
        kept = messages.edit(
            case, decision, given["text"], form.plan, by=request.user, edition=_edition(form)
        )
        messages.approve(kept, by=request.user, edition=kept.edition, by_mail=given["by_mail"] == "mail")
    except messages.Stale as stale:
        return _stale(request, case, form, stale)
    except messages.NotAllowed as error:
        return _refuse(request, case, problem=error.why, status=403, **_unsaved(form, kept))
    except messages.Refused as error:
        return _refuse(request, case, problem=error.why, status=422, **_unsaved(form, kept))
    except messages.Blocked:
        problem = _("Not approved: what is marked ✕ below has to be mended first. What you wrote is saved.")
        return _refuse(request, case, problem=problem, status=422)
    notes.success(request, _("Approved. What it promises is on record."))
    return _back(case)


@allow(*EDITORS)
@require_POST
def sent(request: HttpRequest, public_id: str) -> HttpResponse:
    case = _case(public_id)
    form = SentForm(request.POST, closed=case_message.closed(case))
    waiting = Message.objects.filter(case=case, pk=_number(request.POST.get("message"))).first()
    if waiting is None or not form.is_valid():
        return _refuse(request, case, problem=_("Say how it was sent."), status=400)
    try:
        messages.sent_by_hand(waiting, channel=form.cleaned_data["channel"], by=request.user)
    except messages.Stale:
        notes.warning(request, _("Somebody noted this before. This is how it stands now."))
    except messages.NotAllowed as error:
        return _refuse(request, case, problem=error.why, status=400)
    else:
        notes.success(request, _("Noted as sent."))
    return _back(case)


@allow(*EDITORS)
@require_safe
def letter(request: HttpRequest, public_id: str, message: str) -> HttpResponse:
    """An approved message on the shop's paper, to print."""
    case = _case(public_id)
    out = Message.objects.filter(case=case, public_id=message, state__in=(APPROVED, SENT)).first()
    if out is None or (out.state == APPROVED and Message.Channel.LETTER in case_message.closed(case)):
        raise Http404
    context = {
        "case": case,
        "out": out,
        "day": shop.day(out.sent_at or timezone.now()),
        "sender": shop.current().signature(out.language),
        "name": addressee.name_of(case),
        "address": addressee.postal_address(case),
        "is_unchecked": case.comment.customer_claimed,
    }
    return render(request, "feedback/letter.html", context)


@allow(*EDITORS)
@require_POST
def discard(request: HttpRequest, public_id: str) -> HttpResponse:
    case, form = _case(public_id), DiscardForm(request.POST)
    known = messages.at_work(case)
    if known is None or not form.is_valid():
        return _refuse(request, case, problem=_("Say why: the reason is kept with the message."), status=400)
    try:
        messages.discard(
            known, reason=form.cleaned_data["reason"], by=request.user, edition=form.cleaned_data["edition"]
        )
    except messages.Stale:
        notes.warning(
            request, _("Somebody else changed this message just before. This is how it stands now.")
        )
    else:
        notes.success(request, _("Discarded. The reason is kept."))
    return _back(case)


@allow(*EDITORS)
@require_POST
def lint(request: HttpRequest, public_id: str) -> HttpResponse:
    """The findings for a draft that is not saved, as HTML: what the page shows as one types."""
    case, decision, form = _given(request, public_id)
    if decision is None:
        return HttpResponse(status=204)
    plan = form.plan if form.is_valid() else message_plans.Plan()
    checked = case_message.findings(case, decision, request.POST.get("text", "")[: messages.LONGEST], plan)
    return render(request, "feedback/_message_lint.html", {"checked": checked})


def _given(request: HttpRequest, public_id: str) -> tuple[Case, Decision | None, Any]:
    """The decision is the one that was on the page: when it is no longer the current one, saving is stale."""
    case = _case(public_id)
    found = Decision.objects.select_related("policy").filter(comment=case.comment_id)
    decision = (
        found.filter(pk=_number(request.POST.get("decision"))).first()
        or found.filter(is_current=True).first()
    )
    form = case_message.form_of(case, decision, request.POST) if decision else None
    return case, decision, form


def _unreadable(request: HttpRequest, case: Case, form: Any) -> HttpResponse:
    """Given back whole; beside how it stands now where somebody else was faster besides."""
    known, sent = messages.at_work(case), _number(form.data.get("edition"))
    if known is not None and known.edition != sent:
        typed = form.data.get("text", "")
        return _refuse(request, case, form=form, stale=known, typed=typed, status=409)
    return _refuse(request, case, form=form, status=400)


def _unsaved(form: Any, kept: Message | None) -> dict[str, Any]:
    """What was typed, as long as it is not kept."""
    return {} if kept else {"form": form}


def _number(raw: str | None) -> int:
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) < 19 else 0


def _edition(form: Any) -> int:
    edition: int = form.cleaned_data["edition"]
    return edition


def _case(public_id: str) -> Case:
    return case_page.found(public_id)


def _back(case: Case) -> HttpResponse:
    return redirect(f"{case_page.url_of(case)}#message")


def _nothing_to_say(request: HttpRequest, case: Case) -> HttpResponse:
    notes.error(request, _("There is no decision yet that could be told."))
    return _back(case)


def _stale(request: HttpRequest, case: Case, form: Any, stale: messages.Stale) -> HttpResponse:
    """409: somebody was faster, or the case was decided anew. What was typed stays on the page (C5)."""
    return _refuse(
        request, case, form=form, stale=stale.message or True, typed=form.cleaned_data["text"], status=409
    )


def _refuse(request: HttpRequest, case: Case, *, status: int, **message: Any) -> HttpResponse:
    return case_page.show(request, _case(case.public_id), message=message, status=status)
