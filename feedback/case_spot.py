"""What the page of a case shows of settling it here and now: whether it may be, the limit, the form."""

from typing import Any

from django.utils import timezone

from feedback import case_message, follow_ups, message_plans, on_the_spot, overrides, shop
from feedback.case_clocks import UNSETTLED
from feedback.handling_forms import SpotForm
from feedback.message_plans import Planned
from feedback.models import Case, Decision, User
from feedback.models.words import Channel


def shown(
    case: Case, decision: Decision, language: str, form: SpotForm | None = None
) -> dict[str, Any] | None:
    """For the page of a case; None where it is not for here and now."""
    decided = overrides.effective(decision)
    if case.comment.channel not in on_the_spot.WAYS or case.state not in UNSETTLED:
        return None
    return {
        "why_not": on_the_spot.why_not(case, decision, decided),
        "is_to_be_seen": on_the_spot.is_to_be_seen(decision, decided),
        "limit": case_message.limit_of(decision, language),
        "form": (form or form_of(case, decision, language)) if decided.remedies else None,
        "is_refused": form is not None,
    }


def form_of(case: Case, decision: Decision, language: str, data: Any = None) -> SpotForm:
    decided = overrides.effective(decision)
    is_again = follow_ups.is_told_again(case)
    return SpotForm(
        data,
        remedies=case_message.remedies_of(case, decision, decided, language),
        currency=decision.facts["currency"],
        latest=message_plans.latest(case, decided, shop.day(timezone.now())),
        is_told_again=is_again,
        is_far=case.comment.channel == Channel.PHONE,
        initial={"decision": decision.pk, "first_time": "" if is_again else "yes"},
    )


def follows(case: Case, decision: Decision, given: dict[str, Any], by: User) -> Planned | None:
    """What is promised with it, by whoever settles it; None: they have it."""
    if not given["by"]:
        return None
    usual = message_plans.promised_with(case, overrides.effective(decision), given["remedy"])
    return Planned(what=given["follows"].strip() or usual, who=by.pk, by=given["by"])
