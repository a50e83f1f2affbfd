"""Defection: definitions of it, tried on real purchase histories.

    .venv/bin/python benchmarks/defection.py FOLDER

FOLDER holds purchases_cdnow.csv.gz, purchases_online_retail.csv.gz and purchases_grocery.csv.gz with the
columns customer_id, date, quantity and amount. Who buys nothing in the window after the cut has left.

First table, AUC. "learnt": the score of feedback.defection.chances, which sees nothing after the cut. "RFM":
a logistic regression on recency, frequency and spend that is told who left, in five parts, each judged by
what the other four taught. Second table, accuracy: each kind of rule with the settings that were best one
window before the cut ("set before"), and with those that are best on the outcome itself ("at best"). Third
table: what a manager sees of the rule that was set before. "chance" has nothing to set: it stays at 50 %.
"""

import argparse
import csv
import gzip
import sys
import time
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from feedback.defection.backtests import auc, back_test, best  # noqa: E402
from feedback.defection.chances import Chances, fit  # noqa: E402
from feedback.defection.histories import Histories  # noqa: E402
from feedback.defection.rules import Kind, Rule  # noqa: E402

SHOPS = [
    ("cdnow", date(1997, 9, 30), 180),
    ("online_retail", date(2011, 8, 31), 90),
    ("grocery", date(2006, 12, 31), 180),
]
FOLDS = 5


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("folder", type=Path)
    folder = options.parse_args().folder
    begun = time.perf_counter()
    shops = [(name, read(folder / f"purchases_{name}.csv.gz"), cut.toordinal(), w) for name, cut, w in SHOPS]
    print_auc(shops)
    print_accuracy(shops)
    print(f"\n{time.perf_counter() - begun:.0f} s")


def read(path: Path) -> Histories:
    """A line that returns goods stands below zero; a history without amounts gets a zero for each."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    days = [date.fromisoformat(row["date"][:10]).toordinal() for row in rows]
    amounts = [float(row["amount"] or 0) for row in rows]
    return Histories.pack([int(row["customer_id"]) for row in rows], days, amounts)


def print_auc(shops) -> None:
    print(
        f"{'AUC':16}{'customers':>10}{'left':>8}{'learnt':>8}{'RFM':>8}{'log RFM':>9}{'gap':>8}{'gap/own':>9}"
    )
    for name, histories, cut, window in shops:
        known = histories.on(cut)
        left = ~known.came_back(window)
        learnt = Chances.learn(histories, cut, window).of(known)
        rfm = np.column_stack([known.gap, known.n, np.maximum(known.spent(-1, cut), 0)]).astype(float)
        usual = np.where(np.isnan(known.usual), known.shop_usual, known.usual)
        scores = [learnt, told(rfm, left), told(np.log1p(rfm), left), known.gap, known.gap / usual]
        cells = "".join(
            f"{auc(score, left):{w}.3f}" for score, w in zip(scores, (8, 8, 9, 8, 9), strict=True)
        )
        print(f"{name:16}{len(known):10,}{left.mean():8.1%}{cells}")


def told(facts, left) -> np.ndarray:
    """A logistic regression that learns from the outcome itself, judged on the part it was not told."""
    facts = (facts - facts.mean(axis=0)) / np.maximum(facts.std(axis=0), 1e-9)
    part = np.random.default_rng(1).integers(0, FOLDS, len(left))
    score = np.zeros(len(left))
    for one in range(FOLDS):
        weights = fit(facts[part != one], left[part != one].astype(float))
        score[part == one] = weights[0] + facts[part == one] @ weights[1:]
    return score


def families() -> dict[str, list[Rule]]:
    bounds = product(
        (0.5, 1, 1.5, 2, 2.5, 3, 4, 6), (1, 45, 60, 90), (60, 90, 120, 150, 180), (0, 10, 30, 60, 90, 120)
    )
    return {
        "days": [Rule(kind=Kind.DAYS, days=days) for days in range(5, 300)],
        "interval": [
            Rule(kind=Kind.INTERVAL, times=k, at_most=3660) for k in np.arange(0.5, 10, 0.25).tolist()
        ],
        "interval, bounded": [
            Rule(kind=Kind.INTERVAL, times=k, at_least=low, at_most=high, once_days=once)
            for k, low, high, once in bounds
            if low <= high
        ],
        "visits": [
            Rule(kind=Kind.VISITS, days=days, periods=n, drop=drop)
            for days, n, drop in product((30, 60, 90), (1, 2, 3), (25, 50, 75, 100))
        ],
    }


def print_accuracy(shops) -> None:
    print(f"\n{'accuracy':36}{'set before':>12}{'at best':>10}")
    flags = []
    for name, histories, cut, window in shops:
        chance = {"chance": [Rule(kind=Kind.CHANCE, percent=p, days=window) for p in (50, *range(20, 95, 5))]}
        for family, rules in (families() | chance).items():
            chosen = rules[0]
            if family != "chance":
                chosen, _past = best(rules, histories, cut - window, window=window)
            seen = back_test(chosen, histories, cut, window=window)
            top, found = best(rules, histories, cut, window=window)
            print(
                f"{name:16}{family:20}{seen.accuracy:12.3f}{found.accuracy:10.3f}"
                f"  {_said(chosen)} | {_said(top)}"
            )
            flags.append((f"{name:16}{family:20}", seen))
    print(
        f"\n{'':36}{'flagged':>8}{'precision':>10}{'recall':>8}{'back':>7}{'alerts/w':>9}{'false/w':>9}{'lead':>6}"
    )
    for label, seen in flags:
        lead = "–" if seen.lead_days is None else f"{seen.lead_days:.0f} d"
        print(
            f"{label}{seen.flagged:8,}{seen.precision or 0:10.3f}{seen.recall or 0:8.3f}{seen.came_back:7,}"
            f"{seen.alerts_per_week:9.1f}{seen.false_alarms_per_week:9.1f}{lead:>6}"
        )


def _said(rule: Rule) -> str:
    match rule.kind:
        case Kind.DAYS:
            return f"{rule.days} d"
        case Kind.INTERVAL:
            return f"{rule.times:g} × own, {rule.at_least}–{rule.at_most} d"
        case Kind.CHANCE:
            return f"{rule.percent} %"
    return f"−{rule.drop} %, {rule.periods} × {rule.days} d"


if __name__ == "__main__":
    main()
