"""What customers asked for beside what they were given, and how they found it (S4-6). Reads only, in five
queries however many cases.

Counted are complaints that ended in the days asked for and named a wish; those that were joined to another
count there.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from feedback import shop
from feedback.intervals import wilson
from feedback.models import Case, Concession, Message, Promise
from feedback.wishes import NAMED, Outcome, compare

FEWEST = 5  # below which no share is named
COLUMNS = (
    "wish", "complaints", "as_wished", "otherwise", "nothing", "share", "low", "high", "satisfied_as_wished",
    "asked_as_wished", "satisfied_otherwise", "asked_otherwise",
)  # fmt: skip
_SENT = (Message.State.APPROVED, Message.State.SENDING, Message.State.SENT)


@dataclass(slots=True)
class Tally:
    """Of one wish: cases by outcome; of each outcome how many are satisfied, of how many who said so."""

    wish: str
    by: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    satisfied: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    asked: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))

    @property
    def n(self) -> int:
        return sum(self.by.values())

    @property
    def share(self) -> float | None:
        return self.by[Outcome.AS_WISHED] / self.n if self.n >= FEWEST else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.by[Outcome.AS_WISHED], self.n) if self.n >= FEWEST else None

    def count(self, outcome: Outcome, satisfied: bool | None) -> None:
        self.by[outcome] += 1
        self.asked[outcome] += satisfied is not None
        self.satisfied[outcome] += bool(satisfied)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """`wishes` in the order of NAMED, without those that nobody had. `unnamed`: ended without a wish."""

    start: date
    end: date
    all: Tally
    wishes: Sequence[Tally]
    unnamed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a case got: `remedies` as the policy calls them; whether we wrote; whether we called."""

    remedies: Sequence[str] = ()
    was_written_to: bool = False
    was_called: bool = False

    def beside(self, wished: str) -> Outcome:
        return compare(
            wished, given=self.remedies, was_written_to=self.was_written_to, was_called=self.was_called
        )


def report(start: date, end: date) -> Wishes:
    """Ended from `start` to `end`, both included."""
    rows = list(_ended(start, end).values_list("pk", "wished", "satisfied"))
    got = given([pk for pk, wished, _satisfied in rows if wished in NAMED])
    everybody, tallies = Tally(""), {wish: Tally(wish) for wish in NAMED}
    for pk, wished, satisfied in rows:
        if wished in tallies:
            outcome = got[pk].beside(wished)
            tallies[wished].count(outcome, satisfied)
            everybody.count(outcome, satisfied)
    named = [one for one in tallies.values() if one.n]
    return Wishes(start=start, end=end, all=everybody, wishes=named, unnamed=len(rows) - everybody.n)


def listed(start: date, end: date, wish: str = "") -> QuerySet[Case]:
    """Those who said it in words of their own, or whose words name a wish; the newest end first."""
    rows = _ended(start, end).filter(wished__in=[wish] if wish else NAMED)
    return rows.select_related("comment__analysis", "customer").order_by("-resolved_at", "-pk")


def given(cases: Sequence[int]) -> dict[int, Given]:
    """By case. Three queries."""
    remedies: dict[int, list[str]] = defaultdict(list)
    granted = Concession.objects.filter(case__among=cases).order_by("pk")
    for case, remedy in granted.values_list("case", "remedy"):
        remedies[case].append(remedy)
    messages = Message.objects.filter(case__among=cases, state__in=_SENT)
    sent = list(messages.values_list("case", "channel"))
    written = {case for case, _channel in sent}
    called = {case for case, channel in sent if channel in ("phone", "in_person")}
    spoken = Promise.objects.filter(case__among=cases, told_via__in=["phone", "shop"])
    called |= set(spoken.values_list("case", flat=True))
    return {
        pk: Given(
            remedies=tuple(dict.fromkeys(remedies.get(pk, ()))),
            was_written_to=pk in written,
            was_called=pk in called,
        )
        for pk in cases
    }


def lines(found: Wishes) -> Iterator[tuple[Any, ...]]:
    """For a file: as COLUMNS."""
    right, other = Outcome.AS_WISHED, Outcome.OTHERWISE
    for one in found.wishes:
        low, high = one.interval or (None, None)
        yield (
            one.wish, one.n, *(one.by[outcome] for outcome in Outcome), one.share, low, high,
            one.satisfied[right], one.asked[right], one.satisfied[other], one.asked[other],
        )  # fmt: skip


def _ended(start: date, end: date) -> QuerySet[Case]:
    return Case.objects.filter(
        resolved_at__gte=shop.start_of(start), resolved_at__lt=shop.start_of(end + timedelta(days=1)),
        joined_to=None,
    )  # fmt: skip
