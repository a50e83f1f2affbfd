"""The page behind a secret link: one question at a time or all at once, then the code. GET writes nothing."""

from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods

from feedback import money
from feedback.roles import public
from surveys import invitations, responses, rewards, screens, sheets
from surveys.invitations import NotOpen
from surveys.models import Invitation, Response, Reward
from surveys.questions import said
from surveys.screens import Drawn
from surveys.sheets import BadAnswers, Sheet

_LANGUAGES = {code for code, _name in settings.LANGUAGES}


@public
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    invitation = invitations.find(token)
    if invitation is None:
        return _private(_gone(request, "unknown", 404))
    wanted = request.GET.get("lang", "")
    if wanted in _LANGUAGES and request.method != "POST":
        return _private(_remember_language(request, token, wanted))
    with translation.override(_language(request, invitation)):
        try:
            response = (
                _post(request, invitation, token) if request.method == "POST" else _get(request, invitation)
            )
        except NotOpen as error:
            response = _gone(request, error.key, 410)
        response.headers["Content-Language"] = translation.get_language()
        return _private(response)


def _get(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    found = invitations.response_of(invitation)
    if found and found.state == Response.State.FINISHED:
        return _done(request, invitation, found)
    invitations.refuse_unless_open(invitation, timezone.now())
    sheet = sheets.sheet(invitation)
    return _ask(request, invitation, sheet, place=_place(request, sheet))


def _post(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    found = invitations.response_of(invitation)
    if found and found.state == Response.State.FINISHED:
        return _see(token)
    sheet = sheets.sheet(invitation)
    typed = _typed(request, sheet)
    language = translation.get_language()
    try:
        if request.POST.get("action") == "finish":
            responses.submit(invitation, typed, language=language, sheet=sheet)
            return _see(token)
        responses.save(invitation, typed, language=language, sheet=sheet)
    except BadAnswers as error:
        if "all" in request.GET:
            return _ask(request, invitation, sheet, place=None, typed=typed, errors=error.errors)
        # The fault may be on another page than this one: what fits here is kept before going there.
        if fitting := {name: given for name, given in typed.items() if name not in error.errors}:
            responses.save(invitation, fitting, language=language, sheet=sheet)
        place = _first(sheet, error.errors)
        return _ask(request, invitation, sheet, place=place, typed=typed, errors=error.errors)
    return _see(token, f"?step={_after(sheet, typed)}")


def _ask(request: HttpRequest, invitation: Invitation, sheet: Sheet, *, place, typed=None, errors=None):
    """`place` is the number of the one question to show, from 1; None: all on one page."""
    definition, language = sheet.definition, translation.get_language()
    drawn = screens.draw(definition, language, saved=sheet.saved, typed=typed, errors=errors)
    shown = drawn if place is None else [drawn[place - 1]]
    return render(
        request,
        "surveys/answer.html",
        {
            "order": invitation.order,
            "title": shown[0].words if place else said(definition.title, language),
            "questions": [(question.id, _html(question, bool(place), language)) for question in shown],
            "place": place,
            "before": place - 1 if place and place > 1 else None,
            "count": len(drawn),
            "is_last": place is None or place == len(drawn),
            "has_errors": bool(errors),
            "reward": _promise(invitation),
        },
    )


def _html(question: Drawn, heading: bool, language: str) -> str:
    """Drawing is most of the page's work. What a customer wrote is never kept for the next one."""
    draw = _draw if question.text or question.error or settings.DEBUG else _draw_once
    return draw(question, heading, language)


def _draw(question: Drawn, heading: bool, _language: str) -> str:
    """In the language that is active; it is named so that each is kept for itself."""
    return render_to_string("surveys/_question.html", {"question": question, "heading": heading})


_draw_once = lru_cache(maxsize=512)(_draw)


def _done(request: HttpRequest, invitation: Invitation, response: Response) -> HttpResponse:
    reward = responses.reward_of(response)
    return render(
        request,
        "surveys/done.html",
        {
            "reward": reward,
            "last_day": rewards.last_day(reward, translation.get_language()) if reward else "",
            "amount": _money(reward.amount, reward.currency) if reward else "",
            "minimum": _money(reward.minimum_order, reward.currency)
            if reward and reward.minimum_order
            else "",
            "usable": _is_usable(reward) if reward else False,
            "used_up": reward is None and invitation.survey.reward_amount is not None,
            "mailed": bool(invitation.customer and invitation.customer.email),
        },
    )


def _promise(invitation: Invitation) -> dict[str, object]:
    """What is said about the reward before anything is answered: held for you, to be had, or used up."""
    survey = invitation.survey
    found = invitations.response_of(invitation)
    reward = responses.reward_of(found) if found else None
    if reward is not None and not rewards.was_released(reward):
        return _offer(reward.amount, reward.minimum_order, reward.currency)
    if survey.reward_amount is None:
        return {}
    may_get_one = found is None or reward is not None
    if may_get_one and rewards.is_offered(survey):
        return _offer(survey.reward_amount, survey.reward_minimum_order, survey.reward_currency)
    return {"used_up": True}


def _offer(amount: Decimal, minimum: Decimal, currency: str) -> dict[str, object]:
    return {"amount": _money(amount, currency), "minimum": _money(minimum, currency) if minimum else ""}


def _typed(request: HttpRequest, sheet: Sheet) -> dict[str, list[str]]:
    """What this page asked: `asked` names its questions, since a browser sends no empty radio group."""
    asked = set(request.POST.getlist("asked"))
    return {
        question.id: request.POST.getlist(screens.PREFIX + question.id)
        for question in sheet.definition.questions
        if question.id in asked or screens.PREFIX + question.id in request.POST
    }


def _place(request: HttpRequest, sheet: Sheet) -> int | None:
    if "all" in request.GET:
        return None
    count = len(sheet.definition.questions)
    wanted = request.GET.get("step", "")
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 4:
        return min(max(int(wanted), 1), count)
    return min(_after(sheet, sheet.saved), count)


def _after(sheet: Sheet, answered) -> int:
    """The place after the last of these questions, at most the last place there is."""
    places = [place for place, one in enumerate(sheet.definition.questions, 1) if one.id in answered]
    return min(max(places, default=0) + 1, len(sheet.definition.questions))


def _first(sheet: Sheet, errors) -> int:
    return next(place for place, one in enumerate(sheet.definition.questions, 1) if one.id in errors)


def _language(request: HttpRequest, invitation: Invitation) -> str:
    """The address, then what was chosen on the page, then the answer begun, then the invitation."""
    found = invitations.response_of(invitation)
    wishes = [
        request.GET.get("lang"),
        request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME),
        found.language if found else None,
    ]
    return next((wish for wish in wishes if wish in _LANGUAGES), None) or invitation.language


def _remember_language(request: HttpRequest, token: str, language: str) -> HttpResponse:
    """As if chosen at the top of the page, so that it can be changed there again."""
    query = request.GET.copy()
    del query["lang"]
    response = HttpResponseRedirect(
        reverse("answer", args=[token]) + (f"?{query.urlencode()}" if query else "")
    )
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax", secure=settings.SECURE, httponly=True
    )
    return response


def _gone(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    return render(request, "surveys/gone.html", {"reason": reason}, status=status)


def _see(token: str, query: str = "") -> HttpResponse:
    return HttpResponseRedirect(reverse("answer", args=[token]) + query, status=303)


def _private(response: HttpResponse) -> HttpResponse:
    """Nothing of it is kept anywhere. "same-origin" hides the link from other sites; "no-referrer" would also
    make browsers send `Origin: null` with our own forms, which CSRF protection rightly refuses."""
    add_never_cache_headers(response)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _is_usable(reward: Reward, now: datetime | None = None) -> bool:
    try:
        rewards.refuse_unless_usable(reward, now or timezone.now())
    except rewards.RewardError:
        return False
    return reward.state == Reward.State.ISSUED


def _money(amount: Decimal, currency: str) -> str:
    return money.format_money(amount, currency, translation.get_language())
