"""Alerts: what changed, since when, how sure, with examples; who looks after it, and until when it sleeps."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from feedback import alerts, charts, marks, shop
from feedback.models import Alert, Comment, Mention, Theme, User
from feedback.models.totals import ALL
from feedback.roles import DESK, Role, allow, holds
from feedback.templatetags.alert_words import alert_title
from feedback.templatetags.feedback import rounded
from feedback.trend_forms import AlertForm
from feedback.views.downloads import csv_of, xlsx_of

ACT = (Role.STAFF, Role.APPROVER, Role.MANAGER)
EXAMPLES = 3
COLUMNS = (
    "what", "owner", "kind", "theme", "source", "since", "until", "counted_from", "counted_until", "seen",
    "expected", "ratio", "low", "high", "chance", "found_on", "last_found_on", "ended_on", "snoozed_until",
    "snoozed_by", "settled_at", "note",
)  # fmt: skip
FASTER = gettext_lazy("Somebody else was faster. This is how it stands now; please look again.")
MOST_PAST = 30


@allow(DESK)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return _page_of(request)


def _page_of(request: HttpRequest, wrong: tuple[Alert, AlertForm] | None = None) -> HttpResponse:
    """Five queries and, for each that is to be looked at, three for its examples: they are few.
    `wrong`: what was filled in wrongly, shown as it was typed."""
    today = shop.day(timezone.now())
    themes = {theme.slug: theme.name(request.LANGUAGE_CODE) for theme in Theme.objects.all()}
    known = Alert.objects.select_related("owner", "snoozed_by")
    awake = known.filter(pk__in=Alert.objects.to_look_at(today).values("pk")).order_by("kind", "chance", "pk")
    asleep = known.filter(pk__in=Alert.objects.asleep(today).values("pk")).order_by("snoozed_until", "pk")
    past = known.exclude(ended_on=None, settled_at=None).order_by("-last_found_on", "-pk")
    may_act = holds(request, *ACT)
    colleagues = _colleagues() if may_act else {}

    def shown(one: Alert) -> dict[str, Any]:
        form = AlertForm(alert=one, colleagues=colleagues)
        if wrong and wrong[0].pk == one.pk:
            form = wrong[1]
        is_mine = one.owner_id == request.user.pk
        return _shown(one, themes, today) | {
            "form": form,
            "is_mine": is_mine,
            "may_hand_over": _may_hand_over(request, one) and form.fields["to"].choices,
        }

    context = {
        "alerts": [shown(one) | {"examples": _examples(one)} for one in awake],
        "asleep": [shown(one) for one in asleep],
        "past": [_shown(one, themes, today) for one in past[:MOST_PAST]],
        "today": today,
        "may_act": may_act,
        **_figure(awake, themes),
    }
    return render(request, "feedback/alerts.html", context, status=400 if wrong else 200)


def _figure(awake: Iterable[Alert], themes: dict[str, str]) -> dict[str, Any]:
    """Two bars each: what was expected in its days, and what was seen, with the interval of their ratio."""
    rows = [
        charts.RangeRow(
            label=alert_title(one, themes),
            was=charts.Measured(value=one.expected),
            now=charts.Measured(
                value=float(one.seen), low=one.expected * one.low, high=one.expected * one.high
            ),
        )
        for one in awake
    ]
    drawn = "; ".join(f"{alert_title(one, themes)}: {rounded(one.expected, 1)} → {one.seen}" for one in awake)
    return {"figure": charts.range_figure(rows), "drawn": drawn} if rows else {}


def _colleagues() -> dict[str, User]:
    """Who may look after an alert, by public id. One query."""
    held = User.groups.through.objects.filter(user=OuterRef("pk"), group__name__in=ACT)
    found = User.objects.filter(Exists(held), is_active=True).order_by("first_name", "last_name", "username")
    return {one.public_id: one for one in found}


def _may_hand_over(request: HttpRequest, alert: Alert) -> bool:
    """Who looks after it, and managers."""
    return alert.owner_id == request.user.pk or holds(request, Role.MANAGER)


@allow(DESK)
@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """All that ever were, the newest first."""
    return csv_of(_lines(request.LANGUAGE_CODE), f"alerts-{shop.day(timezone.now())}")


@allow(DESK)
@require_safe
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    return xlsx_of(_lines(request.LANGUAGE_CODE), f"alerts-{shop.day(timezone.now())}")


def _lines(language: str) -> Iterator[Sequence[Any]]:
    yield COLUMNS
    themes = {theme.slug: theme.name(language) for theme in Theme.objects.all()}
    rows = Alert.objects.select_related("owner", "snoozed_by").order_by("-last_found_on", "-pk")
    for one in rows.iterator(500):
        cells = [getattr(one, column) for column in COLUMNS[2:]]
        yield [alert_title(one, themes), one.owner or "", *cells]


@allow(*ACT)
@require_POST
def act(request: HttpRequest, public_id: str) -> HttpResponse:
    alert = get_object_or_404(Alert.objects.select_related("owner"), public_id=public_id)
    form = AlertForm(request.POST, alert=alert, colleagues=_colleagues())
    if not form.is_valid() and alert.is_open:
        return _page_of(request, (alert, form))
    try:
        said = _done(request, alert, form)
    except alerts.Stale:
        messages.warning(request, FASTER)
    else:
        messages.success(request, said)
    return redirect("alerts")


def _done(request: HttpRequest, alert: Alert, form: AlertForm) -> str:
    """What was done, in words. Raises alerts.Stale."""
    if not form.is_valid():
        raise alerts.Stale  # it is over
    now, by, chosen = timezone.now(), request.user, form.cleaned_data
    today = shop.day(now)
    match chosen["act"]:
        case "take":
            alerts.take(alert, by=by)
            return _("You look after it.")
        case "hand over":
            if not _may_hand_over(request, alert):
                raise alerts.Stale
            alerts.hand_over(alert, chosen["to"], held_by=chosen["held_by"], by=by)
            return _("%(name)s looks after it.") % {"name": chosen["to"]}
        case "give back":
            alerts.give_back(alert, by=by)
            return _("Nobody looks after it any more.")
        case "snooze":
            until = today + timedelta(days=chosen["days"] or AlertForm.USUAL_DAYS)
            alerts.snooze(alert, until, by=by, today=today)
            return _("It sleeps until then, and goes on being counted.")
        case "wake":
            alerts.wake(alert, by=by, today=today)
            return _("It is awake again.")
        case _:
            alerts.settle(alert, chosen["note"], by=by, now=now)
            return _("It is settled. Should it come again after a quiet fortnight, you are told anew.")


def _shown(alert: Alert, themes: dict[str, str], today: date) -> dict[str, Any]:
    return {
        "alert": alert,
        "title": alert_title(alert, themes),
        "comments_url": f"{reverse('comments')}?{urlencode(_beneath(alert))}",
        "trend_url": f"{reverse('trends')}?{urlencode(_trend(alert, today))}",
    }


def _beneath(alert: Alert) -> dict[str, Any]:
    """Just those that were counted."""
    first, last = alerts.counted_in(alert)
    chosen: dict[str, Any] = {"from": first, "to": last}
    if alert.kind == Alert.Kind.BURST:
        return chosen | {"burst": alert.public_id}
    chosen["without"] = "bursts"  # as they were counted
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
    found = alerts.said_of(alert).exclude(text="").select_related("analysis")
    comments = list(found.order_by("-said_at", "-pk")[:EXAMPLES])
    told: dict[int, list[str]] = {}
    for mention in Mention.objects.filter(comment__in=[one.pk for one in comments], theme__slug=alert.theme):
        told.setdefault(mention.comment_id, []).extend(mention.words)
    for one in comments:
        spans = one.analysis.leverage_spans
        one.segments = marks.pieces(one.words, words=told.get(one.pk, []), leverage=spans)
    return comments
