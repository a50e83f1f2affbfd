"""What the pages of the staff have in common, drawn once for everybody and filled in."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from feedback import kept

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
