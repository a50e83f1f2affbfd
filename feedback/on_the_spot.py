"""Put it right while the customer stands before us, or is on the phone: within the stated limit, and what was
done about the cause is noted (S2-9; the channel table of article 001).

What the policy grants is granted, no more: nothing that needs an approver, and nothing above the limit.
"""

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError
from django.db.models import F
from django.utils.functional import Promise as Words
from django.utils.translation import gettext_lazy as _

from feedback import cases, concessions, handling, journal, message_plans, messages, overrides, shop
from feedback.case_clocks import UNSETTLED
from feedback.concessions import Refused
from feedback.message_plans import Planned
from feedback.models import Case, Comment, Decision, Message, User
from feedback.models.words import Channel
from feedback.policy.decide import ESTABLISHED
from feedback.policy.decision import Decision as Decided
from feedback.policy.remedies import Kind

WAYS = (Channel.IN_PERSON, Channel.PHONE)
SEEN, SETTLED = "seen on the spot", "settled on the spot"
HANDED_OVER = frozenset({Kind.CREDIT.value})  # by telephone, too: all else is still to follow then
_IN_MONEY = (Kind.REFUND, Kind.PRICE_REDUCTION, Kind.PAY_DIFFERENCE, Kind.CREDIT)


def why_not(case: Case, decision: Decision, decided: Decided) -> str | Words:
    """Why this one is for others; "" when it may be settled here and now."""
    if case.comment.channel not in WAYS or case.state not in UNSETTLED:
        return _("This is for those who stand before you or are on the phone.")
    if handling.is_stopped(case):
        return handling.STOPPED
    if decided.needs_approver or handling.wants_senior(case):
        return _("This needs an approver: hand it to staff.")
    if concessions.is_locked_out(case.order_id):
        return _("A dispute on this order is open: nothing is granted beside it.")
    if case.comment.customer_claimed:
        return _("First check that it is this customer.")
    if concessions.staff_limit(decision) is None:
        return _("The policy names no sum that you may give alone: hand it to staff.")
    if concessions.granted_before(case, decision.facts["currency"]) > 0:
        return _("Something was granted here before: hand it to staff.")
    return ""


def is_to_be_seen(decision: Decision, decided: Decided) -> bool:
    """Whose fault it is, or what went wrong, stands in the customer's words alone: a look settles that."""
    return decided.confirm_fault or decision.confirm_problem or decision.facts.get("fault") == "unknown"


def seen(case: Case, decision: Decision, *, by: User) -> Decision:
    """Somebody looked: it is as they say, and it is ours. Decided anew."""
    with journal.recording():
        if decision.sources.get("problem") == "text":
            problem = decision.facts["problem"]
            decision = cases.correct_fact(case.comment, "problem", problem, reason=SEEN, by=by)
        if decision.facts.get("fault") != "ours" or decision.facts.get("fault_from") not in ESTABLISHED:
            case.comment.refresh_from_db()
            decision = cases.correct_fact(case.comment, "fault", "ours", reason=SEEN, by=by)
    return decision


def settle(
    case: Case,
    decision: Decision,
    *,
    remedy: str,
    cost: Decimal | None,
    first_time: bool,
    cause_removed: str,
    root_cause: str,
    by: User,
    now: datetime,
    follows: Planned | None = None,
) -> None:
    """One transaction, and one winner: what they get is booked, the case is resolved and told, and a draft
    that still offers something is withdrawn.

    `cost`: what it costs us, where the policy cannot reckon it. `follows`: what they do not have yet, by its
    day: a promise, asked about after that. Raises Refused, Stale, handling.NotYet; then
    nothing was done.
    """
    try:
        with journal.recording():
            _settle(case, decision, remedy, cost, by, now)
            _withdraw(case, by)
            _check_owed(case)
            promised = _promise(case, decision, follows, now)
            cases.resolve(
                case, by=by, first_time=first_time, cause_removed=cause_removed, root_cause=root_cause,
                is_told=True, keeps_promises=True,
            )  # fmt: skip
            journal.log("settled on the spot", case, by=by, remedy=remedy, promises=promised)
    except IntegrityError as error:
        if concessions.GUARD in str(error):
            raise Refused(_("A dispute was opened just now: nothing is granted beside it.")) from None
        if "feedback_concession" in str(error) or "each_remedy_booked_once" in str(error):
            raise Refused(_("This remedy was granted already."), field="remedy") from None
        raise


def _settle(
    case: Case, decision: Decision, remedy: str, cost: Decimal | None, by: User, now: datetime
) -> None:
    concessions.lock(case)
    _hold(case, decision)
    decided = overrides.effective(decision)
    if why := why_not(case, decision, decided):
        raise Refused(why)
    chosen = next((one for one in decided.remedies if one.kind == remedy), None)
    if chosen is None:
        raise Refused(_("The decision does not offer this."), field="remedy")
    costs = concessions.proposed(chosen, decision, case.order)
    if not costs and cost:
        costs = {"refund" if chosen.kind in _IN_MONEY else "product_cost": cost}
    field, why = concessions.why_not(chosen, decision, decided, costs)
    if why:
        raise Refused(why, field="cost" if field == "costs" else "")
    stake = max(sum(costs.values(), Decimal(0)), concessions.paid_out(chosen))
    if concessions.is_over_limit(decision, {"all": stake}):
        raise Refused(_("This is above what you may give alone: hand it to staff."), field="remedy")
    concessions.book(case, decision, chosen, costs, reason="", by=by, now=now)


def _withdraw(case: Case, by: User) -> None:
    """What waits for approval offers something beside it: it goes. What is approved has been promised: it is
    carried out first. Raises Refused."""
    if Message.objects.filter(case=case, state=Message.State.APPROVED).exists():
        raise Refused(_("A message to them is approved and waits to be sent: hand it to staff."))
    waiting = Message.objects.filter(case=case, state=Message.State.DRAFT)
    for pk in waiting.values_list("pk", flat=True):
        gone = {"state": Message.State.DISCARDED, "reason": SETTLED, "edition": F("edition") + 1}
        if waiting.filter(pk=pk).update(**gone):
            journal.log("message discarded", case, by=by, message=pk, why=SETTLED)


def _check_owed(case: Case) -> None:
    """Before anything follows from here: what was promised earlier is settled first. Raises Refused."""
    try:
        cases.check_nothing_owed(case)
    except handling.NotYet:
        raise Refused(
            _("Something is still promised to them: first note on the promise’s page whether it was kept.")
        ) from None


def _promise(case: Case, decision: Decision, follows: Planned | None, now: datetime) -> list[int]:
    if follows is None:
        return []
    if why := message_plans.why_not_what(follows.what):
        raise Refused(why, field="follows")
    usual = message_plans.latest(case, overrides.effective(decision), shop.day(now))
    if why := message_plans.why_not_by(follows.by, usual):
        raise Refused(why, field="by")
    return messages.promise(case, decision, [follows], now)


def _hold(case: Case, decision: Decision) -> None:
    """Before any money is booked: it is still open, and still decided so, and stays so until all is written.
    Of two who press at once the second waits here, and is told. Words before case, as everywhere. Raises
    Stale."""
    list(Comment.objects.select_for_update(no_key=True).filter(pk=case.comment_id).values("pk"))
    if not Decision.objects.filter(pk=decision.pk, is_current=True).exists():
        raise cases.Stale("decided anew")
    held = Case.objects.select_for_update(no_key=True).filter(pk=case.pk, state__in=UNSETTLED)
    if not list(held.values("pk")):
        raise cases.Stale("ended")
