"""S0-9: which hours, weekdays and reasons stand out, and whether waiting moves with them.

How often the report finds and errs over hundreds of years is told by benchmarks/contacts.py.
"""

import numpy as np
import pytest

from feedback.contacting import waits
from feedback.contacting.patterns import Counts, look

DAYS, OPENS, CLOSES, LATE = 182, 8, 20, 16
REASONS = ("delivery", "product")
USUAL = np.full(7, 1 / 7)
BUSY = np.array([0.35, 0.35, 0.06, 0.06, 0.06, 0.06, 0.06])


def half_a_year(seed=1, *, week=USUAL, slow=False, per_minute=0.0, late=0.0, bad_days=0.0, n=40_000):
    """Contacts one by one, then counted by hour. `slow`: waits are longer on busy days and from 16:00 on."""
    random = np.random.default_rng(seed)
    day = random.choice(DAYS, n, p=np.tile(week, DAYS // 7) / (DAYS // 7))
    hour = random.integers(OPENS, CLOSES, n)
    mean = 90 * (week[day % 7] * 7 * np.where(hour >= LATE, 2.2, 1) if slow else 1)
    wait = np.minimum(random.exponential(mean, n), 3600).astype(int)
    happy = 0.85 - per_minute * wait / 60 - late * (hour >= LATE)
    happy = happy + bad_days * random.standard_normal(DAYS)[day]
    known = random.random(n) < 0.4
    satisfied = known & (random.random(n) < np.clip(happy, 0.02, 0.98))
    return counted(day, hour, random.integers(0, 2, n), wait, known, satisfied)


def counted(day, hour, reason, wait, known, satisfied):
    slots, row = np.unique((day * 24 + hour) * 2 + reason, return_inverse=True)

    def add(what):
        return np.bincount(row, weights=what, minlength=len(slots)).astype(float)

    at = np.searchsorted(waits.STEPS, wait, side="right")
    steps = range(len(waits.NAMES))
    return Counts(
        reasons=REASONS, day=slots // 48, weekday=slots // 48 % 7, hour=slots // 2 % 24, reason=slots % 2,
        n=add(np.ones(len(row))), known=add(known), satisfied=add(satisfied),
        waited=add(np.ones(len(row))), seconds=add(wait),
        known_by_wait=np.stack([add(known & (at == step)) for step in steps], 1),
        satisfied_by_wait=np.stack([add(satisfied & (at == step)) for step in steps], 1),
    )  # fmt: skip


def places(found):
    return [(one.kind, one.hours, one.weekdays, one.is_low) for one in found.findings if one.kind != "cell"]


def test_it_finds_both_patterns_of_the_article_and_names_waiting():
    """S0-9: 16 to 20 o'clock, and Monday with Tuesday, when 70 % come; waiting is what moves with both."""
    found = look(half_a_year(week=BUSY, slow=True, per_minute=0.02))

    assert places(found) == [("hours", (16, 17, 18, 19), (), True), ("weekdays", (), (0, 1), True)]
    evening, early = found.findings[:2]
    assert evening.waiting.moves
    assert early.waiting.moves
    assert early.inside.n / (early.inside.n + early.outside.n) == pytest.approx(0.7, abs=0.02)
    assert early.inside.wait > 3 * early.outside.wait
    assert early.waiting.explained(early.gap) > 0.7  # who waited alike is satisfied alike


def test_a_gap_that_waiting_has_nothing_to_do_with_is_not_laid_at_its_door():
    found = look(half_a_year(per_minute=0.02, late=0.08))

    assert places(found) == [("hours", (16, 17, 18, 19), (), True)]
    (evening,) = (one for one in found.findings if one.kind == "hours")
    assert not evening.waiting.moves
    assert evening.waiting.alike.size == pytest.approx(evening.gap.size, abs=0.02)


def test_the_interval_holds_the_gap_that_was_planted():
    sizes = [look(half_a_year(seed, late=0.1)).findings[0].gap for seed in range(5)]

    assert sum(gap.low <= -0.1 <= gap.high for gap in sizes) >= 4


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("year", [{}, {"week": BUSY, "slow": True}, {"bad_days": 0.08}], ids=str)
def test_where_nothing_differs_nothing_is_told(seed, year):
    """These seeds; one in twenty would tell something in the long run."""
    assert look(half_a_year(100 + seed, **year)).findings == []


def test_one_odd_cell_is_told_beside_what_its_hour_day_and_reason_let_expect():
    counts = half_a_year(3)
    odd = (counts.weekday == 4) & (counts.hour == 11) & (counts.reason == 1)
    counts.satisfied[odd] = np.floor(counts.satisfied[odd] * 0.4)

    cells = [one for one in look(counts).findings if one.kind == "cell"]

    assert [(one.weekdays, one.hours, one.reasons) for one in cells][:1] == [((4,), (11,), ("product",))]
    assert cells[0].gap.size < -0.25
    assert cells[0].expected > 0.6


def test_a_reason_is_told_by_itself():
    counts = half_a_year(5)
    counts.satisfied[counts.reason == 0] = np.floor(counts.satisfied[counts.reason == 0] * 0.8)

    (reason,) = (one for one in look(counts).findings if one.kind == "reason")

    assert (reason.reasons, reason.is_low) == (("delivery",), True)


def test_too_little_is_no_pattern():
    found = look(half_a_year(n=300, late=0.5))

    assert (found.is_enough, list(found.findings)) == (False, [])


def test_without_any_contact_nothing_breaks():
    nothing = np.array([])
    whole = nothing.astype(int)
    steps = np.zeros((0, len(waits.NAMES)))

    found = look(
        Counts(
            reasons=(), day=whole, weekday=whole, hour=whole, reason=whole, n=nothing, known=nothing,
            satisfied=nothing, waited=nothing, seconds=nothing, known_by_wait=steps, satisfied_by_wait=steps,
        )
    )  # fmt: skip

    assert not found.is_enough


def test_waits_that_nobody_knows_explain_nothing():
    counts = half_a_year(late=0.1)
    for array in (counts.waited, counts.seconds, counts.known_by_wait, counts.satisfied_by_wait):
        array[:] = 0

    (evening, *_rest) = look(counts).findings

    assert evening.waiting is None


@pytest.mark.parametrize("seed", [0, 5, 12])
def test_an_hour_beside_a_bad_one_is_told_with_it_when_it_differs_from_the_good_ones(seed):
    """S0-9: beside all others, of which three are as bad, one hour of the evening alone may not stand out."""
    found = look(half_a_year(seed, late=0.08, n=25_000))

    assert places(found) == [("hours", (16, 17, 18, 19), (), True)]
