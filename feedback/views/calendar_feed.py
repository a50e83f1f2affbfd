"""The secret address of one's own calendar: made, shown once, taken back; and the calendar itself."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import calendar_feed
from feedback.roles import EVERYONE, allow, public, roles_of


@allow(EVERYONE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_calendar(request: HttpRequest) -> HttpResponse:
    """A POST makes a new address, which this answer alone shows."""
    url = ""
    if request.method == "POST":
        token = calendar_feed.make(request.user, timezone.now())
        url = f"{settings.BASE_URL}{reverse('calendar_feed', args=[token.lower()])}"
        request.user.refresh_from_db(fields=["feed_digest", "feed_made_at"])
    return render(request, "feedback/my_calendar.html", {"url": url})


@allow(EVERYONE)
@require_POST
def close(request: HttpRequest) -> HttpResponse:
    calendar_feed.revoke(request.user)
    messages.success(request, _("The address opens nothing any more."))
    return redirect("my_calendar")


@public
@never_cache
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    user = calendar_feed.whose(token)
    if user is None or not roles_of(user):
        raise Http404
    answer = HttpResponse(
        calendar_feed.as_ics(user, timezone.now()), content_type="text/calendar; charset=utf-8"
    )
    answer["Content-Disposition"] = 'inline; filename="calendar.ics"'
    return answer
