"""What the pages of the staff have in common, drawn once for everybody and filled in."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.template.context import Context
from django.template.defaultfilters import capfirst
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from feedback import kept, labels
from feedback.case_clocks import UNSETTLED
from feedback.models import Case, Customer, Handling, Promise
from feedback.templatetags import feedback as words

register = template.Library()


@register.simple_tag(takes_context=True)
def bar(context: Context) -> SafeString:
    """The shop, the way to the other pages, the account: as feedback.front.context tells them."""
    about = {
        "navigation": [_entry(one) for one in context.get("navigation") or ()],
        "setup_url": str(context.get("setup_url") or ""),
        "role": str(context.get("role") or ""),
        "user": _who(context.get("user")),
    }
    return kept.part(context["request"], "feedback/_bar.html", about)


@register.simple_tag
def case_row(case: Case, today: date, show_owner: bool, may_take: bool = False) -> SafeString:
    """A line of a list: what was said, how urgent it is, of whom; to be taken where it is nobody's."""
    owner = kept.Own(case.owner) if case.owner else ""
    about = _about_case(case, today, 90) | {"show_owner": show_owner, "owner": owner}
    about["is_free"] = bool(may_take and not owner)
    about["state"] = kept.Own(case.get_state_display()) if about["is_waiting"] else ""
    return kept.piece("feedback/_case_row.html", about)


@register.simple_tag
def listed_case(case: Any, today: date, may_take: bool = False) -> SafeString:
    """The same where there is more room; with what went wrong, as `case.problem` says."""
    problem = kept.Own(capfirst(labels.known(labels.PROBLEMS, case.problem))) if case.problem else ""
    handling = getattr(case, "handling", None)
    about = _about_case(case, today, 160) | {
        "problem": problem,
        "state": kept.Own(case.get_state_display()),
        "is_open": case.state == Case.State.OPEN,
        "owner": kept.Own(case.owner) if case.owner else "",
        "is_free": bool(may_take) and case.owner_id is None and case.state in UNSETTLED,
        "is_first": handling is not None and handling.final == Handling.Archetype.PASSIONATE,
    }
    return kept.piece("feedback/_listed_case.html", about)


@register.simple_tag
def owed_row(promise: Promise, today: date, is_to_ask: bool) -> SafeString:
    """A line of what was promised; with the day since when to ask about it, or how near its own day is."""
    about = {
        "url": kept.Own(reverse("promise", args=[promise.pk])),
        "what": kept.Own(capfirst(promise.what)),
        "by_when": kept.Own(words.due_day(promise.by_when)),
        "since": kept.Own(words.due_day(promise.call_back_on)),
        "is_to_ask": is_to_ask and promise.call_back_on < today,
        "late": kept.Own("" if is_to_ask else words.late(promise.by_when, today)),
        "is_today": not is_to_ask and promise.by_when == today,
        "is_teams": promise.who_id is None,
        "tried": kept.Own(words.tried(promise)),
        "customer": _customer(promise.case.customer),
    }
    return kept.piece("feedback/_owed_row.html", about)


@register.simple_tag
def load_row(load: Any) -> SafeString:
    """A line of the board: what one person looks after, or nobody."""
    numbers = ("open", "late", "due", "waiting", "shown", "promised", "to_ask")
    about: dict[str, Any] = {name: kept.Own(getattr(load, name)) for name in numbers}
    about |= {"key": kept.Own(load.who.pk if load.who else 0), "who": kept.Own(load.who) if load.who else ""}
    about["tried"] = kept.Own(load.tried) if load.tried else ""
    about["tried_on"] = kept.Own(words.day(load.tried_at))
    return kept.piece("feedback/_load_row.html", about | {"is_late": load.late > 0})


def _about_case(case: Case, today: date, most: int) -> dict[str, Any]:
    """Few kinds of rows: every word that may differ is the row's own."""
    said = _("(abusive words, covered)") if case.comment.is_abusive else case.comment.words
    return {
        "public_id": kept.Own(case.public_id),
        "words": kept.Own(said if len(said) <= most else Truncator(said).chars(most)),
        "age": kept.Own(words.age(case.opened_at)),
        "route": kept.Own(case.get_route_display()) if case.route != Case.Route.NORMAL else "",
        "severity": kept.Own(case.get_severity_display()) if case.severity == Case.Severity.SERIOUS else "",
        "due": kept.Own(words.due_day(case.due_on)),
        "late": kept.Own(words.late(case.due_on, today)),
        "is_due": case.due_on == today,
        "is_shown": case.escalations > 0,
        "is_waiting": case.state == Case.State.WAITING,
        "customer": _customer(case.customer) or kept.Own(case.comment.author),
    }


def _customer(customer: Customer | None) -> str:
    return kept.Own(customer) if customer else ""


def _entry(one: Mapping[str, Any]) -> dict[str, Any]:
    """The number changes often; the bar is the same but for it."""
    count = f"{one['count']}{'+' if one.get('are_more') else ''}" if one["count"] else ""
    return {
        "url": one["url"],
        "label": str(one["label"]),
        "current": one["current"],
        "count": kept.Own(count),
    }


def _who(user: Any) -> dict[str, Any]:
    if user is None or not user.is_authenticated:
        return {"is_authenticated": False}
    name = user.get_username()
    return {
        "is_authenticated": True,
        "get_short_name": kept.Own(user.get_short_name() or name),
        "get_full_name": kept.Own(user.get_full_name() or name),
    }
