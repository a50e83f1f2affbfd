"""REPORT: the answers over time, and by product, place, way of asking, language and why they came (S4-1).

Reads the kept totals. A figure of several reasons never stands without how many came for which.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext

from feedback.models import Location, Product, Touchpoint
from feedback.models.addressed import Language
from feedback.models.words import WhyItCame
from surveys import counting, measures
from surveys.counting import COHORT, Key, Where
from surveys.measures import Measured
from surveys.models import Entrance
from surveys.questions import STEPS, Kind, Meaning, Question

MOST_PARTS = 30
OTHERS = "…"
CHANNELS = {
    "mail": _("by mail"),
    "link": _("by a link"),
    "imported": _("imported"),
    **{kind.value: kind.label for kind in Entrance.Kind},
}
# Two lines of a recommendation: who would, and who would not; else one.
_HALVES = {
    Kind.SCALE_10: ((range(9, 11), _("9 and 10")), (range(7), _("0 to 6"))),
    Kind.SMILEYS: ((range(4, 6), _("the two best faces")),),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One part, or one span of time: `n` answered; `mix`: for which reason; `scores` in the order of the
    questions, without a value where nobody answered that."""

    id: str
    words: str
    n: int
    mix: Mapping[str, int]
    scores: Sequence[Measured]

    @property
    def reasons(self) -> list[int]:
        """For each of WhyItCame."""
        return [self.mix.get(why, 0) for why in WhyItCame.values]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`points`: one for each span; None where nobody answered, which is not zero."""

    words: str
    points: Sequence[float | None]


def scored(questions: Sequence[Question]) -> list[Question]:
    """Those that come to a figure, and what was expected: the columns of a breakdown."""
    return [one for one in questions if one.kind in STEPS or one.meaning == Meaning.EXPECTATION]


def by(
    where: Where, uncounted: Mapping[Key, int], part: str, questions: Sequence[Question], language: str
) -> list[Row]:
    """The greatest parts, and the others added up. Two queries."""
    found = counting.sums(where, uncounted, (part, "why"), [COHORT, *(one.id for one in questions)])
    sizes: Counter[str] = Counter()
    for (name, _why, question, _value), times in found.items():
        if question == COHORT:
            sizes[name] += times
    named = [name for name, _n in sorted(sizes.items(), key=lambda item: (-item[1], item[0]))]
    kept = set(named if len(named) <= MOST_PARTS else named[: MOST_PARTS - 1])
    rows = _rows(_grouped(found, lambda name: name if name in kept else OTHERS), questions, language)
    with override(language):
        words = _names(part, kept, language)
    order = {name: place for place, name in enumerate(named)}
    return [
        replace(row, words=words.get(row.id, row.id))
        for row in sorted(rows, key=lambda row: order.get(row.id, len(order)))
    ]


def over_time(
    where: Where, uncounted: Mapping[Key, int], questions: Sequence[Question], language: str, *, period: str
) -> list[Row]:
    """One row for each day, Monday week or month of `where`, empty ones as well. One query."""
    assert where.start is not None
    assert where.end is not None
    found = counting.sums(where, uncounted, ("day", "why"), [COHORT, *(one.id for one in questions)])
    rows = {
        row.id: row
        for row in _rows(_grouped(found, lambda day: span_of(day, period).isoformat()), questions, language)
    }
    empty = [measures.measure(one, {}, language) for one in questions]
    return [
        rows.get(day.isoformat()) or Row(id=day.isoformat(), words="", n=0, mix={}, scores=empty)
        for day in spans(where.start, where.end, period)
    ]


def lines(rows: Sequence[Row], question: Question) -> list[Line]:
    """What is drawn of one question: shares in per cent, or the mean."""
    place = next(n for n, one in enumerate(rows[0].scores) if one.id == question.id)
    measured = [row.scores[place] for row in rows]
    if question.kind in _HALVES:
        return [
            Line(words=str(words), points=[_share_of(one, steps) for one in measured])
            for steps, words in _HALVES[question.kind]
        ]
    if question.kind in STEPS or question.kind == Kind.NUMBER:
        return [
            Line(words=str(_("mean")), points=[one.score.value if one.score else None for one in measured])
        ]
    return [
        Line(
            words=share.words,
            points=[100 * one.shares[n].share if one.n else None for one in measured],
        )
        for n, share in enumerate(measured[0].shares)
    ]


def spans(start: date, end: date, period: str) -> Iterator[date]:
    day = span_of(start, period)
    while day <= end:
        yield day
        day = _next(day, period)


def span_of(day: date, period: str) -> date:
    """The first day of its week (Monday) or month."""
    if period == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if period == "week" else day


def _next(day: date, period: str) -> date:
    if period == "month":
        return (day + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=7 if period == "week" else 1)


Grouped = dict[str, dict[str, Counter[str]]]


def _grouped(found: Counter[tuple], name_of) -> tuple[Grouped, dict[str, Counter[str]]]:  # type: ignore[no-untyped-def]
    """By part and question how often each value; by part how many came for which reason."""
    counts: Grouped = defaultdict(lambda: defaultdict(Counter))
    mixes: dict[str, Counter[str]] = defaultdict(Counter)
    for (part, why, question, value), times in found.items():
        name = name_of(part)
        counts[name][question][value] += times
        if question == COHORT:
            mixes[name][why] += times
    return counts, mixes


def _rows(
    grouped: tuple[Grouped, dict[str, Counter[str]]], questions: Sequence[Question], language: str
) -> list[Row]:
    counts, mixes = grouped
    return [
        Row(
            id=name,
            words=name,
            n=sum(mixes[name].values()),
            mix=mixes[name],
            scores=[_measured(one, counts[name][one.id], language) for one in questions],
        )
        for name in counts
    ]


def _measured(question: Question, counts: Mapping[str, int], language: str) -> Measured:
    by_value: Counter[object] = Counter()
    for value, times in counts.items():
        by_value[measures.key(json.loads(value))] += times
    return measures.measure(question, by_value, language)


def _share_of(measured: Measured, steps: range) -> float | None:
    if not measured.n:
        return None
    return 100 * sum(share.count for share in measured.shares if int(share.id) in steps) / measured.n


def _names(part: str, ids: set[str], language: str) -> dict[str, str]:
    """In the reader's words. One query at most."""
    unknown = {"": str(_("not known")), OTHERS: pgettext("parts", "the rest")}
    match part:
        case "why":
            return {**unknown, **{one.value: str(one.label) for one in WhyItCame}}
        case "language":
            return {**unknown, **{one.value: str(one.label) for one in Language}}
        case "channel":
            return {**unknown, **{name: str(words) for name, words in CHANNELS.items()}}
        case "touchpoint":
            return {**unknown, **{one.slug: one.name(language) for one in Touchpoint.objects.all()}}
        case "location":
            at = Location.objects.filter(code__in=ids)
            return {**unknown, **{one.code: one.name_vi if language == "vi" else one.name_en for one in at}}
        case _:
            sold = Product.objects.filter(sku__in=ids)
            return {**unknown, **{one.sku: one.name(language) for one in sold}}
