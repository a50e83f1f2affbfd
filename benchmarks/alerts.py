"""How soon a theme that doubles is told, and how often one is told that did not: on simulated shops.

    .venv/bin/python benchmarks/alerts.py [--shops 60] [--days 180] [--planted 300]

A shop has 22 themes, from one mention in five days to 40 a day, with its own week, a season of the year,
growth, and days on which everything is more or less (campaigns, holidays) or one theme is. Half of the
shops know last year. Each day all series are looked at together, as the job does it (feedback.detection).
Quiet shops are followed for `--days` days and false alerts counted; an alert that goes on is one. Then in
one series of a shop the rate doubles, and the day on which that is told is counted from the first day of
the doubling: day 1. Seeds are fixed. Exits with 1 when fewer than 90 % of those with four a day are told
within 7 days, or more than one false alert comes in 30 theme-months.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from feedback.detection import changes, episodes  # noqa: E402

SERIES = 22
RATES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 40.0)
WITHIN = 7
LONGEST = 35
WANTED, FALSE_AT_MOST = 0.90, 1.0


@dataclass
class Shop:
    """Counts by day of every series, and of all comments."""

    counts: np.ndarray
    whole: np.ndarray


def make(
    dice: np.random.Generator, days: int, rates: np.ndarray, *, planted: tuple[int, int, float] | None = None
) -> Shop:
    """`planted`: series, first day, times."""
    at = np.arange(days)
    week = dice.dirichlet(np.full(7, 40.0)) * 7
    week[6] *= 0.6
    own = np.stack([0.7 * week + 0.3 * dice.dirichlet(np.full(7, 40.0)) * 7 for _ in rates])[:, at % 7]
    growth = (1 + dice.uniform(-0.01, 0.02)) ** (at / 30)
    season = 1 + dice.uniform(0, 0.25) * np.sin(2 * np.pi * (at / 365 + dice.random()))
    common = dice.gamma(100, 1 / 100, days)  # a tenth up or down, for all
    mean = rates[:, None] * own * growth * season * common * dice.gamma(100, 1 / 100, (len(rates), days))
    if planted is not None:
        series, first, times = planted
        mean[series, first:] *= times
    counts = dice.poisson(mean).astype(np.float64)
    others = dice.poisson(rates.sum() * own.mean(0) * growth * season * common)
    return Shop(counts=counts, whole=counts.sum(0) * 0.8 + others)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shops", type=int, default=60)
    options.add_argument("--days", type=int, default=180)
    options.add_argument("--planted", type=int, default=300)
    chosen = options.parse_args()
    started = time.perf_counter()
    false = quiet(chosen.shops, chosen.days)
    print(f"false alerts in 30 theme-months: {false:.2f} (at most {FALSE_AT_MOST:.0f})")
    print("  a day  by day 3  by day 7  by day 14  by day 28  middle day")
    ok = false <= FALSE_AT_MOST
    for rate in RATES:
        told = planted(rate, chosen.planted)
        shares = [np.mean([day <= by for day in told]) for by in (3, WITHIN, 14, 28)]
        middle = float(np.median(told))
        told_by = "".join(
            f"{share:>{width}.0%}" for share, width in zip(shares, (10, 10, 11, 11), strict=True)
        )
        print(f"{rate:>7}{told_by}{f'{middle:.0f}' if middle <= LONGEST else 'later':>12}", flush=True)
        ok &= rate < 4 or shares[1] >= WANTED
    print(f"{time.perf_counter() - started:.0f} s")
    sys.exit(0 if ok else 1)


def _rates(dice: np.random.Generator) -> np.ndarray:
    return np.exp(dice.uniform(np.log(0.2), np.log(40), SERIES))


def _history(number: int) -> int:
    """Half of the shops know last year."""
    least = changes.BASE + changes.LONGEST
    return least + (changes.YEAR + 30 if number % 2 else 0)


def quiet(shops: int, days: int) -> float:
    """False alerts in 30 theme-months."""
    alerts = months = 0.0
    for number in range(shops):
        dice = np.random.default_rng(1000 + number)
        history = _history(number)
        shop = make(dice, history + days, _rates(dice))
        going = episodes.Episodes()
        for day in range(history, history + days):
            alerts += len(going.new(_told(shop, day + 1), day))
        months += SERIES * days / 30
    return alerts / months * 30


def planted(rate: float, times: int) -> list[int]:
    """On which day of the doubling it is told, `LONGEST` + 1 for later."""
    found = []
    for number in range(times):
        dice = np.random.default_rng(50_000 + number)
        history = _history(number) + int(dice.integers(7))
        rates = _rates(dice)
        rates[0] = rate
        shop = make(dice, history + LONGEST, rates, planted=(0, history, 2.0))
        found.append(
            next((day for day in range(1, LONGEST + 1) if 0 in _told(shop, history + day)), LONGEST + 1)
        )
    return found


def _told(shop: Shop, days: int) -> set[int]:
    """Series that are told by the end of so many days."""
    findings = changes.look(shop.counts[:, :days], shop.whole[:days])
    return set(changes.discoveries(findings))


if __name__ == "__main__":
    main()
