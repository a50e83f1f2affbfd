"""Alerts: what changed, since when, how sure, with examples; who looks after it, and until when it sleeps."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from feedback import alerts, marks, shop, totals
from feedback.models import Alert, Comment, Mention, Theme
from feedback.models.totals import ALL
from feedback.roles import DESK, Role, allow, holds
from feedback.trend_forms import AlertForm
from feedback.views.file_pages import csv_of

ACT = (Role.STAFF, Role.APPROVER, Role.MANAGER)
EXAMPLES = 3
COLUMNS = (
    "what", "owner", "kind", "theme", "source", "since", "until", "counted_from", "counted_until", "seen",
    "expected", "ratio", "low", "high", "chance", "found_on", "last_found_on", "ended_on", "snoozed_until",
    "settled_at", "note",
)  # fmt: skip
FASTER = gettext_lazy("Somebody else was faster. This is how it stands now; please look again.")
MOST_PAST = 30


@allow(DESK)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Three queries and, for each that is to be looked at, two for its examples: there are few at a time."""
    today = shop.day(timezone.now())
    themes = {theme.slug: theme.name(request.LANGUAGE_CODE) for theme in Theme.objects.all()}
    awake = Alert.objects.to_look_at(today).select_related("owner").order_by("kind", "chance", "pk")
    rest = Alert.objects.exclude(pk__in=Alert.objects.to_look_at(today).values("pk")).select_related("owner")
    context = {
        "alerts": [_shown(one, themes, today) | {"examples": _examples(one)} for one in awake],
        "past": [_shown(one, themes, today) for one in rest.order_by("-last_found_on", "-pk")[:MOST_PAST]],
        "today": today,
        "may_act": holds(request, *ACT),
        "form": AlertForm(),
    }
    return render(request, "feedback/alerts.html", context)


@allow(DESK)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """All that ever were, the newest first."""
    return csv_of(_lines(request.LANGUAGE_CODE), f"alerts-{shop.day(timezone.now())}")


def _lines(language: str) -> Iterator[Sequence[Any]]:
    yield COLUMNS
    themes = {theme.slug: theme.name(language) for theme in Theme.objects.all()}
    rows = Alert.objects.select_related("owner").order_by("-last_found_on", "-pk")
    for one in rows.iterator(500):
        cells = [getattr(one, column) for column in COLUMNS[2:]]
        yield [title(one, themes), one.owner or "", *("" if cell is None else cell for cell in cells)]


@allow(*ACT)
@require_POST
def act(request: HttpRequest, public_id: str) -> HttpResponse:
    alert, form = get_object_or_404(Alert, public_id=public_id), AlertForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest(form.errors.as_text(), content_type="text/plain; charset=utf-8")
    now, chosen = timezone.now(), form.cleaned_data
    try:
        if chosen["act"] == "take":
            alerts.take(alert, by=request.user)
            said = _("You look after it.")
        elif chosen["act"] == "snooze":
            until = shop.day(now) + timedelta(days=chosen["days"] or AlertForm.USUAL_DAYS)
            alerts.snooze(alert, until, by=request.user, today=shop.day(now))
            said = _("It sleeps until then, and goes on being counted.")
        else:
            alerts.settle(alert, chosen["note"], by=request.user, now=now)
            said = _("It is settled. Should it come again after a quiet fortnight, you are told anew.")
    except alerts.Stale:
        messages.warning(request, FASTER)
    else:
        messages.success(request, said)
    return redirect("alerts")


def _shown(alert: Alert, themes: dict[str, str], today: date) -> dict[str, Any]:
    return {
        "alert": alert,
        "title": title(alert, themes),
        "goes_on": alert.kind != Alert.Kind.BURST and alert.since != alert.counted_from,
        "one_in": _one_in(alert.chance),
        "comments_url": f"{reverse('comments')}?{urlencode(_beneath(alert))}",
        "trend_url": f"{reverse('trends')}?{urlencode(_trend(alert, today))}",
        "sleeps": alert.snoozed_until is not None and alert.snoozed_until > today and not alert.settled_at,
    }


def title(alert: Alert, themes: dict[str, str]) -> str:
    """In a few words. `themes`: their names by slug."""
    words = {"theme": themes.get(alert.theme, alert.theme), "source": alert.source}
    if alert.kind == Alert.Kind.BURST:
        return _("Many bad reviews at once on “%(source)s”") % words
    is_rise = alert.kind == Alert.Kind.RISE
    if not alert.theme:
        return _("More comments than usual") if is_rise else _("Fewer comments than usual")
    if alert.theme == ALL:
        return _("More complaints than usual") if is_rise else _("Fewer complaints than usual")
    if is_rise:
        return _("More complaints about “%(theme)s”") % words
    return _("Fewer complaints about “%(theme)s”") % words


def _one_in(chance: float) -> int:
    """Rounded down to one digit: by chance once in so many days. At most a million is said."""
    times = int(min(1 / max(chance, 1e-6), 1e6))
    step = 10 ** (len(str(times)) - 1)
    return times // step * step


def _beneath(alert: Alert) -> dict[str, Any]:
    """Just those that were counted."""
    first, last = alert.counted_from or alert.since, alert.counted_until or alert.last_found_on
    chosen: dict[str, Any] = {"from": first, "to": last}
    if alert.kind == Alert.Kind.BURST:
        return chosen | {"burst": alert.public_id}
    if not alert.theme:
        return chosen
    about = {} if alert.theme == ALL else {"theme": alert.theme}
    return chosen | about | {"polarity": "negative"}


def _trend(alert: Alert, today: date) -> dict[str, Any]:
    chosen = {"from": alert.since - timedelta(days=56), "to": today, "period": "day"}
    if (today - alert.since).days > 35:
        chosen["period"] = "week"
    return chosen | ({"theme": alert.theme} if alert.theme not in ("", ALL) else {})


def _examples(alert: Alert) -> list[Comment]:
    """The newest with words, the theme's own marked."""
    found = _said(alert).exclude(text="").select_related("analysis")
    comments = list(found.order_by("-said_at", "-pk")[:EXAMPLES])
    told: dict[int, list[str]] = {}
    for mention in Mention.objects.filter(comment__in=[one.pk for one in comments], theme__slug=alert.theme):
        told.setdefault(mention.comment_id, []).extend(mention.words)
    for one in comments:
        spans = one.analysis.leverage_spans
        one.segments = marks.pieces(one.words, words=told.get(one.pk, []), leverage=spans)
    return comments


def _said(alert: Alert) -> QuerySet[Comment]:
    if alert.kind == Alert.Kind.BURST:
        return alerts.said_in(alert).filter(read_at__isnull=False)
    since = shop.start_of(alert.counted_from or alert.since)
    found = Comment.objects.current().filter(read_at__isnull=False, said_at__gte=since)
    if alert.theme in ("", ALL):
        return found if not alert.theme else found.filter(analysis__sentiment="negative")
    members = [slug for slug, root in totals.roots().items() if root == alert.theme]
    mentions = Mention.objects.counted().filter(theme__slug__in=members, final="negative")
    return found.filter(pk__in=mentions.values("comment"))
