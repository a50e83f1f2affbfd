"""RULE: what a customer brings in each year of staying: the tenure curve (S2-7). Plain Python."""

from dataclasses import dataclass

import numpy as np

from feedback.defection.histories import Histories

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


def _spent(histories: Histories, owners: np.ndarray, visits: np.ndarray) -> np.ndarray:
    return np.bincount(owners, np.where(visits, histories.amounts, 0.0), minlength=len(histories))


def _mean(spent: np.ndarray, first: np.ndarray) -> dict[str, float]:
    if len(spent) < FEWEST:
        return {}
    mean = float(spent.mean())
    margin = _Z * float(spent.std(ddof=1)) / len(spent) ** 0.5
    return {"mean": mean, "low": mean - margin, "high": mean + margin, "first": float(first.mean())}
