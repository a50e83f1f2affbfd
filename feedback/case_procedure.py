"""What the page of a case shows of how it is handled: clocks, owner, steps, what may be the same matter."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from feedback import case_forms, channels, duplicates, procedure
from feedback.cases import UNSETTLED
from feedback.models import Case, Enclosure, User

ADVICE = {
    channels.Next.MEET: _(
        "They took the trouble of a letter: meet them. Another letter, or a call, may hurt more."
    ),
    channels.Next.AT_ONCE: _("They stand before you: put it right now if you can."),
    channels.Next.QUICK: _("They want to hear at once what we can do. Say it in the first answer."),
}


def shown(case: Case, by: User, now: datetime) -> dict[str, Any]:
    """About eight queries, however much there is."""
    is_open = case.state in UNSETTLED
    return {
        "is_open": is_open,
        "advice": ADVICE.get(channels.advice(case.comment.channel).next, "") if is_open else "",
        "is_answer_late": is_open and case.answered_at is None and _is_past(case.answer_by, now),
        "severity": case_forms.SeverityForm(case=case),
        "owner": case_forms.OwnerForm(case=case),
        "steps": procedure.steps(case),
        "step": case_forms.StepForm(),
        "watchers": list(User.objects.filter(watches__case=case).order_by("first_name", "username")),
        "is_watching": case.watches.filter(user=by).exists(),
        "alike": duplicates.of(case),
        "follow_ups": list(case.follow_ups.select_related("comment").order_by("comment__said_at", "pk")),
        "joined": list(case.joined.select_related("comment").order_by("opened_at")),
        "enclosures": _enclosures(case),
    }


def _enclosures(case: Case) -> Iterable[Enclosure]:
    words = [case.comment_id, *case.follow_ups.values_list("comment", flat=True)]
    return list(Enclosure.objects.filter(comment__in=words).defer("content").order_by("comment", "position"))


def _is_past(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now
