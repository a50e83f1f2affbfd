"""The demo shop's ledger of promises: months of them kept and some broken, and what is on the table today.

Promised and settled by the shop's own functions, each as on its day. More of Thu's break than of the others',
more of those that a carrier has to keep, and fewer since another courier drives.
"""

import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import count, islice

from feedback import addressee, call_backs, cases, promises, satisfaction, shop
from feedback.front import demo_cases, demo_commitments, demo_judging, demo_plan
from feedback.models import Case, Promise, User

_NEW_COURIER = timedelta(days=demo_plan.OTHER_COURIER)
_OF_CARRIERS = ("late", "not_received", "delivered_not_received")
_NOT_LATELY = 6  # days: of what broke before the case has ended again
_WAYS = (Promise.Via.PHONE, Promise.Via.PHONE, Promise.Via.WRITING, Promise.Via.SHOP, Promise.Via.LINK)
_NOBODY = "Máy bận, gọi lại sau."
CALL, NOT_YET, ASKED, TRIED = "call", "not yet", "asked", "tried"
# Its day, in working days from today, who promised it ("": the team), and what came of it so far.
TODAY = (
    (-4, "thu", CALL), (-4, "huy", TRIED), (-2, "thu", TRIED), (-2, "bao", NOT_YET), (-2, "mai", ASKED),
    (-1, "bao", CALL), (-1, "mai", CALL), (-1, "thu", CALL), (-1, "", CALL),
    (0, "bao", ""), (0, "mai", ""), (0, "thu", ""), (0, "huy", ""), (0, "", ""),
    (1, "bao", ""), (1, "thu", ""), (2, "mai", ""),
)  # fmt: skip


def lived(staff: dict[str, User], now: datetime) -> None:
    """What customers said of all that was promised for a day that is over, the first promised first."""
    dice, today = random.Random(41), shop.day(now)
    over = Promise.objects.unsettled().filter(call_back_on__lt=today).order_by("call_back_on", "pk")
    for promise in over.select_related("case__comment__analysis", "case__customer", "decision", "who"):
        at = shop.start_of(promise.call_back_on) + timedelta(hours=9, minutes=dice.randrange(400))
        breaks = dice.random() < _risk(promise, now) and promise.call_back_on < today - timedelta(_NOT_LATELY)
        via = dice.choice(_WAYS)
        words = _words(promise, kept=not breaks) if dice.random() < 0.4 else ""
        by = None if via == Promise.Via.LINK else staff["bao"]
        promises.settle(promise, kept=not breaks, via=via, by=by, now=at, told=words)
        if breaks:
            _end_again(promise.case, at + timedelta(days=2, hours=3), staff["bao"], now)


def on_the_table(staff: dict[str, User], now: datetime) -> None:
    """Due today, to be asked about today, overdue, waiting for the customer, and "not yet"."""
    dice, today = random.Random(43), shop.day(now)
    for ahead, name, then in TODAY:
        day = _working_day(today, ahead)
        who = staff.get(name)
        for case in _fitting(day, who):
            early = shop.start_of(_working_day(day, -2)) + timedelta(hours=9)
            at = min(max(case.opened_at + timedelta(hours=5), early), now - timedelta(hours=1))
            if demo_cases.tell(dice, case, staff, at, who=who, by_when=day):
                _since(case, then, staff["bao"], now)
                break


def _risk(promise: Promise, now: datetime) -> float:
    """How likely it breaks."""
    decided = promise.decision.facts["problem"] if promise.decision else ""
    risk = 0.07 + 0.16 * (promise.who is not None and promise.who.username == "thu")
    risk += 0.18 * (decided in _OF_CARRIERS)
    return risk if shop.start_of(promise.by_when) < now - _NEW_COURIER else risk * 0.6


def _words(promise: Promise, *, kept: bool) -> str:
    return demo_commitments.heard(promise.what, addressee.language_of(promise.case), kept=kept)


def _end_again(case: Case, at: datetime, by: User, now: datetime) -> None:
    """It was open again, and was put right then."""
    case.refresh_from_db()
    ready = demo_judging.ready(case, by, now)
    given = demo_cases.cause(random.Random(case.pk)) | ready
    cases.resolve(case, by=by, first_time=False, keeps_promises=True, **given)
    Case.objects.filter(pk=case.pk).update(resolved_at=at)
    case.refresh_from_db()
    if case.pk % 2:
        satisfaction.note(case, satisfied=True, now=at + timedelta(days=1), by=by)


def _working_day(today: date, ahead: int) -> date:
    """`ahead` working days from today, or as many before the last one."""
    if ahead >= 0:
        return shop.working_days_later(today, ahead)
    days = (today - timedelta(days=back) for back in count())
    return next(islice((day for day in days if shop.calendar().is_working(day)), -ahead, None))


def _fitting(day: date, who: User | None) -> Iterable[Case]:
    """Open ones that were told before that day and have promised nothing yet, whose owner it is first."""
    rows = demo_cases.to_tell().filter(
        opened_at__lt=shop.start_of(day) - timedelta(days=1), promises=None, resolved_at=None, closed_at=None
    )
    found = list(rows.order_by("-opened_at", "pk")[:40])
    return sorted(found, key=lambda case: case.owner_id != (who and who.pk))


def _since(case: Case, then: str, by: User, now: datetime) -> None:
    promise = Promise.objects.filter(case=case, settled_at=None).select_related("case").latest("pk")
    if then in (NOT_YET, ASKED):
        promises.ask_by_mail(promise, by=by, now=now - timedelta(hours=20))
    while then == TRIED and promise.call_back_on < shop.day(now):
        at = shop.start_of(promise.call_back_on) + timedelta(hours=15)
        call_backs.not_reached(promise, by=by, now=at, note=_NOBODY)
    if then == NOT_YET:
        promises.hear(promise, kept=False, told=_words(promise, kept=False), now=now - timedelta(hours=2))
