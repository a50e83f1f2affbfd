"""What the demo's staff did with complaints: messages, grants, overrides, and a dispute that is open."""

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from feedback import cases, concessions, disputes, messages, overrides, shop
from feedback.models import Case, Concession, Decision, Message, Override, Promise, User
from feedback.policy.decision import Rule

TOLD = 60  # cases with a message
_CAUSES = {
    "Thêm xốp lót hộp cho ấm và bình.": "process",
    "Đổi hãng vận chuyển cho tuyến này.": "supplier",
    "Cập nhật ảnh và mô tả trên web.": "product",
    "Nhắc lại quy trình đóng gói cho cả ca.": "person",
    "Xem rồi, không có gì để sửa.": "",
}
_KINDNESS = "Khách mua nhiều năm, lần đầu gặp chuyện."


def work(dice: random.Random, staff: dict[str, User], now: datetime) -> None:
    """Older cases get their message, some with a grant; days are set back to then."""
    for number, case in enumerate(_older(now)):
        if dice.random() < 0.7:
            _look_into(case, staff["bao"])
        decision = Decision.objects.select_related("policy").get(comment=case.comment_id, is_current=True)
        at = case.opened_at + timedelta(hours=dice.uniform(3, 60))
        if number % 7 == 3:
            _override(case, decision, staff["mai"], at)
        _tell(dice, case, decision, staff, at)
    _dispute(now, staff["bao"])


def cause(dice: random.Random) -> dict[str, str]:
    """What was done about it, and what it came from."""
    removed = dice.choice(tuple(_CAUSES))
    return {"cause_removed": removed, "root_cause": _CAUSES[removed]}


def _older(now: datetime) -> list[Case]:
    rows = Case.objects.filter(
        opened_at__lt=now - timedelta(days=3),
        customer__isnull=False,
        order__isnull=False,
        comment__decisions__is_current=True,
        comment__decisions__rule__in=[Rule.OWN_FAULT, Rule.GOODWILL, Rule.STANDARD, Rule.STATUTORY_RIGHT],
    ).exclude(order__disputes__state="open")
    return list(
        rows.select_related("comment__analysis", "customer", "order").order_by("-opened_at", "pk")[:TOLD]
    )


def _look_into(case: Case, by: User) -> None:
    """Whose fault it was stood in the customer's words only."""
    known = case.comment.analysis.fault
    if known in ("ours", "carrier", "customer"):
        cases.correct_fact(case.comment, "fault", known, reason="Đã xem ảnh và vận đơn.", by=by)


def _override(case: Case, decision: Decision, by: User, at: datetime) -> None:
    credit = Decimal(50_000)
    try:
        made = overrides.make(
            case, decision, remedy="credit", amount=credit, cost=credit, reason=_KINDNESS, by=by
        )
    except overrides.NotAllowed:
        return
    Override.objects.filter(pk=made.pk).update(at=at)


def _tell(dice: random.Random, case: Case, decision: Decision, staff: dict[str, User], at: datetime) -> None:
    decided = overrides.effective(decision)
    grants = decided.remedies and not decided.confirm_fault and dice.random() < 0.8
    remedy = dice.choice(decided.remedies).kind if grants else ""
    plan = messages.Plan(remedy=remedy, promises=messages.proposal(case, decision, decided, at).promises)
    try:
        written = messages.compose_again(case, decision, plan, by=staff["bao"], edition=0)
        by = staff["mai"] if written.needs_approver else staff["bao"]
        done = messages.approve(written, by=by, edition=written.edition, by_mail=False)
        messages.sent_by_hand(done, channel=dice.choice(["zalo", "phone", "messenger"]), by=staff["bao"])
    except (messages.NotAllowed, messages.Blocked, concessions.Refused):
        return
    Message.objects.filter(pk=written.pk).update(drafted_at=at, approved_at=at, sent_at=at)
    Concession.objects.filter(case=case).update(booked_at=at)
    _follow_up(case, at, dice, staff)


def _follow_up(case: Case, at: datetime, dice: random.Random, staff: dict[str, User]) -> None:
    """As if promised then: of what is a while past most customers said whether it was kept."""
    today = shop.day(timezone.now())
    for promise in Promise.objects.filter(case=case, state=Promise.State.OPEN):
        columns: dict[str, Any] = {"made_at": at, "who": staff[dice.choice(["bao", "bao", "mai", "thu"])]}
        if promise.call_back_on < today - timedelta(days=dice.randint(0, 9)):
            columns |= {
                "state": Promise.State.KEPT if dice.random() < 0.85 else Promise.State.BROKEN,
                "settled_at": shop.start_of(promise.call_back_on) + timedelta(hours=10),
                "settled_by": staff["bao"],
                "told_via": dice.choice(["phone", "phone", "writing"]),
            }
        Promise.objects.filter(pk=promise.pk).update(**columns)


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
