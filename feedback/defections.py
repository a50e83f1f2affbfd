"""The watch over who stops buying: the rule, whom it finds, who came back, what is done (S2-1 – S2-6)."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from django.core.cache import caches
from django.db import IntegrityError, connection, transaction
from django.db.models import Case as If
from django.db.models import F, FloatField, Func, IntegerField, Max, Min, Q, QuerySet, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.utils import timezone

from feedback import departed, journal, leases, listed, reminders, shop, streams, wallet
from feedback.defection.backtests import BackTest, Tried, back_test, tried
from feedback.defection.cohorts import by_month
from feedback.defection.histories import Histories
from feedback.defection.patterns import Pattern
from feedback.defection.rules import Kind, Rule, Verdicts, judge, tells_after
from feedback.models import (
    CauseDecision,
    Customer,
    Defection,
    DefectionRule,
    DefectionSplit,
    Expectation,
    HeadlineClock,
    Order,
    OrderLine,
    Product,
    Refund,
    User,
)
from feedback.models.queue import LeasableQuerySet

EVERY = timedelta(hours=1)
FRESH = 90  # days: whoever left longer ago when they are first found is in the rate, and no task any more
CONTACT_WITHIN = 1  # working days
MOST_LOOKED_AT = 100_000  # orders that a preview goes through
_KEEP_SECONDS = 600
MOST_CATEGORIES = 200
TESTED_EVERY = 7  # days
A_MONTH = 30  # days: the rate stands beside that of then
_A_YEAR = 365
_TOGETHER = 200  # defections in one transaction
_BOUGHT = np.dtype([("customer", "i8"), ("day", "i4"), ("worth", "f8")])
State = Defection.State
CONTACTED = "defected customer contacted"


class Stale(RuntimeError):
    """Somebody was quicker: it stands otherwise now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a rule would do today, and how it would have done (S2-1). `one_in`: so many customers stand for
    one that was looked at; counts are of those looked at. `tested` is None with too little past."""

    n: int
    flagged: int
    one_in: int
    window: int
    tested: BackTest | None


def in_force() -> DefectionRule | None:
    return DefectionRule.objects.in_force().select_related("owner").first()


def define(rule: Rule, *, by: User, now: datetime) -> DefectionRule:
    """The shop's definition from now on, `by` its owner; the one before ends. Raises Stale."""
    try:
        with journal.recording():
            earlier = list(DefectionRule.objects.in_force().select_for_update(no_key=True))
            DefectionRule.objects.filter(pk__in=[one.pk for one in earlier]).update(ended_at=now)
            made = DefectionRule.objects.create(settings=rule.as_data(), owner=by, made_at=now, judge_at=now)
            for clock in (DefectionSplit, Expectation, HeadlineClock):  # what rests on it is counted anew
                clock.objects.filter(look_at__gt=now).update(look_at=now)
            journal.log("defection defined", made, by=by, settings=made.settings)
    except IntegrityError:
        raise Stale from None
    return made


def preview(rule: Rule, now: datetime) -> Preview:
    found, one_in = trial(rule, now)
    histories, cut = found.known.histories, shop.day(now).toordinal() - rule.judged_by
    return Preview(
        n=len(found.known),
        flagged=int(found.is_gone.sum()),
        one_in=one_in,
        window=rule.judged_by,
        tested=back_test(rule, histories, cut, window=rule.judged_by)
        if _has_past(rule, histories, cut)
        else None,
    )


def trial_on_the_past(rule: Rule, now: datetime, *, on: date | None = None) -> tuple[Tried | None, int]:
    """The customers whom `preview` counts in its test; None with too little past. One customer in so many.
    `on`: the day it is tried on, where it is another one; over by the days it is judged by."""
    found, one_in = trial(rule, now)
    histories = found.known.histories
    cut = on.toordinal() if on else shop.day(now).toordinal() - rule.judged_by
    has_past = _has_past(rule, histories, cut)
    return tried(rule, histories, cut, window=rule.judged_by) if has_past else None, one_in


def _has_past(rule: Rule, histories: Histories, cut: int) -> bool:
    """Somebody had bought by then; for what customers say of themselves, somebody had said it."""
    if rule.kind == Kind.SHARE and histories.told is not None:
        said = histories.told[:, 1]
        return bool(((said <= cut) & (said > cut - rule.days)).any())
    return bool((histories.days <= cut).any())


def trial(rule: Rule, now: datetime) -> tuple[Verdicts, int]:
    """What a rule says today of those who are looked at, and that they are one customer in so many. In some
    seconds at most: from `MOST_LOOKED_AT` orders on it is a part of them."""
    one_in, today = -(-_at_most() // MOST_LOOKED_AT) or 1, shop.day(now)
    histories = _of_some(rule.category, one_in, today) if one_in > 1 else load(category=rule.category)
    return judge(rule, histories, today.toordinal()), one_in


def _of_some(category: str, one_in: int, today: date) -> Histories:
    """The same for some minutes: a manager tries one rule after another, and pages through whom it finds."""
    name = hashlib.sha256(f"{category}/{one_in}/{today}".encode()).hexdigest()
    kept: tuple[datetime, Histories] | None = caches["sums"].get(f"looked-at-{name}")
    if kept is None or _has_lost_somebody(*kept):
        kept = timezone.now(), load(category=category, one_in=one_in)
        caches["sums"].set(f"looked-at-{name}", kept, _KEEP_SECONDS)
    return kept[1]


def _has_lost_somebody(since: datetime, histories: Histories) -> bool:
    """Whoever was erased meanwhile, or made one with somebody, is in no trial any more: not by a minute."""
    return bool(listed.are_among(histories.customers, listed.gone(since)).any())


def _at_most() -> int:
    """Orders, without counting ten million of them: as many as numbers were given out."""
    numbers = Order.objects.aggregate(first=Min("pk"), last=Max("pk"))
    return 0 if numbers["last"] is None else numbers["last"] - numbers["first"] + 1


def load(*, category: str = "", one_in: int = 1) -> Histories:
    """What everybody bought who can be known again, in the shop's currency and days.

    Left out: cancelled orders, staff and their families, the erased, and who left neither address nor number
    (each of their orders is a customer of its own). An order in another currency is a visit and no money.
    `one_in`: one customer in so many.
    """
    return _packed(_orders(one_in), category)


def load_of(customer_ids: Sequence[int]) -> Histories:
    """The same of these customers alone, with whom was merged into them. Four queries: each by an index."""
    merged = Customer.objects.filter(merged_into__among=list(customer_ids)).values_list("pk", flat=True)
    return _packed(_orders(1).filter(customer__among=[*customer_ids, *merged]), "")


def _packed(orders: QuerySet[Order], category: str) -> Histories:
    with streams.streamed():
        rows = np.fromiter(_rows(orders, category), _BOUGHT)
    # Not copied: of ten million orders each copy is 80 MB.
    return replace(Histories.pack(rows["customer"], rows["day"], rows["worth"]), told=wallet.told())


def _rows(orders: QuerySet[Order], category: str) -> Iterator[tuple[int, int, float]]:
    """As _BOUGHT has them. Ten million of them: what PostgreSQL finds out itself, Python need not."""
    currency = shop.current().currency
    rows = [_bought(orders, category, currency)]
    if not category:
        rows.append(_sent_back(orders, currency))
    for each in rows:
        yield from _by_day(each)


def _by_day(rows: QuerySet[Any, Any]) -> Iterator[tuple[int, int, float]]:
    found = rows.values_list("root", "at", "worth").iterator(chunk_size=5000)
    if connection.vendor == "postgresql":
        return found
    zone = shop.zone()
    return ((root, at.astimezone(zone).toordinal(), worth) for root, at, worth in found)


class _Ordinal(Func):
    """A day as date.toordinal has it. PostgreSQL alone."""

    template = "(%(expressions)s - DATE '0001-01-01' + 1)"
    output_field = IntegerField()


def _when(column: str) -> Combinable:
    """The day of it; else, where the database knows no zones, the moment."""
    if connection.vendor == "postgresql":
        return _Ordinal(TruncDate(column, tzinfo=shop.zone()))
    return F(column)


def _as_float(amount: str | Combinable) -> Cast:
    return Cast(amount, FloatField())


def _orders(one_in: int) -> QuerySet[Order]:
    nobody = Q(customer__email="", customer__phone="")
    rows = Order.objects.filter(
        cancelled_at=None, customer__is_insider=False, customer__erased_at=None
    ).exclude(nobody)
    if one_in == 1:
        return rows
    last = Customer.objects.aggregate(last=Max("pk"))["last"] or 0
    return rows.filter(customer__among=list(range(one_in, last + 1, one_in)))  # so an index finds them


def orders() -> QuerySet[Order]:
    """Of everybody who can be known again, as `load` has them."""
    return _orders(1)


def _bought(orders: QuerySet[Order], category: str, currency: str) -> QuerySet[Any, Any]:
    """What is in another currency is a visit all the same."""
    if not category:
        return _valued(orders, "", F("total"), currency)
    lines = OrderLine.objects.filter(order__in=orders)
    of_it = lines.filter(Q(category=category) | Q(category="", product__category=category))
    return _valued(of_it, "order__", F("price") * F("quantity"), currency)


def _valued(rows: QuerySet[Any, Any], order: str, amount: Combinable, currency: str) -> QuerySet[Any, Any]:
    """`order`: the path to it."""
    return rows.annotate(
        root=Coalesce(f"{order}customer__merged_into", f"{order}customer"),
        at=_when(f"{order}placed_at"),
        worth=If(When(**{f"{order}currency": currency}, then=_as_float(amount)), default=0.0),
    )


def _sent_back(orders: QuerySet[Order], currency: str) -> QuerySet[Any, Any]:
    back = Refund.objects.filter(order__in=orders, currency=currency, amount__gt=0)
    return back.annotate(
        root=Coalesce("order__customer__merged_into", "order__customer"),
        at=_when("refunded_at"),
        worth=-_as_float("amount"),
    )


def due(now: datetime) -> LeasableQuerySet[DefectionRule]:
    return DefectionRule.objects.in_force().filter(judge_at__lte=now)


def run(rows: Sequence[DefectionRule], now: datetime) -> None:
    """The job: everybody is looked at once an hour. Done twice, it finds nobody twice (one_defection_…)."""
    (version,) = rows
    reminders.of_contacts(now)
    rule = version.rule
    if rule is None:
        leases.finish(rows, judge_at=now + EVERY)
        return
    histories, today = load(category=rule.category), shop.day(now).toordinal()
    found = judge(rule, histories, today)
    _note_who_came_back(found)
    _tell_anew(found)
    _note_who_left(version, found, now)
    departed.keep(found)
    departed.list_all(found, now)
    months = [[one.first.isoformat(), one.n, one.left] for one in by_month(found)]
    earlier = judge(rule, histories, today - A_MONTH)
    result = {
        "cohorts": months,
        "month_ago": float(earlier.is_gone.mean()) if len(earlier.known) else None,
        "tells_after": tells_after(found),
        "tested": _tested(rule, (version.result or {}).get("tested"), histories, today),
    }
    with transaction.atomic():
        leases.finish(rows, judge_at=now + EVERY, judged_at=now, result=result)


FIND = leases.Job(name="find defections", due=due, run=run, batch=1, tries=3, lease=timedelta(hours=1))


def _tested(rule: Rule, known: Any, histories: Histories, today: int) -> dict[str, Any] | None:
    """How the rule would have done, for whoever gets its alerts; once a week anew. None: too little past."""
    if known and date.fromisoformat(known["on"]).toordinal() + rule.judged_by > today - TESTED_EVERY:
        return dict(known)
    cut = today - rule.judged_by
    if not _has_past(rule, histories, cut):
        return None
    told = back_test(rule, histories, cut, window=rule.judged_by, weeks=0)
    return {
        "on": date.fromordinal(cut).isoformat(),
        "window": told.window,
        "flagged": told.flagged,
        "came_back": told.came_back,
    }


def _note_who_left(version: DefectionRule, found: Verdicts, now: datetime) -> None:
    today = shop.day(now)
    fresh = found.is_gone & (found.since > today.toordinal() - FRESH)
    places = np.flatnonzero(fresh)
    known = _known_to_be_gone(now, found.rule.judged_by)
    contact_by = shop.working_days_later(today, CONTACT_WITHIN)
    customers = found.customers[places].tolist()
    new = [one for one in zip(places.tolist(), customers, strict=True) if one[1] not in known]
    for begin in range(0, len(new), _TOGETHER):
        part = new[begin : begin + _TOGETHER]
        _store([_row(version, found, *one, now, contact_by) for one in part], version)


def _known_to_be_gone(now: datetime, window: int) -> set[int]:
    """Who is being contacted, or was answered within the rule's window: no second task for either."""
    recent = Q(state=State.CLOSED, answered_at__gt=now - timedelta(days=window))
    rows = Defection.objects.filter(Q(state__in=Defection.ONGOING) | recent)
    return set(rows.values_list("customer", flat=True))


def _row(
    version: DefectionRule, found: Verdicts, place: int, customer: int, now: datetime, contact_by: date
) -> Defection:
    pattern = found.pattern(place)
    return Defection(
        customer_id=customer,
        rule=version,
        since=date.fromordinal(int(found.since[place])),
        found_at=now,
        before=None if np.isnan(pattern.before) else pattern.before,
        now=pattern.now,
        was_once=pattern.was_once,
        **_until(found, place),
        currency=shop.current().currency,
        owner_id=version.owner_id,
        contact_by=contact_by,
    )


def _store(rows: list[Defection], version: DefectionRule) -> None:
    """Those that are there already stay as they are: one at a time, and one after each purchase."""
    with journal.recording():
        Defection.objects.bulk_create(rows, ignore_conflicts=True)
        stored = Defection.objects.filter(public_id__in=[row.public_id for row in rows])
        for row in stored.order_by("pk"):
            journal.log("defection found", row, customer=row.customer_id, rule=version.pk)


def _note_who_came_back(found: Verdicts) -> None:
    """Who bought since and whom the rule does not find any more."""
    back = [
        (row, date.fromordinal(int(found.known.last[at])))
        for row, at in _ongoing(found)
        if not found.is_gone[at] and found.known.last[at] > row.last_bought_on.toordinal()
    ]
    for begin in range(0, len(back), _TOGETHER):
        with journal.recording():
            for row, came in back[begin : begin + _TOGETHER]:
                if _still(row, *Defection.ONGOING).update(state=State.CAME_BACK, came_back_on=came):
                    journal.log("defected customer came back", row, on=came.isoformat())


def _ongoing(found: Verdicts) -> Iterator[tuple[Defection, int]]:
    """Those with a task whom the rule knows, and their place."""
    customers = found.customers
    for row in Defection.objects.filter(state__in=Defection.ONGOING).order_by("pk").iterator():
        at = int(np.searchsorted(customers, row.customer_id))
        if at < len(customers) and customers[at] == row.customer_id:
            yield row, at


def _tell_anew(found: Verdicts) -> None:
    """Whoever was merged or parted since has another story: bought once no more (or again), or their last
    purchase is another one's."""
    for row, at in _ongoing(found):
        last, is_once = int(found.known.last[at]), found.pattern(at).was_once
        if row.was_once != is_once or last < row.last_bought_on.toordinal():
            _amend(row, found, at)


def _amend(row: Defection, found: Verdicts, at: int) -> None:
    pattern = found.pattern(at)
    changes: dict[str, Any] = {"now": pattern.now, "was_once": pattern.was_once} | _until(found, at)
    changes["before"] = None if np.isnan(pattern.before) else pattern.before
    if found.is_gone[at]:
        changes["since"] = date.fromordinal(int(found.since[at]))
    elsewhere = Defection.objects.filter(customer=row.customer_id, last_bought_on=changes["last_bought_on"])
    if elsewhere.exclude(pk=row.pk).exclude(state=State.WITHDRAWN).exists():  # one after each purchase
        del changes["last_bought_on"]
    with journal.recording():
        if _still(row, *Defection.ONGOING).update(**changes):
            journal.log("defection told anew", row, customer=row.customer_id)


def _until(found: Verdicts, at: int) -> dict[str, Any]:
    """Their last visit, and what they spent in the year up to it."""
    last = int(found.known.last[at])
    worth = found.known.histories.spent_by(int(found.known.at[at]), last - _A_YEAR, last)
    return {
        "last_bought_on": date.fromordinal(last),
        "value_lost": max(Decimal(0), round(Decimal(worth), 2)),
    }


def contact(
    row: Defection, *, cause: str, said: str, owner: User, by: User, now: datetime, whys: str | None = None
) -> None:
    """What the customer said, or that nobody got an answer yet. `whys`: a line each; None leaves them as they
    are. Raises Stale once it is over."""
    changes: dict[str, Any] = {"owner": owner, "cause": cause, "said": said}
    if whys is not None:
        changes["whys"] = whys
    if cause:
        changes |= {"state": State.CONTACTED, "contacted_at": row.contacted_at or now}
    with journal.recording():
        if not _still(row, *Defection.ONGOING).update(**changes):
            raise Stale
        journal.log(CONTACTED, row, by=by, cause=cause, owner=owner.pk)


def answer(row: Defection, *, answer: str, reason: str, by: User, now: datetime) -> None:
    """What the shop does about the cause (S2-4); it is closed with it. Raises Stale where there is no cause
    yet, or it is over."""
    changes = {"answer": answer, "answer_reason": reason, "answered_by": by, "answered_at": now}
    with journal.recording():
        if not _still(row, State.CONTACTED).exclude(cause="").update(state=State.CLOSED, **changes):
            raise Stale
        journal.log("defection answered", row, by=by, answer=answer, cause=row.cause)


def decide_cause(
    *, cause: str, answer: str, what: str, cost: Decimal | None, keeps: int, by: User, now: datetime
) -> CauseDecision:
    """What the shop does about all who leave for this cause (S2-4, S2-5); the one before stays to be read."""
    with journal.recording():
        made = CauseDecision.objects.create(
            cause=cause, answer=answer, what=what, cost=cost, currency=shop.current().currency, keeps=keeps,
            decided_by=by, decided_at=now,
        )  # fmt: skip
        journal.log("cause of defection decided", made, by=by, cause=cause, answer=answer)
    return made


def _still(row: Defection, *states: str) -> QuerySet[Defection]:
    """The row while it is in one of these states: compare, and set in the same statement."""
    return Defection.objects.filter(pk=row.pk, state__in=states)


def categories() -> list[str]:
    """What the shop's products are sorted by, for a rule about one of them."""
    named = Product.objects.exclude(category="").order_by("category")
    return list(named.values_list("category", flat=True).distinct()[:MOST_CATEGORIES])


def owners() -> QuerySet[User]:
    """Whom a contact task can be given to."""
    return User.objects.filter(is_active=True, groups__isnull=False).distinct().order_by("first_name", "pk")


def pattern_of(row: Defection, language: str) -> str:
    """In words; plain where the rule of then cannot be read any more."""
    rule = row.rule.rule
    pattern = Pattern(
        kind=rule.kind.value if rule else "days",
        before=float("nan") if row.before is None else row.before,
        now=row.now,
        days=rule.span if rule else 0,
        category=rule.category if rule else "",
        was_once=row.was_once,
    )
    return pattern.words(language, row.currency)
