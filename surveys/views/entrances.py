"""Ways into a survey: the manager's page of them, and the doors, tablets and frames that customers see."""

from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rest_framework.throttling import BaseThrottle

from feedback import limits, shop, tokens
from feedback.addressing import as_the_shop_does
from feedback.models import User
from feedback.roles import Role, allow, public
from feedback.selecting import Outcome
from feedback.views import downloads
from surveys import entrances, handed_links, signs
from surveys.handed_links import Seen
from surveys.models import Entrance, Response, Selection, Survey
from surveys.plan_forms import EntranceForm, LinksForm
from surveys.views.answer import answer

PLANNERS = (Role.MANAGER, Role.ADMINISTRATOR)
MOST, A_WHILE = 60, 10 * 60  # seconds; a tablet in a busy shop stays below
MOST_AT_TABLETS = 300  # all tablets of a shop have one address
AFTER_ANSWERING, WITHOUT_SCRIPT = 20, 20 * 3600 + 60  # seconds until a tablet shows its first page again
_TYPES = {"svg": "image/svg+xml", "png": "image/png", "door": "application/pdf", "slips": "application/pdf"}


@allow(*PLANNERS)
@require_http_methods(["GET", "HEAD", "POST"])
def ways(request: HttpRequest, public_id: str) -> HttpResponse:
    """All of a survey; a new one by POST."""
    survey = get_object_or_404(Survey, public_id=public_id)
    if request.method != "POST":
        return _ways(request, survey, EntranceForm(), LinksForm())
    form = EntranceForm(request.POST)
    if not form.is_valid():
        return _ways(request, survey, form, LinksForm(), status=400)
    try:
        entrances.make(survey, **form.cleaned_data, now=timezone.now(), by=_person(request))
    except entrances.HasReward:
        form.add_error(None, _("This survey offers a reward, so it cannot be open to everybody."))
        return _ways(request, survey, form, LinksForm(), status=409)
    return redirect("survey_ways", public_id)


@allow(*PLANNERS)
@require_POST
def links(request: HttpRequest, public_id: str) -> HttpResponse:
    """A table with a link for each order, for the shop's own sender of SMS or Zalo; with `look`, only how
    many there would be, and how many were left out for which reason."""
    survey = get_object_or_404(Survey, public_id=public_id)
    form = LinksForm(request.POST)
    if not form.is_valid():
        return _ways(request, survey, EntranceForm(), form, status=400)
    if survey.state != Survey.State.LIVE:
        form.add_error(None, _("This survey is not open. Publish it first."))
        return _ways(request, survey, EntranceForm(), form, status=409)
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    try:
        if "look" in request.POST:
            seen = handed_links.look(survey, first, last, now=timezone.now())
            return _ways(request, survey, EntranceForm(), form, seen=seen)
        found = handed_links.export(survey, first, last, now=timezone.now(), by=_person(request))
    except handed_links.TooMany:
        most = handed_links.LONGEST
        form.add_error(None, _("More than %(most)s orders. Choose fewer days.") % {"most": most})
        return _ways(request, survey, EntranceForm(), form, status=409)
    rows = [
        (one.store, one.number, one.customer.name, one.customer.phone, language, link)
        for one, language, link in found
    ]
    head = ("store", "order", "name", "phone", "language", "link")
    return downloads.csv_of([head, *rows], f"{survey.slug}-links-{first}-{last}")


@allow(*PLANNERS)
@require_POST
def shut(request: HttpRequest, public_id: str) -> HttpResponse:
    entrance = _entrance(public_id)
    entrances.close(entrance, now=timezone.now(), by=_person(request))
    messages.success(request, _("Closed. Whoever comes by it now is told so."))
    return redirect("survey_ways", entrance.survey.public_id)


@allow(*PLANNERS)
@require_safe
def sign(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    entrance = _entrance(public_id)
    return _sign(entrance_url(entrance), kind, f"{entrance.survey.slug}-{entrance.pk}")


@allow(*PLANNERS)
@require_safe
def tell_us_sign(request: HttpRequest, kind: str) -> HttpResponse:
    """S1-16: the permanent page, apart from any survey."""
    return _sign(f"{settings.BASE_URL}{reverse('tell_us')}", kind, "tell-us")


@public
@as_the_shop_does
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest, public_id: str) -> HttpResponse:
    """GET shows what it is; the button begins."""
    entrance = _entrance(public_id, Entrance.Kind.DOOR, Entrance.Kind.FRAME)
    if request.method != "POST" or not entrances.is_open(entrance):
        return _door(request, entrance)
    if limits.is_past("entrance", BaseThrottle().get_ident(request), most=MOST, seconds=A_WHILE):
        return _door(request, entrance, status=429)
    token = entrances.enter(entrance, language=_language(), now=timezone.now())
    return HttpResponseRedirect(reverse("answer", args=[token]), status=303)


@public
@as_the_shop_does
@require_http_methods(["GET", "HEAD", "POST"])
def kiosk(request: HttpRequest, public_id: str) -> HttpResponse:
    """The first page of a tablet. Seeing it ends what somebody began before, and nothing of it is left."""
    entrance = _entrance(public_id, Entrance.Kind.KIOSK)
    if request.method == "POST" and entrances.is_open(entrance):
        if limits.is_past("kiosk", BaseThrottle().get_ident(request), most=MOST_AT_TABLETS, seconds=A_WHILE):
            return _door(request, entrance, status=429)
        token = entrances.enter(entrance, language=_language(), now=timezone.now())
        response: HttpResponse = HttpResponseRedirect(reverse("kiosk_ask", args=[public_id]), status=303)
        response.set_cookie(
            _cookie(entrance), token, path=reverse("kiosk", args=[public_id]), httponly=True,
            samesite="Strict", secure=settings.SECURE,
        )  # fmt: skip
        return _unkept(response)
    response = _door(request, entrance)
    response.delete_cookie(_cookie(entrance), path=reverse("kiosk", args=[public_id]), samesite="Strict")
    return response


@public
@require_http_methods(["GET", "HEAD", "POST"])
def kiosk_ask(request: HttpRequest, public_id: str) -> HttpResponse:
    """The questions, at an address that is the same for everybody: going back shows nobody's answers."""
    entrance = _entrance(public_id, Entrance.Kind.KIOSK)
    first, here = reverse("kiosk", args=[public_id]), reverse("kiosk_ask", args=[public_id])
    token = request.COOKIES.get(_cookie(entrance), "")
    if not token or not entrances.is_open(entrance):
        return _unkept(HttpResponseRedirect(first, status=303))
    request.kiosk = first  # for the link that begins anew
    response = answer(request, token)
    if response.has_header("Location"):
        query = urlsplit(response["Location"]).query
        response["Location"] = f"{here}?{query}" if query else here
        return _unkept(response)
    digest = tokens.digest(tokens.normalise(token))
    is_done = Response.objects.filter(invitation__tokens__digest=digest, finished_at__isnull=False).exists()
    # While somebody answers the page itself looks whether they are still there, and asks before it ends
    # (WCAG 2.2.1): templates/surveys/answer.html. Without a script it waits for more than twenty hours.
    seconds = AFTER_ANSWERING if is_done or response.status_code >= 400 else WITHOUT_SCRIPT
    response["Refresh"] = f"{seconds}; url={first}"
    return _unkept(response)


@public
@as_the_shop_does
@require_safe
def frame(request: HttpRequest, public_id: str) -> HttpResponse:
    """For the one web page that the shop has named; every other page gets an empty frame from the browser."""
    entrance = _entrance(public_id, Entrance.Kind.FRAME)
    if not entrance.site:
        raise Http404
    context = {"entrance": entrance, "is_open": entrances.is_open(entrance), "url": entrance_url(entrance)}
    response = render(request, "surveys/frame.html", context)
    response.xframe_options_exempt = True  # frame-ancestors says it; X-Frame-Options knows no single site
    response._csp_replace = {"frame-ancestors": [entrance.site]}
    return response


def entrance_url(entrance: Entrance) -> str:
    name = "kiosk" if entrance.kind == Entrance.Kind.KIOSK else "entrance"
    return f"{settings.BASE_URL}{reverse(name, args=[entrance.public_id])}"


def _ways(
    request: HttpRequest,
    survey: Survey,
    form: forms.Form,
    links_form: forms.Form,
    *,
    seen: Seen | None = None,
    status: int = 200,
) -> HttpResponse:
    known = Entrance.objects.filter(survey=survey).order_by("closed_at", "pk")
    context = {
        "survey": survey,
        "form": form,
        "links": links_form,
        "entrances": [(one, entrance_url(one), _snippet(one)) for one in known],
        "most": handed_links.LONGEST,
        "cooldown": handed_links.cooldown_days(survey),
        "seen": seen,
        "left_out": _reasons(seen) if seen else [],
        "tell_us": f"{settings.BASE_URL}{reverse('tell_us')}",
    }
    return render(request, "surveys/ways.html", context, status=status)


def _reasons(seen: Seen) -> list[tuple[str, int]]:
    """In words, the most frequent first."""
    words = dict(Selection.Outcome.choices) | {
        Outcome.ASKED_BEFORE: _("has answered already"),
        Outcome.NOT_AGREED: _("has not agreed to be offered a reward"),
        Outcome.NO_ADDRESS: _("no telephone number is known"),
        Outcome.STOPPED: _("wants not to be asked: unsubscribed, or complained"),
        Outcome.ASKED_LATELY: _("asked shortly before by a survey, or about another of these orders"),
    }
    return sorted(((str(words[reason]), n) for reason, n in seen.left_out.items()), key=lambda one: -one[1])


def _snippet(entrance: Entrance) -> str:
    """Two lines of plain HTML: no script of ours or of anybody runs on the shop's page."""
    if entrance.kind != Entrance.Kind.FRAME:
        return ""
    address = f"{settings.BASE_URL}{reverse('survey_frame', args=[entrance.public_id])}"
    return (
        f'<iframe src="{address}" title="{_("Tell us how it went")}" '
        'width="100%" height="220" style="border:0" loading="lazy"></iframe>'
    )


def _sign(url: str, kind: str, name: str) -> HttpResponse:
    if kind not in _TYPES:
        raise Http404
    title, own = _("Tell us how it was"), shop.current().name
    match kind:
        case "svg":
            content = signs.svg(url)
        case "png":
            content = signs.png(url)
        case "door":
            words = _("Point your telephone's camera here. It takes about two minutes.")
            content = signs.door(url, title=title, words=words, shop=own)
        case _:
            content = signs.slips(url, title=title, shop=own)
    ending = "pdf" if kind in ("door", "slips") else kind
    response = HttpResponse(content, content_type=_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}-{kind}.{ending}"'
    return response


def _door(request: HttpRequest, entrance: Entrance, status: int = 200) -> HttpResponse:
    is_open = entrances.is_open(entrance)
    context = {"entrance": entrance, "is_open": is_open, "is_busy": status == 429}
    response = render(
        request, "surveys/entrance.html", context, status=status if is_open or status == 429 else 410
    )
    return _unkept(response)


def _entrance(public_id: str, *kinds: str) -> Entrance:
    """`kinds`: those whose address this is; none: any."""
    found = Entrance.objects.select_related("survey")
    return get_object_or_404(found.filter(kind__in=kinds) if kinds else found, public_id=public_id)


def _cookie(entrance: Entrance) -> str:
    return f"kiosk-{entrance.public_id}"


def _unkept(response: HttpResponse) -> HttpResponse:
    add_never_cache_headers(response)
    response["Cache-Control"] = "no-store"
    return response


def _person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "vi"
