"""RULE: what a customer brings in each year of staying: the tenure curve (S2-7). Plain Python."""

from dataclasses import dataclass

import numpy as np

from feedback.defection.histories import Histories, Whole

YEAR = 365  # days
LONGEST = 10  # years
FEWEST = 30  # customers, below which no mean is named
_Z = 1.96  # 95 %, and near enough to Student's t from FEWEST on


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """Year `number` after somebody's first purchase, from 1 on.

    `n`: customers who first bought long enough ago to have it behind them. `stayed`: those of them who bought
    in it. `mean`, with its 95 % interval `low` to `high`: what one of these spent in it, net of what was sent
    back. `first`: what the same people spent in their first year; so nobody takes who is left for growth.
    None of the four where fewer than FEWEST stayed.
    """

    number: int
    n: int
    stayed: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    first: float | None = None


def curve(histories: Histories, today: int) -> list[Year]:
    """The years somebody has behind them, at most LONGEST. `today`: a day as date.toordinal has it."""
    first = histories.days[histories.starts[:-1]]
    owners = histories.owners
    since = histories.days - first[owners]
    in_first = _spent(histories, owners, since < YEAR)
    found = []
    for number in range(1, LONGEST + 1):
        is_over = first + number * YEAR <= today
        if not is_over.any():
            break
        visits = (since >= (number - 1) * YEAR) & (since < number * YEAR)
        came = np.bincount(owners[visits], minlength=len(histories)) > 0
        stayed = is_over & came
        spent = _spent(histories, owners, visits)[stayed]
        found.append(
            Year(number=number, n=int(is_over.sum()), stayed=len(spent), **_mean(spent, in_first[stayed]))
        )
    return found


def members(histories: Histories, today: int, number: int) -> tuple[Whole, Whole]:
    """Whom Year `number` counts: its `n` and its `stayed`, by their ids, the newest customers first."""
    first = histories.days[histories.starts[:-1]]
    newest = np.lexsort((histories.customers, -first))
    is_over = newest[(first + number * YEAR <= today)[newest]]
    came = years_of(histories) & (1 << (number - 1)) > 0
    return histories.customers[is_over], histories.customers[is_over[came[is_over]]]


def years_of(histories: Histories) -> Whole:
    """By customer, in which years of theirs they bought: bit 0 is the first, up to LONGEST of them."""
    owners = histories.owners
    number = (histories.days - histories.days[histories.starts[:-1]][owners]) // YEAR
    found = np.zeros(len(histories), np.int64)
    is_told = number < LONGEST
    np.bitwise_or.at(found, owners[is_told], 1 << number[is_told])
    return found


def in_year(histories: Histories, place: int, number: int) -> tuple[int, float]:
    """Of one customer, by their place: the visits of that year of theirs, and what they spent on these."""
    mine = slice(int(histories.starts[place]), int(histories.starts[place + 1]))
    days = histories.days[mine]
    is_in = (days - days[0]) // YEAR == number - 1
    return int(is_in.sum()), float(histories.amounts[mine][is_in].sum())


def _spent(histories: Histories, owners: np.ndarray, visits: np.ndarray) -> np.ndarray:
    return np.bincount(owners, np.where(visits, histories.amounts, 0.0), minlength=len(histories))


def _mean(spent: np.ndarray, first: np.ndarray) -> dict[str, float]:
    if len(spent) < FEWEST:
        return {}
    mean = float(spent.mean())
    margin = _Z * float(spent.std(ddof=1)) / len(spent) ** 0.5
    return {"mean": mean, "low": mean - margin, "high": mean + margin, "first": float(first.mean())}
