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
from feedback.front import capture, headlines, jobs, movers, tiles
from feedback.front.context import address
from feedback.models import (
    Alert,
    Case,
    Comment,
    Defection,
    Headline,
    Promise,
    Proposal,
    ThemeTotal,
    User,
)
from feedback.models.totals import ALL, Dimension
from feedback.models.words import Channel
from feedback.prepared import Prepared, PreparedCounts, PreparedFigures
from feedback.reports import trends
from feedback.reports.kept_totals import NAMES, Counts
from feedback.roles import DESK, REPORTS, Role, holds, public, roles_of
from feedback.templatetags.alert_words import alert_title
from reviews.models import Reply
from surveys.models import Response, Reward

WEEK = timedelta(days=7)
NAMED = 3  # alerts


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
        context |= _for_the_desk(request, now, last)
    if holds(request, Role.ADMINISTRATOR, Role.MANAGER):
        context["missed"], context["deliveries_stuck"] = _STUCK()
        context["given_up"] = jobs.dead_letter_count()
        context["order_alarms"] = order_sources.alarms()
    return render(request, "feedback/today.html", context)


def _for_the_desk(request: HttpRequest, now: datetime, last: date) -> dict[str, Any]:
    """The figures, what customers said, and what to look at."""
    said, moved = drawn.while_totals_stay(
        ("today", last), lambda: (_said(last), movers.find(last)), last - timedelta(days=60), last
    )
    since, found = now - WEEK, headlines.newest(last)
    alerts, asleep, to_ask, comments, *answers = _COUNTS(last, since - WEEK, since, now)
    names = _theme_names(request.LANGUAGE_CODE) if alerts or moved else {}
    return {
        "drafts": _drafts(),
        **(_changed(last, names) if alerts else {"alerts": 0}),
        "week": _week(said, answers, since),
        "week_from": last - WEEK + timedelta(days=1),
        **_months(last),
        "today": last,
        "tiles": _tiles(request, found),
        "leads_with_figures": holds(request, *REPORTS),
        "as_of": max((row.found_at for row in found.values()), default=None),
        "unsteady": _unsteady(found) if holds(request, *REPORTS) else 0,
        "hides": "hides" in found,
        "asleep": asleep if holds(request, Role.MANAGER) else 0,
        "to_ask": to_ask,
        "movers": _movers(moved, names, found),
        "may_open_surveys": holds(request, Role.MANAGER, Role.ADMINISTRATOR, Role.ADVOCATE),
        "is_new": not comments,
    }


def _months(last: date) -> dict[str, str]:
    """Addresses of the comments of the time that movers are of, and of the time before."""
    month, comments = timedelta(days=movers.DAYS), reverse("comments")
    first = last - month + timedelta(days=1)
    return {
        "month_url": f"{comments}?from={first}&to={last}",
        "before_url": f"{comments}?from={first - month}&to={first - timedelta(days=1)}",
    }


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


def _theme_names(language: str) -> dict[str, str]:
    """By slug."""
    return {theme.slug: theme.name(language) for theme in trends.THEMES.all()}


def _changed(last: date, names: Mapping[str, str]) -> dict[str, Any]:
    """Trends that changed and nobody settled: how many, and the surest of them by name."""
    waiting = _CHANGED.all(last)
    titles = [alert_title(one, names) for one in waiting[:NAMED]]
    return {"alerts": len(waiting), "changed": titles}


_CHANGED = Prepared(lambda today: Alert.objects.to_look_at(today).order_by("kind", "chance", "pk"), date)


def _drafts() -> list[dict[str, Any]]:
    """Drafts by route, the most urgent first, each with the time of the oldest."""
    by_urgency = {row[0]: row for row in _DRAFTS.all()}
    return [
        {
            "n": by_urgency[place][1],
            "oldest": by_urgency[place][2],
            "for_approver": by_urgency[place][3],
            "label": route.label,
            "route": route.value,
        }
        for place, route in enumerate(Case.Route)
        if place in by_urgency
    ]


_DRAFTS = PreparedFigures(
    lambda: (
        Reply.objects.waiting()
        .order_by()
        .values("urgency")
        .annotate(
            n=Count("id"), oldest=Min("drafted_at"), for_approver=Count("id", filter=Q(needs_approver=True))
        )
        .values_list("urgency", "n", "oldest", "for_approver")
    )
)


def _cases(today: date) -> dict[str, Any]:
    found = _CASES.all(today)
    return dict(zip(("open", "due", "safety", "oldest"), found[0] if found else (0, 0, 0, None), strict=True))


_CASES = PreparedFigures(
    lambda today: (
        Case.objects.filter(state=Case.State.OPEN)
        .order_by()
        .values("state")
        .annotate(
            open=Count("id"),
            due=Count("id", filter=Q(due_on__lte=today)),
            safety=Count("id", filter=Q(route=Case.Route.SAFETY)),
            oldest=Min("opened_at"),
        )
        .values_list("open", "due", "safety", "oldest")
    ),
    date,
)


def _promises(today: date, user: User) -> dict[str, Any]:
    """How many are to be asked about; and what this person promised, due by the next working day."""
    ask, mine = _PROMISES(today, shop.working_days_later(today, 1), user.pk)
    return {"ask": ask, "mine": mine}


_PROMISED = Q(settled_at=None)
_PROMISES = PreparedCounts(
    [
        lambda today, soon, who: Promise.objects.filter(_PROMISED, call_back_on__lte=today),
        lambda today, soon, who: Promise.objects.filter(
            _PROMISED, who=who, by_when__lte=soon, call_back_on__gt=today, unreached=0
        ),
    ],
    date,
    date,
    int,
)


def _week(said: tuple[Week, Week, Week], answers: Sequence[int], start: datetime) -> dict[str, Any]:
    """`answers`: since `start`, and in the week before."""
    comments, reviews, negative = said
    newer, older = answers
    granted = [{"currency": currency, "n": n, "worth": worth} for currency, n, worth in _GRANTED.all(start)]
    return {
        "comments": comments,
        "reviews": reviews,
        "negative": negative,
        "negative_share": negative.now / comments.now if comments.now else None,
        "answers": Week(now=newer, before=older),
        "rewards": granted,
        "reward_count": sum(row["n"] for row in granted),
    }


# Rewards given since then, one row a currency.
_GRANTED = PreparedFigures(
    lambda since: (
        Reward.objects.filter(response__finished_at__gt=since, issued_at__gt=since)
        .order_by("currency")
        .values("currency")
        .annotate(n=Count("id"), worth=Sum("amount"))
        .values_list("currency", "n", "worth")
    ),
    datetime,
)
# What waits for the desk, whether anybody said anything yet, and answers of two weeks.
_COUNTS = PreparedCounts(
    [
        lambda today, before, start, now: Alert.objects.to_look_at(today),
        lambda today, before, start, now: Alert.objects.asleep(today),
        lambda today, before, start, now: Defection.objects.filter(state=Defection.State.OPEN),
        lambda today, before, start, now: Comment.objects.all()[:1],
        lambda today, before, start, now: Response.objects.filter(
            finished_at__gt=start, finished_at__lte=now
        ),
        lambda today, before, start, now: Response.objects.filter(
            finished_at__gt=before, finished_at__lte=start
        ),
    ],
    date,
    datetime,
    datetime,
    datetime,
)
_STUCK = PreparedCounts([lambda: Proposal.objects.open(), lambda: deliveries.stuck()])


def _said(last: date) -> tuple[Week, Week, Week]:
    """All comments, public reviews, and negative comments, from the kept totals."""
    middle = last - WEEK
    counts: dict[tuple[str, bool], int] = {}
    for dimension, value, day, *by_polarity in _SAID.all(middle - WEEK, last):
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


_SAID = PreparedFigures(
    lambda after, last: ThemeTotal.objects.filter(
        dimension__in=[ALL, Dimension.CHANNEL], grain="day", theme=ALL, day__gt=after, day__lte=last
    ).values_list("dimension", "value", "day", *NAMES),
    date,
    date,
)


def _movers(
    moved: Sequence[movers.Mover], names: Mapping[str, str], found: Mapping[str, Headline]
) -> list[dict[str, Any]]:
    """With the names that they have now."""
    return [
        {
            "one": one,
            "name": names.get(one.slug, one.slug),
            "share": one.now / one.n if one.n else 0.0,
            "share_before": one.before / one.n_before if one.n_before else None,
            "points": 100 * one.moved,
            "low": 100 * one.low,
            "high": 100 * one.high,
            "others": movers.others(one.negative, found),
        }
        for one in moved
    ]
