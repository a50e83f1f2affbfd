"""The private message of a case: put into words, edited, linted, approved with all that it promises, sent."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise as Words
from django.utils.translation import gettext_lazy as _

from feedback import (
    addressee,
    case_clocks,
    cases,
    channels,
    comments,
    concessions,
    granted,
    handling,
    journal,
    mail,
    message_plans,
    overrides,
    reminders,
    shop,
    threads,
)
from feedback.concessions import Refused
from feedback.message_plans import Plan, Planned
from feedback.models import Case, Comment, Decision, Message, OutgoingMail, Promise, User
from feedback.orthography import in_one_direction
from feedback.policy.decision import Decision as Decided
from feedback.policy.decision import Remedy
from feedback.roles import Role, roles_of
from feedback.wording.compose import PRIVATE, compose
from feedback.wording.findings import Finding
from feedback.wording.lint import lint
from feedback.wording.recap import Promised

State = Message.State
LONGEST = 10_000  # characters
_EDITORS = frozenset({Role.STAFF, Role.APPROVER})


class Stale(RuntimeError):
    """Somebody else was faster, or the case was decided anew. `message`: how it stands now, or None."""

    def __init__(self, message: Message | None) -> None:
        super().__init__(message.state if message else "decided anew")
        self.message = message


class NotAllowed(RuntimeError):
    """`why` says so to the person who tried."""

    def __init__(self, why: str | Words) -> None:
        super().__init__("not allowed")
        self.why = why


class Blocked(RuntimeError):
    """The words may not go out like this: `findings` that block."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(", ".join(finding.code for finding in findings))
        self.findings = tuple(findings)


def at_work(case: Case) -> Message | None:
    return _rows().filter(case=case, state__in=[State.DRAFT, State.APPROVED]).first()


def earlier(case: Case) -> list[Message]:
    """Those that went out, oldest first."""
    return list(_rows().filter(case=case, state__in=[State.SENDING, State.SENT]).order_by("pk"))


def words_of(case: Case, decided: Decided, decision: Decision, plan: Plan) -> str:
    """The message as the program writes it: with a remedy granted it offers that one only, and never what
    they have or are to get already."""
    language = addressee.language_of(case)
    offered, given = message_plans.offered(case, decision, decided, plan.remedy)
    return compose(
        offered,
        given=given,
        audience=PRIVATE,
        language=language,
        problem=decision.facts["problem"],
        seed=case.public_id,
        name=addressee.name_of(case),
        address=addressee.address_of(case),
        signature=shop.current().signature(language),
        promises=_promised(case, plan),
        way=handling.way_of(case),
        wish=(case.wished or "") if case.wish.strip() else "",
    )


def findings(case: Case, decision: Decision, decided: Decided, text: str, plan: Plan) -> tuple[Finding, ...]:
    """What the lint says to `text` as this case's message with this plan (S1-9)."""
    here, language = shop.current(), addressee.language_of(case)
    offered, given = message_plans.offered(case, decision, decided, plan.remedy)
    return lint(
        text,
        audience=PRIVATE,
        language=language,
        decision=granted.looked_at(offered, given),
        name=addressee.name_of(case),
        promises=_promised(case, plan),
        own=tuple(
            filter(None, (here.name, here.signature(language), here.reply_address, here.postal_address))
        ),
    )


def edit(case: Case, decision: Decision, text: str, plan: Plan, *, by: User, edition: int) -> Message:
    """Keep the words and the plan that were on the page; `edition` 0: nobody saved before. Raises Stale."""
    words = clean(text)
    with journal.recording():
        decided = overrides.effective(decision)
        given = _columns(case, decision, decided, words, plan)
        known = at_work(case)
        if known is not None and _is_as(known, decision, given):
            return known
        if not Decision.objects.filter(pk=decision.pk, is_current=True).exists():
            raise Stale(known)
        composed = words_of(case, decided, decision, plan)
        is_own = words == composed and plan == message_plans.proposal(case, decision, decided, timezone.now())
        given |= {"decision": decision} | _written_by(known, None if is_own else by)
        if edition == 0:
            message = _create(case, drafted_text=composed, **given)
        else:
            message = _set(case, edition, State.DRAFT, **given)
        journal.log("message edited", case, by=by, message=message.pk, edition=message.edition)
    return message


def compose_again(case: Case, decision: Decision, plan: Plan, *, by: User, edition: int) -> Message:
    """The program's own words for this plan, in place of what was written. Raises Stale."""
    with journal.recording():
        decided = overrides.effective(decision)
        plan = message_plans.with_what_is_granted(case, decided, plan)
        words = words_of(case, decided, decision, plan)
        is_own = plan == message_plans.proposal(case, decision, decided, timezone.now())
        given = _columns(case, decision, decided, words, plan) | {
            "decision": decision,
            "drafted_text": words,
        }
        given |= _written_by(at_work(case), None if is_own else by)
        message = _create(case, **given) if edition == 0 else _set(case, edition, State.DRAFT, **given)
        journal.log("message composed", case, by=by, message=message.pk, edition=message.edition)
    return message


def approve(
    message: Message, *, by: User, edition: int, by_mail: bool, now: datetime | None = None
) -> Message:
    """One transaction: the words are approved, promised is what they promise, and what is granted is booked.

    Raises Stale, NotAllowed, Refused (the grant) or Blocked (the words); then nothing was done.
    """
    try:
        with journal.recording():
            return _approve(message, by=by, edition=edition, by_mail=by_mail, at=now or timezone.now())
    except IntegrityError as error:
        if concessions.GUARD in str(error):
            raise Refused(_("A dispute was opened just now: nothing is granted beside it.")) from None
        if "feedback_concession" in str(error) or "each_remedy_booked_once" in str(error):
            raise Refused(_("This remedy was granted already."), field="remedy") from None
        raise


def sent_by_hand(message: Message, *, channel: str, by: User, now: datetime | None = None) -> None:
    """A person carried the approved words over to where the customer is. Raises Stale, NotAllowed."""
    if channel in channels.advice(message.case.comment.channel).closed:
        raise NotAllowed(_("A letter is answered face to face, not by another letter and not by phone."))
    if channel in handling.SPOKEN and handling.is_stopped(message.case):
        raise NotAllowed(handling.STOPPED)
    at = now or timezone.now()
    with journal.recording():
        waiting = Message.objects.filter(pk=message.pk, state=State.APPROVED)
        if not waiting.update(state=State.SENT, channel=channel, sent_by=by, sent_at=at):
            raise Stale(_as_it_stands(message))
        case_clocks.answered(Case.objects.filter(pk=message.case_id), at)
        journal.log("message sent", message.case, by=by, message=message.pk, channel=channel)


def discard(message: Message, *, reason: str, by: User, edition: int) -> None:
    """Drafts only: what was approved has been promised."""
    with journal.recording():
        _set(message.case, edition, State.DRAFT, state=State.DISCARDED, reason=reason[:300])
        journal.log("message discarded", message.case, by=by, message=message.pk)


def why_not(message: Message, by: User) -> str | Words:
    """Why this person may not approve it; '' when they may."""
    held = roles_of(by)
    if held.isdisjoint(_EDITORS):
        return _("Only staff and approvers approve messages.")
    if message.state != State.DRAFT:
        return _("This message is not waiting for approval.")
    if handling.lacks_our_side(message.case, handling.of(message.case), message.decision):
        return handling.NO_SIDE
    if not message.decision.is_current:
        return _("The case was decided anew since this was written. Put it into words again first.")
    if message.needs_approver and Role.APPROVER not in held:
        return _("This message needs an approver.")
    if message.needs_approver and message.is_by(by):
        return _("You wrote some of this message: another approver must look at it.")
    return ""


def may_edit(by: User) -> bool:
    return not roles_of(by).isdisjoint(_EDITORS)


def costs_of(plan: Plan, remedy: Remedy, decision: Decision, case: Case) -> dict[str, Decimal]:
    """The parts to book: those that a person gave, else the policy's. Raises Refused."""
    usual = concessions.proposed(remedy, decision, case.order)
    given = {name: amount for name, amount in plan.costs.items() if amount}
    if given and given != usual and not plan.cost_reason.strip():
        raise Refused(_("Say why it costs otherwise than the policy reckons."), field="cost_reason")
    return given or usual


def clean(text: str) -> str:
    kept = in_one_direction(comments.clean(text.replace("\r\n", "\n").replace("\r", "\n"))).strip()
    if len(kept) > LONGEST:
        raise NotAllowed(_("A message of more than %(most)s characters cannot be kept.") % {"most": LONGEST})
    return kept


def _approve(message: Message, *, by: User, edition: int, by_mail: bool, at: datetime) -> Message:
    now = _held(message, edition)
    if why := why_not(now, by):
        raise NotAllowed(why)
    case, decision, plan = now.case, now.decision, message_plans.plan_of(now)
    decided = overrides.effective(decision)
    _check_promises(case, decided, plan, at)
    grant = _grant(case, decision, decided, plan)
    is_late = message_plans.is_late(case, decided, plan)
    wants = _wants_approver(case, decision, decided, *(grant or (None, {}))) or is_late
    if wants and not now.needs_approver:  # an override, or another grant, came in between
        raise NotAllowed(_("This message needs an approver by now. Save it again first."))
    if stops := [one for one in findings(case, decision, decided, now.text, plan) if one.blocks]:
        raise Blocked(stops)
    done = _let_go(now, by=by, by_mail=by_mail, at=at)
    promised = promise(case, decision, plan.promises, at)
    if grant is not None:
        remedy, costs = grant
        concessions.book(case, decision, remedy, costs, reason=plan.cost_reason, by=by, now=at)
    journal.log(
        "message approved", case, by=by, message=done.pk, edition=edition, decision=decision.pk,
        promises=promised, remedy=plan.remedy, late=is_late,
    )  # fmt: skip
    return done


def _held(message: Message, edition: int) -> Message:
    """As it stands, with all that could change beside it locked. Raises Stale."""
    concessions.lock(message.case)
    # Whoever decides anew waits here, so that the decision stays the current one until all is written.
    list(Comment.objects.select_for_update(no_key=True).filter(pk=message.case.comment_id).values("pk"))
    cases.hold(message.case)  # nobody resolves it without seeing what is promised here
    now = _as_it_stands(message)
    if (now.edition, now.state) != (edition, State.DRAFT):
        raise Stale(now)
    return now


def _check_promises(case: Case, decided: Decided, plan: Plan, at: datetime) -> None:
    """They were written on another day. Raises NotAllowed or Refused."""
    if decided.refusal and not decided.alternatives:
        raise NotAllowed(_("A no needs something beside it that we can do. Set the facts right first."))
    usual = message_plans.latest(case, decided, shop.day(at))
    for one in plan.promises:
        if why := message_plans.why_not_by(one.by, usual, one.why, now=at):
            raise NotAllowed(f"{one.what}, {date_format(one.by)}: {why}")
    _say_what(case, decided, plan)


def _let_go(message: Message, *, by: User, by_mail: bool, at: datetime) -> Message:
    """Approved: on its way by mail, or waiting for whoever carries it over. Raises NotAllowed, Stale."""
    case = message.case
    if by_mail and not addressee.mail_address(case):
        raise NotAllowed(_("There is no e-mail address that we may write to."))
    letter = _letter(message) if by_mail else None
    done = _set(
        case,
        message.edition,
        State.DRAFT,
        state=State.SENDING if letter else State.APPROVED,
        channel=Message.Channel.EMAIL if letter else "",
        mail=letter,
        approved_by=by,
        approved_at=at,
    )
    if letter:
        case_clocks.answered(Case.objects.filter(pk=case.pk), at)
    return done


def _say_what(case: Case, decided: Decided, plan: Plan) -> None:
    """Nobody confirms a promise without content, or one that asks for what is chosen. Raises Refused."""
    for one in plan.promises:
        if why := message_plans.why_not_what(one.what):
            raise Refused(f"{one.what}: {why}", field="promises")
    if plan.remedy and message_plans.with_what_is_granted(case, decided, plan) != plan:
        raise Refused(_("It promises otherwise than it grants: put it into words again."), field="promises")


def _grant(
    case: Case, decision: Decision, decided: Decided, plan: Plan
) -> tuple[Remedy, dict[str, Decimal]] | None:
    if not plan.remedy:
        return None
    if concessions.is_locked_out(case.order_id):
        raise Refused(_("A dispute on this order is open: nothing is granted beside it."), field="remedy")
    if case.comment.customer_claimed:
        raise Refused(_("First check that it is this customer who wrote."), field="remedy")
    remedy = message_plans.chosen(decided, plan.remedy)
    if remedy is None:
        raise Refused(_("The decision does not offer this."), field="remedy")
    if any(one.remedy.kind == remedy.kind for one in granted.of(case, decided)):
        raise Refused(_("This remedy was granted already."), field="remedy")
    costs = costs_of(plan, remedy, decision, case)
    field, why = concessions.why_not(remedy, decision, decided, costs)
    if why:
        raise Refused(why, field=field)
    return remedy, costs


def _wants_approver(
    case: Case, decision: Decision, decided: Decided, remedy: Remedy | None, costs: Mapping[str, Decimal]
) -> bool:
    """Above the limit counts all that the case got so far, and what the letter gives, whatever is typed as
    its cost. A second grant always waits for an approver: remedies are alternatives (S1-10, decision 14)."""
    if decided.needs_approver or handling.wants_senior(case):
        return True
    if remedy is None:
        return False
    before = concessions.granted_before(case, remedy.currency or decision.facts["currency"])
    usual = concessions.proposed(remedy, decision, case.order)
    stake = max(
        sum(costs.values(), Decimal(0)), sum(usual.values(), Decimal(0)), concessions.paid_out(remedy)
    )
    return before > 0 or concessions.is_over_limit(decision, {"all": stake})


def promise(case: Case, decision: Decision, planned: Iterable[Planned], at: datetime) -> list[int]:
    """Their keys. Each is asked about on the working day after its own. Hold the case."""
    rows = [
        Promise(
            case=case,
            decision=decision,
            who_id=one.who,
            what=one.what[:300],
            by_when=one.by,
            made_at=at,
            call_back_on=shop.working_days_later(one.by, 1),
            remind_at=reminders.first(one.by, at),
        )
        for one in planned
    ]
    return [row.pk for row in Promise.objects.bulk_create(rows)]


def _letter(message: Message) -> OutgoingMail:
    written = mail.write(
        to=addressee.mail_address(message.case),
        template="message",
        context={"words": message.text},
        language=message.language,
        customer=message.case.customer,
        about=f"feedback.message:{message.pk}",
        thread=threads.token(message.case),
    )
    assert written is not None  # a service mail is never refused at writing
    return written


def _promised(case: Case, plan: Plan) -> list[Promised]:
    """For the recap: what the case promised before and has not kept yet, then what this message adds."""
    known = case.promises.filter(state=Promise.State.OPEN).select_related("who").order_by("by_when", "pk")
    names = _names(one.who for one in plan.promises)
    today = shop.day(timezone.now())
    return [
        *(
            Promised(
                what=one.what,
                who=str(one.who or ""),
                by=one.by_when,
                is_made=True,
                is_late=one.by_when < today,
            )
            for one in known
        ),
        *(Promised(what=one.what, who=names.get(one.who, ""), by=one.by) for one in plan.promises),
    ]


def _names(ids: Iterable[int | None]) -> dict[int | None, str]:
    wanted = {one for one in ids if one is not None}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=wanted)} if wanted else {}


def _columns(case: Case, decision: Decision, decided: Decided, words: str, plan: Plan) -> dict[str, Any]:
    costs = {name: amount for name, amount in plan.costs.items() if amount}
    remedy = message_plans.chosen(decided, plan.remedy)
    return {
        "text": words,
        "remedy": plan.remedy,
        "costs": {name: str(amount) for name, amount in costs.items()},
        "cost_reason": plan.cost_reason[:300],
        "promises": [
            {"what": one.what[:300], "who": one.who, "by": one.by.isoformat()}
            | ({"why": one.why[:300]} if one.why else {})
            for one in plan.promises
        ],
        "needs_approver": message_plans.is_late(case, decided, plan)
        or _wants_approver(case, decision, decided, remedy, costs),
    }


def _written_by(known: Message | None, by: User | None) -> dict[str, Any]:
    """None: words and plan are the program's. Else whoever wrote before may have left something in the plan.

    Should `known` not be how it stands any more, then neither is it the edition that is written over.
    """
    if by is None:
        return {"edited_by": None, "authors": ""}
    return {"edited_by": by, "authors": (known or Message()).authors_with(by)}


def _is_as(message: Message, decision: Decision, given: Mapping[str, Any]) -> bool:
    return (
        message.state == State.DRAFT
        and message.decision_id == decision.pk
        and all(getattr(message, name) == value for name, value in given.items())
    )


def _create(case: Case, **columns: Any) -> Message:
    """Editions go on counting over the messages of a case: a page of an earlier one can never fit."""
    before = Message.objects.filter(case=case).aggregate(last=Max("edition"))["last"] or 0
    try:
        with transaction.atomic():
            return Message.objects.create(
                case=case,
                language=addressee.language_of(case),
                drafted_at=timezone.now(),
                edition=before + 1,
                **columns,
            )
    except IntegrityError:
        raise Stale(at_work(case)) from None


def _set(case: Case, edition: int, was: str, /, **changes: Any) -> Message:
    """Compare and set: one winner, whoever else presses a button at the same time."""
    mine = Message.objects.filter(case=case, state=was, edition=edition)
    found = mine.values_list("pk", flat=True).first()
    if found is None or not mine.filter(pk=found).update(edition=edition + 1, **changes):
        raise Stale(at_work(case))
    return _rows().get(pk=found)


def _as_it_stands(message: Message) -> Message:
    return _rows().get(pk=message.pk)


def _rows() -> QuerySet[Message]:
    return Message.objects.select_related(
        "case__comment__analysis", "case__customer", "case__order", "decision__policy", "mail",
        "edited_by", "approved_by", "sent_by",
    )  # fmt: skip
