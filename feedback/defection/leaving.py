"""RULE: where customers leave more often than elsewhere, what does not fit a group of buyers (S2-6, S2-10).

Plain Python. Groups are made of what was ordered alone: how many at once, and whether a promise was kept.
Nothing of the person makes a group (L19).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import erfc, sqrt

from feedback.intervals import wilson
from feedback.tails import false_discoveries

FEWEST = 30  # customers, below which a share is counted and not named
CHANCE = 0.05  # of what is told, at most this share is chance in the long run
SIZES = (1, 2, 4)  # at once, from which on a buyer is of the next group: one, two or three, four and more


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Customers who bought in it (`n`), those of them who have left, and who complained. `others`: the same
    of whom it is set beside. `leaves_more`, `complains_more`: by more than chance."""

    kind: str
    key: str
    group: str = ""
    n: int
    left: int
    complained: int = 0
    others_n: int = 0
    others_left: int = 0
    others_complained: int = 0
    leaves_more: bool = False
    complains_more: bool = False

    @property
    def rate(self) -> float | None:
        return self.left / self.n if self.n >= FEWEST else None

    @property
    def others_rate(self) -> float | None:
        return self.others_left / self.others_n if self.others_n >= FEWEST else None

    @property
    def complaints(self) -> float | None:
        return self.complained / self.n if self.n >= FEWEST else None

    @property
    def others_complaints(self) -> float | None:
        return self.others_complained / self.others_n if self.others_n >= FEWEST else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.left, self.n) if self.n >= FEWEST else None


Tally = tuple[int, int, int]  # customers, those who left, those who complained


def size_of(quantity: float) -> str:
    """ "1", "2", "4": the group of somebody who takes so many at once, on average."""
    return str(max(size for size in SIZES if size <= max(round(quantity), 1)))


def by_part(kind: str, tallies: Mapping[str, Tally], whole: Tally) -> list[Part]:
    """Each beside all other customers of the shop. The largest first."""
    parts = [_part(kind, key, "", of, _less(whole, of)) for key, of in tallies.items()]
    return sorted(parts, key=lambda one: (-one.n, one.key))


def by_group(kind: str, tallies: Mapping[tuple[str, str], Tally]) -> list[Part]:
    """Of one product, the first of each pair, each group of its buyers beside its other groups."""
    sums: dict[str, Tally] = {}
    for (key, _group), of in tallies.items():
        n, left, complained = sums.get(key, (0, 0, 0))
        sums[key] = (n + of[0], left + of[1], complained + of[2])
    parts = [_part(kind, key, group, of, _less(sums[key], of)) for (key, group), of in tallies.items()]
    return sorted(parts, key=lambda one: (one.key, one.group))


def judged(parts: Sequence[Part]) -> list[Part]:
    """All that are looked at together are one family (Benjamini & Hochberg 1995)."""
    leaving = [_chance(one.left, one.n, one.others_left, one.others_n) for one in parts]
    complaining = [_chance(one.complained, one.n, one.others_complained, one.others_n) for one in parts]
    told = set(false_discoveries([*leaving, *complaining], CHANCE)) if parts else set()
    return [
        replace(one, leaves_more=place in told, complains_more=place + len(parts) in told)
        for place, one in enumerate(parts)
    ]


def _part(kind: str, key: str, group: str, of: Tally, others: Tally) -> Part:
    return Part(
        kind=kind, key=key, group=group, n=of[0], left=of[1], complained=of[2],
        others_n=others[0], others_left=others[1], others_complained=others[2],
    )  # fmt: skip


def _less(whole: Tally, part: Tally) -> Tally:
    return whole[0] - part[0], whole[1] - part[1], whole[2] - part[2]


def _chance(count: int, n: int, others: int, others_n: int) -> float | None:
    """Of shares as far apart or farther, were both the same: two shares with one spread. None: too few, or
    the share is not the higher one."""
    if min(n, others_n) < FEWEST:
        return None
    share, other, both = count / n, others / others_n, (count + others) / (n + others_n)
    if share <= other:
        return None
    spread = sqrt(both * (1 - both) * (1 / n + 1 / others_n))
    return erfc((share - other) / spread / sqrt(2)) if spread else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """What a team would get of `pool`, of which `tied` per cent hang on who stays: all of that part with
    nobody leaving, nothing with everybody gone (S2-6; decision 16). None: too few to name a share."""

    rate: float | None
    fixed: float
    from_staying: float | None


def reward(part: Part, pool: float, tied: int) -> Reward:
    hanging = pool * tied / 100
    staying = None if part.rate is None else hanging * (1 - part.rate)
    return Reward(rate=part.rate, fixed=pool - hanging, from_staying=staying)
