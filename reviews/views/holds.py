"""A draft that waits: ask for a fact, hand it up, write the answer down, take the question back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from feedback.policy.facts import BadFacts
from feedback.roles import Role, allow
from feedback.wording.compose import DoesNotFit
from reviews import desk, holds, replies
from reviews.forms import AnswerForm, HoldForm
from reviews.views.reply import EDITORS, Tried, back_to, edition_of, find, show, stale

ANSWERERS = (*EDITORS, Role.MANAGER)


@allow(*EDITORS)
@require_POST
def ask(request: HttpRequest, public_id: str) -> HttpResponse:
    return _hold(request, public_id, upwards=False)


@allow(*EDITORS)
@require_POST
def hand_up(request: HttpRequest, public_id: str) -> HttpResponse:
    return _hold(request, public_id, upwards=True)


@allow(*ANSWERERS)
@require_POST
def answer(request: HttpRequest, public_id: str) -> HttpResponse:
    reply = find(public_id)
    asked = desk.open_hold(reply)
    form = AnswerForm(request.POST, auto_id="answer_%s", fact=asked.fact if asked else "")
    if not form.is_valid():
        return show(request, reply, Tried(answering=form), status=400)
    given = form.cleaned_data
    try:
        holds.answer(
            reply, given["words"], by=request.user, edition=given["edition"], value=given.get("value")
        )
    except replies.Stale as late:
        return stale(request, late.reply, "")
    except replies.NotAllowed as error:
        form.add_error(None, error.why)
        return show(request, reply, Tried(answering=form), status=403)
    except (BadFacts, DoesNotFit) as error:
        form.add_error(None, getattr(error, "message", _("The limit of this source is too small.")))
        return show(request, reply, Tried(answering=form), status=400)
    messages.success(request, _("Kept. The reply waits no longer."))
    return back_to(request, reply)


@allow(*EDITORS)
@require_POST
def take_back(request: HttpRequest, public_id: str) -> HttpResponse:
    reply = find(public_id)
    try:
        holds.take_back(reply, by=request.user, edition=edition_of(request))
    except replies.Stale as late:
        return stale(request, late.reply, "")
    except replies.NotAllowed as error:
        return show(request, reply, Tried(problem=error.why), status=403)
    messages.success(request, _("Taken back. The reply waits no longer."))
    return back_to(request, reply)


def _hold(request: HttpRequest, public_id: str, *, upwards: bool) -> HttpResponse:
    reply = find(public_id)
    form = HoldForm(request.POST, auto_id="up_%s" if upwards else "ask_%s", upwards=upwards)
    tried = Tried(handing_up=form) if upwards else Tried(asking=form)
    if not form.is_valid():
        return show(request, reply, tried, status=400)
    try:
        holds.hold(reply, by=request.user, **form.cleaned_data)
    except replies.Stale as late:
        return stale(request, late.reply, "")
    except replies.NotAllowed as error:
        form.add_error("words", error.why)
        return show(request, reply, tried, status=400)
    messages.success(request, _("The reply waits until there is an answer."))
    return back_to(request, reply)
