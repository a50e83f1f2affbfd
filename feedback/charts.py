"""RULE: values to the geometry of inline SVG drawings. Lengths are in the units of the drawing's viewBox."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import chain
from math import ceil, floor, isfinite, log10

from babel.dates import format_date

MOST_SERIES = 5  # on a desk; on a phone one fewer, since its lines lie closer
WIDE = (720, 280)
NARROW = (336, 280)  # for a phone, where the wide drawing's words would shrink below reading size
TONES = ("brand", "warn", "plum", "ink", "flat")  # bad and good are kept for sentiment, on request
_EM = 12  # font size of every word in a drawing, as app.css sets it
_LETTER = 6.3  # mean width of a letter at that size
_LABEL_STEP = 16  # two labels nearer than this touch each other
_TOP, _BOTTOM = 14, 26
_RANGE_LABEL, _RANGE_BAR, _RANGE_ROW = 22, 13, 64  # of a row with two bars: above them, each, and all of it
_SIGNS = {"negative": "▼", "neutral": "●", "positive": "▲", "unknown": "?"}
_DATE_PATTERNS = {
    "week": {"vi": "d/M", "en": "d MMM"},
    "day": {"vi": "d/M", "en": "d MMM"},
    "month": {"vi": "M/yyyy", "en": "MMM yyyy"},
}


@dataclass(frozen=True, slots=True)
class Series:
    """One line. A point of None is a gap: nothing was measured there, which is not zero."""

    label: str
    points: Sequence[float | None]
    tone: str = ""  # a colour of app.css (.line.<tone>); empty: the next free one of TONES


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    at: float
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DateLabel:
    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    label: str
    name: str  # the label as far as it fits
    tone: str
    pattern: int  # 1–5: weight and dashes in app.css
    path: str
    open_path: str  # the last step, where the last point is not complete
    dots: tuple[tuple[float, float], ...]  # the last point, and points with gaps on both sides
    value: float | None  # the last one measured
    end_x: float
    end_y: float
    label_y: float

    @property
    def is_moved(self) -> bool:
        """The label stands so far from its line's end that a thin leader must join them."""
        return abs(self.label_y - self.end_y) > _LABEL_STEP / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChart:
    width: int
    height: int
    left: float
    right: float
    bottom: float
    label_x: float
    ticks: tuple[Tick, ...]
    dates: tuple[DateLabel, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFigure:
    """The same chart twice: the style sheet shows the one that suits the room it has."""

    wide: LineChart
    narrow: LineChart

    @property
    def drawings(self) -> tuple[tuple[str, LineChart], ...]:
        return (("wide", self.wide), ("narrow", self.narrow))


@dataclass(frozen=True, slots=True, kw_only=True)
class BarRow:
    """Counts of one row, a theme for example."""

    label: str
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    unknown: int = 0
    url: str = ""

    @property
    def total(self) -> int:
        return self.negative + self.neutral + self.positive + self.unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    kind: str
    sign: str
    count: int
    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    row: BarRow
    segments: tuple[Segment, ...]  # those with a count, in the order negative, neutral, positive, unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A figure with its interval; an end of None is not known."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeRow:
    """What was and what is, side by side. None: nothing is said."""

    label: str
    was: Measured | None
    now: Measured | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeBar:
    """`whisker`: from x to x of the interval, as far as it is known."""

    kind: str  # was | now
    y: float
    width: float
    whisker: tuple[float, float] | None

    @property
    def middle(self) -> float:
        return self.y + _RANGE_BAR / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeLine:
    label: str
    label_y: float
    bars: tuple[RangeBar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeChart:
    width: int
    height: float
    left: float
    bottom: float
    thick: float
    ticks: tuple[Tick, ...]
    rows: tuple[RangeLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeFigure:
    wide: RangeChart
    narrow: RangeChart

    @property
    def drawings(self) -> tuple[tuple[str, RangeChart], ...]:
        return (("wide", self.wide), ("narrow", self.narrow))


def range_figure(rows: Sequence[RangeRow]) -> RangeFigure:
    """Two bars a row from zero, each with the line of its interval; the label stands above them."""
    return RangeFigure(wide=range_chart(rows, width=WIDE[0]), narrow=range_chart(rows, width=NARROW[0]))


def range_chart(rows: Sequence[RangeRow], *, width: int) -> RangeChart:
    ticks = nice_ticks(max((_reach(bar) for row in rows for bar in (row.was, row.now) if bar), default=0))
    left, room = 2.0, width - 2 - _LETTER * len(_short(ticks[-1])) / 2 - 4
    per_unit = room / (ticks[-1] or 1)  # what is next to nothing is nothing
    lines = []
    for place, row in enumerate(rows):
        top = place * _RANGE_ROW
        bars = [
            _range_bar(kind, bar, top + _RANGE_LABEL + step * (_RANGE_BAR + 3), left, per_unit)
            for step, (kind, bar) in enumerate((("was", row.was), ("now", row.now)))
            if bar is not None
        ]
        lines.append(RangeLine(label=row.label, label_y=top + _RANGE_LABEL - 7, bars=tuple(bars)))
    bottom = len(rows) * _RANGE_ROW
    return RangeChart(
        width=width, height=bottom + _BOTTOM, left=left, bottom=bottom, thick=_RANGE_BAR,
        ticks=tuple(Tick(at=round(left + per_unit * tick, 1), value=tick) for tick in ticks),
        rows=tuple(lines),
    )  # fmt: skip


def _reach(bar: Measured) -> float:
    return max(bar.value, bar.high if bar.high is not None else bar.value)


def _range_bar(kind: str, bar: Measured, y: float, left: float, per_unit: float) -> RangeBar:
    """What lies below zero is drawn as zero: the table has the figure."""

    def x(value: float) -> float:
        return round(left + max(value, 0) * per_unit, 1)

    known = bar.low is not None and bar.high is not None
    whisker = (x(bar.low or 0), x(bar.high or 0)) if known else None
    return RangeBar(kind=kind, y=round(y, 1), width=round(max(bar.value, 0) * per_unit, 1), whisker=whisker)


def line_figure(
    series: Sequence[Series], labels: Sequence[str], *, others: str = "others", is_open: bool = False
) -> LineFigure:
    """`others`: the word for what is left out and added up, in the reader's language. `is_open`: the last
    point is not complete, so that the step to it is drawn otherwise."""
    (wide, high), (narrow, as_high) = WIDE, NARROW
    return LineFigure(
        wide=line_chart(series, labels, width=wide, height=high, others=others, is_open=is_open),
        narrow=line_chart(
            series, labels, width=narrow, height=as_high, most=MOST_SERIES - 1, others=others, is_open=is_open
        ),
    )


def line_chart(
    series: Sequence[Series],
    labels: Sequence[str],
    *,
    width: int,
    height: int,
    most: int = MOST_SERIES,
    others: str = "others",
    is_open: bool = False,
) -> LineChart:
    """Lines over a zero-based axis, named at their ends. Every series has one point for each label."""
    if any(len(one.points) != len(labels) for one in series):
        raise ValueError("each series needs one point for each label")
    shown = _with_tones(_at_most(most, series, others))
    ticks = nice_ticks(max((p for one in shown for p in one.points if p is not None), default=0))
    left = 12 + _LETTER * max(len(_short(tick)) for tick in ticks)
    names = [_cut(one.label, room=int((width * 0.36) // _LETTER) - _figures(one)) for one in shown]
    longest = max((len(name) + _figures(one) for name, one in zip(names, shown, strict=True)), default=0)
    right = width - _LETTER * longest - 14
    bottom = height - _BOTTOM

    def y(value: float) -> float:
        return bottom - (bottom - _TOP) * value / ticks[-1]

    xs = _spread(len(labels), left, right)
    lines = [
        _line(one, name, number, xs, [None if p is None else y(p) for p in one.points], is_open=is_open)
        for number, (one, name) in enumerate(zip(shown, names, strict=True), start=1)
    ]
    return LineChart(
        width=width, height=height, left=round(left, 1), right=round(right, 1), bottom=bottom,
        label_x=round(right + 10, 1),
        ticks=tuple(Tick(at=round(y(tick), 1), value=tick) for tick in ticks),
        dates=tuple(_date_labels(labels, xs, room=right - left)),
        lines=tuple(_keep_apart(lines, low=_TOP - 4, high=bottom)),
    )  # fmt: skip


def bars(rows: Sequence[BarRow], *, share: bool = False) -> tuple[Bar, ...]:
    """Stacked bars in hundredths of the longest one, or each of its own whole with `share`."""
    longest = max((row.total for row in rows), default=0)
    return tuple(Bar(row=row, segments=_segments(row, row.total if share else longest)) for row in rows)


def nice_ticks(highest: float, *, steps: int = 4) -> tuple[float, ...]:
    """0 to the first round number at or above `highest`, by 1, 2, 2.5 or 5 × 10ⁿ; whole numbers from 1 on."""
    if highest <= 0 or not isfinite(highest):
        return (0, 1)
    size = 10 ** floor(log10(highest / steps))
    sizes = [size * times for times in (1, 2, 2.5, 5, 10)]
    step = next(s for s in sizes if s * steps >= highest * (1 - 1e-9) and (highest < 1 or s == int(s)))
    count = ceil(highest / step - 1e-9)
    return tuple(round(step * n, 10) for n in range(count + 1))


def in_units(highest: float) -> int:
    """1, a thousand or a million: what to divide sums by, so that few digits stand at an axis."""
    return next((unit for unit in (1_000_000, 1_000) if abs(highest) >= 10 * unit), 1)


def date_labels(days: Sequence[date], *, step: str, language: str) -> tuple[str, ...]:
    """The reader's way to write days (`step`: day, week, month), for the labels of a chart."""
    known = language if language in ("vi", "en") else "en"
    return tuple(_in_words(day, _DATE_PATTERNS[step][known], known) for day in days)


@lru_cache(maxsize=5000)  # the same days stand on every page
def _in_words(day: date, pattern: str, language: str) -> str:
    return format_date(day, pattern, locale=language)


def _at_most(most: int, series: Sequence[Series], others: str) -> list[Series]:
    """The greatest ones by their sum, in the order given; the rest added up."""
    if len(series) <= most:
        return list(series)
    by_size = sorted(series, key=lambda one: -sum(p or 0 for p in one.points))
    kept = {id(one) for one in by_size[: most - 1]}
    rest = [one.points for one in series if id(one) not in kept]
    added = [_sum(points) for points in zip(*rest, strict=True)]
    return [one for one in series if id(one) in kept] + [Series(others, added, "flat")]


def _sum(points: Sequence[float | None]) -> float | None:
    known = [p for p in points if p is not None]
    return sum(known) if known else None


def _with_tones(series: list[Series]) -> list[Series]:
    taken = {one.tone for one in series}
    free = iter([tone for tone in TONES if tone not in taken] + ["flat"] * len(series))
    return [one if one.tone else replace(one, tone=next(free)) for one in series]


def _line(
    one: Series, name: str, number: int, xs: list[float], ys: list[float | None], *, is_open: bool
) -> Line:
    known = [i for i, y in enumerate(ys) if y is not None]
    last = known[-1] if known else None
    lone = [i for i in known if (i == 0 or ys[i - 1] is None) and (i + 1 == len(ys) or ys[i + 1] is None)]
    end_y = _known(ys[last]) if last is not None else 0.0
    is_open = is_open and len(ys) > 1 and None not in ys[-2:]
    whole = len(ys) - 1 if is_open else len(ys)
    return Line(
        label=one.label, name=name, tone=one.tone, pattern=number, path=_path(xs[:whole], ys[:whole]),
        open_path=_path(xs[-2:], ys[-2:]) if is_open else "",
        dots=tuple((xs[i], round(_known(ys[i]), 1)) for i in sorted({*lone, *known[-1:]})),
        value=None if last is None else one.points[last],
        end_x=xs[last] if last is not None else 0.0, end_y=round(end_y, 1), label_y=round(end_y, 1),
    )  # fmt: skip


def _keep_apart(lines: list[Line], *, low: float, high: float) -> Iterator[Line]:
    """Move the labels until none touches another: down from the top, then back up from the bottom."""
    drawn = sorted((line for line in lines if line.path), key=lambda line: line.end_y)
    places: list[float] = []
    for line in drawn:
        places.append(max(line.end_y, low, places[-1] + _LABEL_STEP if places else low))
    ceiling = high
    for i in reversed(range(len(places))):
        places[i] = min(places[i], ceiling)
        ceiling = places[i] - _LABEL_STEP
    moved = {id(line): round(place, 1) for line, place in zip(drawn, places, strict=True)}
    return (replace(line, label_y=moved[id(line)]) for line in lines if id(line) in moved)


def _date_labels(labels: Sequence[str], xs: list[float], *, room: float) -> Iterator[DateLabel]:
    """As many as stand side by side, evenly, ending with the newest."""
    if not labels:
        return
    widest = _LETTER * max(len(text) for text in labels) + 14
    every = ceil(len(labels) / max(1, int(room // widest)))
    last = len(labels) - 1
    for i in range(last % every, last + 1, every):
        yield DateLabel(at=xs[i], text=labels[i])


def _segments(row: BarRow, whole: int) -> tuple[Segment, ...]:
    segments, x = [], 0.0
    for kind, sign in _SIGNS.items():
        count = getattr(row, kind)
        if count:
            width = 100 * count / whole
            segments.append(Segment(kind=kind, sign=sign, count=count, x=round(x, 2), width=round(width, 2)))
            x += width
    return tuple(segments)


def _path(xs: Sequence[float], ys: Sequence[float | None]) -> str:
    """Pen down over what was measured, pen up over the gaps."""
    if ys and None not in ys:  # all at once: three years of weeks are a hundred and fifty points
        pattern = "M%.1f %.1f" + "L%.1f %.1f" * (len(ys) - 1)
        return pattern % tuple(chain.from_iterable(zip(xs, ys, strict=True)))
    parts, down = [], False
    for x, y in zip(xs, ys, strict=True):
        if y is not None:
            parts.append(f"{'L' if down else 'M'}{x:.1f} {y:.1f}")
        down = y is not None
    return "".join(parts)


def _spread(count: int, left: float, right: float) -> list[float]:
    if count == 1:
        return [round(right, 1)]
    return [round(left + (right - left) * i / (count - 1), 1) for i in range(count)]


def _figures(one: Series) -> int:
    """Letters that the last value takes beside the name, with the space between."""
    last = next((p for p in reversed(one.points) if p is not None), None)
    return 0 if last is None else len(_short(last)) + 1


def _short(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _cut(text: str, *, room: int) -> str:
    return text if len(text) <= max(room, 4) else text[: max(room, 4) - 1].rstrip() + "…"


def _known(value: float | None) -> float:
    assert value is not None
    return value
