"""How often the 95 % interval of the recovery return holds what is true, and what the report costs.

    .venv/bin/python benchmarks/recovery.py [--shops 2000] [--draws 999]
    .venv/bin/python benchmarks/recovery.py --report 20000      # answers, each of a customer with ten orders

Each simulated shop has customers who buy at paces of their own, with orders of very different size, so that
their true mean spend is known; cohorts differ in size (B and C: 30 to 200), in how much they bought before,
and in how much of that is left. A figure is covered when its interval holds the true one.
"""

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from surveys import spending
from surveys.cohorts import Cohort
from surveys.resampling import Estimate
from surveys.spending import Respondent, Return

A, B, C = Cohort.NO_PROBLEM, Cohort.NOT_RESOLVED, Cohort.RESOLVED_FIRST
JANUARY = date(2026, 1, 1)
_SPREAD = 0.8  # of the logarithm of an order's size


@dataclass(frozen=True)
class Truth:
    """Mean spend of a customer of one cohort in three months."""

    before: float
    after: float


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--shops", type=int, default=2000)
    options.add_argument("--draws", type=int, default=999)
    options.add_argument("--report", type=int, help="measure the report over so many answers instead")
    chosen = options.parse_args()
    if chosen.report:
        return report_of(chosen.report)
    began = time.perf_counter()
    held = held_in(chosen.shops, draws=chosen.draws)
    wall, cpu = time.perf_counter() - began, time.process_time()
    print(f"{chosen.shops} shops, {chosen.draws} draws, {wall:.0f} s ({cpu:.0f} of CPU)")
    print(f"{'figure':<44}{'said':>6}{'held':>9}")
    for name, those in held.items():
        print(f"{name:<44}{len(those):>6}{np.mean(those):>9.1%}")


def report_of(answers: int) -> None:
    """In an empty database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            {"DATA_DIR": folder, "SECRET_KEY": "x", "DJANGO_SETTINGS_MODULE": "feedback.settings"}
        )
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        _fill(answers)
        from surveys import recovery

        took = []
        for _ in range(5):
            began, cpu = time.perf_counter(), time.process_time()
            found = recovery.report(
                date(2026, 1, 1), date(2026, 6, 30), currency="VND", today=date(2026, 11, 1)
            )
            took.append((time.perf_counter() - began, time.process_time() - cpu))
    wall, cpu = min(took)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(found.respondents)} customers: {wall:.2f} s ({cpu:.2f} of CPU), at most {most:.0f} MB")


def _fill(answers: int) -> None:
    from feedback.models import Customer, Order
    from surveys import publishing
    from surveys.models import Invitation, Response

    dice, start = random.Random(1), datetime(2026, 1, 1, tzinfo=UTC)
    survey = publishing.start_post_purchase(name="S", reward_amount=None, currency="VND", now=start)
    version = survey.versions.get()
    people = Customer.objects.bulk_create([Customer(since=start) for _ in range(answers)], batch_size=5000)
    orders = [
        Order(
            number=f"{person.pk}-{n}", customer=person, total=dice.randint(50, 900) * 1000, received_at=start,
            placed_at=start + timedelta(days=dice.uniform(0, 170) if n == 0 else dice.uniform(-90, 260)),
        )
        for person in people
        for n in range(10)
    ]  # fmt: skip
    Order.objects.bulk_create(orders, batch_size=5000)
    asked = Invitation.objects.bulk_create(
        [
            Invitation(
                survey=survey, order=one, customer=one.customer, state="link", language="vi", made_at=start,
                send_at=start, expires_at=start + timedelta(days=900),
            )
            for one in orders[::10]
        ],
        batch_size=5000,
    )  # fmt: skip
    words = [A.value] * 6 + [B.value] * 2 + [C.value] * 2
    Response.objects.bulk_create(
        [
            Response(
                invitation=one, version=version, state="finished", language="vi", cohort=dice.choice(words),
                started_at=start, finished_at=start,
            )
            for one in asked
        ],
        batch_size=5000,
    )  # fmt: skip


def held_in(shops: int, *, draws: int, seed: int = 20260101) -> dict[str, list[bool]]:
    """By figure: for each shop that says it, whether its interval held what is true."""
    dice = np.random.default_rng(seed)
    held: dict[str, list[bool]] = defaultdict(list)
    for _ in range(shops):
        for name, is_held in one_shop(dice, draws):
            held[name].append(is_held)
    return held


def one_shop(dice: np.random.Generator, draws: int) -> Iterator[tuple[str, bool]]:
    usual = dice.uniform(0.8, 3)  # orders in three months
    sizes = {A: int(dice.integers(100, 500)), B: int(dice.integers(30, 200)), C: int(dice.integers(30, 200))}
    kept = {A: dice.uniform(0.8, 1.2), B: dice.uniform(0.2, 0.7), C: dice.uniform(0.8, 1.3)}
    worth = dice.choice([20.0, 350_000.0])  # an order, in dollars or dong
    people: list[Respondent] = []
    truth: dict[Cohort, Truth] = {}
    for cohort, n in sizes.items():
        pace = usual * dice.uniform(0.7, 1.4)
        own = pace * dice.gamma(1.5, 1 / 1.5, n)
        before, after = spent(dice, own, worth), spent(dice, own * kept[cohort], worth)
        truth[cohort] = Truth(pace * worth, pace * kept[cohort] * worth)
        people += [
            Respondent(customer=i, cohort=cohort, month=JANUARY, is_open=False, before=b, after=a)
            for i, (b, a) in enumerate(zip(before, after, strict=True))
        ]
    yield from held_by(spending.compare(people, margin=0.3, draws=draws), truth)


def spent(dice: np.random.Generator, paces: np.ndarray, worth: float) -> np.ndarray:
    times = dice.poisson(paces)
    sums = dice.lognormal(np.log(worth) - _SPREAD**2 / 2, _SPREAD, times.sum())
    return np.bincount(np.repeat(np.arange(len(paces)), times), sums, minlength=len(paces))


def held_by(found: Return, truth: dict[Cohort, Truth]) -> Iterator[tuple[str, bool]]:
    """Of what the report says; where it says nothing there is nothing to hold."""
    for group in found.groups:
        if group.cohort in truth:
            true, name = truth[group.cohort], group.cohort.value
            yield from _one(f"mean after, {name}", group.after, true.after)
            yield from _one(f"after beside before, {name}", group.change, true.after / true.before - 1)
    for one in found.comparisons:
        if one.one in truth:
            true, other = truth[one.one], truth[one.other]
            name = f"{one.one.value} beside {one.other.value}"
            yield from _one(name, one.after, true.after / other.after - 1)
            yield from _one(f"{name}, before", one.before, true.before / other.before - 1)
            left = (true.after - true.before) - (other.after - other.before)
            yield from _one(f"{name}, own", one.beyond, left)
    if found.stake:
        each = 0.3 * (truth[C].after - truth[B].after)
        yield from _one("what solving one may cost", found.stake.each, each)


def _one(name: str, one: Estimate | None, true: float) -> Iterator[tuple[str, bool]]:
    if one is not None:
        low = -np.inf if one.low is None else one.low
        high = np.inf if one.high is None else one.high
        yield name, bool(low <= true <= high)


if __name__ == "__main__":
    main()
