"""The figures of the morning page, found by a job: a page reads what is kept and asks for nothing else.

Each figure carries its interval, how many it is of, and the same of the time before (decision 10).
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, Self

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from feedback import defections, leases, listed, shop
from feedback.front import silence
from feedback.intervals import wilson
from feedback.models import Case, Headline, HeadlineClock
from feedback.models.queue import LeasableQuerySet
from feedback.prepared import Prepared
from feedback.reports import defections as defection_report
from feedback.reports import promises
from reviews import account
from reviews.models import Reply
from surveys import consistency, counting, measures, recovery, results
from surveys.cohorts import Cohort
from surveys.models import AnswerTotal, Survey
from surveys.questions import EXPECTATIONS, Kind, Meaning, Question

EVERY = timedelta(minutes=15)
WINDOW = 90  # days of a figure, beside the 90 before
MONTH = 30  # days back, for figures of which only the present can be counted
MOST_SURVEYS = 50
FEWEST = 5  # answers, below which no score is named
MOST_WAITING = 5_000
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """As a row of Headline. Shares from 0 to 1, NPS from −100 to 100, ages in hours. `found_at` None: now."""

    value: float
    n: int
    low: float | None = None
    high: float | None = None
    before: float | None = None
    data: dict[str, Any] = field(default_factory=dict)
    found_at: datetime | None = None

    @classmethod
    def kept(cls, row: Headline) -> Self:
        """What was found earlier, and when."""
        return cls(**{one.name: getattr(row, one.name) for one in fields(cls)})


def due(now: datetime) -> LeasableQuerySet[HeadlineClock]:
    return HeadlineClock.objects.filter(look_at__lte=now)


def find(rows: Sequence[HeadlineClock], now: datetime) -> None:
    """The job. Done twice it writes the same rows."""
    today = shop.day(now)
    found = {name: figure for name, make in FIGURES.items() if (figure := make(today, now))}
    with transaction.atomic():
        leases.finish(rows, look_at=now + EVERY)
        Headline.objects.filter(day=today).delete()
        Headline.objects.bulk_create(
            Headline(
                name=name, day=today, value=one.value, n=one.n,
                low=None if one.low is None else min(one.low, one.value),
                high=None if one.high is None else max(one.high, one.value),  # of all of n it is 0.999…
                before=one.before, data=one.data, found_at=one.found_at or now,
            )
            for name, one in found.items()
        )  # fmt: skip


FIND = leases.Job(name="find the headline figures", due=due, run=find, batch=1)


def find_now() -> None:
    """Here, at once: for the demo shop and for tests."""
    now = timezone.now()
    if not HeadlineClock.objects.update(look_at=now):
        HeadlineClock.objects.create(look_at=now)
    leases.run_once(FIND, now)


def newest(today: date) -> dict[str, Headline]:
    """By name, not older than yesterday. One query."""
    return between(today - _DAY, today)


def between(first: date, last: date) -> dict[str, Headline]:
    """By name, the newest of what was kept on these days. One query."""
    return {row.name: row for row in _NEWEST.all(first, last)}


_NEWEST = Prepared(
    lambda first, last: Headline.objects.filter(day__gte=first, day__lte=last).order_by("day"), date, date
)


def _left(today: date, now: datetime) -> Figure | None:
    """Of the shop's customers, who has left (S2-6); beside what was kept of it a month ago."""
    version = defections.in_force()
    found = defection_report.rate(version) if version else None
    if found is None or found.whole.rate is None:
        return None
    low, high = wilson(found.whole.left, found.whole.n) or (None, None)
    earlier = _kept("left", today - timedelta(days=MONTH))
    return Figure(
        value=found.whole.rate, n=found.whole.n, low=low, high=high,
        before=found.month_ago if earlier is None else earlier,
        data={"left": found.whole.left},
    )  # fmt: skip


def _silent(today: date, now: datetime) -> Figure | None:
    """Buyers of the last three months that can be told, beside the three before. Of many once a day: to go
    through a year of their orders takes a minute or two."""
    known = Headline.objects.filter(name="silent", day=today).first()
    if known and known.n >= listed.FEWEST:
        return Figure.kept(known)
    found = silence.months(today)
    silence.list_all(found, now)
    newest, before = found[-silence.POOLED :], found[-2 * silence.POOLED : -silence.POOLED]
    n, silent = sum(one.n for one in newest), sum(one.silent for one in newest)
    if n < silence.FEWEST:
        return None
    low, high = wilson(silent, n) or (None, None)
    earlier = sum(one.n for one in before)
    return Figure(
        value=silent / n, n=n, low=low, high=high,
        before=sum(one.silent for one in before) / earlier if earlier >= silence.FEWEST else None,
        data={"silent": silent, "months": [one.as_data() for one in found]},
    )  # fmt: skip


def _recovered(today: date, now: datetime) -> Figure | None:
    """Problems solved the first time they told us, of those they told us of (S0-1); and what they spent
    after, beside those without a problem (S0-2), which is looked for once a day and says when: `spent_at`."""
    solved, told = _solved(today - timedelta(days=WINDOW - 1), today)
    if told < FEWEST:
        return None
    low, high = wilson(solved, told) or (None, None)
    earlier, earlier_told = _solved(*_time_before(today))
    known = Headline.objects.filter(name="recovered", day=today).first()
    return Figure(
        value=solved / told, n=told, low=low, high=high,
        before=earlier / earlier_told if earlier_told >= FEWEST else None,
        data=known.data if known else _spent(today) | {"spent_at": now.isoformat()},
    )  # fmt: skip


def _spent(today: date) -> dict[str, Any]:
    """With the days of the orders it is of, so that the tile opens the report on the same ones."""
    start = today - timedelta(days=364)
    days = {"from": start.isoformat(), "to": today.isoformat()}
    report = recovery.report(start, today, currency=shop.current().currency, today=today)
    for one in report.found.comparisons:
        if (one.one, one.other) == (Cohort.RESOLVED_FIRST, Cohort.NO_PROBLEM) and one.after is not None:
            return days | {"spent": one.after.value, "low": one.after.low, "high": one.after.high}
    return days


def _solved(start: date, end: date) -> tuple[int, int]:
    rows = AnswerTotal.objects.filter(question=counting.COHORT, day__gte=start, day__lte=end)
    counts = {json.loads(value): n for value, n in rows.values_list("value").annotate(n=Sum("n")).order_by()}
    solved = counts.get(Cohort.RESOLVED_FIRST.value, 0)
    return solved, solved + counts.get(Cohort.NOT_RESOLVED.value, 0)


def _promises(today: date, now: datetime) -> Figure | None:
    found = promises.kept(today - timedelta(days=WINDOW - 1), today, today, "en").all
    if found.share is None:
        return None
    low, high = found.interval or (None, None)
    start, end = _time_before(today)
    earlier = promises.kept(start, end, today, "en").all
    return Figure(value=found.share, n=found.n, low=low, high=high, before=earlier.share)


def _queue(today: date, now: datetime) -> Figure | None:
    """Hours that the middle one of what waits has waited: drafts to approve and cases to decide."""
    drafts = Reply.objects.waiting().order_by("drafted_at").values_list("drafted_at", flat=True)
    cases = (
        Case.objects.filter(state=Case.State.OPEN).order_by("opened_at").values_list("opened_at", flat=True)
    )
    since = [*drafts[:MOST_WAITING], *cases[:MOST_WAITING]]
    if not since:
        return None
    hours = [(now - one).total_seconds() / 3600 for one in since]
    return Figure(
        value=median(hours), n=len(hours), before=_kept("queue", today - timedelta(days=MONTH)),
        data={"oldest": max(hours)},
    )  # fmt: skip


def _unsteady(today: date, now: datetime) -> Figure | None:
    """S0-8: touchpoints at which marks lie farther apart than before, at the same mean; `n` is of how many
    this can be told. Looked for once a day."""
    known = Headline.objects.filter(name="unsteady", day=today).first()
    if known:
        return Figure.kept(known)
    found = consistency.report(today - timedelta(days=WINDOW), today, "en")
    told = [row for row in found.rows if row.change is not None]
    if not told:
        return None
    return Figure(
        value=len(found.rising), n=len(told), before=_kept("unsteady", today - timedelta(days=MONTH)),
        data={"places": [row.slug for row in found.rising]},
    )  # fmt: skip


def _hides(today: date, now: datetime) -> Figure | None:
    """Differential hiding (L6): the chance that hiding by lot goes so much with how good a review is, of `n`
    hidden ones; only where that needs an explanation."""
    found = account.of_late()
    tests = [one for one in (found.by_stars, found.by_words) if one and one.can_tell and one.is_suspicious]
    if not tests:
        return None
    return Figure(value=min(one.chance for one in tests), n=found.hidden)


def _kept(name: str, day: date) -> float | None:
    row = Headline.objects.filter(name=name, day=day).first()
    return row.value if row else None


def _nps(today: date, now: datetime) -> Figure | None:
    return _score(today, lambda one: one.kind == Kind.SCALE_10, measures.nps)


def _csat(today: date, now: datetime) -> Figure | None:
    return _score(today, lambda one: one.kind == Kind.SMILEYS, measures.csat)


def _satisfied(today: date, now: datetime) -> Figure | None:
    """S1-2: only what is above what was expected satisfies; as expected is indifferent."""
    return _score(today, lambda one: one.meaning == Meaning.EXPECTATION, _above)


def _above(counts: Counter) -> measures.Score:
    return measures.share("satisfied", counts[EXPECTATIONS[0]], sum(counts.values()))


def _score(
    today: date,
    is_meant: Callable[[Question], bool],
    measure: Callable[[Counter], measures.Score],
) -> Figure | None:
    """Of all surveys that ask for it; never without the mix of why the answers came (S4-1)."""
    asked = [
        (survey.pk, [question.id for question in results.questions_of(survey) if is_meant(question)])
        for survey in Survey.objects.filter(archived_at=None).order_by("-made_at")[:MOST_SURVEYS]
    ]
    by_why = _answers(asked, today - timedelta(days=WINDOW - 1), today)
    found = measure(sum(by_why.values(), Counter()))
    if found.value is None or found.n < FEWEST:
        return None
    earlier = measure(sum(_answers(asked, *_time_before(today)).values(), Counter()))
    each = {why: measure(counts) for why, counts in by_why.items()}
    return Figure(
        value=found.value, n=found.n, low=found.low, high=found.high,
        before=earlier.value if earlier.n >= FEWEST else None,
        data={"mix": [{"why": why, "n": one.n, "value": one.value} for why, one in sorted(each.items())]},
    )  # fmt: skip


def _answers(asked: Sequence[tuple[int, list[str]]], start: date, end: date) -> dict[str, Counter]:
    """Values and how often each was given, by why it came."""
    found: dict[str, Counter] = {}
    for survey, questions in asked:
        if not questions:
            continue
        rows = AnswerTotal.objects.filter(survey=survey, question__in=questions, day__gte=start, day__lte=end)
        for why, value, n in rows.values_list("why", "value").annotate(n=Sum("n")).order_by():
            found.setdefault(why, Counter())[measures.key(json.loads(value))] += n
    return found


def _time_before(today: date) -> tuple[date, date]:
    return today - timedelta(days=2 * WINDOW - 1), today - timedelta(days=WINDOW)


FIGURES: dict[str, Callable[[date, datetime], Figure | None]] = {
    "left": _left,
    "silent": _silent,
    "recovered": _recovered,
    "promises": _promises,
    "queue": _queue,
    "unsteady": _unsteady,
    "hides": _hides,
    "nps": _nps,
    "csat": _csat,
    "satisfied": _satisfied,
}
