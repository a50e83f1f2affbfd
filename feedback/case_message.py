"""What the page of a case shows of its private message: the form, the findings, what was sent before."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from feedback import (
    addressee,
    case_forms,
    channels,
    concessions,
    granted,
    handling,
    labels,
    message_plans,
    messages,
    overrides,
    shop,
)
from feedback.case_forms import MessageForm
from feedback.models import Case, Decision, Message, User
from feedback.money import format_money
from feedback.policy.decision import Decision as Decided
from feedback.wording.given import Given
from feedback.wording.lint import blocks
from feedback.wording.ways import MARKED, PLAIN, text_messages

DRAFT = Message.State.DRAFT


def shown(
    case: Case,
    decision: Decision,
    decided: Decided,
    by: User,
    language: str,
    *,
    form: Any = None,
    problem: Any = "",
    stale: Any = None,
    typed: str = "",
) -> dict[str, Any]:
    """`form`: with what was typed and is refused. `stale`: how the message stands now, or True."""
    known = messages.at_work(case)
    plan = _plan(case, decision, decided, known)
    text = _text(case, decision, decided, known, plan)
    context: dict[str, Any] = {
        "row": known,
        "language": addressee.language_of(case),
        "text": text,
        "plan": plan,
        "earlier": messages.earlier(case),
        "problem": problem,
        "stale": stale,
        "typed": typed,
        "way": handling.way_of(case).value,
        "texts": text_messages(text),
        "text_sizes": {"plain": PLAIN, "marked": MARKED},
        "is_outdated": bool(known and known.state == DRAFT and known.decision_id != decision.pk),
        "limit": limit_of(decision, language),
        "may_edit": messages.may_edit(by),
        "sent": case_forms.SentForm(closed=closed(case)),
        "may_print": Message.Channel.LETTER not in closed(case),
    }
    if known is None or known.state == DRAFT:
        bound = form if form is not None and stale is None else None
        if bound is not None:
            context["text"] = bound.data.get("text", text)
        context |= {
            "form": bound or form_of(case, decision, None, decided=decided, known=known, plan=plan),
            "edition": known.edition if known else 0,
            "checked": findings(case, decision, context["text"], plan, decided),
            "why_not": _why_not(case, known, decision, decided, by),
        }
    return context


def form_of(
    case: Case,
    decision: Decision,
    data: Any,
    *,
    decided: Decided | None = None,
    known: Message | None = None,
    plan: message_plans.Plan | None = None,
) -> MessageForm:
    decided = decided or overrides.effective(decision)
    currency, language = decision.facts["currency"], (get_language() or "vi")[:2]  # the reader's
    given = granted.of(case, decided)
    return MessageForm(
        data,
        remedies=_remedies(case, decision, decided, given, language),
        is_given=bool(given),
        currency=currency,
        address=addressee.mail_address(case),
        latest=message_plans.latest(case, decided, shop.day(timezone.now())),
        initial=MessageForm.initial_of(plan or message_plans.Plan()),
    )


def remedies_of(case: Case, decision: Decision, decided: Decided, language: str) -> list[tuple[str, str]]:
    """To choose from, each with what it costs us; what was given already is none of them."""
    return _remedies(case, decision, decided, granted.of(case, decided), language)


def _remedies(
    case: Case, decision: Decision, decided: Decided, given: Sequence[Given], language: str
) -> list[tuple[str, str]]:
    currency, kinds = decision.facts["currency"], {one.remedy.kind for one in given}
    open_ = [one for one in decided.remedies if one.kind not in kinds]
    costs = [_cost(concessions.proposed(one, decision, case.order), currency, language) for one in open_]
    return case_forms.labelled(open_, costs)


def findings(
    case: Case, decision: Decision, text: str, plan: message_plans.Plan, decided: Decided | None = None
) -> dict[str, Any]:
    """In the form of the desk's own list. What is longer than can be kept is not looked through."""
    looked_at = text[: messages.LONGEST]
    found = messages.findings(case, decision, decided or overrides.effective(decision), looked_at, plan)
    return {
        "findings": [
            {"finding": one, "message": _(one.message), "words": " ".join(one.words.split())[:80]}
            for one in found
        ],
        "is_blocked": blocks(found),
        "size": len(text),
        "limit": None,
    }


def fitting(plan: message_plans.Plan, case: Case, decision: Decision) -> message_plans.Plan:
    """The plan without a remedy that the current decision does not offer any more, or that they have."""
    decided = overrides.effective(decision)
    given = {one.remedy.kind for one in granted.of(case, decided)}
    offered = {one.kind for one in decided.remedies} - given
    if plan.remedy in offered:
        return plan
    return message_plans.Plan(promises=plan.promises)


def _plan(case: Case, decision: Decision, decided: Decided, known: Message | None) -> message_plans.Plan:
    if known is not None:
        return message_plans.plan_of(known)
    return message_plans.proposal(case, decision, decided, timezone.now())


def _text(
    case: Case, decision: Decision, decided: Decided, known: Message | None, plan: message_plans.Plan
) -> str:
    return known.text if known is not None else messages.words_of(case, decided, decision, plan)


def closed(case: Case) -> frozenset[str]:
    """Ways by which nothing goes out. Whom a letter alone reaches is asked to a meeting by letter."""
    ways = channels.advice(case.comment.channel).closed
    if addressee.is_only_by_post(case):
        ways -= {Message.Channel.LETTER}
    return ways | frozenset(handling.SPOKEN) if handling.is_stopped(case) else ways


def _why_not(case: Case, known: Message | None, decision: Decision, decided: Decided, by: User) -> Any:
    if known is not None:
        return messages.why_not(known, by)
    if handling.lacks_our_side(case, handling.of(case), decision):
        return handling.NO_SIDE
    wants = decided.needs_approver or handling.wants_senior(case)
    if wants and not concessions.may_agree_above_the_limit(by):
        return _("This message needs an approver.")
    return ""


def limit_of(decision: Decision, language: str) -> str:
    limit = concessions.staff_limit(decision)
    return format_money(limit, decision.facts["currency"], language) if limit is not None else ""


def _cost(costs: dict[str, Any], currency: str, language: str) -> str:
    if not costs:
        return _("cost not known: fill it in below")
    total = format_money(sum(costs.values()), currency, language)
    return _("costs us %(total)s") % {"total": total}


def overridden(case: Case, decision: Decision, language: str) -> dict[str, Any] | None:
    """What a person decided otherwise, in words."""
    row = decision.override if hasattr(decision, "override") else None
    if row is None:
        return None
    return {
        "row": row,
        "remedy": labels.known(labels.REMEDIES, row.remedy) if row.remedy else "",
        "cost": format_money(row.cost, row.currency, language),
    }
