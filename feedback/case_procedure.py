"""What the page of a case shows of how it is handled: clocks, owner, steps, what may be the same matter."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from feedback import case_forms, channels, duplicates, handling, handling_forms, handling_words, procedure
from feedback.archetypes import Archetype
from feedback.case_clocks import UNSETTLED
from feedback.models import Case, Enclosure, Handling, IncomingMail, User

ADVICE = {
    channels.Next.MEET: _(
        "They took the trouble of a letter: meet them. Another letter, or a call, may hurt more."
    ),
    channels.Next.AT_ONCE: _("They stand before you: put it right now if you can."),
    channels.Next.QUICK: _("They want to hear at once what we can do. Say it in the first answer."),
}


def shown(case: Case, by: User, now: datetime) -> dict[str, Any]:
    """About ten queries, however much there is."""
    is_open = case.state in UNSETTLED
    is_spoken_to = is_open and not handling.is_stopped(case)
    row = handling.seen(case, now)
    return {
        "is_open": is_open,
        "advice": ADVICE.get(channels.advice(case.comment.channel).next, "") if is_spoken_to else "",
        "is_answer_late": is_open and case.answered_at is None and _is_past(case.answer_by, now),
        "severity": case_forms.SeverityForm(case=case),
        "owner": case_forms.OwnerForm(case=case),
        "steps": procedure.steps(case),
        "step": case_forms.StepForm(),
        "watchers": list(User.objects.filter(watches__case=case).order_by("first_name", "username")),
        "is_watching": case.watches.filter(user=by).exists(),
        "alike": duplicates.of(case),
        "follow_ups": list(
            case.follow_ups.select_related("comment__analysis").order_by("comment__said_at", "pk")
        ),
        "joined": list(case.joined.select_related("comment").order_by("opened_at")),
        "enclosures": _enclosures(case),
        "left_out": _left_out(case),
        "judged": judged(case, row, by),
    }


def judged(case: Case, row: Handling | None, by: User) -> dict[str, Any]:
    """What history says of whoever complains, what people said of it, and what has to be done first."""
    steps = handling.open_steps(row, case, done=bool(case.cause_removed), told=case.end_told_at is not None)
    insults = handling.insults_in(case)
    return {
        "row": row,
        "what_to_do": handling_words.WHAT_TO_DO.get(Archetype(row.final)) if row else None,
        "reasons": handling_words.reasons(row) if row else [],
        "steps": [handling_words.STEPS[step] for step in steps],
        "lacks_our_side": handling.lacks_our_side(case, row),
        "is_abusive": insults > 0,
        "may_be_stopped": insults >= handling.STOP_AT,
        "archetype": handling_forms.ArchetypeForm(row=row),
        "verdict": handling_forms.VerdictForm(row=row, by=by),
        "worth": handling_forms.WorthForm(row=row),
        "our_side": handling_forms.OurSideForm(row=row),
        "stop": handling_forms.StopForm(),
    }


def _left_out(case: Case) -> int:
    """Things that came with its mails and are not kept: no pictures, or too many."""
    mails = IncomingMail.objects.filter(comment__in=_words(case))
    return mails.aggregate(n=Sum("left_out", default=0))["n"]


def _words(case: Case) -> list[int]:
    return [case.comment_id, *case.follow_ups.values_list("comment", flat=True)]


def _enclosures(case: Case) -> Iterable[Enclosure]:
    return list(
        Enclosure.objects.filter(comment__in=_words(case)).defer("content").order_by("comment", "position")
    )


def _is_past(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now
