"""What no theme catches: topics proposed as themes; managers accept, merge or ignore them."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from feedback import discovery, marks, shop, themes
from feedback.models import Comment, DiscoveryClock, Proposal, Theme
from feedback.roles import REPORTS, Role, allow, holds
from feedback.text.topics import FEWEST
from feedback.trend_forms import AcceptForm, AddWordsForm, IgnoreForm
from feedback.views import downloads

DECIDE = (Role.MANAGER, Role.ADMINISTRATOR)
EXAMPLES = 3
PER_PAGE = 30
MOST_DECIDED = 50  # shown below, the newest
_FASTER = gettext_lazy("Somebody else was faster. This is how it stands now; please look again.")


@allow(REPORTS)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    names = _names(request.LANGUAGE_CODE)
    proposed = list(Proposal.objects.open().order_by("-people", "pk"))
    examples = discovery.examples(proposed, EXAMPLES)
    rest = Proposal.objects.exclude(state=Proposal.State.OPEN).select_related("decided_by", "theme")
    most = max((one.people for one in proposed), default=0) or 1
    context = {
        "clock": DiscoveryClock.objects.first(),
        "rows": [
            _shown(one, names)
            | {"examples": _marked(one, examples[one.pk]), "width": round(100 * one.people / most, 1)}
            for one in proposed
        ],
        "rest": [
            _shown(one, names) for one in rest.order_by("-decided_at", "-found_at", "-pk")[:MOST_DECIDED]
        ],
        "may_decide": holds(request, *DECIDE),
        "fewest": FEWEST,
        "weeks": discovery.WEEKS,
    }
    return render(request, "feedback/missed.html", context)


@allow(REPORTS)
@require_safe
def proposal(request: HttpRequest, public_id: str) -> HttpResponse:
    return _page_of(request, _proposal(public_id))


@allow(*DECIDE)
@require_POST
def accept(request: HttpRequest, public_id: str) -> HttpResponse:
    proposal = _proposal(public_id)
    form = AcceptForm(request.POST, proposal=proposal)
    if not form.is_valid():
        return _page_of(request, proposal, accepting=form)
    try:
        theme = discovery.accept(proposal, **form.cleaned_data, by=request.user, now=timezone.now())
    except themes.Taken:
        form.add_error(None, _("There is a theme of this name already."))
        return _page_of(request, proposal, accepting=form)
    except discovery.Stale:
        messages.warning(request, _FASTER)
        return redirect("proposal", public_id)
    messages.success(
        request, _("It is a theme now. New comments are read with it, older ones in the background.")
    )
    return redirect("theme", theme.slug)


@allow(*DECIDE)
@require_POST
def merge(request: HttpRequest, public_id: str) -> HttpResponse:
    proposal = _proposal(public_id)
    form = AddWordsForm(request.POST, proposal=proposal, language=request.LANGUAGE_CODE)
    if not form.is_valid():
        return _page_of(request, proposal, merging=form)
    chosen = form.cleaned_data
    try:
        discovery.merge(
            proposal, chosen["into"], words=chosen["words"], note=chosen["note"], by=request.user,
            now=timezone.now(),
        )  # fmt: skip
    except themes.Full:
        form.add_error(
            "words", _("Together these are more than %(most)s words.") % {"most": themes.MOST_WORDS}
        )
        return _page_of(request, proposal, merging=form)
    except (discovery.Stale, themes.Stale):
        messages.warning(request, _FASTER)
    else:
        messages.success(
            request, _("The theme has these words now. Older comments are read anew in the background.")
        )
    return redirect("proposal", public_id)


@allow(*DECIDE)
@require_POST
def ignore(request: HttpRequest, public_id: str) -> HttpResponse:
    proposal, form = _proposal(public_id), IgnoreForm(request.POST)
    if not form.is_valid():
        return _page_of(request, proposal, ignoring=form)
    try:
        discovery.ignore(proposal, form.cleaned_data["note"], by=request.user, now=timezone.now())
    except discovery.Stale:
        messages.warning(request, _FASTER)
        return redirect("proposal", public_id)
    messages.success(request, _("It will not be proposed again, nor under words like these."))
    return redirect("missed")


@allow(REPORTS)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    return downloads.csv_of(_lines(), f"missed-{shop.day(timezone.now())}")


@allow(REPORTS)
@require_safe
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    return downloads.xlsx_of(_lines(), f"missed-{shop.day(timezone.now())}")


def _lines() -> Iterator[list[Any]]:
    """Every proposal, the open ones first; personal data covered."""
    weeks = [f"week_{number}" for number in range(1, discovery.WEEKS + 1)]
    yield ["id", "language", "name", "state", "people", "last_4_weeks", "before", *weeks, "phrases", "near",
           "theme", "first_found", "found", "decided", "decided_by", "why",
           *(f"example_{number}" for number in range(1, EXAMPLES + 1))]  # fmt: skip
    proposals = list(
        Proposal.objects.select_related("decided_by", "theme").order_by("decided_at", "-people", "pk")
    )
    examples = discovery.examples(proposals, EXAMPLES)
    for one in sorted(proposals, key=lambda row: row.state != Proposal.State.OPEN):
        said = [discovery.shown(comment) for comment in examples[one.pk]]
        phrases = "; ".join(phrase["text"] for phrase in one.phrases)
        yield [
            one.public_id, one.language, one.name, one.state, one.people, one.lately, one.before, *one.weeks,
            phrases, one.near, one.theme.slug if one.theme else "", shop.day(one.first_found_at),
            shop.day(one.found_at), shop.day(one.decided_at) if one.decided_at else None,
            str(one.decided_by or ""), one.note, *said, *[None] * (EXAMPLES - len(said)),
        ]  # fmt: skip


def _proposal(public_id: str) -> Proposal:
    return get_object_or_404(Proposal.objects.select_related("decided_by", "theme"), public_id=public_id)


def _page_of(request: HttpRequest, proposal: Proposal, **filled: Form) -> HttpResponse:
    """With the forms of those who may decide; what was filled in wrongly stands there as it was typed."""
    spoken = Comment.objects.filter(pk__in=proposal.members.values("comment")).exclude(text="", title="")
    shown = Paginator(spoken.select_related("analysis").order_by("-said_at", "-pk"), PER_PAGE)
    comments = shown.get_page(request.GET.get("page"))
    comments.object_list = _marked(proposal, comments.object_list)
    context: dict[str, Any] = {
        **_shown(proposal, _names(request.LANGUAGE_CODE)),
        "page": comments,
        "weeks": _weeks(proposal),
    }
    if holds(request, *DECIDE) and proposal.state == Proposal.State.OPEN:
        context |= {
            "accepting": AcceptForm(proposal=proposal),
            "merging": AddWordsForm(proposal=proposal, language=request.LANGUAGE_CODE),
            "ignoring": IgnoreForm(),
        } | filled
    return render(request, "feedback/proposal.html", context, status=400 if filled else 200)


def _shown(proposal: Proposal, names: dict[str, str]) -> dict[str, Any]:
    return {
        "proposal": proposal,
        "title": proposal.name[:1].upper() + proposal.name[1:],
        "phrases": [phrase["text"] for phrase in proposal.phrases],
        "near": names.get(proposal.near, ""),
        "theme_name": names.get(proposal.theme.slug, "") if proposal.theme_id else "",
    }


def _weeks(proposal: Proposal) -> list[dict[str, Any]]:
    """The oldest first: first day, people, and their share of the most for the bar."""
    end, most = shop.day(proposal.found_at), max(proposal.weeks, default=0) or 1
    firsts = [
        end - discovery.WEEK * (len(proposal.weeks) - place) + discovery.DAY
        for place in range(len(proposal.weeks))
    ]
    return [
        {"first": first, "people": people, "width": round(100 * people / most, 1)}
        for first, people in zip(firsts, proposal.weeks, strict=True)
    ]


def _marked(proposal: Proposal, comments: Iterable[Comment]) -> list[Comment]:
    words = proposal.words
    found = list(comments)
    for one in found:
        one.segments = marks.pieces(discovery.shown(one), words=words)
    return found


def _names(language: str) -> dict[str, str]:
    return {theme.slug: theme.name(language) for theme in Theme.objects.all()}
