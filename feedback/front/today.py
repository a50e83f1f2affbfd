"""Today: what needs doing, the last seven days, which themes moved. The anonymous see the shop's door."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback import addressing, deliveries, order_sources, shop
from feedback.front import capture, headlines, jobs, tiles
from feedback.front.context import address
from feedback.models import Alert, Case, Comment, Defection, Promise, ThemeTotal, User
from feedback.models.totals import ALL, Dimension
from feedback.models.words import Channel
from feedback.reports import trends
from feedback.roles import DESK, Role, holds, public, roles_of
from reviews.models import Reply
from surveys.models import Response, Reward

WEEK = timedelta(days=7)
MOVERS = 5
SMALLEST_MOVE = 2  # one complaint more or less is not news


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A count of the last seven of the shop's own days, beside the seven before."""

    now: int
    before: int

    @property
    def change(self) -> int:
        return self.now - self.before


@public
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    if not roles_of(request.user):
        return addressing.page(render(request, "feedback/welcome.html"))
    now = timezone.now()
    last = shop.day(now)
    context: dict[str, Any] = {
        "cases": _cases(last),
        "promises": _promises(last, request.user),
        "is_desk": holds(request, *DESK),
        "may_note": holds(request, *capture.CALL),
    }
    if context["is_desk"]:
        context |= {
            "drafts": _drafts(),
            "alerts": Alert.objects.to_look_at(last).count(),
            "week": _week(last, now),
            "week_from": last - WEEK + timedelta(days=1),
            "month_url": f"{reverse('comments')}?from={last - timedelta(days=29)}&to={last}",
            "today": last,
            "tiles": tiles.of(found := headlines.newest(last), lambda name: address(request, name)),
            "as_of": max((row.found_at for row in found.values()), default=None),
            "to_ask": Defection.objects.filter(state=Defection.State.OPEN).count(),
            "movers": _movers(last, request.LANGUAGE_CODE),
            "may_open_surveys": holds(request, Role.MANAGER, Role.ADMINISTRATOR, Role.ADVOCATE),
            "is_new": not Comment.objects.exists(),
        }
    if holds(request, Role.ADMINISTRATOR, Role.MANAGER):
        context["given_up"] = jobs.dead_letter_count()
        context["order_alarms"] = order_sources.alarms()
        context["deliveries_stuck"] = deliveries.stuck().count()
    return render(request, "feedback/today.html", context)


def _drafts() -> list[dict[str, Any]]:
    """Drafts by route, the most urgent first, each with the time of the oldest."""
    found = Reply.objects.waiting().values("urgency").order_by()
    by_urgency = {
        row["urgency"]: row
        for row in found.annotate(
            n=Count("id"), oldest=Min("drafted_at"), for_approver=Count("id", filter=Q(needs_approver=True))
        )
    }
    return [
        by_urgency[place] | {"label": route.label, "route": route.value}
        for place, route in enumerate(Case.Route)
        if place in by_urgency
    ]


def _cases(today: date) -> dict[str, Any]:
    return Case.objects.filter(state=Case.State.OPEN).aggregate(
        open=Count("id"),
        due=Count("id", filter=Q(due_on__lte=today)),
        safety=Count("id", filter=Q(route=Case.Route.SAFETY)),
        oldest=Min("opened_at"),
    )


def _promises(today: date, user: User) -> dict[str, Any]:
    """How many are to be asked about; and what this person promised, due by the next working day."""
    soon = Q(who=user, by_when__lte=shop.working_days_later(today, 1), call_back_on__gt=today)
    waiting = Promise.objects.filter(state=Promise.State.OPEN)
    return waiting.aggregate(
        ask=Count("pk", filter=Q(call_back_on__lte=today)), mine=Count("pk", filter=soon)
    )


def _week(last: date, now: datetime) -> dict[str, Any]:
    comments, reviews, negative = _said(last)
    start = now - WEEK
    finished = Response.objects.filter(finished_at__gt=start - WEEK, finished_at__lte=now).aggregate(
        now=Count("id", filter=Q(finished_at__gt=start)), before=Count("id", filter=Q(finished_at__lte=start))
    )
    granted = _granted(start)
    return {
        "comments": comments,
        "reviews": reviews,
        "negative": negative,
        "negative_share": negative.now / comments.now if comments.now else None,
        "answers": Week(**finished),
        "rewards": granted,
        "reward_count": sum(row["n"] for row in granted),
    }


def _granted(since: datetime) -> list[dict[str, Any]]:
    """Rewards given since then, one row a currency."""
    rewards = Reward.objects.filter(response__finished_at__gt=since, issued_at__gt=since)
    return list(rewards.values("currency").annotate(n=Count("id"), worth=Sum("amount")).order_by("currency"))


def _said(last: date) -> tuple[Week, Week, Week]:
    """All comments, public reviews, and negative comments, from the kept totals."""
    middle = last - WEEK
    counts: dict[tuple[str, bool], int] = {}
    rows = ThemeTotal.objects.filter(
        dimension__in=[ALL, Dimension.CHANNEL], grain="day", theme=ALL, day__gt=middle - WEEK, day__lte=last
    )
    for row in rows:
        total = row.negative + row.neutral + row.positive + row.unknown
        newer = row.day > middle
        if row.dimension == ALL:
            counts["all", newer] = counts.get(("all", newer), 0) + total
            counts["negative", newer] = counts.get(("negative", newer), 0) + row.negative
        elif row.value == Channel.REVIEW:
            counts["reviews", newer] = counts.get(("reviews", newer), 0) + total
    all_, reviews, negative = (
        Week(now=counts.get((name, True), 0), before=counts.get((name, False), 0))
        for name in ("all", "reviews", "negative")
    )
    return all_, reviews, negative


def _movers(last: date, language: str) -> list[dict[str, Any]]:
    """Themes whose volume moved most: the last thirty days beside the thirty before (S4-5)."""
    rows = trends.by_theme(last - timedelta(days=29), last).themes
    moved = sorted(rows, key=lambda row: -abs(row.total - row.before))[:MOVERS]
    return [
        {
            "slug": row.slug,
            "name": row.name(language),
            "now": row.total,
            "before": row.before,
            "change": row.total - row.before,
            "negative": row.counts.negative,
            "is_new": not row.before,
        }
        for row in moved
        if abs(row.total - row.before) >= SMALLEST_MOVE
    ]
