"""The list of the desk: what waits, found by filters and words, and the lists that a person keeps."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from feedback.roles import DESK, allow, holds
from reviews import desk
from reviews.forms import QueueFilter, SavedFilterForm
from reviews.models import SavedFilter
from reviews.uploads import IMPORTERS
from reviews.views.kept import USUAL, tail
from reviews.views.reply import EDITORS, just_done

PER_PAGE = 30
MOST_KEPT = 20


@allow(DESK)
@require_safe
def reply_list(request: HttpRequest) -> HttpResponse:
    form = QueueFilter(request.GET)
    if not form.is_valid():
        return render(request, "reviews/replies.html", {"form": form}, status=400)
    chosen, now = form.cleaned_data, timezone.now()
    after, before = (_public_id(request, name) for name in ("after", "before"))
    if chosen.get("q") and not after and not before:
        page, count = desk.first_page(chosen, now, size=PER_PAGE)
    else:
        page, count = (
            desk.page(chosen, now, size=PER_PAGE, after=after, before=before),
            desk.count(chosen, now),
        )
    context = {
        "form": form.as_chosen(),
        "page": page,
        "count": min(count, desk.MOST_COUNTED),
        "are_more": count > desk.MOST_COUNTED,
        "kept": tail(chosen),
        "filters_used": sum(1 for name, value in chosen.items() if value and value != USUAL[name]),
        "saved": SavedFilter.objects.filter(by=request.user),
        "done": just_done(request),
        "may_import": holds(request, *IMPORTERS),
        "may_approve": holds(request, *EDITORS),
    }
    return render(request, "reviews/replies.html", context)


@allow(DESK)
@require_POST
def keep_list(request: HttpRequest) -> HttpResponse:
    """Under a name; the same name again means the list as it is now. What was searched for is not kept."""
    chosen, form = QueueFilter(request.GET), SavedFilterForm(request.POST)
    if not chosen.is_valid() or not form.is_valid():
        messages.error(request, _("Give this list a name of at most 60 characters."))
        return redirect(f"{reverse('replies')}{tail(chosen.cleaned_data) if chosen.is_valid() else ''}")
    query, name = tail(chosen.cleaned_data, "q"), form.cleaned_data["name"]
    mine = SavedFilter.objects.filter(by=request.user)
    if mine.count() >= MOST_KEPT and not mine.filter(name=name).exists():
        messages.error(request, _("You keep twenty lists already. Drop one first."))
    else:
        SavedFilter.objects.update_or_create(by=request.user, name=name, defaults={"query": query})
        messages.success(request, _("Kept. You find it above the filters."))
    return redirect(f"{reverse('replies')}{tail(chosen.cleaned_data)}")


@allow(DESK)
@require_POST
def drop_list(request: HttpRequest, pk: int) -> HttpResponse:
    SavedFilter.objects.filter(by=request.user, pk=pk).delete()
    messages.success(request, _("The list is no longer kept. The replies are where they were."))
    return redirect("replies")


def _public_id(request: HttpRequest, name: str) -> str:
    """One that cannot be is none."""
    given = request.GET.get(name, "")
    return given if given.isascii() and given.isalnum() and len(given) <= 16 else ""
