"""RULE: what the answers to one question come to: shares, scores and means, each with its 95 % interval.

Shares have Wilson's score interval (Wilson 1927). NPS is the share of 9 and 10 less that of 0 to 6; CSAT the
share of the two best of five faces; CES the mean of 1 to 7. Means have the normal interval of the mean.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from math import sqrt
from typing import Any

from feedback.intervals import Z, wilson
from surveys import piping
from surveys.questions import STEPS, Kind, Question, said

MOST_BARS = 10
FEW = 30
"""Below so many answers a page says that they are too few to lean on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`share` of `n`, with its interval: 0 to 1. All None while nobody answered."""

    id: str
    words: str
    count: int
    n: int
    kind: str = ""  # positive | negative: which end is the good one
    note: str = ""

    @property
    def share(self) -> float:
        return self.count / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.count, self.n)

    @property
    def width(self) -> int:
        return round(100 * self.share)

    @property
    def low(self) -> float | None:
        return self.interval[0] if self.interval else None

    @property
    def high(self) -> float | None:
        return self.interval[1] if self.interval else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A figure with its margin on either side, in the figure's own unit. `name`: nps, csat, ces or mean.
    `ends` of its interval where that is not even on both sides: of a share near 0 or 100 %."""

    name: str
    value: float | None
    margin: float | None
    n: int
    ends: tuple[float, float] | None = None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Within what the figure can be."""
        if self.ends or self.value is None or self.margin is None:
            return self.ends
        low, high = self.value - self.margin, self.value + self.margin
        return (max(low, -100.0), min(high, 100.0)) if self.name == "nps" else (low, high)

    @property
    def low(self) -> float | None:
        return self.interval[0] if self.interval else None

    @property
    def high(self) -> float | None:
        return self.interval[1] if self.interval else None

    @property
    def is_thin(self) -> bool:
        return self.n < FEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """`n` answered. `shares` are empty where an answer is not one of a few; `groups`: rows of a grid, options
    that were ranked."""

    id: str
    kind: Kind
    words: str
    n: int
    score: Score | None = None
    shares: Sequence[Share] = ()
    groups: Sequence[tuple[str, Sequence[Share]]] = ()


def measure(question: Question, counts: Mapping[Any, int], language: str) -> Measured:
    """`counts`: how often each value was given, as `key` makes it."""
    n = sum(counts.values())
    common: dict[str, Any] = {
        "id": question.id,
        "kind": question.kind,
        "words": piping.fill(said(question.words, language), {}, language),
        "n": n,
    }
    if question.kind in STEPS:
        return Measured(**common, score=_score(question.kind, counts), shares=_steps(question, counts, n))
    if question.kind == Kind.NUMBER:
        numbers = {Decimal(str(value)): times for value, times in counts.items()}
        found = mean("mean", {float(value): times for value, times in numbers.items()})
        return Measured(**common, score=found, shares=_spread(numbers, n))
    if question.kind == Kind.GRID:
        return Measured(**common, groups=_rows(question, counts, language))
    if question.kind == Kind.RANKING:
        return Measured(**common, groups=_places(question, counts, language))
    if question.kind == Kind.DATE:
        return Measured(**common, shares=_months(counts, n))
    return Measured(**common, shares=_options(question, counts, language, n))


def key(value: Any) -> Any:
    """A kept answer as something to count by."""
    if isinstance(value, Mapping):
        return tuple(sorted(value.items()))
    return tuple(value) if isinstance(value, list) else value


def mean(name: str, counts: Mapping[float, int]) -> Score:
    """Of numbers and how often each was given."""
    n = sum(counts.values())
    if not n:
        return Score(name=name, value=None, margin=None, n=0)
    middle = sum(value * times for value, times in counts.items()) / n
    if n < 2:
        return Score(name=name, value=middle, margin=None, n=n)
    spread = sum(times * (value - middle) ** 2 for value, times in counts.items()) / (n - 1)
    return Score(name=name, value=middle, margin=Z * sqrt(spread / n), n=n)


def nps(counts: Mapping[int, int]) -> Score:
    """From -100 to 100."""
    return mean(
        "nps",
        Counter(
            {
                100.0: _sum(counts, range(9, 11)),
                0.0: _sum(counts, range(7, 9)),
                -100.0: _sum(counts, range(7)),
            }
        ),
    )


def csat(counts: Mapping[int, int]) -> Score:
    """The share of 4 and 5 among 1 to 5, in per cent."""
    return share("csat", _sum(counts, range(4, 6)), sum(counts.values()))


def share(name: str, good: int, n: int) -> Score:
    """So many of n, in per cent, with Wilson's interval; its margin is half of that."""
    found = wilson(good, n)
    if found is None:
        return Score(name=name, value=None, margin=None, n=0)
    low, high = (100 * end for end in found)
    return Score(name=name, value=100 * good / n, margin=(high - low) / 2, n=n, ends=(low, high))


def _sum(counts: Mapping[int, int], steps: Iterable[int]) -> int:
    return sum(counts.get(step, 0) for step in steps)


def _score(kind: Kind, counts: Mapping[int, int]) -> Score:
    if kind == Kind.SCALE_10:
        return nps(counts)
    if kind == Kind.SMILEYS:
        return csat(counts)
    return mean("ces" if kind == Kind.EFFORT else "mean", {float(step): n for step, n in counts.items()})


# Which end of the scale is the good one, for its colour and sign.
_GOOD = {
    Kind.SCALE_10: (range(9, 11), range(7)),
    Kind.STARS: (range(4, 6), range(1, 3)),
    Kind.SMILEYS: (range(4, 6), range(1, 3)),
    Kind.EFFORT: (range(5, 8), range(1, 4)),
}


def _steps(question: Question, counts: Mapping[int, int], n: int) -> list[Share]:
    good, bad = _GOOD[question.kind]
    return [
        Share(
            id=str(step),
            words=str(step),
            count=counts.get(step, 0),
            n=n,
            kind="positive" if step in good else "negative" if step in bad else "",
        )
        for step in reversed(STEPS[question.kind])
    ]


def _spread(counts: Mapping[Decimal, int], n: int) -> list[Share]:
    """Each number that was given, or spans of one round width: `id` "10", or "10/20" for 10 to below 20."""
    if len(counts) <= MOST_BARS:
        return [Share(id=f"{one:f}", words=f"{one:f}", count=counts[one], n=n) for one in sorted(counts)]
    width = _round_width((max(counts) - min(counts)) / MOST_BARS)
    times: Counter[Decimal] = Counter()
    for number, count in counts.items():
        times[(number / width).to_integral_value(ROUND_FLOOR) * width] += count
    low, high = min(times), max(times)
    begins = [low + width * place for place in range(int((high - low) / width) + 1)]
    spans = [(f"{one:f}/{one + width:f}", times[one]) for one in begins]
    return [Share(id=name, words=name, count=count, n=n) for name, count in spans]


def _round_width(least: Decimal) -> Decimal:
    """The first of 1, 2, 5, 10, 20 … that is not below."""
    tens = Decimal(1).scaleb(least.adjusted())
    return next(tens * step for step in (1, 2, 5, 10) if tens * step >= least)


def _options(question: Question, counts: Mapping[Any, int], language: str, n: int) -> list[Share]:
    times: Counter[str] = Counter()
    for value, count in counts.items():
        for one in value if isinstance(value, tuple) else (value,):
            times[str(one)] += count
    if question.kind in (Kind.YES_NO, Kind.CONSENT):
        named = [("yes", question.words_of("yes", language)), ("no", question.words_of("no", language))]
        return [
            Share(id=one, words=words, count=times[one], n=n)
            for one, words in named
            if times[one] or one == "yes" or question.kind == Kind.YES_NO
        ]
    return [
        Share(id=choice.id, words=said(choice.words, language), count=times[choice.id], n=n)
        for choice in question.choices
    ]


def _rows(question: Question, counts: Mapping[Any, int], language: str) -> list[tuple[str, Sequence[Share]]]:
    by_row: dict[str, Counter[str]] = {row.id: Counter() for row in question.rows}
    for value, times in counts.items():
        for row, choice in value:
            if row in by_row:
                by_row[row][choice] += times
    return [
        (
            said(row.words, language),
            _options(question, by_row[row.id], language, sum(by_row[row.id].values())),
        )
        for row in question.rows
    ]


def _places(
    question: Question, counts: Mapping[Any, int], language: str
) -> list[tuple[str, Sequence[Share]]]:
    """For each option how often it came first, second …; the one with the best mean place first."""
    options = len(question.choices)
    places: dict[str, Counter[int]] = {choice.id: Counter() for choice in question.choices}
    for value, times in counts.items():
        for place, one in enumerate(value, 1):
            if one in places:
                places[one][place] += times
    n = {one: sum(counter.values()) for one, counter in places.items()}
    middle = {
        one: sum(p * t for p, t in c.items()) / n[one] if n[one] else options for one, c in places.items()
    }
    return [
        (
            said(choice.words, language),
            [
                Share(id=str(p), words=f"{p}.", count=places[choice.id][p], n=n[choice.id])
                for p in range(1, options + 1)
            ],
        )
        for choice in sorted(question.choices, key=lambda choice: middle[choice.id])
    ]


def _months(counts: Mapping[str, int], n: int) -> list[Share]:
    """The last twelve months in which somebody named a day."""
    times: Counter[str] = Counter()
    for day, count in counts.items():
        times[day[:7]] += count
    return [Share(id=month, words=month, count=times[month], n=n) for month in sorted(times)[-12:]]
