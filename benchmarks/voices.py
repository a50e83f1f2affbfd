"""How near the correction for those who say nothing comes to the truth, and when it says that it cannot.

    .venv/bin/python benchmarks/voices.py [--shops 500]

Each simulated shop has buyers with facts of their order and a satisfaction that all of them would tell.
*Seen*: who answers depends on facts that are known, strongly. *By chance*: on nothing. *Unseen*: it depends
on the satisfaction itself. Reminders, and a reward promised to half of them, bring in the less eager ones.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from surveys.weighting import Buyers, Corrected, correct

Dice = np.random.Generator
FACTS = (("small", "middle", "large"), ("new", "some", "many"), ("in_time", "late", "unknown"), ("vi", "en"))


def facts_of(dice: Dice, n: int) -> np.ndarray:
    return np.stack([dice.choice(words, n, p=dice.dirichlet([4.0] * len(words))) for words in FACTS], axis=1)


def by_facts(dice: Dice, facts: np.ndarray, spread: float) -> np.ndarray:
    """A number for each buyer that depends on their facts alone: each word counts for something."""
    total = np.zeros(len(facts))
    for column, words in enumerate(FACTS):
        worth = dict(zip(words, dice.normal(0, spread, len(words)), strict=True))
        total += np.array([worth[word] for word in facts[:, column]])
    return total


def seen(dice: Dice, n: int) -> tuple[Buyers, float]:
    """Whose delivery was late is both less satisfied and quicker to say so, for example."""
    facts = facts_of(dice, n)
    mood = by_facts(dice, facts, 0.9)
    satisfied = dice.random(n) < 1 / (1 + np.exp(-(0.5 + mood)))
    eager = -1.2 - 0.9 * mood + by_facts(dice, facts, 0.3)
    return asked(dice, facts, satisfied, eager)


def by_chance(dice: Dice, n: int) -> tuple[Buyers, float]:
    facts = facts_of(dice, n)
    satisfied = dice.random(n) < 1 / (1 + np.exp(-(0.5 + by_facts(dice, facts, 0.9))))
    return asked(dice, facts, satisfied, np.full(n, -1.2))


def unseen(dice: Dice, n: int) -> tuple[Buyers, float]:
    """Who is not satisfied speaks up sooner, whatever their facts."""
    facts = facts_of(dice, n)
    satisfied = dice.random(n) < 1 / (1 + np.exp(-(0.5 + by_facts(dice, facts, 0.3))))
    return asked(dice, facts, satisfied, -1.2 - 1.6 * satisfied)


def asked(dice: Dice, facts: np.ndarray, satisfied: np.ndarray, eager: np.ndarray) -> tuple[Buyers, float]:
    """Each has one line to cross; a reminder lowers it for those who are still silent."""
    n = len(facts)
    line = dice.logistic(0, 1, n)
    reward = dice.random(n) < 0.5  # promised to half of them by lot; it brings in more
    first, then = line < eager + 0.5 * reward, line < eager + 0.5 * reward + 0.9
    value = np.where(then, 100.0 * satisfied, np.nan)
    everybody = np.ones(n, np.bool_)
    buyers = Buyers(
        facts=facts.tolist(), value=value, late=then & ~first, promised=reward, asked=everybody,
        least=0.0, most=100.0,
    )  # fmt: skip
    return buyers, 100.0 * satisfied.mean()


def run(make: Callable[[Dice, int], tuple[Buyers, float]], shops: int) -> tuple[list[Corrected], np.ndarray]:
    found, truths = [], []
    for number in range(shops):
        dice = np.random.default_rng(number)
        buyers, truth = make(dice, int(dice.integers(800, 6000)))
        found.append(correct(buyers))
        truths.append(truth)
    return found, np.array(truths)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--shops", type=int, default=500)
    shops = options.parse_args().shops
    print(f"{'who answers':<12}" + "".join(f"{name:>10}" for name in COLUMNS))
    for make in (seen, by_chance, unseen):
        print(f"{make.__name__:<12}" + "".join(f"{value:>10.3g}" for value in figures(*run(make, shops))))


def figures(found: list[Corrected], truth: np.ndarray) -> list[float]:
    """Median errors, the median of error beside naive, how often the interval holds, what is refused."""
    told = [(one, truth[n], one.said, one.all) for n, one in enumerate(found) if one.said and one.all]
    named = ("said", "cells", "weighted", "all")
    values = np.array(
        [[getattr(getattr(one, name), "value", getattr(one, name)) for name in named] for one, *_ in told]
    )
    off = np.abs(values - np.array([[true] for _, true, *_ in told]))
    held = [whole.low <= true <= whole.high for _, true, _, whole in told]
    refused = [bool(one.why_not) for one in found]
    return [
        *np.median(off, axis=0),
        float(np.median(off[:, 3] / np.maximum(off[:, 0], 1e-9))),
        float(np.mean(held)),
        float(np.mean(refused)),
    ]


COLUMNS = ("naive", "cells", "weights", "both", "ratio", "held", "refused")


if __name__ == "__main__":
    main()
