"""The work plan: what is done about a cause, by whom and by when, and measured again (S1-13, S1-15)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from feedback import comments, journal, shop
from feedback.models import Case, Decision, Improvement, Touchpoint, User

State = Improvement.State
LONGEST_DAYS = 90  # before and after: at most as many days are compared


class Stale(RuntimeError):
    """Somebody else changed it first."""


class TooEarly(RuntimeError):
    """Its day to be measured has not come."""


def plan(
    *,
    action: str,
    owner: User,
    due_on: date,
    measure_on: date,
    cause: str,
    problem: str,
    by: User,
    now: datetime,
    case: Case | None = None,
    touchpoint: Touchpoint | None = None,
) -> Improvement:
    with journal.recording():
        made = Improvement.objects.create(
            action=comments.clean(action).strip()[:300], owner=owner, due_on=due_on, measure_on=measure_on,
            cause=cause, problem=problem, case=case, touchpoint=touchpoint, made_at=now, made_by=by,
        )  # fmt: skip
        journal.log("improvement planned", made, by=by, owner=owner.pk)
    return made


def done(row: Improvement, *, by: User, now: datetime) -> None:
    _move(row, State.OPEN, State.DONE, by, done_on=shop.day(now))


def drop(row: Improvement, *, by: User) -> None:
    _move(row, State.OPEN, State.DROPPED, by)


def measure(row: Improvement, *, by: User, now: datetime) -> None:
    """Complaints of this problem at this place: in the days since it was done, and in as many before. Raises
    Stale, TooEarly."""
    today = shop.day(now)
    if row.done_on is None:
        raise Stale
    if today < row.measure_on or today <= row.done_on:
        raise TooEarly
    days = min((today - row.done_on).days, LONGEST_DAYS)
    length = timedelta(days=days)
    before = counted(row, row.done_on - length, row.done_on)
    after = counted(row, today - length, today)
    _move(row, State.DONE, State.MEASURED, by, before=before, after=after, days=days, measured_at=now)


def counted(row: Improvement, start: date, end: date) -> int:
    """Cases told from `start` up to before `end`, by the decision that counts, else as they were heard."""
    opened = (shop.start_of(start), shop.start_of(end))
    rows = Case.objects.filter(opened_at__gte=opened[0], opened_at__lt=opened[1])
    if row.touchpoint_id is not None:
        rows = rows.filter(comment__touchpoint=row.touchpoint_id)
    keys = dict(rows.values_list("comment", "reason"))
    decided = dict(_problems(list(keys)))
    return sum(decided.get(key, reason) == row.problem for key, reason in keys.items())


def to_do() -> QuerySet[Improvement]:
    """Those to be done, and those to be measured, the first due first."""
    rows = Improvement.objects.filter(state__in=[State.OPEN, State.DONE])
    return rows.select_related("owner", "touchpoint", "case").order_by("due_on", "pk")


def ended() -> QuerySet[Improvement]:
    rows = Improvement.objects.filter(state__in=[State.MEASURED, State.DROPPED])
    return rows.select_related("owner", "touchpoint", "case").order_by("-measured_at", "-pk")


def _problems(comment_ids: Sequence[int]) -> Any:
    rows = Decision.objects.filter(comment__among=comment_ids, is_current=True)
    return rows.values_list("comment", "facts__problem")


def _move(row: Improvement, was: str, state: str, by: User, **changes: Any) -> None:
    with journal.recording():
        if not Improvement.objects.filter(pk=row.pk, state=was).update(state=state, **changes):
            raise Stale(state)
        journal.log(f"improvement {state}", row, by=by)
    row.refresh_from_db()
