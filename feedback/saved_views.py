"""Give a view of the trends a name, for oneself or for everybody at the desk; take it away again."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from feedback import journal
from feedback.models import SavedView, User

MOST = 50  # of one person


class Full(RuntimeError):
    """They have as many as anybody can find again."""


def save(
    name: str, query: Mapping[str, str], *, start: date, end: date, today: date, is_shared: bool, by: User
) -> SavedView:
    """A view of the same name of theirs is replaced. One that reaches today moves on with the days. Raises
    Full."""
    with journal.recording():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)  # two presses stand in line
        theirs = SavedView.objects.filter(owner=by)
        known = theirs.filter(name=name).first()
        if known is None and theirs.count() >= MOST:
            raise Full
        columns = {
            "query": dict(query),
            "days": (end - start).days + 1 if end == today else None,
            "is_shared": is_shared,
            "made_at": timezone.now(),
        }
        view, _is_new = SavedView.objects.update_or_create(owner=by, name=name, defaults=columns)
        journal.log("view of trends saved", view, by=by, shared=is_shared)
    return view


def remove(view: SavedView, *, by: User) -> None:
    with transaction.atomic(), journal.recording():
        journal.log("view of trends removed", view, by=by)
        view.delete()


def query_of(view: SavedView, today: date) -> dict[str, str]:
    """What the address says today."""
    if view.days is None:
        return dict(view.query)
    days = {"from": (today - timedelta(days=view.days - 1)).isoformat(), "to": today.isoformat()}
    return {**view.query, **days}
