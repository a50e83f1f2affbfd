"""What a person says of a complaint and of whoever makes it: is it true, our own side, how they are handled.

Each act is compare-and-set against what stood on the page, and writes its Event. None touches a Decision.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from feedback import archetypes, case_clocks, comments, handling, improvements, journal, tokens
from feedback.cases import Stale
from feedback.models import Case, Handling, User
from feedback.procedure import NotAllowed


def choose(case: Case, archetype: str, *, why: str, known: str, by: User, now: datetime) -> None:
    """Handle them otherwise than history says; "" as none of them. `known`: what counted on the page."""
    with journal.recording():
        row = _row(case, now)
        if row.final != known:
            raise Stale("archetype")
        _set(row, chosen=archetype, chosen_why=_clean(why), chosen_by=by, chosen_at=now)
        journal.log("archetype chosen", case, by=by, archetype=archetype, was=known)
        if archetype in archetypes.FIRST:
            case_clocks.bring_forward(case, now)


def verify(
    case: Case,
    verdict: str,
    *,
    evidence: str,
    known: str,
    by: User,
    now: datetime,
    improvement: Mapping[str, Any] | None = None,
) -> None:
    """Is it true? What is gets a line in the work plan: `improvement` as improvements.plan takes it. Raises
    Stale, NotAllowed."""
    if verdict == Handling.Verdict.TRUE and improvement is None:
        raise NotAllowed(_("What is true is put right: say what is done about it, by whom and by when."))
    with journal.recording():
        row = _row(case, now)
        if row.verdict != known:
            raise Stale("verdict")
        _set(row, verdict=verdict, evidence=_clean(evidence, 500), verdict_by=by, verdict_at=now)
        planned = improvements.plan(case=case, by=by, now=now, **improvement).pk if improvement else None
        journal.log("complaint verified", case, by=by, verdict=verdict, improvement=planned)


def judge_worth(case: Case, worth: str, *, why: str, known: str, by: User, now: datetime) -> None:
    """Whether winning them back is worth it. What they get is the policy's either way. Raises Stale."""
    with journal.recording():
        row = _row(case, now)
        if row.worth != known:
            raise Stale("worth")
        _set(row, worth=worth, worth_why=_clean(why), worth_by=by, worth_at=now)
        journal.log("worth judged", case, by=by, worth=worth)


def as_of(words: str) -> str:
    """What a form on our side was opened on; "" for nothing yet."""
    return tokens.digest(words) if words else ""


def note_our_side(case: Case, words: str, *, known: str, by: User, now: datetime) -> None:
    """What the person or the team concerned says, beside the customer's words (S1-4). `known`: `as_of` what
    stood there. Raises Stale."""
    with journal.recording():
        row = _row(case, now)
        if as_of(row.our_side) != known:
            raise Stale("our side")
        _set(row, our_side=_clean(words, 1000), our_side_by=by, our_side_at=now)
        journal.log("our side noted", case, by=by)


def stop(case: Case, *, why: str, by: User, now: datetime) -> None:
    """S1-11: nobody has to listen to insults. By rule, not by mood. Raises Stale, NotAllowed."""
    if handling.insults_in(case) < handling.STOP_AT:
        raise NotAllowed(_("The rule: once two of their texts in this case were abusive."))
    with journal.recording():
        row = _row(case, now)
        if row.stopped_at is not None:
            raise Stale("stopped")
        _set(row, stopped_why=_clean(why), stopped_by=by, stopped_at=now)
        journal.log("contact stopped", case, by=by)


def resume(case: Case, *, by: User, now: datetime) -> None:
    with journal.recording():
        row = _row(case, now)
        if row.stopped_at is None:
            raise Stale("stopped")
        _set(row, stopped_why="", stopped_by=None, stopped_at=None)
        journal.log("contact resumed", case, by=by)


def _row(case: Case, now: datetime) -> Handling:
    """Locked until the end of the transaction; made as history says where there is none."""
    if not Handling.objects.filter(pk=case.pk).exists() and not handling.reckon([case], now):
        Handling.objects.get_or_create(case=case, defaults={"reckoned_at": now})
    return Handling.objects.select_for_update(no_key=True, of=("self",)).get(pk=case.pk)


def _set(row: Handling, **columns: Any) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    row.save(update_fields=list(columns))


def _clean(words: str, most: int = 300) -> str:
    return comments.clean(words).strip()[:most]
