"""REPORT: those who say nothing – how many they are, how they buy since, and what they may think (S4-3).

Reads only, in a fixed number of queries. Each customer with an order of the days asked for counts once, with
the first of them. Whoever said anything within SPEAK days of that order – an answer, a review, a call, a
complaint, whatever the way – spoke; who did not is silent, and known only by what they bought.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from feedback import shop
from feedback.intervals import wilson
from surveys import first_orders, unheard
from surveys.first_orders import First, Firsts
from surveys.models import Answer
from surveys.questions import Kind
from surveys.unheard import Asked
from surveys.weighting import Corrected

SPEAK = 60  # days after the order in which somebody may speak
FOLLOWED = 180  # days after the order in which is looked whether they bought again
MOST = 20_000  # buyers on one page: the newest
MEASURES = {Kind.SCALE_10.value: "nps", Kind.SMILEYS.value: "csat"}
COLUMNS = (
    "group", "n", "share", "low", "high", "followed", "bought_again", "again_share", "again_low",
    "again_high", "stopped", "mean_spent",
)  # fmt: skip


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


def report(start: date, end: date, *, measure: str, today: date) -> Report:
    """Of orders placed from `start` to `end`, both included; `measure`: "nps" or "csat".

    Eleven queries at most, however many buyers.
    """
    own, kind = shop.current().currency, next(kind for kind, name in MEASURES.items() if name == measure)
    firsts = first_orders.find(start, end, most=MOST)
    buyers = _buyers(firsts, own, today)
    asked = unheard.asked([firsts.of[one.customer].order for one in buyers if not one.is_open])
    said = unheard.answers([one.invitation for one in asked.values()], kind) if asked else {}
    buyers = [_with_answer(one, asked.get(firsts.of[one.customer].order), said) for one in buyers]
    counted = [one for one in buyers if not one.is_open]
    theirs = [firsts.of[one.customer] for one in counted]
    return Report(
        start=start,
        end=end,
        currency=own,
        measure=measure,
        buyers=buyers,
        rows=[_row(group, counted) for group in Group],
        still_open=len(buyers) - len(counted),
        is_cut=firsts.is_cut,
        asked=sum(one.was_asked for one in counted),
        asked_silent=sum(one.was_asked for one in counted if one.group == Group.SILENT),
        corrected=unheard.corrected(theirs, firsts.merged, asked, said, kind),
    )


def measures() -> list[str]:
    """Those of which an answer was ever given, in the order of MEASURES."""
    kinds = Answer.objects.filter(kind__in=MEASURES, number__isnull=False).order_by()
    found = set(kinds.values_list("kind", flat=True).distinct())
    return [name for kind, name in MEASURES.items() if kind in found] or ["nps"]


def _buyers(firsts: Firsts, currency: str, today: date) -> list[Buyer]:
    heard = first_orders.heard(firsts, days=SPEAK)
    spent, latest = first_orders.bought_since(firsts, days=FOLLOWED, currency=currency)
    return [
        _buyer(one, _group(heard.get(who)), spent.get(who), latest.get(who), today)
        for who, one in firsts.of.items()
    ]


def _group(complained: bool | None) -> Group:
    """None: they said nothing."""
    if complained is None:
        return Group.SILENT
    return Group.COMPLAINED if complained else Group.SPOKE


def _buyer(first: First, group: Group, spent: Decimal | None, latest: datetime | None, today: date) -> Buyer:
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


def _with_answer(buyer: Buyer, asked: Asked | None, said: Mapping[int, float]) -> Buyer:
    if asked is None:
        return buyer
    answered = asked.invitation in said
    late, promised = asked.was_reminded and answered, asked.promised and answered
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
