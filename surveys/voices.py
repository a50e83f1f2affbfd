"""REPORT: those who say nothing – how many they are, how they buy since, and what they may think (S4-3).

Reads only, in a fixed number of queries. Each customer with an order of the days asked for counts once, with
the first of them. Whoever said anything within SPEAK days of that order – an answer, a review, a call, a
complaint, whatever the way – spoke; who did not is silent, and known only by what they bought.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

import numpy as np
from django.db.models import Count, Q

from feedback import shop
from feedback.intervals import wilson
from feedback.models import Comment, Contact, Customer, Order, Refund
from surveys import weighting
from surveys.models import Answer, Invitation, Response
from surveys.questions import Kind
from surveys.weighting import Buyers, Corrected

SPEAK = 60  # days after the order in which somebody may speak
FOLLOWED = 180  # days after the order in which is looked whether they bought again
MOST = 20_000  # buyers on one page: the newest
STORES = 4  # told apart; the others are one
ASKED = (Invitation.State.SENT, Invitation.State.LINK, Invitation.State.IMPORTED)
MEASURES = {Kind.SCALE_10.value: "nps", Kind.SMILEYS.value: "csat"}


class Group(StrEnum):
    """Each buyer is in exactly one."""

    COMPLAINED = "complained"
    SPOKE = "spoke"
    SILENT = "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """`is_open`: their days to speak still run. `again`: bought within FOLLOWED days, None while those run.
    `spent`: in those days, in the shop's currency. `has_stopped`: followed, and no order until today.
    `was_asked` about that order; `has_answered` what the silent are estimated in: `late`, after a reminder,
    or `promised` a reward."""

    customer: int
    day: date
    group: Group
    is_open: bool
    again: bool | None
    spent: Decimal
    has_stopped: bool
    was_asked: bool = False
    has_answered: bool = False
    late: bool = False
    promised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One group. `share` of all whose days to speak are over, `again_share` of the `followed`."""

    group: Group
    n: int
    of: int
    followed: int
    again: int
    stopped: int
    spent: Decimal | None  # mean in FOLLOWED days of the followed

    @property
    def share(self) -> float | None:
        return self.n / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.n, self.of)

    @property
    def again_share(self) -> float | None:
        return self.again / self.followed if self.followed else None

    @property
    def again_interval(self) -> tuple[float, float] | None:
        return wilson(self.again, self.followed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`still_open`: buyers whose days to speak run; in no figure. `asked`: how many of the counted were asked
    about that order, `asked_silent`: of those who said nothing. `corrected` None: nobody was asked."""

    start: date
    end: date
    currency: str
    measure: str
    buyers: Sequence[Buyer]
    rows: Sequence[Row]
    still_open: int
    is_cut: bool
    asked: int
    asked_silent: int
    corrected: Corrected | None

    def row(self, group: Group) -> Row:
        return next(row for row in self.rows if row.group == group)

    @property
    def counted(self) -> int:
        return self.rows[0].of


@dataclass(frozen=True, slots=True)
class _First:
    """The first order of the days asked for."""

    order: int
    customer: int
    placed_at: datetime
    currency: str
    total: Decimal
    facts: tuple[str, ...]  # delay, store


def report(start: date, end: date, *, measure: str, today: date) -> Report:
    """Of orders placed from `start` to `end`, both included; `measure`: "nps" or "csat".

    Eleven queries at most, however many buyers.
    """
    own = shop.current().currency
    firsts, merged, is_cut = _firsts(start, end)
    ids = [*firsts, *merged]
    spoke = _spoke(ids, merged, firsts)
    later, latest = _later(ids, merged, firsts, own)
    buyers = [
        _buyer(one, spoke.get(who, Group.SILENT), later.get(who), latest.get(who), today)
        for who, one in firsts.items()
    ]
    asked = _asked([firsts[one.customer].order for one in buyers if not one.is_open])
    said = _said([pk for pk, *_ in asked.values()], measure) if asked else {}
    buyers = [_with_answer(one, asked.get(firsts[one.customer].order), said) for one in buyers]
    counted = [one for one in buyers if not one.is_open]
    return Report(
        start=start,
        end=end,
        currency=own,
        measure=measure,
        buyers=buyers,
        rows=[_row(group, counted) for group in Group],
        still_open=len(buyers) - len(counted),
        is_cut=is_cut,
        asked=sum(one.was_asked for one in counted),
        asked_silent=sum(one.was_asked for one in counted if one.group == Group.SILENT),
        corrected=_corrected([firsts[one.customer] for one in counted], merged, asked, said, measure),
    )


def measures() -> list[str]:
    """Those of which an answer was ever given, in the order of MEASURES."""
    kinds = Answer.objects.filter(kind__in=MEASURES, number__isnull=False).order_by()
    found = set(kinds.values_list("kind", flat=True).distinct())
    return [name for kind, name in MEASURES.items() if kind in found] or ["nps"]


def _firsts(start: date, end: date) -> tuple[dict[int, _First], dict[int, int], bool]:
    """By customer, merged ones under the one they are now; the shop's own people left out."""
    rows = Order.objects.filter(
        placed_at__gte=shop.start_of(start),
        placed_at__lt=shop.start_of(end + timedelta(days=1)),
        cancelled_at=None,
        customer__is_insider=False,
    ).values_list(
        "pk", "customer", "customer__merged_into", "placed_at", "currency", "total", "promised_on",
        "delivered_on", "store",
    )  # fmt: skip
    newest = list(rows.order_by("-placed_at", "-pk")[: MOST + 1])
    found: dict[int, _First] = {}
    merged: dict[int, int] = {}
    for pk, customer, into, placed_at, currency, total, promised, delivered, store in reversed(newest[:MOST]):
        who = into or customer
        if into:
            merged[customer] = into
        facts = (_delay(promised, delivered), store)
        found.setdefault(who, _First(pk, who, placed_at, currency, total, facts))
    rows_of_merged = Customer.objects.filter(merged_into__among=list(found)).values_list("pk", "merged_into")
    merged |= {pk: into for pk, into in rows_of_merged if into}
    return found, merged, len(newest) > MOST


def _delay(promised: date | None, delivered: date | None) -> str:
    if promised is None or delivered is None:
        return "unknown"
    return "late" if delivered > promised else "in_time"


def _spoke(ids: Collection[int], merged: Mapping[int, int], firsts: Mapping[int, _First]) -> dict[int, Group]:
    """Who said something in their days, and who of them complained. An answer without words counts too."""
    heard: dict[int, Group] = {}
    begins, ends = _reach(firsts, SPEAK)
    said = Comment.objects.current().filter(
        customer__among=list(ids), customer_claimed=False, said_at__gte=begins, said_at__lt=ends
    )
    answers = Response.objects.filter(
        state=Response.State.FINISHED,
        invitation__customer__among=list(ids),
        finished_at__gte=begins,
        finished_at__lt=ends,
    )
    contacts = Contact.objects.filter(
        customer__among=list(ids), at__gte=begins, at__lt=ends, is_outgoing=False
    )
    rows = [*said.values_list("customer", "said_at", "analysis__complaint")]
    rows += [(who, at, False) for who, at in contacts.values_list("customer", "at")]
    rows += [(who, at, False) for who, at in answers.values_list("invitation__customer", "finished_at")]
    for customer, at, complains in rows:
        who = merged.get(customer, customer)
        if timedelta() <= at - firsts[who].placed_at < timedelta(days=SPEAK):
            if complains:
                heard[who] = Group.COMPLAINED
            else:
                heard.setdefault(who, Group.SPOKE)
    return heard


def _later(
    ids: Collection[int], merged: Mapping[int, int], firsts: Mapping[int, _First], currency: str
) -> tuple[dict[int, Decimal], dict[int, datetime]]:
    """What each bought in the days after their order, and the last order of all."""
    begins, _ends = _reach(firsts, FOLLOWED)
    rows = Order.objects.filter(customer__among=list(ids), placed_at__gte=begins, cancelled_at=None)
    spent: dict[int, Decimal] = {}
    latest: dict[int, datetime] = {}
    for pk, customer, placed_at, total, paid_in in rows.values_list(
        "pk", "customer", "placed_at", "total", "currency"
    ).iterator():
        who = merged.get(customer, customer)
        first = firsts[who]
        if pk == first.order or placed_at < first.placed_at:
            continue
        latest[who] = max(latest.get(who, placed_at), placed_at)
        if placed_at < first.placed_at + timedelta(days=FOLLOWED):
            spent[who] = spent.get(who, Decimal()) + (total if paid_in == currency else Decimal())
    return spent, latest


def _reach(firsts: Mapping[int, _First], days: int) -> tuple[datetime, datetime]:
    """From the first of these orders to so many days after the last one."""
    times = [one.placed_at for one in firsts.values()] or [shop.start_of(date(2000, 1, 1))]
    return min(times), max(times) + timedelta(days=days)


def _buyer(first: _First, group: Group, spent: Decimal | None, latest: datetime | None, today: date) -> Buyer:
    day = shop.day(first.placed_at)
    is_followed = today >= day + timedelta(days=FOLLOWED)
    return Buyer(
        customer=first.customer,
        day=day,
        group=group,
        is_open=today < day + timedelta(days=SPEAK),
        again=(spent is not None) if is_followed else None,
        spent=spent or Decimal(),
        has_stopped=is_followed and latest is None,
    )


def _with_answer(buyer: Buyer, asked: tuple[int, bool, bool] | None, said: Mapping[int, float]) -> Buyer:
    """`asked`: as _asked tells of their order; None: they were not."""
    if asked is None:
        return buyer
    invitation, reminded, promised = asked
    answered = invitation in said
    late, promised = reminded and answered, promised and answered
    return replace(buyer, was_asked=True, has_answered=answered, late=late, promised=promised)


def _row(group: Group, counted: Sequence[Buyer]) -> Row:
    those = [one for one in counted if one.group == group]
    followed = [one for one in those if one.again is not None]
    return Row(
        group=group,
        n=len(those),
        of=len(counted),
        followed=len(followed),
        again=sum(1 for one in followed if one.again),
        stopped=sum(1 for one in those if one.has_stopped),
        spent=sum((one.spent for one in followed), Decimal()) / len(followed) if followed else None,
    )


def _asked(orders: Collection[int]) -> dict[int, tuple[int, bool, bool]]:
    """By order of who was asked about it: the invitation, whether reminded, whether with a reward."""
    rows = Invitation.objects.filter(order__among=list(orders), state__in=ASKED).values_list(
        "order", "pk", "reminded", "survey__reward_amount"
    )
    return {order: (pk, reminded > 0, reward is not None) for order, pk, reminded, reward in rows}


def _corrected(
    firsts: Sequence[_First],
    merged: Mapping[int, int],
    asked: Mapping[int, tuple[int, bool, bool]],
    said: Mapping[int, float],
    measure: str,
) -> Corrected | None:
    if not asked:
        return None
    facts = _facts(firsts, merged)
    known = [asked.get(one.order, (0, False, False)) for one in firsts]
    value = np.array([said.get(pk, np.nan) for pk, *_ in known], np.float64)
    buyers = Buyers(
        facts=facts,
        value=value,
        late=np.array([reminded for _, reminded, _ in known], np.bool_) & ~np.isnan(value),
        promised=np.array([promised for *_, promised in known], np.bool_),
        asked=np.array([pk > 0 for pk, *_ in known], np.bool_),
        least=-100.0 if measure == "nps" else 0.0,
        most=100.0,
    )
    return weighting.correct(buyers)


def _said(invitations: Collection[int], measure: str) -> dict[int, float]:
    """What each answer comes to: 100, 0 or −100 for the recommendation, 100 or 0 for satisfaction."""
    kind = next(kind for kind, name in MEASURES.items() if name == measure)
    rows = Answer.objects.filter(
        response__invitation__among=list(invitations),
        response__state=Response.State.FINISHED,
        kind=kind,
        number__isnull=False,
    ).values_list("response__invitation", "number")
    said = rows.order_by("-pk")  # of several such questions the first counts
    return {pk: _worth(float(number or 0), measure) for pk, number in said}


def _worth(number: float, measure: str) -> float:
    if measure == "csat":
        return 100.0 if number >= 4 else 0.0
    return 100.0 if number >= 9 else 0.0 if number >= 7 else -100.0


def _facts(firsts: Sequence[_First], merged: Mapping[int, int]) -> list[tuple[str, ...]]:
    """What is known of every buyer, whatever they say: size of the order, earlier orders, delay, money paid
    back, store. Never what was said, and nothing about the person that the law protects."""
    ids = [*(one.customer for one in firsts), *merged]
    back = set(
        Refund.objects.filter(order__among=[one.order for one in firsts]).values_list("order", flat=True)
    )
    before = _earlier(firsts, ids, merged)
    usual = {name for name, _n in Counter(one.facts[1] for one in firsts).most_common(STORES)}
    bounds = _thirds(firsts)
    return [
        (
            _size(one.total, bounds[one.currency]),
            "none" if not before[one.customer] else "few" if before[one.customer] < 3 else "many",
            one.facts[0],
            "refunded" if one.order in back else "",
            one.facts[1] if one.facts[1] in usual else "other",
        )
        for one in firsts
    ]


def _earlier(firsts: Sequence[_First], ids: Collection[int], merged: Mapping[int, int]) -> Counter[int]:
    """How many orders each had before the first day of all."""
    begins = min(one.placed_at for one in firsts)
    rows = (
        Order.objects.filter(customer__among=list(ids), placed_at__lt=begins, cancelled_at=None)
        .order_by()
        .values_list("customer")
        .annotate(n=Count("pk", filter=Q(placed_at__lt=begins)))
    )
    found: Counter[int] = Counter()
    for customer, n in rows:
        found[merged.get(customer, customer)] += n
    return found


def _thirds(firsts: Sequence[_First]) -> dict[str, tuple[Decimal, Decimal]]:
    """By currency, the totals below which a third and two thirds of the orders lie."""
    totals: dict[str, list[Decimal]] = {}
    for one in firsts:
        totals.setdefault(one.currency, []).append(one.total)
    return {
        currency: (of[len(of) // 3], of[2 * len(of) // 3])
        for currency, of in ((currency, sorted(those)) for currency, those in totals.items())
    }


def _size(total: Decimal, bounds: tuple[Decimal, Decimal]) -> str:
    return "small" if total < bounds[0] else "middle" if total < bounds[1] else "large"


def as_cells(row: Row) -> list[Any]:
    """One line of the table, for CSV, XLSX and the API: shares 0 to 1."""
    low, high = row.interval or (None, None)
    again_low, again_high = row.again_interval or (None, None)
    return [
        row.group.value, row.n, row.share, low, high, row.followed, row.again, row.again_share, again_low,
        again_high, row.stopped, row.spent,
    ]  # fmt: skip


def estimates(found: Corrected | None) -> list[tuple[str, float | None, float | None, float | None]]:
    """Name, value and the ends of its interval, of what may be told: `said`, `cells`, `weighted`, `corrected`
    and `bounds`, which have no middle. What cannot be corrected has only the first and the last."""
    if found is None:
        return []
    told: list[tuple[str, float | None, float | None, float | None]] = []
    if found.said:
        told.append(("said", found.said.value, found.said.low, found.said.high))
    if found.all and not found.why_not:
        told.append(("cells", found.cells, None, None))
        told.append(("weighted", found.weighted, None, None))
        told.append(("corrected", found.all.value, found.all.low, found.all.high))
    return [*told, ("bounds", None, *found.bounds)]


COLUMNS = (
    "group", "n", "share", "low", "high", "followed", "bought_again", "again_share", "again_low",
    "again_high", "stopped", "mean_spent",
)  # fmt: skip
