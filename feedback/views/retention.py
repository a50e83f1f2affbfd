"""How long each kind of data is kept, when that was last seen to, and what went (L16)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from feedback import retention
from feedback.models import Erasure
from feedback.roles import Role, allow

SHOWN = 60  # of what went lately
_YEAR = 365.25


@allow(Role.MANAGER, Role.ADMINISTRATOR)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    rows = {kept.rule: kept for kept in retention.kept()}
    shown = [
        (rule, _long(rule.days) if rule.is_timed else "", rows.get(rule.name))
        for rule in retention.rules().values()
    ]
    went = [
        (event.at, _what(event.data), event.data.get("rows") or event.data.get("files"))
        for event in retention.lately(SHOWN)
    ]
    context: dict[str, Any] = {
        "rules": shown,
        "went": went,
        "years": settings.CUSTOMER_YEARS,
        "next_at": min((kept.next_at for kept in rows.values() if kept.next_at), default=None)
        or retention.next_night(timezone.now()),
        "on_their_way": Erasure.objects.unfinished().filter(how=Erasure.How.RETENTION).count(),
        "is_stuck": any(kept.failed_at for kept in rows.values()),
    }
    return render(request, "feedback/retention.html", context)


def _long(days: int) -> str:
    """In the words that people use: 365 days are a year."""
    years = round(days / _YEAR)
    if years and abs(days - years * _YEAR) < 1:
        return ngettext("%(n)d year", "%(n)d years", years) % {"n": years}
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def _what(data: dict[str, Any]) -> str:
    """The kind of data that an Event names; a rule of an earlier version by its own name."""
    rule = retention.rules().get(data.get("rule", ""))
    if rule is None:
        return str(data.get("rule", ""))
    return _("Files of letters") if "files" in data else str(rule.what)
