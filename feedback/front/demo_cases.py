"""What the demo's staff did with complaints: messages, grants, overrides, and a dispute that is open."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, QuerySet

from feedback import addressee, cases, concessions, disputes, message_plans, messages, overrides
from feedback.front import demo_commitments
from feedback.models import Case, Decision, Message, Override, User
from feedback.policy.decision import Decision as Decided
from feedback.policy.decision import Rule
from feedback.wording.phrases import phrases

TOLD = 75  # cases with a message
_ALSO_TOLD = 20  # what was found out, to who wished for something that words fulfil
_ANSWERED = ("apology", "explanation", "call_back")
_MONTHS = 240  # days back
_SAYS = (Rule.OWN_FAULT, Rule.GOODWILL, Rule.STANDARD, Rule.STATUTORY_RIGHT)
_WAYS = ("zalo", "phone", "messenger")
_WHO = ("bao", "bao", "mai", "thu", "thu")  # who promises
_CAUSES = {
    "Thêm xốp lót hộp cho ấm và bình.": "process",
    "Đổi hãng vận chuyển cho tuyến này.": "supplier",
    "Cập nhật ảnh và mô tả trên web.": "product",
    "Nhắc lại quy trình đóng gói cho cả ca.": "person",
    "Xem rồi, không có gì để sửa.": "",
}
_SEEN = "Đã xem ảnh và vận đơn."
_STILL_LOOKING, _STILL_CHOOSES = 0.25, 0.06  # shares of what is told
_KINDNESS = "Khách mua nhiều năm, lần đầu gặp chuyện."


def work(dice: random.Random, staff: dict[str, User], now: datetime) -> None:
    """Older cases get their message, some with a grant, as on a day then."""
    for number, case in enumerate(_older(now)):
        if dice.random() < 0.7:
            _look_into(case, staff["bao"])
        at = case.opened_at + timedelta(hours=dice.uniform(3, 60))
        if number % 7 == 3:
            _override(case, staff["mai"], at)
        tell(dice, case, staff, at, who=staff[dice.choice(_WHO)])
    _dispute(now, staff["bao"])


def cause(dice: random.Random) -> dict[str, str]:
    """What was done about it, and what it came from."""
    removed = dice.choice(tuple(_CAUSES))
    return {"cause_removed": removed, "root_cause": _CAUSES[removed]}


def to_tell(rules: Sequence[str] = _SAYS) -> QuerySet[Case]:
    """Complaints of customers we know, with something to tell them."""
    rows = Case.objects.filter(
        customer__isnull=False, comment__decisions__is_current=True, comment__decisions__rule__in=rules
    ).exclude(order__disputes__state="open")
    return rows.select_related("comment__analysis", "customer", "order", "owner")


def _older(now: datetime) -> list[Case]:
    days = (now - timedelta(days=one) for one in (_MONTHS, 3))
    ended = Q(opened_at__range=tuple(days), resolved_at__isnull=False)
    newest = list(to_tell().filter(ended).order_by("-opened_at", "pk")[:TOLD])
    wished = to_tell([Rule.INVESTIGATE]).filter(ended, wished__in=_ANSWERED).order_by("-opened_at", "pk")
    return [*newest, *wished[:_ALSO_TOLD]]


def _look_into(case: Case, by: User) -> None:
    """Whose fault it was stood in the customer's words only."""
    known = case.comment.analysis.fault
    if known in ("ours", "carrier", "customer"):
        cases.correct_fact(case.comment, "fault", known, reason=_SEEN, by=by)


def _override(case: Case, by: User, at: datetime) -> None:
    decision = Decision.objects.select_related("policy").get(comment=case.comment_id, is_current=True)
    credit = Decimal(50_000)
    try:
        made = overrides.make(
            case, decision, remedy="credit", amount=credit, cost=credit, reason=_KINDNESS, by=by
        )
    except overrides.NotAllowed:
        return
    Override.objects.filter(pk=made.pk).update(at=at)


def tell(
    dice: random.Random,
    case: Case,
    staff: dict[str, User],
    at: datetime,
    *,
    who: User | None,
    by_when: date | None = None,
) -> bool:
    """As on that day: written, approved, carried over, and promised by `who`. False: it may not go out."""
    decision = _looked_into(dice, case, staff["bao"])
    decided = overrides.effective(decision)
    is_known = bool(case.order_id) and not decided.confirm_fault
    remedy = demo_commitments.chosen(dice, case, decided) if decided.remedies and is_known else ""
    if dice.random() < _STILL_CHOOSES:
        remedy = ""
    plan = _plan(dice, case, decision, decided, at, remedy, who=who, by_when=by_when)
    if not plan.promises:
        return False
    way = "phone" if case.wished == "call_back" else dice.choice(_WAYS)
    try:
        with transaction.atomic():
            _write(case, decision, plan, staff, at, way)
    except (messages.NotAllowed, messages.Blocked, concessions.Refused):
        return False
    return True


def _looked_into(dice: random.Random, case: Case, by: User) -> Decision:
    """Mostly: what stood in the customer's words only was confirmed first; what nobody knew was nobody's."""
    known = Decision.objects.select_related("policy").get(comment=case.comment_id, is_current=True)
    if not overrides.effective(known).confirm_fault or not case.order_id or dice.random() < _STILL_LOOKING:
        return known
    seen = {"fault": known.facts["fault"].replace("unknown", "none"), "problem": known.facts["problem"]}
    for fact, value in seen.items():
        if known.sources.get(fact) in (None, "text"):
            cases.correct_fact(case.comment, fact, value, reason=_SEEN, by=by)
    return Decision.objects.select_related("policy").get(comment=case.comment_id, is_current=True)


def _plan(
    dice: random.Random,
    case: Case,
    decision: Decision,
    decided: Decided,
    at: datetime,
    remedy: str,
    *,
    who: User | None,
    by_when: date | None,
) -> message_plans.Plan:
    """What the decision commits us to, in our people's words; on `by_when` the first of it only."""
    book = phrases(addressee.language_of(case), addressee.address_of(case))
    usual = (message_plans.promised_with(case, decided, remedy), book.word("words", "investigate"))
    ours = demo_commitments.says(dice, case, decided, remedy)
    given = [
        replace(one, what=ours if one.what in usual else one.what, who=who.pk if who else None)
        for one in message_plans.proposal(case, decision, decided, at, remedy=remedy).promises
    ]
    if by_when is not None:
        given = [replace(one, by=by_when) for one in given[:1]]
    return message_plans.Plan(remedy=remedy, promises=tuple(given))


def _write(
    case: Case, decision: Decision, plan: message_plans.Plan, staff: dict[str, User], at: datetime, way: str
) -> None:
    written = messages.compose_again(case, decision, plan, by=staff["bao"], edition=0)
    by = staff["mai"] if written.needs_approver else staff["bao"]
    done = messages.approve(written, by=by, edition=written.edition, by_mail=False, now=at)
    messages.sent_by_hand(done, channel=way, by=staff["bao"], now=at)
    Message.objects.filter(pk=written.pk).update(drafted_at=at)


def _dispute(now: datetime, by: User) -> None:
    """The newest complaint about an order: what is locked can be looked at."""
    known = Case.objects.filter(
        order__isnull=False, state="open", comment__decisions__is_current=True, order__disputes=None
    ).exclude(comment__decisions__rule=Rule.NO_PROBLEM)
    case = known.select_related("order").order_by("-opened_at").first()
    if case is None or case.order is None:
        return
    disputes.note(
        case.order,
        external_id="demo-dp-1042",
        amount=case.order.total,
        fee=Decimal(300_000),
        reason="product_unacceptable",
        opened_at=now - timedelta(hours=6),
        due_by=now + timedelta(days=9),
        by=by,
    )
