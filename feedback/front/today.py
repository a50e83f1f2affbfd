"""Today: what needs doing, the last seven days, which themes moved. The anonymous see the shop's door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from feedback import addressing, deliveries, drawn, order_sources, shop
from feedback.front import capture, headlines, jobs, tiles
from feedback.front.context import address
from feedback.models import (
    Alert,
    Case,
    Comment,
    Defection,
    Headline,
    Promise,
    Proposal,
    Theme,
    ThemeTotal,
    User,
)
from feedback.models.totals import ALL, Dimension
from feedback.models.words import Channel
from feedback.reports import trends
from feedback.reports.kept_totals import NAMES, Counts
from feedback.roles import DESK, REPORTS, Role, holds, public, roles_of
from feedback.views import alerts as alert_pages
from reviews.models import Reply
from surveys.models import Response, Reward

WEEK = timedelta(days=7)
MOVERS = 5
NAMED = 3  # alerts
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
        said, moved = drawn.while_totals_stay(("today", last), lambda: (_said(last), _moved(last)))
        context |= {
            "drafts": _drafts(),
            **_changed(last, request.LANGUAGE_CODE),
            "week": _week(said, now),
            "week_from": last - WEEK + timedelta(days=1),
            "month_url": f"{reverse('comments')}?from={last - timedelta(days=29)}&to={last}",
            "today": last,
            "tiles": _tiles(request, found := headlines.newest(last)),
            "as_of": max((row.found_at for row in found.values()), default=None),
            "unsteady": _unsteady(found) if holds(request, *REPORTS) else 0,
            "to_ask": Defection.objects.filter(state=Defection.State.OPEN).count(),
            "movers": _movers(moved, request.LANGUAGE_CODE),
            "may_open_surveys": holds(request, Role.MANAGER, Role.ADMINISTRATOR, Role.ADVOCATE),
            "is_new": not Comment.objects.exists(),
        }
    if holds(request, Role.ADMINISTRATOR, Role.MANAGER):
        context["missed"] = Proposal.objects.open().count()
        context["given_up"] = jobs.dead_letter_count()
        context["order_alarms"] = order_sources.alarms()
        context["deliveries_stuck"] = deliveries.stuck().count()
    return render(request, "feedback/today.html", context)


def _tiles(request: HttpRequest, found: Mapping[str, Headline]) -> list[tiles.Tile]:
    """In words once for each language and set of roles: the job writes new rows when it finds new figures."""
    rows = tuple((row.pk, row.found_at) for row in found.values())
    return drawn.once(
        ("headlines", request.LANGUAGE_CODE, roles_of(request.user), rows),
        lambda: tiles.of(found, lambda name: address(request, name)),
    )


def _unsteady(found: Mapping[str, Headline]) -> int:
    """Touchpoints at which customers no longer know what they will get (S0-8)."""
    return int(found["unsteady"].value) if "unsteady" in found else 0


def _changed(last: date, language: str) -> dict[str, Any]:
    """Trends that changed and nobody settled: how many, and the surest of them by name."""
    waiting = list(Alert.objects.to_look_at(last).order_by("kind", "chance", "pk"))
    if not waiting:
        return {"alerts": 0}
    named = waiting[:NAMED]
    slugs = [one.theme for one in named]
    names = {theme.slug: theme.name(language) for theme in Theme.objects.filter(slug__in=slugs)}
    titles = [alert_pages.title(one, names) for one in named]
    return {"alerts": len(waiting), "changed": titles}


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


def _week(said: tuple[Week, Week, Week], now: datetime) -> dict[str, Any]:
    comments, reviews, negative = said
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
    for dimension, value, day, *by_polarity in rows.values_list("dimension", "value", "day", *NAMES):
        said, newer = Counts(*by_polarity), day > middle
        if dimension == ALL:
            counts["all", newer] = counts.get(("all", newer), 0) + said.total
            counts["negative", newer] = counts.get(("negative", newer), 0) + said.negative
        elif value == Channel.REVIEW:
            counts["reviews", newer] = counts.get(("reviews", newer), 0) + said.total
    all_, reviews, negative = (
        Week(now=counts.get((name, True), 0), before=counts.get((name, False), 0))
        for name in ("all", "reviews", "negative")
    )
    return all_, reviews, negative


def _moved(last: date) -> list[trends.ThemeRow]:
    """Themes whose volume moved most: the last thirty days beside the thirty before (S4-5)."""
    rows = trends.by_theme(last - timedelta(days=29), last).themes
    moved = sorted(rows, key=lambda row: -abs(row.total - row.before))[:MOVERS]
    return [row for row in moved if abs(row.total - row.before) >= SMALLEST_MOVE]


def _movers(moved: Sequence[trends.ThemeRow], language: str) -> list[dict[str, Any]]:
    """With the names that they have now."""
    names = Theme.objects.in_bulk([row.slug for row in moved], field_name="slug") if moved else {}
    return [
        {
            "slug": row.slug,
            "name": names[row.slug].name(language) if row.slug in names else row.name(language),
            "now": row.total,
            "before": row.before,
            "change": row.total - row.before,
            "negative": row.counts.negative,
            "is_new": not row.before,
        }
        for row in moved
    ]
