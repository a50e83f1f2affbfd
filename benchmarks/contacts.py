"""Does the report of contacts find what is there, and keep quiet where nothing is (S0-9)?

    .venv/bin/python benchmarks/contacts.py            # 400 years without, 100 with the two patterns: minutes
    .venv/bin/python benchmarks/contacts.py --years 40

Years of 100,000 contacts, 8:00 to 20:00, of which a third say whether they were satisfied:

- *planted*, as the article has it: 70 % come on Monday and Tuesday, fewer answer from 16:00 on; both make
  them wait longer, and who waits longer is less satisfied. Found is a pattern that is told with its hours
  or days and no others, and with waiting as what moves with it.
- *another cause*: from 16:00 on people are less satisfied and wait no longer. Here naming waiting is wrong.
- *noise*: hours and days differ in how many come and how long they wait, and nobody is less satisfied for it.
- *noise with bad days*: as well, and on some days everybody is cross, whatever the hour.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from feedback.contacting import patterns, waits
from feedback.intervals import wilson

CONTACTS, DAYS, OPENS, CLOSES, LATE = 100_000, 364, 8, 20, 16
REASONS = ("delivery", "order", "product", "return", "payment", "complaint", "opening", "other")
ANSWER = 1 / 3  # say whether they were satisfied
BUSY, USUAL = (0.35, 0.35, 0.06, 0.06, 0.06, 0.06, 0.06), (0.17, 0.16, 0.15, 0.15, 0.15, 0.12, 0.10)


@dataclass(frozen=True)
class Year:
    """`per_minute`: by how much a minute of waiting lowers the chance of being satisfied. `late`: by how much
    the hours from 16:00 do, whatever one waits. `bad_days`: how far whole days go up and down."""

    weekdays: tuple[float, ...] = USUAL
    per_minute: float = 0.0
    late: float = 0.0
    slow_evenings: bool = True
    bad_days: float = 0.0


KINDS = {
    "planted": Year(weekdays=BUSY, per_minute=0.02),
    "another cause": Year(late=0.06, slow_evenings=False, per_minute=0.02),
    "noise": Year(),
    "noise, busy Mondays": Year(weekdays=BUSY),
    "noise with bad days": Year(bad_days=0.06),
}


def simulate(year: Year, random: np.random.Generator) -> patterns.Counts:
    """Contact by contact, then counted as the shop keeps them."""
    weekly = np.array(year.weekdays)
    day = random.choice(DAYS, CONTACTS, p=np.tile(weekly, DAYS // 7) / (weekly.sum() * DAYS / 7))
    weekday = day % 7
    hour = random.integers(OPENS, CLOSES, CONTACTS)
    reason = random.choice(len(REASONS), CONTACTS, p=np.array([4, 3, 3, 2, 2, 1, 1, 1]) / 17)
    crowd = weekly[weekday] * 7
    mean = 60 * crowd**1.1 * np.where((hour >= LATE) & year.slow_evenings, 2.5, 1.0)
    wait = np.minimum(random.exponential(mean), 3600)
    happy = (
        0.84
        - year.per_minute * wait / 60
        - year.late * (hour >= LATE)
        - 0.03 * (reason == 5) * bool(year.per_minute)
    )
    happy = np.clip(happy + year.bad_days * random.standard_normal(DAYS)[day], 0.02, 0.98)
    known = random.random(CONTACTS) < ANSWER
    satisfied = known & (random.random(CONTACTS) < happy)
    return counted(day, hour, reason, wait.astype(int), known, satisfied)


def counted(day, hour, reason, wait, known, satisfied) -> patterns.Counts:
    key = (day * 24 + hour) * len(REASONS) + reason
    slots, row = np.unique(key, return_inverse=True)

    def add(what, more=1):
        return np.bincount(row, weights=what * more, minlength=len(slots)).astype(float)

    step = np.searchsorted(waits.STEPS, wait, side="right")
    by_step = [step == n for n in range(len(waits.NAMES))]
    return patterns.Counts(
        reasons=REASONS, day=slots // (24 * len(REASONS)), weekday=slots // (24 * len(REASONS)) % 7,
        hour=slots // len(REASONS) % 24, reason=slots % len(REASONS),
        n=add(np.ones(len(row))), known=add(known), satisfied=add(satisfied),
        waited=add(np.ones(len(row))), seconds=add(wait),
        known_by_wait=np.stack([add(known, at) for at in by_step], 1),
        satisfied_by_wait=np.stack([add(satisfied, at) for at in by_step], 1),
    )  # fmt: skip


def told(found: patterns.Patterns) -> dict[str, bool]:
    low = [one for one in found.findings if one.is_low]
    evening = [one for one in low if one.hours == tuple(range(LATE, CLOSES)) and one.kind == "hours"]
    early = [one for one in low if one.weekdays == (0, 1) and one.kind == "weekdays"]
    return {
        "anything": bool(found.findings),
        "evening": bool(evening),
        "Monday and Tuesday": bool(early),
        "waiting for both": all(
            any(one.waiting and one.waiting.moves for one in each) for each in (evening, early)
        ),
        "waiting for the evening": any(one.waiting and one.waiting.moves for one in evening),
    }


def measure(kind: str, years: int) -> None:
    seen: dict[str, int] = {}
    began, looking = time.perf_counter(), 0.0
    for seed in range(years):
        counts = simulate(KINDS[kind], np.random.default_rng([2026, seed, list(KINDS).index(kind)]))
        start = time.perf_counter()
        found = told(patterns.look(counts))
        looking += time.perf_counter() - start
        for name, is_told in found.items():
            seen[name] = seen.get(name, 0) + is_told
    print(
        f"{kind}: {years} years, {time.perf_counter() - began:.0f} s, {looking / years * 1000:.0f} ms a look"
    )
    for name, count in seen.items():
        low, high = wilson(count, years) or (0, 1)
        print(f"  {name:26} {count:4}  {count / years:6.1%}  (95 %: {low:.1%} to {high:.1%})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--years", type=int, default=400, help="without a pattern; with one, a quarter of it")
    years = parser.parse_args().years
    for kind in KINDS:
        measure(kind, years if kind.startswith("noise") else max(years // 4, 1))


if __name__ == "__main__":
    main()
