"""Practising answers (S1-8): nothing that is written here is kept, and no customer is in it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import policies, proofreading, shop
from feedback.models import Case
from feedback.policy.decide import decide
from feedback.policy.decision import Decision
from feedback.policy.terms import Terms
from feedback.roles import EVERYONE, allow
from feedback.wording.compose import PRIVATE, PUBLIC, compose, explain
from feedback.wording.findings import Finding
from feedback.wording.limit import Limit
from feedback.wording.lint import lint as look
from feedback.wording.phrases import LANGUAGES
from feedback.wording.practice import Sample, Score, samples, score

LONGEST = 20_000
NAME = {"vi": "Minh", "en": "Minh"}
"""Whom the private answers are for; nobody in particular."""

LIMIT = Limit(kind="bytes", size=4096)
"""As the strictest of the large review sites has it."""

MANNERS = {
    "calm": gettext_lazy("calm"),
    "angry": gettext_lazy("angry"),
    "abusive": gettext_lazy("insulting"),
    "threat": gettext_lazy("with a threat"),
}
PARTS = {
    "part_thanks": gettext_lazy("Thank them for telling: a complaint is a gift."),
    "part_understanding": gettext_lazy("Show that you have understood, and that you are sorry for it."),
    "part_next_step": gettext_lazy("Say what happens next, in private."),
}


@allow(EVERYONE)
@require_safe
def practice(request: HttpRequest) -> HttpResponse:
    language = _language(request)
    best = request.session.get("practice", {})
    rows = [
        {
            "sample": sample,
            "manner": MANNERS[sample.manner],
            "route": Case.Route(sample.route).label,
            "best": best.get(sample.slug),
        }
        for sample in samples(language)
    ]
    return render(request, "feedback/practice.html", {"rows": rows, "chosen": language})


@allow(EVERYONE)
@require_http_methods(["GET", "HEAD", "POST"])
def practice_page(request: HttpRequest, slug: str) -> HttpResponse:
    """A press of the button is answered on the same page: there is nothing to keep, so nothing to reload."""
    sample, audience = _sample(slug), _audience(request)
    decision = _decision(sample)
    context: dict[str, Any] = {
        "sample": sample,
        "manner": MANNERS[sample.manner],
        "route": Case.Route(sample.route).label,
        "audience": audience,
        "is_private": audience == PRIVATE,
        "name": NAME[sample.language],
        "decided": decision,
        "why": explain(decision, request.LANGUAGE_CODE),
        "best": request.session.get("practice", {}).get(slug),
        "text": "",
    }
    if request.method == "POST":
        context |= _answered(request, sample, audience, decision)
    return render(request, "feedback/practice_page.html", context)


@allow(EVERYONE)
@require_POST
def practice_lint(request: HttpRequest, slug: str) -> HttpResponse:
    """The findings for what is being typed, as a piece of a page."""
    sample, audience = _sample(slug), _audience(request)
    text = _typed(request)[:LONGEST]
    found = _findings(text, sample, audience, _decision(sample))
    return render(request, "feedback/_lint.html", proofreading.shown(text, found, LIMIT))


def _answered(request: HttpRequest, sample: Sample, audience: str, decision: Decision) -> dict[str, Any]:
    text = proofreading.with_own_words(_typed(request), request.POST.get("instead", ""), sample.language)
    if len(text) > LONGEST:
        problem = _("An answer of more than %(most)s characters is not looked at.") % {"most": LONGEST}
        return {"text": text, "problem": problem}
    found = _findings(text, sample, audience, decision)
    result = score(text, found, audience)
    name = NAME[sample.language] if audience == PRIVATE else ""
    words = {"language": sample.language, "problem": sample.problem, "name": name}
    words["address"] = shop.current().form_of_address
    return {
        "text": text,
        "score": result,
        "praise": _praise(result),
        "parts": [PARTS[code] for code in result.parts],
        "model": compose(decision, audience=audience, seed=f"practice {sample.slug}", **words),
        "best": _keep_best(request, sample, result),
        **proofreading.shown(text, found, LIMIT),
    }


def _findings(text: str, sample: Sample, audience: str, decision: Decision) -> tuple[Finding, ...]:
    name = NAME[sample.language] if audience == PRIVATE else ""
    limit = LIMIT if audience == PUBLIC else None
    return look(text, audience=audience, language=sample.language, decision=decision, name=name, limit=limit)


def _decision(sample: Sample) -> Decision:
    """By the policy that is in force: what one practises is what one will have to say."""
    live = policies.live(timezone.now())
    return decide(sample.facts, Terms.from_dict(live.terms) if live else Terms.shipped())


def _keep_best(request: HttpRequest, sample: Sample, result: Score) -> int:
    """In the session only: a game with oneself, which nobody else should read."""
    best = request.session.get("practice", {})
    best[sample.slug] = max(result.points, best.get(sample.slug, 0))
    request.session["practice"] = best
    return best[sample.slug]


def _praise(result: Score) -> str:
    if result.points == 100:
        return _("This could go out as it is.")
    if result.points >= 70:
        return _("Nearly there.")
    return _("Look at the points below and try again.")


def _typed(request: HttpRequest) -> str:
    return proofreading.one_line_break(request.POST.get("text", "").replace("\x00", ""))


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("language", request.LANGUAGE_CODE)
    return asked if asked in LANGUAGES else "en"


def _audience(request: HttpRequest) -> str:
    given = request.POST.get("audience") or request.GET.get("audience")
    return PRIVATE if given == PRIVATE else PUBLIC


def _sample(slug: str) -> Sample:
    for language in LANGUAGES:
        for sample in samples(language):
            if sample.slug == slug:
                return sample
    raise Http404
