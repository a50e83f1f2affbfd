"""What was done with a case, oldest first, as its page tells it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from feedback import call_backs, labels
from feedback.models import Case, Event, FactCorrection


def history(case: Case) -> list[dict[str, Any]]:
    """What was done, oldest first: Events, and corrected facts with their reasons."""
    events = Event.objects.filter(subject=f"feedback.case:{case.pk}").select_related("by").order_by("id")
    corrections = FactCorrection.objects.filter(comment=case.comment_id).select_related("by").order_by("id")
    notes = call_backs.notes_of(case)
    entries: list[dict[str, Any]] = [
        {
            "at": event.at,
            "by": event.by,
            "what": labels.known(labels.EVENTS, event.verb),
            "reason": notes.get((event.data.get("promise"), event.data.get("number")), "")
            or _closed_why(event),
        }
        for event in events
    ]
    for row in corrections:
        what = _("%(fact)s corrected") % {"fact": labels.known(labels.FACTS, row.name)}
        entries.append(
            {"at": row.at, "by": row.by, "what": what, "reason": labels.known(labels.REASONS, row.reason)}
        )
    return sorted(entries, key=_at)


def _closed_why(event: Event) -> str:
    known = {one.value: str(one.label) for one in Case.ClosedWhy}
    return known.get(event.data.get("why", ""), "") if event.verb == "case closed" else ""


def _at(entry: dict[str, Any]) -> datetime:
    return entry["at"]
