"""Replies under one and the same decision: look at each, approve those that are ticked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from feedback import labels, policy_words
from feedback.models.addressed import Language
from feedback.policy.decision import Decision as Decided
from feedback.roles import allow
from feedback.wording.compose import explain
from reviews import batches
from reviews.models import Reply
from reviews.views.reply import EDITORS

_DIGEST = 64  # hexadecimal digits


@allow(*EDITORS)
@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    found = batches.groups(request.user)
    shown = [
        (group, _rule(group.example), _why(group.example.decision.decision, request.LANGUAGE_CODE))
        for group in found
    ]
    context = {"groups": shown, "among": batches.AMONG if batches.are_more() else None}
    return render(request, "reviews/batches.html", context)


@allow(*EDITORS)
@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: HttpRequest, digest: str, language: str) -> HttpResponse:
    if len(digest) != _DIGEST or language not in Language.values:
        return render(request, "404.html", status=404)
    results: list[batches.Result] = []
    problem = ""
    if request.method == "POST":
        chosen = _chosen(request)
        results = batches.approve(chosen, by=request.user)
        problem = "" if chosen else _("Tick the replies that you have read.")
    rows = batches.waiting(request.user, digest=digest, language=language)
    context = {
        "rows": rows,
        "language": language,
        "rule": _rule(rows[0]) if rows else "",
        "why": _why(rows[0].decision.decision, request.LANGUAGE_CODE) if rows else "",
        "approved": [result for result in results if not result.why_not],
        "left": [result for result in results if result.why_not],
        "problem": problem,
    }
    return render(request, "reviews/batch.html", context, status=400 if problem else 200)


def _chosen(request: HttpRequest) -> list[tuple[str, int]]:
    """Ticks as "public id:edition". What cannot be one is left out."""
    ticks = (tick.partition(":") for tick in request.POST.getlist("reply")[: batches.AT_ONCE])
    return [
        (public_id, int(edition))
        for public_id, _colon, edition in ticks
        if public_id.isascii()
        and public_id.isalnum()
        and edition.isascii()
        and edition.isdigit()
        and len(edition) < 9
    ]


def _rule(reply: Reply) -> str:
    """What all of a group share; their problems may differ."""
    return labels.known(policy_words.RULES, reply.decision.rule)


def _why(decision: dict, language: str) -> str:
    return explain(Decided.from_dict(decision), language)
