"""Does the report of steadiness find a rising spread at an unchanged mean, and keep quiet else (S0-8)?

    .venv/bin/python benchmarks/consistency.py            # 1,000 shops of each kind: minutes
    .venv/bin/python benchmarks/consistency.py --shops 100

A shop has eight touchpoints, each with `people` marks in the time before and as many now. Five steps, of
which most are the best, as customers give them; or 0 to 10. At the planted touchpoint the mean stays and the
spread rises by half: two in the middle become one at each end, as often as it takes.

- *quiet*: nothing changes.
- *mean falls*: at one touchpoint the mean falls by ten hundredths, and the spread with it as it must.
- *other mix*: more are asked on the other scale now.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from feedback.intervals import wilson
from surveys.steadiness import Marks, Verdict, change, verdicts

PLACES = 8
FIVE = np.array([0, 25, 50, 75, 100.0])
TEN = np.arange(0, 101, 10.0)
USUAL_FIVE = np.array([0.04, 0.06, 0.15, 0.35, 0.40])
USUAL_TEN = np.array([2, 1, 1, 2, 2, 5, 6, 13, 25, 23, 20]) / 100


def spread_of(steps, shares):
    mean = (steps * shares).sum()
    return float(np.sqrt((steps**2 * shares).sum() - mean**2))


def wider(steps, shares, times):
    """The same mean, `times` the spread: mass moves from each step evenly to its neighbours' neighbours."""
    mean = float((steps * shares).sum())
    ends = np.zeros(len(steps))
    ends[0], ends[-1] = 1 - mean / steps[-1], mean / steps[-1]  # the widest that this mean allows
    low, high = 0.0, 1.0
    for _ in range(50):
        part = (low + high) / 2
        mixed = (1 - part) * shares + part * ends
        is_narrow = spread_of(steps, mixed) < times * spread_of(steps, shares)
        low, high = (part, high) if is_narrow else (low, part)
    return (1 - low) * shares + low * ends


def lower(steps, shares, by):
    """The mean lower by `by`: every customer one step down, as often as it takes."""
    down = np.append(shares[1:], 0.0)
    down[0] += shares[0]
    moved = float((steps * shares).sum() - (steps * down).sum())
    part = min(1.0, by / moved)
    return (1 - part) * shares + part * down


def marks(random, people, now_five, now_ten, mix_was=0.5, mix_now=0.5):
    rows = []
    was, now = (False, USUAL_FIVE, USUAL_TEN, mix_was), (True, now_five, now_ten, mix_now)
    for is_now, five, ten, mix in (was, now):
        n = random.binomial(people, mix)
        rows += [(value, 0, is_now) for value in random.choice(FIVE, n, p=five)]
        rows += [(value, 1, is_now) for value in random.choice(TEN, people - n, p=ten)]
    mark, scale, is_now = zip(*rows, strict=True)
    return Marks(mark=np.array(mark), scale=np.array(scale), is_now=np.array(is_now))


def shop(random, kind, people, times):
    now = USUAL_FIVE, USUAL_TEN
    planted = {
        "planted": (wider(FIVE, USUAL_FIVE, times), wider(TEN, USUAL_TEN, times)),
        "mean falls": (lower(FIVE, USUAL_FIVE, 10), lower(TEN, USUAL_TEN, 10)),
    }.get(kind, now)
    mix = (0.8, 0.3) if kind == "other mix" else (0.5, 0.5)
    return [change(marks(random, people, *(planted if place == 0 else now), *mix)) for place in range(PLACES)]


def measure(kind, people, shops, times=1.5):
    began, found, others, held, known = time.perf_counter(), 0, 0, 0, 0
    for seed in range(shops):
        changes = shop(np.random.default_rng([seed, people]), kind, people, times)
        said = verdicts(changes)
        found += said[0] == Verdict.RISING
        others += Verdict.RISING in said[1:]
        true = times if kind == "planted" else 1.0
        known += changes[0] is not None
        held += changes[0] is not None and changes[0].times.low <= true <= changes[0].times.high
    low, high = wilson(found, shops)
    print(
        f"{kind:11} ×{times if kind == 'planted' else 1:<4} {people:5} people: told there "
        f"{found / shops:6.1%} ({low:.1%} to {high:.1%}), elsewhere {others / shops:5.1%} of shops; interval "
        f"held {held / max(known, 1):6.1%} of {known}; "
        f"{1000 * (time.perf_counter() - began) / shops:.0f} ms a shop",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--shops", type=int, default=1000)
    shops = parser.parse_args().shops
    for kind in ("quiet", "mean falls", "other mix"):
        for people in (60, 200):
            measure(kind, people, shops)
    for times in (1.25, 1.5):
        for people in (40, 60, 100, 200, 400):
            measure("planted", people, shops, times)


if __name__ == "__main__":
    main()
