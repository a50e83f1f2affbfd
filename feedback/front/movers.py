"""Themes that moved (S4-5): how often each comes up in thirty days, beside the thirty before.

What counts is the share of comments: where twice as many people write, every theme is named more often. The
surest change stands first; of each the interval is told, and where it may be chance.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from feedback.intervals import difference
from feedback.models import Headline
from feedback.reports import trends

DAYS = 30
MOST = 5
SMALLEST = 2  # one complaint more or less is not news


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """`now` of `n` comments mention it, `before` of `n_before`; `negative`: complaints of now. `low` to
    `high`: by how much the share moved, 95 %."""

    slug: str
    now: int
    n: int
    before: int
    n_before: int
    negative: int
    low: float
    high: float

    @property
    def moved(self) -> float:
        """Of the share, −1 to 1."""
        return self.now / self.n - self.before / self.n_before if self.n and self.n_before else 0.0

    @property
    def is_sure(self) -> bool:
        return self.low > 0 or self.high < 0

    @property
    def is_new(self) -> bool:
        return not self.before


def find(last: date) -> list[Mover]:
    """The surest first, at most MOST of them."""
    found = trends.by_theme(last - timedelta(days=DAYS - 1), last)
    n, n_before = found.comments.total, found.comments_before
    all_ = [_of(row, n, n_before) for row in found.themes if row.total or row.before]
    return sorted((one for one in all_ if abs(one.now - one.before) >= SMALLEST), key=_by_surety)[:MOST]


def others(negative: int, found: Mapping[str, Headline]) -> int | None:
    """S4-5, "others may have had this": of the buyers who said nothing, how many, if they met it as often as
    those who spoke. None where it is not known how many are silent."""
    row = found.get("silent")
    if row is None or row.value >= 1:
        return None
    silent = row.data["silent"]
    return min(silent, round(negative * row.value / (1 - row.value)))


def _of(row: trends.ThemeRow, n: int, n_before: int) -> Mover:
    low, high = difference(row.total, n, row.before, n_before) or (-1.0, 1.0)
    return Mover(
        slug=row.slug, now=row.total, n=n, before=row.before, n_before=n_before,
        negative=row.counts.negative, low=low, high=high,
    )  # fmt: skip


def _by_surety(one: Mover) -> tuple[float, int, str]:
    """How far from nothing, in widths of the interval."""
    return -abs(one.moved) / max(one.high - one.low, 1e-9), -abs(one.now - one.before), one.slug
