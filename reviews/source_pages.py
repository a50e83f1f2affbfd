"""Set a source up that answers over the web: its address, what opens it, whether it answers, since when."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import journal
from feedback.roles import Role, allow, holds
from reviews import polling, sources
from reviews.models import Polling, Source
from reviews.source_forms import NewShopForm, PollingForm
from reviews.sources import Away, Trouble, woocommerce
from reviews.sources.credentials import named

_SET_UP = (Role.MANAGER, Role.ADMINISTRATOR)


@allow(Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def new_woocommerce(request: HttpRequest) -> HttpResponse:
    form = NewShopForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "reviews/source_new.html", {"form": form}, status=400 if form.errors else 200)
    with journal.recording():
        source = Source.objects.create(
            slug=form.slug,
            name=form.cleaned_data["name"],
            kind=Source.Kind.WOOCOMMERCE,
            limit_kind=Source.LimitKind.BYTES,
            limit_size=woocommerce.REPLY_LIMIT,
        )
        form.instance.source = source
        form.save()
        journal.log("source made", source, by=request.user, kind=source.kind)
    return redirect("source", source.slug)


@allow(*_SET_UP)
@require_safe
def source_page(request: HttpRequest, slug: str) -> HttpResponse:
    found = _polling(slug)
    return _page(request, found, PollingForm(instance=found))


@allow(Role.ADMINISTRATOR)
@require_POST
def save(request: HttpRequest, slug: str) -> HttpResponse:
    """Only what the form holds is written: the worker writes the rest of the row at the same time."""
    found = _polling(slug)
    form = PollingForm(request.POST, instance=found)
    if not form.is_valid():
        found.refresh_from_db()
        return _page(request, found, form, status=400)
    with journal.recording():
        form.instance.save(update_fields=list(form.fields))
        journal.log("source changed", found.source, by=request.user, fields=form.changed_data)
    polling.fetch_soon(found)
    messages.success(request, _("Saved."))
    return redirect("source", slug)


@allow(*_SET_UP)
@require_POST
def test(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks the shop now, and says in words what came of it. What the shop asked for is kept here too."""
    found, now = _polling(slug), timezone.now()
    if found.trouble == Trouble.BUSY and found.quiet_until and found.quiet_until > now:
        messages.error(request, polling.words_of(Trouble.BUSY))
        return redirect("source", slug)
    try:
        checked = sources.reader(found.source).check(found.source)
    except Away as away:
        messages.error(request, polling.words_of(away.trouble))
        return redirect("source", slug)
    polling.answered(found.source)
    polling.fetch_soon(found)
    messages.success(
        request,
        ngettext(
            "It answers, and shows %(n)s review.", "It answers, and shows %(n)s reviews.", checked.reviews
        )
        % {"n": checked.reviews},
    )
    if checked.replies is None:
        polling.takes_replies(found.source)
        messages.success(request, _("“%(account)s” may reply there.") % {"account": checked.account})
    else:
        messages.warning(
            request, _("Replies cannot be published there yet: check the account and its password.")
        )
    return redirect("source", slug)


@allow(*_SET_UP)
@require_POST
def fetch(request: HttpRequest, slug: str) -> HttpResponse:
    polling.fetch_soon(_polling(slug))
    messages.success(request, _("The worker asks for new reviews in a moment."))
    return redirect("source", slug)


def _polling(slug: str) -> Polling:
    return get_object_or_404(Polling.objects.select_related("source"), source__slug=slug)


def _page(request: HttpRequest, found: Polling, form: PollingForm, status: int = 200) -> HttpResponse:
    now, source = timezone.now(), found.source
    context: dict[str, Any] = {
        "polling": found,
        "source": source,
        "form": form if holds(request, Role.ADMINISTRATOR) else None,
        "secrets": named(source, *sources.reader(source).SECRETS),
        "trouble": polling.words_of(found.trouble) if found.trouble else "",
        "is_overdue": polling.is_overdue(found, now),
        "next_at": max(filter(None, (found.next_at, found.quiet_until)), default=None),
        "kept": source.reviews.filter(deleted_at=None).count(),
        "gone": source.reviews.exclude(deleted_at=None).count(),
        "unreadable": source.unreadable.given_up().count(),
    }
    return render(request, "reviews/source.html", context, status=status)
