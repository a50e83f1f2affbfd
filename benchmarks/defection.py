"""Defection: definitions of it, tried on real purchase histories.

    .venv/bin/python benchmarks/defection.py FOLDER

FOLDER holds purchases_cdnow.csv.gz, purchases_online_retail.csv.gz and purchases_grocery.csv.gz with the
columns customer_id, date, quantity and amount. Who buys nothing in the window after the cut has left.

First table, AUC. "learnt": the score of feedback.defection.chances, which sees nothing after the cut. "RFM":
a logistic regression on recency, frequency and spend that is told who left, in five parts, each judged by
what the other four taught. "ahead": learnt less RFM, with the middle 95 % of it over customers drawn anew.
Second table, accuracy: each kind of rule with the settings that were best one window before the cut ("set
before"), and with those that are best on the outcome itself ("at best"); "told" is the RFM regression at its
50 %. "chance" has nothing to set: it stays at 50 %. Third table: what a manager sees of the rule that was set
before. Fourth table: how far the figures of RFM and of a fixed number of days vary between draws of three
customers for every seven of the file, and what the project was asked to reach, which may have been found on
other customers of the same shops. Fifth table: the rule that stands in while a shop has defined nothing
("*"), beside others it might be, one window before the cut (by which it is chosen) and on the cut: accuracy,
false alarms a week, and the "error" of the visits that feedback.defection.expected foretells with it, as in
benchmarks/expected.py.
"""

import argparse
import csv
import gzip
import sys
import time
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from feedback.defection.backtests import auc, back_test, best  # noqa: E402
from feedback.defection.chances import Chances, fit  # noqa: E402
from feedback.defection.expected import USUAL, expect, learn  # noqa: E402
from feedback.defection.histories import Histories  # noqa: E402
from feedback.defection.rules import Kind, Rule  # noqa: E402

SHOPS = [
    ("cdnow", date(1997, 9, 30), 180),
    ("online_retail", date(2011, 8, 31), 90),
    ("grocery", date(2006, 12, 31), 180),
]
ASKED = {"cdnow": (0.761, 0.776), "online_retail": (0.747, 0.646), "grocery": (0.911, 0.882)}  # AUC, accuracy
FOLDS = 5
DRAWS = 400
OTHERS = 3 / 7  # the file holds seven tenths of the customers


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("folder", type=Path)
    folder = options.parse_args().folder
    begun = time.perf_counter()
    shops = [(name, read(folder / f"purchases_{name}.csv.gz"), cut.toordinal(), w) for name, cut, w in SHOPS]
    print_auc(shops)
    print_accuracy(shops)
    print_draws(shops)
    print_usual(shops)
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
        f"{'ahead':>8}"
    )
    for name, histories, cut, window in shops:
        known = histories.on(cut)
        left = ~known.came_back(window)
        learnt = Chances.learn(histories, cut, window).of(known)
        rfm = facts_told(known)
        usual = np.where(np.isnan(known.usual), known.shop_usual, known.usual)
        scores = [learnt, told(rfm, left), told(np.log1p(rfm), left), known.gap, known.gap / usual]
        found = [auc(score, left) for score in scores]
        cells = "".join(f"{one:{w}.3f}" for one, w in zip(found, (8, 8, 9, 8, 9), strict=True))
        ahead = drawn(
            lambda at, s=scores, y=left: auc(s[0][at], y[at]) - auc(s[1][at], y[at]), *[len(left)] * 2
        )
        print(f"{name:16}{len(known):10,}{left.mean():8.1%}{cells}{found[0] - found[1]:+8.4f} {ahead}")


def print_draws(shops) -> None:
    """Between customers drawn at random, each history whole: three for every seven of the file."""
    print(f"\n{'between draws':16}{'RFM, AUC':>24}{'asked':>7}{'fixed days, accuracy':>32}{'asked':>7}")
    for name, histories, cut, window in shops:
        known = histories.on(cut)
        left = ~known.came_back(window)
        score, size = told(facts_told(known), left), round(len(left) * OTHERS)
        rule, _found = best(families()["days"], histories, cut, window=window)
        is_right = (known.gap > rule.days) == left
        between = drawn(lambda at, s=score, y=left: auc(s[at], y[at]), len(left), size)
        right = drawn(lambda at, r=is_right: r[at].mean(), len(left), size)
        asked = ASKED[name]
        print(f"{name:16}{between:>24}{asked[0]:7.3f}{right:>32}{asked[1]:7.3f}")


def drawn(figure, n: int, size: int) -> str:
    """The middle 95 % of `figure` over samples of `size` of `n` customers; `figure` takes their places."""
    rng = np.random.default_rng(1)
    found = [figure(rng.integers(0, n, size)) for _draw in range(DRAWS)]
    low, high = np.percentile(found, (2.5, 97.5))
    return f"[{low:.3f}, {high:.3f}]"


def facts_told(known) -> np.ndarray:
    return np.column_stack([known.gap, known.n, np.maximum(known.spent(-1, known.day), 0)]).astype(float)


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
    bounds = list(
        product(
            (0.5, 1, 1.5, 2, 2.5, 3, 4, 6), (1, 45, 60, 90), (60, 90, 120, 150, 180), (0, 10, 30, 60, 90, 120)
        )
    )
    return {
        "days": [Rule(kind=Kind.DAYS, days=days) for days in range(5, 300)],
        "interval": [
            Rule(kind=Kind.INTERVAL, times=k, at_most=3660) for k in np.arange(0.5, 10, 0.25).tolist()
        ],
        "interval, bounded": [_bounded(*one) for one in bounds if one[1] <= one[2]],
        "interval, new apart": [
            _bounded(*one, visits) for one in bounds if one[1] <= one[2] for visits in (1, 2, 3)
        ],
        "visits": [
            Rule(kind=Kind.VISITS, days=days, periods=n, drop=drop)
            for days, n, drop in product((30, 60, 90), (1, 2, 3), (25, 50, 75, 100))
        ],
    }


def _bounded(times: float, at_least: int, at_most: int, once_days: int, once_visits: int = 1) -> Rule:
    return Rule(
        kind=Kind.INTERVAL,
        times=times,
        at_least=at_least,
        at_most=at_most,
        once_days=once_days,
        once_visits=once_visits,
    )


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
        known = histories.on(cut)
        left = ~known.came_back(window)
        print(f"{name:16}{'told':20}{'–':>12}{((told(facts_told(known), left) > 0) == left).mean():10.3f}")
    print_flags(flags)


def print_usual(shops) -> None:
    print(f"\n{'stands in':16}{'':20}{'before':>18}{'error':>7}{'on the cut':>18}{'error':>7}")
    for name, histories, cut, window in shops:
        for times, visits in product((2, 2.5), (1, 2, 3)):
            rule = _bounded(times, 45, 3660, 0, visits)
            cells = "".join(_stood_in(rule, histories, day, window) for day in (cut - window, cut))
            mark = "  *" if replace(rule, at_most=USUAL.at_most) == USUAL else ""
            print(f"{name:16}{f'{times:g} × own, new to {visits}':20}{cells}{mark}")


def _stood_in(rule: Rule, histories: Histories, day: int, window: int) -> str:
    seen = back_test(rule, histories, day, window=window)
    came = histories.on(day).visits(day, day + window)
    foretold = expect(learn(histories, day, rule), histories, day, rule, ahead=window).visits
    error = np.abs(foretold - came).sum() / came.sum()
    return f"{seen.accuracy:10.4f} ({seen.false_alarms_per_week:5.1f}){error:7.4f}"


def print_flags(flags) -> None:
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
            new = f", {rule.once_days or 'shop'} up to {rule.once_visits}"
            return f"{rule.times:g} × own, {rule.at_least}–{rule.at_most} d{new}"
        case Kind.CHANCE:
            return f"{rule.percent} %"
    return f"−{rule.drop} %, {rule.periods} × {rule.days} d"


if __name__ == "__main__":
    main()
