"""The page behind a secret link: one question at a time or all at once, then the code. GET writes nothing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from feedback import addressing, kept, money
from feedback.kept import Own, OwnHtml
from feedback.roles import public
from surveys import agreements, invitations, permissions, piping, responses, rewards, screens, sheets
from surveys.answers import BadAnswer
from surveys.invitations import NotOpen
from surveys.models import Invitation, Response, Reward
from surveys.questions import Question, said
from surveys.screens import Drawn, Typed
from surveys.sheets import BadAnswers, Sheet

ALL, END = "*", "."  # no question has such an id
_LANGUAGES = {code for code, _name in settings.LANGUAGES}


@public
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    invitation = invitations.find(token)
    if invitation is None:
        return _private(addressing.page(_gone(request, "unknown", 404)))
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
        return _private(addressing.page(response, invitation.customer))


def _get(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    found = invitations.response_of(invitation)
    if found and found.state == Response.State.FINISHED:
        return _done(request, invitation, found)
    invitations.refuse_unless_answerable(invitation, timezone.now())
    sheet = sheets.sheet(invitation, translation.get_language())
    return _ask(request, invitation, sheet, step=_step(request, sheet))


def _post(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    found = invitations.response_of(invitation)
    if found and found.state == Response.State.FINISHED:
        return _permit(request, invitation, found, token)
    language = translation.get_language()
    sheet = sheets.sheet(invitation, language)
    typed = screens.typed(request.POST, sheet.definition.questions)
    more = _more(sheet, typed)
    try:
        if request.POST.get("action") == "finish" and not more:
            responses.submit(invitation, typed, language=language, sheet=sheet)
            return _see(token)
        if "all" in request.GET and more:
            return _ask(request, invitation, sheet, step=ALL, typed=typed, more=len(more))
        responses.save(invitation, typed, language=language, sheet=sheet)
    except BadAnswers as error:
        if "all" in request.GET:
            return _ask(request, invitation, sheet, step=ALL, typed=typed, errors=error.errors)
        # The fault may be on another page than this one: what fits here is kept before going there.
        asked = {question.id for question in sheet.path(typed)} - error.errors.keys()
        if fitting := {name: given for name, given in typed.items() if name in asked}:
            responses.save(invitation, fitting, language=language, sheet=sheet)
        first = next((one.id for one in sheet.path(typed) if one.id in error.errors), None)
        if first is not None:
            return _ask(request, invitation, sheet, step=first, typed=typed, errors=error.errors)
    return _see(token, f"?step={_number(sheet, _after(sheet, typed))}")


def _ask(
    request: HttpRequest, invitation: Invitation, sheet: Sheet, *, step, typed=None, errors=None, more=0
):
    """`step`: the id of the one question to show, or ALL, or END after the last."""
    language = translation.get_language()
    way = sheet.path(typed)
    at = next((place for place, one in enumerate(way) if one.id == step), None)
    shown = list(way) if step == ALL else [way[at]] if at is not None else []
    heading = step != ALL
    drawn = [_html(sheet, one, heading, language, typed=typed or {}, errors=errors or {}) for one in shown]
    return kept.page(
        request,
        "surveys/answer.html",
        {
            "order": Own(invitation.order.number if invitation.order else ""),
            "title": Own(_title(sheet, step, shown, language)),
            "questions": OwnHtml("".join(drawn)),
            "is_all": step == ALL,
            "is_end": step == END,
            "place": None if at is None else at + 1,
            "step": _number(sheet, step),
            "before": _before(sheet, way, at, step),
            "count": len(way),
            "is_last": step in (ALL, END) or _is_last(sheet, way, at),
            "has_errors": bool(errors),
            "more": more,
            "reward": _promise(invitation),
        },
    )


def _title(sheet: Sheet, step: str, shown: Sequence[Question], language: str) -> str:
    if step == ALL:
        return said(sheet.definition.title, language)
    if not shown:
        return _("That was the last question")
    return piping.fill(said(shown[0].words, language), sheet.pieces, language)


def _before(sheet: Sheet, way: Sequence[Question], at: int | None, step: str) -> int | None:
    if step == END and way:
        return _number(sheet, way[-1].id)
    return _number(sheet, way[at - 1].id) if at else None


def _is_last(sheet: Sheet, way: Sequence[Question], at: int | None) -> bool:
    """Nothing follows, whatever is answered here."""
    return at == len(way) - 1 and way[-1].id not in sheet.definition.looked_at


def _html(
    sheet: Sheet,
    question: Question,
    heading: bool,
    language: str,
    *,
    typed: Mapping[str, Typed],
    errors: Mapping[str, BadAnswer],
) -> str:
    """Drawing is most of the page's work. What a customer wrote is never kept for the next one."""
    is_blank = not any(question.id in given for given in (sheet.saved, typed, errors))
    blanks, name = sheet.asked.drawn, (question.id, heading, language)
    if is_blank and name in blanks:
        return blanks[name]
    given: dict[str, Any] = {"saved": sheet.saved, "typed": typed, "errors": errors, "pieces": sheet.pieces}
    (drawn,) = screens.draw([question], language, **given)
    if drawn.is_personal or settings.DEBUG:
        return _draw(drawn, heading, language)
    html = _draw_once(drawn, heading, language)
    if is_blank:
        blanks[name] = html
    return html


def _draw(question: Drawn, heading: bool, language: str) -> str:
    """In the language that is active; it is named so that each is kept for itself."""
    return render_to_string("surveys/_asked.html", {"question": question, "heading": heading})


_draw_once = lru_cache(maxsize=512)(_draw)


def _permit(request: HttpRequest, invitation: Invitation, response: Response, token: str) -> HttpResponse:
    """After the end: may the words be shown, or no longer; what was agreed to, taken back. Anything else that
    is posted finds it finished."""
    act = request.POST.get("action")
    if act == "show":
        ticked = request.POST.getlist("show")
        reward = responses.reward_of(response)
        permissions.allow(invitation, response, reward, ticked, timezone.now())
    elif act == "hide":
        permissions.take_back(invitation, response, timezone.now())
    elif act == "withdraw":
        taken = agreements.take_back(invitation, request.POST.get("purpose", ""), timezone.now())
        return _see(token, "?withdrawn=1#agreed" if taken else "#agreed")
    return _see(token, "#show" if act in ("show", "hide") else "")


def _done(request: HttpRequest, invitation: Invitation, response: Response) -> HttpResponse:
    reward = responses.reward_of(response)
    asked = permissions.of(invitation, response, reward)
    agreed, withdrawn = agreements.of(invitation, response), "withdrawn" in request.GET
    # What was agreed to has its moment, in the shop's zone; few have agreed to anything.
    draw = render if agreed or withdrawn else kept.page
    return draw(
        request,
        "surveys/done.html",
        {
            "reward": _shown(reward),
            "used_up": reward is None and invitation.survey.reward_amount is not None,
            "mailed": bool(invitation.customer and invitation.customer.email),
            "may_ask": asked.may_ask,
            "is_shown": asked.is_shown,
            "texts": [
                {"question": Own(one.question), "words": Own(one.comment.text), "is_shown": one.is_shown}
                for one in asked.texts
            ],
            "agreed": agreed,
            "withdrawn": withdrawn,
            "permission_words": permissions.WORDINGS[permissions.WORDING],
        },
    )


def _shown(reward: Reward | None) -> dict[str, object] | None:
    """What a page says of it; code and day are this person's own."""
    if reward is None:
        return None
    return {
        "code": Own(reward.code or ""),
        "state": reward.state,
        "held_for": reward.held_for,
        "usable": _is_usable(reward),
        "last_day": Own(rewards.last_day(reward.expires_on, translation.get_language())),
        "amount": _money(reward.amount, reward.currency),
        "minimum": _money(reward.minimum_order, reward.currency) if reward.minimum_order else "",
    }


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


def _more(sheet: Sheet, typed: dict[str, Typed]) -> list[Question]:
    """What these very answers lead to, and nobody has been asked yet."""
    return [
        question
        for question in sheet.path(typed)
        if question.show_if
        and not typed.keys().isdisjoint(question.show_if.questions)
        and question.id not in typed
        and question.id not in sheet.saved
    ]


def _step(request: HttpRequest, sheet: Sheet) -> str:
    """The question that the address names, or the next that is asked; else the first without an answer."""
    if "all" in request.GET:
        return ALL
    asked = {question.id for question in sheet.path()}
    wanted = request.GET.get("step", "")
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 4:
        rest = sheet.definition.questions[max(int(wanted), 1) - 1 :]
        return next((question.id for question in rest if question.id in asked), END)
    return _after(sheet, sheet.saved, or_last=True)


def _after(sheet: Sheet, answered: Collection[str], *, or_last: bool = False) -> str:
    """The question after the last of these on this person's way."""
    way = sheet.path(answered if isinstance(answered, dict) else None)
    last = max((place for place, one in enumerate(way) if one.id in answered), default=-1)
    if last + 1 < len(way):
        return way[last + 1].id
    return way[-1].id if or_last and way else END


def _number(sheet: Sheet, step: str) -> int:
    """Its place among all questions of the survey, from 1: the same whichever way one takes."""
    return next(
        (place for place, one in enumerate(sheet.definition.questions, 1) if one.id == step),
        len(sheet.definition.questions) + 1,
    )


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
    return kept.page(request, "surveys/gone.html", {"reason": reason}, status=status)


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
