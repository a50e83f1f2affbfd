"""What customers of real shops were expected to buy, set beside what they bought.

    .venv/bin/python benchmarks/expected.py FOLDER

FOLDER holds purchases_<shop>.csv.gz. On the cut of each shop (the same as in benchmarks/defection.py)
everybody known then is foretold for the window after it: by "the same as in the window before" (naive), by
the rate model of feedback.defection.expected, and by BG/NBD where the extra "ltv" is installed. "sum":
foretold over real. "error": mean of the absolute error, and root of the mean square, over the real mean. "top
tenth": what those foretold most bought, over what the best tenth bought. "dozen": 500 small shops, each of
customers drawn until they have made a dozen orders by the cut; each shop's model has seen no others.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from defection import SHOPS, read  # noqa: E402

from feedback.defection import bgnbd  # noqa: E402
from feedback.defection.expected import expect, learn  # noqa: E402
from feedback.defection.histories import Histories  # noqa: E402

DOZEN = 12


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("folder", type=Path)
    folder = options.parse_args().folder
    begun = time.perf_counter()
    print(f"{'':34}{'customers':>10}{'sum':>7}{'error':>8}{'root':>8}{'top tenth':>11}")
    for name, cut, window in SHOPS:
        histories = read(folder / f"purchases_{name}.csv.gz")
        judge_all(name, histories, cut.toordinal(), window)
        judge_dozen(name, histories, cut.toordinal(), window)
    print(f"\n{time.perf_counter() - begun:.0f} s")


def judge_all(name: str, histories: Histories, cut: int, window: int) -> None:
    known = histories.on(cut)
    came, spent = known.visits(cut, cut + window), known.spent(cut, cut + window)
    found = expect(learn(histories, cut), histories, cut, ahead=window)
    row(f"{name} orders, as before", known.visits(cut - window, cut), came)
    row(f"{name} orders, rate model", found.visits, came)
    library = bgnbd.visits(histories, cut, ahead=window) if bgnbd.is_there() else None
    if library is not None:
        row(f"{name} orders, BG/NBD", library, came)
    if not spent.any():
        return
    row(f"{name} spend, as before", known.spent(cut - window, cut), spent)
    row(f"{name} spend, rate model", found.spend, spent)
    if library is not None:
        row(f"{name} spend, BG/NBD × basket", library * found.basket, spent)


def judge_dozen(name: str, histories: Histories, cut: int, window: int) -> None:
    known, dice = histories.on(cut), np.random.default_rng(1)
    before, foretold, real = [], [], []
    for _shop in range(500):
        drawn = dice.permutation(len(known))[:DOZEN]
        drawn = drawn[: int(np.searchsorted(np.cumsum(known.n[drawn]), DOZEN)) + 1]
        shop = part_of(histories, known.at[np.sort(drawn)])
        then = shop.on(cut)
        before.append(then.visits(cut - window, cut))
        foretold.append(expect(learn(shop, cut), shop, cut, ahead=window).visits)
        real.append(then.visits(cut, cut + window))
    row(f"{name} orders, a dozen: as before", np.concatenate(before), np.concatenate(real))
    row(f"{name} orders, a dozen: rate model", np.concatenate(foretold), np.concatenate(real))


def part_of(histories: Histories, places) -> Histories:
    mine = np.isin(histories.owners, places)
    return Histories.pack(
        histories.customers[histories.owners[mine]],
        histories.days[mine],
        np.maximum(histories.amounts[mine], 0),
    )


def row(label: str, foretold, real) -> None:
    mean, top = real.mean(), max(len(real) // 10, 1)
    error = foretold - real
    best = np.sort(real)[::-1][:top].sum()
    reached = real[np.argsort(-foretold, kind="stable")[:top]].sum() / best if best else float("nan")
    print(
        f"{label:34}{len(real):10,}{foretold.sum() / real.sum():7.2f}{np.abs(error).mean() / mean:8.3f}"
        f"{np.sqrt((error**2).mean()) / mean:8.3f}{reached:11.3f}"
    )


if __name__ == "__main__":
    main()
